//! The palette: what is listed for what was typed.
//!
//! - types `quit` → sees what leaves foldback and nothing else;
//! - types letters that nothing holds as they stand → sees the actions that have them in order, the closest first.

use ratatui::style::Modifier;

use super::stage::{SIZES, Stage};
use crate::tui::model::overlay::Overlay;
use crate::tui::theme::{Colours, Theme};

/// What stands in the list for what was typed.
fn listed(typed: &str) -> Vec<&'static str> {
    let mut stage = Stage::shop((80, 24));
    stage.keys(":").text(typed);
    let Overlay::Palette(palette) = &stage.app.model.overlay else { panic!("closed") };
    palette.choices.iter().map(|choice| choice.action.name()).collect()
}

#[test]
fn what_is_far_fetched_does_not_stand_beside_what_was_meant() {
    assert_eq!(listed("theme"), ["switch-theme"]);
    assert_eq!(listed("diff"), ["compare"]);
    assert_eq!(listed("quit"), ["quit"]);
    assert_eq!(listed("q"), ["quit"]);
    assert_eq!(listed("RAW"), ["show-raw"]);
    assert_eq!(listed("  undo  "), ["undo-pins", "undo-filter"]);
    assert_eq!(listed("pause").first(), Some(&"pause-changes"), "names come before titles");
    assert_eq!(listed("back").first(), Some(&"back"), "what is called so comes first");
    let fold = listed("fold");
    assert_eq!(fold.get(..2), Some(&["fold-all", "fold-depth1"][..]));
    assert!(fold.contains(&"toggle-fold"));
    assert_eq!(fold.last(), Some(&"unfold-all"), "where it stands inside of a word");
}

#[test]
fn words_are_found_one_by_one_and_letters_in_order_where_nothing_is_better() {
    assert_eq!(listed("foc ev").first(), Some(&"focus-event"));
    assert_eq!(listed("ev foc").first(), Some(&"focus-event"));
    assert_eq!(listed("shwork"), ["show-work"]);
    assert_eq!(listed("stpbk").first(), Some(&"step-back"));
    assert!(listed("zzz").is_empty());
    assert!(listed("").len() > 90, "all of them");
}

/// Whatever the colours are, the letters that were typed have a line under them, also in the chosen line.
#[test]
fn typed_letters_are_marked_without_colours() {
    for colours in [Colours::None, Colours::Sixteen] {
        for (_, size) in SIZES {
            let mut stage = Stage::shop(size);
            stage.app.model.themes = Theme::all(colours).unwrap();
            stage.keys(":").text("undo");
            for name in ["undo-pins", "undo-filter"] {
                let (x, y) = stage.find(name);
                let buffer = stage.draw();
                let marked = (x..x + name.len() as u16)
                    .map(|x| buffer[(x, y)].modifier.contains(Modifier::UNDERLINED));
                let marked: Vec<bool> = marked.collect();
                let (typed, rest) = marked.split_at(4);
                assert!(typed.iter().all(|m| *m) && !rest.contains(&true), "{name}: {marked:?}");
            }
        }
    }
}
