//! Times as stores write them: the common shape read by hand, because a page of a thousand events has a thousand of
//! them, everything else by the general reader.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, TimeZone as _, Utc};
use rusqlite::types::ValueRef;

use super::super::layout::{TimeFormat, TimeRule};
use crate::model::Timestamp;
use crate::model::time::parse_recorded;

/// Reads a column's value as a time; `None` where it is none.
pub(super) fn of_column(value: ValueRef<'_>, rule: &TimeRule) -> Option<Timestamp> {
    match (value, rule.format) {
        (ValueRef::Text(text), TimeFormat::Text) => {
            of_text(std::str::from_utf8(text).ok()?, rule.offset)
        }
        (ValueRef::Text(text), TimeFormat::Unix(per_second)) => {
            of_number(std::str::from_utf8(text).ok()?.trim().parse().ok()?, per_second)
        }
        (ValueRef::Integer(number), TimeFormat::Unix(per_second)) => of_number(number, per_second),
        (ValueRef::Real(number), TimeFormat::Unix(per_second)) => {
            let micros = number * (1_000_000.0 / per_second as f64);
            // Whatever does not fit in is no moment of this era.
            DateTime::from_timestamp_micros(micros.round() as i64)
        }
        _ => None,
    }
}

fn of_number(number: i64, per_second: i64) -> Option<Timestamp> {
    let nanos = number.rem_euclid(per_second) * (1_000_000_000 / per_second);
    DateTime::from_timestamp(number.div_euclid(per_second), u32::try_from(nanos).ok()?)
}

/// Reads a text as a time; one without a zone is `offset` seconds east of UTC.
pub(in crate::store) fn of_text(text: &str, offset: i32) -> Option<Timestamp> {
    if let Some((time, zone)) = usual(text.as_bytes()) {
        return time.checked_sub_signed(Duration::seconds(i64::from(zone.unwrap_or(offset))));
    }
    let time = parse_recorded(text)?;
    let has_zone = text.ends_with(['Z', 'z']) || text.get(10..)?.contains(['+', '-']);
    if has_zone || offset == 0 {
        return Some(time);
    }
    FixedOffset::east_opt(offset)?
        .from_local_datetime(&time.naive_utc())
        .single()
        .map(|time| time.with_timezone(&Utc))
}

/// `2026-03-02T14:34:12[.201][Z|+02:00]`, with a space for the T if need be; the time as written, and the zone's
/// seconds if it names one.
fn usual(text: &[u8]) -> Option<(Timestamp, Option<i32>)> {
    let digits = |from: usize, count: usize| -> Option<u32> {
        text.get(from..from + count)?.iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    let is = |at: usize, marks: &[u8]| text.get(at).is_some_and(|byte| marks.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"T ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(digits(0, 4)? as i32, digits(5, 2)?, digits(8, 2)?)?;
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    let mut at = 19;
    let mut nanos = 0;
    if is(at, b".") {
        let count = text.get(20..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || count > 9 {
            return None;
        }
        nanos = digits(20, count)? * 10_u32.pow(9 - count as u32);
        at = 20 + count;
    }
    let zone = match text.get(at..)? {
        b"" => None,
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (digits(at + 1, 2)?, digits(at + 4, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 3_600 + minutes * 60) as i32;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    Some((day.and_hms_nano_opt(hour, minute, second, nanos)?.and_utc(), zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_reader_says_what_the_general_one_says() {
        let texts = [
            "2026-03-02T14:34:12Z",
            "2026-03-02 14:34:12",
            "2026-03-02T14:34:12.201+02:00",
            "2026-03-02T14:34:12.201000001-11:30",
            "2024-02-29 23:59:59.5",
            "2023-02-29T00:00:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02T14:34:12.Z",
            "2026-03-02T14:34:12+02",
            "2026-03-02T14:34:12.5-0230",
            "1969-12-31T23:59:59.999999Z",
            "2026-03-02T14:34",
            "2026-03-02",
            "",
            "+026-03-02T14:34:12Z",
        ];
        for text in texts {
            assert_eq!(of_text(text, 0), parse_recorded(text), "{text}");
        }
    }

    #[test]
    fn a_zone_in_the_layout_holds_only_where_the_text_has_none() {
        let east = |text| of_text(text, 7_200).map(|time| time.to_rfc3339());
        assert_eq!(east("2026-03-02 14:00:00").unwrap(), "2026-03-02T12:00:00+00:00");
        assert_eq!(east("2026-03-02T14:00:00Z").unwrap(), "2026-03-02T14:00:00+00:00");
        assert_eq!(east("2026-03-02 14:00").unwrap(), "2026-03-02T12:00:00+00:00");
    }

    #[test]
    fn numbers_count_from_1970() {
        for (number, per_second) in [(1_700_000_000, 1), (1_700_000_000_000, 1_000)] {
            assert_eq!(of_number(number, per_second).unwrap().timestamp(), 1_700_000_000);
        }
        assert_eq!(of_number(-1, 1_000).unwrap().timestamp_subsec_millis(), 999);
    }
}
