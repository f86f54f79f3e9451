//! The sample domain: a shop with its orders, its customers' accounts and its stock, made event by event.
//!
//! Always the same events: a seeded generator and a made-up clock, no I/O. One thing goes wrong in it, in `order-4711`;
//! the rest is an ordinary week and a half. Knows the model alone: how the events get into a file is not its business.

mod account;
mod basket;
mod calendar;
mod catalog;
mod incident;
mod marketplace;
mod object;
mod order;
mod plan;
mod seed;
mod stock;
mod visit;

use crate::model::Event;
use crate::model::shape::{Form, write_event};

use plan::Plan;
use seed::Seed;

/// The events of the sample `shop`, in the order of their positions.
pub fn shop() -> Vec<Event> {
    let mut plan = Plan::default();
    let customers = catalog::customers(&mut Seed::new(1));
    account::open_all(&mut plan, &mut Seed::new(2), &customers);
    account::run_tab(&mut plan, &mut Seed::new(3));
    stock::list_all(&mut plan, &mut Seed::new(4));
    marketplace::run(&mut plan, &mut Seed::new(5));
    visit::run_all(&mut plan, &mut Seed::new(6), &customers);
    plan.settle()
}

/// The events as a recording: one JSON object a line.
pub fn recording(events: &[Event]) -> String {
    let mut text = String::new();
    for event in events {
        write_event(&mut text, event, Form::Exact);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
