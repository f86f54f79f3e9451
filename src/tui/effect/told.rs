//! What a job does, in plain words.

use super::Effect;
use crate::model::{AggregateKey, Path};
use crate::session::{Deed, Order, Sort};
use crate::text::{self, human};

fn named(key: &AggregateKey) -> String {
    let id = text::sanitize(key.id.as_str());
    text::truncate_middle(&id, 40).into_owned()
}

fn places(paths: &[Path]) -> String {
    let first = paths.first().map(ToString::to_string).unwrap_or_default();
    let first = text::truncate_middle(&text::sanitize(&first), 30).into_owned();
    match paths.len() {
        0 | 1 => first,
        more => format!("{first} and {}", human::plural(more as u64 - 1, "other")),
    }
}

fn told_order(order: &Order) -> String {
    let name = text::sanitize(&order.projection);
    match order.deed {
        Deed::Pause => format!("pausing {name}"),
        Deed::Resume => format!("letting {name} go on"),
        Deed::Skip(_) => format!("stepping over what stopped {name}"),
        Deed::Retry(_) => format!("applying a dead letter of {name}"),
        Deed::Rebuild => format!("making the rows of {name} anew"),
        Deed::Abandon => format!("giving up the rebuild of {name}"),
    }
}

impl Effect {
    /// What it does, in plain words; `filter` is what the Events screen is filtered by.
    pub(crate) fn told(&self, filter: &str) -> String {
        let only = if filter.is_empty() {
            String::new()
        } else {
            format!(": {}", text::truncate_middle(&text::sanitize(filter), 40))
        };
        match self {
            Self::OpenStore => "opening the store".to_owned(),
            Self::LoadPage(..) => "reading the list of aggregates".to_owned(),
            Self::FindList(sought) => {
                let typed = text::sanitize(&sought.typed);
                format!("finding aggregates by {}", text::truncate_middle(&typed, 24))
            }
            Self::ReadNames => "reading the ids of all aggregates".to_owned(),
            Self::DropNames => "letting go of the ids of all aggregates".to_owned(),
            Self::SortList(_, _, (sort, _)) => {
                let by = match sort {
                    Sort::Id => "id",
                    Sort::Recent => "newest event",
                    Sort::Events => "number of events",
                    Sort::Category => "category",
                };
                format!("sorting aggregates by {by}")
            }
            Self::LoadAround(key, ..) => format!("reading the list around {}", named(key)),
            Self::LoadEvents(_, asked) if asked.filter.is_empty() => {
                "reading events of the store".to_owned()
            }
            Self::LoadEvents(..) => format!("searching events{only}"),
            Self::TallyEvents(of) if of.is_empty() => "counting events by type and time".to_owned(),
            Self::TallyEvents(_) => format!("counting events{only}"),
            Self::LoadEvent(key, version) => {
                format!("reading v{} of {}", human::count(version.0), named(key))
            }
            Self::LoadProjections(_) => "seeing how far the projections are".to_owned(),
            Self::LoadMetrics(_) => "seeing what was measured".to_owned(),
            Self::LookAhead(of, _) => {
                format!("seeing how {} would go on", text::sanitize(of))
            }
            Self::LoadLetters(of) => format!("reading the dead letters of {}", text::sanitize(of)),
            Self::CarryOut(_, order) => told_order(order),
            Self::CountStore => "counting aggregates and events".to_owned(),
            Self::LoadMoment { key, .. } => format!("rebuilding the state of {}", named(key)),
            Self::WalkOn { key, .. } => format!("walking through the history of {}", named(key)),
            Self::DrawRail { key, .. } => format!("drawing the rail of {}", named(key)),
            Self::SearchState { version, .. } => {
                format!("searching the state at v{}", human::count(version.0))
            }
            Self::TraceOn { paths, .. } => format!("finding what changed {}", places(paths)),
            Self::LoadSnapshots(key) => format!("looking for snapshots of {}", named(key)),
            Self::FindPosition(_) => "looking for the event at a position".to_owned(),
            Self::WatchStore { .. } => "looking whether the store has changed".to_owned(),
            Self::Keep { .. } => "keeping how this store is left".to_owned(),
            Self::Stop(_) | Self::Copy(_) | Self::Suspend(_) | Self::Retake => String::new(),
        }
    }
}
