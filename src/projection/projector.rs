//! A projection with what events go through before it sees them: one that was recorded in an old schema is seen as the
//! newest writes it, as several where it was split, and not at all where it was dropped.

use std::slice::from_ref;
use std::sync::Arc;

use smol_str::SmolStr;

use super::rows::Ledger;
use super::{ApplyError, Projection};
use crate::model::{Event, Payload};
use crate::store::StoreError;
use crate::store::own::{MadeBy, ProjectionRecord};
use crate::text::shell::quoted;
use crate::upcast::{Chain, Upcast};

/// A projection, behind a chain of upcasters where there is one.
#[derive(Clone)]
pub struct Projector {
    projection: Arc<dyn Projection>,
    chain: Option<Arc<Chain>>,
}

impl std::fmt::Debug for Projector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { projection, chain } = self;
        f.debug_struct("Projector").field("name", &projection.name()).field("chain", chain).finish()
    }
}

impl From<Arc<dyn Projection>> for Projector {
    fn from(projection: Arc<dyn Projection>) -> Self {
        Self::new(projection, None)
    }
}

impl<P: Projection + 'static> From<Arc<P>> for Projector {
    fn from(projection: Arc<P>) -> Self {
        Self::new(projection, None)
    }
}

impl Projector {
    /// The projection, behind that chain.
    pub fn new(projection: Arc<dyn Projection>, chain: Option<Arc<Chain>>) -> Self {
        Self { projection, chain }
    }

    /// The projection's name.
    pub fn name(&self) -> &str {
        self.projection.name()
    }

    /// What stands beside the rows that it makes.
    pub fn made_by(&self) -> MadeBy {
        MadeBy {
            definition: Some(self.projection.definition()),
            chain: self.chain.as_ref().map(|chain| SmolStr::new(chain.mark())),
        }
    }

    /// Refuses rows that another definition has made, or that were made behind another chain. Says what to type so that
    /// they are made anew; `store` is what a command calls it.
    pub fn check(&self, record: &ProjectionRecord, store: &str) -> Result<(), StoreError> {
        record.check_made_by(&self.made_by(), store, &self.option())
    }

    /// What a command is told so that the same chain stands before it, with a blank before that; nothing where none does.
    pub fn option(&self) -> String {
        let chain = self.chain.as_ref();
        chain.map_or_else(String::new, |chain| format!(" --upcast {}", quoted(chain.name())))
    }

    /// Applies an event to the rows at hand: all that becomes of it, or nothing.
    pub(super) fn apply(&self, ledger: &mut Ledger, event: &Event) -> Result<(), ApplyError> {
        let upcast = match self.chain.as_ref().map(|chain| chain.upcast(event)) {
            None => Upcast::Recorded,
            Some(Ok(upcast)) => upcast,
            // It concerns only whoever would have seen what was to become of it.
            Some(Err(_)) if !self.would_see(event) => return Ok(()),
            Some(Err(finding)) => return Err(ApplyError::because(finding.message)),
        };
        let seen = match &upcast {
            Upcast::Recorded => from_ref(event),
            Upcast::Made(parts) => parts,
        };
        if !seen.iter().any(|event| self.sees(event)) {
            return Ok(());
        }
        ledger.apply(|rows| {
            let mut seen = seen.iter().filter(|event| self.sees(event));
            seen.try_for_each(|event| self.projection.apply(rows, event))
        })
    }

    /// The same, with the rows that it asks for; returns why the event failed, where it did.
    pub(super) fn take(
        &self,
        ledger: &mut Ledger,
        event: &Event,
        mut fetch: impl FnMut(&str) -> Result<Option<Payload>, StoreError>,
    ) -> Result<Option<String>, StoreError> {
        loop {
            match self.apply(ledger, event) {
                Ok(()) => return Ok(None),
                Err(ApplyError::Failed(error)) => return Ok(Some(error)),
                Err(ApplyError::Absent(key)) => {
                    let row = fetch(&key)?;
                    ledger.fetched(key, row.as_ref());
                }
            }
        }
    }

    fn sees(&self, event: &Event) -> bool {
        self.projection.handles(&event.category, &event.event_type)
    }

    /// Whether it would see anything that the chain may make of such an event.
    fn would_see(&self, event: &Event) -> bool {
        let types = self.chain.iter().flat_map(|chain| chain.becomes(&event.event_type));
        types.into_iter().any(|one| self.projection.handles(&event.category, one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AggregateId, Category, EventType, Position, Version};
    use crate::projection::Rows;
    use crate::upcast;

    /// Counts the events that it sees, by type, and keeps the last; sees nothing of a type that is hidden.
    struct Seen;

    impl Projection for Seen {
        fn name(&self) -> &'static str {
            "seen"
        }

        fn handles(&self, _category: &Category, event_type: &EventType) -> bool {
            !event_type.as_str().starts_with("Hidden")
        }

        fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
            let data = String::from_utf8(event.data.bytes().to_vec()).unwrap();
            if data.contains("poison") {
                return Err(ApplyError::because("it is poison"));
            }
            let before: u32 = rows.get(event.event_type.as_str())?.unwrap_or(0);
            rows.put(event.event_type.as_str(), &(before + 1))?;
            rows.put("last", &format!("v{} {data}", event.schema.clone().unwrap_or_default()))
        }
    }

    const CHAIN: &str = "
steps:
  - {event: Paid, from: 1, to: 2, do: [rename: {path: .sum, to: amount}]}
  - event: Ordered
    from: 1
    into:
      - {event: Placed, schema: 2, do: [drop: {path: .sum}]}
      - {event: Paid, schema: 1, do: []}
  - {event: Beat, from: 1, drop: true}
  - {event: Hidden, from: 1, to: 2, do: [drop: {path: .not_there}]}
  - event: HiddenOrder
    from: 1
    into:
      - {event: Hidden, schema: 2, do: [drop: {path: .not_there}]}
      - {event: Paid, schema: 2, do: []}
";

    fn projector(yaml: &str) -> Projector {
        let chain = upcast::read("ours.yaml", yaml).unwrap_or_else(|error| panic!("{error:?}"));
        Projector::new(Arc::new(Seen), Some(Arc::new(chain)))
    }

    fn event(event_type: &str, data: &str) -> Event {
        Event {
            position: Some(Position(7)),
            aggregate: AggregateId::new("order-1"),
            category: Category::new("Order"),
            version: Version(3),
            event_type: EventType::new(event_type),
            id: None,
            time: None,
            schema: None,
            data: Payload::json(data.as_bytes(), Arc::default(), Version(3)),
            metadata: None,
            findings: Vec::new(),
        }
    }

    /// The rows after one event, or why it failed.
    fn rows(of: &Projector, event: &Event) -> Result<Vec<String>, String> {
        let mut ledger = Ledger::default();
        if let Some(error) = of.take(&mut ledger, event, |_| Ok(None)).unwrap() {
            assert!(ledger.changes().is_empty(), "nothing is left of what failed");
            return Err(error);
        }
        let text = |row: Payload| String::from_utf8(row.bytes().to_vec()).unwrap();
        let told = |one: crate::store::own::RowChange| {
            format!("{} {}", one.key, one.row.map_or_else(String::new, text))
        };
        Ok(ledger.changes().into_iter().map(told).collect())
    }

    #[test]
    fn events_are_seen_as_the_newest_schema_writes_them() {
        let (behind, bare) = (projector(CHAIN), Projector::new(Arc::new(Seen), None));
        let paid = event("Paid", r#"{"sum":1.50}"#);
        assert_eq!(rows(&bare, &paid).unwrap(), ["Paid 1", r#"last "v {\"sum\":1.50}""#]);
        assert_eq!(rows(&behind, &paid).unwrap(), ["Paid 1", r#"last "v2 {\"amount\":1.50}""#]);
        // All that it was split into, in turn; nothing of what was dropped; the rest as it is.
        let ordered = event("Ordered", r#"{"sum":2}"#);
        let both = ["Paid 1", "Placed 1", r#"last "v2 {\"amount\":2}""#];
        assert_eq!(rows(&behind, &ordered).unwrap(), both);
        assert_eq!(rows(&behind, &event("Beat", "{}")).unwrap(), [""; 0]);
        assert_eq!(rows(&behind, &event("Other", "{}")).unwrap(), ["Other 1", r#"last "v {}""#]);
    }

    #[test]
    fn what_fails_leaves_nothing_of_any_part_and_concerns_only_who_would_see_it() {
        let behind = projector(CHAIN);
        // The first part is applied before the second fails.
        let half = event("Ordered", r#"{"sum":"poison"}"#);
        assert_eq!(rows(&behind, &half).unwrap_err(), "it is poison");
        let told = rows(&behind, &event("Ordered", "{}")).unwrap_err();
        assert!(told.starts_with("Ordered v1 cannot become "), "{told}");
        // It would have become a payment too.
        let told = rows(&behind, &event("HiddenOrder", "{}")).unwrap_err();
        assert!(told.contains(".not_there"), "{told}");
        assert_eq!(rows(&behind, &event("Hidden", "{}")).unwrap(), [""; 0]);
    }

    #[test]
    fn rows_of_another_definition_or_chain_are_made_anew_first() {
        let made = |projector: &Projector| ProjectionRecord {
            name: "seen".to_owned(),
            state: crate::store::own::ProjectionState::Running,
            error: None,
            generation: 1,
            position: Position(0),
            made_by: projector.made_by(),
            rebuild: None,
        };
        let (behind, bare) = (projector(CHAIN), Projector::new(Arc::new(Seen), None));
        let more = projector(&format!("{CHAIN}  - {{event: Late, from: 1, drop: true}}\n"));
        for (of, rows) in [(&behind, &behind), (&bare, &bare)] {
            of.check(&made(rows), "own.db").unwrap();
        }
        for (of, rows) in [(&behind, &bare), (&bare, &behind), (&behind, &more)] {
            let refused = of.check(&made(rows), "a shop.db").unwrap_err();
            let with = if of.chain.is_some() { " --upcast ours.yaml" } else { "" };
            let typed = format!("`foldback projection rebuild 'a shop.db' seen{with}` ");
            assert!(refused.hint.as_ref().unwrap().starts_with(&typed), "{refused:?}");
        }
    }
}
