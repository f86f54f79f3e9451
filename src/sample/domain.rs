//! The sample domains as typed aggregates, each with its business rules: what a program that is built on
//! [`aggregate`](crate::aggregate) looks like. They know no store.

pub mod account;
pub mod inventory;
mod money;
pub mod order;

pub use account::Account;
pub use inventory::Inventory;
pub use money::Money;
pub use order::Order;

use crate::aggregate::{Aggregate, Typed};
use crate::fold::Reducer;
use crate::model::Category;

/// The typed aggregate of a category as a reducer, where there is one.
pub fn reducer(category: &Category) -> Option<Box<dyn Reducer>> {
    match category.as_str() {
        Order::CATEGORY => Some(Box::<Typed<Order>>::default()),
        Account::CATEGORY => Some(Box::<Typed<Account>>::default()),
        Inventory::CATEGORY => Some(Box::<Typed<Inventory>>::default()),
        _ => None,
    }
}
