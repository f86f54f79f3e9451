//! What the events say, as far as the read models look at it: only some of it stands in any one event.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Amount;
use crate::model::{Event, Timestamp, time};
use crate::projection::ApplyError;

/// A line of an order.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct OrderLine {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) quantity: Option<i64>,
    #[serde(default)]
    pub(super) unit_price: Option<Amount>,
}

/// What an order's event says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderFact {
    #[serde(alias = "customer_id")]
    pub(super) customer: Option<Who>,
    pub(super) currency: Option<String>,
    pub(super) order_number: Option<String>,
    pub(super) status: Option<String>,
    #[serde(alias = "total_amount")]
    pub(super) total: Option<Amount>,
    /// The lines that it is about; `None` for one that is gone.
    pub(super) items: BTreeMap<String, Option<OrderLine>>,
    /// One line, where the event is about one.
    pub(super) product_id: Option<String>,
    pub(super) product_name: Option<String>,
    pub(super) quantity: Option<i64>,
    pub(super) unit_price: Option<Amount>,
    pub(super) payment: Payment,
    pub(super) refunds: Vec<Refund>,
    pub(super) delivery: Delivery,
}

/// Who ordered: an id, and in later events a name beside it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Who {
    Id(String),
    Known { id: String },
}

impl Who {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Known { id } => id,
        }
    }
}

/// Money of several currencies.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Money(BTreeMap<String, Amount>);

impl Money {
    /// Adds an amount, where one is said.
    pub(super) fn add(&mut self, amount: Option<Amount>, currency: &str) {
        if let Some(amount) = amount {
            *self.0.entry(currency.to_owned()).or_default() += amount;
        }
    }
}

/// A payment that came.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payment {
    pub(super) amount: Option<Amount>,
}

/// A refund that was paid.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: Amount,
}

/// Where it goes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Delivery {
    pub(super) address: Option<Address>,
}

/// A person and a city.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    pub(super) name: Option<String>,
    pub(super) city: Option<String>,
}

impl OrderFact {
    /// What was paid, or is to be paid from now on.
    pub(super) fn earned(&self, event: &Event) -> Option<Amount> {
        match event.event_type.as_str() {
            "PaymentReceived" => self.payment.amount,
            "OrderSubmitted" => self.total,
            _ => None,
        }
    }

    /// What was given back. Each event has all refunds of its order so far, and the newest is the last of them.
    pub(super) fn refunded(&self, event: &Event) -> Option<Amount> {
        let is_one = event.event_type.as_str() == "RefundIssued";
        self.refunds.last().filter(|_| is_one).map(|refund| refund.amount)
    }

    /// The lines that it changes, each with what it says of it; `None` where the line goes.
    pub(super) fn lines(&self, event: &Event) -> BTreeMap<String, Option<OrderLine>> {
        let mut lines = self.items.clone();
        if let Some(product) = &self.product_id {
            let line = OrderLine {
                name: self.product_name.clone(),
                quantity: self.quantity,
                unit_price: self.unit_price,
            };
            let gone = event.event_type.as_str().starts_with("ItemRemoved");
            lines.insert(product.clone(), (!gone).then_some(line));
        }
        lines
    }
}

/// What happened, as a type that has room for it.
pub(super) fn fact<'a, T: Deserialize<'a>>(event: &'a Event) -> Result<T, ApplyError> {
    serde_json::from_slice(event.data.bytes()).map_err(|error| {
        ApplyError::because(format!("{} cannot be read: {error}", event.event_type))
    })
}

/// So many more; an error where no such number can be kept.
pub(super) fn plus(count: i64, more: i64) -> Result<i64, ApplyError> {
    counted(count.checked_add(more))
}

/// So many fewer.
pub(super) fn minus(count: i64, fewer: i64) -> Result<i64, ApplyError> {
    counted(count.checked_sub(fewer))
}

fn counted(number: Option<i64>) -> Result<i64, ApplyError> {
    number.ok_or_else(|| ApplyError::because("that is more than can be counted"))
}

/// When it happened.
pub(super) fn moment(event: &Event) -> Option<String> {
    event.time.as_ref().map(time::rfc3339)
}

/// The day on which it happened, in UTC.
pub(super) fn day(event: &Event) -> Result<String, ApplyError> {
    let day = |time: &Timestamp| time.format("%Y-%m-%d").to_string();
    event.time.as_ref().map(day).ok_or_else(|| ApplyError::because("the event has no time"))
}

/// The currency of an order that does not say it.
pub(super) const UNSAID: &str = "unsaid";
