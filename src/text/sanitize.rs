//! Text from a store, made harmless and visible.
//!
//! A terminal obeys control characters, and ratatui drops them without a word. Neither will do in a debugger: what
//! cannot be seen, or changes how its neighbours are seen, is shown as an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

use super::width::cells;

const ZWJ: char = '\u{200d}';

/// `text` with everything that has no picture of its own as an escape: `\n`, `\t`, `\u{1b}`, `\u{202e}`.
///
/// Controls, bidirectional marks, zero-width and other invisible characters, separators of lines and paragraphs, and
/// marks that stand on nothing. A joiner inside an emoji stays. Doing it twice changes nothing.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut kept = 0;
    for (at, piece) in pieces(text) {
        if let Piece::Odd(c) = piece {
            out.push_str(text.get(kept..at).unwrap_or_default());
            escape(&mut out, c);
            kept = at + c.len_utf8();
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether every byte is a printable ASCII character.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// A part of a text, and whether it can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A grapheme cluster, or the beginning of one that something odd ends.
    Seen(&'a str),
    /// What is not seen, or changes how others are seen.
    Odd(char),
}

/// The parts of a text, each with its place in bytes.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = text.len() - rest.len();
        let cluster = match rest.as_bytes() {
            [0x20..=0x7e] | [0x20..=0x7e, 0..0x80, ..] => rest.get(..1)?,
            _ => rest.graphemes(true).next()?,
        };
        // What follows something odd is looked at as if it began there: nothing joins an escape.
        let odd = cluster.char_indices().find(|(at, c)| is_odd(cluster, *at, *c));
        let (piece, length) = match odd {
            Some((0, c)) => (Piece::Odd(c), c.len_utf8()),
            Some((end, _)) => (Piece::Seen(cluster.get(..end)?), end),
            None => (Piece::Seen(cluster), cluster.len()),
        };
        rest = rest.get(length..)?;
        Some((at, piece))
    })
}

/// Selects a variant of the picture before it.
fn is_variant(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A letter of a flag such as Scotland's, after the black flag that starts it.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

fn escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// Whether `c`, which stands at `at` in `cluster`, is not seen or changes how others are seen.
fn is_odd(cluster: &str, at: usize, c: char) -> bool {
    let after = || cluster.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
    match c {
        ' '..='~' => false,
        c if c.is_control() => true,
        // A mark that stands on nothing.
        c if at == 0 && cells(c.encode_utf8(&mut [0; 4])) == 0 => true,
        // In one cluster, a pictograph behind a joiner has another before it.
        ZWJ => !after().is_some_and(is_pictograph),
        c if is_variant(c) => {
            let before = cluster.get(..at).and_then(|text| text.chars().next_back());
            !before.is_some_and(|before| takes_variant(before, after()))
        }
        c if is_tag(c) => !cluster.starts_with('\u{1f3f4}'),
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        // Code points that Unicode promises never to use.
        c => u32::from(c) & 0xfffe == 0xfffe,
    }
}

/// Whether what stands before a variation selector comes in variants: an ideograph, an emoji or a keycap, never a
/// Latin letter.
fn takes_variant(before: char, after: Option<char>) -> bool {
    match before {
        '0'..='9' | '#' | '*' => after == Some('\u{20e3}'),
        before => !before.is_ascii() && !is_variant(before),
    }
}

/// Whether Unicode calls `c` an extended pictograph: only those grow together over a joiner.
fn is_pictograph(c: char) -> bool {
    let joined: String = [c, ZWJ, c].into_iter().collect();
    cells(c.encode_utf8(&mut [0; 4])) > 0 && joined.graphemes(true).nth(1).is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_needs_nothing_is_not_copied() {
        for text in [
            "",
            "order-4711",
            "Größe 10 €",
            "注文",
            "e\u{301}",
            "👩‍🚀 🏳️‍🌈 1️⃣ 👍🏽 🇨🇭",
            "नमस्ते",
            "葛\u{e0100}",
        ] {
            assert!(matches!(sanitize(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(sanitize("\u{1b}[31mred\u{7}"), r"\u{1b}[31mred\u{7}");
        assert_eq!(sanitize("a\tb\r\nc"), r"a\tb\r\nc");
        assert_eq!(sanitize("\u{7f}\u{9b}2J\0"), r"\u{7f}\u{9b}2J\u{0}");
        assert_eq!(sanitize("a\u{2028}b\u{2029}c"), r"a\u{2028}b\u{2029}c");
    }

    #[test]
    fn what_turns_or_hides_text_is_shown() {
        assert_eq!(sanitize("user\u{202e}nimda"), r"user\u{202e}nimda");
        assert_eq!(sanitize("\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}"), {
            r"\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}"
        });
        assert_eq!(sanitize("ad\u{200b}min\u{feff}"), r"ad\u{200b}min\u{feff}");
        assert_eq!(sanitize("ad\u{200d}min\u{200c}"), r"ad\u{200d}min\u{200c}");
        assert_eq!(sanitize("a\u{fe0f}\u{e0041}"), r"a\u{fe0f}\u{e0041}");
        assert_eq!(sanitize("\u{301}a"), r"\u{301}a");
        assert_eq!(sanitize("👩\u{200d}a👩\u{200c}\u{200d}🚀"), r"👩\u{200d}a👩\u{200c}\u{200d}🚀");
    }

    fn odd_text() -> impl Strategy<Value = String> {
        let odd = prop_oneof![
            any::<char>(),
            prop::sample::select(vec![
                'a',
                '1',
                ' ',
                '\n',
                '\r',
                '\u{1b}',
                ZWJ,
                '\u{200b}',
                '\u{301}',
                '👩',
                '🚀',
                '\u{fe0f}',
                '\u{20e3}',
                '🏴',
                '\u{e0067}',
                '\u{e007f}',
                '🇨',
                '\u{600}',
                '각',
                '\u{1160}',
                '\u{11a8}',
                '\u{94d}',
                'क',
                '❤',
                '\u{1f3fd}',
                '\u{ff9e}',
                '\u{903}',
                '\u{e0100}',
                '\u{200e}',
            ]),
        ];
        prop::collection::vec(odd, 0..12).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn nothing_unseen_remains_and_twice_is_once(text in odd_text()) {
            let once = sanitize(&text).into_owned();
            prop_assert_eq!(sanitize(&once).into_owned(), once.clone());
            prop_assert!(!once.contains(char::is_control));
            for cluster in once.graphemes(true) {
                prop_assert!(cells(cluster) > 0, "{:?} in {:?}", cluster, once);
            }
        }
    }
}
