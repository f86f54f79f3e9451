//! What can stand over the screen.

use ratatui::layout::Rect;

use super::super::action::Action;
use super::super::keymap::{Context, Keymap};
use super::base::Comparing;
use super::field::Field;
use super::letters::{Asking, Letters};
use super::log::{Logbook, Message};
use super::marks::{MarkList, Naming};
use super::palette::Palette;
use super::pins::PinList;
use super::scroll::Scroll;
use super::sheet::Sheet;
use super::work::Workbook;
use crate::model::Value;
use crate::session::SessionError;
use crate::text::{
    self,
    paper::{Paper, Place},
};

/// What has the keys.
#[derive(Debug, Default)]
pub(crate) enum Overlay {
    /// The panels.
    #[default]
    None,
    /// A version or a time is typed.
    GoTo(GoTo),
    /// A mark is named.
    Mark(Box<Naming>),
    /// All marks.
    Marks(MarkList),
    /// All pins.
    Pins(PinList),
    /// The dead letters of a projection.
    Letters(Box<Letters>),
    /// Something that would be written, before it is.
    Order(Box<Asking>),
    /// What to compare with is chosen.
    Compare(Comparing),
    /// An action is chosen by its name.
    Palette(Palette),
    /// All keys.
    Help(Help),
    /// All messages.
    Log(Logbook),
    /// What goes on in the background.
    Work(Box<Workbook>),
    /// A message in full.
    Message(Box<FullMessage>),
    /// A value of the state in full.
    Value(FullValue),
}

/// A message and the window on it.
#[derive(Debug)]
pub(crate) struct FullMessage {
    /// The message.
    pub(crate) message: Message,
    /// The window.
    pub(crate) scroll: Scroll,
    /// The list that it was chosen in.
    pub(crate) from: Box<Overlay>,
}

impl FullMessage {
    /// A message of a list.
    pub(crate) fn new(message: Message, from: Overlay) -> Self {
        Self { message, scroll: Scroll::default(), from: Box::new(from) }
    }
}

/// A value, or what it was and what it is, with a window on it.
#[derive(Debug)]
pub(crate) struct FullValue {
    /// Where it stands in the state: `.items[0].name`.
    pub(crate) place: String,
    /// What is shown, each with what it is where that has to be told.
    pub(crate) parts: Vec<(&'static str, Sheet)>,
    /// How many rows it takes, as far as they were looked at.
    pub(crate) rows: usize,
}

impl FullValue {
    /// The columns that it has at the usual size of a terminal.
    const COLUMNS: usize = 74;
    /// Rows that are looked at to find how much of the screen it needs.
    const LOOKED_AT: usize = 60;

    /// A value of the state: a string as it is, everything else as JSON.
    pub(crate) fn new(place: &str, value: &Value) -> Self {
        Self::of(place, vec![("", value)])
    }

    /// What stood at a place and what stands there now, where anything did and does.
    pub(crate) fn of(place: &str, values: Vec<(&'static str, &Value)>) -> Self {
        let place = text::truncate_middle(&text::sanitize(place), 60).into_owned();
        let sheet = |(told, value)| (told, Sheet::new(Paper::full(value)));
        let parts: Vec<_> = values.into_iter().map(sheet).collect();
        let size = (Self::COLUMNS, Self::LOOKED_AT);
        let rows = parts.iter().map(|(told, sheet)| sheet.rows(size).len() + told.len().min(1));
        Self { place, rows: rows.sum(), parts }
    }

    /// The rows that it takes in lines of `width` cells, as far as they are looked at.
    pub(crate) fn height(&self, width: usize) -> usize {
        let rows = |(told, sheet): &(&str, Sheet)| {
            let begin = Place::default();
            sheet.paper().rows(&begin, width, Self::LOOKED_AT).len() + told.len().min(1)
        };
        self.parts.iter().map(rows).sum()
    }

    /// Where its parts stand in so much room: one beside the other where that is wide enough.
    pub(crate) fn areas(&self, area: Rect) -> Vec<Rect> {
        let count = self.parts.len().max(1) as u16;
        let beside = area.width >= 100;
        let (gap, all) = if beside { (2, area.width) } else { (0, area.height) };
        let each = (all - gap * (count - 1).min(all)) / count;
        let at = |part: u16| {
            if beside {
                Rect { x: area.x + part * (each + gap), width: each, ..area }
            } else {
                Rect { y: area.y + part * each, height: each, ..area }
            }
        };
        (0..count).map(at).collect()
    }

    /// The cells and rows of a part's text where it stands.
    pub(crate) fn size(told: &str, area: Rect) -> (usize, usize) {
        let rows = area.height.saturating_sub(u16::from(!told.is_empty()));
        (usize::from(area.width), usize::from(rows))
    }

    /// Moves the windows of all its parts.
    pub(crate) fn slide(&mut self, by: isize, area: Rect) {
        let areas = self.areas(area);
        for ((told, sheet), area) in self.parts.iter_mut().zip(areas) {
            sheet.slide(by, Self::size(told, area));
        }
    }
}

/// Typing where to go.
#[derive(Debug, Default)]
pub(crate) struct GoTo {
    /// What was typed.
    pub(crate) field: Field,
    /// Why it cannot be, sanitised.
    pub(crate) mistake: Option<String>,
}

impl GoTo {
    const USAGE: &str = "a version (17), first, last, -3 (three before the last), a position in the store (#8112) or a \
        time in UTC: 2026-03-02 14:34, -2h, or 14:34 and noon of the day looked at";

    /// What was typed, to be mended, and why it cannot be.
    pub(crate) fn refused(typed: &str, error: &SessionError) -> Self {
        // What it is about stands behind it: a long name would take the reason's place.
        let told = match error {
            SessionError::NoSuchVersion { asked, last, .. } => {
                format!("there is no version {asked}: the newest is {last}")
            }
            SessionError::NoTimes { of } => {
                let of = text::truncate_middle(&text::sanitize(of), 40).into_owned();
                SessionError::NoTimes { of }.to_string()
            }
            error => error.to_string(),
        };
        let hint = error.hint().map_or_else(String::new, |hint| format!("; {hint}"));
        let mut prompt = Self::default();
        prompt.field.insert(typed);
        prompt.mistake = Some(text::sanitize(&(told + &hint)).into_owned());
        prompt
    }

    /// Why it cannot be, otherwise what can be typed; in lines of `width` cells.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        super::event::wrap(self.mistake.as_deref().unwrap_or(Self::USAGE), width)
    }
}

/// A line of the help.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HelpLine {
    /// Between two places.
    Blank,
    /// A place.
    Heading(&'static str),
    /// Keys, what they do, the action's name.
    Keys(String, String, &'static str),
}

/// All keys.
#[derive(Debug, Default)]
pub(crate) struct Help {
    /// The lines.
    pub(crate) lines: Vec<HelpLine>,
    /// How wide the keys are.
    pub(crate) keys: usize,
    /// How wide the descriptions are.
    desc: usize,
    /// How wide the names of the actions are.
    names: usize,
    /// The lines in rows of a width.
    rows: (usize, Vec<HelpRow>),
    /// The window.
    pub(crate) scroll: Scroll,
}

/// What of a line stands in a row of the help.
#[derive(Debug)]
pub(crate) struct HelpRow {
    /// The line.
    pub(crate) line: usize,
    /// Whether its keys stand in this row.
    pub(crate) keys: bool,
    /// The part of what they do.
    pub(crate) part: String,
}

impl Help {
    /// The cells that have room for all of every line, each in a row.
    pub(crate) fn whole(&self) -> usize {
        self.keys + self.desc + self.names + 4
    }

    /// Breaks the lines into rows of `width` cells, where they are not yet.
    pub(crate) fn fit(&mut self, width: usize) {
        if self.rows.0 != width {
            let keys = self.keys(width);
            let parts = |line: usize| self.parts(line, keys, width);
            self.rows = (width, (0..self.lines.len()).flat_map(parts).collect());
        }
    }

    /// The cells that keys have.
    pub(crate) fn keys(&self, width: usize) -> usize {
        // Few keys are long; those have a row of their own.
        self.keys.min(width / 4)
    }

    fn parts(&self, line: usize, keys: usize, width: usize) -> Vec<HelpRow> {
        let row = |keys, part| HelpRow { line, keys, part };
        let Some(HelpLine::Keys(label, desc, _)) = self.lines.get(line) else {
            return vec![row(true, String::new())];
        };
        if width >= self.whole() {
            return vec![row(true, desc.clone())];
        }
        // What a key does is read in full before its action is named.
        let parts = super::event::wrap(desc, width.saturating_sub(keys + 2));
        // Keys that are too long for their column have a row of their own.
        let alone = crate::text::width(label) > keys;
        let mut rows: Vec<HelpRow> = alone.then(|| row(true, String::new())).into_iter().collect();
        rows.extend(parts.into_iter().enumerate().map(|(at, part)| row(at == 0 && !alone, part)));
        rows
    }

    /// The rows.
    pub(crate) fn rows(&self) -> &[HelpRow] {
        &self.rows.1
    }

    /// What a row tells of.
    pub(crate) fn action(&self, row: usize) -> Option<Action> {
        match self.lines.get(self.rows().get(row)?.line)? {
            HelpLine::Keys(_, _, name) => name.parse().ok(),
            HelpLine::Blank | HelpLine::Heading(_) => None,
        }
    }

    /// The help of a keymap: the place where the person is first.
    pub(crate) fn of(keymap: &Keymap, here: Context) -> Self {
        let mut help = Self::default();
        let first = Context::ALL.iter().filter(|(context, ..)| *context == here);
        let rest = Context::ALL.iter().filter(|(context, ..)| *context != here);
        let order = |context: &Context| *context == Context::Everywhere;
        let mut contexts: Vec<_> = first.chain(rest).collect();
        // What holds everywhere comes after the screen's own keys.
        contexts.sort_by_key(|(context, ..)| match context {
            context if *context == here => 0,
            Context::Timeline => 1,
            context if order(context) => 2,
            _ => 3,
        });
        for (context, _, heading) in contexts {
            let mut bindings = keymap.of(*context).peekable();
            if bindings.peek().is_none() {
                continue;
            }
            if !help.lines.is_empty() {
                help.lines.push(HelpLine::Blank);
            }
            help.lines.push(HelpLine::Heading(heading));
            while let Some(binding) = bindings.next() {
                let mut keys = binding.label(4);
                // Neighbours that do the same, each in its measure, stand in one line: `z 1 … z 9`.
                let last =
                    std::iter::from_fn(|| bindings.next_if(|next| next.desc == binding.desc));
                if let Some(last) = last.last() {
                    keys = format!("{keys} … {}", last.label(1));
                }
                help.keys = help.keys.max(crate::text::width(&keys));
                help.desc = help.desc.max(crate::text::width(&binding.desc));
                help.names = help.names.max(crate::text::width(binding.run.name()));
                let line = HelpLine::Keys(keys, binding.desc.clone(), binding.run.name());
                help.lines.push(line);
            }
        }
        help
    }
}
