//! What bytes look like when nobody said what they are: enough to say why they cannot be read and what they may be.

/// A well-known kind of file or payload, by its first bytes.
pub(crate) fn known_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 14] = [
        (b"\x1f\x8b", "gzip-compressed data"),
        (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
        (b"\xfd7zXZ\0", "xz-compressed data"),
        (b"BZh", "bzip2-compressed data"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"PGDMP", "a PostgreSQL dump in its own format"),
        (b"PAR1", "a Parquet file"),
        (b"\x7fELF", "a program"),
        (b"%PDF", "a PDF document"),
        (b"\x37\x7f\x06\x82", "a SQLite write-ahead log"),
        (b"\x37\x7f\x06\x83", "a SQLite write-ahead log"),
        (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "a SQLite rollback journal"),
        (b"\xac\xed\x00\x05", "serialised Java objects"),
        (b"\x04\x08", "a Ruby Marshal dump"),
    ];
    KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

/// Whether the bytes are as even as encrypted ones are. Compressed ones are too; ask [`known_kind`] first.
pub(crate) fn looks_random(bytes: &[u8]) -> bool {
    let sample = bytes.get(..4_096).unwrap_or(bytes);
    if sample.len() < 29 {
        return false;
    }
    let mut seen = [false; 256];
    let mut high = 0_usize;
    for byte in sample {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
        high += usize::from(*byte >> 7);
    }
    let distinct = seen.iter().filter(|seen| **seen).count() as f64;
    let count = sample.len() as f64;
    let expected = 256.0 * (1.0 - (255.0_f64 / 256.0).powf(count));
    let share = high as f64 / count;
    // Half of random bytes are above 127; four standard deviations are let through.
    distinct >= 0.85 * expected && (share - 0.5).abs() <= 2.0 / count.sqrt()
}

/// Whether it is text, and the part of it that can be shown: its first line, at most 60 characters.
pub(crate) fn first_line(bytes: &[u8]) -> Option<String> {
    let sample = bytes.get(..512).unwrap_or(bytes);
    let text = match std::str::from_utf8(sample) {
        Ok(text) => text,
        // A character may be cut in two by the end of the sample.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(sample.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if text.is_empty() || !text.chars().all(readable) {
        return None;
    }
    Some(text.lines().find(|line| !line.trim().is_empty())?.chars().take(60).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_bytes_are_told_from_text_and_from_structures() {
        let random: Vec<u8> =
            (0..8_u64).flat_map(|n| *blake3::hash(&n.to_le_bytes()).as_bytes()).collect();
        for len in [40, 64, 128, 256] {
            assert!(looks_random(&random[..len]), "{len}");
        }
        let text = "the quick brown fox jumps over the lazy dog ".repeat(9);
        assert!(!looks_random(text.as_bytes()));
        assert!(!looks_random(&[0; 4_096]));
        let packed: Vec<u8> = (0..200_u8).flat_map(|n| [0x82, 0xa1, b'a', n, 0xa1, b'b']).collect();
        assert!(!looks_random(&packed));
        assert!(!looks_random(&random[..20]), "too short to say");
    }

    #[test]
    fn the_first_line_of_a_text_is_shown() {
        assert_eq!(first_line(b"\n-- dump\nCREATE"), Some("-- dump".to_owned()));
        assert_eq!(first_line(b"\0\x01"), None);
        assert_eq!(first_line(b""), None);
        let cut = "é".repeat(400);
        assert!(first_line(&cut.as_bytes()[..511]).is_some());
    }
}
