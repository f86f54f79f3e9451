//! What an event changed, as lines.

use crate::analysis::{Change, Op};
use crate::model::{Path, Value, json};
use crate::session::Moment;
use crate::text;

use super::scroll::Scroll;

/// Changes shown; beyond them their number is told.
const MOST: usize = 1000;
/// Lines of one added or removed value.
const MOST_INSIDE: usize = 200;

/// One line of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Between two changes.
    Blank,
    /// Where something changed, and how; with the values where they are short.
    Place(Op, String, Option<Values>),
    /// The values of the place above.
    Values(Values),
    /// A value alone: what stood there or what stands there.
    Value(Op, String),
    /// A member of what was added or removed: how deep, its name, its value.
    Member(Op, u16, String, String),
    /// So many more that are not shown.
    More(u64, &'static str),
    /// So many members of the state that this event left alone.
    Untouched(usize),
}

/// Before and after, as JSON, sanitised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Values {
    /// What stood there.
    pub(crate) before: String,
    /// What stands there.
    pub(crate) after: String,
}

/// The changes and the window on them.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The lines.
    pub(crate) lines: Vec<Line>,
    /// How many changes there are.
    pub(crate) count: usize,
    width: usize,
    /// The window.
    pub(crate) scroll: Scroll,
}

impl Changes {
    /// Shows what another event changed, in lines of `width` cells.
    pub(crate) fn show(&mut self, moment: &Moment, width: usize) {
        let mut after_long = false;
        *self = Self { width, count: moment.changes.len(), ..Self::default() };
        for change in moment.changes.iter().take(MOST) {
            let begin = self.lines.len();
            self.change(change);
            // Changes of one line stand together like a table; longer ones stand apart.
            let long = self.lines.len() - begin > 1;
            if begin > 0 && (long || after_long) {
                self.lines.insert(begin, Line::Blank);
            }
            after_long = long;
        }
        let more = moment.changes.len().saturating_sub(MOST);
        if more > 0 {
            self.lines.push(Line::More(more as u64, "change"));
        }
        let untouched = match moment.state.value() {
            Value::Object(map) => map.values().filter(|slot| slot.since != moment.version).count(),
            _ => 0,
        };
        if untouched > 0 && moment.event.is_some() && !self.lines.is_empty() {
            self.lines.push(Line::Blank);
            self.lines.push(Line::Untouched(untouched));
        }
    }

    /// Whether the lines were made for another width.
    pub(crate) fn fits(&self, width: usize) -> bool {
        self.width == width
    }

    fn change(&mut self, change: &Change) {
        let place = place(&change.path);
        let room = self.width.saturating_sub(text::width(&place) + 4);
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let values = Values { before: short(before), after: short(after) };
                let needs = text::width(&values.before) + text::width(&values.after) + 5;
                if needs <= room {
                    self.lines.push(Line::Place(change.op, place, Some(values)));
                } else if needs + 2 <= self.width {
                    self.lines.push(Line::Place(change.op, place, None));
                    self.lines.push(Line::Values(values));
                } else {
                    self.lines.push(Line::Place(change.op, place, None));
                    self.alone(Op::Remove, before, values.before);
                    self.alone(Op::Add, after, values.after);
                }
            }
            (before, after) => {
                let Some(value) = before.as_ref().or(after.as_ref()) else { return };
                let one = short(value);
                if value.is_empty() || value.len().is_none() && text::width(&one) + 2 <= room {
                    let (before, after) = match change.op {
                        Op::Remove => (one, String::new()),
                        _ => (String::new(), one),
                    };
                    let values = Values { before, after };
                    self.lines.push(Line::Place(change.op, place, Some(values)));
                } else {
                    self.lines.push(Line::Place(change.op, place, None));
                    self.alone(change.op, value, one);
                }
            }
        }
    }

    fn alone(&mut self, op: Op, value: &Value, one: String) {
        if value.len().is_none_or(|len| len == 0) {
            self.lines.push(Line::Value(op, one));
            return;
        }
        let mut budget = MOST_INSIDE;
        let left = self.members(op, value, 0, &mut budget);
        if left > 0 {
            self.lines.push(Line::More(left, "value"));
        }
    }

    /// Returns how many members were left out.
    fn members(&mut self, op: Op, value: &Value, depth: u16, budget: &mut usize) -> u64 {
        let mut left = 0;
        let mut one = |changes: &mut Self, name: String, inside: &Value| {
            if *budget == 0 {
                left += 1;
                return;
            }
            *budget -= 1;
            let open = inside.len().is_some_and(|len| len > 0);
            let shown = if open { String::new() } else { short(inside) };
            changes.lines.push(Line::Member(op, depth, name, shown));
            if open {
                left += changes.members(op, inside, depth + 1, budget);
            }
        };
        match value {
            Value::Object(map) => map
                .iter()
                .for_each(|(key, slot)| one(self, text::sanitize(key).into_owned(), &slot.value)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(at, slot)| one(self, format!("[{at}]"), &slot.value)),
            _ => {}
        }
        left
    }
}

fn place(path: &Path) -> String {
    if path.is_root() {
        "the whole state".to_owned()
    } else {
        text::sanitize(&path.to_string()).into_owned()
    }
}

/// The beginning of a value as JSON: as much as any screen shows in a line or two.
fn short(value: &Value) -> String {
    const MOST: usize = 2000;
    match value {
        Value::String(string) => {
            let cut = text::truncate(string, MOST);
            let mut out = String::new();
            json::write_string(&mut out, &cut);
            text::sanitize(&out).into_owned()
        }
        Value::Object(map) if map.len() > 12 => text::human::plural(map.len() as u64, "member"),
        Value::Array(items) if items.len() > 12 => {
            text::human::plural(items.len() as u64, "element")
        }
        value => {
            let out = json::to_string(value);
            text::sanitize(&text::truncate(&out, MOST)).into_owned()
        }
    }
}

#[cfg(test)]
mod tests;
