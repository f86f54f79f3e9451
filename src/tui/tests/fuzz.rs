//! Anything at all, typed, clicked and pasted at random, at any size, and the right version under the playhead.
//!
//! A person presses whatever keys they like, faster than answers come or slower, and sees: the version that those keys
//! mean, the state that the events up to it lead to, the same version wherever one is named; a way out of everything
//! that stands over the panels; and the end, once they ask for it.
//!
//! What the keys mean is predicted by a model ([`hope`]), the states by another ([`truth`]), and neither shares code
//! with the program. A failure names its seed and the shortest history that leads to it, which [`again`] does again.
//! A history is the same for the same seed, however busy the machine is: what works in the background does so, and is
//! heard, when the seed says so ([`reins`]).
//!
//! The usual test run does as much as it has time for. `FOLDBACK_FUZZ` says how many inputs there are in all, over all
//! stores, and `FOLDBACK_FUZZ_SEED` with which seed they begin. Many of them want a build that is quick:
//!
//! ```sh
//! FOLDBACK_FUZZ=200000 CARGO_PROFILE_TEST_OPT_LEVEL=2 CARGO_TARGET_DIR=target/fuzz \
//!   cargo test --lib tui::tests::fuzz::anything
//! ```

mod check;
mod deed;
mod hope;
mod kept;
mod meant;
mod own;
mod reins;
mod shrink;
mod stores;
mod truth;
mod ways;

use crate::tui::Action;
use crate::tui::input::Input;
use crate::tui::keymap::Keymap;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Exit, Model};
use crate::tui::update::Msg;

use super::stage::Stage;
use deed::{Act, Deed, Dice};
use hope::Oracle;
use reins::Reins;
use stores::Shelf;
use ways::{Spot, Ways};

/// Inputs in the usual test run.
const USUAL: usize = 6_000;
/// Inputs of one history: after so many another one begins with a screen of its own.
const LENGTH: usize = 500;
/// Every so many answers the picture is looked at.
const LOOK: u64 = 4;

/// A person at the screen, what they know, and what works for them.
struct Table<'a> {
    shelf: &'a Shelf,
    stage: Stage,
    reins: Reins,
    oracle: Oracle<'a>,
    seen: check::Seen,
    copy: Option<own::Copy>,
}

/// Does all of it, and says what went wrong first. `dice` say what is answered when somebody does not wait for it.
fn play(shelf: &Shelf, deeds: &[Deed], dice: u64) -> Result<(), String> {
    let (stage, copy) = shelf.stage((80, 24));
    let (reins, oracle) = (Reins::take(&stage), Oracle::new(&shelf.truth));
    let mut table = Table { shelf, stage, reins, oracle, seen: None, copy };
    let mut dice = Dice::new(dice);
    table.settled(true)?;
    let mut answered = true;
    for deed in deeds {
        table.oracle.expect(&table.stage.app.model, &deed.act, answered);
        perform(&mut table.stage, &deed.act);
        answered = deed.waits;
        if answered {
            let look = dice.below(LOOK) == 0 || matches!(deed.act, Act::Input(Input::Resize(..)));
            table.settled(look)?;
        } else {
            table.reins.meanwhile(&mut table.stage, &mut dice);
        }
    }
    table.settled(true)?;
    table.leave()
}

fn perform(stage: &mut Stage, act: &Act) {
    match act {
        Act::Ring => drop(stage.ring()),
        Act::Tick => stage.tick(),
        Act::Input(input) => {
            if let Input::Resize(columns, rows) = input {
                stage.terminal.backend_mut().resize(*columns, *rows);
            }
            stage.app.take(Msg::Input(input.clone()));
        }
    }
}

fn here(model: &Model) -> Option<Spot> {
    model.travel.as_ref().map(|travel| (travel.key.clone(), travel.moment.version.0))
}

impl Table<'_> {
    /// Everything is answered, and what is shown is what is true.
    fn settled(&mut self, look: bool) -> Result<(), String> {
        let Self { shelf, stage, reins, oracle, seen, .. } = self;
        reins.settle(stage)?;
        match stage.app.model.exit.take() {
            None => {}
            Some(Exit::Quit) if oracle.quits => {}
            Some(exit) => return Err(format!("it ended: {exit:?}")),
        }
        let left = std::mem::take(&mut oracle.quits);
        let chosen = stage.app.model.list.chosen().map(|row| row.key.clone());
        oracle.settle(here(&stage.app.model), chosen.as_ref())?;
        if oracle.ways.is_none() || left {
            // What nobody knows of is forgotten, so that what comes is known again.
            stage.app.model.visits = crate::tui::model::visits::Visits::default();
            oracle.ways = Some(Ways::default());
        }
        check::state(&stage.app.model, &shelf.truth, seen)?;
        let rings = stage.app.rings_in().is_some();
        check::rest(&stage.app.model, rings)?;
        if look {
            stage.draw();
            reins.settle(stage)?;
            let buffer = stage.draw().clone();
            check::picture(&stage.app.model, &buffer)?;
        }
        Ok(())
    }

    /// Out of everything that stands over the panels, and out of the program.
    fn leave(&mut self) -> Result<(), String> {
        let model = |stage: &Stage| {
            format!("{:?} {:?}", stage.app.model.contexts(), stage.app.model.overlay)
        };
        let Self { stage, reins, .. } = self;
        for _ in 0..6 {
            stage.press("esc");
            reins.settle(stage)?;
        }
        if !matches!(stage.app.model.overlay, Overlay::None) {
            return Err(format!("Esc does not lead out of {}", model(stage)));
        }
        stage.press("q");
        match stage.app.model.exit {
            Some(Exit::Quit) => {}
            _ => return Err(format!("`q` does not end it in {}", model(stage))),
        }
        self.shelf.is_untouched()?;
        self.copy.as_ref().map_or(Ok(()), own::Copy::is_whole)
    }
}

/// Every key of the keymap, and none that panics on purpose.
fn keys() -> Vec<String> {
    let keymap = Keymap::standard().unwrap();
    let contexts = crate::tui::keymap::Context::ALL.iter();
    let bindings = contexts.flat_map(|(context, ..)| keymap.of(*context));
    let told = |on: &Vec<crate::tui::input::Key>| {
        on.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let stays = bindings.filter(|binding| binding.run != Action::Quit);
    stays.flat_map(|binding| binding.on.iter().map(told)).collect()
}

/// A number that somebody set.
fn set(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} ought to be a number, and is `{text}`")))
}

/// So many hundredths of all the inputs, on one store.
fn fuzz(shelf: &'static Shelf, seed: u64, share: usize) {
    let all = set("FOLDBACK_FUZZ").map_or(USUAL, |all| all as usize);
    let seed = seed + 1_000_000 * set("FOLDBACK_FUZZ_SEED").unwrap_or(0);
    let count = (all * share).div_ceil(100);
    let keys = keys();
    for begun in (0..count).step_by(LENGTH) {
        let seed = seed + 1000 * (begun / LENGTH) as u64;
        let deeds = deed::history(seed, LENGTH.min(count - begun), &keys);
        let dice = deeds.len() as u64;
        if let Err(told) = shrink::watched(shelf, &deeds, dice) {
            let (deeds, dice, told) = shrink::shortest(shelf, deeds, dice, told);
            let done = deed::written(&deeds);
            panic!("seed {seed} on {}: {told}\ndone, with dice {dice}: {done}", shelf.name);
        }
    }
}

/// Does a history again, as a failure told it.
#[track_caller]
fn again(shelf: &'static Shelf, history: &str) {
    let dice = deed::read(history).len() as u64;
    again_by(shelf, history, dice);
}

/// The same, where it depends on what is answered when.
#[track_caller]
fn again_by(shelf: &'static Shelf, history: &str, dice: u64) {
    if let Err(told) = shrink::watched(shelf, &deed::read(history), dice) {
        panic!("{told}\ndone, with dice {dice}: {history}");
    }
}

/// Slow to count again and again: most happens on smaller ones.
#[test]
fn anything_on_the_demo() {
    fuzz(stores::shop(), 1, 5);
}

#[test]
fn anything_on_a_small_demo() {
    fuzz(stores::bank(), 2, 20);
}

#[test]
fn anything_on_a_store_of_another_library() {
    fuzz(stores::library(), 3, 30);
}

#[test]
fn anything_on_a_store_where_everything_is_odd() {
    fuzz(stores::odd(), 4, 25);
}

#[test]
fn anything_on_a_hostile_store() {
    fuzz(stores::hostile(), 5, 20);
}

#[test]
fn anything_on_a_store_that_is_written_to() {
    fuzz(stores::own(), 7, 20);
}

#[test]
fn anything_behind_a_chain_of_upcasters() {
    fuzz(stores::old(), 6, 15);
}
