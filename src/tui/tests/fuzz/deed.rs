//! What a person at the screen may do, at random: keys, words, the mouse, other sizes, pastes, and time that passes.
//!
//! Made from a seed alone, so that the same seed is the same history, and written in one word each, so that a history
//! can be read, kept and done again.

use std::fmt;

use crate::sample::seed::Seed;
use crate::tui::input::{Input, Key};

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// A person does it.
    Input(Input),
    /// The playhead that plays moves on.
    Ring,
    /// The store is looked at again.
    Tick,
}

/// One thing that is done, and whether the next one waits until it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) act: Act,
    pub(super) waits: bool,
}

/// Texts that somebody pastes.
const PASTES: [&str; 9] = [
    "order",
    "17",
    "line one\nline two\r\n\tthree",
    "\u{1b}[31mred\u{7}\u{0}",
    "\u{202e}drawkcab\u{2066}",
    "漢字 e\u{301}\u{301} 👩‍👩‍👧‍👦 نص",
    "#1",
    "",
    "👩",
];

/// Numbers that are as good as random, and the same for the same seed.
pub(super) struct Dice(Seed);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Seed::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d))
    }

    /// Less than `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0.next() % bound.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// What moves the playhead, and what undoes that.
const TRAVEL: &[&str] = &[
    "left",
    "left",
    "right",
    "right",
    "h",
    "l",
    "shift-left",
    "shift-right",
    "H",
    "L",
    "home",
    "end",
    "0",
    "$",
    "t",
    "T",
    "u",
    "ctrl-r",
    "space",
    "backspace",
    ".",
    ",",
    ";",
    "[",
    "]",
    "ring!",
    "ring!",
];

/// Keys pressed one after the other that lead somewhere, with numbers in place of `N`.
const WAYS: &[&str] = &[
    "g N enter",
    "g N enter",
    "g - N enter",
    "g l a s t enter",
    "g f i r s t enter",
    "g # N enter",
    "g n o o n enter",
    "g v N enter",
    "g - N h enter",
    "g x enter esc",
    "/ N enter",
    "/ N esc",
    "/ o r d enter down",
    "2 enter",
    "2 up enter",
    "2 < enter",
    "3 left 4 left end",
    "3 j s y",
    "3 j s esc",
    "3 P y",
    "3 P n",
    "3 j P y",
    "3 j R y",
    "3 j R y tick! R y",
    "3 j e enter",
    "3 j e j r y",
    "3 j e s y",
    "3 e < r y esc",
    "3 j left s R esc",
    "4 j enter enter esc",
    "4 enter tab j tab k tab enter esc esc",
    "4 + t - shift-left 3 esc",
    "2 / t y p e : N enter",
    "2 / N enter esc",
    "m N enter",
    "m N tab N enter",
    "M enter",
    "M x u esc",
    "M d",
    "d enter",
    "d N enter",
    "alt-2 p ]",
    "alt-2 j p [",
    "alt-2 j j ]",
    "alt-2 P U",
    "alt-2 / N enter n N",
    "alt-2 z N",
    "alt-2 j enter *",
    "alt-2 v j esc",
    "alt-4 v pagedown esc",
    ": N enter",
    ": s t e p enter",
    ": g o - e n d enter",
    ": p l a y enter",
    ": n e x t enter",
    "? pagedown esc",
    "! esc",
    "alt-1 j",
    "alt-1 k",
    "alt-1 pagedown",
    "alt-1 <",
    "alt-1 >",
    "alt-1 o",
    "alt-1 enter",
    "y v",
    "y c",
    "y e",
    "y esc",
    "1",
    "2",
    "tab",
    "shift-tab",
    "+",
    "-",
    "Z",
];

/// Keys that a person may press anywhere.
const ODD: &[&str] = &[
    "esc",
    "esc",
    "esc",
    "enter",
    "tab",
    "insert",
    "delete",
    "f1",
    "f12",
    "ctrl-a",
    "ctrl-k",
    "ctrl-w",
    "alt-enter",
    "up",
    "down",
    "pageup",
    "pagedown",
    "ctrl-home",
    "ctrl-end",
    "ü",
    "漢",
    "ctrl-t",
    "r",
    "p",
    "ctrl-s",
    "~",
    "@",
    "!",
    "1",
    "2",
    "tick!",
];

const SIZES: &[(u16, u16)] =
    &[(80, 24), (160, 45), (40, 12), (120, 30), (39, 11), (1, 1), (300, 100), (41, 13)];

/// So many deeds.
pub(super) fn history(seed: u64, count: usize, keys: &[String]) -> Vec<Deed> {
    let mut dice = Dice::new(seed);
    let mut out = Vec::new();
    let mut size = (80, 24);
    while out.len() < count {
        let hurry = dice.below(4) == 0;
        let words = match dice.below(100) {
            0..40 => (0..=dice.below(3)).map(|_| dice.pick(TRAVEL).to_owned()).collect(),
            40..65 => way(&mut dice),
            65..75 => {
                keys[dice.below(keys.len() as u64) as usize].split(' ').map(str::to_owned).collect()
            }
            75..85 => vec![dice.pick(ODD).to_owned()],
            85..88 => vec![char::from(b'!' + dice.below(94) as u8).to_string()],
            88..90 => vec![format!("paste@{}", dice.below(PASTES.len() as u64))],
            90..92 => {
                size = if dice.below(3) == 0 {
                    (1 + dice.below(300) as u16, 1 + dice.below(100) as u16)
                } else {
                    SIZES[dice.below(SIZES.len() as u64) as usize]
                };
                vec![format!("size@{},{}", size.0, size.1)]
            }
            _ => vec![mouse(&mut dice, size)],
        };
        out.extend(
            words.iter().map(|word| Deed { waits: !hurry || dice.below(5) == 0, act: act(word) }),
        );
    }
    out.truncate(count);
    out
}

fn way(dice: &mut Dice) -> Vec<String> {
    let number = |dice: &mut Dice| {
        let bound = [3, 10, 40, 200, 30_000][dice.below(5) as usize];
        dice.below(bound).to_string()
    };
    let mut out = Vec::new();
    for word in dice.pick(WAYS).split(' ') {
        // Where it is no number but the key `N`, that is as good.
        if word == "N" {
            out.extend(number(dice).chars().map(String::from));
        } else {
            out.push(word.to_owned());
        }
    }
    out
}

fn mouse(dice: &mut Dice, (columns, rows): (u16, u16)) -> String {
    // One beyond the edge, as after a window became smaller.
    let (x, y) = (dice.below(u64::from(columns) + 2), dice.below(u64::from(rows) + 2));
    let what = dice
        .pick(&["click", "click", "click", "drag", "drag", "release", "up", "down", "in", "out"]);
    format!("{what}@{x},{y}")
}

fn act(word: &str) -> Act {
    match word {
        "ring!" => return Act::Ring,
        "tick!" => return Act::Tick,
        _ => {}
    }
    let Some((what, at)) = word.split_once('@').filter(|(what, _)| !what.is_empty()) else {
        return Act::Input(Input::Key(word.parse::<Key>().unwrap()));
    };
    if what == "paste" {
        return Act::Input(Input::Paste(PASTES[at.parse::<usize>().unwrap()].to_owned()));
    }
    let (x, y) = at.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap();
    Act::Input(match what {
        "click" => Input::Click(x, y),
        "drag" => Input::Drag(x, y),
        "release" => Input::Release(x, y),
        "up" => Input::Wheel(false, x, y),
        "down" => Input::Wheel(true, x, y),
        "in" => Input::Zoom(true, x, y),
        "out" => Input::Zoom(false, x, y),
        "size" => Input::Resize(x, y),
        _ => panic!("`{word}` is nothing that can be done"),
    })
}

/// Reads a history as it is written: words with spaces between them, `~` before what does not wait for its answer.
pub(super) fn read(text: &str) -> Vec<Deed> {
    let deed = |word: &str| match word.strip_prefix('~').filter(|rest| !rest.is_empty()) {
        Some(rest) => Deed { act: act(rest), waits: false },
        None => Deed { act: act(word), waits: true },
    };
    text.split_whitespace().map(deed).collect()
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.waits {
            f.write_str("~")?;
        }
        match &self.act {
            Act::Ring => f.write_str("ring!"),
            Act::Tick => f.write_str("tick!"),
            Act::Input(input) => match input {
                Input::Key(key) => write!(f, "{key}"),
                Input::Paste(text) => {
                    let at = PASTES.iter().position(|paste| paste == text).unwrap();
                    write!(f, "paste@{at}")
                }
                Input::Click(x, y) => write!(f, "click@{x},{y}"),
                Input::Drag(x, y) => write!(f, "drag@{x},{y}"),
                Input::Release(x, y) => write!(f, "release@{x},{y}"),
                Input::Wheel(false, x, y) => write!(f, "up@{x},{y}"),
                Input::Wheel(true, x, y) => write!(f, "down@{x},{y}"),
                Input::Zoom(true, x, y) => write!(f, "in@{x},{y}"),
                Input::Zoom(false, x, y) => write!(f, "out@{x},{y}"),
                Input::Resize(x, y) => write!(f, "size@{x},{y}"),
            },
        }
    }
}

/// A history as it is written.
pub(super) fn written(deeds: &[Deed]) -> String {
    deeds.iter().map(Deed::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_history_reads_back_as_it_is_written() {
    let keys = ["g g".to_owned(), "ctrl-p".to_owned()];
    let deeds = history(1, 2000, &keys);
    assert_eq!(read(&written(&deeds)), deeds);
    assert_ne!(history(2, 2000, &keys), deeds, "another seed is another history");
}
