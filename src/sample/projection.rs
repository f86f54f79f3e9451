//! Read models of the sample domains: what their programs would show.
//!
//! They understand the events of the recorded shop and warehouse, and those of the typed aggregates. They know nothing of
//! how they are run.

mod amount;
mod customer;
mod fact;
mod order;
mod refund;
mod report;
mod search;
mod stock;
mod warehouse;

use std::sync::Arc;

use crate::model::{Category, Event, EventType};
use crate::projection::{ApplyError, Projection, Rows};

pub use amount::Amount;

/// A read model that comes with the program.
pub struct Known {
    /// The projection.
    pub projection: Arc<dyn Projection>,
    /// What its rows say.
    pub about: &'static str,
    /// It is for stores that have events of all types of one of these.
    needs: &'static [&'static [&'static str]],
}

impl Known {
    /// Whether it is for a store that `has` events of some types.
    pub fn is_for(&self, has: impl Fn(&str) -> bool) -> bool {
        self.needs.iter().any(|all| all.iter().all(|one| has(one)))
    }
}

/// A projection: the kinds of aggregates it looks at, and what it makes of their events.
struct Sample {
    name: &'static str,
    categories: &'static [&'static str],
    types: &'static [&'static str],
    apply: fn(&mut Rows<'_>, &Event) -> Result<(), ApplyError>,
}

impl Projection for Sample {
    fn name(&self) -> &str {
        self.name
    }

    fn handles(&self, category: &Category, event_type: &EventType) -> bool {
        self.categories.contains(&category.as_str()) && self.types.contains(&event_type.as_str())
    }

    fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
        (self.apply)(rows, event)
    }
}

/// All of them, by name.
pub fn known() -> Vec<Known> {
    const ORDERS: &[&[&str]] = &[&["OrderCreated"]];
    // An inventory begins with what comes, or with a count that finds something.
    const STOCK: &[&[&str]] = &[&["StockItemListed"], &["ItemReceived"], &["InventoryAdjusted"]];
    const PLACES: &[&[&str]] = &[&["PalletPutAway"], &["ItemReceived"], &["InventoryAdjusted"]];
    let known = |projection, about, needs| Known { projection: Arc::new(projection), about, needs };
    vec![
        known(customer::ORDERS, "each customer's orders, and what they spent", ORDERS),
        known(warehouse::LOCATIONS, "what lies in each place", PLACES),
        known(stock::LOSSES, "what went missing or broke, by product", STOCK),
        known(report::ANALYTICS, "orders, money and products by day", ORDERS),
        known(order::LIST, "each order: customer, status, lines, total", ORDERS),
        known(refund::REPORT, "a line for each refund that was asked for", &[&["RefundIssued"]]),
        known(stock::ALERTS, "products that run low", STOCK),
        known(search::INDEX, "the words that an order can be found by", ORDERS),
        known(stock::LEVELS, "what is there of each product", STOCK),
    ]
}

/// The one of that name.
pub fn named(name: &str) -> Option<Arc<dyn Projection>> {
    known().into_iter().map(|known| known.projection).find(|one| one.name() == name)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod typed;
