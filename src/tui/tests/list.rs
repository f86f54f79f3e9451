//! The list: choosing, finding, and a window that follows the cursor.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::stage::{LARGE, Stage, counter, event, session};
use crate::model::{AggregateKey, At, Event, Position};
use crate::session::{OpenOptions, Session, SessionError, Sort};
use crate::store::memory::MemoryStore;
use crate::store::{AggregateQuery, EventStore as _, StoreError, StoreErrorKind};
use crate::task::{Report, Running, Said, Spent};
use crate::tui::effect::{Answer, Effect, Slot, Source};
use crate::tui::input::Input;
use crate::tui::model::list::{Finding, PAGE, Place};
use crate::tui::model::travel::{Goal, Opening};
use crate::tui::update::{Msg, update};

fn many(count: u64) -> Vec<Event> {
    (0..count).map(|n| event(&format!("order-{n:06}"), 1, "Made", n, r#"{"n":1}"#)).collect()
}

#[test]
fn what_the_cursor_comes_to_is_there_at_once() {
    let mut stage = Stage::shop(LARGE);
    stage.shows("─ Customer cust-12 ─").keys("down").shows("─ Order order-4711 ─");
    stage.keys("down down").shows("─ Product p-1 ─").keys("up").shows("─ Order order-4712 ─");
    stage.keys("<").shows("─ Customer cust-12 ─").keys(">").shows("─ Product p-3 ─");
}

#[test]
fn only_a_window_of_many_aggregates_is_ever_held() {
    let mut stage = Stage::on(many(20_000), LARGE);
    for _ in 0..60 {
        stage.keys("pagedown");
        assert!(stage.app.model.list.rows().len() <= 6 * PAGE);
    }
    let down = stage.app.model.list.chosen().unwrap().key.id.to_string();
    assert!(down.as_str() > "order-002000", "{down}");
    for _ in 0..60 {
        stage.keys("pageup");
    }
    assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-000000");
    stage.keys(">").shows("─ Order order-019999 ─").keys("pageup pageup <").shows("order-000000");
}

#[test]
fn the_window_holds_every_aggregate_once_and_in_order() {
    let mut stage = Stage::on(many(3000), LARGE);
    let mut seen = Vec::new();
    for keys in ["pagedown"; 90].into_iter().chain(["pageup"; 90]) {
        stage.keys(keys);
        let ids: Vec<String> =
            stage.app.model.list.rows().iter().map(|row| row.key.id.to_string()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        seen.extend(ids);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3000);
}

#[test]
fn typing_finds_and_escape_shows_all_around_what_is_looked_at() {
    let mut stage = Stage::on(many(5000), LARGE);
    stage.keys("/").text("4711").shows("order-004711").shows("1 of 5.0k").hides("order-004710");
    stage.shows("─ Order order-004711 ─");
    stage.keys("enter");
    assert_eq!(stage.app.model.list.finding, Finding::Kept);
    stage.keys("esc").shows("order-004710").shows("order-004712").shows("─ Order order-004711 ─");
    assert_eq!(stage.app.model.list.finding, Finding::Off);
    stage.keys("/").text("nowhere").shows("nothing found").keys("esc").shows("order-004712");
}

#[test]
fn keys_that_step_are_letters_while_finding() {
    let mut stage = Stage::shop(LARGE);
    stage.keys("/").text("hq?:");
    assert_eq!(stage.app.model.list.field.text(), "hq?:");
    assert!(stage.app.model.exit.is_none());
}

#[test]
fn archived_and_deleted_aggregates_say_so() {
    let mut stage = Stage::on(counter("order-1", 3), LARGE);
    let page = crate::store::AggregatePage {
        rows: {
            let mut store = MemoryStore::new("x", counter("order-1", 3));
            let mut rows = store.aggregates(&AggregateQuery::default(), 1).unwrap().rows;
            let mut gone = rows.first().unwrap().clone();
            (gone.key.id, gone.deleted) = ("order-2".into(), Some(true));
            rows.push(gone.clone());
            (gone.key.id, gone.deleted, gone.archived) =
                ("order-3".into(), Some(false), Some(true));
            rows.push(gone);
            rows
        },
        ..Default::default()
    };
    stage.app.model.list.take(crate::tui::model::list::Place::Start, page, 40);
    stage.shows("order-2             deleted").shows("order-3            archived");
}

#[test]
fn refreshing_shows_what_was_written_meanwhile() {
    let mut store = MemoryStore::new("test", counter("order-1", 3));
    let twin = store.reopen().unwrap();
    let mut stage =
        Stage::open("test", LARGE, move || Ok(Session::with_store(twin, &OpenOptions::default())));
    stage.shows("State at v3").shows("1 aggregate · 3 events");
    store.push(event("order-1", 4, "Counted", 4, r#"{"count":4}"#));
    store.push(event("order-2", 1, "Counted", 5, r#"{"count":1}"#));
    stage.hides("order-2").keys("r");
    stage.shows("State at v4").shows("count  4").shows("order-2").shows("2 aggregates · 5 events");
    stage.keys("left left r").shows("State at v2");
}

#[test]
fn a_store_that_was_replaced_is_read_as_what_it_is_now() {
    let fixture =
        |name: &str| format!("{}/tests/fixtures/stores/{name}", env!("CARGO_MANIFEST_DIR"));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shop.db");
    let replace = |name: &str| {
        let new = directory.path().join("new.db");
        std::fs::copy(fixture(name), &new).unwrap();
        std::fs::rename(&new, &path).unwrap();
    };
    replace("cqrs-es.db");
    let name = path.to_str().unwrap().to_owned();
    let mut stage =
        Stage::open("shop.db", LARGE, move || Session::open(&name, &OpenOptions::default()));
    stage.shows("cqrs-es (Rust) on SQLite").keys("end");
    replace("emmett.db");
    stage
        .keys("r")
        .shows("shop.db holds another history now, and is read as Emmett (TypeScript) on SQLite");
    let key = &stage.app.model.travel.as_ref().unwrap().key;
    assert!(stage.app.model.list.rows().iter().any(|row| row.key == *key), "{key:?}");
    replace("broadway.db");
    stage.keys("left").shows("is read as Broadway");
}

/// A line of a recording.
fn line(id: &str, version: u64) -> String {
    format!("{{\"aggregate\":\"{id}\",\"version\":{version},\"type\":\"T\",\"data\":{{}}}}\n")
}

/// A recording in a file, and the screen on it.
fn recording(text: &str, size: (u16, u16)) -> (tempfile::TempDir, PathBuf, Stage) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("grows.jsonl");
    std::fs::write(&path, text).unwrap();
    let name = path.to_str().unwrap().to_owned();
    let open = move || Session::open(&name, &OpenOptions::default());
    (directory, path, Stage::open("grows.jsonl", size, open))
}

fn append(path: &Path, text: &str) {
    std::fs::OpenOptions::new()
        .append(true)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

#[test]
fn a_recording_that_grew_is_read_on_wherever_it_is_shown() {
    let (_directory, path, mut stage) = recording(&line("order-1", 1), LARGE);
    append(&path, &(line("order-1", 2) + &line("order-2", 1)));
    stage.hides("order-2").keys("r").shows("v2 of 2").shows("order-2");
    stage.shows("2 aggregates · 3 events");
    std::fs::remove_file(&path).unwrap();
    stage.keys("r").shows("✗ there is no file").hides("reads on");
}

#[test]
fn what_is_wrong_with_a_store_is_said_once_and_counted_from_then_on() {
    let bad = "{\"aggregate\":\"order-1\",\n";
    let text = line("order-1", 1) + bad + &line("order-1", 3);
    for (name, size) in [("large", LARGE), ("usual", (80, 24)), ("small", (40, 12))] {
        let (_directory, path, mut stage) = recording(&text, size);
        stage.shows("✗ line 2 is left out");
        insta::assert_snapshot!(format!("findings_{name}"), stage.picture());
        stage.keys("! enter").shows("the rest of the file is read").keys("esc esc left");
        // Only the largest screen has room for the word.
        let told = |count: &str| match name {
            "small" | "usual" => format!("✗ {count}"),
            _ if count == "1" => "✗ 1 finding".to_owned(),
            _ => format!("✗ {count} findings"),
        };
        stage.hides("left out").shows(&told("1"));
        append(&path, bad);
        stage.keys("r").shows("✗ line 4 is left out").stood().keys("left").shows(&told("2"));
        stage.keys("r").hides("left out");
    }
}

#[test]
fn a_click_on_the_line_for_finding_is_how_finding_begins_too() {
    for size in [LARGE, (80, 24), (40, 12)] {
        let mut stage = Stage::shop(size);
        let (x, y) = stage.find("/ to find");
        stage.input(Input::Click(x, y)).text("4711").shows("⌕ 4711").shows("1 of ");
    }
}

#[test]
fn a_store_without_aggregates_says_so() {
    let mut stage = Stage::open("test", LARGE, || Ok(session(Vec::new())));
    stage.shows("no aggregates yet").keys("right enter g ? esc down q");
}

#[test]
fn an_aggregate_that_was_looked_at_before_shows_what_was_written_since() {
    let mut store = MemoryStore::new("test", counter("order-1", 3));
    store.push(event("order-2", 1, "Counted", 4, r#"{"count":1}"#));
    let twin = store.reopen().unwrap();
    let mut stage =
        Stage::open("test", LARGE, move || Ok(Session::with_store(twin, &OpenOptions::default())));
    stage.keys("down").shows("─ Order order-2 ─");
    store.push(event("order-1", 4, "Counted", 5, r#"{"count":4}"#));
    stage.keys("up").shows("State at v4");
}

#[test]
fn taking_what_was_found_looks_into_it_where_only_one_panel_is_seen() {
    let mut stage = Stage::shop((80, 24));
    stage.keys("/").text("4712").keys("enter").shows("total");
    assert_eq!(stage.app.model.focus, crate::tui::layout::Panel::State);
    stage.keys("esc").shows("4712").hides("4711");
    stage.keys("esc").shows("4711");
}

#[test]
fn a_source_can_name_the_aggregate_to_begin_with() {
    let source = Source::new("test", || Ok(session(many(5000))))
        .beginning_with(AggregateKey::new("Order", "order-004711"));
    let mut stage = Stage::begin(source, LARGE);
    stage.shows("─ Order order-004711 ─").shows("order-004710").shows("order-004712");
    assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-004711");
}

#[test]
fn a_page_does_not_wait_for_the_counting_of_a_large_store() {
    let mut stage = Stage::on(many(3000), LARGE);
    assert!(!stage.app.model.counting);
    stage.app.model.counting = true;
    let key = "pagedown".parse().unwrap();
    let asked: Vec<Slot> = (0..6)
        .flat_map(|_| update(&mut stage.app.model, Msg::Input(Input::Key(key))))
        .filter_map(|effect| effect.slot())
        .filter(|slot| matches!(slot, Slot::Page | Slot::Count))
        .collect();
    assert_eq!(asked, [Slot::Count, Slot::Page, Slot::Count], "stopped, read, counted again");
}

#[test]
fn the_wheel_never_leaves_the_cursor_on_another_aggregate_than_the_panels_show() {
    let mut stage = Stage::on(many(3000), LARGE);
    let (x, y) = stage.find("order-000003");
    for down in [true; 80].into_iter().chain([false; 40]) {
        stage.input(Input::Wheel(down, x, y));
        let key = stage.app.model.list.chosen().unwrap().key.clone();
        assert_eq!(stage.app.model.travel.as_ref().unwrap().key, key);
    }
    stage.hides("order-000003").shows("─ Order order-");
}

#[test]
fn stopped_on_the_way_to_another_aggregate_the_cursor_is_back_on_the_one_shown() {
    let mut stage = Stage::shop(LARGE);
    let chosen = |stage: &Stage| stage.app.model.list.chosen().unwrap().key.id.to_string();
    for keys in [["down", "esc"], [">", "esc"]] {
        for key in keys {
            stage.press(key);
        }
        stage.settle();
        assert_eq!(chosen(stage.shows("─ Customer cust-12 ─")), "cust-12", "{keys:?}");
    }
    stage.keys("down").shows("─ Order order-4711 ─");
    // Further away than the list is read.
    let at = |(n, event): (usize, Event)| Event { position: Some(Position(n as i64)), ..event };
    let mut stage = Stage::on(many(3000).into_iter().enumerate().map(at).collect(), LARGE);
    stage.keys("g").text("#2500").press("enter");
    stage.one_report();
    stage.press("esc");
    stage.settle();
    assert_eq!(chosen(stage.shows("─ Order order-000000 ─")), "order-000000");
    stage.keys("down").shows("─ Order order-000001 ─");
}

#[test]
fn an_aggregate_that_could_not_be_read_shows_nothing_until_it_is_read_again() {
    let mut stage = Stage::shop(LARGE);
    stage.shows("─ Customer cust-12 ─");
    let model = &mut stage.app.model;
    model.list.move_by(1, 30);
    let key = model.list.chosen().unwrap().key.clone();
    let goal = Goal::at(At::Last);
    model.opening = Some(Opening { key: key.clone(), goal, ride: false, left: None });
    let generation = model.issue(Slot::Moment, Running::Cancel);
    let error = StoreError::new(StoreErrorKind::NotFound, "the file is gone");
    let answer = Answer::Arrived(key, Err(SessionError::Store(error)));
    let said = Said { slot: Slot::Moment, generation, answer, spent: Spent::default() };
    update(model, Msg::Report(Box::new(Report::Done(said))));
    stage.shows("the file is gone").shows("nothing was read").hides("Customer cust-12 ─");
    stage.stood().keys("esc left").shows("nothing was read").hides("the file is gone");
    stage.keys("r").shows("─ Order order-4711 ─").hides("nothing was read");
}

#[test]
fn what_a_search_looked_at_is_counted_once_however_often_it_is_read() {
    for typed in ["000641", "000000", "000123"] {
        let mut stage = Stage::on(many(642), LARGE);
        stage.keys("/").text(typed).keys("enter").shows("1 of 642");
        stage.keys("r").shows("1 of 642").keys("r r").shows("1 of 642");
    }
}

#[test]
fn aggregates_are_sorted_by_their_newest_event_and_by_how_many_they_have() {
    let mut events = counter("order-2", 3);
    events.extend(counter("order-1", 9));
    events.push(event("order-3", 1, "Made", 500, r#"{"n":1}"#));
    for (name, size) in [("large", LARGE), ("usual", (80, 24)), ("small", (40, 12))] {
        let mut stage = Stage::on(events.clone(), size);
        let ids = |stage: &Stage| -> Vec<String> {
            stage.app.model.list.rows().iter().map(|row| row.key.id.to_string()).collect()
        };
        stage.keys("alt-1 o").shows("newest");
        assert_eq!(ids(&stage), ["order-3", "order-1", "order-2"]);
        assert_eq!(stage.app.model.travel.as_ref().unwrap().key.id.as_str(), "order-3");
        stage.keys("o").shows("events ↓");
        assert_eq!(ids(&stage), ["order-1", "order-2", "order-3"]);
        insta::assert_snapshot!(format!("sorted_{name}"), stage.picture());
        stage.keys("down r").shows("events ↓");
        assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-2");
        stage.keys("o").hides("events ↓");
        assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-2");
    }
    // Of very many the first are held, which is said; one level back stops the sorting.
    let mut stage = Stage::on(many(3000), LARGE);
    stage.keys("o").shows("first 1,000").shows("─ Order order-002999 ─").press("o");
    stage.press("esc");
    stage.settle();
    stage.shows("stopped sorting").keys("ctrl-g").hides("first 1,000");
}

#[test]
fn a_list_that_somebody_waits_for_does_not_wait_for_counting() {
    let mut stage = Stage::on(many(50), LARGE);
    stage.keys("o");
    let model = &mut stage.app.model;
    (model.counting, model.list.loading) = (true, Some(Place::Start));
    let effects = update(model, Msg::Input(Input::Key("esc".parse().unwrap())));
    assert_eq!(model.list.sort, Sort::Id);
    let slots: Vec<_> = effects.iter().filter_map(Effect::slot).collect();
    assert_eq!(slots, [Slot::Count, Slot::Page, Slot::Count], "{effects:?}");
    assert!(matches!(effects[0], Effect::Stop(_)), "{effects:?}");
}
