//! A step that is written in a document: what it takes, what it makes, and how one becomes the other.

use std::fmt;

use smol_str::SmolStr;

use super::explain::Deed;
use super::schema::Schema;
use super::{Upcaster, edit};
use crate::model::diff::diff;
use crate::model::shape::{self, Form};
use crate::model::{Event, Path, Slot, Value, Version, json};
use crate::text::jq::Expression;

/// The variable by which an expression sees the whole event that was recorded.
pub(super) const EVENT: &str = "$event";

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) takes: Schema,
    pub(super) makes: Vec<Schema>,
    /// What is done for each that it makes.
    pub(super) works: Vec<Vec<Work>>,
    pub(super) line: u64,
}

/// One thing to do, and the line where it is written.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) what: What,
    /// Nothing is done, and nothing is wrong, where the place is missing.
    pub(super) optional: bool,
    pub(super) line: u64,
}

/// The kinds of things to do.
#[derive(Debug)]
pub(super) enum What {
    /// Another name for a member, which stays where it is.
    Rename(Path, SmolStr),
    /// Another place.
    Move(Path, Path),
    /// A value, as JSON, where there is none.
    Default(Path, String),
    /// What an expression yields for the data as they are now, over what is there.
    Compute(Path, Expression),
    /// Several members where one was, each by an expression that gets the value.
    Split(Path, Vec<(SmolStr, Expression)>),
    /// Nothing where something was.
    Drop(Path),
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Rename(path, to) => write!(f, "rename {path} to {to}"),
            What::Move(from, to) => write!(f, "move {from} to {to}"),
            What::Default(path, value) => write!(f, "default {path} to {value}"),
            What::Compute(path, by) => write!(f, "compute {path} by {}", by.text()),
            What::Split(path, into) => {
                let names: Vec<_> = into.iter().map(|(name, _)| name.as_str()).collect();
                write!(f, "split {path} into {}", names.join(", "))
            }
            What::Drop(path) => write!(f, "drop {path}"),
        }
    }
}

impl Work {
    fn run(&self, data: &mut Value, event: &Event) -> Result<(), String> {
        let version = event.version;
        let missing = |path: &Path| self.optional && data.at(path).is_none();
        match &self.what {
            What::Rename(path, ..)
            | What::Move(path, _)
            | What::Split(path, _)
            | What::Drop(path)
                if missing(path) => {}
            What::Rename(path, to) => {
                let (at, slot) = edit::take(data, path)?;
                edit::insert(data, path, at, vec![(to.clone(), slot)])?;
            }
            What::Move(from, to) => {
                let (_, slot) = edit::take(data, from)?;
                if data.at(to).is_some() {
                    return Err(format!("there is something at {to} already"));
                }
                edit::put(data, to, slot.value, version)?;
            }
            What::Default(path, value) => {
                if data.at(path).is_none() {
                    edit::put(data, path, read(value, version)?, version)?;
                }
            }
            What::Compute(path, by) => {
                let value = yielded(by, data, event)?;
                edit::put(data, path, value, version)?;
            }
            What::Split(path, into) => {
                let (at, slot) = edit::take(data, path)?;
                let part = |(name, by): &(SmolStr, Expression)| {
                    let value = yielded(by, &slot.value, event)?;
                    Ok((name.clone(), Slot::new(value, version)))
                };
                let parts = into.iter().map(part).collect::<Result<_, String>>()?;
                edit::insert(data, path, at, parts)?;
            }
            What::Drop(path) => drop(edit::take(data, path)?),
        }
        Ok(())
    }
}

fn read(json: &str, version: Version) -> Result<Value, String> {
    json::read(json.as_bytes(), version).map_err(|error| error.to_string())
}

/// What an expression yields for a value. Only one that asks for it is told of the whole event.
fn yielded(by: &Expression, of: &Value, event: &Event) -> Result<Value, String> {
    let whole = if by.text().contains(EVENT) {
        shape::event_to_string(event, Form::Seen)
    } else {
        "null".to_owned()
    };
    let found = by.one(&json::to_string(of), &[&whole]).map_err(|error| error.to_string())?;
    read(&found, event.version)
}

impl Step {
    /// Does everything; `told` hears of each thing that was done, with the value before and after it.
    fn run(
        &self,
        data: &Value,
        event: &Event,
        told: &mut dyn FnMut(usize, &Work, &Value, &Value),
    ) -> Result<Vec<Value>, String> {
        let of = |(at, works): (usize, &Vec<Work>)| {
            let mut value = data.clone();
            for work in works {
                let before = value.clone();
                work.run(&mut value, event)
                    .map_err(|why| format!("line {}, {work}: {why}", work.line))?;
                told(at, work, &before, &value);
            }
            Ok(value)
        };
        self.works.iter().enumerate().map(of).collect()
    }
}

impl Upcaster for Step {
    fn takes(&self) -> &Schema {
        &self.takes
    }

    fn makes(&self) -> &[Schema] {
        &self.makes
    }

    fn upcast(&self, data: &Value, event: &Event) -> Result<Vec<Value>, String> {
        self.run(data, event, &mut |_, _, _, _| {})
    }

    fn explain(&self, data: &Value, event: &Event) -> Result<Vec<(Value, Vec<Deed>)>, String> {
        let mut deeds: Vec<Vec<Deed>> = self.makes.iter().map(|_| Vec::new()).collect();
        let values = self.run(data, event, &mut |at, work, before, after| {
            let changes = diff(before, after);
            if let Some(deeds) = deeds.get_mut(at).filter(|_| !changes.is_empty()) {
                deeds.push(Deed { by: work.to_string(), changes });
            }
        })?;
        Ok(values.into_iter().zip(deeds).collect())
    }

    fn line(&self) -> Option<u64> {
        Some(self.line)
    }
}
