//! A line that a person types into.

use unicode_segmentation::UnicodeSegmentation as _;

use super::super::input::Key;

/// Text with a place to type at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    text: String,
    /// In bytes, between two grapheme clusters.
    at: usize,
    /// All of it was kept from before, and gives way to what is typed next.
    kept: bool,
}

impl Field {
    /// What was typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the place where typing goes on, and what after it.
    pub(crate) fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.at).unwrap_or((&self.text, ""))
    }

    /// Begins to type again: a letter, a paste or a deletion takes the place of what stands here; a space, as before one
    /// more word, and any other key go on with it.
    pub(crate) fn resume(&mut self) {
        self.at = self.text.len();
        self.kept = !self.text.is_empty();
    }

    /// Whether what stands here gives way to what is typed next.
    pub(crate) fn gives_way(&self) -> bool {
        self.kept
    }

    /// Whether nothing was typed.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Inserts what was pasted; line breaks and control characters are left out.
    pub(crate) fn insert(&mut self, text: &str) {
        if std::mem::take(&mut self.kept) && !text.starts_with(' ') {
            self.delete(0..self.text.len());
        }
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            self.text.insert(self.at, letter);
            self.at += letter.len_utf8();
        }
    }

    /// Edits by a key; other keys mean nothing here.
    pub(crate) fn press(&mut self, key: Key) {
        if let Some(letter) = key.typed() {
            self.insert(letter.encode_utf8(&mut [0; 4]));
            return;
        }
        let kept = std::mem::take(&mut self.kept);
        match key.to_string().as_str() {
            "backspace" | "delete" | "ctrl-w" | "alt-backspace" if kept => {
                self.delete(0..self.text.len());
            }
            "backspace" => self.delete(self.before()..self.at),
            "delete" => self.delete(self.at..self.after()),
            "ctrl-u" => self.delete(0..self.at),
            "ctrl-k" => self.delete(self.at..self.text.len()),
            "ctrl-w" | "alt-backspace" => {
                let (head, _) = self.halves();
                let word = head.trim_end().rfind(' ').map_or(0, |space| space + 1);
                self.delete(word..self.at);
            }
            "left" => self.at = self.before(),
            "right" => self.at = self.after(),
            "home" | "ctrl-a" => self.at = 0,
            "end" | "ctrl-e" => self.at = self.text.len(),
            _ => {}
        }
    }

    /// Replaces what stands between a place, in bytes, and the place where typing goes on.
    pub(crate) fn put(&mut self, from: usize, text: &str) {
        self.kept = false;
        if from <= self.at && self.text.is_char_boundary(from) {
            self.delete(from..self.at);
            self.insert(text);
        }
    }

    fn delete(&mut self, range: std::ops::Range<usize>) {
        self.at = range.start;
        self.text.replace_range(range, "");
    }

    fn before(&self) -> usize {
        let (head, _) = self.halves();
        head.graphemes(true).next_back().map_or(0, |last| head.len() - last.len())
    }

    fn after(&self) -> usize {
        let (_, tail) = self.halves();
        self.at + tail.graphemes(true).next().map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> String {
        let mut field = Field::default();
        for key in keys.split_whitespace() {
            field.press(key.parse().unwrap());
        }
        let (before, after) = field.halves();
        format!("{before}|{after}")
    }

    #[test]
    fn keys_edit_as_everywhere_else() {
        assert_eq!(typed("a b c left backspace x"), "ax|c");
        assert_eq!(typed("a b space c d ctrl-w z"), "ab z|");
        assert_eq!(typed("a b home delete"), "|b");
        assert_eq!(typed("a b ctrl-a right ctrl-k"), "a|");
        assert_eq!(typed("ä left ß end ö backspace"), "ßä|");
    }

    #[test]
    fn what_was_kept_gives_way_to_what_is_typed_and_to_nothing_else() {
        for (key, expected) in [
            ("b", "b"),
            ("backspace", ""),
            ("delete", ""),
            ("space", "old "),
            ("end", "old"),
            ("left", "old"),
        ] {
            let mut field = Field::default();
            field.insert("old");
            field.resume();
            assert!(field.gives_way(), "{key}");
            field.press(key.parse().unwrap());
            assert!(!field.gives_way(), "{key}");
            assert_eq!(field.text(), expected, "{key}");
        }
        let mut field = Field::default();
        field.resume();
        assert!(!field.gives_way());
    }

    #[test]
    fn pasting_leaves_control_characters_out() {
        let mut field = Field::default();
        field.insert("4711\n\u{1b}[2J");
        assert_eq!(field.text(), "4711[2J");
    }
}
