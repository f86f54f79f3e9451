//! The rail: its shapes and letters, and looking closer at a part of it.

use super::stage::{LARGE, SIZES, Stage, counter, event};
use crate::model::{AggregateKey, Event};
use crate::session::{OpenOptions, Session};
use crate::tui::effect::Source;
use crate::tui::input::Input;

/// An order with several types, a silence, and an event that cannot be applied.
fn order() -> Vec<Event> {
    let kinds = ["OrderCreated", "ItemAdded", "ItemAdded", "ItemRemoved", "OrderPlaced", "Sealed"];
    let of = |(at, kind): (usize, &&str)| {
        let minute = at as u64 + if at > 3 { 600 } else { 0 };
        let data = if *kind == "Sealed" { "[1]".to_owned() } else { format!("{{\"n\":{at}}}") };
        event("order-1", at as u64 + 1, kind, minute, &data)
    };
    kinds.iter().enumerate().map(of).collect()
}

fn shown(stage: &Stage) -> std::ops::Range<usize> {
    stage.app.model.travel.as_ref().unwrap().picture.shown.clone()
}

fn version(stage: &Stage) -> u64 {
    stage.app.model.travel.as_ref().unwrap().moment.version.0
}

#[test]
fn types_have_letters_and_what_is_special_has_a_shape() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(order(), size);
        stage.keys("g").text("4").keys("enter m").text("here").keys("enter left left");
        let screen = stage.shows("⚑").shows("✗").text_now();
        let track = screen.lines().find(|line| line.contains("├─")).unwrap();
        let letters: String = track.chars().filter(|c| "CAP✗┃R⚑".contains(*c)).collect();
        let expected = if size == LARGE { "C┃ARP✗" } else { "C┃A⚑P✗" };
        assert_eq!(letters, expected, "{track}");
        insta::assert_snapshot!(format!("shapes_{name}"), stage.picture());
    }
}

#[test]
fn stored_states_stand_where_they_were_taken() {
    let mut shop = Session::open("demo:shop", &OpenOptions::default()).unwrap();
    let key = AggregateKey::new("Account", "acc-1");
    let list = shop.aggregates(&crate::store::AggregateQuery::default(), 1000).unwrap();
    let mut with = |key: &AggregateKey| shop.snapshots(key).unwrap().len();
    let key =
        list.rows.iter().map(|row| &row.key).find(|key| with(key) > 1).cloned().unwrap_or(key);
    for (name, size) in SIZES {
        let open = || Session::open("demo:shop", &OpenOptions::default());
        let source = Source::new("demo:shop", open).beginning_with(key.clone());
        let mut stage = Stage::begin(source, size);
        insta::assert_snapshot!(format!("stored_{name}"), stage.shows("◆").picture());
    }
}

#[test]
fn a_legend_without_room_says_how_many_types_it_leaves_out() {
    let kind = |at: u64| format!("SomethingOfKind{at}Happened");
    let events: Vec<Event> =
        (0..30).map(|at| event("order-1", at + 1, &kind(at), at, "{}")).collect();
    for (size, told) in [(LARGE, "+27 types"), ((80, 24), "+28 types")] {
        let mut stage = Stage::on(events.clone(), size);
        let screen = stage.shows(told).text_now();
        let legend = screen.lines().find(|line| line.contains(told)).unwrap();
        assert!(legend.contains("Kind0Happ") && legend.contains("Kind1Happ"), "{legend}");
    }
}

#[test]
fn a_legend_that_says_all_types_ends_with_the_last_of_them() {
    let events: Vec<Event> = ["OrderPlaced", "PaymentReceived", "ParcelPacked", "ParcelDelivered"]
        .iter()
        .zip(1..)
        .map(|(kind, at)| event("order-1", at, kind, at, "no object"))
        .collect();
    let legend = |columns| {
        let screen = Stage::on(events.clone(), (columns, 45)).text_now();
        let line = screen.lines().find(|line| line.contains("failed to apply"))?;
        assert!(!line.contains('…') && !line.contains("+1 types"), "{columns}: {line}");
        Some(line.to_owned())
    };
    let legends: Vec<String> = (100..=160).filter_map(legend).collect();
    assert!(legends.iter().any(|line| line.contains("+1 type ")), "{legends:?}");
    assert!(legends.iter().any(|line| !line.contains('+')), "{legends:?}");
}

#[test]
fn a_store_without_snapshots_is_not_asked_for_any() {
    let mut stage = Stage::on(counter("order-1", 5), LARGE);
    stage.hides("◆").keys("r").hides("◆");
}

#[test]
fn looking_closer_keeps_the_playhead_and_shows_what_is_around_it() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(counter("order-1", 2000), size);
        stage.keys("g").text("700").keys("enter + +");
        assert_eq!(shown(&stage).len(), 500);
        assert!(shown(&stage).contains(&699));
        insta::assert_snapshot!(format!("closer_{name}"), stage.picture());
        stage.keys("+ + + + + + + + +").shows("this is as close as it gets");
        assert_eq!(shown(&stage).len(), 8);
        // It goes along with the playhead, however far that goes.
        for (keys, at) in
            [("shift-right", 709), ("home", 0), ("end", 1999), ("left left left", 1996)]
        {
            stage.keys(keys);
            assert!(shown(&stage).contains(&at), "{keys}: {:?}", shown(&stage));
        }
        stage.keys("- -");
        assert_eq!(shown(&stage).len(), 32);
        stage.keys("Z");
        assert_eq!(shown(&stage), 0..2000);
        stage.keys("-").shows("this is the whole history");
    }
}

#[test]
fn closer_every_event_has_a_column_of_its_own() {
    let mut stage = Stage::on(counter("order-1", 100_000), LARGE);
    stage.keys("g").text("61234").keys("enter");
    assert!(!stage.app.model.travel.as_ref().unwrap().picture.apart);
    stage.keys("+ + + + + + + + + +");
    let travel = stage.app.model.travel.as_ref().unwrap();
    assert!(travel.picture.apart && travel.picture.marks.len() == travel.picture.shown.len());
    stage.shows("1030× · events 61,").shows("v61,234 of 100,000").keys("left").shows("v61,233 of");
}

#[test]
fn the_mouse_looks_closer_and_drags_the_playhead_beyond_the_ends() {
    let mut stage = Stage::on(counter("order-1", 2000), LARGE);
    stage.keys("g").text("700").keys("enter");
    let (x, y) = stage.find("┃");
    stage
        .input(Input::Zoom(true, x, y))
        .input(Input::Zoom(true, x, y))
        .input(Input::Zoom(true, x, y));
    assert_eq!((shown(&stage).len(), version(&stage)), (250, 700));
    stage.input(Input::Click(x + 5, y));
    assert!(version(&stage) > 700 && version(&stage) < 720, "v{}", version(&stage));
    // Right of the end there is more, and more after that.
    let end = shown(&stage).end;
    stage.input(Input::Drag(159, y)).input(Input::Drag(159, y + 1));
    assert!(version(&stage) as usize > end + 50, "v{} beyond {end}", version(&stage));
    for at in 0..80 {
        stage.input(Input::Drag(0, y + at % 2));
    }
    assert_eq!((version(&stage), shown(&stage).start), (0, 0));
    for at in 0..80 {
        stage.input(Input::Drag(159, y + at % 2));
    }
    assert_eq!(version(&stage), 2000);
    stage
        .input(Input::Zoom(false, x, y))
        .input(Input::Zoom(false, x, y))
        .input(Input::Zoom(false, x, y));
    assert_eq!(shown(&stage), 0..2000);
    // Beside the rail the wheel is the wheel.
    let (x, y) = stage.find("State at");
    stage.input(Input::Zoom(true, x, y + 3));
    assert_eq!(shown(&stage), 0..2000);
}

#[test]
fn looking_closer_while_the_history_is_still_read() {
    let mut stage = Stage::walking(counter("order-1", 60_000), LARGE);
    stage.press("right");
    stage.press("+");
    stage.settle();
    let travel = stage.app.model.travel.as_ref().unwrap();
    assert_eq!(travel.outline.len(), 60_000);
    assert_eq!(travel.picture.lens, travel.lens);
    assert!(
        stage
            .app
            .model
            .travel
            .as_ref()
            .unwrap()
            .is_drawn(stage.app.model.width(super::super::layout::Panel::Rail))
    );
    stage.keys("Z end");
    assert_eq!(shown(&stage), 0..60_000);
}

#[test]
fn what_is_compared_with_stands_on_the_rail() {
    let mut stage = Stage::on(counter("order-1", 20), LARGE);
    stage.keys("left left left d enter right").shows("Δ v17").keys("esc").hides("Δ");
    let mut stage = Stage::on(counter("order-1", 20), (40, 12));
    stage.keys("left left left d enter right").shows("Δ").keys("esc").hides("Δ");
}
