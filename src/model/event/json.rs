//! One event as one line of JSON: the shape of recordings, `events --json` and what `fold` reads.
//!
//! Pure text: reading it back is the business of the recording store.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Event;
use crate::model::json::{write, write_string};
use crate::model::payload::Payload;
use crate::model::time::rfc3339;

/// How payloads are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PayloadForm {
    /// As people and reducers see them: the library's wrapping taken off, without spaces.
    #[default]
    Shown,
    /// As they are seen, but byte for byte where nothing is taken off: what an export writes.
    Exact,
    /// Byte for byte as recorded, the library's wrapping included.
    Recorded,
}

/// Appends `event` as one JSON object on one line, without the line's end.
///
/// What is not recorded is absent. A payload that is no JSON, or whose exact bytes do not fit in a line, stands as
/// `data_base64` with `content_type` (`metadata_base64` with `metadata_content_type`).
pub fn write_event(out: &mut String, event: &Event, form: PayloadForm) {
    out.push('{');
    if let Some(position) = event.position {
        let _ = write!(out, "\"position\":{position},");
    }
    out.push_str("\"aggregate\":");
    write_string(out, event.aggregate.as_str());
    if !event.category.as_str().is_empty() {
        out.push_str(",\"category\":");
        write_string(out, event.category.as_str());
    }
    let _ = write!(out, ",\"version\":{},\"type\":", event.version);
    write_string(out, event.event_type.as_str());
    if let Some(id) = &event.id {
        out.push_str(",\"id\":");
        write_string(out, id.as_str());
    }
    if let Some(time) = &event.time {
        let _ = write!(out, ",\"time\":\"{}\"", rfc3339(time));
    }
    if let Some(schema) = &event.schema {
        out.push_str(",\"schema\":");
        write_schema(out, schema);
    }
    write_payload(out, &event.data, form, &DATA);
    if let Some(metadata) = &event.metadata {
        write_payload(out, metadata, form, &METADATA);
    }
    if !event.findings.is_empty()
        && let Ok(findings) = serde_json::to_string(&event.findings)
    {
        out.push_str(",\"findings\":");
        out.push_str(&findings);
    }
    out.push('}');
}

/// A schema version: a number where the text is a plain whole number, else a string.
pub(crate) fn write_schema(out: &mut String, schema: &str) {
    if schema.parse::<u64>().is_ok_and(|number| number.to_string() == schema) {
        out.push_str(schema);
    } else {
        write_string(out, schema);
    }
}

/// The member names of a payload.
pub(crate) struct Names {
    /// Where it is JSON.
    pub(crate) json: &'static str,
    /// Where it is bytes.
    pub(crate) base64: &'static str,
    /// What the bytes are; `None` where another member says so.
    pub(crate) content_type: Option<&'static str>,
}

const DATA: Names =
    Names { json: "data", base64: "data_base64", content_type: Some("content_type") };
const METADATA: Names = Names {
    json: "metadata",
    base64: "metadata_base64",
    content_type: Some("metadata_content_type"),
};

/// Appends `,"name":payload`.
pub(crate) fn write_payload(out: &mut String, payload: &Payload, form: PayloadForm, names: &Names) {
    let exact = match form {
        PayloadForm::Shown => false,
        PayloadForm::Exact => payload.is_plain(),
        PayloadForm::Recorded => true,
    };
    if exact {
        if let Some(text) = one_line(payload) {
            let _ = write!(out, ",\"{}\":{text}", names.json);
            return;
        }
    } else if let Ok(value) = payload.value() {
        let _ = write!(out, ",\"{}\":", names.json);
        write(out, value);
        return;
    }
    if let Some(name) = names.content_type {
        let _ = write!(out, ",\"{name}\":");
        write_string(out, payload.content_type());
    }
    let _ = write!(out, ",\"{}\":\"", names.base64);
    BASE64.encode_string(payload.bytes(), out);
    out.push('"');
}

/// The bytes as text, where they are one JSON value that can stand in a line and be cut out of it again unchanged.
fn one_line(payload: &Payload) -> Option<&str> {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::payload::View;
    use crate::model::{EventId, Finding, Position, Version};

    fn event(data: Payload) -> Event {
        Event {
            position: Some(Position(8112)),
            aggregate: "order-\"4711\"".into(),
            category: "Order".into(),
            version: Version(17),
            event_type: "ItemRemoved".into(),
            id: Some(EventId::new("e-1")),
            time: crate::model::time::parse_recorded("2026-03-02T14:34:12.201Z"),
            schema: Some("1".into()),
            data,
            metadata: None,
            findings: Vec::new(),
        }
    }

    fn line(event: &Event, form: PayloadForm) -> String {
        let mut out = String::new();
        write_event(&mut out, event, form);
        out
    }

    fn json(text: &str, view: View) -> Payload {
        Payload::json(text.as_bytes(), Arc::new(view), Version(17))
    }

    #[test]
    fn an_event_has_the_documented_shape() {
        let event = event(json(r#"{ "price": 19.90 }"#, View::default()));
        assert_eq!(
            line(&event, PayloadForm::Shown),
            r#"{"position":8112,"aggregate":"order-\"4711\"","category":"Order","version":17,"type":"ItemRemoved","id":"e-1","time":"2026-03-02T14:34:12.201Z","schema":1,"data":{"price":19.90}}"#
        );
        assert!(line(&event, PayloadForm::Exact).ends_with(r#""data":{ "price": 19.90 }}"#));
    }

    #[test]
    fn what_is_not_recorded_is_absent() {
        let mut event = event(json("null", View::default()));
        event.position = None;
        event.category = "".into();
        event.id = None;
        event.time = None;
        event.schema = Some("1.0".into());
        event.findings.push(Finding::note("x", "seen"));
        assert_eq!(
            line(&event, PayloadForm::Shown),
            r#"{"aggregate":"order-\"4711\"","version":17,"type":"ItemRemoved","schema":"1.0","data":null,"findings":[{"code":"x","severity":"note","message":"seen"}]}"#
        );
    }

    #[test]
    fn wrapping_is_taken_off_unless_asked_for() {
        let view = View { variant: true, ..View::default() };
        let event = event(json(r#"{"Deposited": {"amount": 3}}"#, view));
        assert!(line(&event, PayloadForm::Shown).ends_with(r#""data":{"amount":3}}"#));
        assert!(line(&event, PayloadForm::Exact).ends_with(r#""data":{"amount":3}}"#));
        let recorded = line(&event, PayloadForm::Recorded);
        assert!(recorded.ends_with(r#""data":{"Deposited": {"amount": 3}}}"#));
    }

    #[test]
    fn bytes_that_do_not_fit_in_a_line_are_base64() {
        let broken = event(json("{\"a\":", View::default()));
        let text = r#""content_type":"application/json","data_base64":"eyJhIjo="}"#;
        assert!(line(&broken, PayloadForm::Shown).ends_with(text));
        let opaque = event(Payload::opaque(&[0xff, 0][..], "application/x", "no JSON"));
        let text = r#""content_type":"application/x","data_base64":"/wA="}"#;
        assert!(line(&opaque, PayloadForm::Shown).ends_with(text));
        let two_lines = event(json("{\n}", View::default()));
        assert!(line(&two_lines, PayloadForm::Shown).ends_with(r#""data":{}}"#));
        assert!(line(&two_lines, PayloadForm::Exact).ends_with(r#""data_base64":"ewp9"}"#));
    }
}
