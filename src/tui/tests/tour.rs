//! The tour of the demo.
//!
//! - opens the demo → sees `? t: a tour to the cause in 6 steps`; presses them → sees, below the panels, what to press;
//! - presses it → sees what that has shown and why it matters, and the key that goes on; six times, and is told the end;
//! - gets there by other keys, or by the mouse → it is the same; has other keys → those are named;
//! - wanders off → sees what leads back; leaves → sees what goes on, and it goes on there; skips, and goes back;
//! - on another store → sees that the tour is of the demo.

use super::stage::{SIZES, Stage};
use crate::config::Config;
use crate::model::AggregateKey;
use crate::session::{OpenOptions, Session};
use crate::tui::effect::Source;
use crate::tui::layout::Panel;
use crate::tui::{Colours, Options};

fn demo() -> Source {
    let open = || Session::open("demo:shop", &OpenOptions::default());
    let first = AggregateKey::new("Order", "order-4711");
    Source::new("demo:shop", open).beginning_with(first)
}

fn seen(stage: &Stage) -> bool {
    stage.app.model.tour.as_ref().unwrap().seen
}

#[track_caller]
fn reaches(stage: &mut Stage, step: usize, keys: &[&str]) {
    let place = stage.app.model.tour.as_ref().unwrap().place();
    assert_eq!(place, (step, 6));
    assert!(!seen(stage), "step {step} is reached before a key is pressed:\n{}", stage.text_now());
    for keys in keys {
        match keys.strip_prefix('"') {
            Some(text) => stage.text(text),
            None => stage.keys(keys),
        };
    }
    assert!(seen(stage), "step {step} is not reached:\n{}", stage.text_now());
}

/// Presses down until the cursor of the state is on a place.
fn down_to(stage: &mut Stage, place: &str) {
    for _ in 0..80 {
        if stage.app.model.travel.as_ref().unwrap().tree.place == place {
            return;
        }
        stage.keys("down");
    }
    panic!("{place} is not in the state");
}

/// Takes all six steps by the keys that they name.
fn walk(name: &str, size: (u16, u16)) {
    let mut stage = Stage::begin(demo(), size);
    stage.shows("? t: a tour to the cause in 6 steps").keys("? t").shows("Who put it there?");
    insta::assert_snapshot!(format!("begun_{name}"), stage.picture());
    stage.keys("alt-2");
    assert!(!seen(&stage));
    down_to(&mut stage, ".total");
    insta::assert_snapshot!(format!("first_{name}"), stage.picture());
    assert!(seen(&stage));
    stage.keys(")");
    reaches(&mut stage, 2, &["g", "\"18", "enter"]);
    insta::assert_snapshot!(format!("second_{name}"), stage.picture());
    stage.keys(") alt-2");
    for _ in 0..9 {
        if stage.app.model.travel.as_ref().unwrap().tree.place != ".refunded" {
            stage.keys("c");
        }
    }
    reaches(&mut stage, 3, &["p", "["]);
    insta::assert_snapshot!(format!("third_{name}"), stage.picture());
    stage.keys(")");
    reaches(&mut stage, 4, &["]", "alt-4"]);
    stage.keys("pagedown pagedown pagedown").shows("desk-1042").shows("redelivered");
    insta::assert_snapshot!(format!("fourth_{name}"), stage.picture());
    stage.keys(")");
    reaches(&mut stage, 5, &["2", "/", "\"meta:causation=desk-1042", "enter"]);
    insta::assert_snapshot!(format!("fifth_{name}"), stage.picture());
    stage.keys(")");
    reaches(&mut stage, 6, &["/", "\"meta:causation=pay-1400", "enter", "enter"]);
    insta::assert_snapshot!(format!("sixth_{name}"), stage.picture());
    stage.keys(")").hides("acc-118 got").hides("That is the whole story");
    stage.shows("that was the tour: ? t again");
    stage.keys("? t").shows("Who put it there?");
}

#[test]
fn six_steps_lead_to_the_cause_on_a_large_screen() {
    walk("large", SIZES[0].1);
}

#[test]
fn six_steps_lead_to_the_cause_on_a_usual_screen() {
    walk("usual", SIZES[1].1);
}

#[test]
fn six_steps_lead_to_the_cause_on_a_small_screen() {
    walk("small", SIZES[2].1);
}

#[test]
fn it_notices_where_one_is_and_not_which_key_it_was() {
    let mut stage = Stage::begin(demo(), (160, 45));
    // Run by its name; then the mouse on the line of the total.
    stage.keys(":").text("start-tour").keys("enter").shows("Tour 1 of 6");
    let (x, y) = stage.find("total  -40.00");
    stage.input(crate::tui::input::Input::Click(x, y));
    assert_eq!(stage.app.model.focus, Panel::State);
    assert!(seen(&stage), "{}", stage.text_now());
    // Once it is reached, it stays so.
    stage.keys("up up").shows("✓").keys(")").shows("Tour 2 of 6");
    reaches(&mut stage, 2, &["left left left"]);
    stage.keys(")").shows("Tour 3 of 6");
}

#[test]
fn a_person_with_other_keys_reads_those() {
    let yaml = "keys:\n  timeline:\n    - {on: f9, run: go-to}\n    - {on: [], run: focus-state}\n  tour:\n    - {on: n, run: tour-next}\n    - {on: f3, run: leave-tour}\n  help:\n    - {on: w, run: start-tour}\n";
    let config = Config::read("config.yaml", yaml);
    assert_eq!(config.mistakes, []);
    let options = Options { colours: Colours::All, config, ..Options::default() };
    let mut stage = Stage::with(demo(), &options, (80, 24));
    stage.shows("? w: a tour").keys("? w").shows("Press : focus-state to go").shows("n skip");
    stage.keys(":").text("focus-state").keys("enter").shows(".customer ─");
    down_to(&mut stage, ".total");
    stage.shows("✓").shows("n next").keys("n").shows("Press F9, type 18");
    reaches(&mut stage, 2, &["f9", "\"18", "enter"]);
    // Esc is what it always is, now that it does not leave the tour.
    stage.keys("esc").shows("Tour 2 of 6").keys("f3").shows("left the tour at step 2: ? w goes on");
}

#[test]
fn who_wanders_off_is_told_the_way_back() {
    for (name, size) in SIZES {
        let mut stage = Stage::begin(demo(), size);
        stage.keys("? t alt-1 down").shows("▲ This is another aggregate: / 4711");
        insta::assert_snapshot!(format!("astray_{name}"), stage.picture());
        stage.keys("2").shows("▲ This step is on the Timeline").keys("1");
        stage.keys("/").text("4711").keys("enter").hides("▲ This").shows("Who put it there?");
        if stage.app.model.focus != Panel::State {
            stage.keys("alt-2");
        }
        down_to(&mut stage, ".total");
        assert!(seen(&stage));
        // Who skipped the step that leads to the events has to come there before its keys mean anything.
        stage.keys(") ) ) ) )").shows("▲ This step is on the Events").keys("2").hides("▲ This");
        stage.keys("/").text("meta:causation=pay-1400").keys("enter enter").hides("▲ This");
        assert!(seen(&stage));
    }
}

#[test]
fn it_is_left_gone_on_with_skipped_and_gone_back_in() {
    let mut stage = Stage::begin(demo(), (80, 24));
    stage.keys("? t ) )").shows("Tour 3 of 6").keys("(").shows("Tour 2 of 6").keys("( (");
    stage.shows("Tour 1 of 6").keys(")");
    // Esc closes what stands over the panels and ends what is typed, before it leaves the tour.
    stage.keys("? esc").shows("Tour 2 of 6").keys("g esc").shows("Tour 2 of 6");
    stage.keys("alt-1 / esc").shows("Tour 2 of 6").keys("esc").hides("Tour 2 of 6");
    stage.shows("left the tour at step 2: ? t goes on there").keys("? t").shows("Tour 2 of 6");
    // Skipping the last one ends it.
    stage.keys(") ) ) )").shows("Tour 6 of 6").keys(")").shows("that was the tour");
    stage.keys(":").text("tour-next").keys("enter").shows("no tour is on: ? t takes it");
}

#[test]
fn another_store_has_no_tour_and_says_which_has() {
    let mut stage = Stage::shop((80, 24));
    stage.hides("a tour to the cause").keys("? t");
    stage.shows("the tour is of the sample shop: `foldback demo` opens it").hides("Tour 1 of 6");
}

#[test]
fn no_text_of_the_tour_is_cut_at_any_size() {
    let mut stage = Stage::begin(demo(), (160, 45));
    stage.keys("? t");
    for (columns, rows) in
        [(160, 45), (110, 33), (109, 40), (80, 24), (79, 23), (60, 24), (60, 18), (40, 12)]
    {
        stage.resize(columns, rows);
        let areas = stage.app.model.areas;
        let inside = areas.tour_inside();
        let tour = stage.app.model.tour.as_ref().unwrap();
        for words in tour.all(areas.is_tour_brief()) {
            let lines = words.lines(usize::from(inside.width) - 2);
            assert!(lines.len() <= usize::from(inside.height), "{columns}×{rows}: {lines:?}");
            for line in lines {
                let cells: usize = line.iter().map(|(text, _)| crate::text::width(text)).sum();
                assert!(cells <= usize::from(inside.width) - 2, "{columns}×{rows}: {line:?}");
            }
        }
    }
}
