//! The screen in a terminal that is rough with it: pastes, storms of sizes, and nobody who reads what it draws.

use crate::support::terminal::{Launch, Terminal};

const FOLDBACK: &str = env!("CARGO_BIN_EXE_foldback");
const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");

fn shop() -> Terminal {
    let terminal = Launch::new(FOLDBACK).args([SHOP]).size(160, 45).start();
    terminal.wait_for("State at v2");
    terminal
}

#[track_caller]
fn leaves(terminal: Terminal) {
    terminal.keys("q");
    let ended = terminal.ended();
    assert!(ended.status.success(), "{:?}: {}", ended.status, ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
}

/// Presses `q` by pasting it → goes on; pastes lines into a search → they are one line of it, and nothing was run.
#[test]
fn what_is_pasted_is_text_and_never_a_key() {
    let terminal = shop();
    terminal.keys("<Esc>[200~q\r:quit\rq<Esc>[201~");
    terminal.keys("/<Esc>[200~order\r\n-47<Esc>[201~");
    terminal.wait_for("⌕ order-47");
    terminal.wait_for("Order order-4711");
    terminal.keys("<Esc>");
    terminal.wait_for("/ to find");
    leaves(terminal);
}

/// Drags the corner of the window about → sees, when it rests, the picture that a window of that size begins with.
#[test]
fn a_storm_of_sizes_ends_with_the_picture_of_the_last() {
    let still = shop();
    let terminal = shop();
    for step in 0..120_u16 {
        // The emulator of the tests cannot break a line where it has one row, or one column.
        terminal.resize(2 + step * 37 % 300, 2 + step * 23 % 100);
        if step % 10 == 0 {
            terminal.keys("<Right><Left>");
        }
    }
    terminal.resize(160, 45);
    let wanted = still.text();
    terminal.keys("<End>");
    terminal.wait_until("the picture of a window that was never moved", |screen| {
        screen.contents() == wanted
    });
    leaves(terminal);
    leaves(still);
}

/// Presses a key at the very moment at which the window takes another size → each key is heard, once.
#[test]
fn a_key_that_comes_together_with_another_size_is_heard() {
    let terminal = shop();
    for round in 0..200 {
        let (key, shown) = [("<Left>", "State at v1"), ("<Right>", "State at v2")][round % 2];
        let round = round as u16;
        terminal.resize(160 - round % 3, 45 - round % 2);
        terminal.keys(key);
        terminal.wait_for(shown);
    }
    leaves(terminal);
}

/// Presses a key over a line that brings the first half of it → goes on meanwhile; the rest comes → it is that key.
#[test]
fn half_of_a_key_holds_nothing_up() {
    let terminal = shop();
    terminal.keys("<Esc>[");
    terminal.resize(80, 24);
    terminal.wait_for("─ Aggregates ─ State");
    terminal.keys("D");
    terminal.wait_for("v1 of 2");
    leaves(terminal);
}

/// Presses keys while nothing is drawn → sees, once it is, where all of them lead.
#[test]
fn keys_that_are_pressed_while_nobody_reads_the_output_are_not_lost() {
    let terminal = shop();
    terminal.hold(true);
    for _ in 0..60 {
        terminal.keys("<Tab><Left><Right>?q");
    }
    terminal.keys("<S-Left>");
    terminal.hold(false);
    terminal.wait_for("State before everything");
    leaves(terminal);
}

/// Presses `q` while nothing is drawn → it ends, and the terminal is as it was.
#[test]
fn it_can_be_left_while_nobody_reads_the_output() {
    let terminal = shop();
    terminal.hold(true);
    for _ in 0..60 {
        terminal.keys("?q");
    }
    terminal.keys("q");
    terminal.hold(false);
    let ended = terminal.ended();
    assert!(ended.status.success(), "{:?}: {}", ended.status, ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
}

/// Opens a history of twenty thousand events and presses `q` at once → it ends, and waits for nothing.
#[test]
fn it_can_be_left_while_a_long_history_is_read() {
    let terminal = Launch::new(FOLDBACK).args(["demo:shop"]).size(160, 45).start();
    terminal.wait_for("State at v");
    terminal.keys("/stock-p-1");
    terminal.wait_for("─ Stock stock-p-1 ─");
    terminal.keys("<Enter>");
    leaves(terminal);
}
