//! The text of data that were changed in places: what was left alone stands in it byte for byte.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::{Payload, Value, json};

/// `after` as JSON text. Where it has what `recorded` has, the text is the recorded one, with its spaces and escapes.
pub(super) fn text(recorded: &Payload, before: &Value, after: &Value) -> String {
    let mut out = String::with_capacity(recorded.bytes().len() + 64);
    // With a wrapping taken off, the recorded text is of something else.
    let raw = recorded.is_plain().then(|| std::str::from_utf8(recorded.bytes()).ok()).flatten();
    write(&mut out, raw.map(str::trim), before, after);
    out
}

fn write(out: &mut String, raw: Option<&str>, before: &Value, after: &Value) {
    let Some(raw) = raw else { return json::write(out, after) };
    if let (Value::Object(old), Value::Object(new)) = (before, after)
        && !before.same(after)
    {
        let mut texts: HashMap<Cow<'_, str>, &str> = HashMap::with_capacity(old.len());
        // Of a key that stands twice the last counts, as it does for the value.
        let mut note = |key, text| {
            texts.insert(key, text);
        };
        if json::raw_members(raw.as_bytes(), &mut note).is_ok() {
            for (at, (key, slot)) in new.iter().enumerate() {
                out.push(if at == 0 { '{' } else { ',' });
                json::write_string(out, key);
                out.push(':');
                match old.get(key) {
                    Some(was) => {
                        let text = texts.get(key.as_str()).copied();
                        write(out, text, &was.value, &slot.value);
                    }
                    None => json::write(out, &slot.value),
                }
            }
            out.push_str(if new.is_empty() { "{}" } else { "}" });
            return;
        }
    }
    if before == after { out.push_str(raw) } else { json::write(out, after) }
}
