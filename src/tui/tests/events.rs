//! The Events screen: the whole store in order, and the way from an event to its aggregate and back.

use super::stage::{LARGE, SIZES, Stage, USUAL, counter, event, session};
use crate::model::{Event, Position, Version};
use crate::session::{OpenOptions, Session};
use crate::store::EventStore as _;
use crate::store::memory::MemoryStore;
use crate::text::human;
use crate::tui::input::Input;
use crate::tui::layout::{Part, Screen};
use crate::tui::model::events::facets::Line;
use crate::tui::model::events::{PAGE, Place};

/// Two kinds of aggregates whose events come in turn.
pub(super) fn many(count: u64) -> Vec<Event> {
    let one = |n: u64| {
        let (of, version) = (n % 50, n / 50 + 1);
        let kind = if n.is_multiple_of(7) { "OrderPlaced" } else { "ItemAdded" };
        let data = format!(r#"{{"n":{n},"total":{}.50}}"#, n % 90);
        let mut event = event(&format!("order-{of:03}"), version, kind, n, &data);
        event.position = Some(Position(n as i64 + 1));
        event
    };
    (0..count).map(one).collect()
}

fn positions(stage: &Stage) -> Vec<i64> {
    let rows = stage.app.model.events.rows();
    rows.iter().map(|row| row.position.unwrap().0).collect()
}

#[test]
fn how_it_looks() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(Vec::new(), size);
        insta::assert_snapshot!(format!("events_empty_{name}"), stage.keys("2").picture());
        let mut stage = Stage::shop(size);
        insta::assert_snapshot!(format!("events_tiny_{name}"), stage.keys("2").picture());
        stage.keys("up up tab");
        insta::assert_snapshot!(format!("events_tiny_{name}_event"), stage.picture());
        let mut stage = Stage::on(many(5000), size);
        insta::assert_snapshot!(format!("events_many_{name}"), stage.keys("2 pageup").picture());
    }
}

#[test]
fn the_newest_events_come_first_and_enter_opens_one_where_it_happened() {
    for (_, size) in SIZES {
        let mut stage = Stage::on(many(5000), size);
        stage.keys("2").shows("v100").keys("up up");
        let row = stage.app.model.events.chosen().unwrap();
        let (key, version) = (row.key.clone(), row.version);
        stage.keys("enter");
        assert_eq!(stage.app.model.screen, Screen::Timeline);
        let travel = stage.app.model.travel.as_ref().unwrap();
        assert_eq!((&travel.key, travel.moment.version), (&key, version));
        assert_eq!(stage.app.model.list.chosen().unwrap().key, key);
        // One level back is where the person came from, on the same event.
        stage.keys("left esc");
        assert_eq!(stage.app.model.screen, Screen::Events);
        assert_eq!(stage.app.model.events.chosen().unwrap().key, key);
        // Another version of the aggregate that is looked at already.
        stage.keys("< enter");
        let travel = stage.app.model.travel.as_ref().unwrap();
        assert_eq!((travel.key.id.as_str(), travel.moment.version), ("order-000", Version(1)));
        // Whoever went to the screen by its key is not sent away from it.
        stage.keys("2 1 esc");
        assert_eq!(stage.app.model.screen, Screen::Timeline);
    }
}

#[test]
fn only_a_window_is_held_in_order_and_without_a_gap() {
    let mut stage = Stage::on(many(20_000), LARGE);
    stage.keys("2");
    assert_eq!(positions(&stage).last(), Some(&20_000));
    let check = |stage: &Stage| {
        let positions = positions(stage);
        assert!(positions.len() <= 6 * PAGE, "{}", positions.len());
        assert!(positions.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{positions:?}");
    };
    for _ in 0..60 {
        stage.keys("pageup");
        check(&stage);
    }
    let up = stage.app.model.events.chosen().unwrap().position.unwrap().0;
    assert!(up < 19_000, "{up}");
    for _ in 0..60 {
        stage.keys("pagedown");
        check(&stage);
    }
    assert_eq!(stage.app.model.events.chosen().unwrap().position, Some(Position(20_000)));
    stage.keys("<").shows("from the oldest");
    assert_eq!(positions(&stage).first(), Some(&1));
    for _ in 0..40 {
        stage.keys("pagedown");
        check(&stage);
    }
    stage.keys("> <").shows("from the oldest").keys("end").shows("to the newest");
}

#[test]
fn what_was_written_meanwhile_is_read_where_it_belongs() {
    let mut store = MemoryStore::new("test", many(300));
    let twin = store.reopen().unwrap();
    let mut stage =
        Stage::open("test", LARGE, move || Ok(Session::with_store(twin, &OpenOptions::default())));
    stage.keys("2");
    let add = |store: &mut MemoryStore, n: u64| {
        for mut event in counter("late", n).into_iter().skip(n as usize - 1) {
            event.position = Some(Position(1000 + n as i64));
            store.push(event);
        }
    };
    add(&mut store, 1);
    stage.hides("late").keys("r").shows("late").shows("1,001");
    assert_eq!(stage.app.model.events.chosen().unwrap().key.id.as_str(), "late");
    add(&mut store, 2);
    stage.keys("pageup");
    let before = stage.app.model.events.chosen().unwrap().position;
    stage.keys("r");
    assert_eq!(stage.app.model.events.chosen().unwrap().position, before, "nobody was moved");
    stage.keys(">").shows("1,002");
    let all = positions(&stage);
    assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
}

#[test]
fn a_payload_is_shown_beside_its_event_and_in_full() {
    let long = format!(r#"{{"note":"{}","last":1}}"#, "many words ".repeat(800));
    let events =
        vec![event("order-1", 1, "Made", 1, r#"{"a":1}"#), event("order-1", 2, "Noted", 2, &long)];
    for (_, size) in SIZES {
        let events = events.clone();
        let mut stage = Stage::on(events, size);
        // It is too large to stay with its row, and is read for itself.
        stage.keys("2 tab").shows("\"note\":");
        stage.keys("v < pageup").hides("last").keys(">").shows("last").keys("esc");
        assert_eq!(stage.app.model.events.part, Part::Event);
        stage.keys("esc");
        assert_eq!(stage.app.model.events.part, Part::List);
        stage.keys("up tab").shows("\"a\": 1");
    }
}

#[test]
fn screens_and_events_are_clicked() {
    for (_, size) in SIZES {
        let mut stage = Stage::on(many(100), size);
        let (x, y) = stage.find(" 2 ");
        stage.input(Input::Click(x + 1, y));
        assert_eq!(stage.app.model.screen, Screen::Events);
        let (x, y) = stage.find("order-047");
        stage.input(Input::Click(x, y));
        assert_eq!(stage.app.model.events.chosen().unwrap().key.id.as_str(), "order-047");
        stage.input(Input::Wheel(false, x, y)).input(Input::Wheel(false, x, y));
        stage.input(Input::Wheel(true, x, y)).input(Input::Wheel(true, x, y));
        let (x, y) = stage.find("order-047");
        stage.input(Input::Click(x, y)).input(Input::Click(x, y));
        assert_eq!(stage.app.model.screen, Screen::Timeline);
        assert_eq!(stage.app.model.travel.as_ref().unwrap().key.id.as_str(), "order-047");
    }
}

#[test]
fn an_action_of_the_other_screen_leads_there() {
    let mut stage = Stage::shop(LARGE);
    stage.keys("2 :").text("focus-state").keys("enter");
    assert_eq!(stage.app.model.screen, Screen::Timeline);
    stage.keys("2 :").text("step-back").keys("enter").shows("State at v");
    stage.keys(":").text("show-events").keys("enter").shows("position");
}

#[test]
fn it_is_asked_for_before_the_store_is_open() {
    let mut stage = Stage::unopened("test", LARGE, || Ok(session(many(10))));
    stage.press("2");
    stage.shows("opening…");
    stage.start();
    stage.settle();
    stage.shows("order-009");
}

#[test]
fn a_filter_is_typed_and_says_how_much_was_searched() {
    let mut stage = Stage::on(many(5000), LARGE);
    stage
        .keys("2 /")
        .shows("type:NAME")
        .text("type:OrderPlaced where:.data.total > 80")
        .keys("enter");
    let placed = (0..5000_u64).filter(|n| n.is_multiple_of(7) && n % 90 >= 80).count();
    stage.shows(&format!("{placed} found · searched 5,000 of 5,000"));
    assert_eq!(positions(&stage).len(), placed);
    assert!(stage.app.model.events.rows().iter().all(|row| row.kind == "OrderPlaced"));
    stage.keys("/ ctrl-u").text("aggregate:007 from:2026-01-02 to:2026-01-03").keys("enter");
    let within = (1440..=2880_u64).filter(|n| n % 50 == 7).count();
    stage.shows(&format!("{within} found"));
    // Undone and done again, and cleared by going one level back.
    stage
        .keys("u")
        .shows(&format!("{placed} found"))
        .keys("ctrl-r")
        .shows(&format!("{within} found"));
    stage.keys("u u").hides("found").keys("u").shows("there is no filter before this one");
    stage.keys("ctrl-r esc").hides("found").keys("u").shows(&format!("{placed} found"));
}

#[test]
fn a_mistake_stands_where_it_was_made_and_says_what_would_be_right() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(many(300), size);
        stage.keys("2 /");
        insta::assert_snapshot!(format!("events_filter_{name}"), stage.text("typ:Or").picture());
        let flat =
            |stage: &mut Stage| stage.text_now().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&mut stage).contains("did you mean `type:`?"), "{}", stage.text_now());
        stage.keys("enter");
        assert!(stage.app.model.events.sieve.typing, "what was typed stays to be mended");
        stage.keys("ctrl-u").text("type:OrderPlacd").keys("enter");
        assert!(flat(&mut stage).contains("mean `OrderPlaced`?"), "{}", stage.text_now());
        stage.keys("ctrl-u").text("where:.a >").keys("enter");
        assert!(flat(&mut stage).contains("expected a value"), "{}", stage.text_now());
        stage.keys("esc");
        assert!(!stage.app.model.events.sieve.is_on());
        stage.keys("/").text("nowhere").keys("enter");
        assert!(flat(&mut stage).contains("no event; u goes back"), "{}", stage.text_now());
    }
}

#[test]
fn what_an_expression_fails_on_is_counted_and_what_does_not_end_is_given_up() {
    let mut stage = Stage::on(many(100), LARGE);
    stage.keys("2 /").text("where:.data.n - .type").keys("enter");
    stage.shows("`where:` fails on 100 events, left out").shows("0 found · searched 100 of 100");
    stage.keys("/ ctrl-u").text("where:def f: 1 + f; f").keys("enter");
    stage.shows("does not come to an end on order-");
}

#[test]
fn types_and_categories_are_counted_and_chosen() {
    let mut stage = Stage::on(many(700), LARGE);
    stage.keys("2").shows("ItemAdded").shows("600").keys("shift-tab down enter");
    assert_eq!(stage.app.model.events.sieve.line(), "type:OrderPlaced");
    stage.shows("100 found").shows("● OrderPlaced").shows("0 of 600").shows("100 of 700");
    stage.keys("up enter").shows("700 found").keys("enter down enter").hides("found");
    // What was typed puts what it leaves first; whoever chooses there finds each where it was.
    stage.keys("esc /").text("-type:ItemAdded").keys("enter");
    let first = |stage: &Stage| match stage.app.model.events.facets.lines.get(1) {
        Some(Line::Name { name, .. }) => name.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(first(&stage), "OrderPlaced");
    stage.keys("shift-tab down enter").shows("0 found");
    assert_eq!(first(&stage), "OrderPlaced", "and all are zero now");
    stage.keys("enter");
    stage.keys("esc esc").hides("found");
    assert_eq!(first(&stage), "ItemAdded");
    let (x, y) = stage.find("OrderPlaced                     ");
    stage.input(Input::Click(x, y)).shows("100 found");
    for (name, size) in SIZES {
        let mut stage = Stage::on(many(700), size);
        stage.keys("2 /").text("aggregate:00").keys("enter tab tab");
        insta::assert_snapshot!(format!("events_facets_{name}"), stage.picture());
    }
}

#[test]
fn a_span_of_time_is_dragged_over() {
    for size in [LARGE, USUAL] {
        let mut stage = Stage::on(many(2000), size);
        stage.keys("2");
        let track = stage.app.model.areas.events.track();
        stage.input(Input::Click(track.x + 10, track.y)).input(Input::Drag(track.x + 19, 40));
        let picture = stage.text_now();
        assert!(picture.contains(" – 2026-01-0"), "{picture}");
        stage.input(Input::Release(track.x + 19, 40));
        let sieve = &stage.app.model.events.sieve;
        let (from, to) = (sieve.filter.from().unwrap(), sieve.filter.to().unwrap());
        let within =
            many(2000).into_iter().filter(|e| (from..=to).contains(&e.time.unwrap())).count();
        assert!(within > 10 && within < 1000, "{within}");
        assert_eq!((sieve.wanted.found, sieve.wanted.examined), (within as u64, 2000));
        stage.keys("u");
        assert!(!stage.app.model.events.sieve.is_on());
    }
}

#[test]
fn a_search_of_a_large_store_goes_on_in_pieces_and_can_be_stopped() {
    let mut stage = Stage::on(many(60_000), LARGE);
    stage.keys("2 /").text("where:.data.n == 5").press("enter");
    // Not all of it is one piece.
    stage.one_report();
    let looked_at = stage.app.model.events.looked_at;
    assert!(looked_at < 60_000, "{looked_at}");
    stage.press("esc");
    stage.settle();
    stage.shows("stopped after").shows("goes on");
    assert!(!stage.app.model.events.sieve.wanted.done);
    stage.keys("r").shows("1 found · searched 60,000 of 60,000").shows("\"n\": 5");
}

#[test]
fn what_was_searched_is_one_number_wherever_it_stands() {
    for (expression, rest) in [(".data.n < 0", 60_000), (".data.n > 59000", 0)] {
        let mut stage = Stage::on(many(60_000), LARGE);
        stage.keys("2 /").text(&format!("where:{expression}")).press("enter");
        while stage.app.model.events.loading == Some(Place::End) {
            stage.one_report();
        }
        while stage.app.model.events.loading.is_some() || !stage.app.model.events.sieve.wanted.done
        {
            let events = &stage.app.model.events;
            let wanted = &events.sieve.wanted;
            let searched = human::count(events.looked_at.max(wanted.examined));
            let found = human::count(wanted.found.max(events.rows().len() as u64));
            let told = format!("{found} found · searched {searched} of 60,000");
            let now = stage.now();
            assert!(now.contains(&told), "not {told}\n{now}");
            stage.one_report();
        }
        let found = stage.app.model.events.sieve.wanted.found;
        assert_eq!(found == 0, rest == 60_000, "{expression} found {found}");
    }
}

#[test]
fn a_store_without_times_says_so() {
    let events = many(20).into_iter().map(|event| Event { time: None, ..event }).collect();
    let mut stage = Stage::on(events, LARGE);
    stage.keys("2").shows("no times are recorded").keys("/").text("from:-1h").keys("enter");
    stage.shows("this store records no times");
    assert!(!stage.app.model.events.sieve.is_on());
}
