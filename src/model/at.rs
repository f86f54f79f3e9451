//! Which version of an aggregate a person means.

use std::str::FromStr;

use super::id::Version;
use super::time::{Timestamp, parse_spoken_end};

/// A place on an aggregate's timeline, as a person says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// This version; 0 is before everything.
    Version(Version),
    /// The first event.
    First,
    /// The newest event.
    Last,
    /// So many events before the newest.
    Back(u64),
    /// The state as it was at this moment: after the last event at or before it. A person's time with seconds means the
    /// end of what its digits stand for.
    Time(Timestamp),
}

/// A text that names no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no version; write a number, `first`, `last`, `-3` (three before the last) or a time in UTC \
     or with its offset (`2026-03-02T14:34:12Z`, `2026-03-02 14:34`, `2026-03-02 15:34+01:00`, `-2h`)"
)]
pub struct AtError(pub String);

impl At {
    /// Reads `text`; `now` is what relative times count from.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, AtError> {
        if let Some(version) = number(text.strip_prefix('v').unwrap_or(text)) {
            return Ok(Self::Version(Version(version)));
        }
        if let Some(back) = text.strip_prefix('-').and_then(number) {
            return Ok(Self::Back(back));
        }
        match text {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            _ => {
                parse_spoken_end(text, now).map(Self::Time).ok_or_else(|| AtError(text.to_owned()))
            }
        }
    }
}

/// Digits alone: `+2` says two further on, which is no version.
fn number(text: &str) -> Option<u64> {
    u64::from_str(text).ok().filter(|_| !text.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_and_times_are_told_apart() {
        let now = Timestamp::UNIX_EPOCH;
        let read = |text: &str| At::parse(text, now).unwrap();
        assert_eq!(read("17"), At::Version(Version(17)));
        assert_eq!(read("v17"), At::Version(Version(17)));
        assert_eq!(read("first"), At::First);
        assert_eq!(read("-3"), At::Back(3));
        assert!(matches!(read("-3h"), At::Time(_)));
        assert!(matches!(read("2026-03-02"), At::Time(_)));
        for text in ["yesterdayish", "+2", "v+2", "-+2"] {
            assert!(At::parse(text, now).is_err(), "{text}");
        }
    }
}
