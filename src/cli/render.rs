//! How the things of a store look to a person: times, values, changes, and the line above a state.

use super::failure::{Failure, Outcome};
use super::line::{Ink, Line};
use crate::analysis::{Change, Op};
use crate::model::{
    AggregateKey, Finding, Path, Segment, Severity, Slot, Timestamp, Value, Version, json,
};
use crate::session::{Moment, Session};
use crate::text;

/// A moment: date and time in UTC, with milliseconds where it has any.
pub(crate) fn time(time: &Timestamp) -> String {
    let format = if time.timestamp_subsec_nanos() == 0 { "%F %TZ" } else { "%F %T%.3fZ" };
    time.format(format).to_string()
}

/// The cells of a moment with milliseconds.
pub(crate) const TIME: usize = 24;

/// A moment, or nothing.
pub(crate) fn maybe_time(moment: Option<&Timestamp>) -> Line {
    moment.map_or_else(Line::default, |moment| Line::of(Ink::Dim, time(moment)))
}

/// A value on one line, in the colour of its kind.
pub(crate) fn value(value: &Value) -> Line {
    Line::of(ink(value), json::to_string(value))
}

fn ink(value: &Value) -> Ink {
    match value {
        Value::String(_) => Ink::String,
        Value::Number(_) | Value::Bool(_) | Value::Null => Ink::Number,
        Value::Array(_) | Value::Object(_) => Ink::Plain,
    }
}

/// `~ .total  59.97 → 19.99`, its values shortened so that both are seen within `width`.
pub(crate) fn change(change: &Change, indent: usize, path_width: usize, width: usize) -> Line {
    let mut path = Line::of(Ink::Key, change.path.to_string());
    path.fill(path_width);
    path.push(Ink::Plain, "  ");
    difference(change, path, indent, width)
}

/// `~ 59.97 → 19.99`, with something between the mark and the values.
pub(crate) fn difference(change: &Change, between: Line, indent: usize, width: usize) -> Line {
    let (ink, mark) = match change.op {
        Op::Add => (Ink::Added, "+ "),
        Op::Remove => (Ink::Removed, "- "),
        Op::Replace => (Ink::Changed, "~ "),
    };
    let mut line = Line::plain(" ".repeat(indent)).with(ink, mark);
    line.append(between);
    let left = width.saturating_sub(line.width());
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let (before, after) = (json::to_string(before), json::to_string(after));
            let room = left.saturating_sub(3);
            let each = (room / 2).max(room.saturating_sub(text::width(&after)));
            line.append(Line::of(Ink::Removed, before).cut(each));
            line.push(Ink::Dim, " → ");
            line.push(Ink::Added, after);
        }
        (Some(value), None) | (None, Some(value)) => line.push(ink, json::to_string(value)),
        (None, None) => {}
    }
    line
}

/// What was noticed of an event beside it, under the mark that the screen gives it too.
pub(crate) fn finding(finding: &Finding) -> Line {
    let (ink, mark) = match finding.severity {
        Severity::Error => (Ink::Error, "✗"),
        Severity::Warning => (Ink::Warning, "▲"),
        Severity::Note => (Ink::Dim, "·"),
    };
    Line::of(ink, format!("{mark} {} ({})", finding.message, finding.code))
}

/// The changes of one step, their values under each other.
pub(crate) fn changes(changes: &[Change], indent: usize, width: usize) -> Vec<Line> {
    let widest = changes.iter().map(|change| text::width(&change.path.to_string())).max();
    let widest = widest.unwrap_or(0).min(if width == usize::MAX { 48 } else { width / 3 });
    changes.iter().map(|one| change(one, indent, widest, width)).collect()
}

/// `Order order-4711 · v17 of 42 · guessed by merge`: the id gives way, so that what is said of it and how far that can
/// be trusted is seen on a narrow terminal too.
pub(crate) fn headline(key: &AggregateKey, said: Line, session: &Session, width: usize) -> Line {
    let (category, id) = (key.category.as_str(), key.id.as_str());
    let mut rest = Line::of(Ink::Dim, " · ");
    rest.append(said);
    rest.push(Ink::Dim, " · ");
    rest.append(trust(session));
    let room = width.saturating_sub(rest.width());
    let mut line = Line::default();
    if !category.is_empty()
        && !key.id_says_category()
        && text::width(category) + 1 + text::width(id) <= room
    {
        line.push(Ink::Dim, format!("{category} "));
    }
    line.append(Line::of(Ink::Title, id).cut_middle(room.saturating_sub(line.width()).max(8)));
    line.append(rest);
    line
}

/// Whose state this is, at which version and moment, and how far it can be trusted.
pub(crate) fn heading(session: &Session, moment: &Moment, width: usize) -> Line {
    let version = Line::plain(format!("v{} of {}", moment.version, moment.last));
    let mut line = headline(&moment.key, version, session, width);
    let Some(event) = &moment.event else {
        let unread = moment.is_unread();
        let told = if unread { " · its event cannot be read" } else { " · before everything" };
        return line.with(if unread { Ink::Warning } else { Ink::Dim }, told);
    };
    if let Some(at) = &event.time {
        line.push(Ink::Dim, " · ");
        line.push(Ink::Plain, time(at));
    }
    line.push(Ink::Dim, " · ");
    line.with(Ink::Type, session.short_type(&event.event_type))
}

/// `guessed by merge`.
fn trust(session: &Session) -> Line {
    let (name, tier) = session.reducer();
    let ink = if tier == crate::fold::Tier::Guessed { Ink::Warning } else { Ink::Plain };
    let line = Line::of(ink, tier.as_str()).with(Ink::Plain, format!(" by {name}"));
    match session.upcasters() {
        Some(_) => line.with(Ink::Plain, ", upcasted"),
        None => line,
    }
}

/// A state over several lines, each with the version that put its value there; `None` on lines that only close.
pub(crate) fn pretty(root: &Slot) -> Vec<(Line, Option<Version>)> {
    let mut lines = Vec::new();
    write_pretty(&mut lines, Line::default(), root, 0, "");
    lines
}

fn write_pretty(
    lines: &mut Vec<(Line, Option<Version>)>,
    mut start: Line,
    slot: &Slot,
    depth: usize,
    comma: &str,
) {
    let (open, close) = match &slot.value {
        Value::Object(map) if !map.is_empty() => ("{", "}"),
        Value::Array(items) if !items.is_empty() => ("[", "]"),
        scalar => {
            start.append(value(scalar));
            start.push(Ink::Plain, comma);
            lines.push((start, Some(slot.since)));
            return;
        }
    };
    start.push(Ink::Plain, open);
    lines.push((start, None));
    let pad = "  ".repeat(depth + 1);
    let count = slot.value.len().unwrap_or(0);
    let comma_at = |index: usize| if index + 1 < count { "," } else { "" };
    match &slot.value {
        Value::Object(map) => {
            for (index, (key, inner)) in map.iter().enumerate() {
                let mut name = String::new();
                json::write_string(&mut name, key);
                let start = Line::plain(&pad).with(Ink::Key, name).with(Ink::Plain, ": ");
                write_pretty(lines, start, inner, depth + 1, comma_at(index));
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                write_pretty(lines, Line::plain(&pad), inner, depth + 1, comma_at(index));
            }
        }
        _ => {}
    }
    lines.push((
        Line::plain("  ".repeat(depth)).with(Ink::Plain, close).with(Ink::Plain, comma),
        None,
    ));
}

/// Reads PATH as a person writes it.
pub(crate) fn path(text: &str) -> Outcome<Path> {
    Path::parse(text).map_err(|error| {
        let failure = Failure::usage(error.to_string());
        match Path::parse(&format!(".{text}")) {
            Ok(path) => failure.hint(format!("did you mean {path}?")),
            Err(_) => failure,
        }
    })
}

/// Names of what stands directly at a place, for a path that leads nowhere: where it stopped, and what is there.
pub(crate) fn near_path(state: &Value, path: &Path) -> String {
    let mut here = state;
    let mut reached = Path::root();
    for segment in path.segments() {
        let Some(slot) = here.child(segment) else {
            return match (here, segment) {
                (Value::Object(map), Segment::Key(key)) => {
                    match text::nearest(key, map.keys().map(smol_str::SmolStr::as_str)) {
                        Some(name) => {
                            format!("did you mean {}?", reached.join(Segment::Key(name.into())))
                        }
                        None => members(&reached, map.keys()),
                    }
                }
                (Value::Array(items), _) => {
                    format!("{reached} is an array of {}, counted from 0", items.len())
                }
                (Value::Object(map), _) => members(&reached, map.keys()),
                (scalar, _) => format!("{reached} is a {}", scalar.kind()),
            };
        };
        reached.push(segment.clone());
        here = &slot.value;
    }
    "the state has it at another version".to_owned()
}

fn members<'a>(at: &Path, keys: impl ExactSizeIterator<Item = &'a smol_str::SmolStr>) -> String {
    let count = keys.len();
    let whose = if at.is_root() { "the state".to_owned() } else { at.to_string() };
    let names: Vec<_> =
        keys.take(6).map(|key| at.join(Segment::Key(key.clone())).to_string()).collect();
    match count {
        0 => format!("{whose} is an empty object"),
        1..=6 => format!("{whose} has {}", names.join(", ")),
        _ => format!("{whose} has {} and {} more", names.join(", "), count - 6),
    }
}
