//! What others write while the screen is open: what a person sees come, and what waits.
//!
//! - looks at an order at its newest event; somebody appends → sees its number grow in the list, the rail and the header,
//!   and the playhead go on to the new event;
//! - looks at an earlier event → the same, but the playhead and the windows stay where they are;
//! - presses `ctrl-s` → sees `‖ paused`; somebody appends → sees `‖ paused · 2 new` and nothing else move;
//! - presses `ctrl-s` → sees all of it come, and `● live`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::stage::{LARGE, Stage};
use crate::session::{OpenOptions, Session};
use crate::tui::effect::Source;
use crate::tui::model::live::Following;

/// A recording that grows, and the screen on it.
struct Growing {
    stage: Stage,
    path: PathBuf,
    _directory: tempfile::TempDir,
}

fn line(order: &str, version: u64) -> String {
    format!(
        r#"{{"aggregate":"{order}","category":"Order","version":{version},"type":"Counted","time":"2026-01-01T00:00:{version:02}Z","data":{{"count":{version}}}}}"#
    )
}

fn write(path: &Path, order: &str, versions: std::ops::RangeInclusive<u64>) {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    for version in versions {
        writeln!(file, "{}", line(order, version)).unwrap();
    }
}

impl Growing {
    fn open(size: (u16, u16)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("orders.jsonl");
        write(&path, "order-1", 1..=3);
        write(&path, "order-2", 1..=4);
        let from = path.clone();
        let source = Source::new("orders.jsonl", move || {
            let store = crate::store::recording::open(&from)?;
            Ok(Session::with_store(store, &OpenOptions::default()))
        });
        Self { stage: Stage::begin(source, size), path, _directory: directory }
    }

    fn grows(&mut self, order: &str, versions: std::ops::RangeInclusive<u64>) -> &mut Self {
        write(&self.path, order, versions);
        self
    }

    /// Lets the time pass until a look at the store is taken, and until what it found is counted.
    fn looks(&mut self) -> &mut Stage {
        self.ticks_until(|stage| stage.app.busy());
        self.stage.settle();
        self.ticks_until(|stage| {
            stage.settle();
            let live = &stage.app.model.live;
            !live.shows() || !live.uncounted
        });
        &mut self.stage
    }

    /// On a machine that is busy, looks and counts are slow, and so are not taken at each tick.
    fn ticks_until(&mut self, is_so: impl Fn(&mut Stage) -> bool) {
        let so = (0..1000).any(|_| {
            self.stage.tick();
            is_so(&mut self.stage)
        });
        assert!(so, "no look was taken");
    }
}

#[test]
fn what_comes_while_another_screen_is_shown_is_counted_at_the_name_of_its_own() {
    for (size, name) in [(LARGE, "2 Events"), ((40, 12), " 2")] {
        let mut growing = Growing::open(size);
        growing.stage.hides(&format!("{name} +"));
        growing.grows("order-1", 4..=5).looks().shows(&format!("{name} +2"));
        growing.grows("order-3", 1..=1).looks().shows(&format!("{name} +3"));
        // Whoever looks at them has seen them.
        growing.stage.keys("2").hides("+3");
        growing.grows("order-3", 2..=2).looks().hides(" +");
        growing.stage.keys("1").hides(&format!("{name} +"));
        // Also what waited.
        growing.stage.keys("ctrl-s").shows("paused");
        growing.grows("order-3", 3..=6).looks().hides(&format!("{name} +"));
        growing.stage.keys("ctrl-s").shows(&format!("{name} +4"));
    }
}

#[test]
fn a_playhead_at_the_end_follows_what_comes() {
    let mut growing = Growing::open(LARGE);
    growing.stage.shows("● live").shows("2 aggregates · 7 events").shows("v3 of 3");
    growing.grows("order-1", 4..=5).looks();
    growing.stage.shows("v5 of 5").shows("State at v5").shows("2 aggregates · 9 events");
    growing.stage.shows("order-1                   5 │");
    growing.grows("order-3", 1..=2).looks();
    growing
        .stage
        .shows("order-3                   2 │")
        .shows("3 aggregates · 11 events")
        .shows("v5 of 5");
}

#[test]
fn a_playhead_elsewhere_stays_and_so_does_what_is_read() {
    let mut growing = Growing::open(LARGE);
    growing.stage.keys("left").shows("v2 of 3");
    growing.grows("order-1", 4..=9).looks();
    growing.stage.shows("v2 of 9").shows("State at v2").shows("13 events");
    growing.stage.keys("end").shows("v9 of 9");
}

#[test]
fn what_comes_while_paused_is_counted_and_comes_at_once_afterwards() {
    for (name, size) in [("large", LARGE), ("usual", (80, 24)), ("small", (40, 12))] {
        let mut growing = Growing::open(size);
        growing.stage.keys("ctrl-s").shows("‖ paused").hides("live");
        growing.grows("order-1", 4..=5).grows("order-9", 1..=10).looks();
        let small = size.0 < 60;
        growing.stage.shows(if small { "‖ 12 waiting" } else { "‖ paused · 12 new" });
        let picture = growing.stage.picture();
        insta::assert_snapshot!(format!("paused_{name}"), picture);
        growing.grows("order-1", 6..=6).looks();
        growing.stage.shows(if small { "‖ 13 waiting" } else { "‖ paused · 13 new" });
        growing.stage.hides("order-9");
        growing.stage.keys("ctrl-s").shows("● live").shows("13 events came while it was paused");
        growing.stage.keys("enter").shows("6 of 6");
        assert_eq!(growing.stage.app.model.live.waiting, 0);
    }
}

#[test]
fn the_events_screen_shows_what_comes_too() {
    let mut growing = Growing::open(LARGE);
    growing.stage.keys("2").hides("order-3");
    growing.grows("order-3", 1..=2).looks();
    growing.stage.shows("order-3");
    growing.stage.keys("up up ctrl-s");
    growing.grows("order-4", 1..=1).looks();
    growing.stage.shows("‖ paused · 1 new").hides("order-4").keys("ctrl-s").shows("order-4");
}

#[test]
fn reading_again_by_hand_shows_all_and_stays_paused() {
    let mut growing = Growing::open(LARGE);
    growing.stage.keys("ctrl-s");
    growing.grows("order-1", 4..=5).looks().shows("‖ paused · 2 new");
    growing.stage.keys("r").shows("v5 of 5").shows("9 events").shows("‖ paused  ").hides(" new");
}

#[test]
fn a_look_that_finds_nothing_asks_for_no_picture() {
    let mut growing = Growing::open(LARGE);
    growing.stage.draw();
    for _ in 0..5 {
        growing.looks();
        assert!(!growing.stage.app.model.dirty);
    }
}

#[test]
fn keys_come_first_and_what_was_left_out_is_made_up_for() {
    let mut growing = Growing::open(LARGE);
    growing.grows("order-1", 4..=8);
    // The step is on its way while the look comes back.
    growing.stage.press("left");
    growing.looks();
    growing.stage.shows("v2 of");
    growing.looks().shows("v2 of 8").shows("order-1                   8 │");
    growing.looks();
    assert!(!growing.stage.app.model.live.owes());
}

#[test]
fn a_store_that_is_gone_is_said_once_and_followed_again_when_it_is_back() {
    let mut growing = Growing::open(LARGE);
    let away = growing.path.with_extension("away");
    std::fs::rename(&growing.path, &away).unwrap();
    growing.looks().shows("✗ out of reach").shows("✗ ").stood().keys("tab");
    let said = growing.stage.app.model.message.is_some();
    for _ in 0..5 {
        growing.looks();
    }
    assert!(!said && growing.stage.app.model.message.is_none(), "it was said already");
    growing.stage.shows("v3 of 3");
    std::fs::rename(&away, &growing.path).unwrap();
    growing.grows("order-1", 4..=4);
    for _ in 0..8 {
        growing.looks();
    }
    growing.stage.shows("● live").shows("v4 of 4");
}

#[test]
fn a_store_that_holds_another_history_is_shown_as_it_is_now() {
    let mut growing = Growing::open(LARGE);
    std::fs::write(&growing.path, "").unwrap();
    write(&growing.path, "order-1", 1..=2);
    write(&growing.path, "order-7", 1..=5);
    growing.looks();
    growing.stage.shows("another history").shows("v2 of 2").shows("order-7").hides("order-2");
}

#[test]
fn what_cannot_change_is_not_followed() {
    let mut stage = Stage::on(super::stage::counter("order-1", 3), LARGE);
    stage.hides("live");
    stage.tick();
    assert!(!stage.app.busy());
    stage.keys("ctrl-s").shows("nothing can be written to this store");
    assert_eq!(stage.app.model.live.following, Following::Fixed);
}
