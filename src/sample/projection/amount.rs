//! Money as it is written: exact, with as many places after the point as it has.

use std::fmt;
use std::ops::{AddAssign, Mul};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A decimal number: so many units of ten to the minus `places`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    units: i128,
    places: u32,
}

/// Beyond, nobody counts money.
const MOST: u32 = 12;

impl Amount {
    /// The number with so many places; exact, as none is taken away.
    fn with(self, places: u32) -> i128 {
        self.units.saturating_mul(10_i128.saturating_pow(places.saturating_sub(self.places)))
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        let places = self.places.max(other.places);
        *self = Self { units: self.with(places).saturating_add(other.with(places)), places };
    }
}

impl Mul<i64> for Amount {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self { units: self.units.saturating_mul(times.into()), ..self }
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        let places = self.places.max(other.places);
        self.with(places) == other.with(places)
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("{text} is no amount");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = whole.trim_start_matches('-').bytes().chain(fraction.bytes());
        let places = fraction.len() as u32;
        if whole.is_empty() || places > MOST || !digits.clone().all(|digit| digit.is_ascii_digit())
        {
            return Err(error());
        }
        let units = format!("{whole}{fraction}").parse().map_err(|_| error())?;
        Ok(Self { units, places })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, units) = (if self.units < 0 { "-" } else { "" }, self.units.unsigned_abs());
        let one = 10_u128.pow(self.places);
        write!(f, "{sign}{}", units / one)?;
        if self.places > 0 {
            write!(f, ".{:0width$}", units % one, width = self.places as usize)?;
        }
        Ok(())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number =
            self.to_string().parse().map_err(serde::ser::Error::custom)?;
        number.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        number.to_string().parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_is_lost_between_two_amounts() {
        let mut sum = amount("0.10");
        sum += amount("0.2");
        assert_eq!(sum.to_string(), "0.30");
        sum += amount("-1");
        assert_eq!(sum.to_string(), "-0.70");
        assert_eq!(amount("19.99") * 3, amount("59.970"));
        for wrong in ["", "1e3", "1.2.3", "--1", "+1", "1.-2", "0.1234567890123"] {
            assert!(wrong.parse::<Amount>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_is_written_as_it_was(units in -10_000_000_i64..10_000_000, places in 0_u32..5) {
            let amount = Amount { units: units.into(), places };
            let json = serde_json::to_string(&amount).unwrap();
            let read: Amount = serde_json::from_str(&json).unwrap();
            prop_assert_eq!((read.units, read.places), (amount.units, amount.places), "{}", json);
        }
    }
}
