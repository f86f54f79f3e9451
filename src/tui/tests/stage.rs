//! The screen without a terminal, and what tests want to type at it and to see on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::model::{Event, Payload, Position, Timestamp, Version, time};
use crate::session::{OpenOptions, Session, SessionError};
use crate::store::memory::MemoryStore;
use crate::tui::effect::Source;
use crate::tui::input::Input;
use crate::tui::theme::Colours;
use crate::tui::update::Msg;
use crate::tui::{Headless, Options};

pub(super) const LARGE: (u16, u16) = (160, 45);
pub(super) const USUAL: (u16, u16) = (80, 24);
pub(super) const SMALL: (u16, u16) = (40, 12);
/// Those that pictures are taken in, by the names of these.
pub(super) const SIZES: [(&str, (u16, u16)); 3] =
    [("large", LARGE), ("usual", USUAL), ("small", SMALL)];

pub(super) struct Stage(Headless);

impl Deref for Stage {
    type Target = Headless;

    fn deref(&self) -> &Headless {
        &self.0
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Headless {
        &mut self.0
    }
}

/// The time that it is in pictures.
fn clock() -> Timestamp {
    crate::model::time::parse_recorded("2026-03-02T14:34:12Z").unwrap()
}

impl Stage {
    /// Before the store is open.
    pub(super) fn unopened(
        name: &str,
        size: (u16, u16),
        open: impl FnOnce() -> Result<Session, SessionError> + Send + 'static,
    ) -> Self {
        Self::of(Source::new(name, open), size)
    }

    fn of(source: Source, size: (u16, u16)) -> Self {
        let options = Options { colours: Colours::All, ..Options::default() };
        let mut stage = Self(Headless::new(source, &options, size).unwrap());
        stage.app.model.clock = clock;
        stage
    }

    /// Begun and settled.
    pub(super) fn begin(source: Source, size: (u16, u16)) -> Self {
        let mut stage = Self::of(source, size);
        stage.start();
        stage.settle();
        stage
    }

    /// Opened and settled.
    pub(super) fn open(
        name: &str,
        size: (u16, u16),
        open: impl FnOnce() -> Result<Session, SessionError> + Send + 'static,
    ) -> Self {
        Self::begin(Source::new(name, open), size)
    }

    /// On these events.
    pub(super) fn on(events: Vec<Event>, size: (u16, u16)) -> Self {
        Self::open("test", size, move || Ok(session(events)))
    }

    /// On these events, as soon as the first version is there: the rest is walked meanwhile.
    pub(super) fn walking(events: Vec<Event>, size: (u16, u16)) -> Self {
        let mut stage = Self::unopened("test", size, move || Ok(session(events)));
        stage.start();
        while stage.app.model.travel.is_none() {
            stage.one_report();
        }
        stage
    }

    /// On the recording that comes with the tests.
    pub(super) fn shop(size: (u16, u16)) -> Self {
        Self::open("shop.jsonl", size, || {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");
            let store = crate::store::recording::open(std::path::Path::new(path))?;
            Ok(Session::with_store(store, &OpenOptions::default()))
        })
    }

    /// The same, with what the person has set.
    pub(super) fn shop_with(options: &Options, size: (u16, u16)) -> Self {
        let source = Source::new("shop.jsonl", || {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");
            let store = crate::store::recording::open(std::path::Path::new(path))?;
            Ok(Session::with_store(store, &OpenOptions::default()))
        });
        Self::with(source, options, size)
    }

    /// Begun and settled, with what the person has set.
    pub(super) fn with(source: Source, options: &Options, size: (u16, u16)) -> Self {
        let mut stage = Self(Headless::new(source, options, size).unwrap());
        stage.start();
        stage.settle();
        stage
    }

    /// The same on these events.
    pub(super) fn on_with(events: Vec<Event>, options: &Options, size: (u16, u16)) -> Self {
        let source = Source::new("test", move || Ok(session(events)));
        let mut stage = Self(Headless::new(source, options, size).unwrap());
        stage.start();
        stage.settle();
        stage
    }

    /// Takes the next report in, whatever it is.
    pub(super) fn one_report(&mut self) {
        let message = self.answers.blocking_recv().unwrap();
        self.app.take(message);
    }

    /// Presses keys, as they are written in a keymap; each is answered before the next.
    pub(super) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.press(key);
            self.settle();
        }
        self
    }

    /// Presses a key and goes on at once.
    pub(super) fn press(&mut self, key: &str) {
        self.0.press(key).unwrap();
    }

    /// Types a text, letter by letter.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            let name = if letter == ' ' { "space".to_owned() } else { letter.to_string() };
            self.press(&name);
            self.settle();
        }
        self
    }

    /// Something else that a person does.
    pub(super) fn input(&mut self, input: Input) -> &mut Self {
        self.app.take(Msg::Input(input));
        self.settle();
        self
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.terminal.backend_mut().resize(columns, rows);
        self.input(Input::Resize(columns, rows))
    }

    /// Lets the message in the last line stand as long as it does.
    pub(super) fn stood(&mut self) -> &mut Self {
        self.app.take(Msg::Stood);
        self
    }

    fn buffer(&mut self) -> &Buffer {
        self.draw();
        self.settle();
        self.draw()
    }

    /// The screen as text.
    pub(super) fn text_now(&mut self) -> String {
        lines(self.buffer()).join("\n")
    }

    /// The screen as text at this moment, whatever is still due.
    pub(super) fn now(&mut self) -> String {
        lines(self.draw()).join("\n")
    }

    /// The screen as text, and a second time with a letter for the style of each cell.
    pub(super) fn picture(&mut self) -> String {
        picture(self.buffer())
    }

    /// The column and row where a text stands.
    pub(super) fn find(&mut self, text: &str) -> (u16, u16) {
        let lines = lines(self.buffer());
        let at = lines.iter().enumerate().find_map(|(row, line)| {
            let at = line.find(text)?;
            Some((crate::text::width(line.get(..at)?) as u16, row as u16))
        });
        at.unwrap_or_else(|| panic!("`{text}` is not on the screen:\n{}", lines.join("\n")))
    }

    #[track_caller]
    pub(super) fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.text_now();
        assert!(screen.contains(text), "`{text}` is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub(super) fn hides(&mut self, text: &str) -> &mut Self {
        let screen = self.text_now();
        assert!(!screen.contains(text), "`{text}` is on the screen:\n{screen}");
        self
    }
}

pub(super) fn session(events: Vec<Event>) -> Session {
    let store = Box::new(MemoryStore::new("test", events));
    Session::with_store(store, &OpenOptions::default())
}

/// An event at so many minutes after the beginning of 2026.
pub(super) fn event(id: &str, version: u64, kind: &str, minute: u64, data: &str) -> Event {
    let start = time::parse_recorded("2026-01-01T00:00:00Z").unwrap();
    Event {
        position: Some(Position(version as i64)),
        aggregate: id.into(),
        category: "Order".into(),
        version: Version(version),
        event_type: kind.into(),
        id: None,
        time: Some(start + chrono::Duration::minutes(minute as i64)),
        schema: None,
        data: Payload::json(data.as_bytes(), Arc::default(), Version(version)),
        metadata: None,
        findings: Vec::new(),
    }
}

/// One aggregate whose counter says its version.
pub(super) fn counter(id: &str, events: u64) -> Vec<Event> {
    (1..=events).map(|v| event(id, v, "Counted", v, &format!("{{\"count\":{v}}}"))).collect()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width.max(1));
    // Behind a letter of two cells stands one that nobody sees.
    let line = |cells: &[ratatui::buffer::Cell]| {
        let (mut text, mut at) = (String::new(), 0);
        while let Some(cell) = cells.get(at) {
            text.push_str(cell.symbol());
            at += crate::text::width(cell.symbol()).max(1);
        }
        text.trim_end().to_owned()
    };
    buffer.content().chunks(width).map(line).collect()
}

fn picture(buffer: &Buffer) -> String {
    let mut names: BTreeMap<String, char> = BTreeMap::new();
    let told: Vec<String> = buffer.content().iter().map(|cell| style(cell.style())).collect();
    let plain = most_frequent(&told);
    for style in &told {
        if *style != plain && !names.contains_key(style) {
            let mut letters = ('a'..='z').chain('A'..='Z').chain('0'..='9');
            let letter = letters.nth(names.len()).unwrap_or('?');
            names.insert(style.clone(), letter);
        }
    }
    let mut out = lines(buffer).join("\n");
    out.push_str("\n\n");
    for row in told.chunks(usize::from(buffer.area.width.max(1))) {
        let row: String =
            row.iter().map(|style| names.get(style).copied().unwrap_or('.')).collect();
        let _ = writeln!(out, "{}", row.trim_end_matches('.'));
    }
    let _ = writeln!(out, "\n. {plain}");
    let mut legend: Vec<(char, String)> =
        names.into_iter().map(|(style, letter)| (letter, style)).collect();
    legend.sort();
    for (letter, style) in legend {
        let _ = writeln!(out, "{letter} {style}");
    }
    out
}

fn most_frequent(styles: &[String]) -> String {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for style in styles {
        *counts.entry(style).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(style, _)| style.clone()).unwrap()
}

fn style(style: Style) -> String {
    let colour =
        |colour: Option<Color>| colour.map_or_else(|| "none".to_owned(), |c| c.to_string());
    let mut out = colour(style.fg);
    if style.bg.is_some_and(|bg| bg != Color::Reset) {
        let _ = write!(out, " on {}", colour(style.bg));
    }
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reverse"),
        (Modifier::UNDERLINED, "underline"),
    ] {
        if style.add_modifier.contains(modifier) {
            out.push(' ');
            out.push_str(name);
        }
    }
    out
}
