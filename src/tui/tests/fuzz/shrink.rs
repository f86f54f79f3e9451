//! Does a history where it can hang or panic without harm, and finds the shortest that still goes wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::deed::Deed;
use super::stores::Shelf;

/// How long a history may take before it counts as one that never ends.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a shorter one is looked for.
const SEARCH: Duration = Duration::from_secs(60);

/// How many others are thrown.
const THROWS: u64 = 6;

/// Does it all; a panic and a hang are told as anything else that goes wrong.
pub(super) fn watched(shelf: &'static Shelf, deeds: &[Deed], dice: u64) -> Result<(), String> {
    let (send, receive) = sync_channel(1);
    let deeds = deeds.to_vec();
    std::thread::spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(|| super::play(shelf, &deeds, dice)));
        let _ = send.send(done.unwrap_or_else(|panic| {
            let told = panic.downcast_ref::<String>().cloned();
            let told = told.or_else(|| panic.downcast_ref::<&str>().map(|told| (*told).to_owned()));
            Err(format!("it panicked: {}", told.unwrap_or_default()))
        }));
    });
    receive.recv_timeout(PATIENCE).unwrap_or_else(|error| match error {
        RecvTimeoutError::Timeout => Err(format!("it hangs: not done after {PATIENCE:?}")),
        RecvTimeoutError::Disconnected => Err("it ended without a word".to_owned()),
    })
}

/// Leaves parts out, first halves and at last single deeds, for as long as it still goes wrong.
pub(super) fn shortest(
    shelf: &'static Shelf,
    mut deeds: Vec<Deed>,
    mut dice: u64,
    mut told: String,
) -> (Vec<Deed>, u64, String) {
    // Where parts are left out, the same dice fall for other deeds: some others are thrown too.
    let wrong = |deeds: &[Deed], dice: u64| {
        let throws = [dice].into_iter().chain(1..=THROWS);
        throws.into_iter().find_map(|dice| Some((dice, watched(shelf, deeds, dice).err()?)))
    };
    let begun = Instant::now();
    let mut part = deeds.len().div_ceil(2);
    while begun.elapsed() < SEARCH && !told.starts_with("it hangs") {
        let (mut at, mut shorter) = (0, false);
        while at < deeds.len() && begun.elapsed() < SEARCH {
            let mut fewer = deeds.clone();
            fewer.drain(at..(at + part).min(deeds.len()));
            match wrong(&fewer, dice) {
                None => at += part,
                Some((thrown, now)) => (deeds, dice, told, shorter) = (fewer, thrown, now, true),
            }
        }
        if part == 1 && !shorter {
            break;
        }
        part = part.div_ceil(2).max(1);
    }
    // What waits for its answer is the simpler history.
    for at in 0..deeds.len() {
        let mut calmer = deeds.clone();
        calmer[at].waits = true;
        if begun.elapsed() < SEARCH
            && calmer != deeds
            && let Some((thrown, now)) = wrong(&calmer, dice)
        {
            (deeds, dice, told) = (calmer, thrown, now);
        }
    }
    (deeds, dice, told)
}
