//! What can be read in every theme and at every size.
//!
//! - opens the help on 40 columns → reads every description whole; wherever there is more, the frame says so;
//! - asks for no colours → tells tones, outcomes and what is chosen by their shape.

use super::stage::Stage;
use crate::model::Finding;
use crate::tui::input::Input;
use crate::tui::model::Store;
use crate::tui::model::log::Tone;
use crate::tui::theme::{Colours, Theme};
use crate::tui::update::log::tell;

#[test]
fn no_description_of_the_help_is_cut_however_narrow_it_is() {
    let mut stage = Stage::shop((40, 12));
    let broken = "│ Enter      look into the chosen      │\n│            aggregate ";
    stage.keys("?").shows(broken);
    let mut read = String::new();
    for _ in 0..80 {
        let screen = stage.text_now();
        let is_cut = |line: &str| line.trim_end_matches([' ', '│']).ends_with('…');
        assert!(!screen.lines().skip(1).take(10).any(is_cut), "{screen}");
        read.push_str(&screen);
        stage.keys("pagedown");
    }
    let words: Vec<&str> = read.split_whitespace().filter(|word| *word != "│").collect();
    let read = words.join(" ");
    assert!(read.contains("or show it as it comes"), "{read}");
    // As wide as a screen is, each is one line again.
    stage.resize(160, 45).shows("leave foldback").keys("<").shows("one event back");
}

#[test]
fn without_colours_everything_is_told_by_its_shape() {
    for (name, size) in [("large", (160, 45)), ("usual", (80, 24)), ("small", (40, 12))] {
        let mut stage = Stage::shop(size);
        stage.app.model.themes = Theme::all(Colours::None).unwrap();
        stage.app.model.log.clock =
            || crate::model::time::parse_recorded("2026-03-02T14:34:12Z").unwrap();
        let Store::Open(facts) = &mut stage.app.model.store else { panic!() };
        facts.findings.push(Finding::error("gap", "3 positions are missing"));
        tell(&mut stage.app.model, Tone::Note, "a note");
        tell(&mut stage.app.model, Tone::Warn, "a warning");
        tell(&mut stage.app.model, Tone::Bad, "an error");
        stage.keys("!").shows("✗ an error").shows("▲ a warning").shows("● a note");
        insta::assert_snapshot!(format!("mono_log_{name}"), stage.picture());
        stage.keys("esc W").shows("● showing what others write").shows("✓ ");
    }
}

#[test]
fn every_theme_is_drawn_at_every_size_and_smaller_ones_are_told() {
    for size in [(160, 45), (80, 24), (40, 12)] {
        let mut stage = Stage::shop(size);
        for _ in 0..stage.app.model.themes.len() {
            for keys in ["?", "esc :", "esc !", "esc W", "esc g", "esc M", "esc 2", "1"] {
                stage.keys(keys);
                stage.stood().text_now();
            }
            stage.keys("ctrl-t");
        }
        stage.input(Input::Resize(39, 12));
        stage.terminal.backend_mut().resize(39, 12);
        stage.shows("39×12 is too small").shows("40×12 is enough");
    }
}
