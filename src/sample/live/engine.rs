//! The threads that project, and the one that writes down what was measured: the shop's read models follow what is written, as those of a real shop would.
//!
//! One keeps up, one looks only every few seconds, one is made anew beside what it shows, and one meets an event that it
//! has no room for, and stops.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::metrics::{Recorder, Sampling};
use crate::projection::{Aim, OnError, Options, Policy, Projection, Task, run};
use crate::sample::projection::known;
use crate::store::StoreError;
use crate::store::own::OwnStore;
use crate::task::Halt;

/// Two are enough for all of them: the screen has the rest of the computer.
const THREADS: usize = 2;
/// What is read from a copy that is a few seconds old.
const LATE: (usize, Duration) = (6_000, Duration::from_secs(4));
/// What is made anew, in portions that leave the store to others: a minute for the shop as it was recorded.
const GENTLE: (usize, Duration) = (400, Duration::from_secs(1));

/// Runs them until `halt` is raised, or cannot.
pub(super) fn follow(path: &Path, halt: &Halt, recorder: &Recorder) -> Result<(), StoreError> {
    let mut tasks = Vec::new();
    for one in known() {
        for (policy, aim) in ways(one.projection.name()) {
            tasks.push(begin(&one.projection, policy, aim, path)?.recording(recorder));
        }
    }
    let sampling = Sampling::begin(recorder, Box::new(fleeting(path)?))?;
    run(tasks, Options { threads: THREADS, follow: true }, halt, |_, _| {})?;
    sampling.end()
}

/// How a projection of the shop is run; those that it does not have are not.
fn ways(name: &str) -> Vec<(Policy, Aim)> {
    let paced = |(events, apart): (usize, Duration)| Policy { events, apart, ..Policy::default() };
    match name {
        "order-list" => vec![(Policy::default(), Aim::Shown)],
        "stock-levels" => vec![(paced(LATE), Aim::Shown)],
        // Its fields were changed: what is shown is kept up until the new rows have come as far.
        "search-index" => vec![(Policy::default(), Aim::Shown), (paced(GENTLE), Aim::Anew)],
        // A line that is missing in a report of money is worse than one that comes late.
        "refund-report" => {
            vec![(Policy { on_error: OnError::Stop, ..Policy::default() }, Aim::Shown)]
        }
        _ => Vec::new(),
    }
}

fn begin(
    projection: &Arc<dyn Projection>,
    policy: Policy,
    aim: Aim,
    path: &Path,
) -> Result<Task, StoreError> {
    Task::begin(Arc::clone(projection), policy, aim, Box::new(fleeting(path)?))
}

fn fleeting(path: &Path) -> Result<OwnStore, StoreError> {
    let store = OwnStore::open(path)?;
    store.is_fleeting()?;
    Ok(store)
}
