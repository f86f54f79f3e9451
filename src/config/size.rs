//! Sizes as people write them: `256 MiB`, `1gib`, `500 MB`.

/// The bytes that are meant; `None` where it is no size. A number alone counts bytes.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "kib" | "k" => 1 << 10,
        "mb" => 1_000_000,
        "mib" | "m" => 1 << 20,
        "gb" => 1_000_000_000,
        "gib" | "g" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(parse("256 MiB"), Some(256 << 20));
        assert_eq!(parse("1gib"), Some(1 << 30));
        assert_eq!(parse("500 MB"), Some(500_000_000));
        assert_eq!(parse("4096"), Some(4096));
        for wrong in ["", "lots", "-1 MiB", "1.5 GiB", "9 TiB", "99999999999999999999"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
