//! Where a person wants to go, as it is typed: what the commands understand, a time of the day that is looked at, or a
//! position in the store.

use chrono::{NaiveDate, NaiveTime};

use crate::model::{At, Position, Timestamp, time};
use crate::text;

/// The cells of what was typed that are said again: what does not fit into them was pasted by mistake.
const SAID: usize = 48;

/// A place that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// On the timeline of the aggregate.
    At(At),
    /// An event of the store, in whichever aggregate it is.
    Position(Position),
}

/// Why a text names no place.
pub(crate) fn mistake(typed: &str) -> String {
    let typed = text::shorten(typed, SAID);
    format!(
        "`{typed}` names no place; write a version (17), first, last, -3, a time in UTC (2026-03-02 14:34, 14:34, \
         noon, -2h), a position in the store (#8112) or the name of a mark"
    )
}

impl Destination {
    /// Reads what was typed; `now` is what `-2h` counts from, `day` the one that a time without a date is of.
    pub(crate) fn parse(typed: &str, now: Timestamp, day: NaiveDate) -> Option<Self> {
        if let Some(number) = typed.strip_prefix('#') {
            let number = number.trim();
            let position = number.parse().ok().filter(|_| !number.starts_with('+'));
            return position.map(|position| Self::Position(Position(position)));
        }
        if let Ok(at) = At::parse(typed, now) {
            return Some(Self::At(at));
        }
        let clock = clock(typed)?;
        // As a time with seconds is read everywhere: all that begin with the digits written.
        let dated = format!("{day} {clock}");
        time::parse_spoken_end(&dated, now).map(|time| Self::At(At::Time(time)))
    }
}

/// A time of the day as it would stand behind a date.
fn clock(typed: &str) -> Option<&str> {
    match typed {
        "noon" => Some("12:00"),
        "midnight" => Some("00:00"),
        _ => ["%H:%M", "%H:%M:%S%.f"]
            .iter()
            .any(|format| NaiveTime::parse_from_str(typed, format).is_ok())
            .then_some(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    #[test]
    fn of_what_was_pasted_only_the_ends_are_said_again() {
        assert!(mistake("soon").starts_with("`soon` names no place"));
        let told = mistake(&"z".repeat(60_000));
        assert!(told.starts_with("`zzz") && told.contains("zzz` names no place"), "{told}");
        assert!(text::width(&told) < 240, "{told}");
    }

    fn read(typed: &str) -> Option<String> {
        let now = time::parse_recorded("2026-11-23T10:00:00Z").unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        Destination::parse(typed, now, day).map(|place| match place {
            Destination::At(At::Time(time)) => time::rfc3339(&time),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn every_way_to_name_a_place() {
        for (typed, expected) in [
            ("noon", "2026-03-02T12:00:00Z"),
            ("midnight", "2026-03-02T00:00:00Z"),
            ("14:34", "2026-03-02T14:34:00Z"),
            ("14:34:12", "2026-03-02T14:34:12.999999999Z"),
            ("14:34:12.5", "2026-03-02T14:34:12.599999999Z"),
            ("2026-03-04 14:34", "2026-03-04T14:34:00Z"),
            ("-2h", "2026-11-23T08:00:00Z"),
        ] {
            assert_eq!(read(typed).as_deref(), Some(expected), "{typed}");
        }
        let at = |at| Some(format!("{:?}", Destination::At(at)));
        assert_eq!(read("17"), at(At::Version(Version(17))));
        assert_eq!(read("-3"), at(At::Back(3)));
        assert_eq!(read("#8112"), Some(format!("{:?}", Destination::Position(Position(8112)))));
        for typed in ["soon", "#", "#x", "+2", "#+2", "25:00", "noonish", ""] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
