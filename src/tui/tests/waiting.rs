//! A key that waits for another.
//!
//! - presses `y` → sees, above the last line, every key that can follow and what it does; `Esc` or any other key lets it go;
//! - clicks a line of it → it is done; clicks a key of a line that has several → that one; clicks elsewhere → it is gone;
//! - has given a key many others of his own → sees as many as there is room for, and how many more there are.

use super::stage::{SIZES, Stage};
use crate::config::Config;
use crate::tui::input::Input;
use crate::tui::{Colours, Options};

#[test]
fn keys_that_others_follow_say_which() {
    for (name, size) in SIZES {
        let mut stage = Stage::shop(size);
        stage.keys("alt-2 y");
        insta::assert_snapshot!(format!("copies_{name}"), stage.picture());
        stage.keys("x").hides("copy").keys("z").shows("z …");
        insta::assert_snapshot!(format!("folds_{name}"), stage.picture());
        stage.keys("esc").hides("z …").hides("lets it go");
    }
}

#[test]
fn a_line_that_is_clicked_is_done() {
    for (_, size) in SIZES {
        let mut stage = Stage::shop(size);
        stage.keys("alt-2 y");
        let (x, y) = stage.find("copy its path");
        stage.input(Input::Click(x, y)).shows(".name").hides("lets it go");
        assert_eq!(stage.app.copied.take().as_deref(), Some(".name"));
        // One key of several in a line: all is closed but the first level, and then nothing is.
        stage.keys("z");
        let (x, y) = stage.find("1 2 3");
        stage.input(Input::Click(x + 2, y)).hides("lets it go");
        assert!(stage.app.model.pressed.is_empty());
        // Its frame does nothing, and what lies below it is not what is meant.
        stage.keys("y");
        let before = stage.app.model.focus;
        let (x, y) = stage.find("y …");
        stage.input(Input::Click(x, y)).hides("lets it go");
        assert_eq!((stage.app.model.focus, stage.app.copied.take()), (before, None));
    }
}

#[test]
fn more_than_there_is_room_for_is_counted() {
    let actions = [
        "step-back",
        "step-forward",
        "go-start",
        "go-end",
        "play",
        "set-mark",
        "compare",
        "go-to",
        "zoom-in",
        "zoom-out",
        "zoom-whole",
        "show-marks",
    ];
    let keys = actions
        .iter()
        .zip(b'a'..)
        .map(|(run, key)| format!("    - {{on: w {}, run: {run}}}\n", key as char));
    let config =
        Config::read("config.yaml", &format!("keys:\n  timeline:\n{}", keys.collect::<String>()));
    assert_eq!(config.mistakes, []);
    let options = Options { colours: Colours::All, config, ..Options::default() };
    let mut stage = Stage::shop_with(&options, (40, 12));
    stage.keys("w").shows("w …").shows("more");
    insta::assert_snapshot!("many_small", stage.picture());
    stage.keys("d").hides("w …");
}
