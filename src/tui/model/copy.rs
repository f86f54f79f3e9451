//! What can be copied out of the screen, as text for the terminal's clipboard.
//!
//! Makes texts only; who gives them to the terminal is the terminal's owner.

use super::super::layout::Panel;
use super::schemas::Schemas;
use super::travel::Travel;
use crate::model::shape::{self, Form};
use crate::model::{AggregateKey, Event, Path, Value, Version, json};
use crate::text::shell::quoted;
use crate::text::{self, human};
use crate::upcast::Explanation;

/// Bytes that are copied at most: terminals take a sequence of 100,000 bytes, in which every three are written as four.
pub(crate) const MOST: usize = 74_994;

/// Something to copy, and what to call it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// What it is: `.total`, `the event v17`.
    pub(crate) what: String,
    /// The text; how large it is, as far as that was counted, where that is more than can be copied.
    pub(crate) text: Result<String, usize>,
}

impl Copied {
    /// A text, and what to call it.
    pub(crate) fn new(what: &str, text: String) -> Self {
        let text = if text.len() > MOST { Err(text.len()) } else { Ok(text) };
        Self { what: text::truncate_middle(&text::sanitize(what), 60).into_owned(), text }
    }

    fn too_large(what: &str, bytes: usize) -> Self {
        Self { text: Err(bytes), ..Self::new(what, String::new()) }
    }

    /// What is said of it.
    pub(crate) fn told(&self) -> String {
        match &self.text {
            Ok(text) => {
                let bytes = human::bytes(text.len() as u64);
                format!("sent {}, {bytes}, to the terminal's clipboard", self.what)
            }
            Err(bytes) => {
                let (bytes, most) = (human::bytes(*bytes as u64), human::bytes(MOST as u64));
                let what = &self.what;
                format!("nothing was copied: {what} has {bytes} or more, a clipboard takes {most}")
            }
        }
    }
}

/// The chosen value: a string as it is, everything else as JSON.
pub(crate) fn value(travel: &Travel) -> Option<Copied> {
    let (path, value) = travel.tree.chosen()?;
    let what = path.to_string();
    if let Value::String(string) = value {
        return Some(Copied::new(&what, string.to_string()));
    }
    Some(if_small(&what, value, json::to_string))
}

/// What the chosen change left at its place, or took from there.
pub(crate) fn change(travel: &Travel) -> Option<Copied> {
    let change = travel.chosen_change()?;
    let (value, what) =
        (change.after.as_ref().or(change.before.as_ref())?, change.path.to_string());
    Some(match value {
        Value::String(string) => Copied::new(&what, string.to_string()),
        value => if_small(&what, value, json::to_pretty),
    })
}

/// The chosen part of the state as JSON over several lines.
pub(crate) fn subtree(travel: &Travel) -> Option<Copied> {
    let (path, value) = travel.tree.chosen()?;
    Some(if_small(&path.to_string(), value, json::to_pretty))
}

/// Where the chosen value stands, as jq.
pub(crate) fn path(travel: &Travel) -> Option<Copied> {
    let (path, _) = travel.tree.chosen()?;
    Some(named(&path))
}

/// A path, as jq.
pub(crate) fn named(path: &Path) -> Copied {
    Copied::new(&format!("the path {path}"), path.to_string())
}

/// The whole state as JSON over several lines.
pub(crate) fn state(travel: &Travel) -> Copied {
    let what = format!("the state at v{}", human::count(travel.moment.version.0));
    if_small(&what, travel.moment.state.value(), json::to_pretty)
}

/// The payload of the event as it was recorded, where that is text.
pub(crate) fn payload(travel: &Travel, schemas: Schemas) -> Option<Copied> {
    let event = travel.moment.event.as_ref()?;
    if let Some(way) = schemas.shown(&travel.moment) {
        return upcasted(way, schemas, |event| event.data.value().ok().map(json::to_pretty));
    }
    let what = format!("the payload of v{}", human::count(event.version.0));
    Some(match event.data.value() {
        Ok(Value::String(string)) => Copied::new(&what, string.to_string()),
        Ok(value) => if_small(&what, value, json::to_pretty),
        Err(_) => return None,
    })
}

/// What became of the event, or what was done to it: a line for each of several.
fn upcasted(
    way: &Explanation,
    schemas: Schemas,
    text: impl Fn(&Event) -> Option<String>,
) -> Option<Copied> {
    let steps = || {
        let steps: Vec<_> = way.parts.iter().map(|part| &part.steps).collect();
        serde_json::to_string(&steps).ok()
    };
    let texts = || {
        let heavy = |event: &Event| event.data.bytes().len() > MOST;
        let parts = || way.parts.iter().map(|part| &part.event);
        if let Some(event) = parts().find(|event| heavy(event)) {
            return Err(event.data.bytes().len());
        }
        Ok(parts().filter_map(text).collect::<Vec<_>>().join("\n"))
    };
    let what = format!("the {} event ({})", schemas.word(), way.told());
    Some(match if schemas == Schemas::Steps { Ok(steps()?) } else { texts() } {
        Ok(text) => Copied::new(&what, text),
        Err(bytes) => Copied::too_large(&what, bytes),
    })
}

/// The event as it is shown, in the shape that `foldback events --json` prints.
pub(crate) fn event(travel: &Travel, schemas: Schemas) -> Option<Copied> {
    let event = travel.moment.event.as_ref()?;
    if let Some(way) = schemas.shown(&travel.moment) {
        return upcasted(way, schemas, |event| Some(shape::event_to_string(event, Form::Seen)));
    }
    let what = format!("the event v{}", human::count(event.version.0));
    let heavy = event.data.value().map_or(0, |value| least_bytes(value, MOST));
    if heavy > MOST {
        return Some(Copied::too_large(&what, heavy));
    }
    Some(Copied::new(&what, shape::event_to_string(event, Form::Seen)))
}

/// The command line that shows what a panel shows.
pub(crate) fn command(travel: &Travel, panel: Panel, store: &str, upcast: Option<&str>) -> Copied {
    let (at, before) = (travel.moment.version.0, travel.moment.before_version.0);
    let version = |version: u64| version.to_string();
    let (command, places, mut flags) = match panel {
        Panel::List | Panel::State => {
            ("state", vec![], vec!["--at".into(), version(at), "--blame".into()])
        }
        Panel::Rail => ("log", vec![], vec![]),
        Panel::Change => ("diff", vec![version(before), version(at)], vec![]),
        Panel::Event if travel.moment.upcasted.is_some() => {
            ("upcast show", vec![version(at)], vec![])
        }
        Panel::Event if travel.moment.version == Version::ZERO => ("events", vec![], vec![]),
        Panel::Event => ("events", vec![], vec!["--where".into(), format!(".version == {at}")]),
    };
    flags.extend(upcast.into_iter().flat_map(|file| ["--upcast".to_owned(), file.to_owned()]));
    let id = called(&travel.key);
    let named: Vec<String> = [store.to_owned(), id].into_iter().chain(places).collect();
    let mut words = vec!["foldback".to_owned()];
    words.extend(command.split(' ').map(str::to_owned));
    if named.iter().any(|name| name.starts_with('-') && name != "-") {
        words.extend(flags);
        words.push("--".into());
        words.extend(named);
    } else {
        words.extend(named);
        words.extend(flags);
    }
    let line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    Copied::new(&line.clone(), line)
}

/// What a command calls an aggregate: its id, with the category before it where the id does not say it.
fn called(key: &AggregateKey) -> String {
    let (id, category) = (key.id.as_str(), key.category.as_str());
    let says = id.get(..category.len()).is_some_and(|start| start.eq_ignore_ascii_case(category));
    if says { id.to_owned() } else { format!("{category}/{id}") }
}

/// A value as text, which is not even begun where it would be too large.
fn if_small(what: &str, value: &Value, write: fn(&Value) -> String) -> Copied {
    let least = least_bytes(value, MOST);
    if least > MOST {
        return Copied::too_large(what, least);
    }
    Copied::new(what, write(value))
}

/// How many bytes a value has at least as JSON; counts only a little further than `enough`.
fn least_bytes(value: &Value, enough: usize) -> usize {
    fn add(value: &Value, sum: &mut usize, enough: usize) {
        *sum += match value {
            Value::Null | Value::Bool(_) => 4,
            Value::Number(text) => text.len(),
            Value::String(text) => text.len() + 2,
            Value::Array(_) | Value::Object(_) => 1,
        };
        match value {
            Value::Array(items) => {
                for slot in items.iter() {
                    if *sum > enough {
                        return;
                    }
                    add(&slot.value, sum, enough);
                    *sum += 1;
                }
            }
            Value::Object(map) => {
                for (key, slot) in map.iter() {
                    if *sum > enough {
                        return;
                    }
                    *sum += key.len() + 4;
                    add(&slot.value, sum, enough);
                }
            }
            _ => {}
        }
    }
    let mut sum = 0;
    add(value, &mut sum, enough);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_counted_only_as_far_as_it_could_be_copied() {
        let read = |text: &str| json::read(text.as_bytes(), Version(1)).unwrap();
        for text in [r#"{"a":[1,2,{"b":"ccc"}],"d":null}"#, "[]", "17", r#""x\ny""#] {
            let value = read(text);
            assert!(least_bytes(&value, MOST) <= json::to_string(&value).len(), "{text}");
        }
        let many = read(&format!("[{}1]", "1234567,".repeat(200_000)));
        let counted = least_bytes(&many, MOST);
        assert!(counted > MOST && counted < MOST + 20, "{counted}");
        assert_eq!(if_small(".all", &many, json::to_string).text, Err(counted));
    }
}
