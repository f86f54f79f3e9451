//! Numbers, sizes and times as a person reads them.
//!
//! Counted in whole numbers throughout, so that nothing huge loses its digits on the way.

use std::time::Duration;

use crate::model::Timestamp;

/// `1,204`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `+1,204`, `-3`, `0`.
pub fn signed(number: i64) -> String {
    let sign = match number {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", count(number.unsigned_abs()))
}

/// At most five characters: `942`, `1.2k`, `20.5k`, `204k`, `1.3M`.
pub fn compact(number: u64) -> String {
    compact_in_tenths(u128::from(number) * 10)
}

fn compact_in_tenths(tenths: u128) -> String {
    let (tenths, unit) = scaled(tenths, &["", "k", "M", "G", "T", "P", "E"]);
    match (tenths, unit) {
        (tenths, "") => (tenths / 10).to_string(),
        (1_000.., unit) => format!("{}{unit}", rounded(tenths, 10)),
        (tenths, unit) => format!("{}.{}{unit}", tenths / 10, tenths % 10),
    }
}

/// `812 B`, `48.2 MB`: powers of a thousand.
pub fn bytes(number: u64) -> String {
    match scaled(u128::from(number) * 10, &["B", "kB", "MB", "GB", "TB", "PB", "EB"]) {
        (tenths, "B") => format!("{} B", tenths / 10),
        (tenths, unit) => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

/// Tenths of the largest unit in which the number, rounded, stays below a thousand.
fn scaled(tenths: u128, units: &'static [&'static str]) -> (u128, &'static str) {
    let mut divisor = 1;
    let mut result = (tenths, units.first().copied().unwrap_or_default());
    for unit in units {
        result = (rounded(tenths, divisor), unit);
        if result.0 < 9_995 {
            break;
        }
        divisor *= 1_000;
    }
    result
}

fn rounded(number: u128, divisor: u128) -> u128 {
    (number + divisor / 2) / divisor
}

/// `840 ns`, `1.2 ms`, `12 ms`, `3.2 s`, `4 m 12 s`, `2 h 05 m`, `3 d 04 h`, `412 d`; cut off, never rounded up.
pub fn duration(time: Duration) -> String {
    let nanos = time.as_nanos();
    let seconds = time.as_secs();
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => fraction(nanos, 1_000, "µs"),
        1_000_000..1_000_000_000 => fraction(nanos, 1_000_000, "ms"),
        _ if seconds < 60 => {
            let tenths = nanos / 100_000_000;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        _ if seconds < 3_600 => two(seconds / 60, "m", seconds % 60, "s"),
        _ if seconds < 86_400 => two(seconds / 3_600, "h", seconds / 60 % 60, "m"),
        _ if seconds < 864_000 => two(seconds / 86_400, "d", seconds / 3_600 % 24, "h"),
        _ => format!("{} d", count(seconds / 86_400)),
    }
}

/// One digit behind the point below ten.
fn fraction(nanos: u128, unit: u128, name: &str) -> String {
    let tenths = nanos * 10 / unit;
    if tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", tenths / 10)
    }
}

fn two(large: u64, large_name: &str, small: u64, small_name: &str) -> String {
    match small {
        0 => format!("{large} {large_name}"),
        small => format!("{large} {large_name} {small:02} {small_name}"),
    }
}

/// From one moment to another: `+3.2 s`, `-12 ms`, `0 s`.
pub fn gap(from: &Timestamp, to: &Timestamp) -> String {
    let between = *to - *from;
    match between.to_std() {
        Ok(Duration::ZERO) => "0 s".to_owned(),
        Ok(later) => format!("+{}", duration(later)),
        Err(_) => format!("-{}", duration(between.abs().to_std().unwrap_or_default())),
    }
}

/// `1 event`, `2 events`, `1,204 events`: for nouns that take an `s`.
pub fn plural(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {noun}{s}", count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_separators() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_204), "1,204");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(signed(-1_204), "-1,204");
        assert_eq!(signed(3), "+3");
        assert_eq!(signed(0), "0");
        assert_eq!(signed(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn compact_numbers_carry_into_the_next_unit() {
        let all: Vec<String> = [0, 999, 1_000, 1_204, 20_480, 99_949, 99_950, 204_300, 999_400]
            .into_iter()
            .map(compact)
            .collect();
        assert_eq!(all, ["0", "999", "1.0k", "1.2k", "20.5k", "99.9k", "100k", "204k", "999k"]);
        assert_eq!(compact(999_500), "1.0M");
        assert_eq!(compact(1_300_000), "1.3M");
        assert_eq!(compact(u64::MAX), "18.4E");
    }

    #[test]
    fn compact_numbers_are_never_longer_than_five() {
        for power in 0..64 {
            for near in [0, 1, 49, 50] {
                let number = (1_u64 << power).wrapping_sub(near);
                assert!(compact(number).len() <= 5, "{number}: {}", compact(number));
            }
        }
    }

    #[test]
    fn sizes_are_in_powers_of_a_thousand() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(48_210_000), "48.2 MB");
        assert_eq!(bytes(999_960_000), "1.0 GB");
        assert_eq!(bytes(u64::MAX), "18.4 EB");
    }

    #[test]
    fn durations_name_two_units_at_most() {
        let said = |nanos: u64| duration(Duration::from_nanos(nanos));
        assert_eq!(said(0), "0 ns");
        assert_eq!(said(840), "840 ns");
        assert_eq!(said(1_250_000), "1.2 ms");
        assert_eq!(said(2_000_000), "2 ms");
        assert_eq!(said(12_900_000), "12 ms");
        assert_eq!(said(999_999_999), "999 ms");
        assert_eq!(said(3_290_000_000), "3.2 s");
        assert_eq!(said(59_990_000_000), "59.9 s");
        let said = |seconds: u64| duration(Duration::from_secs(seconds));
        assert_eq!(said(60), "1 m");
        assert_eq!(said(252), "4 m 12 s");
        assert_eq!(said(7_500), "2 h 05 m");
        assert_eq!(said(259_200), "3 d");
        assert_eq!(said(273_600), "3 d 04 h");
        assert_eq!(said(864_000 * 412), "4,120 d");
        assert_eq!(duration(Duration::MAX), "213,503,982,334,601 d");
    }

    #[test]
    fn gaps_have_a_sign() {
        let at = |text: &str| crate::model::time::parse_recorded(text).unwrap();
        let (from, to) = (at("2026-03-02T14:34:09.001Z"), at("2026-03-02T14:34:12.201Z"));
        assert_eq!(gap(&from, &to), "+3.2 s");
        assert_eq!(gap(&to, &from), "-3.2 s");
        assert_eq!(gap(&to, &to), "0 s");
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(plural(0, "event"), "0 events");
        assert_eq!(plural(1, "event"), "1 event");
        assert_eq!(plural(1_204, "event"), "1,204 events");
    }
}
