//! What the shop's programs stored besides events: snapshots, and how far each projection had come.
//!
//! One snapshot says what never was, and one projection stands still: it met the refund that was handled twice.

use std::collections::HashMap;
use std::sync::Arc;

use super::calendar::{END, HOUR, MINUTE, Millis, SECOND, START, at};
use crate::fold::{Merge, Reducer as _, State};
use crate::model::{AggregateKey, Event, Payload, Position, Timestamp, Version, json};
use crate::store::{Checkpoint, Move, Snapshot};

/// Who folds the states that are stored: the shop's own program.
const REDUCER: &str = "shop";
/// The aggregate whose snapshot in the rush of Friday evening is wrong, and what it did not see.
const WRONG: (&str, Millis) = ("stock-p-1", at(4, 20, 15));
const UNSEEN: i64 = 37;

/// After so many events a state is stored.
fn every(category: &str) -> u64 {
    match category {
        "Order" => 10,
        "Account" => 50,
        _ => 500,
    }
}

/// A state every so often, by aggregate and version.
pub(super) fn snapshots(events: &[Event]) -> Vec<(AggregateKey, Snapshot)> {
    let mut states: HashMap<AggregateKey, State> = HashMap::new();
    let mut merge = Merge::new();
    let mut snapshots = Vec::new();
    let mut wrong = true;
    for event in events {
        let key = event.key();
        let state = states.entry(key.clone()).or_insert_with(State::empty);
        merge.apply(state, event).expect("every payload of the shop is an object");
        if !event.version.0.is_multiple_of(every(key.category.as_str())) {
            continue;
        }
        let mut text = json::to_string(state.value());
        if wrong && key.id.as_str() == WRONG.0 && millis(event) >= WRONG.1 {
            // A second worker took it, from a copy of the store that was a few seconds behind.
            wrong = false;
            text = with(&text, "reserved", |reserved| reserved - UNSEEN);
            text = with(&text, "available", |available| available + UNSEEN);
        }
        let snapshot = Snapshot {
            version: event.version,
            reducer: Some(REDUCER.into()),
            time: Some(moment(millis(event) + 180)),
            state: Payload::json(text.into_bytes(), Arc::default(), event.version),
        };
        snapshots.push((key, snapshot));
    }
    let place = |(key, snapshot): &(AggregateKey, Snapshot)| {
        (key.category.clone(), key.id.clone(), snapshot.version)
    };
    snapshots.sort_by_key(place);
    snapshots
}

/// The text of an object, with another whole number under `name`.
fn with(text: &str, name: &str, change: impl FnOnce(i64) -> i64) -> String {
    let member = format!("\"{name}\":");
    let from = text.find(&member).expect("a stock has its levels") + member.len();
    let rest = &text[from..];
    let end = rest.find([',', '}']).expect("an object ends");
    let number = rest[..end].parse().expect("a level is a whole number");
    format!("{}{}{}", &text[..from], change(number), &rest[end..])
}

/// Where every projection is at the end of the recording and where it has been, by name.
pub(super) fn checkpoints(events: &[Event]) -> Vec<(Checkpoint, Vec<Move>)> {
    let log = Log(events);
    vec![
        projection("order-list", "running", order_list(&log)),
        projection("refund-report", "running", refund_report(&log)),
        projection("search-index", "rebuilding", search_index(&log)),
        projection("stock-levels", "running", stock_levels(&log)),
    ]
}

fn projection(name: &str, status: &str, moves: Vec<Move>) -> (Checkpoint, Vec<Move>) {
    let last = moves.last().expect("every projection has moved");
    let checkpoint = Checkpoint {
        name: name.to_owned(),
        position: Some(last.position),
        status: Some(status.to_owned()),
        updated: Some(last.time),
        ..Checkpoint::default()
    };
    (checkpoint, moves)
}

/// The events as a projection meets them.
struct Log<'a>(&'a [Event]);

impl Log<'_> {
    /// The newest position at a moment.
    fn head(&self, time: Millis) -> i64 {
        self.0.partition_point(|event| millis(event) <= time) as i64
    }

    /// Looks every `step` whether there is anything new, from `from` to the end; `reach` says how far it comes.
    fn looks(
        &self,
        from: Millis,
        to: Millis,
        step: Millis,
        mut reach: impl FnMut(&Self, Millis) -> i64,
    ) -> Vec<Move> {
        let mut moves: Vec<Move> = Vec::new();
        let mut time = from;
        while time <= to {
            let position = Position(reach(self, time));
            if moves.last().is_none_or(|last| last.position != position) {
                moves.push(Move::new(moment(time), position));
            }
            time += step;
        }
        moves
    }
}

/// The one that keeps up.
fn order_list(log: &Log<'_>) -> Vec<Move> {
    log.looks(START + 10 * MINUTE, END, 10 * MINUTE, Log::head)
}

/// Reads in portions from a copy of the store that is half an hour old: always late, more so when there is much to do.
fn stock_levels(log: &Log<'_>) -> Vec<Move> {
    const PORTION: i64 = 450;
    let mut reached = 0;
    log.looks(START + 15 * MINUTE, END, 15 * MINUTE, |log, time| {
        reached = log.head(time - 32 * MINUTE).min(reached + PORTION).max(reached);
        reached
    })
}

/// Kept up for nine days; then its fields were changed, and it has read everything again since.
fn search_index(log: &Log<'_>) -> Vec<Move> {
    const CHANGED: Millis = at(9, 8, 15);
    let mut moves = log.looks(START + 20 * MINUTE, CHANGED - MINUTE, 20 * MINUTE, Log::head);
    let step = 5 * MINUTE;
    moves.extend(log.looks(CHANGED, END, step, |log, time| {
        // A third of the pace in the shop's busy hours.
        let hours = (time - CHANGED) / HOUR;
        ((time - CHANGED) / MINUTE * 34 - hours * 120).clamp(0, log.head(time))
    }));
    moves
}

/// Writes a line for each refund, and has room for one line of each request: the second is refused, again and again.
fn refund_report(log: &Log<'_>) -> Vec<Move> {
    let refused = log
        .0
        .iter()
        .position(|event| {
            event.aggregate.as_str() == "order-4711"
                && event.event_type.as_str() == "RefundIssued"
                && event.version > first_refund(log)
        })
        .expect("the refund is handled twice");
    let before = &log.0[refused - 1];
    let mut moves = log.looks(START + 30 * MINUTE, millis(before), 30 * MINUTE, Log::head);
    let time = moment(millis(before) + SECOND / 4);
    moves.push(Move::new(time, Position(refused as i64)));
    moves
}

fn first_refund(log: &Log<'_>) -> Version {
    let first = log.0.iter().find(|event| {
        event.aggregate.as_str() == "order-4711" && event.event_type.as_str() == "RefundIssued"
    });
    first.map_or(Version::ZERO, |event| event.version)
}

fn millis(event: &Event) -> Millis {
    event.time.map_or(0, |time| time.timestamp_millis())
}

fn moment(time: Millis) -> Timestamp {
    Timestamp::from_timestamp_millis(time).expect("a moment of the year 2026")
}
