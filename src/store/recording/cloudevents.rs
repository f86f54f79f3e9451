//! One line of a recording that is a `CloudEvent` 1.0 in JSON (cloudevents.io, JSON event format 1.0.2).
//!
//! The aggregate is the `subject` as it is, or the `source` where there is none. Attributes that an event has no place
//! for become its metadata. The extension attribute `foldback` holds, as a JSON string, what an export of ours could
//! not put anywhere else; where it stands, it wins.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use super::draft::{Brief, Names, is_json_type, payload_of, read_payload, read_time};
use super::members::{Members, text};
use crate::model::json::write_string;
use crate::model::{Event, EventType, Finding, Payload, Position, Version};

/// What a `source` begins with where an export had to make one up.
pub(crate) const MADE_UP_SOURCE: &str = "urn:foldback:";
/// The extension attribute of our own exports.
pub(crate) const EXTENSION: &str = "foldback";
/// The largest number that can be a version: stores of our own count in signed numbers.
const LARGEST: u64 = i64::MAX as u64 - 1;
/// What stands as `id` in that attribute where the event had none.
pub(crate) const MADE_UP_ID: &str = "made-up";
/// Attributes that have a place of their own in an event.
pub(crate) const PLACED: [&str; 13] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "data",
    "data_base64",
    "sequence",
    "sequencetype",
    EXTENSION,
];

const DATA: Names = Names { json: "data", base64: "data_base64", content_type: "datacontenttype" };

/// Whether an object is a `CloudEvent` of version 1.
pub(super) fn is_cloud_event(members: &Members<'_>) -> bool {
    members.text("specversion").is_some_and(|version| version.starts_with("1."))
        && ["id", "source", "type"].iter().all(|name| members.text(name).is_some())
}

/// What a `CloudEvent` says without its data.
pub(super) fn brief<'a>(members: &Members<'a>) -> Option<Brief<'a>> {
    let mut findings = Vec::new();
    let source = members.text("source")?;
    let subject = subject(members);
    let extension = members.text(EXTENSION);
    let own = extension.as_deref().and_then(|text| Members::read(text).ok());
    let own_text = |name: &str| own.as_ref().and_then(|own| own.text(name));
    let category = own_text("category").map(|category| Cow::Owned(category.into_owned()));
    let sequence = members.raw("sequence").and_then(|raw| {
        let text = text(raw)?;
        let number = text.parse::<u64>().ok().filter(|number| *number <= LARGEST);
        if number.is_none() && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("its sequence is {text}, which is too large for a version");
            findings.push(Finding::warning("member-unreadable", message));
        }
        Some((number?, raw))
    });
    Some(Brief {
        category: category.unwrap_or_else(|| category_of(subject.as_ref(), &source)),
        position: own_text("position").and_then(|text| text.parse().ok()).map(Position),
        version: own_text("version")
            .and_then(|text| text.parse().ok())
            .filter(|v| (1..=LARGEST).contains(v)),
        aggregate: subject.unwrap_or(source),
        event_type: members.text("type")?,
        time: read_time(members, &mut findings),
        sequence,
        findings,
    })
}

fn subject<'a>(members: &Members<'a>) -> Option<Cow<'a, str>> {
    members.text("subject").filter(|subject| !subject.is_empty())
}

/// Reads the rest of `event`; `sequence` is told in its metadata where it is no version.
pub(super) fn rest(members: &Members<'_>, sequence: Option<&str>, event: &mut Event) {
    const METADATA: Names = Names {
        json: "metadata",
        base64: "metadata_base64",
        content_type: "metadata_content_type",
    };
    let extension = members.text(EXTENSION);
    let own = extension.as_deref().and_then(|text| Members::read(text).ok());
    let own_text = |name: &str| own.as_ref().and_then(|own| own.text(name));
    if own_text("id").is_some_and(|id| id == MADE_UP_ID) {
        event.id = None;
    }
    event.schema = own_text("schema").or_else(|| members.text("dataschema")).map(SmolStr::new);
    event.metadata = match &own {
        Some(own) => read_payload(own, &METADATA, event.version, &mut event.findings),
        None => metadata(members, event.version),
    };
    if let Some(sequence) = sequence {
        event.metadata = Some(with_sequence(event.metadata.as_ref(), sequence, event.version));
    }
    if let Some(data) = data(members, event) {
        event.data = data;
    }
}

/// With a media type that is not JSON, a string holds the text itself and not a JSON value.
fn data(members: &Members<'_>, event: &mut Event) -> Option<Payload> {
    let content_type = members.text("datacontenttype");
    if let Some(content_type) = content_type.as_deref().filter(|kind| !is_json_type(kind))
        && let Some(raw) = members.raw("data").filter(|raw| raw.starts_with('"'))
        && let Some(text) = text(raw)
    {
        let bytes = text.into_owned().into_bytes();
        return Some(payload_of(bytes, content_type, event.version));
    }
    read_payload(members, &DATA, event.version, &mut event.findings)
}

/// The attributes without a place of their own.
fn metadata(members: &Members<'_>, version: Version) -> Option<Payload> {
    let mut out = String::with_capacity(128);
    let mut add = |name: &str, raw: &str| {
        out.push(if out.is_empty() { '{' } else { ',' });
        write_string(&mut out, name);
        out.push(':');
        out.push_str(raw);
    };
    for (name, raw) in members.iter() {
        let made_up = || text(raw).is_some_and(|source| source.starts_with(MADE_UP_SOURCE));
        if (name == "source" && !made_up()) || !PLACED.contains(&name) {
            add(name, raw);
        }
    }
    if out.is_empty() {
        return None;
    }
    out.push('}');
    Some(Payload::json(out.into_bytes(), Arc::default(), version))
}

/// The metadata with the `sequence` put back, for files in which it does not count per aggregate.
fn with_sequence(metadata: Option<&Payload>, sequence: &str, version: Version) -> Payload {
    let before = metadata.and_then(|payload| std::str::from_utf8(payload.bytes()).ok());
    let text = match before.and_then(|text| text.strip_suffix('}')) {
        Some(before) => format!("{before},\"sequence\":{sequence}}}"),
        None => format!("{{\"sequence\":{sequence}}}"),
    };
    Payload::json(text.into_bytes(), Arc::default(), version)
}

/// `order/17` and `order-17` are orders; a subject that names no kind leaves it to the last part of the source.
fn category_of<'a>(subject: Option<&Cow<'a, str>>, source: &Cow<'a, str>) -> Cow<'a, str> {
    subject
        .and_then(|subject| part(subject, kind))
        .or_else(|| part(source, last))
        .unwrap_or_default()
}

/// A part of a text, borrowed from where the text is.
fn part<'a>(text: &Cow<'a, str>, of: fn(&str) -> Option<&str>) -> Option<Cow<'a, str>> {
    match text {
        Cow::Borrowed(text) => of(text).map(Cow::Borrowed),
        Cow::Owned(text) => of(text).map(|part| Cow::Owned(part.to_owned())),
    }
}

fn kind(subject: &str) -> Option<&str> {
    if is_uuid(subject) {
        return None;
    }
    let (kind, _) = subject.trim_start_matches('/').split_once(['/', '-'])?;
    kind.starts_with(|first: char| first.is_alphabetic()).then_some(kind)
}

fn last(source: &str) -> Option<&str> {
    source.trim_end_matches(['/', ':', '#']).rsplit(['/', ':', '#']).next()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `shop.order.placed.v1` in little room: `placed.v1`.
pub(super) fn short_type(event_type: &EventType) -> &str {
    let full = event_type.as_str();
    let is_version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let dots: Vec<usize> = full.rmatch_indices('.').map(|(at, _)| at).take(2).collect();
    let tail = |dot: Option<&usize>| dot.map_or(full, |dot| full.get(dot + 1..).unwrap_or(full));
    let last = tail(dots.first());
    let short = if is_version(last) { tail(dots.get(1)) } else { last };
    if short.is_empty() { full } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_the_subject_or_the_source() {
        let kind = |subject: Option<&'static str>, source: &'static str| {
            category_of(subject.map(Cow::Borrowed).as_ref(), &Cow::Borrowed(source)).into_owned()
        };
        assert_eq!(kind(Some("order/17"), "/shop/orders"), "order");
        assert_eq!(kind(Some("order-17"), "/shop/orders"), "order");
        assert_eq!(kind(Some("17"), "/shop/orders"), "orders");
        assert_eq!(kind(Some("4711-2"), "/shop/orders/"), "orders");
        assert_eq!(kind(Some("85f27ac0-6044-527b-b21d-4868b4ce5eb1"), "urn:shop:orders"), "orders");
        assert_eq!(kind(None, "https://shop.example/orders"), "orders");
    }

    #[test]
    fn a_type_is_short_without_its_prefix() {
        let short = |text: &str| short_type(&EventType::new(text)).to_owned();
        assert_eq!(short("shop.bankaccount.opened.v1"), "opened.v1");
        assert_eq!(short("shop.opened"), "opened");
        assert_eq!(short("opened"), "opened");
        assert_eq!(short("v1"), "v1");
        assert_eq!(short("opened."), "opened.");
        assert_eq!(short("x.v2"), "x.v2");
    }
}
