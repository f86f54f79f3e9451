//! Values as JSON text.

use std::fmt::Write as _;

use super::super::value::Value;

/// The value as JSON on one line, without spaces.
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// The value as JSON over several lines, two spaces a level.
pub fn to_pretty(value: &Value) -> String {
    let mut out = String::new();
    write_pretty(&mut out, value, 0);
    out
}

/// Appends the value as JSON on one line.
pub fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (at, slot) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, &slot.value);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, slot)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write(out, &slot.value);
            }
            out.push('}');
        }
    }
}

fn write_pretty(out: &mut String, value: &Value, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, slot) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                write_pretty(out, &slot.value, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (at, (key, slot)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                write_string(out, key);
                out.push_str(": ");
                write_pretty(out, &slot.value, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
        other => write(out, other),
    }
}

/// Appends `text` as a JSON string, quotes included. What a terminal would obey (C1 controls, changes of direction) is
/// escaped as well, which JSON leaves to the writer.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f | 0x7f => "",
            // The first bytes of all that is looked for beyond ASCII.
            0xc2 | 0xd8 | 0xe2 if text.get(at..).and_then(odd).is_some() => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if escape.is_empty() {
            let odd = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
            let _ = write!(out, "\\u{:04x}", u32::from(odd));
            plain = at + odd.len_utf8();
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// The first character where a terminal would obey it.
fn odd(text: &str) -> Option<char> {
    text.chars().next().filter(|c| {
        matches!(
            c,
            '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
    })
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let raw = serde_json::value::RawValue::from_string(to_string(self));
        raw.map_err(serde::ser::Error::custom)?.serialize(to)
    }
}
