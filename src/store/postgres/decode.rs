//! From a row to an event, as the layout `foldback` says: the same that is read from the same rows in SQLite.

use std::sync::Arc;

use rusqlite::types::ValueRef;
use smol_str::SmolStr;
use tokio_postgres::{Error, Row};

use crate::model::{
    AggregateId, Category, Event, EventId, EventType, Finding, Payload, Position, Timestamp,
    Version, View,
};
use crate::store::layout::{self, Layout, MetadataRule};
use crate::store::sqlite::{payload, time_of_text};

/// The columns that [`event`] reads, in its order.
pub(super) const COLUMNS: &str = "position, aggregate_id, category, version, event_id, event_type, schema_version, \
                                  data, data_bytes, metadata, metadata_bytes, recorded_at, content_type";

const BINARY: &str = "application/octet-stream";

/// How the layout `foldback` says that rows are read.
#[derive(Clone)]
pub(super) struct Decoder {
    pub(super) layout: Arc<Layout>,
}

impl Decoder {
    /// Reads rows of foldback's own stores; `None` where no such layout is shipped.
    pub(super) fn new() -> Option<Self> {
        let layout = layout::shipped().iter().find(|layout| layout.name == "foldback")?;
        Some(Self { layout: Arc::new(layout.clone()) })
    }

    /// The event that a row of [`COLUMNS`] holds.
    pub(super) fn event(&self, row: &Row) -> Result<Event, Error> {
        let version = Version(row.try_get::<_, i64>(3)?.max(0) as u64);
        let mut findings = Vec::new();
        let (data, odd) = self.data(row, version)?;
        findings.extend(odd);
        let time = moment(row.try_get(11)?, &mut findings);
        let mut event = Event {
            position: Some(Position(row.try_get(0)?)),
            aggregate: AggregateId::new(row.try_get::<_, &str>(1)?),
            category: Category::new(row.try_get::<_, &str>(2)?),
            version,
            event_type: EventType::new(row.try_get::<_, &str>(5)?),
            id: Some(EventId::new(row.try_get::<_, &str>(4)?)),
            time,
            schema: row.try_get::<_, Option<&str>>(6)?.map(SmolStr::new),
            data,
            metadata: self.metadata(row, version)?,
            findings: Vec::new(),
        };
        if !findings.is_empty() {
            event.findings = findings.into_iter().map(|finding| event.finding(finding)).collect();
        }
        Ok(event)
    }

    fn data(&self, row: &Row, version: Version) -> Result<(Payload, Option<Finding>), Error> {
        let value = match (row.try_get::<_, Option<&str>>(7)?, row.try_get::<_, Option<&[u8]>>(8)?)
        {
            (Some(text), _) => ValueRef::Text(text.as_bytes()),
            (None, Some(bytes)) => ValueRef::Blob(bytes),
            (None, None) => ValueRef::Null,
        };
        Ok(payload(value, row.try_get(12)?, &self.layout.events.data, version))
    }

    fn metadata(&self, row: &Row, version: Version) -> Result<Option<Payload>, Error> {
        let view = match &self.layout.events.metadata {
            Some(MetadataRule::Column(_, view)) => Arc::clone(view),
            _ => Arc::<View>::default(),
        };
        let text = row.try_get::<_, Option<&str>>(9)?.map(str::as_bytes);
        let bytes = text.or(row.try_get(10)?).unwrap_or_default();
        Ok(match std::str::from_utf8(bytes) {
            Ok("") => None,
            Ok(_) => Some(Payload::json(bytes, view, version)),
            Err(_) => Some(Payload::opaque(bytes, BINARY, "the metadata is not text")),
        })
    }

    /// A stored state, as a payload.
    pub(super) fn state(&self, text: &str, version: Version) -> Payload {
        let Some(rule) = &self.layout.snapshots else {
            return Payload::json(text.as_bytes(), Arc::default(), version);
        };
        payload(ValueRef::Text(text.as_bytes()), None, &rule.data, version).0
    }
}

/// The moment that a text of ours says.
pub(super) fn time(text: Option<&str>) -> Option<Timestamp> {
    time_of_text(text?, 0)
}

fn moment(text: Option<&str>, findings: &mut Vec<Finding>) -> Option<Timestamp> {
    let moment = time(text);
    if let (None, Some(text)) = (moment, text) {
        let message = format!("its time `{text}` cannot be read");
        findings.push(Finding::warning("time-unreadable", message));
    }
    moment
}
