//! The lines of a recording that are no events: states that were stored, and where projections came to.
//!
//! A snapshot names its aggregate, a checkpoint its projection; what is not known is absent:
//!
//! ```json
//! {"snapshot":"order-4711","category":"Order","version":10,"reducer":"shop","time":"2026-03-02T10:18:40Z","state":{}}
//! {"checkpoint":"order-list","position":8112,"status":"running","time":"2026-03-02T14:34:12.201Z"}
//! ```
//!
//! Where it was at places that are not known any more since the one before, `left_out` says at how many, and `within`
//! in how long a stretch, in seconds.
//!
//! A state that is not JSON stands as `state_base64` with its `content_type`. Every place where a checkpoint has been is
//! a line of its own; the last of a name is where it is now. They may stand anywhere between the events.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use smol_str::SmolStr;

use super::draft::{Names, read_payload};
use super::members::Members;
use crate::model::shape::{self, Form};
use crate::model::time::{parse_recorded, rfc3339};
use crate::model::{AggregateKey, Position, Timestamp, Version};
use crate::store::{Checkpoint, Move, Snapshot};

const STATE: Names = Names { json: "state", base64: "state_base64", content_type: "content_type" };

/// Appends a snapshot as one line without its end.
pub(crate) fn write_snapshot(out: &mut String, key: &AggregateKey, snapshot: &Snapshot) {
    let mut members = shape::Members::new(out);
    members.text("snapshot", key.id.as_str());
    if !key.category.as_str().is_empty() {
        members.text("category", key.category.as_str());
    }
    members.raw("version", format_args!("{}", snapshot.version));
    if let Some(reducer) = &snapshot.reducer {
        members.text("reducer", reducer);
    }
    if let Some(time) = &snapshot.time {
        members.text("time", &rfc3339(time));
    }
    // That it is no JSON is seen when it is read.
    let _ = members.payload("state", &snapshot.state, Form::Exact);
    out.push('}');
}

/// Appends a checkpoint with where it has been: a line each, with their ends.
pub(crate) fn write_checkpoint(out: &mut String, checkpoint: &Checkpoint, history: &[Move]) {
    let now = checkpoint.updated.zip(checkpoint.position);
    let is_now = |one: &&Move| now == Some((one.time, one.position));
    for one in history.iter().filter(|one| !is_now(one)) {
        let there = Checkpoint {
            name: checkpoint.name.clone(),
            position: Some(one.position),
            updated: Some(one.time),
            ..Checkpoint::default()
        };
        place(out, &there, Some(one));
    }
    place(out, checkpoint, history.iter().find(is_now));
}

fn place(out: &mut String, there: &Checkpoint, of: Option<&Move>) {
    let Checkpoint { name, position, status, updated, .. } = there;
    let mut members = shape::Members::new(out);
    members.text("checkpoint", name);
    if let Some(position) = position {
        members.raw("position", format_args!("{position}"));
    }
    if let Some(status) = status {
        members.text("status", status);
    }
    if let Some(time) = updated {
        members.text("time", &rfc3339(time));
    }
    if let Some(of) = of.filter(|of| of.left_out > 0) {
        members.raw("left_out", format_args!("{}", of.left_out));
        members.raw("within", format_args!("{}", of.seconds));
    }
    out.push_str("}\n");
}

/// What such a line says, but for the state.
#[derive(Debug)]
pub(super) enum Beside {
    Snapshot {
        key: AggregateKey,
        version: Version,
        reducer: Option<SmolStr>,
    },
    /// With the place where it is, where its time is known.
    Checkpoint(Checkpoint, Option<Move>),
}

impl Beside {
    /// Reads an object; `None` where it is no such line, an error where it is one and cannot be used.
    pub(super) fn read(members: &Members<'_>) -> Option<Result<Self, String>> {
        if let Some(id) = members.text("snapshot") {
            return Some(snapshot(members, &id));
        }
        members.text("checkpoint").map(|name| checkpoint(members, &name))
    }
}

fn snapshot(members: &Members<'_>, id: &str) -> Result<Beside, String> {
    let version = members.text("version").ok_or("it is a snapshot without a version")?;
    let number = version.parse().ok().filter(|number| (1..=i64::MAX as u64).contains(number));
    let number =
        number.ok_or_else(|| format!("its version is {version:?}, which is no version"))?;
    if members.exact(STATE.json).is_none() && members.text(STATE.base64).is_none() {
        return Err("it is a snapshot without a state".to_owned());
    }
    time(members)?;
    Ok(Beside::Snapshot {
        key: AggregateKey::new(members.text("category").unwrap_or_default(), id),
        version: Version(number),
        reducer: members.text("reducer").map(SmolStr::new),
    })
}

fn checkpoint(members: &Members<'_>, name: &str) -> Result<Beside, String> {
    let position = members.text("position").map(|text| {
        let number = text.parse().map(Position);
        number.map_err(|_| format!("its position is {text:?}, which is no position"))
    });
    let checkpoint = Checkpoint {
        name: name.to_owned(),
        position: position.transpose()?,
        status: members.text("status").map(Cow::into_owned),
        updated: time(members)?,
        ..Checkpoint::default()
    };
    let place = checkpoint.updated.zip(checkpoint.position);
    let number = |name: &str| members.text(name).and_then(|text| text.parse::<u32>().ok());
    let place = place.map(|(time, position)| Move {
        left_out: number("left_out").map_or(0, u64::from),
        seconds: number("within").unwrap_or_default(),
        ..Move::new(time, position)
    });
    Ok(Beside::Checkpoint(checkpoint, place))
}

fn time(members: &Members<'_>) -> Result<Option<Timestamp>, String> {
    let Some(text) = members.text("time") else { return Ok(None) };
    let unreadable = || format!("its time is {text:?}, which is no RFC 3339 time");
    parse_recorded(&text).ok_or_else(unreadable).map(Some)
}

/// Where the line of a snapshot is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    version: Version,
    reducer: Option<SmolStr>,
    pub(super) offset: u64,
    pub(super) length: u32,
}

/// All such lines of a recording.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// How many snapshots there are.
    pub(super) snapshots: u64,
    /// How many lines are checkpoints.
    pub(super) moves: u64,
    places: HashMap<AggregateKey, Vec<Place>>,
    projections: BTreeMap<String, (Checkpoint, Vec<Move>)>,
}

impl Kept {
    /// Takes in one that stands at `offset`.
    pub(super) fn add(&mut self, beside: Beside, offset: u64, length: u32) {
        match beside {
            Beside::Snapshot { key, version, reducer } => {
                self.snapshots += 1;
                let places = self.places.entry(key).or_default();
                places.push(Place { version, reducer, offset, length });
            }
            Beside::Checkpoint(checkpoint, now) => {
                self.moves += 1;
                if let Some((known, moves)) = self.projections.get_mut(&checkpoint.name) {
                    moves.extend(now);
                    *known = checkpoint;
                } else {
                    let moves = now.into_iter().collect();
                    self.projections.insert(checkpoint.name.clone(), (checkpoint, moves));
                }
            }
        }
    }

    /// Whether there is nothing but events.
    pub(super) fn is_empty(&self) -> bool {
        self.lines() == 0
    }

    /// How many lines are no events.
    pub(super) fn lines(&self) -> u64 {
        self.snapshots + self.moves
    }

    /// Where the snapshots of one aggregate are, by version.
    pub(super) fn places(&self, key: &AggregateKey) -> Vec<Place> {
        let mut places = self.places.get(key).cloned().unwrap_or_default();
        places.sort_by(|a, b| (a.version, &a.reducer).cmp(&(b.version, &b.reducer)));
        places
    }

    /// Where every projection is, by name.
    pub(super) fn checkpoints(&self) -> Vec<Checkpoint> {
        self.projections.values().map(|(checkpoint, _)| checkpoint.clone()).collect()
    }

    /// Where a projection has been, the oldest first.
    pub(super) fn history(&self, name: &str) -> Vec<Move> {
        let mut moves = self.projections.get(name).map(|(_, moves)| moves.clone());
        let moves = moves.get_or_insert_default();
        moves.sort_unstable();
        moves.dedup();
        std::mem::take(moves)
    }
}

/// Reads the line of a snapshot; `None` where it is none any more.
pub(super) fn read_snapshot(line: &[u8], place: &Place) -> Option<Snapshot> {
    let members = Members::read(std::str::from_utf8(line).ok()?).ok()?;
    members.text("snapshot")?;
    let state = read_payload(&members, &STATE, place.version, &mut Vec::new())?;
    let (version, reducer) = (place.version, place.reducer.clone());
    Some(Snapshot { version, reducer, time: time(&members).ok()?, state })
}

#[cfg(test)]
mod tests;
