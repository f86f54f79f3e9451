//! One line of a recording: what the index needs of it, and the whole event. Our own shape is read here.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use smol_str::SmolStr;

use super::cloudevents;
use super::members::Members;
use crate::model::{
    AggregateId, Category, Event, EventId, EventType, Finding, Payload, Position, Timestamp,
    Version, time,
};
use crate::store::index::{Claim, Facts, Numbering};

/// The shape of a line, or of most lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Own,
    CloudEvents,
}

impl Shape {
    /// The shape of an object; `None` where it is no event.
    pub(super) fn of(members: &Members<'_>) -> Option<Self> {
        if cloudevents::is_cloud_event(members) {
            return Some(Self::CloudEvents);
        }
        let own = members.text("aggregate").is_some() && members.text("type").is_some();
        own.then_some(Self::Own)
    }
}

/// What a line says without its payloads.
#[derive(Debug)]
pub(super) struct Brief<'a> {
    pub(super) category: Cow<'a, str>,
    pub(super) aggregate: Cow<'a, str>,
    pub(super) event_type: Cow<'a, str>,
    pub(super) position: Option<Position>,
    pub(super) time: Option<Timestamp>,
    /// The version that the line states.
    pub(super) version: Option<u64>,
    /// The `sequence` of a `CloudEvent`, which may or may not count per aggregate, and as it is written.
    pub(super) sequence: Option<(u64, &'a str)>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Brief<'a> {
    /// Reads an object of a shape.
    pub(super) fn read(shape: Shape, members: &Members<'a>) -> Option<Self> {
        match shape {
            Shape::Own => own_brief(members),
            Shape::CloudEvents => cloudevents::brief(members),
        }
    }

    /// As the index takes it.
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            category: &self.category,
            aggregate: &self.aggregate,
            event_type: &self.event_type,
            position: self.position,
            time: self.time,
            claim: match (self.version, self.sequence) {
                (Some(version), _) => Claim::Version(version),
                (None, Some((number, _))) => Claim::Sequence(number),
                (None, None) => Claim::Nothing,
            },
        }
    }
}

/// Reads the whole event of a line that the index holds at `version`; `None` where it is no event any more.
pub(super) fn event(line: &[u8], version: Version, numbering: Numbering) -> Option<Event> {
    let members = Members::read(std::str::from_utf8(line).ok()?).ok()?;
    let shape = Shape::of(&members)?;
    let brief = Brief::read(shape, &members)?;
    let mut event = Event {
        position: brief.position,
        aggregate: AggregateId::new(&brief.aggregate),
        category: Category::new(&brief.category),
        version,
        event_type: EventType::new(&brief.event_type),
        id: members.text("id").map(EventId::new),
        time: brief.time,
        schema: None,
        data: Payload::json(&b"null"[..], Arc::default(), version),
        metadata: None,
        findings: brief.findings,
    };
    match shape {
        Shape::Own => own_rest(&members, &mut event),
        Shape::CloudEvents => {
            let unused = brief.version.is_none() && numbering == Numbering::Counted;
            let sequence = brief.sequence.filter(|_| unused).map(|(_, raw)| raw);
            cloudevents::rest(&members, sequence, &mut event);
        }
    }
    let (aggregate, position) = (event.aggregate.clone(), event.position);
    for finding in &mut event.findings {
        *finding = finding.clone().on(&aggregate, version, position);
    }
    Some(event)
}

fn own_brief<'a>(members: &Members<'a>) -> Option<Brief<'a>> {
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
    Some(Brief {
        category: members.text("category").unwrap_or_default(),
        aggregate: members.text("aggregate")?,
        event_type: members.text("type")?,
        position,
        time,
        version,
        sequence: None,
        findings,
    })
}

fn own_rest(members: &Members<'_>, event: &mut Event) {
    event.schema = members.text("schema").map(SmolStr::new);
    if let Some(data) = read_payload(members, &OWN_DATA, event.version, &mut event.findings) {
        event.data = data;
    }
    event.metadata = read_payload(members, &OWN_METADATA, event.version, &mut event.findings);
}

/// The member `time`.
pub(super) fn read_time(members: &Members<'_>, findings: &mut Vec<Finding>) -> Option<Timestamp> {
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

pub(super) const OWN_DATA: Names =
    Names { json: "data", base64: "data_base64", content_type: "content_type" };
pub(super) const OWN_METADATA: Names =
    Names { json: "metadata", base64: "metadata_base64", content_type: "metadata_content_type" };

/// Whether a media type is JSON.
pub(super) fn is_json_type(content_type: &str) -> bool {
    if content_type == "application/json" {
        return true;
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind == "text/json" || kind.ends_with("+json")
}

/// Bytes of a media type.
pub(super) fn payload_of(bytes: Vec<u8>, content_type: &str, version: Version) -> Payload {
    if is_json_type(content_type) {
        return Payload::json(bytes, Arc::default(), version);
    }
    Payload::opaque(bytes, content_type, format!("the payload is {content_type}, not JSON"))
}

/// A payload: the exact slice of the line, or the bytes behind base64.
pub(super) fn read_payload(
    members: &Members<'_>,
    names: &Names,
    version: Version,
    findings: &mut Vec<Finding>,
) -> Option<Payload> {
    if let Some(raw) = members.exact(names.json) {
        return Some(Payload::json(raw.as_bytes(), Arc::default(), version));
    }
    let text = members.text(names.base64)?;
    let content_type = members.text(names.content_type);
    let content_type = content_type.as_deref().unwrap_or("application/octet-stream");
    match BASE64.decode(text.as_bytes()) {
        Ok(bytes) => Some(payload_of(bytes, content_type, version)),
        Err(error) => {
            let message = format!("its {} is no base64: {error}", names.base64);
            findings.push(Finding::error("payload-unreadable", message.clone()));
            Some(Payload::opaque(text.as_bytes(), "text/plain", message))
        }
    }
}
