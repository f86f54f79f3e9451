//! What is there of each product, what runs low, and what was lost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Sample;
use super::fact::{fact, minus, moment, plus};
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

/// The shop's stock, and the typed inventory.
const CATEGORIES: &[&str] = &["Stock", "Inventory"];
/// Where a product runs low.
const LOW: i64 = 10;
const TYPES: &[&str] = &[
    "StockItemListed",
    "StockReceived",
    "StockReserved",
    "StockPicked",
    "StockReleased",
    "StockAdjusted",
    "ItemReceived",
    "ItemSold",
    "ItemReturned",
    "ItemDamaged",
    "InventoryAdjusted",
];

pub(super) const LEVELS: Sample =
    Sample { name: "stock-levels", categories: CATEGORIES, types: TYPES, apply: level };
pub(super) const ALERTS: Sample =
    Sample { name: "reorder-alerts", categories: CATEGORIES, types: TYPES, apply: alert };
pub(super) const LOSSES: Sample = Sample {
    name: "loss-prevention",
    categories: CATEGORIES,
    types: &["StockAdjusted", "ItemDamaged", "InventoryAdjusted"],
    apply: loss,
};

/// What an event says of a product.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StockFact {
    product: Option<Product>,
    /// How many it is about; an adjustment may be below zero.
    quantity: Option<i64>,
    on_hand: Option<i64>,
    reserved: Option<i64>,
    available: Option<i64>,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Product {
    name: String,
}

/// What is shown of a product.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Level {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    on_hand: i64,
    reserved: i64,
    available: i64,
    updated: Option<String>,
}

impl Level {
    /// As the event says: the shop says what there is, the inventory what changed.
    fn follow(&mut self, event: &Event, said: &StockFact) -> Result<(), ApplyError> {
        self.name = said.product.as_ref().map(|product| product.name.clone()).or(self.name.take());
        let quantity = said.quantity.unwrap_or_default();
        self.on_hand = match (said.on_hand, event.event_type.as_str()) {
            (Some(now), _) => now,
            (None, "ItemReceived" | "ItemReturned" | "InventoryAdjusted") => {
                plus(self.on_hand, quantity)?
            }
            (None, "ItemSold" | "ItemDamaged") => minus(self.on_hand, quantity)?,
            (None, _) => self.on_hand,
        };
        self.reserved = said.reserved.unwrap_or(self.reserved);
        self.available = match said.available {
            Some(now) => now,
            None => minus(self.on_hand, self.reserved)?,
        };
        self.updated = moment(event);
        Ok(())
    }
}

fn level(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let key = event.aggregate.as_str();
    let mut level: Level = rows.get(key)?.unwrap_or_default();
    level.follow(event, &fact(event)?)?;
    rows.put(key, &level)
}

/// A product that runs low, or did: the row stays so that the next event finds the level.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Alert {
    low: bool,
    /// Since when it runs low.
    since: Option<String>,
    /// How often it did.
    times: u64,
    level: Level,
}

fn alert(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let key = event.aggregate.as_str();
    let mut alert: Alert = rows.get(key)?.unwrap_or_default();
    alert.level.follow(event, &fact(event)?)?;
    let low = alert.level.available < LOW;
    // What was only listed was never there, and does not run low.
    if low && !alert.low && event.event_type.as_str() != "StockItemListed" {
        (alert.low, alert.since) = (true, moment(event));
        alert.times += 1;
    } else if !low && alert.low {
        (alert.low, alert.since) = (false, None);
    }
    rows.put(key, &alert)
}

/// What was lost of a product.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Loss {
    /// More may go than can be there at a time.
    lost: i128,
    events: u64,
    /// How many for which reason.
    reasons: BTreeMap<String, i128>,
    last: Option<String>,
}

fn loss(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let said: StockFact = fact(event)?;
    let quantity = said.quantity.unwrap_or_default();
    let damaged = event.event_type.as_str() == "ItemDamaged";
    let lost = if damaged { quantity.into() } else { -i128::from(quantity) };
    if lost <= 0 {
        return Ok(());
    }
    let key = event.aggregate.as_str();
    let mut row: Loss = rows.get(key)?.unwrap_or_default();
    row.lost += lost;
    row.events += 1;
    row.last = moment(event);
    let usual = if damaged { "damaged" } else { "unknown" };
    *row.reasons.entry(said.reason.unwrap_or_else(|| usual.to_owned())).or_default() += lost;
    rows.put(key, &row)
}
