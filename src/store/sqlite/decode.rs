//! From a row to an event. A row that cannot be read whole is an event with findings.

use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use smol_str::{SmolStr, format_smolstr};

use super::super::layout::{CategoryRule, Field, MetadataRule, TimeRule};
use super::moment;
use super::payload::{payload, scalar};
use super::plan::{Plan, column};
use crate::model::json;
use crate::model::{
    AggregateId, Category, Event, EventId, EventType, Finding, Payload, Position, Timestamp,
    Version, View,
};

/// How many categories of aggregates, and names of types, are remembered.
const REMEMBERED: usize = 65_536;

type Known<T> = std::collections::HashMap<SmolStr, T, foldhash::fast::RandomState>;

/// How much of a row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Everything.
    Whole,
    /// Without ids, schema versions and metadata.
    Fold,
}

/// Reads rows, remembering what many of them share.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    types: Known<EventType>,
    categories: Known<Category>,
    /// Of the link, when that was so.
    generation: u64,
}

/// A column's value as text: numbers as digits, bytes that are no text as hexadecimal digits.
pub(super) fn text(value: ValueRef<'_>) -> Option<SmolStr> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(format_smolstr!("{number}")),
        ValueRef::Real(number) => Some(format_smolstr!("{number}")),
        ValueRef::Text(bytes) => Some(match std::str::from_utf8(bytes) {
            Ok(text) => SmolStr::new(text),
            Err(_) => SmolStr::new(String::from_utf8_lossy(bytes)),
        }),
        ValueRef::Blob(bytes) => Some(std::str::from_utf8(bytes).map_or_else(
            |_| bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            SmolStr::new,
        )),
    }
}

/// Whether a mark of the layout is set.
fn marked(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Integer(number) => number != 0,
        ValueRef::Real(number) => number != 0.0,
        ValueRef::Text(text) => !matches!(text, b"" | b"0" | b"false" | b"f" | b"FALSE"),
        ValueRef::Null | ValueRef::Blob(_) => false,
    }
}

/// The version that the number in the version column means; anything odd is a finding.
pub(super) fn version(value: ValueRef<'_>, first: i64) -> Result<Version, Finding> {
    let number = match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Text(digits) => {
            std::str::from_utf8(digits).ok().and_then(|text| text.trim().parse().ok())
        }
        // No more than what a whole number can be told from.
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Some(number as i64)
        }
        _ => None,
    };
    let counted = number.and_then(|number| number.checked_sub(first)?.checked_add(1));
    match counted {
        Some(counted) if counted > 0 => Ok(Version(counted as u64)),
        Some(_) => Err(Finding::error(
            "version-below-first",
            format!(
                "its number is {}, below the first one, {first}",
                text(value).unwrap_or_default()
            ),
        )),
        None => Err(Finding::error(
            "version-unreadable",
            format!("its number should be whole and is `{}`", text(value).unwrap_or_default()),
        )),
    }
}

impl Decoder {
    /// Forgets what was true of another history.
    pub(super) fn follow(&mut self, generation: u64) {
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
    }

    /// The type, in the one copy that all its events share.
    pub(super) fn event_type(&mut self, value: ValueRef<'_>) -> EventType {
        if let ValueRef::Text(bytes) = value
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            if let Some(known) = self.types.get(text) {
                return known.clone();
            }
            if self.types.len() >= REMEMBERED {
                self.types.clear();
            }
            let new = EventType::new(text);
            self.types.insert(SmolStr::new(text), new.clone());
            return new;
        }
        EventType::new(text(value).unwrap_or_default())
    }

    /// The category of an aggregate that was asked for before.
    pub(super) fn known_category(&self, id: &str) -> Option<Category> {
        self.categories.get(id).cloned()
    }

    /// The category of the aggregate `id`; `first_type` asks the store for the type of its first event.
    pub(super) fn category<E>(
        &mut self,
        plan: &Plan,
        id: &str,
        of_row: ValueRef<'_>,
        first_type: impl FnOnce() -> Result<Option<SmolStr>, E>,
    ) -> Result<Category, E> {
        match &plan.layout.events.category {
            CategoryRule::None => Ok(Category::default()),
            CategoryRule::Key(_) | CategoryRule::Column(_) => {
                Ok(Category::new(text(of_row).unwrap_or_default()))
            }
            CategoryRule::Id(cut) => Ok(Category::new(cut.of(id).unwrap_or_default())),
            CategoryRule::FirstType(cut) => {
                if let Some(known) = self.categories.get(id) {
                    return Ok(known.clone());
                }
                let first = first_type()?.unwrap_or_default();
                let category = Category::new(cut.of(&first).unwrap_or_default());
                if self.categories.len() >= REMEMBERED {
                    self.categories.clear();
                }
                self.categories.insert(SmolStr::new(id), category.clone());
                Ok(category)
            }
        }
    }
}

/// The column of `row` at `at`; every statement has all of them.
pub(super) fn value<'a>(row: &'a Row<'_>, at: usize) -> ValueRef<'a> {
    row.get_ref(at).unwrap_or(ValueRef::Null)
}

/// What a row says of its time.
struct Dated {
    pub(super) data: Payload,
    pub(super) time: Option<Timestamp>,
    schema: Option<SmolStr>,
    /// Whether fields and metadata can be looked for in it.
    members: bool,
    findings: Vec<Finding>,
}

/// Reads the payload of a row and the fields that may stand inside it.
fn dated(plan: &Plan, row: &Row<'_>, detail: Detail, since: Version) -> Dated {
    let events = &plan.layout.events;
    let content_type = match &events.data.content_type {
        Some(_) => text(value(row, column::CONTENT_TYPE)),
        None => None,
    };
    let (data, finding) =
        payload(value(row, column::DATA), content_type.as_deref(), &events.data, since);
    let members = data.is_json() && is_object(data.bytes());
    let mut dated = Dated { data, time: None, schema: None, members, findings: Vec::new() };
    dated.findings.extend(finding);
    let mut in_data = [None, None];
    let inside = |field: Option<&Field>| matches!(field, Some(Field::Data(..)));
    let time_field = events.time.as_ref().map(|rule| &rule.at);
    let schema_field = events.schema.as_ref().filter(|_| detail == Detail::Whole);
    if inside(time_field) || inside(schema_field) {
        in_data = dated.picked(time_field, schema_field);
    }
    let [time, schema] = in_data;
    dated.schema = match schema_field {
        Some(Field::Column(_)) => text(value(row, column::SCHEMA)),
        Some(Field::Data(_, absent)) if dated.data.is_json() => schema.or_else(|| absent.clone()),
        _ => None,
    };
    if let Some(rule) = &events.time {
        dated.date(rule, value(row, column::TIME), time.as_ref());
    }
    dated
}

/// When the event of a row was recorded, without the rest of it where that stands in a column.
pub(super) fn time(plan: &Plan, row: &Row<'_>) -> Option<Timestamp> {
    let rule = plan.layout.events.time.as_ref()?;
    match rule.at {
        Field::Column(_) => moment::of_column(value(row, column::TIME), rule),
        Field::Data(..) => dated(plan, row, Detail::Fold, Version::ZERO).time,
    }
}

/// The keys that lead to a field inside the data.
fn path(field: Option<&Field>) -> &[SmolStr] {
    match field {
        Some(Field::Data(path, _)) => path,
        _ => &[],
    }
}

/// Whether it begins like an object.
fn is_object(json: &[u8]) -> bool {
    json.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

impl Dated {
    fn picked(&mut self, time: Option<&Field>, schema: Option<&Field>) -> [Option<SmolStr>; 2] {
        if !self.data.is_json() {
            return [None, None];
        }
        let bytes = self.data.bytes();
        let first = |field| json::first(bytes, path(field)).and_then(scalar);
        if schema.is_none() {
            return [first(time), None];
        }
        match json::pick(bytes, [path(time), path(schema)]) {
            Ok(found) => found.map(|raw| raw.and_then(scalar)),
            Err(error) => {
                let message = format!("the payload is not JSON: {error}");
                let read = [first(time), first(schema)];
                self.findings.push(Finding::error("payload-not-json", message));
                self.members = false;
                read
            }
        }
    }

    fn date(&mut self, rule: &TimeRule, in_column: ValueRef<'_>, in_data: Option<&SmolStr>) {
        let written = match (&rule.at, in_data) {
            (Field::Column(_), _) => in_column,
            (Field::Data(..), Some(written)) => ValueRef::Text(written.as_bytes()),
            (Field::Data(..), None) => ValueRef::Null,
        };
        self.time = moment::of_column(written, rule);
        if self.time.is_none()
            && let Some(written) = text(written)
        {
            let message = format!("its time `{written}` cannot be read");
            self.findings.push(Finding::warning("time-unreadable", message));
        }
    }
}

/// What is to be said of an event whose aggregate is written like this.
pub(super) fn odd_aggregate(id: ValueRef<'_>) -> Option<Finding> {
    match id {
        ValueRef::Null => Some(Finding::warning("aggregate-missing", "it belongs to no aggregate")),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) if std::str::from_utf8(bytes).is_err() => {
            let message = "its aggregate's id is bytes, not text";
            Some(Finding::warning("aggregate-id-unreadable", message))
        }
        _ => None,
    }
}

/// Reads a row of the aggregate `aggregate`; `category` is what that one's is known to be.
pub(super) fn event(
    plan: &Plan,
    decoder: &mut Decoder,
    row: &Row<'_>,
    detail: Detail,
    aggregate: AggregateId,
    category: Category,
) -> Event {
    let layout = &plan.layout.events;
    let (version, odd) = match version(value(row, column::VERSION), layout.version.1) {
        Ok(version) => (version, None),
        Err(finding) => (Version::ZERO, Some(finding)),
    };
    let Dated { data, time, schema, members, mut findings } = dated(plan, row, detail, version);
    findings.extend(odd);
    let event_type = value(row, column::TYPE);
    match event_type {
        ValueRef::Null => findings.push(Finding::warning("type-missing", "it has no type")),
        ValueRef::Text(bytes) if std::str::from_utf8(bytes).is_err() => {
            let message = "its type is bytes, not text; � stands for those that are none";
            findings.push(Finding::warning("type-unreadable", message));
        }
        _ => {}
    }
    let metadata = match &layout.metadata {
        _ if detail == Detail::Fold => None,
        Some(MetadataRule::Column(_, view)) => {
            metadata(value(row, column::METADATA), view, version)
        }
        Some(MetadataRule::Data(view)) if members => Some(data.viewed(Arc::clone(view))),
        Some(MetadataRule::Data(_)) | None => None,
    };
    let position = match layout.position.then(|| value(row, column::ORDER)) {
        Some(ValueRef::Integer(position)) => Some(Position(position)),
        _ => None,
    };
    let id = match detail {
        Detail::Whole => text(value(row, column::ID)),
        Detail::Fold => None,
    };
    let mut event = Event {
        position,
        aggregate,
        category,
        version,
        event_type: decoder.event_type(event_type),
        id: id.map(EventId::new),
        time,
        schema,
        data,
        metadata,
        findings: Vec::new(),
    };
    if !findings.is_empty() {
        event.findings = findings.into_iter().map(|finding| event.finding(finding)).collect();
    }
    event
}

fn metadata(value: ValueRef<'_>, view: &Arc<View>, since: Version) -> Option<Payload> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) if !bytes.is_empty() => {
            if std::str::from_utf8(bytes).is_ok() {
                return Some(Payload::json(bytes, Arc::clone(view), since));
            }
            let reason = "the metadata is not text";
            Some(Payload::opaque(bytes, "application/octet-stream", reason))
        }
        _ => None,
    }
}

/// The marks of an aggregate, told by its newest row: deleted and archived.
pub(super) fn marks(plan: &Plan, row: &Row<'_>) -> (Option<bool>, Option<bool>) {
    let events = &plan.layout.events;
    (
        events.deleted.as_ref().map(|_| marked(value(row, column::DELETED))),
        events.archived.as_ref().map(|_| marked(value(row, column::ARCHIVED))),
    )
}
