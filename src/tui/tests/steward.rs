//! What is ordered about projections from the screen: asked first, written then, and never to a store of others.

use std::time::{Duration, Instant};

use super::stage::{LARGE, SIZES, SMALL, Stage, USUAL, counter};
use crate::sample::Live;
use crate::session::{OpenOptions, ProjectionThen, Session};
use crate::store::Stop;
use crate::tui::layout::Screen;
use crate::tui::model::overlay::Overlay;

/// A shop that goes on, its engine, and the screen that looks at it. The store goes last.
pub(super) struct Shop {
    pub(super) stage: Stage,
    pub(super) live: Live,
    _within: tempfile::TempDir,
}

impl Shop {
    pub(super) fn begin(size: (u16, u16)) -> Self {
        let within = tempfile::tempdir().unwrap();
        let live = Live::place(within.path(), 20.0).unwrap();
        live.beginning(Stop::default())().unwrap();
        let path = live.path();
        let stage =
            Stage::open("shop.db", size, move || Session::open(&path, &OpenOptions::default()));
        let mut shop = Self { stage, live, _within: within };
        shop.stage.keys("3");
        shop
    }

    /// Lets time go on until it is so.
    pub(super) fn until(&mut self, what: &str, is_so: impl Fn(&Stage) -> bool) {
        let begun = Instant::now();
        while !is_so(&self.stage) {
            self.stage.tick();
            self.stage.settle();
            let text = if begun.elapsed() > Duration::from_secs(120) {
                self.stage.text_now()
            } else {
                continue;
            };
            panic!("{what} never came:\n{text}");
        }
    }

    pub(super) fn choose(&mut self, name: &str) {
        self.stage.keys("<");
        while self.stage.app.model.projections.chosen().unwrap().status.name != name {
            self.stage.keys("down");
        }
    }
}

pub(super) fn of<'a>(stage: &'a Stage, name: &str) -> &'a ProjectionThen {
    let rows = stage.app.model.projections.rows();
    rows.iter().find(|one| one.status.name == name).unwrap()
}

#[test]
fn what_a_poisoned_event_stopped_is_seen_explained_skipped_caught_up_and_gone_back_to() {
    for size in [LARGE, USUAL, SMALL] {
        let mut shop = Shop::begin(size);
        shop.until("the stop", |stage| of(stage, "refund-report").is_stopped());
        shop.choose("refund-report");
        shop.stage.shows("STOPPED");
        let report = of(&shop.stage, "refund-report");
        assert!(report.status.lag_events > Some(2_000), "{report:?}");
        assert!(report.status.findings[0].message.contains("there is no room for the refund"));
        if size == LARGE {
            shop.stage.shows("stopped by event 25940").shows("events behind it");
            // What would come of it stands there before anybody asks.
            shop.until("what is behind it", |stage| {
                let known = stage.app.model.projections.foreseen.as_ref();
                known
                    .and_then(|known| known.outlook.sentence())
                    .is_some_and(|told| told.contains("can be applied"))
            });
            shop.stage.shows("If it were skipped: ");
        }
        // Nothing is written before somebody agrees to it.
        shop.stage.keys("s").shows("Write to the store?").shows("event 25,940 of ");
        let asking = |stage: &Stage| match &stage.app.model.overlay {
            Overlay::Order(asking) => asking.ahead.sentence().unwrap_or_default(),
            _ => String::new(),
        };
        shop.until("what would come of it", |stage| asking(stage).contains("can be applied"));
        shop.stage.shows("If it were skipped");
        shop.stage.keys("x enter esc").hides("Write to the store?");
        assert!(of(&shop.stage, "refund-report").is_stopped());
        shop.stage.keys("s y");
        shop.until("the end", |stage| {
            let status = &of(stage, "refund-report").status;
            status.errors == Some(1) && status.lag_events == Some(0)
        });
        shop.stage.hides("STOPPED");
        // What was stepped over is looked at, and tried once more: it has no room still.
        shop.stage.keys("e").shows("Dead letters of refund").shows("25,940").shows("3 tries");
        shop.stage.keys("r").shows("Writes to").keys("y");
        shop.until("the answer", |stage| {
            let said = stage.app.model.message.as_ref();
            said.is_some_and(|said| said.text.contains("failed again"))
        });
        shop.stage.keys("e").shows("4 tries").keys("enter").shows("order-4711");
        assert_eq!(shop.stage.app.model.screen, Screen::Timeline);
        shop.stage.keys("esc");
        assert_eq!(shop.stage.app.model.screen, Screen::Projections);
        // Time is scrubbed to when it stood: the lag of that moment is shown.
        shop.stage.keys("+ + + + + + + +");
        let lagged = (0..200).any(|_| {
            shop.stage.keys("left");
            of(&shop.stage, "refund-report").status.lag_events > Some(2_000)
        });
        assert!(lagged, "{}", shop.stage.text_now());
        shop.stage.keys("s").hides("Write to the store?");
        shop.stage.keys("end");
        assert_eq!(of(&shop.stage, "refund-report").status.errors, Some(1));
    }
}

#[test]
fn a_projection_is_paused_and_goes_on_and_its_rows_are_made_anew_from_here() {
    let mut shop = Shop::begin(LARGE);
    shop.until("keeping up", |stage| of(stage, "order-list").status.lag_events == Some(0));
    shop.choose("order-list");
    shop.stage.keys("P").shows("order-list is paused").keys("y");
    shop.until("the pause", |stage| {
        let status = &of(stage, "order-list").status;
        status.status.as_deref() == Some("paused") && status.lag_events > Some(0)
    });
    shop.stage.shows("paused");
    shop.stage.keys("P").shows("order-list goes on").keys("y");
    shop.until("going on", |stage| of(stage, "order-list").status.lag_events == Some(0));
    // One that the engine makes anew is seen; one that is made anew from here, too, and becomes what is shown.
    shop.until("a rebuild", |stage| {
        of(stage, "search-index").status.rebuild.as_ref().is_some_and(|of| of.per_second.is_some())
    });
    shop.stage.shows("rebuild ").shows("↻ ");
    shop.stage.keys("R").shows("new rows of order-list, from the first event on").keys("y");
    shop.until("the swap", |stage| {
        let said = stage.app.model.message.as_ref();
        said.is_some_and(|said| said.text.contains("order-list shows the rows that were made anew"))
    });
    assert_eq!(of(&shop.stage, "order-list").status.rebuild, None);
    shop.stage.keys("s").shows("no event stopped order-list");
}

#[test]
fn nothing_is_offered_on_a_store_that_is_not_foldbacks_own() {
    for (_, size) in SIZES {
        let open = || Session::open("demo:shop", &OpenOptions::default());
        let mut stage = Stage::open("demo:shop", size, open);
        stage.keys("3 down").hides("P pause").hides("s skip");
        for key in ["s", "P", "R"] {
            stage.keys(key).hides("Write to the store?").stood();
        }
        stage.keys("P");
        let said = stage.app.model.message.as_ref().unwrap();
        assert!(said.text.contains("a recording that nobody runs"), "{said:?}");
        stage.keys("e").shows("it stepped over nothing").keys("esc");
        let mut stage = Stage::on(counter("order-1", 5), size);
        stage.keys("3 P s R e").shows("there is no projection").hides("Write to the store?");
    }
}

#[test]
fn what_is_looked_at_for_a_question_is_given_up_with_it() {
    use crate::tui::effect::{Effect, Slot};
    use crate::tui::input::Input;
    use crate::tui::model::letters::Outlook;
    use crate::tui::update::{Msg, update};
    let mut shop = Shop::begin(USUAL);
    shop.until("the stop", |stage| of(stage, "refund-report").is_stopped());
    shop.choose("refund-report");
    for (key, looks, stops) in [("esc", true, true), ("esc", false, false), ("y", true, true)] {
        let key = Input::Key(key.parse().unwrap());
        shop.stage.keys("s").shows("Write to the store?");
        let model = &mut shop.stage.app.model;
        let Overlay::Order(asking) = &mut model.overlay else { panic!("nothing is asked") };
        asking.ahead = if looks { Outlook::Looking } else { Outlook::Told("nothing".to_owned()) };
        let effects = update(model, Msg::Input(key));
        let is_stop = |one: &Effect| matches!(one, Effect::Stop(Slot::Ahead));
        assert_eq!(effects.iter().any(is_stop), stops, "{effects:?}");
        assert!(matches!(model.overlay, Overlay::None));
    }
}
