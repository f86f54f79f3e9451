//! How the screen looks: at each size, on an empty, a tiny and a large store.

use super::stage::{LARGE, SMALL, Stage, USUAL, counter, event};
use crate::model::Event;
use crate::tui::input::Input;
use crate::tui::model::Exit;

/// Many aggregates, one with more events than there are columns.
fn large() -> Vec<Event> {
    let mut events = counter("order-00000", 1000);
    for order in 1..2000_u64 {
        let id = format!("order-{order:05}");
        events.push(event(&id, 1, "OrderCreated", order, r#"{"status":"DRAFT"}"#));
        if order % 7 == 0 {
            events.push(event(&id, 2, "OrderPlaced", order + 1, r#"{"status":"PLACED"}"#));
        }
    }
    events
}

#[test]
fn before_the_store_is_open() {
    let mut stage = Stage::unopened("shop.db", USUAL, || unreachable!("nobody started it"));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn an_empty_store() {
    for (name, size) in [("large", LARGE), ("usual", USUAL), ("small", SMALL)] {
        insta::assert_snapshot!(format!("empty_{name}"), Stage::on(Vec::new(), size).picture());
    }
}

#[test]
fn a_tiny_store() {
    for (name, size) in [("large", LARGE), ("usual", USUAL), ("small", SMALL)] {
        let mut stage = Stage::shop(size);
        insta::assert_snapshot!(format!("tiny_{name}_list"), stage.picture());
        stage.keys("down enter left left down");
        insta::assert_snapshot!(format!("tiny_{name}_state"), stage.picture());
    }
    let mut stage = Stage::shop(USUAL);
    insta::assert_snapshot!("tiny_usual_change", stage.keys("down alt-3").picture());
    insta::assert_snapshot!("tiny_usual_event", stage.keys("alt-4").picture());
}

#[test]
fn a_large_store() {
    for (name, size) in [("large", LARGE), ("usual", USUAL), ("small", SMALL)] {
        let mut stage = Stage::on(large(), size);
        stage.keys("shift-left");
        insta::assert_snapshot!(format!("many_{name}"), stage.picture());
        stage.keys("pagedown up").shows("order-00003");
    }
}

#[test]
fn what_stands_over_the_screen() {
    let mut stage = Stage::shop(USUAL);
    insta::assert_snapshot!("help", stage.keys("?").picture());
    insta::assert_snapshot!("palette", stage.keys("esc :").text("fold").picture());
    insta::assert_snapshot!("goto", stage.keys("esc g").text("soon").keys("enter").picture());
}

#[test]
fn no_colour_reaches_a_terminal_that_wants_none() {
    let mut stage = Stage::shop(USUAL);
    stage.app.model.themes =
        crate::tui::theme::Theme::all(crate::tui::theme::Colours::None).unwrap();
    let picture = stage.keys("enter").picture();
    assert!(!picture.contains('#'), "{picture}");
    insta::assert_snapshot!("mono", picture);
}

#[test]
fn too_small_a_screen_says_so_and_grows_back() {
    let mut stage = Stage::shop((30, 8));
    stage.shows("30×8 is too small").shows("40×12 is enough");
    stage.resize(160, 45).shows("State at v2").shows("cust-12");
    stage.resize(10, 2);
    stage.text_now();
    stage.resize(1, 1);
    stage.text_now();
    stage.resize(80, 24).shows("Aggregates").keys("q");
    assert!(matches!(stage.app.model.exit, Some(Exit::Quit)));
}

#[test]
fn every_theme_draws_the_same_text() {
    let mut stage = Stage::shop(LARGE);
    let text = stage.text_now();
    for _ in 1..stage.app.model.themes.len() {
        stage.keys("ctrl-t").shows("● theme");
        stage.keys("ctrl-g");
        assert_eq!(stage.text_now(), text);
    }
}

#[test]
fn long_texts_scroll_and_tabs_are_clicked() {
    let lines: Vec<String> = (0..100).map(|n| format!("\"key{n:03}\":{n}")).collect();
    let data = format!("{{{}}}", lines.join(","));
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, &data)], USUAL);
    for (tab, first, last) in [
        ("Event", "\"key000\"", "recorded"),
        ("Change", ".key000", ".key099"),
        ("State", "key000", "key099"),
    ] {
        let (x, y) = stage.find(&format!(" {tab} "));
        stage.input(Input::Click(x + 1, y)).shows(first).hides(last);
        stage.keys(">").shows(last).hides(first);
        stage.keys("pageup").hides(last).keys("<").shows(first);
        stage.input(Input::Wheel(true, 40, 20)).input(Input::Wheel(true, 40, 20)).hides(first);
        stage.keys("<");
    }
    // What is behind another tab keeps its place.
    stage.keys("down down alt-3 alt-4 alt-2").shows("key000");
}

#[test]
fn a_theme_is_chosen_by_its_name_and_a_wrong_name_gets_the_nearest() {
    use crate::tui::theme::Colours;
    let with = |theme: &str, colours| {
        let options =
            crate::tui::Options { colours, theme: Some(theme.to_owned()), ..Default::default() };
        let model = crate::tui::model("x", &options);
        model.map(|model| model.theme().name.clone()).map_err(|error| error.to_string())
    };
    assert_eq!(with("light", Colours::All), Ok("light".to_owned()));
    assert_eq!(with("mono", Colours::All), Ok("mono".to_owned()), "no colours need no colours");
    let told = with("lihgt", Colours::All).unwrap_err();
    assert!(told.contains("no theme `lihgt`") && told.contains("mean `light`?"), "{told}");
    assert!(told.contains("`contrast`"), "{told}");
    let told = with("light", Colours::None).unwrap_err();
    assert!(told.contains("`light` cannot be shown") && told.contains("`mono`"), "{told}");
}
