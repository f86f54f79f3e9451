//! Travelling: the playhead goes where it is sent, and the panels follow.

use super::stage::{LARGE, Stage, counter, event};
use crate::model::{Payload, Version};
use crate::text::human;
use crate::tui::input::Input;
use crate::tui::layout::Panel;
use crate::tui::model::travel::Walked;

#[test]
fn an_aggregate_opens_at_its_newest_version_and_keys_step_from_there() {
    let mut stage = Stage::on(counter("order-1", 42), LARGE);
    stage.shows("State at v42").shows("count  42");
    stage.keys("left").shows("State at v41").shows("count  41").shows("40 → 41").hides("count  42");
    stage.keys("shift-left").shows("State at v31");
    stage.keys("l H h").shows("State at v21");
    stage.keys("home").shows("State before everything").shows("before the first event");
    stage.keys("left").shows("State before everything");
    stage.keys("right").shows("State at v1").keys("end right").shows("State at v42");
}

#[test]
fn steps_typed_faster_than_they_are_answered_all_count() {
    let mut stage = Stage::on(counter("order-1", 300), LARGE);
    for _ in 0..20 {
        stage.press("left");
    }
    stage.press("shift-left");
    stage.press("right");
    stage.settle();
    stage.shows("State at v271");
}

#[test]
fn keys_typed_while_an_aggregate_is_on_its_way_are_meant_for_it() {
    let mut events = counter("order-1", 20);
    events.extend(counter("order-2", 30));
    let mut stage = Stage::on(events, LARGE);
    for key in ["down", "left", "left", "right", "left"] {
        stage.press(key);
    }
    stage.settle();
    stage.shows("─ Order order-2 ─").shows("State at v28");
    stage.press("up");
    stage.press("home");
    stage.press("right");
    stage.settle();
    stage.shows("─ Order order-1 ─").shows("State at v1 ");
}

#[test]
fn going_to_a_version_a_word_or_a_time() {
    let mut stage = Stage::on(counter("order-1", 42), LARGE);
    for (typed, shown) in [
        ("17", "State at v17"),
        ("first", "State at v1 "),
        ("-3", "State at v39"),
        ("0", "State before everything"),
        ("last", "State at v42"),
        ("2026-01-01 00:20", "State at v20"),
    ] {
        stage.keys("g").text(typed).keys("enter").shows(shown);
    }
    stage
        .keys("g")
        .text("99")
        .keys("enter")
        .shows("there is no version 99: the newest is 42")
        .shows("State at v20");
    stage.keys("backspace backspace").text("7").keys("enter").shows("State at v7 ");
    stage.keys("g").text("-99").keys("enter").shows("there is no version -99").keys("esc");
    stage.keys("g").text("20").keys("enter").shows("State at v20");
    stage.keys("g").text("5").keys("esc").shows("State at v20");
}

#[test]
fn steps_follow_the_versions_that_exist() {
    let events =
        [2_u64, 5, 9].map(|v| event("order-1", v, "Counted", v, &format!("{{\"n\":{v}}}")));
    let mut stage = Stage::on(events.to_vec(), LARGE);
    stage.shows("State at v9").shows("event 3 of 3");
    stage.keys("left").shows("State at v5").shows("Change v2 → v5");
    stage.keys("left").shows("State at v2").keys("left").shows("State before everything");
}

#[test]
fn the_mouse_moves_the_playhead_and_chooses() {
    let mut stage = Stage::on(counter("order-1", 42), LARGE);
    let (x, y) = stage.find("●");
    stage.input(Input::Click(x, y)).shows("State at v1 ");
    stage.input(Input::Wheel(true, x, y)).shows("State at v2 ");
    stage.input(Input::Drag(150, y));
    assert_eq!(stage.app.model.focus, Panel::Rail);
    stage.hides("State at v2 ");
    // What was pressed on the rail goes on beside it, to its ends and no further.
    stage.input(Input::Drag(159, 0)).shows("State at v42 ");
    stage.input(Input::Drag(0, 44)).shows("State before everything");
    stage.input(Input::Drag(80, 0)).hides("State before everything");
    let (x, y) = stage.find("count  ");
    stage.input(Input::Click(x, y));
    assert_eq!(stage.app.model.focus, Panel::State);
    let (_, y) = stage.find("●");
    stage.input(Input::Drag(150, y)).hides("State at v42 ");
}

#[test]
fn parts_of_the_state_open_and_close_and_stay_so_while_stepping() {
    let events = vec![
        event(
            "order-1",
            1,
            "A",
            1,
            r#"{"items":{"p-1":{"quantity":1},"p-2":{"quantity":5}},"total":3}"#,
        ),
        event("order-1", 2, "B", 2, r#"{"items":{"p-1":{"quantity":2}}}"#),
    ];
    let mut stage = Stage::on(events, LARGE);
    stage.keys("enter").shows("▾ items  2").shows("quantity  5").shows("~   ▾ p-1");
    stage.keys("enter").shows("▸ items  {p-1: {…}, p-2: {…}}").hides("quantity  5");
    stage.keys("left").shows("▸ items").keys("right enter").shows("quantity  5");
    stage.keys("_").hides("▾ p-1").keys("*").shows("▾ p-1");
    stage.keys("c");
    let line = stage.app.model.travel.as_ref().unwrap().tree.scroll.cursor;
    assert_eq!(line, 2, "the quantity that was changed");
}

#[test]
fn blame_names_the_event_that_put_a_value_there() {
    let mut stage = Stage::shop(LARGE);
    stage.keys("down enter");
    let screen = stage.text_now();
    let line = screen.lines().find(|line| line.contains("reference  ")).unwrap();
    assert!(line.contains("v2 PaymentReceived"), "{line}");
    assert!(
        screen.lines().any(|line| line.contains("~   balance") && line.contains("v6 RefundIssued"))
    );
}

#[test]
fn an_event_that_cannot_be_applied_is_shown_with_its_reason() {
    let events = vec![
        event("order-1", 1, "Made", 1, r#"{"n":1}"#),
        event("order-1", 2, "Odd", 2, "[1,2]"),
        event("order-1", 3, "Torn", 3, r#"{"n":"#),
        event("order-1", 4, "Made", 4, r#"{"n":4}"#),
    ];
    let mut stage = Stage::on(events, LARGE);
    stage.shows("n  4").shows("✗ failed to apply");
    stage.keys("left").shows("n  1").shows("Event v3 Torn").shows("5 B of application/json");
    stage.shows("│ {\"n\":  ");
    let screen = stage.text_now();
    assert!(screen.contains('✗'), "{screen}");
    stage.keys("left").shows("✗ could not be applied: the payload is a JSON array").hides("▲ the");
    stage.shows("Event v2 Odd").shows("nothing: the event could not be applied");
    stage.shows("✗ v2 could not be applied; this state is without it").keys("right");
    stage.shows("✗ 2 events up to here could not be applied").keys("end");
    stage.shows("✗ 2 events up to here could not be applied").shows("n  4");
    let (x, y) = stage.find("n  4");
    stage.input(Input::Click(x, y));
    assert_eq!(stage.app.model.travel.as_ref().unwrap().tree.scroll.cursor, 0);
    for size in [(120, 30), (80, 24), (40, 12)] {
        stage.resize(size.0, size.1).keys("alt-2").shows("could not be applied").shows("n  4");
        stage.shows("✗ 2 events");
    }
    stage.keys("home right").hides("could not be applied");
}

#[test]
fn where_no_event_can_be_applied_the_state_is_not_called_empty() {
    let events = (1..=11).map(|v| event("order-1", v, "Sealed", v, "\"x\"")).collect();
    let mut stage = Stage::on(events, LARGE);
    stage.shows("✗ none of the 11 events could be applied").hides("the state is empty");
    stage.resize(40, 12).keys("alt-2").shows("✗ none of 11 could be applied").resize(160, 45);
    stage.keys("home right").shows("✗ the only event could not be applied");
    stage.keys("left").shows("before the first event there is nothing").hides("could not be");
}

#[test]
fn text_from_a_store_never_reaches_the_terminal_raw() {
    let id = "evil\u{1b}[2J\u{202e}";
    let data = r#"{"k\u001b[31m":"v\u0007\u202e","new\nline":"a\tb"}"#;
    let mut odd = event(id, 1, "Type\u{1b}]0;x\u{7}", 1, data);
    odd.category = "Cat\u{9b}2J".into();
    let mut stage = Stage::on(vec![odd], LARGE);
    for keys in ["enter", "alt-3", "alt-4", "g", "esc", "alt-1"] {
        let screen = stage.keys(keys).text_now();
        let raw = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!screen.contains(raw), "{screen:?}");
    }
    stage.shows("evil");
}

#[test]
fn a_long_history_is_walked_in_the_background_and_can_be_left_at_any_time() {
    let mut stage = Stage::walking(counter("order-1", 60_000), LARGE);
    stage.press("right");
    stage.settle();
    let travel = stage.app.model.travel.as_ref().unwrap();
    assert!(!travel.riding, "a playhead that was moved no longer rides along");
    assert_eq!(travel.outline.len(), 60_000, "the walk went on to its end");
    stage.shows("of 60,000").keys("end").shows("State at v60,000").shows("count  60000");
}

#[test]
fn a_playhead_that_nobody_moves_rides_along_to_the_newest_version() {
    let mut stage = Stage::on(counter("order-1", 30_000), LARGE);
    stage.shows("State at v30,000").shows("•").shows("several");
}

#[test]
fn walking_can_be_stopped_and_taken_up_again() {
    let mut stage = Stage::walking(counter("order-1", 60_000), LARGE);
    stage.press("esc");
    stage.settle();
    stage.shows("r reads on");
    let walked = stage.app.model.travel.as_ref().unwrap().outline.len();
    assert!(walked < 60_000, "{walked}");
    stage.keys("r");
    assert_eq!(stage.app.model.travel.as_ref().unwrap().outline.len(), 60_000);
}

#[test]
fn what_reading_and_folding_noticed_alike_is_told_once() {
    let mut torn = event("order-1", 1, "Torn", 1, "{");
    let message = torn.data.value().unwrap_err().to_string();
    torn.findings
        .push(torn.finding(crate::model::Finding::note("x", message.clone()).hint("mend it")));
    let mut stage = Stage::on(vec![torn], (200, 45));
    let screen = stage.shows("mend it").text_now();
    let begin: String = message.chars().take(30).collect();
    assert_eq!(screen.matches(&begin).count(), 1, "{screen}");
}

/// Two aggregates of which the first takes a while to walk, at the first one's first picture.
fn a_long_one_and_a_short_one() -> Stage {
    let mut events = counter("order-1", 60_000);
    events.extend(counter("order-2", 3));
    Stage::walking(events, LARGE)
}

fn walked(stage: &Stage) -> (Walked, usize, bool) {
    let width = stage.app.model.width(Panel::Rail);
    let travel = stage.app.model.travel.as_ref().unwrap();
    (travel.walked, travel.outline.len(), travel.is_drawn(width))
}

#[test]
fn a_walk_goes_on_where_somebody_came_back_before_the_other_aggregate_was_there() {
    let mut stage = a_long_one_and_a_short_one();
    stage.press("down");
    stage.press("up");
    stage.settle();
    assert_eq!(walked(&stage), (Walked::Whole, 60_000, true));
    stage.shows("State at v60,000").hides("reading");
}

#[test]
fn a_long_aggregate_that_was_walked_opens_at_its_newest_version_again() {
    let mut stage = a_long_one_and_a_short_one();
    stage.settle();
    stage.keys("down").shows("─ Order order-2 ─").shows("State at v3");
    stage.keys("up").shows("─ Order order-1 ─").shows("State at v60,000");
    assert_eq!(walked(&stage), (Walked::Whole, 60_000, true));
}

#[test]
fn the_rail_of_a_stopped_walk_follows_the_width_and_the_playhead() {
    let mut stage = a_long_one_and_a_short_one();
    stage.press("esc");
    stage.settle();
    stage.resize(120, 40);
    let (how, far, drawn) = walked(&stage);
    assert!(how == Walked::Stopped && far < 60_000 && drawn, "{how:?} {far} {drawn}");
    stage.keys("end").shows("State at v60,000");
    assert_eq!(walked(&stage), (Walked::Whole, 60_000, true));
}

#[test]
fn reading_the_store_again_does_not_lose_the_aggregate_that_is_on_its_way() {
    let mut stage = a_long_one_and_a_short_one();
    stage.press("down");
    stage.press("r");
    stage.settle();
    stage.shows("─ Order order-2 ─").shows("State at v3");
}

#[test]
fn the_first_click_on_a_panel_gives_it_the_keys_and_folds_nothing() {
    let data = r#"{"items":{"p-1":1}}"#;
    let mut stage = Stage::on(vec![event("order-1", 1, "A", 1, data)], LARGE);
    let (x, y) = stage.find("▾ items");
    stage.input(Input::Click(x, y)).shows("▾ items");
    stage.input(Input::Click(x, y)).shows("▸ items");
}

#[test]
fn bytes_that_are_no_text_are_shown_and_can_be_scrolled_through() {
    let mut bytes = vec![0x9d; 20_000];
    bytes[..4].copy_from_slice(&[0, 1, 0xfe, 0xff]);
    let mut sealed = event("order-1", 1, "Sealed", 1, "");
    sealed.data = Payload::json(bytes, std::sync::Arc::default(), Version(1));
    let mut stage = Stage::on(vec![sealed], LARGE);
    stage
        .shows("00 01 fe ff 9d 9d")
        .shows(&format!("{} of application/json", human::bytes(20_000)))
        .keys("alt-4");
    let len = stage.app.model.travel.as_ref().unwrap().event.len;
    assert!(len > 16 * 1024 / 16 && len < 1100, "{len}");
    stage
        .keys("alt-4 >")
        .shows(&format!("{} more", human::bytes(20_000 - 16_384)))
        .shows("type      Sealed");
}

#[test]
fn what_is_empty_is_shown_as_such() {
    let mut nameless = event("", 1, "", 1, r#"{"n":1}"#);
    nameless.id = Some("".into());
    let mut homeless = event("order-2", 1, "Made", 2, r#"{"n":1}"#);
    homeless.category = "".into();
    let mut stage = Stage::on(vec![nameless, homeless], LARGE);
    stage.shows("─ order-2 ─").shows("│  \"\"   ").keys("down").shows("─ Order \"\" ─");
    stage.shows("│▌ \"\"   ").shows("Event v1 \"\" ─").shows("v1 \"\" │");
    stage.shows("type      \"\"").shows("event id  \"\"");
}
