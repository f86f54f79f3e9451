//! What comes from the keyboard and the mouse, and how keys are written: `ctrl-r`, `shift-left`, `g g`.
//!
//! Knows no action and no screen.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Pressed a key.
    Key(Key),
    /// Pasted a text.
    Paste(String),
    /// Pressed the left button.
    Click(u16, u16),
    /// Moved the mouse with the left button down.
    Drag(u16, u16),
    /// Let the left button go.
    Release(u16, u16),
    /// Turned the wheel, `true` for down.
    Wheel(bool, u16, u16),
    /// Turned the wheel with Ctrl held down, `true` to look closer.
    Zoom(bool, u16, u16),
    /// Gave the terminal another size: columns, rows.
    Resize(u16, u16),
}

impl Input {
    /// What a terminal's event means; `None` for what means nothing here.
    pub(crate) fn read(event: Event) -> Option<Self> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(Self::Key(key.into())),
            Event::Paste(text) => Some(Self::Paste(text)),
            Event::Resize(columns, rows) => Some(Self::Resize(columns, rows)),
            Event::Mouse(mouse) => {
                let (x, y) = (mouse.column, mouse.row);
                let zooms = mouse.modifiers.contains(KeyModifiers::CONTROL);
                match mouse.kind {
                    MouseEventKind::ScrollUp if zooms => Some(Self::Zoom(true, x, y)),
                    MouseEventKind::ScrollDown if zooms => Some(Self::Zoom(false, x, y)),
                    MouseEventKind::Down(MouseButton::Left) => Some(Self::Click(x, y)),
                    MouseEventKind::Drag(MouseButton::Left) => Some(Self::Drag(x, y)),
                    MouseEventKind::Up(MouseButton::Left) => Some(Self::Release(x, y)),
                    MouseEventKind::ScrollUp => Some(Self::Wheel(false, x, y)),
                    MouseEventKind::ScrollDown => Some(Self::Wheel(true, x, y)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// A key with what was held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    code: KeyCode,
    held: KeyModifiers,
}

const NAMED: &[(&str, KeyCode, &str)] = &[
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pageup", KeyCode::PageUp, "PgUp"),
    ("pagedown", KeyCode::PageDown, "PgDn"),
    ("tab", KeyCode::Tab, "Tab"),
    ("enter", KeyCode::Enter, "Enter"),
    ("esc", KeyCode::Esc, "Esc"),
    ("space", KeyCode::Char(' '), "Space"),
    ("backspace", KeyCode::Backspace, "Backspace"),
    ("delete", KeyCode::Delete, "Del"),
    ("insert", KeyCode::Insert, "Ins"),
];

const HELD: &[(&str, KeyModifiers, &str)] = &[
    ("ctrl-", KeyModifiers::CONTROL, "Ctrl-"),
    ("alt-", KeyModifiers::ALT, "Alt-"),
    ("shift-", KeyModifiers::SHIFT, "⇧"),
];

impl Key {
    fn new(code: KeyCode, held: KeyModifiers) -> Self {
        let mut held = held & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match code {
            // Terminals disagree on whether a shifted letter comes with the modifier; the letter says it.
            KeyCode::Char(letter) if held.contains(KeyModifiers::SHIFT) && letter != ' ' => {
                held -= KeyModifiers::SHIFT;
                let upper = letter.is_lowercase() && letter.to_uppercase().count() == 1;
                KeyCode::Char(if upper {
                    letter.to_uppercase().next().unwrap_or(letter)
                } else {
                    letter
                })
            }
            KeyCode::BackTab => {
                held |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            code => code,
        };
        Self { code, held }
    }

    /// The letter it types, where it types one.
    pub(crate) fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if (self.held - KeyModifiers::SHIFT).is_empty() => Some(letter),
            _ => None,
        }
    }

    /// How a person sees it: `⇧←`, `Ctrl-r`, `Space`.
    pub(crate) fn label(self) -> String {
        let mut out = String::new();
        for (_, modifier, label) in HELD {
            if self.held.contains(*modifier) {
                out.push_str(label);
            }
        }
        match (self.code, NAMED.iter().find(|(_, code, _)| *code == self.code)) {
            (_, Some((_, _, label))) => out.push_str(label),
            (KeyCode::Char(letter), _) => out.push(letter),
            (KeyCode::F(number), _) => {
                out.push('F');
                out.push_str(&number.to_string());
            }
            _ => out.push('?'),
        }
        out
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

/// How it is written in a keymap.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier, _) in HELD {
            if self.held.contains(*modifier) {
                f.write_str(name)?;
            }
        }
        match (self.code, NAMED.iter().find(|(_, code, _)| *code == self.code)) {
            (_, Some((name, ..))) => f.write_str(name),
            (KeyCode::Char(letter), _) => write!(f, "{letter}"),
            (KeyCode::F(number), _) => write!(f, "f{number}"),
            _ => f.write_str("?"),
        }
    }
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownKey(String);

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` names no key; write a character, a name such as `enter`, `pageup` or `f5`, with `ctrl-`, `alt-` or \
             `shift-` before it",
            crate::text::sanitize(&self.0)
        )
    }
}

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut held = KeyModifiers::NONE;
        let mut rest = text;
        'modifiers: loop {
            for (name, modifier, _) in HELD {
                if let Some(after) = rest.strip_prefix(name).filter(|after| !after.is_empty()) {
                    held |= *modifier;
                    rest = after;
                    continue 'modifiers;
                }
            }
            break;
        }
        let mut letters = rest.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(letter), None) => Some(KeyCode::Char(letter)),
            _ => NAMED.iter().find(|(name, ..)| *name == rest).map(|(_, code, _)| *code).or_else(
                || {
                    let number = rest.strip_prefix('f')?.parse().ok()?;
                    (1..=12).contains(&number).then_some(KeyCode::F(number))
                },
            ),
        };
        code.map(|code| Self::new(code, held)).ok_or_else(|| UnknownKey(text.to_owned()))
    }
}

/// Reads keys that are pressed one after the other, separated by spaces.
pub(crate) fn chord(text: &str) -> Result<Vec<Key>, UnknownKey> {
    let keys: Result<Vec<Key>, _> = text.split_whitespace().map(Key::from_str).collect();
    keys.and_then(|keys| if keys.is_empty() { Err(UnknownKey(text.to_owned())) } else { Ok(keys) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_back_as_it_is_written() {
        for text in [
            "a",
            "A",
            "?",
            ":",
            "/",
            "-",
            "ctrl-r",
            "ctrl--",
            "shift-left",
            "alt-enter",
            "ctrl-shift-up",
            "f1",
            "f12",
            "space",
            "shift-tab",
            "pageup",
            "ö",
        ] {
            let key: Key = text.parse().unwrap();
            let written = key.to_string();
            assert_eq!(written.parse::<Key>(), Ok(key), "{text} is written {written}");
        }
    }

    #[test]
    fn what_terminals_send_in_two_ways_is_one_key() {
        let shifted = Key::from(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT));
        assert_eq!(shifted, "G".parse().unwrap());
        let back_tab = Key::from(KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE));
        assert_eq!(back_tab, "shift-tab".parse().unwrap());
        assert_eq!(back_tab.label(), "⇧Tab");
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for text in ["", "ctrl-", "lft", "f0", "f13", "hyper-x"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
        assert_eq!(chord("g g").unwrap().len(), 2);
        assert!(chord("  ").is_err());
        assert!(chord("g nope").is_err());
    }
}
