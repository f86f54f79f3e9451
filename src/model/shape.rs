//! The one JSON shape of an event: recordings are written in it, commands print it, expressions are asked of it.
//!
//! What a layout does not record is absent, never `null`. Knows no terminal: text stands in it as the store wrote it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use smol_str::SmolStr;

use super::event::{Event, key_twice};
use super::finding::Finding;
use super::json;
use super::payload::{Payload, PayloadError};
use super::time::rfc3339;
use super::value::Value;

/// How payloads stand in the shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// With the library's own wrapping taken off, as a person or a reducer sees them.
    #[default]
    Seen,
    /// As the library recorded them.
    Recorded,
    /// As they are seen, and byte for byte where there is no wrapping: bytes that do not fit in a line unchanged stand
    /// in base64. What an export writes.
    Exact,
}

/// Appends the event as one JSON object on one line.
pub fn write_event(out: &mut String, event: &Event, form: Form) {
    let mut members = Members::new(out);
    if let Some(position) = event.position {
        members.raw("position", format_args!("{position}"));
    }
    members.text("aggregate", event.aggregate.as_str());
    if !event.category.as_str().is_empty() {
        members.text("category", event.category.as_str());
    }
    members.raw("version", format_args!("{}", event.version));
    members.text("type", event.event_type.as_str());
    if let Some(id) = &event.id {
        members.text("id", id.as_str());
    }
    if let Some(time) = &event.time {
        members.text("time", &rfc3339(time));
    }
    if let Some(schema) = &event.schema {
        members.schema(schema);
    }
    let mut broken = Vec::new();
    if let Some(finding) = members.payload("data", &event.data, form) {
        broken.push(event.finding(finding));
    }
    if let Some(metadata) = &event.metadata
        && let Some(finding) = members.payload("metadata", metadata, form)
    {
        broken.push(event.finding(finding));
    }
    // The store may have noticed the same when it read the event.
    broken.retain(|one: &Finding| event.findings.iter().all(|known| known.message != one.message));
    members.findings(event.findings.iter().chain(&broken));
    members.out.push('}');
}

/// The event as one JSON object on one line.
pub fn event_to_string(event: &Event, form: Form) -> String {
    let mut out = String::with_capacity(event.data.bytes().len() + 256);
    write_event(&mut out, event, form);
    out
}

/// The members of one JSON object as they are written; whoever makes it writes the last brace.
pub(crate) struct Members<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Members<'a> {
    pub(crate) fn new(out: &'a mut String) -> Self {
        Self { out, first: true }
    }

    fn name(&mut self, name: &str) {
        self.out.push(if self.first { '{' } else { ',' });
        self.first = false;
        json::write_string(self.out, name);
        self.out.push(':');
    }

    pub(crate) fn raw(&mut self, name: &str, value: std::fmt::Arguments<'_>) {
        self.name(name);
        let _ = self.out.write_fmt(value);
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        json::write_string(self.out, value);
    }

    /// A number where the library counts, its own text (`2.0`) where it does not.
    pub(crate) fn schema(&mut self, schema: &str) {
        match schema.parse::<u64>() {
            Ok(number) if number.to_string() == schema => {
                self.raw("schema", format_args!("{number}"));
            }
            _ => self.text("schema", schema),
        }
    }

    pub(crate) fn payload(&mut self, name: &str, payload: &Payload, form: Form) -> Option<Finding> {
        let write = |members: &mut Self, value: &Value| {
            members.name(name);
            json::write(members.out, value);
        };
        let written = match form {
            Form::Exact if payload.is_plain() => {
                self.exact(name, payload);
                return payload.value().err().map(|error| unreadable(name, &error));
            }
            Form::Seen | Form::Exact => payload.value().map(|value| {
                write(self, value);
                payload.twice().map(SmolStr::new)
            }),
            Form::Recorded => payload.recorded_noting().map(|(value, twice)| {
                write(self, &value);
                twice
            }),
        };
        let error = match written {
            Ok(twice) => {
                let of = if name == "data" { "the payload" } else { name };
                return twice.map(|key| key_twice(of, &key));
            }
            Err(error) => error,
        };
        self.base64(name, payload, content_type(payload, &error));
        Some(unreadable(name, &error))
    }

    fn exact(&mut self, name: &str, payload: &Payload) {
        match one_line(payload) {
            Some(text) => self.raw(name, format_args!("{text}")),
            None => self.base64(name, payload, payload.content_type()),
        }
    }

    fn base64(&mut self, name: &str, payload: &Payload, content_type: &str) {
        let prefix = if name == "metadata" { "metadata_" } else { "" };
        self.text(&format!("{name}_base64"), &BASE64.encode(payload.bytes()));
        self.text(&format!("{prefix}content_type"), content_type);
    }

    fn findings<'f>(&mut self, findings: impl Iterator<Item = &'f Finding>) {
        let mut findings = findings.peekable();
        if findings.peek().is_none() {
            return;
        }
        self.name("findings");
        let mut first = true;
        for finding in findings {
            self.out.push(if first { '[' } else { ',' });
            first = false;
            let text = serde_json::to_string(finding).expect("a finding is plain text and numbers");
            self.out.push_str(&text);
        }
        self.out.push(']');
    }
}

/// The bytes as text, where they are one JSON value that can stand in a line and be cut out of it again unchanged.
pub(crate) fn one_line(payload: &Payload) -> Option<&str> {
    let bytes = payload.bytes();
    let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    if !payload.is_json()
        || blank(bytes.first())
        || blank(bytes.last())
        || bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
    {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok().then_some(text)
}

/// Bytes that should be JSON and are not have no type that could be promised.
fn content_type<'a>(payload: &'a Payload, error: &PayloadError) -> &'a str {
    match error {
        PayloadError::Opaque { .. } | PayloadError::TooDeep => payload.content_type(),
        PayloadError::NotJson(_) => "application/octet-stream",
    }
}

/// The same finding as a fold has on such an event.
fn unreadable(name: &str, error: &PayloadError) -> Finding {
    match name {
        "data" => Finding::error("payload-unreadable", error.to_string()),
        _ => Finding::warning("metadata-unreadable", format!("metadata: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{AggregateId, Category, EventType, Position, Version, View};
    use super::*;

    fn event(data: Payload) -> Event {
        Event {
            position: None,
            aggregate: AggregateId::new("a\"1"),
            category: Category::default(),
            version: Version(2),
            event_type: EventType::new("Moved"),
            id: None,
            time: None,
            schema: None,
            data,
            metadata: None,
            findings: Vec::new(),
        }
    }

    fn json(text: &str, view: View) -> Payload {
        Payload::json(text.as_bytes(), Arc::new(view), Version(2))
    }

    #[test]
    fn what_is_not_recorded_is_absent() {
        let event = event(json(r#"{"x":1.50}"#, View::default()));
        let text = event_to_string(&event, Form::Seen);
        assert_eq!(text, r#"{"aggregate":"a\"1","version":2,"type":"Moved","data":{"x":1.50}}"#);
    }

    #[test]
    fn everything_has_its_place() {
        let view = View { inside: vec!["body".into()], ..View::default() };
        let mut event = event(json(r#"{"body":{"x":1}}"#, view));
        event.position = Some(Position(8112));
        event.category = Category::new("Order");
        event.schema = Some("2".into());
        event.time = super::super::time::parse_recorded("2026-03-02T14:34:12.201Z");
        event.id = Some("e-1".into());
        event.metadata = Some(json("{}", View::default()));
        assert_eq!(
            event_to_string(&event, Form::Seen),
            r#"{"position":8112,"aggregate":"a\"1","category":"Order","version":2,"type":"Moved","id":"e-1","time":"2026-03-02T14:34:12.201Z","schema":2,"data":{"x":1},"metadata":{}}"#
        );
        event.schema = Some("2.0".into());
        let text = event_to_string(&event, Form::Recorded);
        assert!(text.contains(r#""schema":"2.0","data":{"body":{"x":1}}"#), "{text}");
    }

    #[test]
    fn a_payload_that_is_no_json_stands_as_base64_with_its_reason() {
        let sealed = Payload::opaque(&b"\x00\xff"[..], "application/x-aes", "it is encrypted");
        let value: serde_json::Value =
            serde_json::from_str(&event_to_string(&event(sealed), Form::Seen)).unwrap();
        assert_eq!(value["data_base64"], "AP8=");
        assert_eq!(value["content_type"], "application/x-aes");
        assert_eq!(value["findings"][0]["message"], "it is encrypted");
        assert!(value.get("data").is_none());

        let torn = event_to_string(&event(json("{\"a\":", View::default())), Form::Seen);
        let value: serde_json::Value = serde_json::from_str(&torn).unwrap();
        assert_eq!(value["findings"][0]["code"], "payload-unreadable");
        assert_eq!(value["findings"][0]["version"], 2);
    }

    #[test]
    fn a_key_that_stands_twice_is_told() {
        let twice = || json(r#"{"x":1,"x":2}"#, View::default());
        for form in [Form::Seen, Form::Recorded] {
            let mut event = event(twice());
            event.metadata = Some(twice());
            let value: serde_json::Value =
                serde_json::from_str(&event_to_string(&event, form)).unwrap();
            assert_eq!(value["findings"][0]["code"], "key-twice");
            assert!(value["findings"][1]["message"].as_str().unwrap().starts_with("metadata has"));
        }
        assert!(!event_to_string(&event(twice()), Form::Exact).contains("findings"));
    }

    #[test]
    fn exact_keeps_every_byte_that_is_not_wrapping() {
        let exact = |data| event_to_string(&event(data), Form::Exact);
        let json = |text: &str| Payload::json(text.as_bytes(), Arc::default(), Version(2));
        assert!(exact(json(r#"{ "a": 1.50 }"#)).ends_with(r#","data":{ "a": 1.50 }}"#));
        let two_lines = r#","data_base64":"ewp9","content_type":"application/json"}"#;
        assert!(exact(json("{\n}")).ends_with(two_lines));
        assert!(exact(json(" 1")).contains(r#""data_base64":"IDE=""#));
        let broken = r#","data_base64":"eyJhIjo=","content_type":"application/json","findings":["#;
        assert!(exact(json(r#"{"a":"#)).contains(broken));
        let view = View { variant: true, ..View::default() };
        let wrapped = Payload::json(&br#"{"Paid": {"a": 1}}"#[..], Arc::new(view), Version(2));
        assert!(exact(wrapped).ends_with(r#","data":{"a":1}}"#));
    }
}
