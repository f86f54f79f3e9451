//! In which schema the event under the playhead is shown: the newest, as it is folded; as it was recorded; or what each
//! step between the two changed.

use super::event::Part;
use crate::analysis::{Change, Op};
use crate::model::json;
use crate::session::{Moment, Upcasted};
use crate::text;
use crate::upcast::Explanation;

/// A way to show an event that a chain of upcasters does something with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Schemas {
    /// What it becomes, which is what is folded.
    #[default]
    Upcasted,
    /// What each step changed.
    Steps,
    /// What was recorded.
    Recorded,
}

impl Schemas {
    /// The next way.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Upcasted => Self::Steps,
            Self::Steps => Self::Recorded,
            Self::Recorded => Self::Upcasted,
        }
    }

    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Upcasted => "upcasted",
            Self::Steps => "changed",
            Self::Recorded => "recorded",
        }
    }

    /// What is shown of a moment's event, in words, from the longest to the shortest: `upcasted v1 → v2`. Nothing where
    /// no chain does anything with it.
    pub(crate) fn told(self, moment: &Moment) -> Vec<String> {
        self.told_of(moment.upcasted.as_ref())
    }

    /// The same of what became of any event.
    pub(crate) fn told_of(self, upcasted: Option<&Upcasted>) -> Vec<String> {
        match upcasted {
            None => Vec::new(),
            Some(Ok(way)) => {
                let (word, from) = (self.word(), text::sanitize(&way.told()).into_owned());
                let cut = text::truncate_middle(&from, 16);
                vec![format!("{word} {from}"), format!("{word} {cut}"), word.to_owned()]
            }
            Some(Err(_)) => vec!["recorded, not upcasted".to_owned(), "not upcasted".to_owned()],
        }
    }

    /// What a chain made of a moment's event, where that is shown and not what was recorded.
    pub(crate) fn shown(self, moment: &Moment) -> Option<&Explanation> {
        self.shown_of(moment.upcasted.as_ref())
    }

    /// The same of any event.
    pub(crate) fn shown_of(self, upcasted: Option<&Upcasted>) -> Option<&Explanation> {
        upcasted?.as_ref().ok().filter(|_| self != Self::Recorded)
    }
}

/// Whether there is anything to choose between.
pub(crate) fn has_ways(moment: &Moment) -> bool {
    matches!(moment.upcasted, Some(Upcasted::Ok(_)))
}

/// What each step did, line by line.
pub(crate) fn steps(way: &Explanation, width: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let say = |text: &str| text::truncate_middle(&text::sanitize(text), width.max(8)).into_owned();
    for schema in &way.dropped {
        parts.push(Part::Hint(say(&format!("{schema} is dropped: it is not folded"))));
    }
    for part in &way.parts {
        for step in &part.steps {
            if !parts.is_empty() {
                parts.push(Part::Blank);
            }
            let to = if step.to.event_type == step.from.event_type {
                format!("v{}", step.to.version)
            } else {
                step.to.to_string()
            };
            // The versions stay, however long the type is called.
            let ways = format!(" v{} → {to}", step.from.version);
            let room = width.saturating_sub(text::width(&ways)).max(8);
            let of = text::truncate_middle(step.from.event_type.as_str(), room).into_owned();
            parts.push(Part::Text(say(&(of + &ways))));
            if step.deeds.is_empty() {
                parts.push(Part::Hint("changed nothing".to_owned()));
            }
            for deed in &step.deeds {
                let lines = super::event::wrap(&text::sanitize(&deed.by), width.max(8));
                parts.extend(lines.into_iter().map(Part::Hint));
                parts.extend(deed.changes.iter().map(|change| changed(change, width)));
            }
        }
    }
    parts
}

/// `~ .customer  "cust-1" → {…}`, with room for both values.
fn changed(change: &Change, width: usize) -> Part {
    let value = |value: &crate::model::Value, room: usize| {
        // A long value is not written out to be cut.
        let told = match value.len() {
            Some(many) if many > 40 => format!("{} of {many}", value.kind()),
            _ => json::to_string(value),
        };
        text::truncate_middle(&text::sanitize(&told), room.max(4)).into_owned()
    };
    let sign = match change.op {
        Op::Add => "+",
        Op::Remove => "-",
        Op::Replace => "~",
    };
    let path = change.path.to_string();
    let path = text::truncate_middle(&text::sanitize(&path), (width / 2).max(6)).into_owned();
    let room = width.saturating_sub(text::width(&path) + 4);
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let each = room.saturating_sub(3) / 2;
            format!("{} → {}", value(before, each), value(after, each))
        }
        (Some(one), None) | (None, Some(one)) => value(one, room),
        (None, None) => String::new(),
    };
    Part::Change(change.op, format!("{sign} {path}  {values}"))
}
