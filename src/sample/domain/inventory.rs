//! The stock of one product over all its locations: received, sold, returned, moved, damaged, and adjusted where a count
//! finds another number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aggregate::Aggregate;

/// So many came to a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemReceived {
    /// How many.
    pub quantity: u64,
    /// Where they are now.
    pub location: String,
}

/// So many were sold from a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemSold {
    /// How many.
    pub quantity: u64,
    /// Where they were.
    pub location: String,
}

/// So many that had been sold came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemReturned {
    /// How many.
    pub quantity: u64,
    /// Where they are now.
    pub location: String,
}

/// So many were moved from one location to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMoved {
    /// How many.
    pub quantity: u64,
    /// Where they were.
    pub from_location: String,
    /// Where they are now.
    pub to_location: String,
}

/// So many cannot be sold any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemDamaged {
    /// How many.
    pub quantity: u64,
    /// Where they were.
    pub location: String,
    /// What became of them.
    pub reason: String,
}

/// A count found more or fewer than there should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryAdjusted {
    /// How many more; fewer where it is below zero.
    pub quantity: i64,
    /// Where it was counted.
    pub location: String,
    /// What explains it.
    pub reason: String,
}

crate::events! {
    /// What happens to the stock of a product.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum InventoryEvent {
        /// Some came.
        ItemReceived(ItemReceived) = 1,
        /// Some were sold.
        ItemSold(ItemSold) = 1,
        /// Some came back.
        ItemReturned(ItemReturned) = 1,
        /// Some are elsewhere.
        ItemMoved(ItemMoved) = 1,
        /// Some cannot be sold.
        ItemDamaged(ItemDamaged) = 1,
        /// It was counted.
        InventoryAdjusted(InventoryAdjusted) = 1,
    }
}

/// The stock of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// How many are where; a location that has none is not named.
    pub locations: BTreeMap<String, u64>,
    /// How many were sold and did not come back.
    pub sold: u64,
    /// How many were damaged.
    pub damaged: u64,
}

/// Why something cannot be done with a stock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InventoryRefused {
    /// None of something.
    #[error("the quantity must be positive")]
    Quantity,
    /// A location without a name.
    #[error("the location has no name")]
    Location,
    /// More than there is.
    #[error("{wanted} cannot be taken from {location}: there are {there}")]
    NotEnough {
        /// How many were asked for.
        wanted: u64,
        /// Where.
        location: String,
        /// How many are there.
        there: u64,
    },
    /// More than were sold.
    #[error("{returned} cannot come back: {sold} are sold")]
    NotSold {
        /// How many should come back.
        returned: u64,
        /// How many are sold.
        sold: u64,
    },
    /// To where they are.
    #[error("they are at {0} already")]
    There(String),
    /// Nothing says what became of them.
    #[error("a reason must be given")]
    Reason,
    /// The count agrees.
    #[error("{there} at {location} is what there should be: there is nothing to adjust")]
    Agrees {
        /// How many.
        there: u64,
        /// Where.
        location: String,
    },
    /// More than can be counted.
    #[error("the stock would be more than can be counted")]
    TooMuch,
}

type Decided<E> = Result<[E; 1], InventoryRefused>;

impl Inventory {
    /// How many there are at all locations.
    pub fn on_hand(&self) -> u64 {
        self.locations.values().sum()
    }

    /// How many there are at one.
    pub fn at(&self, location: &str) -> u64 {
        self.locations.get(location).copied().unwrap_or_default()
    }

    /// Some come.
    pub fn receive(&self, quantity: u64, location: &str) -> Decided<ItemReceived> {
        self.takes_in(quantity, location)?;
        Ok([ItemReceived { quantity, location: location.to_owned() }])
    }

    /// Some are sold.
    pub fn sell(&self, quantity: u64, location: &str) -> Decided<ItemSold> {
        self.gives(quantity, location)?;
        self.sold.checked_add(quantity).ok_or(InventoryRefused::TooMuch)?;
        Ok([ItemSold { quantity, location: location.to_owned() }])
    }

    /// Some come back, no more than were sold.
    pub fn take_back(&self, quantity: u64, location: &str) -> Decided<ItemReturned> {
        self.takes_in(quantity, location)?;
        if quantity > self.sold {
            return Err(InventoryRefused::NotSold { returned: quantity, sold: self.sold });
        }
        Ok([ItemReturned { quantity, location: location.to_owned() }])
    }

    /// Some go elsewhere.
    pub fn transfer(&self, quantity: u64, from: &str, to: &str) -> Decided<ItemMoved> {
        self.gives(quantity, from)?;
        if to.is_empty() {
            return Err(InventoryRefused::Location);
        }
        if from == to {
            return Err(InventoryRefused::There(to.to_owned()));
        }
        let (from_location, to_location) = (from.to_owned(), to.to_owned());
        Ok([ItemMoved { quantity, from_location, to_location }])
    }

    /// Some cannot be sold any more.
    pub fn damage(&self, quantity: u64, location: &str, reason: &str) -> Decided<ItemDamaged> {
        self.gives(quantity, location)?;
        let reason = given(reason)?;
        self.damaged.checked_add(quantity).ok_or(InventoryRefused::TooMuch)?;
        Ok([ItemDamaged { quantity, location: location.to_owned(), reason }])
    }

    /// So many were counted at a location.
    pub fn adjust(&self, counted: u64, location: &str, reason: &str) -> Decided<InventoryAdjusted> {
        let there = self.at(location);
        let location = named(location)?.to_owned();
        if counted == there {
            return Err(InventoryRefused::Agrees { there, location });
        }
        let reason = given(reason)?;
        let elsewhere = self.on_hand() - there;
        let number = |count: u64| i64::try_from(count).map_err(|_| InventoryRefused::TooMuch);
        number(elsewhere.checked_add(counted).ok_or(InventoryRefused::TooMuch)?)?;
        Ok([InventoryAdjusted { quantity: number(counted)? - number(there)?, location, reason }])
    }

    fn takes_in(&self, quantity: u64, location: &str) -> Result<(), InventoryRefused> {
        named(location)?;
        if quantity == 0 {
            return Err(InventoryRefused::Quantity);
        }
        let all = self.on_hand().checked_add(quantity).and_then(|all| i64::try_from(all).ok());
        all.map(|_| ()).ok_or(InventoryRefused::TooMuch)
    }

    fn gives(&self, quantity: u64, location: &str) -> Result<(), InventoryRefused> {
        named(location)?;
        if quantity == 0 {
            return Err(InventoryRefused::Quantity);
        }
        let there = self.at(location);
        if quantity > there {
            let location = location.to_owned();
            return Err(InventoryRefused::NotEnough { wanted: quantity, location, there });
        }
        Ok(())
    }

    /// Changes how many are at a location. No event is raised that takes more than there are.
    fn change(&mut self, location: &str, quantity: i64) {
        let now = self.at(location).saturating_add_signed(quantity);
        if now == 0 {
            self.locations.remove(location);
        } else {
            self.locations.insert(location.to_owned(), now);
        }
    }
}

fn named(location: &str) -> Result<&str, InventoryRefused> {
    if location.is_empty() { Err(InventoryRefused::Location) } else { Ok(location) }
}

fn given(reason: &str) -> Result<String, InventoryRefused> {
    if reason.is_empty() { Err(InventoryRefused::Reason) } else { Ok(reason.to_owned()) }
}

impl Aggregate for Inventory {
    const CATEGORY: &'static str = "Inventory";
    const SCHEMA: u32 = 1;
    type Event = InventoryEvent;

    fn apply(&mut self, event: &InventoryEvent) {
        let number = |quantity: u64| i64::try_from(quantity).unwrap_or(i64::MAX);
        match event {
            InventoryEvent::ItemReceived(came) => {
                self.change(&came.location, number(came.quantity));
            }
            InventoryEvent::ItemSold(sold) => {
                self.change(&sold.location, -number(sold.quantity));
                self.sold = self.sold.saturating_add(sold.quantity);
            }
            InventoryEvent::ItemReturned(back) => {
                self.change(&back.location, number(back.quantity));
                self.sold = self.sold.saturating_sub(back.quantity);
            }
            InventoryEvent::ItemMoved(moved) => {
                self.change(&moved.from_location, -number(moved.quantity));
                self.change(&moved.to_location, number(moved.quantity));
            }
            InventoryEvent::ItemDamaged(lost) => {
                self.change(&lost.location, -number(lost.quantity));
                self.damaged = self.damaged.saturating_add(lost.quantity);
            }
            InventoryEvent::InventoryAdjusted(found) => {
                self.change(&found.location, found.quantity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::Root;

    fn stocked() -> Root<Inventory> {
        let mut stock = Root::<Inventory>::new("sku-1");
        stock.decide(|stock| stock.receive(10, "dock")).unwrap();
        stock
    }

    #[test]
    fn stock_comes_goes_moves_and_is_counted() {
        let mut stock = stocked();
        stock.decide(|stock| stock.transfer(6, "dock", "shelf")).unwrap();
        stock.decide(|stock| stock.sell(4, "shelf")).unwrap();
        stock.decide(|stock| stock.take_back(1, "desk")).unwrap();
        stock.decide(|stock| stock.damage(2, "dock", "wet")).unwrap();
        let state = stock.state();
        assert_eq!((state.at("dock"), state.at("shelf"), state.at("desk")), (2, 2, 1));
        assert_eq!((state.on_hand(), state.sold, state.damaged), (5, 3, 2));
        stock.decide(|stock| stock.adjust(0, "shelf", "not found")).unwrap();
        let last = stock.uncommitted().last().unwrap().event.clone();
        let adjusted = InventoryAdjusted {
            quantity: -2,
            location: "shelf".into(),
            reason: "not found".into(),
        };
        assert_eq!(last, InventoryEvent::InventoryAdjusted(adjusted));
        stock.decide(|stock| stock.adjust(3, "dock", "found behind the door")).unwrap();
        assert_eq!(stock.state().locations, [("desk".into(), 1), ("dock".into(), 3)].into());
    }

    #[test]
    fn no_more_leaves_a_location_than_is_there() {
        let stock = stocked();
        let stock = stock.state();
        let refused = |wanted, location: &str, there| InventoryRefused::NotEnough {
            wanted,
            location: location.to_owned(),
            there,
        };
        assert_eq!(stock.sell(11, "dock"), Err(refused(11, "dock", 10)));
        assert_eq!(stock.sell(1, "shelf"), Err(refused(1, "shelf", 0)));
        assert_eq!(stock.transfer(11, "dock", "shelf"), Err(refused(11, "dock", 10)));
        assert_eq!(stock.damage(11, "dock", "wet"), Err(refused(11, "dock", 10)));
        assert!(stock.sell(10, "dock").is_ok());
    }

    #[test]
    fn no_more_comes_back_than_was_sold() {
        let mut stock = stocked();
        stock.decide(|stock| stock.sell(2, "dock")).unwrap();
        let refused = InventoryRefused::NotSold { returned: 3, sold: 2 };
        assert_eq!(stock.state().take_back(3, "dock"), Err(refused));
        assert!(stock.state().take_back(2, "dock").is_ok());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        use InventoryRefused::{Agrees, Location, Quantity, Reason, There, TooMuch};
        let stock = stocked();
        let stock = stock.state();
        assert_eq!(stock.receive(0, "dock"), Err(Quantity));
        assert_eq!(stock.sell(0, "dock"), Err(Quantity));
        assert_eq!(stock.take_back(0, "dock"), Err(Quantity));
        assert_eq!(stock.transfer(0, "dock", "shelf"), Err(Quantity));
        assert_eq!(stock.damage(0, "dock", "wet"), Err(Quantity));
        assert_eq!(stock.receive(1, ""), Err(Location));
        assert_eq!(stock.transfer(1, "dock", ""), Err(Location));
        assert_eq!(stock.adjust(1, "", "lost"), Err(Location));
        assert_eq!(stock.transfer(1, "dock", "dock"), Err(There("dock".into())));
        assert_eq!(stock.damage(1, "dock", ""), Err(Reason));
        assert_eq!(stock.adjust(9, "dock", ""), Err(Reason));
        let agrees = Agrees { there: 10, location: "dock".into() };
        assert_eq!(stock.adjust(10, "dock", "counted"), Err(agrees));
        assert_eq!(stock.receive(u64::MAX, "dock"), Err(TooMuch));
        assert_eq!(stock.adjust(u64::MAX, "dock", "counted"), Err(TooMuch));
    }

    proptest! {
        /// Whatever is done and refused: nothing comes of nothing, and nothing is lost without an event that says so.
        #[test]
        fn what_came_is_there_or_somebody_knows_where_it_went(
            steps in prop::collection::vec((0..6_u8, 0..20_u64, 0..3_usize, 0..3_usize), 0..60)
        ) {
            let names = ["dock", "shelf", "desk"];
            let mut stock = Root::<Inventory>::new("sku-1");
            let (mut came, mut adjusted) = (0_i64, 0_i64);
            for (what, quantity, at, to) in steps {
                let (at, to) = (names[at], names[to]);
                let before = stock.version();
                let done = match what {
                    0 => stock.decide(|stock| stock.receive(quantity, at)),
                    1 => stock.decide(|stock| stock.sell(quantity, at)),
                    2 => stock.decide(|stock| stock.take_back(quantity, at)),
                    3 => stock.decide(|stock| stock.transfer(quantity, at, to)),
                    4 => stock.decide(|stock| stock.damage(quantity, at, "wet")),
                    _ => stock.decide(|stock| stock.adjust(quantity, at, "counted")),
                };
                prop_assert_eq!(done.is_ok(), stock.version() > before);
                let last = stock.uncommitted().last().map(|last| last.event.clone());
                match (done, last) {
                    (Ok(()), Some(InventoryEvent::ItemReceived(one))) => came += one.quantity as i64,
                    (Ok(()), Some(InventoryEvent::InventoryAdjusted(one))) => adjusted += one.quantity,
                    _ => {}
                }
            }
            let state = stock.state();
            let known = state.on_hand() + state.sold + state.damaged;
            prop_assert_eq!(known as i64, came + adjusted);
        }
    }
}
