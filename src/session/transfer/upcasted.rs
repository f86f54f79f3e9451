//! Events in the schemas of today, as a history of their own.
//!
//! Where one event becomes several, or none, those after it in its aggregate move up, and so does every position: what is
//! written has each version and each position once, and none is missing that was not missing before.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::format_smolstr;

use crate::model::{AggregateKey, Event, EventId, Finding, Position, Version};
use crate::text::human;
use crate::text::jq::with_room;
use crate::upcast::{Chain, Upcast};

/// What became of the events of an export.
#[derive(Clone, Debug, Default)]
pub struct Renewal {
    /// The chain that they went through.
    pub chain: String,
    /// How many were of an older schema and are written in today's.
    pub upcasted: u64,
    /// How many became several events.
    pub split: u64,
    /// How many became none.
    pub dropped: u64,
    /// How many could not be upcasted and are written as they were recorded, each with its finding.
    pub failed: u64,
    /// What has to be known of all that.
    pub findings: Vec<Finding>,
}

/// Events on their way through a chain, page by page in the store's order.
pub(super) struct Renewed {
    chain: Arc<Chain>,
    renewal: Renewal,
    first_failure: Option<Finding>,
    /// By how much positions have moved up.
    positions: i64,
    /// The same of the versions of the aggregates where an event became several or none.
    versions: HashMap<AggregateKey, i64>,
}

impl Renewed {
    pub(super) fn by(chain: &Arc<Chain>) -> Self {
        let renewal = Renewal { chain: chain.name().to_owned(), ..Renewal::default() };
        let versions = HashMap::new();
        Self { chain: Arc::clone(chain), renewal, first_failure: None, positions: 0, versions }
    }

    /// What becomes of a page; what is left of it where somebody gives up is not looked at, as nothing is written then.
    pub(super) fn page(
        &mut self,
        events: Vec<Event>,
        is_given_up: &dyn Fn() -> bool,
    ) -> Vec<Event> {
        with_room(|| {
            let mut made = Vec::with_capacity(events.len());
            for event in events {
                if is_given_up() {
                    break;
                }
                self.one(event, &mut made);
            }
            made
        })
    }

    fn one(&mut self, mut event: Event, made: &mut Vec<Event>) {
        match self.chain.upcast(&event) {
            Ok(Upcast::Recorded) => made.push(self.moved(event, 0)),
            Ok(Upcast::Made(parts)) => {
                let count = parts.len();
                match count {
                    0 => self.renewal.dropped += 1,
                    1 => {}
                    _ => self.renewal.split += 1,
                }
                self.renewal.upcasted += u64::from(count > 0);
                for (at, part) in parts.into_iter().enumerate() {
                    made.push(self.moved(part, at));
                }
                if count != 1 {
                    let more = count as i64 - 1;
                    self.positions += more;
                    *self.versions.entry(event.key()).or_default() += more;
                }
            }
            Err(finding) => {
                self.renewal.failed += 1;
                self.first_failure.get_or_insert_with(|| finding.clone());
                event.findings.push(finding);
                made.push(self.moved(event, 0));
            }
        }
    }

    /// An event in its place of the new history; `at` is which of those it is that one became.
    fn moved(&self, mut event: Event, at: usize) -> Event {
        let more = at as i64;
        if let Some(position) = &mut event.position {
            *position = Position(position.0 + self.positions + more);
        }
        if more > 0 || !self.versions.is_empty() {
            let by = self.versions.get(&event.key()).copied().unwrap_or_default() + more;
            event.version = Version(event.version.0.saturating_add_signed(by));
        }
        // An id is one event's.
        if at > 0
            && let Some(id) = &mut event.id
        {
            *id = EventId::new(format_smolstr!("{}/{}", id.as_str(), at + 1));
        }
        event
    }

    pub(super) fn done(self) -> Renewal {
        let mut renewal = self.renewal;
        if let Some(first) = self.first_failure {
            let events = human::plural(renewal.failed, "event");
            let message = format!("{events} could not be upcasted; the first: {}", first.message);
            let finding = Finding { message, ..first };
            renewal
                .findings
                .push(finding.hint("each is written as it was recorded, with the reason"));
        }
        if self.positions != 0 || !self.versions.is_empty() {
            let message = "versions and positions are those of the new history, not the recorded ones: \
                           an event became several, or none";
            renewal.findings.push(Finding::note("renumbered", message));
        }
        renewal
    }
}
