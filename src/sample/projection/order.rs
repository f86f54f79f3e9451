//! The list of orders: a row an order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fact::{OrderFact, OrderLine, fact, moment, plus};
use super::{Amount, Sample};
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

/// The events of an order that change what a list of orders shows.
pub(super) const TYPES: &[&str] = &[
    "OrderCreated",
    "ItemAdded",
    "ItemRemoved",
    "ItemQuantityChanged",
    "CouponApplied",
    "CouponRemoved",
    "OrderSubmitted",
    "OrderPlaced",
    "PaymentReceived",
    "PaymentFailed",
    "OrderShipped",
    "ParcelDelivered",
    "OrderCancelled",
    "RefundRequested",
    "RefundIssued",
];

pub(super) const LIST: Sample =
    Sample { name: "order-list", categories: &["Order"], types: TYPES, apply };

/// What is shown of an order.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Order {
    customer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    lines: BTreeMap<String, OrderLine>,
    total: Amount,
    created: Option<String>,
    updated: Option<String>,
}

fn apply(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let (key, said): (_, OrderFact) = (event.aggregate.as_str(), fact(event)?);
    let mut order: Order = match rows.get(key)? {
        Some(order) => order,
        None if event.event_type.as_str() == "OrderCreated" => {
            Order { status: "DRAFT".to_owned(), created: moment(event), ..Order::default() }
        }
        None => return Err(unheard_of(event)),
    };
    order.customer = said.customer.as_ref().map(|who| who.id().to_owned()).or(order.customer);
    order.currency = said.currency.clone().or(order.currency);
    order.number = said.order_number.clone().or(order.number);
    order.status = match (&said.status, event.event_type.as_str()) {
        (Some(status), _) => status.clone(),
        (None, "OrderSubmitted") => "SUBMITTED".to_owned(),
        _ => order.status,
    };
    let lines = said.lines(event);
    let is_changed = !lines.is_empty();
    for (product, line) in lines {
        match line {
            None => drop(order.lines.remove(&product)),
            Some(line) => {
                let old = order.lines.entry(product).or_default();
                follow(old, line, said.product_id.is_some())?;
            }
        }
    }
    order.total = match said.total {
        Some(total) => total,
        None if is_changed => sum(&order.lines),
        None => order.total,
    };
    order.updated = moment(event);
    rows.put(key, &order)
}

/// The line as the event says. The shop says what it is now; an aggregate says how many more of it there are, which are
/// called and cost what the first of them did.
fn follow(old: &mut OrderLine, line: OrderLine, is_more: bool) -> Result<(), ApplyError> {
    if is_more {
        old.name = old.name.take().or(line.name);
        old.unit_price = old.unit_price.or(line.unit_price);
        let more = line.quantity.unwrap_or_default();
        old.quantity = Some(plus(old.quantity.unwrap_or_default(), more)?);
    } else {
        old.name = line.name.or(old.name.take());
        old.unit_price = line.unit_price.or(old.unit_price);
        old.quantity = line.quantity.or(old.quantity);
    }
    Ok(())
}

fn sum(lines: &BTreeMap<String, OrderLine>) -> Amount {
    let mut total = Amount::default();
    for line in lines.values() {
        total += line.unit_price.unwrap_or_default() * line.quantity.unwrap_or_default();
    }
    total
}

/// The error for an event of an order whose beginning is not in the store.
pub(super) fn unheard_of(event: &Event) -> ApplyError {
    let (event_type, order) = (&event.event_type, &event.aggregate);
    ApplyError::because(format!("{event_type} of {order}, which was never created"))
}
