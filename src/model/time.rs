//! Moments, and the ways a person writes them.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};

/// A moment in UTC. Stores record from whole seconds to nanoseconds; nothing is rounded.
pub type Timestamp = DateTime<Utc>;

/// The moment as RFC 3339 in UTC, with as many digits of a second as it has (0, 3, 6 or 9).
pub fn rfc3339(time: &Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Serialises a moment as [`rfc3339`] writes it, and none as `null`.
pub fn serialize_maybe<S: serde::Serializer>(
    time: &Option<Timestamp>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => to.serialize_str(&rfc3339(time)),
        None => to.serialize_none(),
    }
}

/// Reads a moment that a store recorded: RFC 3339 with any offset, or a date and time without one, taken as UTC.
pub fn parse_recorded(text: &str) -> Option<Timestamp> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    let formats = [
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M%#z",
        "%Y-%m-%dT%H:%M%#z",
    ];
    for format in formats {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some(time.with_timezone(&Utc));
        }
    }
    naive(text).map(|time| time.and_utc())
}

fn naive(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// Reads a moment that a person wrote; `now` is what relative ones count from.
///
/// `2026-03-02T14:34:12Z`, any offset (`2026-03-02 15:34+01:00`), `2026-03-02 14:34[:12[.5]]` and `2026-03-02` (its first instant), both
/// UTC, and `-90s`, `-15m`, `-2h`, `-3d`, `-1w`.
pub fn parse_spoken(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = parse_recorded(text) {
        return Some(time);
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    now.checked_sub_signed(parse_length(text.strip_prefix('-')?)?)
}

/// Reads a length of time that a person wrote: `90s`, `15m`, `2h`, `3d`, `1w`.
pub fn parse_length(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u32 = number.parse().ok()?;
    Some(Duration::seconds(i64::from(number) * seconds))
}

/// The last moment that [`parse_spoken`]'s text stands for: a time with seconds stands for all that begin with the
/// digits written, so that a time printed with three of them finds the event recorded with six. Anything else is the
/// one moment it says.
pub fn parse_spoken_end(text: &str, now: Timestamp) -> Option<Timestamp> {
    let time = parse_spoken(text, now)?;
    let clock = text.split(['T', 't', ' ']).nth(1).unwrap_or_default();
    if clock.split(['+', '-', 'Z', 'z']).next()?.matches(':').count() < 2 {
        return Some(time);
    }
    let fraction = clock.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count().min(9);
    let unwritten = 10_i64.pow(9 - digits as u32) - 1;
    time.checked_add_signed(Duration::nanoseconds(unwritten))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(text: &str) -> Option<String> {
        let now = parse_recorded("2026-03-02T14:00:00Z").unwrap();
        parse_spoken(text, now).map(|time| rfc3339(&time))
    }

    #[test]
    fn every_documented_form_is_read() {
        let cases = [
            ("2026-03-02T14:34:12Z", "2026-03-02T14:34:12Z"),
            ("2026-03-02T14:34:12.201+02:00", "2026-03-02T12:34:12.201Z"),
            ("2026-03-02 14:34", "2026-03-02T14:34:00Z"),
            ("2026-03-02 14:34+01:00", "2026-03-02T13:34:00Z"),
            ("2026-03-02T14:34Z", "2026-03-02T14:34:00Z"),
            ("2026-03-02 14:34:12.5", "2026-03-02T14:34:12.500Z"),
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("-90s", "2026-03-02T13:58:30Z"),
            ("-2h", "2026-03-02T12:00:00Z"),
            ("-1w", "2026-02-23T14:00:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(spoken(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_time_stands_for_all_that_begin_as_it_is_written() {
        let cases = [
            ("2026-03-02T14:34:12.752Z", "2026-03-02T14:34:12.752999999Z"),
            ("2026-03-02 14:34:12.752755", "2026-03-02T14:34:12.752755999Z"),
            ("2026-03-02T14:34:12+02:00", "2026-03-02T12:34:12.999999999Z"),
            ("2026-03-02T14:34:12.000000001-01:00", "2026-03-02T15:34:12.000000001Z"),
            ("2026-03-02 14:34", "2026-03-02T14:34:00Z"),
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("-2h", "2026-03-02T12:00:00Z"),
        ];
        let now = parse_recorded("2026-03-02T14:00:00Z").unwrap();
        for (text, expected) in cases {
            assert_eq!(
                parse_spoken_end(text, now).map(|time| rfc3339(&time)).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn a_length_of_time_is_a_number_and_a_unit() {
        let cases = [("90s", 90), ("15m", 900), ("2h", 7_200), ("3d", 259_200), ("1w", 604_800)];
        for (text, seconds) in cases {
            assert_eq!(parse_length(text), Some(Duration::seconds(seconds)), "{text}");
        }
        for text in ["", "h", "15", "-15m", "+15m", "1.5h", "15 m", "15min", "2é", "4294967296s"] {
            assert_eq!(parse_length(text), None, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "-", "-h", "-+2h", "2h", "-2y", "-2é", "2026-13-01", "14:34", "-999999999999d"]
        {
            assert_eq!(spoken(text), None, "{text}");
        }
    }
}
