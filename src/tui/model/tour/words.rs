//! A text with keys in it.

use crate::text;
use crate::tui::action::Action;
use crate::tui::keymap::{Context, Keymap};

/// A piece of a word: what it says, and whether that is a key.
pub(crate) type Piece = (String, bool);

/// Words, each of its pieces; lines break between them only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<Vec<Piece>>);

impl Words {
    /// Reads a text in which `{action}` and `{place.action}` stand for keys; the errors are all that is wrong in it.
    pub(super) fn read(template: &str, keymap: &Keymap) -> Result<Self, Vec<String>> {
        let mut words: Vec<Vec<Piece>> = Vec::new();
        let mut wrong = Vec::new();
        for word in template.split_whitespace() {
            let mut pieces = Vec::new();
            let mut rest = word;
            while let Some((before, more)) = rest.split_once('{') {
                let Some((name, after)) = more.split_once('}') else {
                    wrong.push(format!("`{word}`: a `{{` without its `}}`"));
                    break;
                };
                pieces.push((before.to_owned(), false));
                match key(name, keymap) {
                    Ok(label) => pieces.push((label, true)),
                    Err(told) => wrong.push(told),
                }
                rest = after;
            }
            pieces.push((rest.to_owned(), false));
            pieces.retain(|(text, _)| !text.is_empty());
            words.push(pieces);
        }
        if wrong.is_empty() { Ok(Self(words)) } else { Err(wrong) }
    }

    /// In lines of at most `width` cells, as far as its words are no longer.
    pub(crate) fn lines(&self, width: usize) -> Vec<Vec<Piece>> {
        let mut lines: Vec<Vec<Piece>> = Vec::new();
        let mut room = 0;
        for word in &self.0 {
            let cells: usize = word.iter().map(|(text, _)| text::width(text)).sum();
            match lines.last_mut() {
                Some(line) if cells < room => {
                    line.push((" ".to_owned(), false));
                    line.extend(word.iter().cloned());
                    room -= cells + 1;
                }
                _ => {
                    lines.push(word.clone());
                    room = width.saturating_sub(cells);
                }
            }
        }
        lines
    }
}

/// The key of `action` or `place.action`, as a person sees it; what has none is run by its name.
fn key(name: &str, keymap: &Keymap) -> Result<String, String> {
    let (place, action) = match name.split_once('.') {
        None => (Context::Timeline, name),
        Some((place, action)) => {
            let named = Context::ALL.iter().find(|(_, known, _)| *known == place);
            let (context, ..) = named.ok_or_else(|| format!("there is no place `{place}`"))?;
            (*context, action)
        }
    };
    let action: Action = action.parse().map_err(|error| format!("{error}"))?;
    let by_name = || {
        let palette = keymap.key(&Context::Everywhere.around(), Action::ShowPalette);
        format!("{} {action}", palette.unwrap_or_default()).trim_start().to_owned()
    };
    Ok(keymap.key(&place.around(), action).unwrap_or_else(by_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: Vec<Vec<Piece>>) -> Vec<String> {
        let piece = |(text, key): Piece| if key { format!("<{text}>") } else { text };
        lines.into_iter().map(|line| line.into_iter().map(piece).collect()).collect()
    }

    #[test]
    fn keys_stand_in_the_text_and_lines_break_between_words() {
        let keymap = Keymap::standard().unwrap();
        let words = Words::read("Press {go-to}, then {prompt.accept} to ({go-to}).", &keymap);
        let words = words.unwrap();
        assert_eq!(told(words.lines(100)), ["Press <g>, then <Enter> to (<g>)."]);
        assert_eq!(
            told(words.lines(13)),
            ["Press <g>, then", "<Enter> to (<g>)."].map(|line| { line.to_owned() })
        );
        assert_eq!(told(words.lines(1)).len(), 6);
    }

    #[test]
    fn all_mistakes_of_a_text_are_told() {
        let keymap = Keymap::standard().unwrap();
        let wrong = Words::read("{step-bakc} {stat.accept} {go-to", &keymap).unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong[0].contains("did you mean `step-back`?"));
        assert!(wrong[1].contains("no place `stat`"));
        assert!(wrong[2].contains("without its `}`"));
    }
}
