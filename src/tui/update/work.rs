//! The list of background work, and stopping one of its jobs: whoever stops one is told what is missing then, and what
//! begins it again.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::keymap::Context;
use super::super::model::events::Onward;
use super::super::model::live::Following;
use super::super::model::overlay::Overlay;
use super::super::model::travel::Walked;
use super::super::model::work::Row;
use super::super::model::{Model, Tone};
use super::{list, live, pins, say, seek, steward, tell};
use crate::session::Sort;

/// Opens the list; its lines are brought by whoever has the lanes.
pub(super) fn open(model: &mut Model) {
    model.overlay = Overlay::Work(Box::default());
}

/// Shows other lines of the list, where it is open.
pub(crate) fn show(model: &mut Model, rows: Vec<Row>) {
    let height = super::overlay::overlay_height(model);
    let Overlay::Work(book) = &mut model.overlay else { return };
    if book.rows != rows {
        book.show(rows, height);
        model.dirty = true;
    }
}

/// Whether looks at the store are taken, and whether what they find is shown as it comes.
pub(crate) fn watches(model: &Model) -> Option<bool> {
    (model.live.following != Following::Fixed).then(|| model.live.shows())
}

/// What is missing where the job of a slot is stopped, and what begins it again.
pub(crate) fn without(model: &Model, slot: Slot) -> String {
    let (told, again) = match slot {
        Slot::Open => ("without it there is nothing to see", Some((Action::Quit, "leaves"))),
        Slot::Moment => {
            ("the playhead then stays where it is", Some((Action::Refresh, "reads again")))
        }
        Slot::Walk => (
            "the rail, marks and types are then known as far as it came",
            Some((Action::Refresh, "walks on")),
        ),
        Slot::Page if model.list.sort != Sort::Id => (
            "aggregates are then listed by their id",
            Some((Action::SortAggregates, "in the list sorts them")),
        ),
        Slot::Page => {
            ("the list then ends where it was read to", Some((Action::Refresh, "reads on")))
        }
        Slot::Count => (
            "how many there are is then not known, or not anew",
            Some((Action::Refresh, "counts again")),
        ),
        Slot::Find => ("the playhead then stays where it is", Some((Action::GoTo, "asks again"))),
        Slot::Snapshots => {
            ("the rail then shows no snapshots", Some((Action::Refresh, "looks again")))
        }
        Slot::Events => (
            "the Events screen then shows what was found so far",
            Some((Action::Refresh, "reads on there")),
        ),
        Slot::Event => {
            ("the chosen event is then not shown; it is read when it is chosen again", None)
        }
        Slot::Names => ("the ids are then read when a letter is typed", None),
        Slot::Trace => (
            "the way along what changed a value then ends where it was looked for",
            Some((Action::NextTouch, "looks on")),
        ),
        Slot::Seek => (
            "the search in the state then ends",
            Some((Action::SearchState, "in the state searches again")),
        ),
        Slot::Tally => (
            "types and times are then counted as far as it came",
            Some((Action::Refresh, "on the Events screen counts on")),
        ),
        Slot::Projections => (
            "the Projections screen then shows what it did",
            Some((Action::Refresh, "there looks again")),
        ),
        Slot::Metrics => (
            "the Metrics screen then shows what it did",
            Some((Action::Refresh, "there looks again")),
        ),
        Slot::Letters => ("the dead letters are then not shown", None),
        Slot::Ahead => ("what would come of it is then not told", None),
        Slot::Rebuild => (
            "what is shown stays; the new rows are left where they are",
            Some((Action::RebuildProjection, "there goes on with them")),
        ),
        // It is done before anybody can look.
        Slot::Rest | Slot::Keep | Slot::Order => ("", None),
        Slot::Watch => (
            "what others write is then counted and not shown",
            Some((Action::PauseChanges, "shows it again")),
        ),
    };
    let places = [Context::Everywhere, Context::Timeline, Context::State];
    let hint = again.and_then(|(action, word)| model.keymap.hint(&places, action, word));
    hint.map_or_else(|| told.to_owned(), |hint| format!("{told}; {hint}"))
}

/// Stops the chosen job.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let Overlay::Work(book) = &model.overlay else { return Vec::new() };
    let chosen = book.chosen().cloned();
    let Some((slot, row)) = chosen.and_then(|row| Some((row.slot()?, row))) else {
        tell(model, Tone::Note, "this has ended already");
        return Vec::new();
    };
    let without = without(model, slot);
    let (effects, told) = match (&row, slot) {
        (_, Slot::Open) => {
            say(model, Tone::Note, "the store is still being opened", Some(&without));
            return Vec::new();
        }
        (_, Slot::Watch) if !model.live.shows() => {
            tell(model, Tone::Note, "it is paused already");
            return Vec::new();
        }
        (_, Slot::Watch) => (live::toggle(model), "paused".to_owned()),
        (Row::Job { told, .. }, _) => {
            let told = format!("stopped {told}");
            (halt(model, slot), told)
        }
        _ => return Vec::new(),
    };
    say(model, Tone::Note, &told, Some(&without));
    effects
}

/// Stops a slot, and what the model waits for with it.
fn halt(model: &mut Model, slot: Slot) -> Vec<Effect> {
    match slot {
        Slot::Open | Slot::Watch | Slot::Rest | Slot::Keep | Slot::Order => return Vec::new(),
        Slot::Moment => {
            (model.opening, model.asked, model.moving) = (None, None, None);
            model.live.reading = false;
            model.player.pause();
            if let Some(travel) = &mut model.travel {
                travel.going = None;
            }
        }
        Slot::Walk => {
            if let Some(travel) = &mut model.travel {
                travel.riding = false;
                if travel.walked == Walked::Walking {
                    travel.walked = Walked::Stopped;
                }
            }
        }
        Slot::Page if model.list.sort != Sort::Id => return list::unsort(model),
        Slot::Page => {
            model.list.loading = None;
            model.list.searching = false;
        }
        Slot::Count => model.counting = false,
        Slot::Events => (model.events.loading, model.events.onward) = (None, Onward::Halted),
        Slot::Tally => model.events.sieve.stopped = true,
        Slot::Trace => {
            pins::stop(model);
        }
        Slot::Seek => return seek::clear(model),
        Slot::Names => {
            let counts = list::unname(model);
            return [Effect::Stop(slot)].into_iter().chain(counts).collect();
        }
        Slot::Projections => model.projections.looks.stop(),
        Slot::Metrics => model.metrics.looks.stop(),
        Slot::Rebuild => model.projections.rebuilding = None,
        Slot::Ahead => steward::unforeseen(model),
        Slot::Find | Slot::Snapshots | Slot::Event | Slot::Letters => {}
    }
    vec![Effect::Stop(slot)]
}
