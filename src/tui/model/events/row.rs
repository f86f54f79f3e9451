//! One event as a line of the list.

use smol_str::SmolStr;

use super::super::event::or_quotes;
use super::super::schemas::Schemas;
use crate::model::{AggregateKey, Event, EventType, Position, Severity, Timestamp, Version, json};
use crate::session::Upcasted;
use crate::text;
use crate::upcast::Explanation;

/// The cells of data that are kept for a line.
const DATA: usize = 400;
/// Bytes of an event that stays in memory with its row; a larger one is read again when somebody looks at it.
const SMALL: usize = 4096;

/// One line.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its place in the store, where the layout has one.
    pub(crate) position: Option<Position>,
    /// When it was recorded.
    pub(crate) time: Option<Timestamp>,
    /// The aggregate it belongs to.
    pub(crate) key: AggregateKey,
    /// Its place in the aggregate.
    pub(crate) version: Version,
    /// What to call its type, sanitised.
    pub(crate) kind: SmolStr,
    /// Its data in one line, sanitised and cut; why there is none where it cannot be read.
    pub(crate) data: Result<String, String>,
    /// The same of what a chain of upcasters makes of it.
    pub(crate) made: Option<Box<Made>>,
    /// What it makes of it in full, where the event is small; or why it cannot.
    pub(crate) upcasted: Option<Box<Upcasted>>,
    /// The gravest of what reading it noticed.
    pub(crate) odd: Option<Severity>,
    /// The event itself, where it is small.
    pub(crate) event: Option<Box<Event>>,
    /// Tells it from every other row.
    pub(crate) serial: u64,
}

/// What became of an event, as the line shows it.
#[derive(Debug)]
pub(crate) struct Made {
    kind: SmolStr,
    data: Result<String, String>,
}

impl Made {
    fn of(way: &Explanation, short: &dyn Fn(&EventType) -> String) -> Self {
        let line = |told: String| Ok(text::truncate(&text::sanitize(&told), DATA).into_owned());
        let (kind, data) = match &way.parts[..] {
            [] => (way.from.event_type.clone(), line("dropped: it is not folded".to_owned())),
            [one] => (one.event.event_type.clone(), data(&one.event)),
            many => {
                let kinds: Vec<_> = many.iter().map(|part| short(&part.event.event_type)).collect();
                let told = format!("{} events: {}", many.len(), kinds.join(", "));
                (way.from.event_type.clone(), line(told))
            }
        };
        Self { kind: SmolStr::new(or_quotes(&short(&kind))), data }
    }
}

/// An event's data in one line.
fn data(event: &Event) -> Result<String, String> {
    match event.data.value() {
        Ok(value) => {
            let line = json::to_string(value);
            Ok(text::truncate(&text::sanitize(cut(&line)), DATA).into_owned())
        }
        Err(error) => {
            let told = error.to_string();
            Err(text::truncate(&text::sanitize(&told), DATA).into_owned())
        }
    }
}

impl Row {
    /// The row of an event, and of what a chain makes of it; `short` calls types what the store calls them.
    pub(crate) fn of(
        event: Event,
        upcasted: Option<Upcasted>,
        short: &dyn Fn(&EventType) -> String,
    ) -> Self {
        let noticed = event.noticed();
        let failed = upcasted.iter().filter_map(|upcasted| upcasted.as_ref().err());
        let findings = event.findings.iter().chain(&noticed).chain(failed);
        let odd = findings.map(|finding| finding.severity).max();
        let made = upcasted.iter().flatten().next();
        let made = made.map(|way| Box::new(Made::of(way, short)));
        let metadata = event.metadata.as_ref().map_or(0, |metadata| metadata.bytes().len());
        let small = event.data.bytes().len() + metadata <= SMALL;
        Self {
            position: event.position,
            time: event.time,
            key: event.key(),
            version: event.version,
            kind: SmolStr::new(or_quotes(&short(&event.event_type))),
            data: data(&event),
            made,
            upcasted: upcasted.filter(|_| small).map(Box::new),
            odd,
            serial: 0,
            event: small.then(|| Box::new(event)),
        }
    }

    /// What to call its type, and its data, as events are shown.
    pub(crate) fn shown(&self, schemas: Schemas) -> (&SmolStr, &Result<String, String>) {
        match self.made.as_ref().filter(|_| schemas != Schemas::Recorded) {
            Some(made) => (&made.kind, &made.data),
            None => (&self.kind, &self.data),
        }
    }

    /// Whether it is the row of this event.
    pub(crate) fn is(&self, event: &Event) -> bool {
        self.version == event.version
            && self.position == event.position
            && self.time == event.time
            && self.key.id == event.aggregate
            && self.key.category == event.category
    }
}

/// The beginning of a long text: what is sanitised is looked at whole.
fn cut(text: &str) -> &str {
    let end = (0..=(4 * DATA).min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}
