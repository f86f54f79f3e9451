//! Words for a shell, so that a command that is shown can be typed as it stands.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A word as a shell reads it, by the rules of POSIX.1-2024, Shell Command Language, 2.2. Characters that would do
/// something to the terminal it is pasted into are escaped, in dollar-single-quotes.
pub fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    if !word.chars().any(char::is_control) {
        return Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")));
    }
    let mut out = String::from("$'");
    for letter in word.chars() {
        match letter {
            '\'' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
            letter => out.push(letter),
        }
    }
    out.push('\'');
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_so_that_a_shell_reads_them_back() {
        assert_eq!(quoted("order-4711"), "order-4711");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted("a\nb'\\\u{1b}"), r"$'a\x0ab\'\\\x1b'");
        for word in ["a b", "it's", "$(x)", "a\nb", "ä'\t\\n", "-", "*"] {
            let script = format!("printf %s {}", quoted(word));
            let out = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(out.stdout).unwrap(), word);
        }
    }
}
