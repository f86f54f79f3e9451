//! What a person had is there again when the same store is opened again.
//!
//! - looks at version 7 of order-2, marks it, pins a value, sorts, compares, looks closer, leaves; opens the store again →
//!   sees all of that, and `as it was left`;
//! - left on the newest event, and others wrote meanwhile → sees the newest one now, and how many came;
//! - the aggregate is gone, or ends before the version → is told, and sees the first, or its newest version;
//! - what was kept cannot be read → is told where it is and what becomes of it, and nothing of it is lost;
//! - another store stands in its place → is told, and sees that as if for the first time; nothing of the one before is put
//!   on it, and nothing is lost;
//! - begins with `--fresh` → sees the store as if for the first time; what was marked before is there the next time.

use std::path::Path;

use super::stage::{LARGE, SIZES, Stage, counter, event};
use crate::model::{Event, Position};
use crate::session::{OpenOptions, Session};
use crate::tui::{Colours, Keep, Options, Source};

fn orders(second: u64) -> Vec<Event> {
    let mut events = counter("order-1", 20);
    events.extend(counter("order-2", second));
    for (at, event) in events.iter_mut().enumerate() {
        event.position = Some(Position(at as i64 + 1));
    }
    events
}

fn options(home: &Path) -> Options {
    let keep = Keep { directory: home.to_owned(), store: "demo:test".into(), fresh: false };
    Options { colours: Colours::All, keep: Some(keep), ..Options::default() }
}

fn open(home: &Path, size: (u16, u16)) -> Stage {
    Stage::on_with(orders(40), &options(home), size)
}

fn left(mut stage: Stage) {
    assert_eq!(stage.leave(), None);
}

/// The only file that says how the store was left.
fn kept(home: &Path) -> Option<String> {
    let mut files = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|end| end == "json"));
    file.map(|path| std::fs::read_to_string(path).unwrap())
}

/// At a version of order-2, with a mark and a pin.
fn travelled(home: &Path, version: u64) -> Stage {
    let mut stage = open(home, LARGE);
    stage.keys("down g").text(&version.to_string()).keys("enter m").text("odd");
    stage.keys("tab").text("why?").keys("enter alt-2 p").shows("pinned .count");
    stage
}

#[test]
fn all_that_a_person_had_is_there_again() {
    for (name, size) in SIZES {
        let home = tempfile::tempdir().unwrap();
        let mut stage = travelled(home.path(), 7);
        stage.keys("z 4 + d").text("3").keys("enter alt-1 o ctrl-t").shows("Diff v3 → v7");
        let theme = stage.app.model.theme().name.clone();
        left(stage);
        let mut stage = open(home.path(), size);
        stage.shows("as it was left").shows("v7 of 40");
        insta::assert_snapshot!(format!("again_{name}"), stage.picture());
        let model = &stage.app.model;
        assert_eq!(model.theme().name, theme);
        assert_eq!(model.list.sort, crate::session::Sort::Recent);
        let travel = model.travel.as_ref().unwrap();
        assert!(travel.lens.is_some());
        assert_eq!(travel.tree.level(), Some(4));
        assert_eq!(travel.compared(40).as_deref(), Some("v3 → v7"));
        stage.keys("M").shows("⚑ odd  why?").keys("esc alt-2").shows(".count");
        // What was pinned is walked along at once.
        stage.keys("]").shows("v8 of 40");
    }
}

#[test]
fn the_events_screen_and_its_filter_are_there_again() {
    let home = tempfile::tempdir().unwrap();
    let mut stage = open(home.path(), LARGE);
    stage.keys("2 /").text("order-2").keys("enter");
    stage.hides("order-1 ");
    left(stage);
    let mut stage = open(home.path(), LARGE);
    stage.hides("order-1 ").keys("esc home").shows("order-1");
}

#[test]
fn it_is_kept_while_nobody_does_anything_and_only_where_something_changed() {
    let home = tempfile::tempdir().unwrap();
    let mut stage = open(home.path(), LARGE);
    for _ in 0..5 {
        stage.tick();
        stage.settle();
    }
    stage.keys("?").keys("esc");
    left(stage);
    assert_eq!(kept(home.path()), None, "whoever only looks leaves nothing");
    let mut stage = open(home.path(), LARGE);
    stage.keys("left left m enter");
    stage.tick();
    stage.settle();
    assert_eq!(kept(home.path()), None, "not between two keys");
    stage.tick();
    stage.settle();
    let text = kept(home.path()).unwrap();
    assert!(text.contains("\"version\": 18") && text.contains("demo:test"), "{text}");
    // A screen that ends in any other way has lost nothing by then.
    drop(stage);
    open(home.path(), LARGE).shows("v18 of 20").keys("M").shows("⚑ v18");
}

#[test]
fn a_playhead_on_the_newest_event_goes_on_to_what_came_since() {
    for (name, size) in SIZES {
        let home = tempfile::tempdir().unwrap();
        left(travelled(home.path(), 40));
        let mut stage = Stage::on_with(orders(44), &options(home.path()), size);
        stage.shows("v44 of 44").shows("4 events came since");
        insta::assert_snapshot!(format!("came_{name}"), stage.picture());
    }
}

#[test]
fn what_is_not_there_any_more_is_told_and_nothing_is_lost() {
    for (name, size) in SIZES {
        let home = tempfile::tempdir().unwrap();
        left(travelled(home.path(), 30));
        let mut stage = Stage::on_with(orders(12), &options(home.path()), size);
        stage.shows("order-2 was left at v30").shows("v12 of 12");
        insta::assert_snapshot!(format!("shorter_{name}"), stage.picture());
        let mut stage = Stage::on_with(counter("order-1", 3), &options(home.path()), size);
        stage.shows("order-2, which").shows("v3 of 3");
        insta::assert_snapshot!(format!("gone_{name}"), stage.picture());
        // Going to what is not there says so, and the mark stays.
        stage.keys("M").shows("⚑ odd").keys("esc left");
        left(stage);
        open(home.path(), LARGE).keys("M").shows("⚑ odd  why?");
    }
}

#[test]
fn a_store_with_nothing_in_it_any_more_opens_too() {
    let home = tempfile::tempdir().unwrap();
    left(travelled(home.path(), 7));
    let mut stage = Stage::on_with(Vec::new(), &options(home.path()), LARGE);
    stage.shows("order-2, which was looked at").keys("M").shows("⚑ odd");
    left(stage);
    open(home.path(), LARGE).shows("v7 of 40");
}

#[test]
fn what_cannot_be_read_is_told_and_put_aside() {
    for (_, size) in SIZES {
        let home = tempfile::tempdir().unwrap();
        left(travelled(home.path(), 7));
        let path = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path());
        let path = { path }.find(|path| path.extension().is_some_and(|e| e == "json")).unwrap();
        for (broken, told) in [
            (r#"{"version": 1, "left": {"#, "how this store was left"),
            (r#"{"version": 7, "left": {"marks": "new"}}"#, "a newer foldback kept"),
        ] {
            std::fs::write(&path, broken).unwrap();
            let mut stage = open(home.path(), size);
            stage.shows("✗").shows(told).shows("order-1");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
            stage.keys("left left");
            left(stage);
            let aside = std::fs::read_dir(home.path()).unwrap();
            let is_kept = |path: &Path| {
                path.to_string_lossy().contains("aside")
                    && std::fs::read_to_string(path).unwrap() == broken
            };
            assert!(aside.map(|entry| entry.unwrap().path()).any(|path| is_kept(&path)));
        }
        open(home.path(), LARGE).shows("v18 of 20");
    }
}

#[test]
fn whoever_begins_anew_sees_nothing_of_it_and_takes_nothing_away() {
    let home = tempfile::tempdir().unwrap();
    left(travelled(home.path(), 7));
    let before = kept(home.path()).unwrap();
    let mut anew = options(home.path());
    anew.keep.as_mut().unwrap().fresh = true;
    let mut stage = Stage::on_with(orders(40), &anew, LARGE);
    stage.shows("v20 of 20").hides("as it was left").keys("M").shows("no marks yet").keys("esc");
    left(stage);
    assert_eq!(kept(home.path()).unwrap(), before, "until something is changed");
    let mut stage = Stage::on_with(orders(40), &anew, LARGE);
    stage.keys("left m").text("new").keys("enter");
    for _ in 0..3 {
        stage.tick();
        stage.settle();
    }
    stage.keys("M").shows("⚑ new").hides("⚑ odd").keys("esc");
    left(stage);
    open(home.path(), LARGE).shows("v19 of 20").keys("M").shows("⚑ odd").shows("⚑ new");
}

#[test]
fn two_screens_on_one_store_have_each_others_marks() {
    let home = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (open(home.path(), LARGE), open(home.path(), LARGE));
    one.keys("left m").text("first").keys("enter");
    other.keys("left left m").text("second").keys("enter");
    let rest = |stage: &mut Stage| {
        for _ in 0..3 {
            stage.tick();
            stage.settle();
        }
    };
    rest(&mut one);
    rest(&mut other);
    other.keys("M").shows("⚑ first").shows("⚑ second").keys("home x esc");
    rest(&mut other);
    one.keys("left");
    rest(&mut one);
    one.keys("M").shows("⚑ first").hides("⚑ second");
    left(other);
    left(one);
    open(home.path(), LARGE).shows("v18 of 20").keys("M").shows("⚑ first").hides("⚑ second");
}

#[test]
fn what_cannot_be_kept_is_told_once_and_at_the_end() {
    for (_, size) in SIZES {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "in the way").unwrap();
        let mut stage = open(&file.join("below"), size);
        stage.keys("left m enter");
        for _ in 0..3 {
            stage.tick();
            stage.settle();
        }
        stage.shows("✗ how this store is left");
        stage.keys("right");
        assert!(stage.leave().is_some_and(|told| told.contains("cannot be kept")));
    }
}

#[test]
fn a_theme_that_was_named_wins_and_one_that_cannot_be_shown_is_not_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let mut stage = open(home.path(), LARGE);
    stage.keys("ctrl-t");
    let theme = stage.app.model.theme().name.clone();
    left(stage);
    let named = Options { theme: Some("contrast".to_owned()), ..options(home.path()) };
    let mut stage = Stage::on_with(orders(40), &named, LARGE);
    assert_eq!(stage.app.model.theme().name, "contrast");
    stage.keys("left");
    left(stage);
    let none = Options { colours: Colours::None, ..options(home.path()) };
    let mut stage = Stage::on_with(orders(40), &none, LARGE);
    assert_eq!(stage.app.model.theme().name, "mono");
    stage.keys("left");
    left(stage);
    let mut stage = open(home.path(), LARGE);
    assert_eq!(stage.app.model.theme().name, theme);
    stage.shows("v18 of 20");
}

#[test]
fn what_was_kept_of_a_hostile_store_reaches_the_terminal_clean() {
    let home = tempfile::tempdir().unwrap();
    let gone = || counter("order-1", 3);
    let evil = || {
        let name = "evil\u{1b}[2J\u{202e}";
        let last = Event { position: Some(Position(4)), ..event(name, 1, "A", 1, "{}") };
        gone().into_iter().chain([last]).collect()
    };
    let mut stage = Stage::on_with(evil(), &options(home.path()), LARGE);
    stage.keys("left");
    left(stage);
    for events in [evil(), gone()] {
        let mut stage = Stage::on_with(events, &options(home.path()), LARGE);
        let screen = stage.text_now();
        let raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(screen.contains("evil") && !screen.contains(raw), "{screen:?}");
    }
}

/// Of another store, whose aggregates are called the same.
fn others() -> Vec<Event> {
    let mut events = orders(40);
    for event in &mut events {
        event.time = event.time.map(|time| time + chrono::Duration::days(1));
    }
    events
}

#[test]
fn another_store_in_the_same_place_has_nothing_of_the_one_before() {
    for (_, size) in SIZES {
        let home = tempfile::tempdir().unwrap();
        left(travelled(home.path(), 7));
        let other = || Stage::on_with(others(), &options(home.path()), size);
        let mut stage = other();
        stage.shows("test is another store").shows("v20 of 20").hides("◉");
        stage.keys("M").shows("no marks yet").keys("esc");
        left(stage);
        // Whoever only looked has taken nothing away.
        open(home.path(), LARGE).shows("v7 of 40").shows("◉").keys("M").shows("⚑ odd");
        let mut stage = other();
        stage.keys("left m").text("new").keys("enter");
        left(stage);
        other().shows("v19 of 20").keys("M").shows("⚑ new").hides("⚑ odd");
        let aside = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path());
        let aside = { aside }.find(|path| path.to_string_lossy().contains("aside")).unwrap();
        assert!(std::fs::read_to_string(aside).unwrap().contains("\"odd\""));
    }
}

#[test]
fn what_was_put_down_stays_with_a_store_that_is_replaced_while_it_is_open() {
    let (home, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = place.path().join("shop.db");
    let replace = |name: &str| {
        let fixture = format!("{}/tests/fixtures/stores/{name}", env!("CARGO_MANIFEST_DIR"));
        let new = place.path().join("new.db");
        std::fs::copy(fixture, &new).unwrap();
        std::fs::rename(&new, &path).unwrap();
    };
    let open = || {
        let name = path.to_str().unwrap().to_owned();
        let open = move || Session::open(&name, &OpenOptions::default());
        Stage::with(Source::new("shop.db", open), &options(home.path()), LARGE)
    };
    replace("cqrs-es.db");
    let mut stage = open();
    stage.keys("m").text("odd").keys("enter alt-2 p").shows("◉");
    replace("emmett.db");
    stage.keys("r").shows("marks and pins stay with the one before").hides("◉");
    stage.keys("M").shows("no marks yet").keys("esc m").text("new").keys("enter");
    left(stage);
    open().keys("M").shows("⚑ new").hides("⚑ odd");
    let aside = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path());
    let aside = { aside }.find(|path| path.to_string_lossy().contains("aside")).unwrap();
    let text = std::fs::read_to_string(aside).unwrap();
    assert!(text.contains("\"odd\"") && !text.contains("\"new\""), "{text}");
}

#[test]
fn a_long_one_is_compared_again_where_its_walk_ends() {
    let home = tempfile::tempdir().unwrap();
    let open = || Stage::on_with(counter("order-1", 25_000), &options(home.path()), LARGE);
    let mut stage = open();
    stage.keys("d").text("3").keys("enter").shows("Diff v3 → v25,000").shows("3 → 25000");
    left(stage);
    let mut stage = open();
    stage.shows("v25,000 of 25,000").shows("Diff v3 → v25,000").shows("3 → 25000");
}
