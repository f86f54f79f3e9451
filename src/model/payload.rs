//! What an event carries: the exact bytes, read only when somebody asks.

use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use super::flat::Flat;
use super::id::Version;
use super::json::{self, JsonError};
use super::value::{Map, Slot, Value};

/// How a library's own wrapping around what happened is taken off for people and reducers.
///
/// A layout has one for the data and, where the metadata stands inside the data, one for that; all its events share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Replace every object of exactly the two members named here by its second member: `{"_type_": …, "_data_": …}`.
    pub unwrap: Option<(SmolStr, SmolStr)>,
    /// Take the value of the only member, whose name is the event's type; a bare string becomes an empty object.
    pub variant: bool,
    /// The value is found under these keys, one inside the other.
    pub inside: Vec<SmolStr>,
    /// Members of the top level that are not shown.
    pub omit: Vec<SmolStr>,
    /// Members of the top level that alone are shown.
    pub only: Option<Vec<SmolStr>>,
}

impl View {
    /// Whether it leaves a value as it is.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there may be a member of the top level that is not shown.
    pub(crate) fn hides(&self) -> bool {
        self.only.is_some() || !self.omit.is_empty()
    }

    /// Whether a member of the top level is shown.
    pub(crate) fn shows(&self, key: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|shown| shown == key))
            && !self.omit.iter().any(|hidden| hidden == key)
    }

    /// Whether the value it shows stands where the recorded one does.
    fn stays(&self) -> bool {
        !self.variant && self.inside.is_empty()
    }
}

/// Why a payload cannot be shown as a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// The bytes are of another kind: encrypted, a binary format, compressed in a way nobody named.
    #[error("{reason}")]
    Opaque {
        /// One sentence that says why.
        reason: Arc<str>,
    },
    /// The bytes should be JSON and are not.
    #[error("the payload cannot be read as JSON: {0}")]
    NotJson(JsonError),
    /// JSON that nests deeper than foldback reads.
    #[error("the payload is nested deeper than {} levels, and more are not read", json::MAX_DEPTH)]
    TooDeep,
}

impl From<JsonError> for PayloadError {
    fn from(error: JsonError) -> Self {
        if error.is_too_deep() { Self::TooDeep } else { Self::NotJson(error) }
    }
}

/// A payload as it was recorded.
#[derive(Clone, Debug)]
pub struct Payload {
    bytes: Arc<[u8]>,
    form: Form,
    since: Version,
    // In a box: most payloads are folded or passed on, and never have one.
    parsed: OnceLock<Box<Result<Parsed, PayloadError>>>,
}

#[derive(Clone, Debug)]
struct Parsed {
    value: Value,
    /// A key that one of its objects has more than once.
    twice: Option<Box<str>>,
}

#[derive(Clone, Debug)]
struct Opaque {
    content_type: SmolStr,
    reason: Arc<str>,
}

/// What [`Payload::folded`] gives.
#[derive(Debug)]
pub(crate) enum Folded<'a> {
    /// An object that is laid out, and the text that it was made of.
    Flat(&'a str),
    /// The value itself, of any kind.
    Whole(&'a Value),
}

#[derive(Clone, Debug)]
enum Form {
    Json(Arc<View>),
    Opaque(Box<Opaque>),
}

impl Payload {
    /// JSON text of the event at `since`, after decompression; not looked at yet.
    pub fn json(bytes: impl Into<Arc<[u8]>>, view: Arc<View>, since: Version) -> Self {
        Self { bytes: bytes.into(), form: Form::Json(view), since, parsed: OnceLock::new() }
    }

    /// A value that was made, and its JSON text; its slots are stamped with `since`.
    pub(crate) fn made(value: Value, text: String, since: Version) -> Self {
        let payload = Self::json(text.into_bytes(), Arc::default(), since);
        let parsed = Box::new(Ok(Parsed { value, twice: None }));
        Self { parsed: OnceLock::from(parsed), ..payload }
    }

    /// Bytes that are no JSON, and the sentence that says why.
    pub fn opaque(
        bytes: impl Into<Arc<[u8]>>,
        content_type: impl AsRef<str>,
        reason: impl Into<Arc<str>>,
    ) -> Self {
        let opaque = Opaque { content_type: SmolStr::new(content_type), reason: reason.into() };
        let form = Form::Opaque(Box::new(opaque));
        Self { bytes: bytes.into(), form, since: Version::ZERO, parsed: OnceLock::new() }
    }

    /// The same bytes seen another way.
    #[must_use]
    pub fn viewed(&self, view: Arc<View>) -> Self {
        match &self.form {
            Form::Json(_) => Self::json(Arc::clone(&self.bytes), view, self.since),
            Form::Opaque(_) => self.clone(),
        }
    }

    /// The bytes as recorded, after decompression.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The media type: `application/json` unless the layout said otherwise.
    pub fn content_type(&self) -> &str {
        match &self.form {
            Form::Json(_) => "application/json",
            Form::Opaque(opaque) => &opaque.content_type,
        }
    }

    /// Whether the layout says that this is JSON; it may still turn out to be broken.
    pub fn is_json(&self) -> bool {
        matches!(self.form, Form::Json(_))
    }

    /// Whether the value is seen exactly as recorded: there is no wrapping that is taken off.
    pub fn is_plain(&self) -> bool {
        match &self.form {
            Form::Json(view) => view.is_plain(),
            Form::Opaque(_) => true,
        }
    }

    /// The value with the library's wrapping taken off; read at the first call and kept.
    pub fn value(&self) -> Result<&Value, PayloadError> {
        let parsed = self.parsed.get_or_init(|| Box::new(self.read()));
        (**parsed).as_ref().map(|parsed| &parsed.value).map_err(Clone::clone)
    }

    /// A key that one of its objects has more than once, so that only the last of its values is seen. Known as soon as
    /// somebody has asked for the value or folded it.
    pub fn twice(&self) -> Option<&str> {
        (**self.parsed.get()?).as_ref().ok()?.twice.as_deref()
    }

    /// The value exactly as recorded, wrapping included.
    pub fn recorded(&self) -> Result<Value, PayloadError> {
        self.recorded_noting().map(|(value, _)| value)
    }

    /// The same, with what [`Payload::twice`] says.
    pub(crate) fn recorded_noting(&self) -> Result<(Value, Option<SmolStr>), PayloadError> {
        match &self.form {
            Form::Json(_) => Ok(json::read_noting(&self.bytes, self.since)?),
            Form::Opaque(opaque) => {
                Err(PayloadError::Opaque { reason: Arc::clone(&opaque.reason) })
            }
        }
    }

    /// The value for a fold: where it can be, laid out into `flat`, which is faster than building it.
    pub(crate) fn folded<'a>(&'a self, flat: &mut Flat) -> Result<Folded<'a>, PayloadError> {
        if let Form::Json(view) = &self.form
            && view.stays()
            && self.parsed.get().is_none()
        {
            let text = json::text_of(&self.bytes)?;
            if json::lay_out(text, view, self.since, flat)? == json::Read::Flat {
                return Ok(Folded::Flat(text));
            }
        }
        Ok(Folded::Whole(self.value()?))
    }

    fn read(&self) -> Result<Parsed, PayloadError> {
        let (mut value, twice) = match &self.form {
            Form::Json(view) if view.only.is_some() && view.stays() => self.read_shown(view)?,
            _ => self.recorded_noting()?,
        };
        if let Form::Json(view) = &self.form
            && !view.is_plain()
        {
            value = seen(view, value);
        }
        Ok(Parsed { value, twice: twice.map(|key| key.as_str().into()) })
    }

    /// The members that are shown, and nothing of the others.
    fn read_shown(&self, view: &View) -> Result<(Value, Option<SmolStr>), PayloadError> {
        let mut shown = Vec::new();
        let is_object = json::raw_members(&self.bytes, |key, raw| {
            if view.shows(&key) {
                shown.push((SmolStr::new(key), raw));
            }
        })?;
        if !is_object {
            return self.recorded_noting();
        }
        let (mut map, mut first) = (Map::default(), None);
        for (key, raw) in shown {
            let (value, twice) = json::read_noting(raw.as_bytes(), self.since)?;
            let before = map.insert(key.clone(), Slot::new(value, self.since));
            first = first.or(twice).or(before.map(|_| key));
        }
        Ok((Value::Object(Arc::new(map)), first))
    }
}

fn seen(view: &View, mut value: Value) -> Value {
    for key in &view.inside {
        value = value.get(key).cloned().unwrap_or_default();
    }
    if view.variant {
        value = variant(value);
    }
    if let Value::Object(map) = &mut value
        && !map.keys().all(|key| view.shows(key))
    {
        Arc::make_mut(map).retain(|key, _| view.shows(key));
    }
    if let Some((kind, data)) = &view.unwrap {
        unwrap(&mut value, kind, data);
    }
    value
}

/// serde's external tagging: `{"Variant": {…}}`, or `"Variant"` where it carries nothing.
fn variant(value: Value) -> Value {
    match &value {
        Value::String(_) => Value::object(),
        Value::Object(map) if map.len() == 1 => {
            map.first().map(|(_, slot)| slot.value.clone()).unwrap_or_default()
        }
        _ => value,
    }
}

fn unwrap(value: &mut Value, kind: &str, data: &str) {
    while let Some(inner) = wrapped(value, kind, data) {
        *value = inner;
    }
    match value {
        Value::Array(items) => {
            for Slot { value, .. } in Arc::make_mut(items) {
                unwrap(value, kind, data);
            }
        }
        Value::Object(map) => {
            for Slot { value, .. } in Arc::make_mut(map).values_mut() {
                unwrap(value, kind, data);
            }
        }
        _ => {}
    }
}

fn wrapped(value: &Value, kind: &str, data: &str) -> Option<Value> {
    let is_pair = |map: &Map| map.len() == 2 && map.contains_key(kind);
    match value {
        Value::Object(map) if is_pair(map) => map.get(data).map(|slot| slot.value.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(view: View, text: &str) -> String {
        let payload = Payload::json(text.as_bytes(), Arc::new(view), Version(1));
        json::to_string(payload.value().unwrap())
    }

    #[test]
    fn a_views_parts_take_the_wrapping_off() {
        let unwrap = Some(("_type_".into(), "_data_".into()));
        let view = View { unwrap, omit: vec!["topic".into()], ..View::default() };
        let text = r#"{"topic":"x","price":{"_type_":"money","_data_":{"amount":{"_type_":"decimal_str","_data_":"1.50"}}}}"#;
        assert_eq!(shown(view, text), r#"{"price":{"amount":"1.50"}}"#);

        let variant = || View { variant: true, ..View::default() };
        assert_eq!(shown(variant(), r#"{"Deposited":{"amount":3}}"#), r#"{"amount":3}"#);
        assert_eq!(shown(variant(), r#""Frozen""#), "{}");

        let inside = View { inside: vec!["payload".into()], ..View::default() };
        assert_eq!(shown(inside, r#"{"class":"A","payload":{"n":1}}"#), r#"{"n":1}"#);
    }

    /// What a fold reads in one go, held against the value as people see it.
    #[test]
    fn members_are_those_of_the_value() {
        let unwrap = || Some(("_type_".into(), "_data_".into()));
        let texts = [
            r#"{"topic":"x","a":{"_type_":"t","_data_":{"_data_":[{"_type_":"1","_data_":2}],"_type_":3}},"n":1}"#,
            r#"{"n":1,"a":{"b":1,"b":{"c":2}},"n":2}"#,
            r#"{"_type_":"t","_data_":{"a":1}}"#,
            r#"{"_data_":{"a":1},"_type_":"t"}"#,
            r#"{"a":{"_type_":"t","_data_":{"b":1},"x":2},"c":{"_type_":"t"},"d":{"_type_":7,"_data_":8}}"#,
            r#"{"a":{"_type_":"t","_data_":1,"_data_":2},"topic":{"_type_":"t","_data_":[]}}"#,
            r#"{"a":{"_type_":"t","_data_":{"_type_":"u","_data_":"x\ny"}},"b":{"_type_":"t","_data_":null}}"#,
            r#"{"\u0061":1,"b":"\u0061","c":[true,false,null,-1.50e+1],"d":{}}"#,
        ];
        let mut laid_out = 0;
        for text in texts {
            for view in [
                View::default(),
                View { unwrap: unwrap(), ..View::default() },
                View {
                    unwrap: unwrap(),
                    omit: vec!["topic".into(), "n".into()],
                    ..View::default()
                },
                View { unwrap: unwrap(), only: Some(vec!["a".into()]), ..View::default() },
            ] {
                let read = || Payload::json(text.as_bytes(), Arc::new(view.clone()), Version(1));
                let (payload, mut flat) = (read(), Flat::default());
                let folded = match payload.folded(&mut flat).unwrap() {
                    Folded::Whole(value) => value.clone(),
                    Folded::Flat(text) => {
                        laid_out += 1;
                        let mut merged = Arc::new(Map::default());
                        flat.merge_into(text, &mut merged, Version(1));
                        Value::Object(merged)
                    }
                };
                assert_eq!(&folded, read().value().unwrap(), "{text} as {view:?}");
            }
        }
        assert!(laid_out > texts.len(), "{laid_out} of the payloads were laid out");
    }

    #[test]
    fn a_key_that_stands_twice_is_noted_wherever_it_is() {
        let read = |text: &str, folded: bool| {
            let payload = Payload::json(text.as_bytes(), Arc::default(), Version(1));
            if folded {
                payload.folded(&mut Flat::default()).unwrap();
            } else {
                payload.value().unwrap();
            }
            payload.twice().map(str::to_owned)
        };
        for folded in [true, false] {
            for text in [r#"{"a":1,"b":2,"a":3}"#, r#"{"x":{"a":1,"a":1}}"#] {
                assert_eq!(read(text, folded).as_deref(), Some("a"), "{text}");
            }
            assert_eq!(read(r#"{"x":[1,{"a":{"\u0061":1,"a":2}}]}"#, folded).as_deref(), Some("a"));
            assert_eq!(read(r#"{"a":{"a":1},"x":[{"a":1},{"a":2}]}"#, folded), None);
        }
    }

    #[test]
    fn wrappings_that_go_on_are_read_once() {
        let unwrap = Some(("_type_".into(), "_data_".into()));
        let view = Arc::new(View { unwrap, ..View::default() });
        let deep = |end: &str| {
            let open = r#"{"_type_":"t","_data_":"#;
            format!(r#"{{"a":{}1{}}}"#, open.repeat(400), end.repeat(400))
        };
        for (text, readable) in [(deep(r#","x":1}"#), true), (deep("}"), true), (deep(""), false)] {
            let payload = Payload::json(text.as_bytes(), Arc::clone(&view), Version(1));
            assert_eq!(payload.folded(&mut Flat::default()).is_ok(), readable);
            assert_eq!(payload.value().is_ok(), readable);
        }
    }

    #[test]
    fn broken_bytes_are_kept_and_told() {
        let payload = Payload::json(&b"{\"a\":"[..], Arc::default(), Version(1));
        assert!(matches!(payload.value(), Err(PayloadError::NotJson(_))));
        let deep = "[".repeat(600) + &"]".repeat(600);
        let error = Payload::json(deep.as_bytes(), Arc::default(), Version(1)).value().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the payload is nested deeper than 512 levels, and more are not read"
        );
        assert_eq!(&payload.bytes()[..], b"{\"a\":");
    }
}
