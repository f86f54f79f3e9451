//! The worst that a store may hold, as a person meets it: nothing reaches the terminal raw, nothing is out of place, and
//! what is shortened says so.

use std::sync::LazyLock;

use ratatui::buffer::Buffer;

use super::stage::{SIZES, Stage};
use crate::model::AggregateKey;
use crate::sample::hostile::{self, Large, hostile as told};
use crate::session::{OpenOptions, Session};
use crate::store::MemoryStore;
use crate::tui::effect::Source;

/// Made once for all tests.
static EVENTS: LazyLock<Vec<crate::model::Event>> = LazyLock::new(|| told(&Large::SMALL).events);

/// On everything that is hostile, a hundredth of its size, with this aggregate open.
fn stage(category: &str, id: &str, size: (u16, u16)) -> Stage {
    on(EVENTS.clone(), category, id, size)
}

fn on(events: Vec<crate::model::Event>, category: &str, id: &str, size: (u16, u16)) -> Stage {
    let open = || {
        Ok(Session::with_store(
            Box::new(MemoryStore::new("hostile", events)),
            &OpenOptions::default(),
        ))
    };
    let source = Source::new("hostile", open).beginning_with(AggregateKey::new(category, id));
    Stage::begin(source, size)
}

/// No cell holds what a terminal obeys or what cannot be seen, and frames stand where they stand on every line.
fn sound(buffer: &Buffer) {
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            assert!(!symbol.chars().any(char::is_control), "{symbol:?} at {x},{y}");
            assert!(
                !symbol.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}']),
                "{symbol:?}"
            );
            let cells = crate::text::width(symbol).max(1);
            assert!(
                x as usize + cells <= usize::from(area.right()),
                "{symbol:?} sticks out at {x},{y}"
            );
            x += cells as u16;
        }
    }
}

const NAMES: [(&str, &str); 9] = [
    ("control", hostile::CONTROL),
    ("bidi", hostile::BIDI),
    ("ideographs", hostile::IDEOGRAPHS),
    ("emoji", hostile::EMOJI),
    ("combining", hostile::COMBINING),
    ("wide", hostile::WIDE),
    ("newline", hostile::NEWLINE),
    ("empty", ""),
    ("long", hostile::LONG),
];

#[test]
fn names_of_any_kind_are_shown_and_stay_in_their_place() {
    for (size_name, size) in SIZES {
        for (name, id) in NAMES {
            let mut stage = stage("Names", id, size);
            for keys in [
                "", "alt-2", "*", "left c", "> p", "alt-3", "alt-4 >", "v", "esc m", "esc d",
                "esc 2",
            ] {
                stage.keys(keys);
                sound(stage.draw());
            }
            stage.keys("1 alt-2 > p <");
            // The widest has room for all of them in its list.
            if ["control", "emoji", "long"].contains(&name) {
                insta::assert_snapshot!(format!("name_{name}_{size_name}"), stage.picture());
            }
        }
    }
}

#[test]
fn the_version_of_an_event_stands_beside_a_schema_however_long_that_is() {
    for width in [120, 124, 160, 200] {
        let mut schemas = 0;
        for (name, id) in NAMES {
            let mut stage = stage("Names", id, (width, 30));
            let moment = &stage.app.model.travel.as_ref().unwrap().moment;
            let event = moment.event.as_ref().unwrap();
            schemas += usize::from(event.schema.is_some());
            let title = format!("─ Event v{}", event.version);
            let screen = stage.text_now();
            assert!(screen.contains(&title), "{name} on {width} columns: {title}\n{screen}");
        }
        assert!(schemas > 0, "no event here has a schema");
    }
}

#[test]
fn all_of_it_is_walked_through_on_every_screen() {
    for (name, size) in SIZES {
        let mut stage = stage("Odd", "payloads", size);
        insta::assert_snapshot!(format!("payload_{name}"), stage.keys("alt-4 left left").picture());
        stage.keys("esc <");
        for _ in 0..EVENTS.len() {
            sound(stage.draw());
            let before = stage.text_now();
            if stage.keys("alt-1 down").text_now() == before {
                break;
            }
        }
        stage.keys("2 <");
        insta::assert_snapshot!(format!("events_{name}"), stage.keys("down down").picture());
        for at in 0..EVENTS.len() {
            stage.press("down");
            if at % 5 == 0 {
                stage.settle();
                sound(stage.draw());
            }
        }
    }
}

#[test]
fn large_parts_are_opened_searched_and_stepped_through() {
    for (name, size) in SIZES {
        let mut stage = stage("Large", "numbers", size);
        stage.keys("alt-2 < c enter").shows("values");
        stage.keys("/").text("9998").keys("enter").shows("1 of 1").shows("[9997]  9998");
        insta::assert_snapshot!(format!("numbers_{name}"), stage.picture());
        stage.keys("esc * > z 1 z 3 z z").keys("g").text("26").keys("enter");
        stage.keys("alt-2 < _ * c").shows("[2500]  2501").keys("p").shows("◉");
        stage.keys("alt-3").shows("~ .values[2500]  2500 → 2501").keys(">").shows("changes more");
        let mut stage = self::stage("Large", "members", size);
        stage.keys("alt-2 < enter c").shows("24 left").keys(">").shows("member-999 ");
        stage.keys("left <").keys("c").shows("23 left");
        insta::assert_snapshot!(format!("members_{name}"), stage.picture());
    }
}

#[test]
fn deep_parts_are_in_sight_as_deep_as_they_are_read() {
    for (name, size) in SIZES {
        let mut stage = stage("Large", "nested", size);
        stage.keys("alt-2 < down * /").text("level200").keys("enter").shows("level200  null");
        insta::assert_snapshot!(format!("nested_{name}"), stage.picture());
        let mut stage = self::stage("Large", "deepest", size);
        stage.keys("g").text("3").keys("enter alt-4").shows("not be applied");
        stage.keys("alt-2 left left < * >");
        sound(stage.draw());
    }
}

#[test]
fn the_largest_of_all_is_opened_and_answers() {
    let events = told(&Large::WHOLE).events.into_iter();
    let events: Vec<_> =
        events.filter(|event| event.aggregate.as_str() == "numbers").take(3).collect();
    let mut stage = on(events, "Large", "numbers", (80, 24));
    stage.keys("alt-2 < enter >").shows("of 1,000,00").keys("left < c * z 3 z z left right");
    stage
        .keys("alt-4")
        .shows("\"by\"")
        .keys("home right")
        .shows("\"values\"")
        .keys(">")
        .shows("999999");
}
