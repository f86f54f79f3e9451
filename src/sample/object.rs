//! JSON objects and exact amounts of money, written member by member.

use std::fmt::{Display, Write as _};

use crate::model::json::write_string;

/// A JSON object that is being written.
#[derive(Clone, Debug, Default)]
pub(super) struct Object(String);

impl Object {
    /// An object without members.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// With a member whose value is JSON already: a number, `null`, an array.
    #[must_use]
    pub(super) fn raw(mut self, name: &str, json: impl Display) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        write_string(&mut self.0, name);
        let _ = write!(self.0, ":{json}");
        self
    }

    /// With a text.
    #[must_use]
    pub(super) fn text(self, name: &str, text: &str) -> Self {
        let mut json = String::new();
        write_string(&mut json, text);
        self.raw(name, json)
    }

    /// With a text, or `null`.
    #[must_use]
    pub(super) fn maybe(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self.raw(name, "null"),
        }
    }

    /// With an object in it.
    #[must_use]
    pub(super) fn with(self, name: &str, inner: &Object) -> Self {
        self.raw(name, inner)
    }

    /// With a list of objects.
    #[must_use]
    pub(super) fn list(self, name: &str, items: &[Object]) -> Self {
        let items: Vec<String> = items.iter().map(ToString::to_string).collect();
        self.raw(name, format_args!("[{}]", items.join(",")))
    }

    /// With all members of another object after its own.
    #[must_use]
    pub(super) fn and(mut self, other: &Object) -> Self {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&other.0);
        self
    }
}

impl Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{{}}}", self.0)
    }
}

/// A currency: its code, and how many decimals it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Currency {
    pub(super) code: &'static str,
    decimals: usize,
    /// What a hundredth of a euro is in its smallest unit, in percent.
    rate: i64,
    /// Prices are whole multiples of this many of its smallest unit.
    step: i64,
}

/// The euro.
pub(super) const EUR: Currency = Currency { code: "EUR", decimals: 2, rate: 100, step: 1 };
/// The dollar, at par here.
pub(super) const USD: Currency = Currency { code: "USD", decimals: 2, rate: 100, step: 1 };
/// The yen, which has no smaller unit.
pub(super) const JPY: Currency = Currency { code: "JPY", decimals: 0, rate: 165, step: 10 };
/// The Kuwaiti dinar, which has a thousand fils.
pub(super) const KWD: Currency = Currency { code: "KWD", decimals: 3, rate: 345, step: 50 };

impl Currency {
    /// An amount of its smallest unit.
    pub(super) fn money(self, minor: i64) -> Money {
        Money { minor, decimals: self.decimals }
    }

    /// What something that costs so many cents costs in this currency, in its smallest unit.
    pub(super) fn price(self, cents: i64) -> i64 {
        let exact = cents * self.rate / 100;
        ((exact + self.step / 2) / self.step * self.step).max(self.step)
    }
}

/// An exact amount, printed with all the decimals of its currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Money {
    minor: i64,
    decimals: usize,
}

impl Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let unit = 10_u64.pow(self.decimals as u32);
        let whole = self.minor.unsigned_abs() / unit;
        match self.decimals {
            0 => write!(f, "{sign}{whole}"),
            width => write!(f, "{sign}{whole}.{:0width$}", self.minor.unsigned_abs() % unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(EUR.money(-4000).to_string(), "-40.00");
        assert_eq!(EUR.money(-5).to_string(), "-0.05");
        assert_eq!(JPY.money(JPY.price(1990)).to_string(), "3280");
        assert_eq!(KWD.money(KWD.price(1990)).to_string(), "6.850");
    }

    #[test]
    fn objects_nest_and_join() {
        let inner = Object::new().text("a", "\"x\"").raw("n", "null");
        let object = Object::new().with("o", &inner).list("l", &[Object::new(), inner.clone()]);
        let joined = Object::new().and(&Object::new().raw("z", 1)).and(&object).to_string();
        assert_eq!(joined, r#"{"z":1,"o":{"a":"\"x\"","n":null},"l":[{},{"a":"\"x\"","n":null}]}"#);
    }
}
