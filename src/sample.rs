//! The sample domains, made event by event: a shop with its orders, accounts and stock, a small bank, a warehouse.
//!
//! Always the same: a seeded generator and a made-up clock. In each of them one thing goes wrong, and the rest is
//! an ordinary time. Beside its events the shop has what a store keeps: snapshots, and how far its projections were.
//! Their read models stand in [`projection`].
//! How that gets into a file is not known here; the shop alone can go on after its end, written through the store.

mod account;
mod bank;
mod basket;
mod calendar;
mod catalog;
pub mod domain;
pub mod hostile;
mod incident;
mod kept;
mod live;
mod marketplace;
mod object;
mod onwards;
mod order;
mod plan;
pub mod projection;
pub(crate) mod seed;
mod stock;
mod visit;
mod warehouse;

use crate::model::shape::{Form, write_event};
use crate::model::{AggregateKey, Event};
use crate::store::recording::{write_checkpoint, write_snapshot};
use crate::store::{Checkpoint, Move, Snapshot};

use catalog::Customer;
pub use hostile::hostile;
pub use live::{FASTEST, LIVE, Live};
use onwards::Onwards;
use plan::Plan;
use seed::Seed;

/// Everything that a sample store holds.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The events, in the order of their positions.
    pub events: Vec<Event>,
    /// States that the application stored, by aggregate and version.
    pub snapshots: Vec<(AggregateKey, Snapshot)>,
    /// Where each projection is, by name, and where it has been.
    pub checkpoints: Vec<(Checkpoint, Vec<Move>)>,
}

/// Ten days of a coffee shop.
pub fn shop() -> Story {
    let (mut plan, ..) = plan_shop();
    let events = plan.settle();
    let snapshots = kept::snapshots(&events);
    let checkpoints = kept::checkpoints(&events);
    Story { events, snapshots, checkpoints }
}

/// All that is planned for the shop, its customers, and the number of the next order.
fn plan_shop() -> (Plan, Vec<Customer>, i64) {
    let mut plan = Plan::until(calendar::END);
    let customers = catalog::customers(&mut Seed::new(1));
    account::open_all(&mut plan, &mut Seed::new(2), &customers);
    account::run_tab(&mut plan, &mut Seed::new(3));
    stock::list_all(&mut plan, &mut Seed::new(4));
    marketplace::run(&mut plan, &mut Seed::new(5));
    let next = visit::run_all(&mut plan, &mut Seed::new(6), &customers);
    (plan, customers, next)
}

/// A month of a bank.
pub fn bank() -> Story {
    Story { events: bank::run(&mut Seed::new(7)), ..Story::default() }
}

/// A week of a warehouse.
pub fn warehouse() -> Story {
    Story { events: warehouse::run(&mut Seed::new(8)), ..Story::default() }
}

/// A story as a recording: a line for each event, and behind them those of what was kept.
pub fn recording(story: &Story) -> String {
    let mut text = String::new();
    for event in &story.events {
        write_event(&mut text, event, Form::Exact);
        text.push('\n');
    }
    for (key, snapshot) in &story.snapshots {
        write_snapshot(&mut text, key, snapshot);
        text.push('\n');
    }
    for (checkpoint, history) in &story.checkpoints {
        write_checkpoint(&mut text, checkpoint, history);
    }
    text
}

#[cfg(test)]
mod tests;
