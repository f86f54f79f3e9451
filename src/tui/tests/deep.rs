//! States that are deeper, and parts that are larger, than a screen.

use super::stage::{Stage, event};
use crate::tui::input::Input;

const SIZES: [(u16, u16); 3] = [(160, 45), (80, 24), (40, 12)];

/// A state of so many levels, every third in an array, with a value beside each.
fn nested(levels: usize) -> String {
    (1..=levels).rev().fold("\"bottom\"".to_owned(), |inside, level| match level % 3 {
        0 => format!("{{\"beside\":{level},\"level{level}\":[{inside}]}}"),
        _ => format!("{{\"beside\":{level},\"level{level}\":{inside}}}"),
    })
}

/// On one event, with everything in its state open.
fn opened(data: &str, size: (u16, u16)) -> Stage {
    let mut stage = Stage::on(vec![event("order-1", 1, "Nested", 1, data)], size);
    stage.keys("alt-2 < down *");
    stage
}

#[test]
fn two_hundred_levels_are_walked_down_and_up_with_the_chosen_line_in_sight() {
    for (name, size) in ["large", "usual", "small"].into_iter().zip(SIZES) {
        // One level more than is walked: the value at the bottom stands in the last line.
        let mut stage = opened(&nested(200), size);
        let mut places = Vec::new();
        for level in 1..=200 {
            stage.shows(&format!("level{level} "));
            let chosen = stage.app.model.travel.as_ref().unwrap().tree.place.clone();
            assert!(chosen.ends_with(&format!(".level{level}")), "{chosen}");
            places.push(chosen);
            if level == 37 {
                insta::assert_snapshot!(format!("deep_{name}"), stage.picture());
            }
            // Past what stands beside the next level, in an array past its element too.
            let further = if level % 3 == 0 { "down down down" } else { "down down" };
            stage.keys(if level == 200 { "" } else { further });
        }
        stage.keys("<").shows("beside  1 ").keys(">").shows(".level199");
        for level in (1..200).rev() {
            let further = if level % 3 == 0 { "up up up" } else { "up up" };
            stage.keys(further).shows(&format!("level{level} "));
        }
    }
}

#[test]
fn what_stands_outside_of_the_window_says_to_which_side() {
    let mut stage = opened(&nested(60), (160, 45));
    stage.shows("› ").hides("‹");
    stage.keys(">").shows("‹").hides("› beside");
    // The mouse chooses among lines that stand at the edge too.
    let (x, y) = stage.find("beside  50");
    stage.input(Input::Click(x, y)).shows("level49.beside ─").shows("beside  50");
}

#[test]
fn the_changes_and_the_payload_stay_in_sight_however_deep_they_are() {
    for size in SIZES {
        let mut stage = opened(&nested(60), size);
        for tab in ["alt-3", "alt-4"] {
            stage.keys(tab).keys(">");
            for _ in 0..60 {
                let screen = stage.text_now();
                let cut = screen.lines().any(|line| line.trim_matches(['│', ' ']) == "…");
                assert!(!cut, "{screen}");
                stage.keys("pageup");
            }
        }
    }
}

#[test]
fn opening_more_than_can_be_opened_at_once_says_so() {
    let members = |count: usize| {
        let all: Vec<String> = (0..count).map(|n| format!("\"k{n}\":[{n}]")).collect();
        format!("{{\"a\":{{\"b\":{{\"all\":{{{}}}}}}}}}", all.join(","))
    };
    // What holds them is a part too.
    let mut stage = opened(&members(10_000), (80, 24));
    stage.shows("● opened the first 10,000 parts of it");
    stage.keys(">").shows("▾ k9998").shows("▸ k9999");
    opened(&members(9_999), (80, 24)).hides("opened the first").keys(">").shows("▾ k9998");
}

#[test]
fn a_state_longer_than_its_panel_says_where_the_event_changed_it() {
    let all: Vec<String> = (0..60).map(|n| format!("\"k{n:02}\":{n}")).collect();
    let first = event("order-1", 1, "Made", 1, &format!("{{{}}}", all.join(",")));
    let second = event("order-1", 2, "Changed", 2, r#"{"k59":0}"#);
    let third = event("order-1", 3, "Changed", 3, r#"{"k00":5,"k58":5}"#);
    let mut stage = Stage::on(vec![first, second, third], (80, 24));
    stage.keys("alt-2 left").shows("changed ↓  1–14 of 60").keys("c").shows("~   k59  0");
    stage.hides("changed ").shows("47–60 of 60").keys("right").shows("changed ↑  ");
}

#[test]
fn what_is_recorded_about_an_event_is_read_to_its_end() {
    let id = format!("{}Ω", "i".repeat(300));
    let mut made = event("order-1", 1, "Made", 1, "{}");
    made.id = Some(id.as_str().into());
    let metadata = format!("{{\"{}\":\"{}last\"}}", "m".repeat(5000), "n".repeat(400));
    made.metadata = Some(crate::model::Payload::json(
        metadata.into_bytes(),
        std::sync::Arc::default(),
        made.version,
    ));
    for size in SIZES {
        let mut stage = Stage::on(vec![made.clone()], size);
        stage.keys("alt-4 >").shows("last");
        let mut seen = String::new();
        for _ in 0..40 {
            seen = stage.text_now();
            if seen.contains('Ω') {
                break;
            }
            stage.keys("up");
        }
        assert!(seen.contains('Ω'), "{seen}");
        stage.keys("v").shows("Payload of v1 Made").keys("esc");
    }
}
