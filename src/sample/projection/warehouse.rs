//! The map of places: a row a place, `place/A-11`, with what lies there; and a row a pallet, `pallet/ID`, that says where.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Sample;
use super::fact::{fact, minus, plus};
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

pub(super) const LOCATIONS: Sample = Sample {
    name: "location-map",
    categories: &["Pallet", "Inventory"],
    types: &[
        "PalletPutAway",
        "PalletMoved",
        "PalletShipped",
        "ItemReceived",
        "ItemSold",
        "ItemReturned",
        "ItemMoved",
        "ItemDamaged",
        "InventoryAdjusted",
    ],
    apply,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlaceFact {
    /// Where a pallet is now.
    bin: Option<String>,
    quantity: Option<i64>,
    /// Where items came or went, or from where to where.
    location: Option<String>,
    #[serde(alias = "from_location")]
    from: Option<String>,
    #[serde(alias = "to_location")]
    to: Option<String>,
}

fn apply(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let (id, said): (_, PlaceFact) = (event.aggregate.as_str(), fact(event)?);
    let quantity = said.quantity.unwrap_or_default();
    match event.event_type.as_str() {
        "PalletPutAway" | "PalletMoved" | "PalletShipped" => {
            let of_pallet = format!("pallet/{id}");
            if let Some(before) = rows.get::<String>(&of_pallet)? {
                lay(rows, &before, id, -1)?;
            }
            match said.bin {
                Some(bin) => {
                    lay(rows, &bin, id, 1)?;
                    rows.put(&of_pallet, &bin)?;
                }
                None => rows.remove(&of_pallet),
            }
            Ok(())
        }
        "ItemMoved" => {
            lay_somewhere(rows, said.from.as_ref(), id, minus(0, quantity)?)?;
            lay_somewhere(rows, said.to.as_ref(), id, quantity)
        }
        "ItemSold" | "ItemDamaged" => {
            lay_somewhere(rows, said.location.as_ref(), id, minus(0, quantity)?)
        }
        // A count that found fewer adjusts by less than nothing.
        _ => lay_somewhere(rows, said.location.as_ref(), id, quantity),
    }
}

fn lay_somewhere(
    rows: &mut Rows<'_>,
    place: Option<&String>,
    what: &str,
    more: i64,
) -> Result<(), ApplyError> {
    match place {
        Some(place) => lay(rows, place, what, more),
        None => Err(ApplyError::because(format!("nobody knows where {what} is"))),
    }
}

/// Lays so many more into a place, which is empty where nothing is left.
fn lay(rows: &mut Rows<'_>, place: &str, what: &str, more: i64) -> Result<(), ApplyError> {
    let key = format!("place/{place}");
    let mut there: BTreeMap<String, i64> = rows.get(&key)?.unwrap_or_default();
    let count = there.entry(what.to_owned()).or_default();
    *count = plus(*count, more)?;
    if *count == 0 {
        there.remove(what);
    }
    if there.is_empty() {
        rows.remove(&key);
        return Ok(());
    }
    rows.put(&key, &there)
}
