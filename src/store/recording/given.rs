//! An event as somebody writes it down to have it recorded: the shape of a recording's line, without the places that a
//! store gives, and read strictly. What is doubtful in a recording is wrong here, for it can be mended still.

use smol_str::SmolStr;

use super::draft::{OWN_DATA, OWN_METADATA, read_payload, read_time};
use super::members::Members;
use crate::model::json::MAX_DEPTH;
use crate::model::{AggregateId, Category, EventId, Payload, PayloadError, Version};
use crate::store::own::NewEvent;
use crate::text;

/// What the members of an event may be called. The last three are read and not taken over: a store gives them.
const NAMES: [&str; 15] = [
    "type",
    "data",
    "data_base64",
    "content_type",
    "metadata",
    "metadata_base64",
    "metadata_content_type",
    "id",
    "time",
    "schema",
    "aggregate",
    "category",
    "version",
    "position",
    "findings",
];

/// An event that is to be recorded, and what it says of its place.
#[derive(Clone, Debug)]
pub struct Given {
    /// The event.
    pub event: NewEvent,
    /// The aggregate that it says it belongs to.
    pub aggregate: Option<AggregateId>,
    /// The category that it says its aggregate is of.
    pub category: Option<Category>,
    /// The version that it says it is.
    pub version: Option<Version>,
}

impl Given {
    /// Reads a JSON object; the error says in one sentence what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let members = Members::read(text)?;
        if let Some((name, _)) = members.iter().find(|(name, _)| !NAMES.contains(name)) {
            let near = text::nearest(name, NAMES).map(|near| format!(": did you mean `{near}`?"));
            return Err(format!("an event has no member `{name}`{}", near.unwrap_or_default()));
        }
        let string = |name: &str| match members.raw(name) {
            Some(raw) if raw.starts_with('"') => Ok(members.text(name)),
            Some(raw) => Err(format!("its {name} is {raw}, which is no text")),
            None => Ok(None),
        };
        let Some(event_type) = string("type")?.filter(|name| !name.is_empty()) else {
            return Err("it has no `type`".to_owned());
        };
        let mut findings = Vec::new();
        let data = read_payload(&members, &OWN_DATA, Version::ZERO, &mut findings)
            .ok_or("it has no `data`: write {} where there is none")?;
        let metadata = read_payload(&members, &OWN_METADATA, Version::ZERO, &mut findings);
        let deep = |payload: &Payload| matches!(payload.value(), Err(PayloadError::TooDeep));
        for (name, payload) in [("data", Some(&data)), ("metadata", metadata.as_ref())] {
            if payload.is_some_and(deep) {
                return Err(format!(
                    "its {name} is nested deeper than {MAX_DEPTH} levels, and could not be read again"
                ));
            }
        }
        let time = read_time(&members, &mut findings);
        if let Some(finding) = findings.into_iter().next() {
            return Err(finding.message);
        }
        let version = match members.raw("version") {
            None => None,
            Some(raw) => match raw.parse() {
                Ok(version) if version > 0 => Some(Version(version)),
                _ => return Err(format!("its version is {raw}, which is no version")),
            },
        };
        Ok(Self {
            event: NewEvent {
                id: string("id")?.filter(|id| !id.is_empty()).map(EventId::new),
                time,
                schema: members.text("schema").map(SmolStr::new),
                metadata,
                ..NewEvent::new(event_type, data)
            },
            aggregate: string("aggregate")?.map(AggregateId::new),
            category: string("category")?.map(Category::new),
            version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shape::{Form, write_event};
    use crate::store::{EventQuery, OpenOptions, open};

    #[test]
    fn what_is_printed_of_an_event_is_read_again() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");
        let mut store = open(path, &OpenOptions::default()).unwrap();
        let events = store.scan(&EventQuery::default(), 100).unwrap().events;
        assert_eq!(events.len(), 14);
        for event in &events {
            let mut text = String::new();
            write_event(&mut text, event, Form::Exact);
            let given = Given::read(&text).unwrap();
            assert_eq!(given.event.event_type, event.event_type);
            assert_eq!(given.event.data.bytes(), event.data.bytes());
            assert_eq!((given.event.id, given.event.time), (event.id.clone(), event.time));
            assert_eq!(given.event.schema, event.schema);
            let bytes = |payload: &Option<crate::model::Payload>| {
                payload.as_ref().map(|payload| payload.bytes().to_vec())
            };
            assert_eq!(bytes(&given.event.metadata), bytes(&event.metadata));
            assert_eq!(
                (given.aggregate, given.version),
                (Some(event.aggregate.clone()), Some(event.version))
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let wrong = |text: &str| Given::read(text).unwrap_err();
        assert_eq!(wrong(r#"{"data":{}}"#), "it has no `type`");
        assert_eq!(wrong(r#"{"type":"","data":{}}"#), "it has no `type`");
        assert_eq!(wrong(r#"{"type":7,"data":{}}"#), "its type is 7, which is no text");
        assert_eq!(wrong(r#"{"type":"Paid"}"#), "it has no `data`: write {} where there is none");
        assert_eq!(
            wrong(r#"{"type":"Paid","dta":{}}"#),
            "an event has no member `dta`: did you mean `data`?"
        );
        assert_eq!(
            wrong(r#"{"type":"Paid","data":{},"time":"noon"}"#),
            "its time is \"noon\", which is no RFC 3339 time"
        );
        assert_eq!(
            wrong(r#"{"type":"Paid","data":{},"version":0}"#),
            "its version is 0, which is no version"
        );
        assert!(wrong(r#"{"type":"Paid","data_base64":"?"}"#).contains("is no base64"));
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let event = |data: usize, metadata: usize| {
            format!(r#"{{"type":"Paid","data":{},"metadata":{}}}"#, deep(data), deep(metadata))
        };
        assert!(Given::read(&event(MAX_DEPTH, MAX_DEPTH)).is_ok());
        for (event, name) in [(event(MAX_DEPTH + 1, 1), "data"), (event(1, 100_000), "metadata")] {
            let told =
                format!("its {name} is nested deeper than 512 levels, and could not be read again");
            assert_eq!(wrong(&event), told);
        }
        let bytes = Given::read(r#"{"type":"Paid","data_base64":"AAE="}"#).unwrap();
        assert_eq!(bytes.event.data.bytes().as_ref(), [0, 1]);
    }
}
