//! The tour of the demo, in a real terminal, by the keys that it names.
//!
//! - starts the demo → sees `? t: a tour to the cause in 6 steps`; presses them → sees what to press, below the panels;
//! - presses what each step names → sees `✓` and what it has shown; presses `)` → the next one; six times, and its end.

use std::time::Duration;

use crate::support::terminal::{Launch, Terminal};

/// Long enough for an answer that comes, short enough to go on without one.
const SOON: Duration = Duration::from_millis(400);

fn on_step(terminal: &Terminal, at: usize) {
    let places = [format!("Tour {at} of 6"), format!("{at}/6 ")];
    terminal.wait_until(&format!("step {at} of the tour, not reached yet"), |screen| {
        let text = screen.contents();
        places.iter().any(|place| text.contains(place)) && !text.contains('✓')
    });
}

fn reached(terminal: &Terminal) {
    terminal.wait_until("that the step is reached", |screen| screen.contents().contains('✓'));
}

/// Presses a key until the screen is as is wanted.
#[track_caller]
fn until(terminal: &Terminal, key: &str, wanted: impl Fn(&str) -> bool) {
    let came = (0..60).any(|_| {
        let came = terminal.within(SOON, |screen| wanted(&screen.contents()));
        if !came {
            terminal.keys(key);
        }
        came
    });
    assert!(came, "{key} did not lead there:\n{}", terminal.text());
}

fn names(terminal: &Terminal, keys: &[&str]) {
    for key in keys {
        terminal.wait_for(key);
    }
}

fn walk(columns: u16, rows: u16) {
    let program = env!("CARGO_BIN_EXE_foldback");
    let terminal = Launch::new(program).args(["demo"]).size(columns, rows).start();
    terminal.wait_for("? t: a tour to the cause in 6 steps");
    terminal.keys("?t");
    on_step(&terminal, 1);
    names(&terminal, &["Alt-2", "↓"]);
    terminal.keys("<Esc>2");
    until(&terminal, "<Down>", |text| text.contains('✓'));
    terminal.wait_for("v18");
    terminal.keys(")");
    on_step(&terminal, 2);
    names(&terminal, &["g", "18", "Enter"]);
    terminal.keys("g18<Enter>");
    reached(&terminal);
    terminal.wait_for("v18 of 21");
    terminal.keys(")");
    on_step(&terminal, 3);
    names(&terminal, &["Alt-2", "`refunded`", "["]);
    terminal.keys("<Esc>2");
    until(&terminal, "c", |text| {
        let chosen = text.lines().filter_map(|line| line.split_once('▌'));
        chosen.filter_map(|(_, line)| line.split('│').next()).any(|line| line.contains("refunded"))
    });
    terminal.keys("p[");
    reached(&terminal);
    terminal.wait_for("v17 of 21");
    terminal.keys(")");
    on_step(&terminal, 4);
    names(&terminal, &["]", "Alt-4"]);
    terminal.keys("]<Esc>4");
    reached(&terminal);
    until(&terminal, "<PageDown>", |text| text.contains("no answer within"));
    terminal.keys(")");
    on_step(&terminal, 5);
    names(&terminal, &["2", "/", "meta:causation=desk-1042", "Enter"]);
    terminal.keys("2/meta:causation=desk-1042<Enter>");
    reached(&terminal);
    terminal.keys(")");
    on_step(&terminal, 6);
    names(&terminal, &["/", "meta:causation=pay-1400", "Enter"]);
    terminal.keys("/meta:causation=pay-1400<Enter>");
    // Until then Enter opens what was found before.
    terminal.wait_for("acc-118");
    terminal.keys("<Enter>");
    reached(&terminal);
    terminal.wait_for("acc-118");
    terminal.keys(")");
    terminal.wait_for("that was the tour");
    terminal.keys("q");
    let ended = terminal.ended();
    assert!(ended.status.success(), "{:?}: {}", ended.status, ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
}

#[test]
fn its_own_keys_lead_through_all_of_it_on_a_large_screen() {
    walk(160, 45);
}

#[test]
fn its_own_keys_lead_through_all_of_it_on_a_usual_screen() {
    walk(80, 24);
}

#[test]
fn its_own_keys_lead_through_all_of_it_on_a_small_screen() {
    walk(40, 12);
}
