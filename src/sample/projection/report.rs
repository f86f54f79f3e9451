//! What was sold: a row a day, `day/2026-03-02`, and a row a product, `product/ID`; and a row an order, `order/ID`, with
//! the currency that its payments are in.

use serde::{Deserialize, Serialize};

use super::Sample;
use super::fact::{Money, OrderFact, UNSAID, day, fact};
use super::order::TYPES;
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

pub(super) const ANALYTICS: Sample =
    Sample { name: "order-analytics", categories: &["Order"], types: TYPES, apply };

/// What is shown of a day.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Day {
    created: u64,
    placed: u64,
    cancelled: u64,
    shipped: u64,
    revenue: Money,
    refunded: Money,
}

/// What is shown of a product.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Product {
    name: Option<String>,
    /// How often it was put into an order, and taken out again.
    added: u64,
    removed: u64,
}

fn apply(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let said: OrderFact = fact(event)?;
    for (id, line) in said.lines(event) {
        let key = format!("product/{id}");
        let mut product: Product = rows.get(&key)?.unwrap_or_default();
        match (event.event_type.as_str(), line) {
            ("ItemAdded", Some(line)) => {
                product.added += 1;
                product.name = line.name.or(product.name);
            }
            ("ItemRemoved", None) => product.removed += 1,
            _ => continue,
        }
        rows.put(&key, &product)?;
    }
    let of_order = format!("order/{}", event.aggregate);
    if let Some(currency) = &said.currency {
        rows.put(&of_order, currency)?;
    }
    let currency: Option<String> = rows.get(&of_order)?;
    let currency = currency.unwrap_or_else(|| UNSAID.to_owned());
    let key = format!("day/{}", day(event)?);
    let mut row: Day = rows.get(&key)?.unwrap_or_default();
    match event.event_type.as_str() {
        "OrderCreated" => row.created += 1,
        "OrderPlaced" | "OrderSubmitted" => row.placed += 1,
        "OrderCancelled" => row.cancelled += 1,
        "OrderShipped" => row.shipped += 1,
        "PaymentReceived" | "RefundIssued" => {}
        _ => return Ok(()),
    }
    row.revenue.add(said.earned(event), &currency);
    row.refunded.add(said.refunded(event), &currency);
    rows.put(&key, &row)
}
