//! An order: products are put in and taken out until it is submitted, and nothing changes it after that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Money;
use crate::aggregate::Aggregate;

/// Somebody begins an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCreated {
    /// Who.
    pub customer_id: String,
    /// The number that people call it by.
    pub order_number: String,
}

/// A product is put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemAdded {
    /// Which.
    pub product_id: String,
    /// What it is called.
    pub product_name: String,
    /// How many.
    pub quantity: u64,
    /// What one costs.
    pub unit_price: Money,
}

/// A product is taken out, all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRemoved {
    /// Which.
    pub product_id: String,
}

/// The order is placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSubmitted {
    /// What it costs.
    pub total_amount: Money,
    /// How many products are in it.
    pub item_count: u64,
}

crate::events! {
    /// What happens to an order.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum OrderEvent {
        /// Somebody begins it.
        OrderCreated(OrderCreated) = 1,
        /// A product is put in.
        ItemAdded(ItemAdded) = 1,
        /// A product is taken out.
        ItemRemoved(ItemRemoved) = 1,
        /// It is placed.
        OrderSubmitted(OrderSubmitted) = 1,
    }
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Nobody has begun it.
    #[default]
    New,
    /// It can be changed.
    Draft,
    /// It was placed.
    Submitted,
}

/// A product in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called.
    pub product_name: String,
    /// How many.
    pub quantity: u64,
    /// What one costs: what was said when the first was put in.
    pub unit_price: Money,
}

/// An order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whose it is.
    pub customer_id: Option<String>,
    /// The number that people call it by.
    pub order_number: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What is in it, by product.
    pub items: BTreeMap<String, Item>,
    /// What all of it costs.
    pub total_amount: Money,
}

/// Why something cannot be done with an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefused {
    /// It was begun before.
    #[error("the order was created already")]
    Exists,
    /// Nobody has begun it.
    #[error("there is no such order yet: create it first")]
    NotCreated,
    /// It was placed.
    #[error("a submitted order cannot be modified")]
    Submitted,
    /// It was placed before.
    #[error("the order was submitted already")]
    SubmittedAlready,
    /// Nothing is in it.
    #[error("an empty order cannot be submitted")]
    Empty,
    /// None of something.
    #[error("the quantity must be positive")]
    Quantity,
    /// A price below zero.
    #[error("the price cannot be negative, and {0} is")]
    Price(Money),
    /// The product is not in it.
    #[error("product {0} is not in the order")]
    NotThere(String),
    /// More than can be counted.
    #[error("the order would cost more than can be counted")]
    TooMuch,
}

impl Order {
    /// Begins it.
    pub fn create(
        &self,
        customer_id: impl Into<String>,
        order_number: impl Into<String>,
    ) -> Result<[OrderCreated; 1], OrderRefused> {
        if self.status != Status::New {
            return Err(OrderRefused::Exists);
        }
        let (customer_id, order_number) = (customer_id.into(), order_number.into());
        Ok([OrderCreated { customer_id, order_number }])
    }

    /// Puts a product in.
    pub fn add_item(&self, item: ItemAdded) -> Result<[ItemAdded; 1], OrderRefused> {
        self.can_change()?;
        if item.quantity == 0 {
            return Err(OrderRefused::Quantity);
        }
        if item.unit_price < Money::ZERO {
            return Err(OrderRefused::Price(item.unit_price));
        }
        let mut items = self.items.clone();
        put_in(&mut items, &item).and_then(|()| total(&items)).ok_or(OrderRefused::TooMuch)?;
        Ok([item])
    }

    /// Takes a product out.
    pub fn remove_item(&self, product_id: &str) -> Result<[ItemRemoved; 1], OrderRefused> {
        self.can_change()?;
        if !self.items.contains_key(product_id) {
            return Err(OrderRefused::NotThere(product_id.to_owned()));
        }
        Ok([ItemRemoved { product_id: product_id.to_owned() }])
    }

    /// Places it.
    pub fn submit(&self) -> Result<[OrderSubmitted; 1], OrderRefused> {
        match self.can_change() {
            Err(OrderRefused::Submitted) => return Err(OrderRefused::SubmittedAlready),
            other => other?,
        }
        if self.items.is_empty() {
            return Err(OrderRefused::Empty);
        }
        let total_amount = total(&self.items).ok_or(OrderRefused::TooMuch)?;
        Ok([OrderSubmitted { total_amount, item_count: self.items.len() as u64 }])
    }

    fn can_change(&self) -> Result<(), OrderRefused> {
        match self.status {
            Status::New => Err(OrderRefused::NotCreated),
            Status::Draft => Ok(()),
            Status::Submitted => Err(OrderRefused::Submitted),
        }
    }

    fn count_anew(&mut self) {
        // No event is raised that makes it more than can be counted.
        self.total_amount = total(&self.items).unwrap_or(self.total_amount);
    }
}

/// Puts a product in beside the others; `None` where there are more than can be counted.
fn put_in(items: &mut BTreeMap<String, Item>, added: &ItemAdded) -> Option<()> {
    let item = items.entry(added.product_id.clone()).or_insert_with(|| Item {
        product_name: added.product_name.clone(),
        quantity: 0,
        unit_price: added.unit_price,
    });
    item.quantity = item.quantity.checked_add(added.quantity)?;
    Some(())
}

fn total(items: &BTreeMap<String, Item>) -> Option<Money> {
    items
        .values()
        .try_fold(Money::ZERO, |sum, item| sum.plus(item.unit_price.times(item.quantity)?))
}

impl Aggregate for Order {
    const CATEGORY: &'static str = "Order";
    const SCHEMA: u32 = 1;
    type Event = OrderEvent;

    fn apply(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::OrderCreated(created) => {
                self.customer_id = Some(created.customer_id.clone());
                self.order_number = Some(created.order_number.clone());
                self.status = Status::Draft;
            }
            OrderEvent::ItemAdded(added) => {
                let _ = put_in(&mut self.items, added);
                self.count_anew();
            }
            OrderEvent::ItemRemoved(removed) => {
                self.items.remove(&removed.product_id);
                self.count_anew();
            }
            OrderEvent::OrderSubmitted(submitted) => {
                self.status = Status::Submitted;
                self.total_amount = submitted.total_amount;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Facts as _, Root};

    fn item(product: &str, quantity: u64, cents: i64) -> ItemAdded {
        ItemAdded {
            product_id: product.into(),
            product_name: product.to_uppercase(),
            quantity,
            unit_price: Money::cents(cents),
        }
    }

    fn draft() -> Root<Order> {
        let mut order = Root::<Order>::new("order-1");
        order.decide(|order| order.create("c-1", "4711")).unwrap();
        order
    }

    fn submitted() -> Root<Order> {
        let mut order = draft();
        order.decide(|order| order.add_item(item("lamp", 1, 1999))).unwrap();
        order.decide(Order::submit).unwrap();
        order
    }

    #[test]
    fn an_order_is_filled_and_submitted() {
        let mut order = draft();
        order.decide(|order| order.add_item(item("lamp", 2, 1999))).unwrap();
        order.decide(|order| order.add_item(item("cable", 1, 950))).unwrap();
        // More of it at the price of the first.
        order.decide(|order| order.add_item(item("lamp", 1, 2500))).unwrap();
        assert_eq!(order.state().total_amount, Money::cents(3 * 1999 + 950));
        assert_eq!(order.state().items["lamp"].quantity, 3);
        order.decide(|order| order.remove_item("cable")).unwrap();
        assert_eq!(order.state().total_amount.to_string(), "59.97");
        order.decide(Order::submit).unwrap();
        let last = order.uncommitted().last().unwrap();
        assert_eq!(last.event.event_type(), "OrderSubmitted");
        assert_eq!(last.event.to_json().unwrap(), r#"{"total_amount":59.97,"item_count":1}"#);
        assert_eq!((order.version().0, order.state().status), (6, Status::Submitted));
    }

    #[test]
    fn an_order_that_was_submitted_is_not_changed() {
        let order = submitted();
        let order = order.state();
        assert_eq!(order.add_item(item("lamp", 1, 1)), Err(OrderRefused::Submitted));
        assert_eq!(order.remove_item("lamp"), Err(OrderRefused::Submitted));
        assert_eq!(order.submit(), Err(OrderRefused::SubmittedAlready));
        assert_eq!(order.create("c-2", "1"), Err(OrderRefused::Exists));
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_changes_nothing() {
        let mut order = draft();
        let before = order.state().clone();
        let mut refused = |rule: &dyn Fn(&Order) -> Result<[ItemAdded; 1], OrderRefused>| {
            order.decide(rule).unwrap_err()
        };
        assert_eq!(refused(&|order| order.add_item(item("a", 0, 1))), OrderRefused::Quantity);
        let price = refused(&|order| order.add_item(item("a", 1, -1)));
        assert_eq!(price.to_string(), "the price cannot be negative, and -0.01 is");
        assert_eq!(refused(&|order| order.add_item(item("a", u64::MAX, 2))), OrderRefused::TooMuch);
        assert_eq!((order.state(), order.version().0), (&before, 1));
        assert!(order.state().add_item(item("free", 1, 0)).is_ok(), "what is free costs nothing");
        assert_eq!(
            order.state().remove_item("lamp"),
            Err(OrderRefused::NotThere("lamp".to_owned()))
        );
        assert_eq!(order.state().submit(), Err(OrderRefused::Empty));
    }

    #[test]
    fn nothing_is_done_with_an_order_that_nobody_created() {
        let order = Order::default();
        assert_eq!(order.add_item(item("lamp", 1, 1)), Err(OrderRefused::NotCreated));
        assert_eq!(order.remove_item("lamp"), Err(OrderRefused::NotCreated));
        assert_eq!(order.submit(), Err(OrderRefused::NotCreated));
    }
}
