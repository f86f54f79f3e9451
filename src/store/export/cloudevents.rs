//! One event as a `CloudEvent` 1.0 in JSON.
//!
//! What CloudEvents has no attribute for stands in the extension attribute `foldback` as a JSON string (attributes are
//! scalars), so that reading the line again loses nothing; the parts of the metadata that can be attributes are.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::model::json::{self, write_string};
use crate::model::shape::{Form, Members, one_line};
use crate::model::time::rfc3339;
use crate::model::{Category, Event, Payload, Value};
use crate::store::own::id_for;
use crate::store::recording::{EXTENSION, MADE_UP_ID, MADE_UP_SOURCE, PLACED};

/// Appends the event on one line, without the line's end.
pub(super) fn write(out: &mut String, event: &Event) {
    let member = |out: &mut String, name: &str, text: &str| {
        let _ = write!(out, ",\"{name}\":");
        write_string(out, text);
    };
    let attributes = event.metadata.as_ref().and_then(|metadata| metadata.value().ok());
    out.push_str("{\"specversion\":\"1.0\"");
    let id = event.id.as_ref().map_or_else(|| id_for(event), |id| id.as_str().to_owned());
    member(out, "id", &id);
    let source = attributes.and_then(|value| value.get("source")).and_then(Value::as_str);
    match source.filter(|source| !source.is_empty()) {
        Some(source) => member(out, "source", source),
        None => member(out, "source", &format!("{MADE_UP_SOURCE}{}", name(&event.category))),
    }
    member(out, "type", event.event_type.as_str());
    member(out, "subject", event.aggregate.as_str());
    if let Some(time) = &event.time {
        member(out, "time", &rfc3339(time));
    }
    let _ = write!(out, ",\"sequence\":\"{}\",\"sequencetype\":\"Integer\"", event.version);
    if let Some(schema) = event.schema.as_deref().filter(|schema| schema.contains(':')) {
        member(out, "dataschema", schema);
    }
    if let Some(Value::Object(members)) = attributes {
        let mut written = Vec::new();
        for (name, slot) in members.iter() {
            if let Some((name, text)) = attribute(name, &slot.value)
                && !written.contains(&name)
            {
                let _ = write!(out, ",\"{name}\":{text}");
                written.push(name);
            }
        }
    }
    member(out, EXTENSION, &beside(event));
    write_data(out, &event.data);
    out.push('}');
}

/// The last part of a `source` that has to be made up: a category, in characters that a URI takes.
fn name(category: &Category) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = category.as_str().chars().map(plain).collect();
    if name.is_empty() { "events".to_owned() } else { name }
}

/// A member of the metadata as an attribute: the name in lower case letters and digits, the value a scalar.
fn attribute(name: &str, value: &Value) -> Option<(String, String)> {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let fits = !name.is_empty() && name.len() <= 20 && !PLACED.contains(&name.as_str());
    let scalar = match value {
        Value::String(_) | Value::Bool(_) => true,
        // Whole numbers of 32 bits are all that the type system of CloudEvents has.
        Value::Number(text) => text.parse::<i32>().is_ok(),
        _ => false,
    };
    (fits && scalar).then(|| (name, json::to_string(value)))
}

/// What has no attribute of its own, as the members it has in our own shape.
fn beside(event: &Event) -> String {
    let mut text = String::new();
    let mut members = Members::new(&mut text);
    if let Some(position) = event.position {
        members.raw("position", format_args!("{position}"));
    }
    members.text("category", event.category.as_str());
    members.raw("version", format_args!("{}", event.version));
    if event.id.is_none() {
        members.text("id", MADE_UP_ID);
    }
    if let Some(schema) = &event.schema {
        members.schema(schema);
    }
    if let Some(metadata) = &event.metadata {
        members.payload("metadata", metadata, Form::Exact);
    }
    text.push('}');
    text
}

/// The payload as `data`, or as `data_base64` where its bytes do not stand in a line unchanged.
fn write_data(out: &mut String, data: &Payload) {
    out.push_str(",\"datacontenttype\":");
    write_string(out, data.content_type());
    match (one_line(data), data.value()) {
        (Some(text), _) if data.is_plain() => {
            let _ = write!(out, ",\"data\":{text}");
        }
        (_, Ok(value)) if !data.is_plain() => {
            out.push_str(",\"data\":");
            json::write(out, value);
        }
        _ => {
            let _ = write!(out, ",\"data_base64\":\"{}\"", BASE64.encode(data.bytes()));
        }
    }
}
