//! What is in an order and what it comes to.

use super::catalog::{PRODUCTS, Product};
use super::object::{Currency, Money, Object};

/// Lines, a discount and what was given back.
#[derive(Clone, Debug)]
pub(super) struct Basket {
    currency: Currency,
    lines: Vec<(usize, i64)>,
    percent: i64,
    refunded: i64,
}

impl Basket {
    /// Nothing yet.
    pub(super) fn new(currency: Currency) -> Self {
        Self { currency, lines: Vec::new(), percent: 0, refunded: 0 }
    }

    /// Puts in so many; returns the members that an event says of it.
    pub(super) fn put(&mut self, index: usize, quantity: i64) -> Object {
        let product = &PRODUCTS[index];
        let known = self.lines.iter_mut().find(|line| line.0 == index);
        let said = if let Some(line) = known {
            line.1 += quantity;
            Object::new().raw("quantity", line.1)
        } else {
            self.lines.push((index, quantity));
            Object::new()
                .text("name", product.name)
                .raw("quantity", quantity)
                .raw("unit_price", self.money(self.currency.price(product.cents)))
        };
        Object::new().with("items", &Object::new().with(product.id, &said))
    }

    /// Takes a line out; `null` says that there was one.
    pub(super) fn take_out(&mut self, index: usize) -> Object {
        self.lines.retain(|line| line.0 != index);
        Object::new().with("items", &Object::new().raw(PRODUCTS[index].id, "null"))
    }

    /// Whether it holds this product.
    pub(super) fn holds(&self, index: usize) -> bool {
        self.lines.iter().any(|line| line.0 == index)
    }

    /// Sets the discount.
    pub(super) fn discount_by(&mut self, percent: i64) {
        self.percent = percent;
    }

    /// Counts something as given back.
    pub(super) fn give_back(&mut self, amount: i64) {
        self.refunded += amount;
    }

    /// What was given back so far.
    pub(super) fn refunded(&self) -> i64 {
        self.refunded
    }

    /// What is taken off.
    pub(super) fn discount(&self) -> i64 {
        (self.sum() * self.percent + 50) / 100
    }

    /// What it comes to.
    pub(super) fn total(&self) -> i64 {
        self.sum() - self.discount() - self.refunded
    }

    fn sum(&self) -> i64 {
        self.lines
            .iter()
            .map(|(index, quantity)| self.currency.price(PRODUCTS[*index].cents) * quantity)
            .sum()
    }

    /// Its products and how many of each.
    pub(super) fn goods(&self) -> Vec<(&'static Product, i64)> {
        self.lines.iter().map(|(index, quantity)| (&PRODUCTS[*index], *quantity)).collect()
    }

    /// An amount in its currency.
    pub(super) fn money(&self, minor: i64) -> Money {
        self.currency.money(minor)
    }
}
