//! What an event changed, as lines.

use crate::analysis::{Change, Op};
use crate::model::{Path, Segment, Value, Version, json};
use crate::session::Moment;
use crate::text;

use super::scroll::Scroll;

/// Changes shown; beyond them their number is told.
const MOST: usize = 1000;
/// Lines of all changes, after which no other change is begun.
const MOST_LINES: usize = 2000;
/// Bytes of all places, likewise: keys may be long.
const MOST_BYTES: usize = 256 * 1024;
/// Lines of one added or removed value.
const MOST_INSIDE: usize = 200;

/// One line of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// What is compared.
    Heading(String),
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
    /// Which change each line is of.
    of: Vec<Option<usize>>,
    width: usize,
    /// The chosen line.
    pub(crate) scroll: Scroll,
}

impl Changes {
    /// Shows what another event changed, in lines of `width` cells.
    pub(crate) fn show(&mut self, moment: &Moment, width: usize) {
        *self = Self { width, ..Self::default() };
        self.list(&moment.changes);
        let untouched = match moment.state.value() {
            Value::Object(map) => map.values().filter(|slot| slot.since != moment.version).count(),
            _ => 0,
        };
        if untouched > 0 && moment.version != Version::ZERO && !self.lines.is_empty() {
            self.lines.push(Line::Blank);
            self.lines.push(Line::Untouched(untouched));
        }
    }

    /// Shows how two versions differ, below a line that says which, in lines of `width` cells; where the window stands
    /// is kept.
    pub(crate) fn compare(&mut self, heading: String, changes: &[Change], width: usize) {
        let scroll = self.scroll;
        *self = Self { width, scroll, ..Self::default() };
        self.list(changes);
        if !self.lines.is_empty() {
            self.lines.insert(0, Line::Blank);
            self.of.insert(0, None);
        }
        self.lines.insert(0, Line::Heading(heading));
        self.of.insert(0, None);
    }

    fn list(&mut self, changes: &[Change]) {
        let mut after_long = false;
        self.count = changes.len();
        let (mut shown, mut bytes) = (0, 0);
        for (index, change) in changes.iter().take(MOST).enumerate() {
            if self.lines.len() >= MOST_LINES || bytes >= MOST_BYTES {
                break;
            }
            shown += 1;
            let keys = change.path.segments().iter().map(|segment| match segment {
                Segment::Key(key) => key.len(),
                Segment::Index(_) => 8,
            });
            bytes += keys.sum::<usize>();
            let begin = self.lines.len();
            self.change(change);
            // Changes of one line stand together like a table; longer ones stand apart.
            let long = self.lines.len() - begin > 1;
            if begin > 0 && (long || after_long) {
                self.lines.insert(begin, Line::Blank);
            }
            after_long = long;
            self.of.resize(self.lines.len(), Some(index));
        }
        let more = changes.len() - shown;
        if more > 0 {
            self.lines.push(Line::More(more as u64, "change"));
        }
    }

    /// Moves the chosen line.
    pub(crate) fn move_by(&mut self, by: isize, height: usize) {
        self.scroll.move_by(by, self.lines.len(), height);
    }

    /// Chooses a line that is in sight.
    pub(crate) fn put(&mut self, line: usize) {
        let line = self.scroll.offset + line;
        if line < self.lines.len() {
            self.scroll.cursor = line;
        }
    }

    /// The change that the chosen line is of, or the next one below it, or the last: by its place among all.
    pub(crate) fn chosen(&self) -> Option<usize> {
        let below = self.of.iter().skip(self.scroll.cursor).find_map(|of| *of);
        below.or_else(|| self.of.iter().rev().find_map(|of| *of))
    }

    /// Whether the lines were made for another width.
    pub(crate) fn fits(&self, width: usize) -> bool {
        self.width == width
    }

    /// The cells of a scalar that are kept: it shows that it goes on where it does not fit.
    fn most(&self) -> usize {
        self.width + 16
    }

    fn change(&mut self, change: &Change) {
        let (place, most) = (place(&change.path, self.width), self.most());
        let room = self.width.saturating_sub(text::width(&place) + 4);
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let both = short(before, most).zip(short(after, most));
                let values = both.map(|(before, after)| Values { before, after });
                let needs =
                    values.as_ref().map(|v| text::width(&v.before) + text::width(&v.after) + 5);
                match values.zip(needs) {
                    Some((values, needs)) if needs <= room => {
                        self.lines.push(Line::Place(change.op, place, Some(values)));
                    }
                    Some((values, needs)) if needs + 2 <= self.width => {
                        self.lines.push(Line::Place(change.op, place, None));
                        self.lines.push(Line::Values(values));
                    }
                    _ => {
                        self.lines.push(Line::Place(change.op, place, None));
                        self.alone(Op::Remove, before);
                        self.alone(Op::Add, after);
                    }
                }
            }
            (before, after) => {
                let Some(value) = before.as_ref().or(after.as_ref()) else { return };
                let one = short(value, most).filter(|one| {
                    value.is_empty() || value.len().is_none() && text::width(one) + 2 <= room
                });
                let Some(one) = one else {
                    self.lines.push(Line::Place(change.op, place, None));
                    self.alone(change.op, value);
                    return;
                };
                let (before, after) = match change.op {
                    Op::Remove => (one, String::new()),
                    _ => (String::new(), one),
                };
                let values = Values { before, after };
                self.lines.push(Line::Place(change.op, place, Some(values)));
            }
        }
    }

    fn alone(&mut self, op: Op, value: &Value) {
        if value.len().is_none_or(|len| len == 0) {
            self.lines.push(Line::Value(op, short(value, self.most()).unwrap_or_default()));
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
        for at in 0..value.len().unwrap_or(0) {
            let (name, slot) = match value {
                Value::Object(map) => match map.get_index(at) {
                    Some((key, slot)) if *budget > 0 => {
                        (text::shorten(key, self.width).into_owned(), slot)
                    }
                    _ => return left + (map.len() - at) as u64,
                },
                Value::Array(items) => match items.get(at) {
                    Some(slot) if *budget > 0 => (format!("[{at}]"), slot),
                    _ => return left + (items.len() - at) as u64,
                },
                _ => break,
            };
            *budget -= 1;
            let open = slot.value.len().is_some_and(|len| len > 0);
            let shown = if open { None } else { short(&slot.value, self.most()) };
            self.lines.push(Line::Member(op, depth, name, shown.unwrap_or_default()));
            if open {
                left += self.members(op, &slot.value, depth + 1, budget);
            }
        }
        left
    }
}

fn place(path: &Path, most: usize) -> String {
    if path.is_root() {
        "the whole state".to_owned()
    } else {
        text::shorten(&path.to_string(), most).into_owned()
    }
}

/// A value as JSON where it may have room in a line: `most` cells of a scalar, a small container whole or by how much is
/// in it, `None` for a larger one.
fn short(value: &Value, most: usize) -> Option<String> {
    const MOST: usize = 2000;
    match value {
        Value::String(string) => {
            let cut = text::truncate(string, most);
            let mut out = String::new();
            json::write_string(&mut out, &cut);
            Some(text::sanitize(&out).into_owned())
        }
        Value::Number(number) => Some(text::sanitize(&text::truncate(number, most)).into_owned()),
        Value::Object(map) if map.len() > 12 => {
            Some(text::human::plural(map.len() as u64, "member"))
        }
        Value::Array(items) if items.len() > 12 => {
            Some(text::human::plural(items.len() as u64, "element"))
        }
        // What is longer than any line is not written out to find that it is.
        value => left_by(value, MOST).map(|_| text::sanitize(&json::to_string(value)).into_owned()),
    }
}

/// How many of `room` bytes are left beside a value as JSON; looks at no more of it than fits.
fn left_by(value: &Value, room: usize) -> Option<usize> {
    match value {
        Value::Null | Value::Bool(_) => room.checked_sub(5),
        Value::Number(text) => room.checked_sub(text.len()),
        Value::String(text) => room.checked_sub(text.len() + 2),
        Value::Array(items) => items
            .iter()
            .try_fold(room.checked_sub(2 + items.len())?, |room, slot| left_by(&slot.value, room)),
        Value::Object(map) => map.iter().try_fold(room.checked_sub(2)?, |room, (key, slot)| {
            left_by(&slot.value, room.checked_sub(key.len() + 4)?)
        }),
    }
}

#[cfg(test)]
mod tests;
