//! From YAML to bindings; every mistake is found and told with its line.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::super::action::Action;
use super::super::input::{Key, chord};
use super::{Binding, Context, Keymap};
use crate::text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    on: Keys,
    run: Spanned<String>,
    desc: String,
    foot: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

/// Everything that is wrong with a keymap: one sentence for each mistake.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeymapError(pub(crate) Vec<String>);

impl fmt::Display for KeymapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the keymap cannot be used")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for KeymapError {}

impl Keymap {
    /// Reads a keymap.
    pub(crate) fn read(yaml: &str) -> Result<Self, KeymapError> {
        // `n` and `y` are keys, not truths.
        let plain = serde_saphyr::options! { strict_booleans: true };
        let rows: BTreeMap<String, Spanned<Vec<Row>>> =
            serde_saphyr::from_str_with_options(yaml, plain)
                .map_err(|error| KeymapError(vec![error.to_string()]))?;
        let mut mistakes: Vec<(u64, String)> = Vec::new();
        let mut found: Vec<(u64, Binding)> = Vec::new();
        for (name, rows) in rows {
            let named = Context::ALL.iter().find(|(_, known, _)| *known == name);
            let Some((context, ..)) = named else {
                mistakes.push((rows.referenced.line(), unknown_context(&name)));
                continue;
            };
            for row in rows.value {
                let line = row.run.referenced.line();
                match binding(*context, row) {
                    Ok(binding) => found.push((line, binding)),
                    Err(more) => mistakes.extend(more),
                }
            }
        }
        found.sort_by_key(|(line, _)| *line);
        mistakes.extend(clashes(&found));
        mistakes.sort();
        mistakes.dedup();
        if mistakes.is_empty() {
            return Ok(Self { bindings: found.into_iter().map(|(_, binding)| binding).collect() });
        }
        let told = mistakes.into_iter().map(|(line, told)| format!("line {line}: {told}"));
        Err(KeymapError(told.collect()))
    }
}

pub(super) fn unknown_context(name: &str) -> String {
    let told = format!("there is no place `{}`", text::sanitize(name));
    match text::nearest(name, Context::ALL.iter().map(|(_, name, _)| *name)) {
        Some(near) => format!("{told}; did you mean `{near}`?"),
        None => told,
    }
}

fn binding(context: Context, row: Row) -> Result<Binding, Vec<(u64, String)>> {
    let mut mistakes = Vec::new();
    let line = row.run.referenced.line();
    let keys = match row.on {
        Keys::One(key) => vec![key],
        Keys::Several(keys) => keys,
    };
    let mut on: Vec<Vec<Key>> = Vec::new();
    for key in keys {
        match chord(&key) {
            Ok(chord) => on.push(chord),
            Err(error) => mistakes.push((line, error.to_string())),
        }
    }
    let line = row.run.referenced.line();
    let run =
        row.run.value.parse::<Action>().map_err(|error| mistakes.push((line, error.to_string())));
    match run {
        Ok(run) if mistakes.is_empty() => {
            Ok(Binding { context, on, run, desc: row.desc, foot: row.foot })
        }
        _ => Err(mistakes),
    }
}

/// Keys that are bound twice in one place, or that begin a longer binding there and so hide it.
pub(super) fn clashes(found: &[(u64, Binding)]) -> Vec<(u64, String)> {
    let mut out = Vec::new();
    let all: Vec<(u64, &Binding, &Vec<Key>)> = found
        .iter()
        .flat_map(|(line, binding)| binding.on.iter().map(move |on| (*line, binding, on)))
        .collect();
    for (at, (_, binding, on)) in all.iter().enumerate() {
        for (line, other, keys) in all.iter().skip(at + 1) {
            if binding.context != other.context {
                continue;
            }
            let told = |keys: &[Key]| keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ");
            if on == keys {
                let (keys, first, second) = (told(on), binding.run, other.run);
                out.push((*line, format!("`{keys}` runs both `{first}` and `{second}`")));
            } else if keys.starts_with(on) || on.starts_with(keys) {
                let (short, long) = if on.len() < keys.len() { (on, keys) } else { (keys, on) };
                let (short, long) = (told(short), told(long));
                out.push((*line, format!("`{short}` hides `{long}`, which begins with it")));
            }
        }
    }
    out
}
