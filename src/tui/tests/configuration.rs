//! What a person has set once and for all.
//!
//! - has set `f9` for a step back → presses it, and steps; the footer and the help say `F9`;
//! - has mistyped three things → sees the store all the same, and `✗ 3 mistakes in the configuration`; presses `!` → reads
//!   each with its file and line; what was right holds.

use super::stage::Stage;
use crate::config::Config;
use crate::tui::{Colours, Options, TuiError};

fn options(yaml: &str) -> Options {
    let config = Config::read("config.yaml", yaml);
    Options { colours: Colours::All, config, ..Options::default() }
}

const WRONG: &str = "theme: lihgt\nmemory: lots\nkeys:\n  timeline:\n    - {on: f9, run: step-bakc}\n    - {on: f10, run: step-back}\n";

#[test]
fn keys_and_a_theme_of_ones_own_hold_and_are_told() {
    let yaml = "theme: sea\nkeys:\n  timeline:\n    - {on: f9, run: step-back}\nthemes:\n  sea: {like: light, accent: '#0000aa'}\n";
    let mut stage = Stage::shop_with(&options(yaml), (160, 45));
    assert_eq!(stage.app.model.theme().name, "sea");
    stage.shows("State at v2").keys("left").shows("State at v2").keys("f9").shows("State at v1");
    stage.shows("F9").keys("?").shows("F9");
}

#[test]
fn mistakes_are_told_all_at_once_and_the_rest_holds() {
    for (name, size) in [("large", (160, 45)), ("usual", (80, 24)), ("small", (40, 12))] {
        let mut stage = Stage::shop_with(&options(WRONG), size);
        stage.shows("✗ 3 mistakes in the config").keys("! enter");
        insta::assert_snapshot!(format!("mistakes_{name}"), stage.picture());
        stage.keys("esc esc f10");
        assert_eq!(stage.app.model.travel.as_ref().unwrap().moment.version.0, 1);
    }
}

#[test]
fn a_file_that_was_named_has_no_mistakes_or_is_refused() {
    let strict = crate::tui::Options { strict: true, ..options(WRONG) };
    let Err(TuiError::Options(told)) = crate::tui::model("x", &strict) else { panic!() };
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("config.yaml:1: there is no theme `lihgt`"), "{told}");
    assert!(lines[0].contains("did you mean `light`?"), "{told}");
    assert!(lines[1].starts_with("config.yaml:2: memory: `lots` is no size"), "{told}");
    assert!(lines[2].starts_with("config.yaml:5: there is no action `step-bakc`"), "{told}");
}

#[test]
fn what_the_readme_shows_can_be_set() {
    let readme = include_str!("../../../README.md");
    let block = readme.split("```yaml\n").find(|block| block.starts_with("theme:")).unwrap();
    let yaml = block.split("```").next().unwrap();
    let strict = Options { strict: true, ..options(yaml) };
    assert_eq!(crate::tui::model("x", &strict).unwrap().theme().name, "sea");
}

#[test]
fn a_theme_of_ones_own_says_what_is_wrong_with_it() {
    let yaml = "themes:\n  mine: {like: drak, dimm: red}\n  dark: {accent: red}\n  other: {acent: red, base: '#12'}\n";
    let strict = crate::tui::Options { strict: true, ..options(yaml) };
    let Err(TuiError::Options(told)) = crate::tui::model("x", &strict) else { panic!() };
    for part in [
        "config.yaml:2: mine: there is no theme `drak` to be like; did you mean `dark`?",
        "config.yaml:2: mine: there is no role `dimm`",
        "config.yaml:3: `dark` comes with foldback",
        "config.yaml:4: other: there is no role `acent`; did you mean `accent`?",
        "config.yaml:4: other: base: `#12` is no colour",
    ] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
}
