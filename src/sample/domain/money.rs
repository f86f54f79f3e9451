//! Exact amounts of money: whole cents, written as a JSON number with two decimals.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in a currency with cents. Never a float: `0.10 + 0.20` is `0.30`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many cents.
    pub const fn cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The sum; `None` where no such amount can be kept.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` where no such amount can be kept.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times as much; `None` where no such amount can be kept.
    pub fn times(self, count: u64) -> Option<Self> {
        i64::try_from(count).ok().and_then(|count| self.0.checked_mul(count)).map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl FromStr for Money {
    type Err = String;

    /// Reads what a JSON number says, where it says cents at most: `20`, `19.9`, `-0.05`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no amount in whole cents");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let (cents, beyond) = decimals.split_at(decimals.len().min(2));
        if !is_number(whole) || !is_number(decimals) || beyond.bytes().any(|byte| byte != b'0') {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| wrong())?;
        let amount = whole.checked_mul(100).and_then(|amount| amount.checked_add(cents));
        Ok(Self(sign * amount.ok_or_else(wrong)?))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number =
            self.to_string().parse().map_err(serde::ser::Error::custom)?;
        number.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        serde_json::Number::deserialize(from)?.to_string().parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_exact() {
        let sum = Money::cents(10).plus(Money::cents(20)).unwrap();
        assert_eq!(serde_json::to_string(&sum).unwrap(), "0.30");
        assert_eq!(Money::cents(1999).times(3).unwrap().to_string(), "59.97");
        assert_eq!(Money::cents(i64::MAX).plus(Money::cents(1)), None);
        assert_eq!(Money::cents(i64::MIN).minus(Money::cents(1)), None);
        assert_eq!(Money::cents(2).times(u64::MAX), None);
        let read = |text: &str| serde_json::from_str::<Money>(text).ok();
        assert_eq!(read("20"), Some(Money::cents(2000)));
        assert_eq!(read("19.9"), Some(Money::cents(1990)));
        assert_eq!(read("-0.05"), Some(Money::cents(-5)));
        assert_eq!(read("1.230"), Some(Money::cents(123)));
        for wrong in ["1.234", "1e3", "\"1.00\"", "99999999999999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cents in -i64::MAX..=i64::MAX) {
            let money = Money::cents(cents);
            let text = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money);
        }
    }
}
