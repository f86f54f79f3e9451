//! Values in a part of a line.

use ratatui::text::Span;

use super::super::theme::Theme;
use crate::model::{Value, json};
use crate::text::{self, human};

/// A value as it stands beside its name, in at most `limit` cells: scalars whole, containers by what is in them.
pub(crate) fn spans<'a>(value: &Value, theme: &Theme, limit: usize) -> Vec<Span<'a>> {
    let limit = limit.max(1);
    match value {
        Value::String(string) => {
            vec![Span::styled(quoted(string, limit), theme.string)]
        }
        Value::Number(number) => {
            let number = text::truncate(number, limit);
            let number = text::truncate(&text::sanitize(&number), limit).into_owned();
            vec![Span::styled(number, theme.number)]
        }
        Value::Bool(truth) => vec![Span::styled(truth.to_string(), theme.word)],
        Value::Null => vec![Span::styled("null", theme.word)],
        Value::Array(items) if items.is_empty() => vec![Span::styled("[]", theme.dim)],
        Value::Object(map) if map.is_empty() => vec![Span::styled("{}", theme.dim)],
        value => vec![Span::styled(summary(value, limit), theme.dim)],
    }
}

/// A string as JSON, its end cut before the closing quote.
pub(crate) fn quoted(string: &str, limit: usize) -> String {
    let mut out = String::new();
    json::write_string(&mut out, &text::truncate(string, limit.max(4)));
    let clean = text::sanitize(&out);
    if text::width(&clean) <= limit {
        return clean.into_owned();
    }
    let inner = clean.get(..clean.len() - 1).unwrap_or_default();
    let mut cut = text::truncate(inner, limit.saturating_sub(1)).into_owned();
    if !cut.ends_with('…') {
        cut = text::truncate(inner, limit.saturating_sub(2)).into_owned();
        cut.push('…');
    }
    cut.push('"');
    cut
}

/// `{quantity: 1, unit_price: 4.50}`, or only the names, or only how many; `[3]` for an array.
fn summary(value: &Value, limit: usize) -> String {
    match value {
        Value::Object(map) => {
            // A name that is as wide as all of it is one too many.
            let name = |key: &str| text::shorten(key, limit).into_owned();
            let with_values = listing(map.len(), limit, |at| {
                let (key, slot) = map.get_index(at)?;
                let value = match &slot.value {
                    Value::Object(_) => "{…}".to_owned(),
                    Value::Array(items) => format!("[{}]", items.len()),
                    Value::String(string) => quoted(string, 24),
                    value => json::to_string(value),
                };
                Some(format!("{}: {}", name(key), text::sanitize(&value)))
            });
            let names =
                || listing(map.len(), limit, |at| map.get_index(at).map(|(key, _)| name(key)));
            with_values
                .or_else(names)
                .unwrap_or_else(|| format!("{{{}}}", human::count(map.len() as u64)))
        }
        Value::Array(items) => {
            let scalars = listing(items.len(), limit.min(40), |at| {
                let value = &items.get(at)?.value;
                match value {
                    Value::Object(_) | Value::Array(_) => None,
                    Value::String(string) => Some(quoted(string, 16)),
                    value => Some(json::to_string(value)),
                }
            });
            let count = format!("[{}]", human::count(items.len() as u64));
            match scalars.filter(|_| items.len() <= 6) {
                Some(list) => format!("[{}]", list.trim_start_matches('{').trim_end_matches('}')),
                None => count,
            }
        }
        _ => String::new(),
    }
}

/// All of `len` parts in braces, where they fit.
fn listing(len: usize, limit: usize, part: impl Fn(usize) -> Option<String>) -> Option<String> {
    // No part is shorter than this: a container of thousands is not looked through.
    if len * 3 > limit {
        return None;
    }
    let mut out = String::from("{");
    for at in 0..len {
        if at > 0 {
            out.push_str(", ");
        }
        out.push_str(&part(at)?);
        if text::width(&out) >= limit {
            return None;
        }
    }
    out.push('}');
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    fn shown(json: &str, limit: usize) -> String {
        let value = json::read(json.as_bytes(), Version(1)).unwrap();
        let theme = Theme::all(crate::tui::theme::Colours::None).unwrap().remove(0);
        spans(&value, &theme, limit).iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn a_value_says_as_much_as_fits() {
        let item = r#"{"quantity":1,"price":4.50,"tags":["a"],"from":{"x":1}}"#;
        assert_eq!(shown(item, 80), "{quantity: 1, price: 4.50, tags: [1], from: {…}}");
        assert_eq!(shown(item, 40), "{quantity, price, tags, from}");
        assert_eq!(shown(item, 12), "{4}");
        assert_eq!(shown("[1,2,3]", 40), "[1, 2, 3]");
        assert_eq!(shown(r#"[{"a":1}]"#, 40), "[1]");
        assert_eq!(shown("[]", 40), "[]");
        assert_eq!(shown(&format!("[{}1]", "1,".repeat(1203)), 40), "[1,204]");
        assert_eq!(shown("19.90", 40), "19.90");
    }

    #[test]
    fn strings_are_cut_inside_their_quotes_and_never_reach_the_terminal_raw() {
        assert_eq!(shown(r#""short""#, 20), "\"short\"");
        let cut = shown(r#""a rather long string""#, 12);
        assert_eq!(cut, "\"a rather …\"");
        assert!(!shown(r#""\u001b[2J""#, 40).contains('\u{1b}'));
    }
}
