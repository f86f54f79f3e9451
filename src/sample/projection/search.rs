//! What an order can be found by: a row an order, with the words that it is known by.

use std::collections::BTreeSet;

use super::Sample;
use super::fact::{OrderFact, fact};
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

pub(super) const INDEX: Sample = Sample {
    name: "search-index",
    categories: &["Order"],
    types: &["OrderCreated", "ItemAdded", "AddressChanged"],
    apply,
};

fn apply(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let (key, said): (_, OrderFact) = (event.aggregate.as_str(), fact(event)?);
    let mut words: BTreeSet<String> = rows.get(key)?.unwrap_or_default();
    let lines = said.lines(event);
    let names = lines.values().flatten().filter_map(|line| line.name.as_deref());
    let address = said.delivery.address.unwrap_or_default();
    let of_order = [said.order_number, address.name, address.city];
    let customer = said.customer.as_ref().map(super::fact::Who::id);
    for text in names.chain(customer).chain(of_order.iter().flatten().map(String::as_str)) {
        // An id with its hyphens is one word: `cust-12`.
        let parts = text.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
        words.extend(parts.filter(|part| part.chars().count() > 1).map(str::to_lowercase));
    }
    rows.put(key, &words)
}
