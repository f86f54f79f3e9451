//! The recordings that come with the program, each a store called `demo:` and its name.
//!
//! They are part of the program's own file: opening one reads nothing else and writes nothing anywhere. What is in them
//! and how they were made is not known here.

use super::{EventStore, StoreError, StoreErrorKind, recording};
use crate::model::AggregateKey;
use crate::text::nearest;

/// What the name of such a store begins with.
pub const PREFIX: &str = "demo:";

/// A recording that comes with the program.
#[derive(Clone, Copy)]
pub struct Sample {
    /// What it is called.
    pub name: &'static str,
    /// What is in it, in one line.
    pub about: &'static str,
    /// The category and id of the aggregate that shows most.
    first: (&'static str, &'static str),
    bytes: &'static [u8],
}

/// Every one of them; the first is shown to whoever names none.
pub const SAMPLES: [Sample; 3] = [
    Sample {
        name: "shop",
        about: "ten days of a coffee shop: orders, accounts, stock, and one refund that was paid twice",
        first: ("Order", "order-4711"),
        bytes: include_bytes!("../../assets/demo/shop.jsonl.zst"),
    },
    Sample {
        name: "bank",
        about: "a month of a bank: how acc-1 came to 1,000.00, and who was credited a hundred times the interest",
        first: ("Account", "acc-1"),
        bytes: include_bytes!("../../assets/demo/bank.jsonl.zst"),
    },
    Sample {
        name: "warehouse",
        about: "a week of pallets and bins: pallet-217 is in two of them, and only one scan is to blame",
        first: ("Pallet", "pallet-217"),
        bytes: include_bytes!("../../assets/demo/warehouse.jsonl.zst"),
    },
];

impl Sample {
    /// The aggregate to look at first.
    pub fn first(&self) -> AggregateKey {
        let (category, id) = self.first;
        AggregateKey::new(category, id)
    }

    /// What it is called as a store: `demo:shop`.
    pub fn store(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }
}

impl std::fmt::Debug for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sample").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The sample called `name`; the error names those there are.
pub fn find(name: &str) -> Result<&'static Sample, StoreError> {
    const ALL: &[Sample] = &SAMPLES;
    ALL.iter().find(|sample| sample.name == name).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|sample| sample.name).collect();
        let message = format!(
            "no sample store is called `{name}`; {}",
            format_args!("there are `{}`", names.join("`, `"))
        );
        let meant = nearest(name, names.iter().copied()).unwrap_or(SAMPLES[0].name);
        StoreError::new(StoreErrorKind::NotFound, message).hint(format!(
            "`foldback demo {meant}` opens it; as STORE it is called {PREFIX}{meant}"
        ))
    })
}

/// Opens the sample called `name`.
pub fn open(name: &str) -> Result<Box<dyn EventStore>, StoreError> {
    let sample = find(name)?;
    recording::held(&sample.store(), sample.bytes, "it comes with the program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_opens_without_a_finding() {
        for sample in &SAMPLES {
            let mut store = open(sample.name).unwrap();
            assert_eq!(store.info().name, sample.store());
            assert!(store.info().findings.is_empty(), "{:?}", store.info().findings);
            assert!(store.info().read_only);
            assert!(store.counts().unwrap().events > 0);
            let first = sample.first();
            let found = store.find(first.id.as_str()).unwrap();
            assert!(found.iter().any(|row| row.key == first), "{found:?}");
        }
    }

    #[test]
    fn all_handles_on_one_hold_the_same_events() {
        let mut store = open("shop").unwrap();
        let counts = store.counts().unwrap();
        assert_eq!(store.reopen().unwrap().counts().unwrap(), counts);
        assert_eq!(store.find("order-4711").unwrap().len(), 1);
    }

    #[test]
    fn a_name_that_there_is_not_names_those_there_are() {
        let error = open("shpo").err().unwrap();
        assert_eq!(error.kind, StoreErrorKind::NotFound);
        assert!(error.to_string().contains("there are `shop`, `bank`, `warehouse`"), "{error}");
        assert!(error.hint.unwrap().contains("demo:shop"));
    }
}
