//! What looking at pictures brought: help that wraps, one accent at a time, silences of the chart, little room.

use super::stage::{self, Stage, counter, event};
use crate::model::{Event, Payload, Position, Version};
use crate::session::{OpenOptions, Session, Silent};
use crate::store::own::OwnStore;
use crate::text;
use crate::tui::input::Input;
use crate::tui::model::overlay::{HelpLine, Overlay};
use crate::tui::overlay;
use crate::tui::theme::{Colours, Theme};

const LARGE: (u16, u16) = (160, 45);
const USUAL: (u16, u16) = (80, 24);
const SMALL: (u16, u16) = (40, 12);
const SIZES: [(&str, (u16, u16)); 3] = [("large", LARGE), ("usual", USUAL), ("small", SMALL)];

#[test]
fn help_cuts_nothing_at_any_size() {
    for (name, size) in SIZES {
        let mut stage = Stage::shop(size);
        stage.keys("?");
        insta::assert_snapshot!(format!("help_{name}"), stage.picture());
        let areas = stage.app.model.areas;
        let Overlay::Help(help) = &stage.app.model.overlay else { panic!() };
        let width = overlay::width(&areas, &stage.app.model.overlay);
        let mut shown = vec![Vec::new(); help.lines.len()];
        for row in help.rows() {
            let beside = if row.part.is_empty() { 0 } else { help.keys(width) + 2 };
            assert!(beside + text::width(&row.part) <= width, "{name}: {}", row.part);
            shown[row.line].extend((!row.part.is_empty()).then_some(row.part.as_str()));
        }
        for (line, shown) in help.lines.iter().zip(shown) {
            if let HelpLine::Keys(_, told, _) = line {
                assert_eq!(shown.join(" "), *told, "{name}");
            }
        }
    }
    // Its key stands as far from the right edge as the first from the left one.
    let mut stage = Stage::shop(SMALL);
    let (x, y) = stage.find("? help");
    assert_eq!((x + 7, y), (40, 11));
    stage.input(Input::Click(x, y)).shows("Keys");
}

#[test]
fn only_what_has_the_keys_has_the_accent() {
    let accent = |stage: &mut Stage| {
        let frames = |c: &ratatui::buffer::Cell, accent| c.symbol() == "╭" && c.fg == accent;
        let theme = stage.app.model.theme().accent.fg.unwrap();
        stage.draw().content().iter().filter(|cell| frames(cell, theme)).count()
    };
    for size in [LARGE, USUAL] {
        let mut stage = Stage::shop(size);
        for panel in ["alt-1", "alt-2", "alt-3", "alt-4"] {
            stage.keys(panel);
            assert_eq!(accent(&mut stage), 1, "{panel}");
            for keys in ["?", ":", "g", "!", "W", "M", "d"] {
                stage.keys(keys);
                let shown = stage.text_now();
                assert_eq!(accent(&mut stage), 1, "{panel} {keys}:\n{shown}");
                stage.keys("esc");
            }
            stage.keys("y");
            assert_eq!(accent(&mut stage), 1, "{panel} y");
            stage.keys("esc");
        }
        for part in ["2", "tab", "tab"] {
            stage.keys(part);
            assert_eq!(accent(&mut stage), 1, "{part}");
            stage.keys("W");
            assert_eq!(accent(&mut stage), 1, "W on {part}");
            stage.keys("esc");
        }
    }
    for (name, size) in SIZES {
        let mut stage = Stage::shop(size);
        insta::assert_snapshot!(format!("covered_{name}"), stage.keys("alt-2 g").picture());
    }
}

/// Two hours of work, a night, an hour.
fn shifts() -> Vec<Event> {
    let one = |(at, minute): (usize, u64)| {
        let mut event = event("order-1", at as u64 + 1, "Counted", minute, "{}");
        event.position = Some(Position(at as i64 + 1));
        event
    };
    (0..120).chain(1200..1260).enumerate().map(one).collect()
}

#[test]
fn a_silence_of_the_chart_is_folded_and_dragged_over() {
    for (name, size) in [("large", LARGE), ("usual", USUAL)] {
        let mut stage = Stage::on(shifts(), size);
        stage.keys("2").shows("⋯ 18 h ⋯");
        insta::assert_snapshot!(format!("chart_{name}"), stage.picture());
        let (fold, y) = stage.find("⋯ 18 h ⋯");
        let drag = |stage: &mut Stage, from: u16, to: u16| {
            stage.input(Input::Click(from, y)).input(Input::Drag(to, y));
            let shown = stage.text_now();
            stage.input(Input::Release(to, y));
            let filter = &stage.app.model.events.sieve.filter;
            let (from, to) = (filter.from().unwrap(), filter.to().unwrap());
            let found = stage.app.model.events.sieve.wanted.found;
            let within = |e: &&Event| (from..=to).contains(&e.time.unwrap());
            assert_eq!(found, shifts().iter().filter(within).count() as u64);
            stage.keys("u");
            (from, to, found, shown)
        };
        // From some minutes before the silence to some after it.
        let (from, to, found, shown) = drag(&mut stage, fold - 4, fold + 12);
        assert!((2..60).contains(&found), "{found}");
        let hours = (to - from).num_hours();
        assert!((18..20).contains(&hours), "{hours}");
        assert!(shown.contains("2026-01-01 01:") && shown.contains("– 2026-01-01 20:"), "{shown}");
        // The silence alone: nothing happened from its beginning to its end.
        let (from, to, found, _) = drag(&mut stage, fold + 5, fold + 1);
        assert_eq!(found, 0);
        assert!(((to - from).num_minutes() - 1080).abs() <= 2, "{from} {to}");
        // Backwards from after it, the beginning is where the mouse went to.
        let (_, _, found, _) = drag(&mut stage, fold + 9, 0);
        assert!(found >= 120, "{found}");
    }
}

#[test]
fn a_time_is_cut_between_date_and_time_only() {
    let mut made = event("order-1", 1, "Made", 1, r#"{"a":1}"#);
    made.time = crate::model::time::parse_recorded("2026-03-02T14:34:12.201123456Z");
    let mut stage = Stage::on(vec![made], LARGE);
    stage.keys("alt-2 s");
    let lines = stage.text_now();
    let of =
        |told: &str| lines.lines().any(|line| line.trim_end_matches([' ', '│']).ends_with(told));
    assert!(of("recorded  2026-03-02") && of("14:34:12.201123456Z"), "{lines}");
    let usual = vec![event("order-1", 1, "Made", 1, r#"{"a":1}"#)];
    let mut stage = Stage::on(usual, LARGE);
    stage.keys("alt-2 s").shows("recorded  2026-01-01T00:01:00Z");
}

#[test]
fn little_room_takes_no_meaning_away() {
    let mut stage = Stage::on(counter("order-1", 1200), SMALL);
    insta::assert_snapshot!("usage_small", stage.keys("2 /").picture());
    stage.shows("where:EXPR").hides("…");
    stage.keys("esc esc 1 m").text("before the long weekend of refunds").keys("enter home d enter");
    stage.shows("v1,200 ⚑ befo").shows("→ v0");
    insta::assert_snapshot!("diff_heading_small", stage.picture());
    // A short value takes no more of the screen than it has to.
    let mut stage = Stage::on(counter("order-1", 3), SMALL);
    stage.keys("alt-2 v");
    insta::assert_snapshot!("value_small", stage.picture());
}

#[test]
fn the_chosen_line_is_one_block_where_colours_are_few() {
    use ratatui::style::{Color, Modifier};
    for (name, size) in SIZES {
        let mut stage = Stage::shop(size);
        stage.app.model.themes = Theme::all(Colours::Sixteen).unwrap();
        stage.keys("alt-2 down");
        insta::assert_snapshot!(format!("ansi16_{name}"), stage.picture());
        for keys in ["alt-1", "alt-3", "2", "tab tab", ":", "esc !"] {
            stage.keys(keys);
            let buffer = stage.draw();
            let chosen = buffer
                .content()
                .iter()
                .filter(|cell| cell.modifier.contains(Modifier::REVERSED) && cell.symbol() != " ");
            let chosen: Vec<_> = chosen.collect();
            assert!(chosen.len() > 4, "{name} {keys}");
            let is_plain = |cell: &&ratatui::buffer::Cell| {
                (cell.fg, cell.bg) == (Color::Reset, Color::Reset)
                    && !cell.modifier.contains(Modifier::DIM)
            };
            assert!(chosen.iter().all(is_plain), "{name} {keys}: {chosen:?}");
        }
    }
}

#[test]
fn what_is_empty_says_what_comes_next() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(Vec::new(), size);
        let flat = |stage: &mut Stage| {
            let text = stage.text_now().replace(['│', '╭', '╮'], " ");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(flat(&mut stage).contains("no aggregates yet; r reads"), "{name}");
        stage.keys("alt-2").shows("no aggregate is open");
        stage.keys("g").shows("there is nothing to go to yet");
        stage.keys("d").shows("there is nothing to compare yet");
        let told = flat(stage.keys("M"));
        assert!(told.contains("m sets one at the") && !told.contains("pla…"), "{told}");
        insta::assert_snapshot!(format!("no_marks_{name}"), stage.picture());
        stage.keys("esc 2").shows("no events yet; r reads the store again").hides(" all ─");
    }
    // What is followed comes without being asked for.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    OwnStore::create(&path).unwrap();
    for (name, size) in SIZES {
        let path = path.clone();
        let open = move || Session::open(path.to_str().unwrap(), &OpenOptions::default());
        let mut stage = Stage::open("empty.db", size, open);
        stage.shows("no aggregates yet;");
        insta::assert_snapshot!(format!("empty_file_{name}"), stage.picture());
        stage.keys("2").shows("no events yet; what is written");
    }
}

#[test]
fn what_ties_events_together_is_said_of_a_copy_as_it_is_of_its_source() {
    for name in ["correlation", "correlationId", "correlation_id"] {
        let mut made = event("order-1", 1, "Made", 1, "{}");
        let metadata = format!(r#"{{"{name}":"c-81"}}"#);
        let view = std::sync::Arc::default();
        made.metadata = Some(Payload::json(metadata.into_bytes(), view, Version(1)));
        Stage::on(vec![made.clone()], LARGE).shows("correlation c-81");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.db");
        stage::session(vec![made]).import_to(&path, &mut Silent).unwrap();
        let open = move || Session::open(path.to_str().unwrap(), &OpenOptions::default());
        Stage::open("copy.db", LARGE, open).shows("correlation c-81");
    }
}

#[test]
fn what_cannot_be_seen_is_quoted_and_what_cannot_be_read_is_told_whole() {
    let mut blank = event("   ", 1, "Made", 1, r#"{"a":1}"#);
    blank.schema = Some("".into());
    let metadata = br#"{"who": nobody at all"#.as_slice();
    blank.metadata = Some(Payload::json(metadata, std::sync::Arc::default(), Version(1)));
    for (name, size) in SIZES {
        let mut stage = Stage::on(vec![blank.clone()], size);
        stage.shows("\"   \"").keys("alt-4 >").shows("cannot be read as JSON");
        let told = stage.text_now();
        let whole: String = told.split_whitespace().filter(|word| *word != "│").collect();
        assert!(!whole.contains("thepayloadcannot"), "{name}: {told}");
        assert!(whole.contains("byte8"), "{name}: {told}");
    }
    let mut stage = Stage::on(vec![blank], LARGE);
    stage.shows("─ schema \"\" ─");
}

#[test]
fn the_least_window_says_what_is_enough() {
    let mut stage = Stage::shop((10, 2));
    stage.shows("too small").shows("≥ 40×12");
    stage.resize(20, 5).shows("20×5 is too small").shows("40×12 is enough");
}

#[test]
fn a_window_that_was_smaller_between_two_pictures_is_drawn_whole() {
    let mut stage = Stage::on(counter("order-1", 9), (160, 45));
    let before = stage.text_now();
    // What a terminal cuts off is gone, and comes back empty.
    stage.resize(40, 12).resize(160, 45);
    assert_eq!(stage.text_now(), before);
}
