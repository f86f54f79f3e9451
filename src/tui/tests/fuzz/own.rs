//! A store of foldback's own, whose projections somebody orders about: one stands before a refund that it has no room
//! for, has stepped over another, and of one only the checkpoint is known.
//!
//! Each history has a copy for itself: what is written to it begins the same every time.

use std::path::PathBuf;
use std::sync::Arc;

use super::truth::{Fact, Truth};
use crate::model::{AggregateKey, Payload, Position, Timestamp, Version};
use crate::projection::{Aim, OnError, Options, Policy, Task, run};
use crate::sample::projection::named;
use crate::session::{OpenOptions, Session};
use crate::store::own::{
    Expected, MadeBy, NewEvent, OwnStore, ProjectionState, Step, StoreWriter, verify_chain,
};
use crate::task::Halt;

/// The store as every history finds it.
pub(super) struct Own {
    bytes: Vec<u8>,
    events: u64,
}

/// The copy of one history.
pub(super) struct Copy {
    folder: tempfile::TempDir,
    events: u64,
}

impl Copy {
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("own.db")
    }

    /// What was ordered about projections changed no event.
    pub(super) fn is_whole(&self) -> Result<(), String> {
        let told = |error: &dyn std::fmt::Display| format!("the store cannot be read: {error}");
        let go_on = &mut |_| std::ops::ControlFlow::Continue(());
        let verified = verify_chain(&self.path(), self.folder.path(), go_on);
        let findings = verified.map_err(|error| told(&error))?.findings;
        let mut session = Session::open(self.path(), &OpenOptions::default());
        let session = session.as_mut().map_err(|error| told(error))?;
        let events = session.counts().map_err(|error| told(&error))?.events;
        if findings.is_empty() && events == self.events {
            return Ok(());
        }
        Err(format!("of {} events {events} are there: {findings:?}", self.events))
    }
}

impl Own {
    pub(super) fn copy(&self) -> Copy {
        let copy = Copy { folder: tempfile::tempdir().unwrap(), events: self.events };
        std::fs::write(copy.path(), &self.bytes).unwrap();
        copy
    }

    /// Makes it, and tells what is true of it.
    pub(super) fn make() -> (Self, Truth) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.db");
        let mut maker =
            Maker { store: OwnStore::create(&path).unwrap(), truth: Truth::default(), at: 0 };
        for order in 0..8 {
            for version in 1..=30 {
                maker.add(
                    &format!("order-{order}"),
                    version,
                    "Counted",
                    &format!(r#"{{"count":{version}}}"#),
                );
            }
        }
        maker.refund("order-1", 31, "r-1");
        // A second one in the same order has no room.
        maker.refund("order-1", 32, "r-2");
        let mut store = maker.store;
        run_on(&store, OnError::Skip);
        maker = Maker { store, ..maker };
        maker.refund("order-1", 33, "r-3");
        for version in 31..=60 {
            maker.add("order-2", version, "Counted", &format!(r#"{{"count":{version}}}"#));
        }
        store = maker.store;
        run_on(&store, OnError::Stop);
        checkpoint(&mut store);
        let events = maker.at as u64;
        drop(store);
        let bytes = std::fs::read(&path).unwrap();
        (Self { bytes, events }, maker.truth.whole())
    }
}

/// Runs the report of refunds until it has come to the end, or is stopped.
fn run_on(store: &OwnStore, on_error: OnError) {
    let policy = Policy { on_error, first_wait: std::time::Duration::ZERO, ..Policy::default() };
    let report = named("refund-report").unwrap();
    let task = Task::begin(report, policy, Aim::Shown, store.reopen().unwrap()).unwrap();
    let once = Options { threads: 1, follow: false };
    run(vec![task], once, &Halt::default(), |_, _| {}).unwrap();
}

/// A projection that nobody knows, somewhere on the way.
fn checkpoint(store: &mut OwnStore) {
    let time = moment(400);
    let record = store.register("of-others", &MadeBy::default(), &time).unwrap();
    let step = Step {
        name: "of-others",
        generation: record.generation,
        from: Position(0),
        to: Position(100),
        changes: &[],
        dead_letters: &[],
        settled: &[],
        time,
    };
    store.step(&step).unwrap();
    store.set_state("of-others", ProjectionState::Running, None, &time).unwrap();
}

fn moment(minute: i64) -> Timestamp {
    crate::model::time::parse_recorded("2026-01-01T00:00:00Z").unwrap()
        + chrono::TimeDelta::minutes(minute)
}

struct Maker {
    store: OwnStore,
    truth: Truth,
    at: i64,
}

impl Maker {
    fn refund(&mut self, id: &str, version: u64, refund: &str) {
        let data = format!(r#"{{"refunds":[{{"id":"{refund}","amount":"1.50"}}]}}"#);
        self.add(id, version, "RefundIssued", &data);
    }

    fn add(&mut self, id: &str, version: u64, kind: &str, data: &str) {
        self.at += 1;
        let payload = Payload::json(data.as_bytes(), Arc::default(), Version(version));
        let event = NewEvent { time: Some(moment(self.at)), ..NewEvent::new(kind, payload) };
        let expected = Expected::Any;
        self.store.append(&AggregateKey::new("Order", id), &[event], expected).unwrap();
        let (kind, data) = (kind.to_owned(), serde_json::from_str(data).ok());
        self.truth.add("Order", id, Fact { version, position: Some(self.at), kind, data });
    }
}
