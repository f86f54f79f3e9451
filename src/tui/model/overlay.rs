//! What can stand over the screen.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::super::action::Action;
use super::super::keymap::{Context, Keymap};
use super::base::Comparing;
use super::field::Field;
use super::log::{Logbook, Message};
use super::marks::{MarkList, Naming};
use super::scroll::Scroll;
use crate::model::{Value, json};
use crate::session::SessionError;
use crate::text;

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
    /// What to compare with is chosen.
    Compare(Comparing),
    /// An action is chosen by its name.
    Palette(Palette),
    /// All keys.
    Help(Help),
    /// All messages.
    Log(Logbook),
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
    pub(crate) from: Logbook,
}

impl FullMessage {
    /// A message of a list.
    pub(crate) fn new(message: Message, from: Logbook) -> Self {
        Self { message, scroll: Scroll::default(), from }
    }
}

/// A value and the window on it.
#[derive(Debug)]
pub(crate) struct FullValue {
    /// Where it stands in the state: `.items[0].name`.
    pub(crate) place: String,
    /// The value: a string as it is, everything else as JSON.
    text: String,
    /// How many bytes of it are not shown.
    beyond: usize,
    /// About how many lines it takes.
    pub(crate) rows: usize,
    /// It in lines of so many cells, sanitised; made when the width is known.
    lines: (usize, Vec<String>),
    /// The window.
    pub(crate) scroll: Scroll,
}

impl FullValue {
    /// Bytes of a value that are shown.
    const SHOWN: usize = 64 * 1024;
    /// The columns that it has at the usual size of a terminal.
    const COLUMNS: usize = 74;

    /// A value of the state.
    pub(crate) fn new(place: &str, value: &Value) -> Self {
        let text = match value {
            Value::String(string) => string.to_string(),
            value => json::to_pretty(value),
        };
        let is_whole = |at: &usize| text.is_char_boundary(*at);
        let shown = (0..=Self::SHOWN.min(text.len())).rev().find(is_whole).unwrap_or(0);
        let beyond = text.len() - shown;
        let text = text.get(..shown).unwrap_or_default().to_owned();
        let place = text::truncate_middle(&text::sanitize(place), 60).into_owned();
        let rows = text.lines().map(|line| 1 + line.len() / Self::COLUMNS).sum();
        Self { place, text, beyond, rows, lines: (0, Vec::new()), scroll: Scroll::default() }
    }

    /// The value in lines that fit in, sanitised.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines.1
    }

    /// Breaks it into lines of `width` cells, where it is not yet.
    pub(crate) fn fit(&mut self, width: usize) {
        if self.lines.0 != width {
            self.lines = (width, self.broken(width));
        }
    }

    fn broken(&self, width: usize) -> Vec<String> {
        let broken = |line: &str| super::event::broken(&text::sanitize(line), width.max(1));
        let mut lines: Vec<String> = self.text.lines().flat_map(broken).collect();
        if lines.is_empty() {
            lines.push(super::event::EMPTY.to_owned());
        }
        if self.beyond > 0 {
            lines.push(format!("… {} more", text::human::bytes(self.beyond as u64)));
        }
        lines
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
        time in UTC: 2026-03-02 14:34, -2h, or 14:34 and noon of the day that is looked at";

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

/// An action that can be chosen.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The action.
    pub(crate) action: Action,
    /// Its keys, as a person sees them.
    pub(crate) keys: String,
    /// Which letters of its name and title were typed.
    pub(crate) hits: Vec<u32>,
}

/// Choosing an action.
#[derive(Debug, Default)]
pub(crate) struct Palette {
    /// What was typed.
    pub(crate) field: Field,
    /// What it fits, best first.
    pub(crate) choices: Vec<Choice>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
}

impl Palette {
    /// Finds the actions that fit what was typed.
    pub(crate) fn find(&mut self, keymap: &Keymap) {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(self.field.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut found: Vec<(u32, Choice)> = Vec::new();
        for action in Action::ALL {
            // Taking means something only where something is open.
            if matches!(action, Action::Accept | Action::ShowPalette) {
                continue;
            }
            let mut buffer = Vec::new();
            let mut hits = Vec::new();
            let told = Self::told(*action);
            let told = Utf32Str::new(&told, &mut buffer);
            if let Some(score) = pattern.indices(told, &mut matcher, &mut hits) {
                hits.sort_unstable();
                hits.dedup();
                let choice = Choice { action: *action, keys: keymap.keys_of(*action), hits };
                found.push((score, choice));
            }
        }
        let named = |choice: &Choice| choice.action.name() == self.field.text().trim();
        found.sort_by_key(|(score, choice)| std::cmp::Reverse((named(choice), *score)));
        self.choices = found.into_iter().map(|(_, choice)| choice).collect();
        self.scroll = Scroll::default();
    }

    /// What is searched: the name, then the title.
    pub(crate) fn told(action: Action) -> String {
        format!("{} {}", action.name(), action.title())
    }

    /// The action to run: one that is in no list by its exact name, otherwise the chosen one.
    pub(crate) fn action(&self) -> Option<Action> {
        let chosen = self.choices.get(self.scroll.cursor).map(|choice| choice.action);
        let named: Option<Action> = self.field.text().trim().parse().ok();
        named.filter(|action| !Action::ALL.contains(action)).or(chosen)
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
    pub(crate) desc: usize,
    /// The window.
    pub(crate) scroll: Scroll,
}

impl Help {
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
            for binding in bindings {
                let keys = binding.label(4);
                help.keys = help.keys.max(crate::text::width(&keys));
                help.desc = help.desc.max(crate::text::width(&binding.desc));
                let line = HelpLine::Keys(keys, binding.desc.clone(), binding.run.name());
                help.lines.push(line);
            }
        }
        help
    }
}
