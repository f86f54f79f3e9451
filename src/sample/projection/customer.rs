//! What each customer ordered: a row a customer, `customer/ID`, and a row an order, `order/ID`, that says whose it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Sample;
use super::fact::{Money, OrderFact, UNSAID, fact, moment};
use super::order::{TYPES, unheard_of};
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

pub(super) const ORDERS: Sample =
    Sample { name: "customer-orders", categories: &["Order"], types: TYPES, apply };

/// What is shown of a customer.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Customer {
    /// Each order and its status.
    orders: BTreeMap<String, String>,
    spent: Money,
    refunded: Money,
    last_order: Option<String>,
}

/// Whose an order is.
#[derive(Deserialize, Serialize)]
struct Owner {
    customer: String,
    currency: String,
}

fn apply(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let (order, said): (_, OrderFact) = (event.aggregate.as_str(), fact(event)?);
    let of_order = format!("order/{order}");
    let owner: Owner = match (rows.get(&of_order)?, &said.customer) {
        (Some(owner), _) => owner,
        (None, Some(who)) => {
            let currency = said.currency.clone().unwrap_or_else(|| UNSAID.to_owned());
            let owner = Owner { customer: who.id().to_owned(), currency };
            rows.put(&of_order, &owner)?;
            owner
        }
        (None, None) => return Err(unheard_of(event)),
    };
    let key = format!("customer/{}", owner.customer);
    let mut row: Customer = rows.get(&key)?.unwrap_or_default();
    let is_submitted = event.event_type.as_str() == "OrderSubmitted";
    let status = row.orders.entry(order.to_owned()).or_insert_with(|| "DRAFT".to_owned());
    if let Some(said) = &said.status {
        status.clone_from(said);
    } else if is_submitted {
        "SUBMITTED".clone_into(status);
    }
    if event.event_type.as_str() == "OrderCreated" {
        row.last_order = moment(event);
    }
    row.spent.add(said.earned(event), &owner.currency);
    row.refunded.add(said.refunded(event), &owner.currency);
    rows.put(&key, &row)
}
