//! Aggregates by category, and found by some of their letters.

use ratatui::style::Modifier;

use super::stage::{SIZES, Stage, counter, event};
use crate::model::Event;
use crate::session::{OpenOptions, Session};
use crate::store::{AggregatePage, EventStore as _, MemoryStore};
use crate::task::{Report, Running, Said, Spent};
use crate::tui::effect::{Answer, Slot};
use crate::tui::layout::Panel;
use crate::tui::model::list::{Place, Tally};
use crate::tui::theme::{Colours, Theme};
use crate::tui::update::{Msg, update};

/// On a store whose index knows no category: it comes from the first event of each aggregate.
fn ungrouped(size: (u16, u16)) -> Stage {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stores/eventsourcing-py.db");
    Stage::open("bank.db", size, move || Session::open(path, &OpenOptions::default()))
}

fn categories(stage: &Stage) -> Vec<String> {
    let rows = stage.app.model.list.rows();
    rows.iter().map(|row| row.key.category.to_string()).collect()
}

#[test]
fn the_fourth_order_is_by_category_under_headings_and_then_comes_the_first_again() {
    for (name, size) in SIZES {
        let mut stage = ungrouped(size);
        stage.keys("alt-1");
        let by_id = categories(&stage);
        assert!(!by_id.is_sorted(), "{by_id:?}");
        stage.keys("o o o").shows("aggregates by category");
        let sorted = categories(&stage);
        assert_eq!(sorted.len(), by_id.len());
        assert!(sorted.is_sorted(), "{sorted:?}");
        stage.shows("BankAccount");
        insta::assert_snapshot!(format!("category_{name}"), stage.picture());
        stage.keys(">").shows("Order").keys("o").shows("aggregates by id");
        assert_eq!(categories(&stage), by_id);
    }
}

#[test]
fn where_others_have_a_category_the_lack_of_one_is_said() {
    let mut events = counter("order-1", 3);
    let bare = counter("stray-1", 2).into_iter().map(|mut event| {
        event.category = "".into();
        event
    });
    events.extend(bare);
    let mut stage = Stage::on(events.clone(), (160, 45));
    stage.shows("no category").shows(" Order").keys("o o o").shows("aggregates by category and id");
    let only: Vec<_> =
        events.into_iter().filter(|event| event.category.as_str().is_empty()).collect();
    Stage::on(only, (160, 45)).shows("stray-1").hides("no category");
}

fn named(ids: &[&str]) -> Vec<Event> {
    (0..).zip(ids).map(|(n, id)| event(id, 1, "Made", n, r#"{"n":1}"#)).collect()
}

fn many(count: u64) -> Vec<Event> {
    (0..count).map(|n| event(&format!("order-{n:06}"), 1, "Made", n, r#"{"n":1}"#)).collect()
}

fn ids(stage: &Stage) -> Vec<String> {
    stage.app.model.list.rows().iter().map(|row| row.key.id.to_string()).collect()
}

const IDS: [&str; 8] =
    ["cart-1", "cart-47", "order-4-7", "order-4711", "47", "4700", "stock-147", "order-74"];

#[test]
fn letters_in_order_find_and_what_fits_best_comes_first() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(named(&IDS), size);
        stage.keys("/").text("47").shows("6 of 8");
        let found = ["47", "4700", "cart-47", "order-4711", "stock-147", "order-4-7"];
        assert_eq!(ids(&stage), found);
        assert_eq!(stage.app.model.travel.as_ref().unwrap().key.id.as_str(), "47");
        insta::assert_snapshot!(format!("found_{name}"), stage.picture());
        stage.keys("backspace backspace").text("o7").shows("4 of 8");
        assert_eq!(ids(&stage), ["order-74", "order-4-7", "order-4711", "stock-147"]);
        insta::assert_snapshot!(format!("scattered_{name}"), stage.picture());
        stage.text("x").shows("nothing found").keys("esc").shows("cart-1");
    }
}

#[test]
fn of_an_id_that_does_not_fit_the_category_goes_first() {
    let id = |guest: &str| format!("guest_stay_account-{guest}:room131:2024-03-16");
    let mut events = named(&[&id("guest71"), &id("guest72")]);
    for event in &mut events {
        event.category = "guest_stay_account".into();
    }
    let mut stage = Stage::on(events, (160, 45));
    stage.keys("o").shows("aggregates by their newest event").shows("…guest71:").shows("…guest72:");
}

#[test]
fn what_is_typed_next_takes_the_place_of_what_was_kept() {
    let mut stage = Stage::on(named(&["order-4711", "order-4712"]), (160, 45));
    stage.keys("/").text("4711").keys("enter /").text("4712").shows("⌕ 4712").shows("1 of 2");
    // A key that goes on with it says so.
    stage.keys("enter / backspace").shows("order-4711").text("471").keys("enter / end").text("1");
    stage.shows("⌕ 4711").keys("enter alt-2 /").text("a").keys("enter /").text("b").shows("⌕ b");
    stage.keys("esc 2 /").text("type:Nothing").keys("esc /").text("4711").keys("enter /");
    stage.text("4712").keys("enter").shows("⌕ 4712 ");
}

#[test]
fn the_best_of_very_many_are_shown_and_the_rest_is_counted() {
    for (_, size) in SIZES {
        let mut stage = Stage::on(many(20_000), size);
        stage.keys("/").text("o1").shows("best 1,000 of ").keys("enter alt-1");
        assert_eq!(stage.app.model.list.rows().len(), 200);
        stage.keys("> pageup pagedown");
        assert_eq!(stage.app.model.list.rows().len(), 1000);
        stage.keys("< pagedown").keys("/ backspace backspace").text("9999").shows("2 of 20.0k");
        assert_eq!(ids(&stage), ["order-009999", "order-019999"]);
    }
}

#[test]
fn what_is_found_can_be_put_in_another_order() {
    let mut events = counter("order-12", 3);
    events.extend(counter("order-1", 9));
    events.push(event("order-123", 1, "Made", 500, r#"{"n":1}"#));
    let mut stage = Stage::on(events, (160, 45));
    stage.keys("/").text("o1").keys("enter").shows("3 of 3");
    assert_eq!(ids(&stage), ["order-1", "order-12", "order-123"]);
    stage.keys("o").shows("aggregates by their newest event").shows("3 of 3");
    assert_eq!(ids(&stage), ["order-123", "order-1", "order-12"]);
    stage.keys("o");
    assert_eq!(ids(&stage), ["order-1", "order-12", "order-123"]);
    stage.keys("o esc").shows("order-123");
}

#[test]
fn aggregates_that_are_written_while_one_finds_are_found_too() {
    let mut store = MemoryStore::new("test", counter("order-1", 3));
    let twin = store.reopen().unwrap();
    let mut stage = Stage::open("test", (160, 45), move || {
        Ok(Session::with_store(twin, &OpenOptions::default()))
    });
    stage.keys("/").text("or").keys("enter").shows("1 of 1");
    store.push(event("order-1", 4, "Counted", 4, r#"{"count":4}"#));
    store.push(event("order-2", 1, "Counted", 5, r#"{"count":1}"#));
    stage.hides("order-2").keys("r").shows("2 of 2").shows("order-2").shows("State at v4");
}

/// - opens the finder, types, takes it back → the ids are read once and are there for the next letter;
/// - closes it, by whichever way → nothing is kept of them.
#[test]
fn ids_are_kept_while_somebody_finds_and_let_go_of_when_not() {
    let mut stage = Stage::on(many(20_000), (160, 45));
    let names = |stage: &mut Stage| {
        stage.settle();
        stage.app.names()
    };
    assert_eq!(names(&mut stage), None);
    stage.keys("/");
    assert_eq!(names(&mut stage), Some(20_000), "before the first letter");
    stage.text("99").keys("backspace backspace");
    assert_eq!(names(&mut stage), Some(20_000));
    stage.keys("esc");
    assert_eq!(names(&mut stage), None);
    stage.keys("/").text("47").keys("enter o o 2 1");
    assert_eq!(names(&mut stage), Some(20_000), "what was found is still shown");
    stage.keys("alt-1 esc").shows("/ to");
    assert_eq!(names(&mut stage), None);
    // Going to an aggregate from the events ends the search, too.
    stage.keys("/").text("9999").keys("enter 2 < enter").shows("Order order-000000");
    assert_eq!(names(&mut stage), None);
    stage.keys("/ enter");
    assert_eq!(names(&mut stage), None, "nothing was typed");
}

/// The names in the list, and which letters of each have a line under them.
fn underlined(stage: &mut Stage) -> Vec<(String, Vec<usize>)> {
    stage.settle();
    let area = stage.app.model.areas.content(Panel::List);
    let buffer = stage.draw().clone();
    let line = |y| {
        let cells = (area.x..area.right()).map(|x| &buffer[(x, y)]);
        let marked = |(at, cell): (usize, &ratatui::buffer::Cell)| {
            cell.modifier.contains(Modifier::UNDERLINED).then_some(at)
        };
        let name: String = cells.clone().map(ratatui::buffer::Cell::symbol).collect();
        let name = name.split_whitespace().next().unwrap_or_default().to_owned();
        (name, cells.enumerate().filter_map(marked).collect())
    };
    (area.y..area.bottom()).map(line).filter(|(name, _)| !name.is_empty()).collect()
}

/// Whatever the colours are, found letters have a line under them, also where the name is chosen, and no others have.
#[test]
fn found_letters_are_marked_without_colours() {
    for (kind, colours) in [("mono", Colours::None), ("sixteen", Colours::Sixteen)] {
        for (name, size) in SIZES {
            let mut stage = Stage::on(named(&IDS), size);
            stage.app.model.themes = Theme::all(colours).unwrap();
            stage.keys("/").text("o7");
            let marked = [
                ("order-74", vec![0, 6]),
                ("order-4-7", vec![0, 8]),
                ("order-4711", vec![0, 7]),
                ("stock-147", vec![2, 8]),
            ];
            let marked = marked.map(|(name, letters)| (name.to_owned(), letters));
            assert_eq!(underlined(&mut stage), marked, "{kind} {name}");
            insta::assert_snapshot!(format!("marked_{kind}_{name}"), stage.picture());
            stage.keys("esc");
            assert!(underlined(&mut stage).iter().all(|(_, letters)| letters.is_empty()));
        }
    }
}

/// What a search says while it goes on.
fn so_far(stage: &mut Stage, rows: &[&str], looked: u64) {
    let mut store = MemoryStore::new("x", named(rows));
    let best = rows.iter().flat_map(|id| store.find(id).unwrap()).collect();
    let page = AggregatePage { rows: best, next: None, examined: looked };
    let tally = Tally { found: rows.len() as u64, looked, complete: false, old: false };
    let model = &mut stage.app.model;
    let generation = model.issue(Slot::Page, Running::Cancel);
    let answer = Answer::Finding(Place::Start, Ok((page, tally)));
    let said = Said { slot: Slot::Page, generation, answer, spent: Spent::default() };
    update(model, Msg::Report(Box::new(Report::Progress(said))));
}

#[test]
fn what_was_found_so_far_is_shown_and_the_cursor_stays_where_it_was_moved_to() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(many(5000), size);
        stage.keys("/").text("47");
        so_far(&mut stage, &["order-000047", "order-000470"], 1234);
        assert!(stage.now().contains("1.2k of 5.0k seen"), "{}", stage.now());
        insta::assert_snapshot!(format!("so_far_{name}"), stage.now());
        so_far(&mut stage, &["order-004747", "order-000047", "order-000470"], 2345);
        assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-004747");
        update(
            &mut stage.app.model,
            Msg::Input(crate::tui::input::Input::Key("down".parse().unwrap())),
        );
        so_far(&mut stage, &["order-000100", "order-004747", "order-000047"], 3456);
        assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-000047");
    }
}

/// Somebody found an aggregate and left the finder before anything was answered.
fn faster_than_what_is_looked_for() -> Stage {
    let mut stage = Stage::on(named(&["order-1", "order-12", "order-2"]), (160, 45));
    stage.shows("Order order-1 ");
    hold(&stage, 0);
    for key in ["/", "1", "2", "enter", "esc"] {
        stage.press(key);
    }
    stage
}

/// How many jobs each lane may do.
fn hold(stage: &Stage, jobs: usize) {
    let lanes = stage.app.lanes().stand().len();
    (0..lanes).for_each(|lane| stage.app.lanes().let_go(lane, jobs, jobs));
}

#[test]
fn keys_that_are_faster_than_what_they_look_for_lead_to_it() {
    let mut stage = faster_than_what_is_looked_for();
    hold(&stage, usize::MAX);
    stage.shows("Order order-12 ").shows("/ to find").shows("order-2");
}

#[test]
fn all_is_shown_again_at_once_where_it_is_asked_for_twice() {
    let mut stage = faster_than_what_is_looked_for();
    assert!(!stage.app.model.list.field.is_empty());
    stage.press("esc");
    assert!(stage.app.model.list.field.is_empty());
    hold(&stage, usize::MAX);
    stage.shows("Order order-1 ").shows("/ to find");
}

#[test]
fn what_is_typed_after_it_was_left_is_typed_anew() {
    let mut stage = faster_than_what_is_looked_for();
    for key in ["/", "2"] {
        stage.press(key);
    }
    hold(&stage, usize::MAX);
    assert_eq!(stage.shows("Order order-2 ").app.model.list.field.text(), "2");
    stage.keys("enter esc").shows("/ to find").shows("order-12");
}
