//! One line of a recording as an event whose version is still to be settled: our own shape.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use smol_str::SmolStr;

use super::members::Members;
use crate::model::{
    AggregateId, Category, Event, EventId, EventType, Finding, Payload, Position, Version, time,
};

/// What a line says, before it is known what place the event has in its aggregate.
#[derive(Debug)]
pub(super) struct Draft {
    /// The event; its version is not settled.
    pub(super) event: Event,
    /// The version that the line states.
    pub(super) version: Option<u64>,
    /// The `sequence` of a `CloudEvent`, which may or may not count per aggregate, as it is written.
    pub(super) sequence: Option<(u64, String)>,
}

impl Draft {
    /// The event at `version`.
    pub(super) fn settled(mut self, version: Version) -> Event {
        let stamped = |payload: Payload| {
            if payload.is_json() {
                Payload::json(Arc::clone(payload.bytes()), Arc::default(), version)
            } else {
                payload
            }
        };
        self.event.version = version;
        self.event.data = stamped(self.event.data);
        self.event.metadata = self.event.metadata.map(stamped);
        for finding in &mut self.event.findings {
            *finding = finding.clone().on(&self.event.aggregate, version, self.event.position);
        }
        self.event
    }
}

/// Whether an object is an event in our own shape.
pub(super) fn is_own(members: &Members<'_>) -> bool {
    members.text("aggregate").is_some() && members.text("type").is_some()
}

/// Reads an event in our own shape.
pub(super) fn read_own(members: &Members<'_>) -> Option<Draft> {
    let mut findings = Vec::new();
    let mut number = |name: &str, least: i64| {
        let text = members.text(name)?;
        let number = text.parse::<i64>().ok().filter(|number| *number >= least);
        if number.is_none() {
            let message = format!("its {name} is {text:?}, which is no {name}");
            findings.push(Finding::warning("member-unreadable", message));
        }
        number
    };
    let position = number("position", i64::MIN).map(Position);
    let version = number("version", 1).map(|version| version as u64);
    let time = read_time(members, &mut findings);
    let data = read_payload(members, &OWN_DATA, &mut findings)
        .unwrap_or_else(|| Payload::json(&b"null"[..], Arc::default(), Version::ZERO));
    let metadata = read_payload(members, &OWN_METADATA, &mut findings);
    let event = Event {
        position,
        aggregate: AggregateId::new(members.text("aggregate")?),
        category: members.text("category").map(Category::new).unwrap_or_default(),
        version: Version::ZERO,
        event_type: EventType::new(members.text("type")?),
        id: members.text("id").map(EventId::new),
        time,
        schema: members.text("schema").map(SmolStr::new),
        data,
        metadata,
        findings,
    };
    Some(Draft { event, version, sequence: None })
}

/// The member `time`.
pub(super) fn read_time(
    members: &Members<'_>,
    findings: &mut Vec<Finding>,
) -> Option<time::Timestamp> {
    let text = members.text("time")?;
    let moment = time::parse_recorded(&text);
    if moment.is_none() {
        let message = format!("its time is {text:?}, which is no RFC 3339 time");
        findings.push(Finding::warning("member-unreadable", message));
    }
    moment
}

/// The member names of a payload.
pub(super) struct Names {
    pub(super) json: &'static str,
    pub(super) base64: &'static str,
    pub(super) content_type: &'static str,
}

const OWN_DATA: Names = Names { json: "data", base64: "data_base64", content_type: "content_type" };
const OWN_METADATA: Names =
    Names { json: "metadata", base64: "metadata_base64", content_type: "metadata_content_type" };

/// Whether a media type is JSON.
pub(super) fn is_json_type(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind == "text/json" || kind.ends_with("+json")
}

/// Bytes of a media type.
pub(super) fn payload_of(bytes: Vec<u8>, content_type: &str) -> Payload {
    if is_json_type(content_type) {
        return Payload::json(bytes, Arc::default(), Version::ZERO);
    }
    Payload::opaque(bytes, content_type, format!("the payload is {content_type}, not JSON"))
}

/// A payload: the exact slice of the line, or the bytes behind base64.
pub(super) fn read_payload(
    members: &Members<'_>,
    names: &Names,
    findings: &mut Vec<Finding>,
) -> Option<Payload> {
    if let Some(raw) = members.exact(names.json) {
        return Some(Payload::json(raw.as_bytes(), Arc::default(), Version::ZERO));
    }
    let text = members.text(names.base64)?;
    let content_type = members.text(names.content_type);
    let content_type = content_type.as_deref().unwrap_or("application/octet-stream");
    match BASE64.decode(text.as_bytes()) {
        Ok(bytes) => Some(payload_of(bytes, content_type)),
        Err(error) => {
            let message = format!("its {} is no base64: {error}", names.base64);
            findings.push(Finding::error("payload-unreadable", message.clone()));
            Some(Payload::opaque(text.as_bytes(), "text/plain", message))
        }
    }
}
