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
