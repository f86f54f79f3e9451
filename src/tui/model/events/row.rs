//! One event as a line of the list.

use smol_str::SmolStr;

use super::super::event::or_quotes;
use crate::model::{AggregateKey, Event, Position, Severity, Timestamp, Version, json};
use crate::text;

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
    /// The gravest of what reading it noticed.
    pub(crate) odd: Option<Severity>,
    /// The event itself, where it is small.
    pub(crate) event: Option<Box<Event>>,
    /// Tells it from every other row.
    pub(crate) serial: u64,
}

impl Row {
    /// The row of an event whose type is called `kind`.
    pub(crate) fn of(event: Event, kind: &str) -> Self {
        let data = match event.data.value() {
            Ok(value) => {
                let line = json::to_string(value);
                Ok(text::truncate(&text::sanitize(cut(&line)), DATA).into_owned())
            }
            Err(error) => {
                let told = error.to_string();
                Err(text::truncate(&text::sanitize(&told), DATA).into_owned())
            }
        };
        let noticed = event.noticed();
        let odd = event.findings.iter().chain(&noticed).map(|finding| finding.severity).max();
        let metadata = event.metadata.as_ref().map_or(0, |metadata| metadata.bytes().len());
        let small = event.data.bytes().len() + metadata <= SMALL;
        Self {
            position: event.position,
            time: event.time,
            key: event.key(),
            version: event.version,
            kind: SmolStr::new(or_quotes(kind)),
            data,
            odd,
            serial: 0,
            event: small.then(|| Box::new(event)),
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
