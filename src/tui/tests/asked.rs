//! How it looks: what is asked before something is written about a projection, and what a projection stepped over.

use std::sync::Arc;

use super::stage::{LARGE, SIZES, Stage};
use crate::model::{AggregateKey, Payload, Position, Timestamp, Version};
use crate::session::{OpenOptions, RebuildStatus, Session};
use crate::store::own::{
    DeadLetter, Expected, MadeBy, NewEvent, OwnStore, ProjectionState, Step, StoreWriter,
};
use crate::tui::model::Store;

/// More letters than any line has columns.
const LONG: &str = "a-projection-whose-name-has-more-letters-than-any-line-of-any-screen-has-columns-so-that-it-is-cut-in-the-middle";
/// An error of several sentences, as a database would tell it, with what no terminal should be told.
const REASON: &str = "the row refund-4711 of table refund_lines already has the request 01J9ZK3: there is no room for the \
                      refund r-2 of 59.97 EUR\n\u{1b}[31mDETAIL:\u{1b}[0m Key (request)=(01J9ZK3) already exists. 払い戻し済み\n\
                      CONTEXT: while the refund was written for the second time, by a worker that had been started anew";

fn at(second: i64) -> Timestamp {
    crate::model::time::parse_recorded("2026-03-02T14:34:12Z").unwrap()
        + chrono::TimeDelta::seconds(second)
}

/// A store of foldback's own with 40 events, in which `name` stands before the 30th, and gave up some before.
pub(super) struct Shop {
    pub(super) stage: Stage,
    pub(super) within: tempfile::TempDir,
}

impl Shop {
    fn with(name: &str, error: &str, letters: &[DeadLetter], size: (u16, u16)) -> Self {
        let within = tempfile::tempdir().unwrap();
        let path = within.path().join("shop.db");
        let mut store = OwnStore::create(&path).unwrap();
        for version in 1..=40 {
            let data = Payload::json(&b"{\"count\":1}"[..], Arc::default(), Version(version));
            let time = Some(at(version as i64 * 10 - 400));
            let event = NewEvent { time, ..NewEvent::new("RefundIssued", data) };
            store
                .append(&AggregateKey::new("Order", "order-4711"), &[event], Expected::Any)
                .unwrap();
        }
        for (name, state, error, letters) in [
            (name, ProjectionState::Failed, Some(error), letters),
            ("well", ProjectionState::Running, None, &[][..]),
        ] {
            stand(&mut store, name, letters);
            store.set_state(name, state, error, &at(-90)).unwrap();
        }
        drop(store);
        let open = path.clone();
        let mut stage =
            Stage::open("shop.db", size, move || Session::open(&open, &OpenOptions::default()));
        // Wherever it stands on the machine of the test.
        let Store::Open(facts) = &mut stage.app.model.store else { panic!("it is open") };
        "shop.db".clone_into(&mut facts.source);
        Self { stage, within }
    }

    pub(super) fn usual(letters: &[DeadLetter], size: (u16, u16)) -> Self {
        Self::with("refund-report", &format!("event 30 after 3 attempts: {REASON}"), letters, size)
    }

    /// Looks again until the rebuild of the second projection is so.
    fn until_well(&mut self, is_so: impl Fn(&RebuildStatus) -> bool) {
        for _ in 0..200 {
            let then = self.stage.app.model.projections.then.as_ref();
            let well =
                then.and_then(|then| then.projections.iter().find(|one| one.status.name == "well"));
            if well.and_then(|one| one.status.rebuild.as_ref()).is_some_and(&is_so) {
                return;
            }
            self.stage.keys("1 3");
        }
        panic!("{}", self.stage.text_now());
    }

    /// On the screen of the projections.
    fn looked_at(mut self) -> Self {
        self.stage.keys("3");
        // Wherever it stands on the machine of the test.
        let path = self.within.path().join("shop.db").display().to_string();
        let then = self.stage.app.model.projections.then.as_mut().unwrap();
        for finding in then.projections.iter_mut().flat_map(|one| &mut one.status.findings) {
            finding.hint = finding.hint.as_ref().map(|hint| hint.replace(&path, "shop.db"));
        }
        self
    }
}

/// It has handled 29 events.
fn stand(store: &mut OwnStore, name: &str, letters: &[DeadLetter]) {
    let record = store.register(name, &MadeBy::default(), &at(-300)).unwrap();
    let step = Step {
        name,
        generation: record.generation,
        from: Position(0),
        to: Position(29),
        changes: &[],
        dead_letters: letters,
        settled: &[],
        time: at(-100),
    };
    store.step(&step).unwrap();
}

fn letters(count: i64) -> Vec<DeadLetter> {
    let letter = |place: i64| DeadLetter {
        position: Position(place * 2 + 3),
        error: if place == 1 {
            REASON.to_owned()
        } else {
            format!("the refund has no line {place}")
        },
        attempts: if place == 0 { 1 } else { 3 },
        failed: at(place * 10 - 250),
    };
    (0..count).map(letter).collect()
}

#[test]
fn nothing_is_written_before_it_was_said_what() {
    for (name, size) in SIZES {
        let mut shop = Shop::usual(&[], size).looked_at();
        for (key, what) in [("s", "skip"), ("P", "resume"), ("R", "rebuild")] {
            shop.stage.keys(key).shows("Write to the store?");
            insta::assert_snapshot!(format!("{what}_{name}"), shop.stage.picture());
            shop.stage.keys("esc").hides("Write to the store?");
        }
        shop.stage.keys("down P").shows("well is paused");
        insta::assert_snapshot!(format!("pause_{name}"), shop.stage.picture());
    }
}

#[test]
fn the_newest_moment_is_told_with_its_age_and_a_time_after_the_clock_as_none() {
    // There is no room for it on the smallest.
    for (name, size) in [SIZES[0], SIZES[1]] {
        let mut shop = Shop::usual(&[], size);
        let two = [("3", "projections"), ("4", "metrics")];
        shop.stage.app.model.clock = || at(3_660);
        for (key, _) in two {
            shop.stage.keys(key);
            shop.stage.shows("newest 2026-03-02T14:34:12Z, 1 h 01 m ago");
        }
        let mut store = OwnStore::open(&shop.within.path().join("shop.db")).unwrap();
        let data = Payload::json(&b"{}"[..], Arc::default(), Version(1));
        let time = Some(Timestamp::from_timestamp(4_930_000_000, 0).unwrap());
        let odd = NewEvent { time, ..NewEvent::new("RefundIssued", data) };
        store.append(&AggregateKey::new("Order", "order-4712"), &[odd], Expected::Any).unwrap();
        for (key, screen) in two {
            let mut told = || {
                shop.stage.keys("1").keys(key);
                let model = &shop.stage.app.model;
                let projections = model.projections.then.as_ref().and_then(|then| then.ahead);
                let metrics = model.metrics.then.as_ref().and_then(|then| then.ahead);
                time == if screen == "metrics" { metrics } else { projections }
            };
            assert!((0..200).any(|_| told()), "{}", shop.stage.text_now());
            shop.stage.shows(match name {
                "large" => " ago · after the clock, and no time: 2126-03-24T04:26:40Z · ",
                _ => ", 1 h 01 m ago ▲ 2126-03 ",
            });
        }
    }
}

#[test]
fn a_rebuild_that_nobody_goes_on_with_says_since_when() {
    for (name, size) in SIZES {
        let mut shop = Shop::usual(&[], size);
        let mut store = OwnStore::open(&shop.within.path().join("shop.db")).unwrap();
        let begun = at(-90);
        let rebuild = store.begin_rebuild("well", &MadeBy::default(), &begun).unwrap();
        let step = |from, to, time| Step {
            name: "well",
            generation: rebuild.generation,
            from: Position(from),
            to: Position(to),
            changes: &[],
            dead_letters: &[],
            settled: &[],
            time,
        };
        store.step(&step(0, 10, at(-80))).unwrap();
        shop.stage.keys("3 down");
        shop.until_well(|rebuild| rebuild.seconds_still.is_some());
        let told = shop.stage.text_now();
        assert!(told.contains("rebuild 25 %"), "{name}: {told}");
        assert!(!told.contains('↻'), "{name}: {told}");
        if size != SIZES[2].1 {
            shop.stage.shows("rebuild     10 of 40 events").shows("not moved for ");
        }
        // Somebody does.
        store.step(&step(10, 11, chrono::Utc::now())).unwrap();
        shop.until_well(|rebuild| rebuild.seconds_still.is_none());
        shop.stage.hides("not moved for ");
    }
}

#[test]
fn the_keys_are_seen_however_long_a_name_is() {
    for (name, size) in SIZES {
        let mut shop = Shop::with(LONG, &format!("event 30 after 3 attempts: {REASON}"), &[], size)
            .looked_at();
        for (key, what) in [("s", "skip"), ("P", "resume"), ("R", "rebuild")] {
            shop.stage.keys(key).shows("writes it").shows("Esc");
            insta::assert_snapshot!(format!("{what}_long_{name}"), shop.stage.picture());
            shop.stage.keys("esc");
        }
    }
}

#[test]
fn what_was_stepped_over_is_told_with_its_reason() {
    for (name, size) in SIZES {
        let mut shop = Shop::usual(&letters(3), size).looked_at();
        insta::assert_snapshot!(format!("letters_stopped_{name}"), shop.stage.keys("e").picture());
        shop.stage.keys("down down").shows("given up 2026-03-02T14:30:12Z");
        insta::assert_snapshot!(format!("letters_{name}"), shop.stage.picture());
        shop.stage.keys("r").shows("changes them");
        insta::assert_snapshot!(format!("retry_{name}"), shop.stage.picture());
        // Nothing was stepped over: it says so.
        let mut shop = Shop::usual(&letters(3), size).looked_at();
        shop.stage.keys("down e").shows("it stepped over nothing");
        insta::assert_snapshot!(format!("letters_none_{name}"), shop.stage.picture());
        let mut shop =
            Shop::with(LONG, "event 30 after 1 attempt: no", &letters(60), size).looked_at();
        shop.stage.keys("e end").shows("the refund has no line 59");
        insta::assert_snapshot!(format!("letters_many_{name}"), shop.stage.picture());
    }
}

#[test]
fn a_line_that_is_retried_is_a_dead_letter() {
    let mut shop = Shop::usual(&letters(1), LARGE).looked_at();
    shop.stage.keys("e r").shows("this is no dead letter yet").hides("Write to the store?");
}
