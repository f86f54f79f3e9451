//! Everything that will happen, in any order; settled, it stands in the order of time with versions and positions.
//!
//! Stocks and balances depend on what happened before, wherever it was planned, and are counted while settling.

use std::collections::HashMap;
use std::sync::Arc;

use super::calendar::{END, Millis};
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
    /// To it comes the `balance` after it changed by so much.
    Balance { said: Object, by: i64, currency: Currency },
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
    time: Millis,
    key: AggregateKey,
    event_type: &'static str,
    schema: u32,
    around: Around,
    fact: Fact,
}

/// Everything that will happen.
#[derive(Default)]
pub(super) struct Plan {
    items: Vec<Item>,
}

impl Plan {
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
        self.items.push(Item { time, key, event_type, schema, around, fact });
        Planned(self.items.len() - 1)
    }

    /// Everything until the end of the recording, in the order of time.
    pub(super) fn settle(self) -> Vec<Event> {
        let mut order: Vec<usize> =
            (0..self.items.len()).filter(|at| self.items[*at].time < END).collect();
        order.sort_by_key(|at| self.items[*at].time);
        let mut books = Books::default();
        let mut ids = vec![None; self.items.len()];
        order
            .into_iter()
            .zip(FIRST_POSITION..)
            .map(|(at, position)| {
                let event = books.enter(&self.items[at], &ids, position);
                ids[at].clone_from(&event.id);
                event
            })
            .collect()
    }
}

const FIRST_POSITION: i64 = 1;
/// The number of the first event of every service.
const FIRST_ID: u64 = 1001;

/// What has to be counted from the beginning.
#[derive(Default)]
struct Books {
    versions: HashMap<AggregateKey, Version>,
    stock: HashMap<AggregateKey, (i64, i64)>,
    balances: HashMap<AggregateKey, i64>,
    recorded: HashMap<Service, u64>,
}

impl Books {
    fn enter(&mut self, item: &Item, ids: &[Option<EventId>], position: i64) -> Event {
        let version = self.versions.entry(item.key.clone()).or_default();
        *version = version.next();
        let version = *version;
        let around = &item.around;
        let recorded = self.recorded.entry(around.service).or_insert(FIRST_ID);
        let id = format!("{}-{recorded}", around.service.prefix());
        *recorded += 1;
        let mut metadata = Object::new().text("correlation", &around.correlation);
        if let Some(cause) = around.cause {
            let cause = ids[cause.0].as_ref().expect("what causes something comes before it");
            metadata = metadata.text("causation", cause.as_str());
        }
        metadata = metadata.text("actor", &around.actor).and(&around.more);
        let json = |object: &Object| {
            Payload::json(object.to_string().into_bytes(), Arc::default(), version)
        };
        Event {
            position: Some(Position(position)),
            aggregate: AggregateId::new(item.key.id.as_str()),
            category: Category::new(item.key.category.as_str()),
            version,
            event_type: EventType::new(item.event_type),
            id: Some(EventId::new(id)),
            time: Some(
                Timestamp::from_timestamp_millis(item.time).expect("a moment of the year 2026"),
            ),
            schema: Some(smol_str::format_smolstr!("{}", item.schema)),
            data: json(&self.counted(item)),
            metadata: Some(json(&metadata)),
            findings: Vec::new(),
        }
    }

    fn counted(&mut self, item: &Item) -> Object {
        match &item.fact {
            Fact::Said(said) => said.clone(),
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
