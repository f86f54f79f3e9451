//! Everything that will happen, in any order; settled, it stands in the order of time with versions and positions.
//!
//! Stocks and balances depend on what happened before, wherever it was planned, and are counted while settling.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::calendar::Millis;
use super::object::{Currency, Object};
use crate::model::{
    AggregateId, AggregateKey, Category, Event, EventId, EventType, Payload, Position, Timestamp,
    Version,
};

/// The part of the shop that records an event and gives it its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Service {
    Web,
    Payments,
    Warehouse,
    Marketplace,
    Wallet,
    Carrier,
    Ledger,
    Desk,
    Branch,
    Scanner,
}

impl Service {
    fn prefix(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Payments => "pay",
            Self::Warehouse => "wh",
            Self::Marketplace => "mkt",
            Self::Wallet => "wal",
            Self::Carrier => "car",
            Self::Ledger => "led",
            Self::Desk => "desk",
            Self::Branch => "br",
            Self::Scanner => "scan",
        }
    }
}

/// What an event says.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// All of it is known.
    Said(Object),
    /// To it come `on_hand`, `reserved` and `available` after the first two changed by so many.
    Stock { said: Object, on_hand: i64, reserved: i64 },
    /// To it come the `parcels`, each with when it arrived.
    Parcels { said: Object, parcels: Vec<(Object, Arrival)> },
    /// To it comes the `balance` after it changed by so much.
    Balance { said: Object, by: i64, currency: Currency },
}

/// When a parcel arrives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrival {
    /// Later than this.
    Later,
    /// With this event.
    Now,
    /// It did with that one.
    With(Planned),
}

/// Who did something, in which conversation, because of what.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) service: Service,
    pub(super) actor: String,
    pub(super) correlation: String,
    pub(super) cause: Option<Planned>,
    /// More members of the metadata.
    pub(super) more: Object,
}

impl Around {
    /// Something that a person or a service did of its own accord.
    pub(super) fn new(service: Service, actor: &str, correlation: &str) -> Self {
        let (actor, correlation) = (actor.to_owned(), correlation.to_owned());
        Self { service, actor, correlation, cause: None, more: Object::new() }
    }

    /// The same because of `cause`.
    #[must_use]
    pub(super) fn because(mut self, cause: Planned) -> Self {
        self.cause = Some(cause);
        self
    }

    /// The same with more members.
    #[must_use]
    pub(super) fn noting(mut self, more: Object) -> Self {
        self.more = more;
        self
    }
}

/// An event that is planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned(usize);

struct Item {
    key: AggregateKey,
    event_type: &'static str,
    schema: u32,
    around: Around,
    fact: Fact,
}

impl Item {
    /// What has to be known of earlier events when this one is recorded.
    fn needs(&self) -> impl Iterator<Item = usize> {
        let parcels = match &self.fact {
            Fact::Parcels { parcels, .. } => parcels.as_slice(),
            _ => &[],
        };
        let arrivals = parcels.iter().filter_map(|(_, arrival)| match arrival {
            Arrival::With(planned) => Some(planned.0),
            _ => None,
        });
        self.around.cause.iter().map(|cause| cause.0).chain(arrivals)
    }
}

/// What later events need of one that is recorded.
struct Recorded {
    id: EventId,
    time: Timestamp,
}

/// Everything that will happen.
pub(super) struct Plan {
    /// By time, and where that is the same in the order of planning.
    items: BTreeMap<(Millis, usize), Item>,
    /// How many were planned.
    planned: usize,
    end: Millis,
    books: Books,
    /// How many events that are still to come need each one.
    needed: HashMap<usize, u32>,
    recorded: HashMap<usize, Recorded>,
}

impl Plan {
    /// Nothing yet; what is planned for `end` or later does not happen.
    pub(super) fn until(end: Millis) -> Self {
        Self {
            items: BTreeMap::new(),
            planned: 0,
            end,
            books: Books::default(),
            needed: HashMap::new(),
            recorded: HashMap::new(),
        }
    }

    /// When it ends.
    pub(super) fn end(&self) -> Millis {
        self.end
    }

    /// Lets happen what was planned for after the end.
    pub(super) fn goes_on(&mut self) {
        self.end = Millis::MAX;
    }

    /// Plans an event of schema version 1.
    pub(super) fn add(
        &mut self,
        time: Millis,
        (category, id): (&str, &str),
        event_type: &'static str,
        around: Around,
        fact: Fact,
    ) -> Planned {
        self.add_schema(time, (category, id), (event_type, 1), around, fact)
    }

    /// Plans an event of a schema version.
    pub(super) fn add_schema(
        &mut self,
        time: Millis,
        (category, id): (&str, &str),
        (event_type, schema): (&'static str, u32),
        around: Around,
        fact: Fact,
    ) -> Planned {
        let key = AggregateKey::new(category, id);
        let item = Item { key, event_type, schema, around, fact };
        for needed in item.needs() {
            *self.needed.entry(needed).or_default() += 1;
        }
        let number = self.planned;
        self.planned += 1;
        self.items.insert((time, number), item);
        Planned(number)
    }

    /// When the next event is planned for; `None` where there is none before the end.
    pub(super) fn next_time(&self) -> Option<Millis> {
        self.items.keys().next().map(|(time, _)| *time).filter(|time| *time < self.end)
    }

    /// The next event, recorded when it is planned for or at `now`.
    pub(super) fn next(&mut self, now: Option<Timestamp>) -> Option<Event> {
        let planned = self.next_time()?;
        let time = now.or_else(|| Timestamp::from_timestamp_millis(planned));
        let ((_, number), item) = self.items.pop_first()?;
        let time = time.expect("a moment of these years");
        let event = self.books.enter(&item, &self.recorded, time);
        for needed in item.needs() {
            let left = self.needed.get_mut(&needed).expect("it was counted when it was planned");
            *left -= 1;
            if *left == 0 {
                self.needed.remove(&needed);
                self.recorded.remove(&needed);
            }
        }
        if self.needed.contains_key(&number) {
            let id = event.id.clone().expect("every event of a plan has one");
            self.recorded.insert(number, Recorded { id, time });
        }
        Some(event)
    }

    /// How many events are planned, or were recorded and are still needed.
    #[cfg(test)]
    pub(super) fn remembers(&self) -> usize {
        self.items.len() + self.recorded.len()
    }

    /// Everything until the end, in the order of time.
    pub(super) fn settle(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.next(None)).collect()
    }
}

/// The number of the first event of every service.
const FIRST_ID: u64 = 1001;

/// What has to be counted from the beginning.
#[derive(Default)]
struct Books {
    position: i64,
    versions: HashMap<AggregateKey, Version>,
    stock: HashMap<AggregateKey, (i64, i64)>,
    balances: HashMap<AggregateKey, i64>,
    recorded: HashMap<Service, u64>,
}

impl Books {
    fn enter(
        &mut self,
        item: &Item,
        recorded: &HashMap<usize, Recorded>,
        time: Timestamp,
    ) -> Event {
        self.position += 1;
        let version = self.versions.entry(item.key.clone()).or_default();
        *version = version.next();
        let version = *version;
        let around = &item.around;
        let number = self.recorded.entry(around.service).or_insert(FIRST_ID);
        let id = format!("{}-{number}", around.service.prefix());
        *number += 1;
        let mut metadata = Object::new().text("correlation", &around.correlation);
        if let Some(cause) = around.cause {
            let cause = recorded.get(&cause.0).expect("what causes something comes before it");
            metadata = metadata.text("causation", cause.id.as_str());
        }
        metadata = metadata.text("actor", &around.actor).and(&around.more);
        let json = |object: &Object| {
            Payload::json(object.to_string().into_bytes(), Arc::default(), version)
        };
        Event {
            position: Some(Position(self.position)),
            aggregate: AggregateId::new(item.key.id.as_str()),
            category: Category::new(item.key.category.as_str()),
            version,
            event_type: EventType::new(item.event_type),
            id: Some(EventId::new(id)),
            time: Some(time),
            schema: Some(smol_str::format_smolstr!("{}", item.schema)),
            data: json(&self.counted(item, recorded, time)),
            metadata: Some(json(&metadata)),
            findings: Vec::new(),
        }
    }

    fn counted(
        &mut self,
        item: &Item,
        recorded: &HashMap<usize, Recorded>,
        now: Timestamp,
    ) -> Object {
        match &item.fact {
            Fact::Said(said) => said.clone(),
            Fact::Parcels { said, parcels } => {
                let parcels: Vec<Object> = parcels
                    .iter()
                    .map(|(parcel, arrival)| {
                        let time = match arrival {
                            Arrival::Later => None,
                            Arrival::Now => Some(now),
                            Arrival::With(planned) => recorded.get(&planned.0).map(|one| one.time),
                        };
                        let text = time.map(|time| time.format("%Y-%m-%dT%H:%MZ").to_string());
                        parcel.clone().maybe("delivered", text.as_deref())
                    })
                    .collect();
                said.clone().list("parcels", &parcels)
            }
            Fact::Stock { said, on_hand, reserved } => {
                let levels = self.stock.entry(item.key.clone()).or_default();
                levels.0 += on_hand;
                levels.1 += reserved;
                said.clone()
                    .raw("on_hand", levels.0)
                    .raw("reserved", levels.1)
                    .raw("available", levels.0 - levels.1)
            }
            Fact::Balance { said, by, currency } => {
                let balance = self.balances.entry(item.key.clone()).or_default();
                *balance += by;
                said.clone().raw("balance", currency.money(*balance))
            }
        }
    }
}
