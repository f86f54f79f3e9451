//! Ctrl-z in a shell with job control, in a real terminal.
//!
//! - presses Ctrl-z → sees the shell's prompt on the screen that was there before, and what is typed is the shell's;
//! - makes the window smaller, types `fg` → sees the same place drawn anew for that size; the keys work;
//! - somebody sends SIGTSTP → the same; SIGSTOP, which nobody hears → drawn anew all the same;
//! - types `bg` → it waits until it is brought to the front;
//! - without a shell that waits → is told that nobody would bring it back, and nothing stops.

use std::path::Path;

use vt100::{MouseProtocolMode, Screen};

use crate::support::terminal::{Launch, Terminal};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");

fn launch(home: &Path) -> Launch {
    let launch = Launch::new("sh").args(["-i", "-m"]).home(home).size(160, 45);
    let launch = launch.env("PS1", "prompt> ").env("ENV", "/dev/null");
    launch.env("FOLDBACK", env!("CARGO_BIN_EXE_foldback")).env("STORE", SHOP)
}

/// In a shell, where it wrote its process number into a file.
fn in_a_shell(home: &Path) -> Terminal {
    let terminal = launch(home).start();
    terminal.wait_for("prompt> ");
    terminal.keys(r#"sh -c 'echo $$ >number; exec "$FOLDBACK" "$STORE"'<Enter>"#);
    terminal.wait_for("State at v2");
    terminal
}

fn send(home: &Path, name: &str) {
    let number = std::fs::read_to_string(home.join("number")).unwrap();
    let mut sender = std::process::Command::new("kill");
    assert!(sender.args([&format!("-{name}"), number.trim()]).status().unwrap().success());
}

fn is_given_back(screen: &Screen) -> bool {
    !screen.alternate_screen()
        && !screen.hide_cursor()
        && !screen.bracketed_paste()
        && screen.mouse_protocol_mode() == MouseProtocolMode::None
}

fn at_the_prompt(screen: &Screen) -> bool {
    // What a picture that was interrupted left there may stand around it, and push its end to the next line.
    let (row, column) = screen.cursor_position();
    let (_, columns) = screen.size();
    let above = row.checked_sub(1).filter(|above| screen.row_wrapped(*above));
    let above = above.and_then(|above| screen.rows(0, columns).nth(usize::from(above)));
    let here = screen.rows(0, column).nth(usize::from(row)).unwrap_or_default();
    let before = above.unwrap_or_default() + &here;
    is_given_back(screen) && before.trim_end().ends_with("prompt>")
}

#[track_caller]
fn stopped(terminal: &Terminal, times: usize) {
    terminal.wait_until("the shell's prompt below what it says of the job", |screen| {
        at_the_prompt(screen) && screen.contents().matches("Stopped").count() == times
    });
}

fn drawn(terminal: &Terminal, text: &str) {
    terminal.wait_until(&format!("`{text}` on the screen of its own"), |screen| {
        screen.alternate_screen()
            && screen.hide_cursor()
            && screen.bracketed_paste()
            && screen.mouse_protocol_mode() != MouseProtocolMode::None
            && screen.contents().contains(text)
    });
}

#[test]
fn a_prompt_is_seen_where_the_line_before_it_is_nearly_full() {
    for left in 140..170 {
        let mut parser = vt100::Parser::new(45, 160, 0);
        parser.process(format!("{}prompt> ", "x".repeat(left)).as_bytes());
        assert!(at_the_prompt(parser.screen()), "behind {left}");
        parser.process(b"ls");
        assert!(!at_the_prompt(parser.screen()), "behind {left}, something typed");
    }
}

/// The shell reads in lines and echoes what is typed; nobody else takes it.
#[track_caller]
fn reads_lines(terminal: &Terminal, times: usize) {
    terminal.keys("stty -a | tr ' ;' '\\n\\n' | grep -cxe icanon -e echo -e isig<Enter>");
    terminal.wait_until("that all three are on", |screen| {
        screen.contents().lines().filter(|line| line.trim() == "3").count() == times
    });
}

fn leave(terminal: Terminal) {
    terminal.keys("q");
    terminal.wait_until("the shell's prompt", at_the_prompt);
    terminal.keys("echo ended $?<Enter>");
    terminal.wait_for("ended 0");
    terminal.keys("exit<Enter>");
    assert_eq!(terminal.ended().unrestored, [""; 0]);
}

#[test]
fn ctrl_z_gives_the_terminal_back_to_the_shell_and_fg_brings_it_back() {
    let home = tempfile::tempdir().unwrap();
    let terminal = in_a_shell(home.path());
    terminal.keys("<Down>");
    drawn(&terminal, "State at v6");
    for times in [1, 2] {
        terminal.keys("<C-z>");
        stopped(&terminal, times);
        assert!(!terminal.text().contains("State at"), "{}", terminal.text());
        reads_lines(&terminal, times);
        let (columns, rows, shown) = if times == 1 {
            (80, 24, "─ Aggregates ─ State")
        } else {
            (160, 45, "State at v5")
        };
        terminal.resize(columns, rows);
        terminal.keys("fg<Enter>");
        drawn(&terminal, shown);
        if times == 1 {
            terminal.keys("<Left>");
            drawn(&terminal, "v5 of 6");
        }
    }
    terminal.keys("<Right>");
    drawn(&terminal, "State at v6");
    leave(terminal);
}

#[test]
fn a_signal_from_elsewhere_stops_it_the_same_way() {
    let home = tempfile::tempdir().unwrap();
    let terminal = in_a_shell(home.path());
    send(home.path(), "TSTP");
    stopped(&terminal, 1);
    terminal.keys("fg<Enter>");
    drawn(&terminal, "State at v2");
    terminal.keys("<Left>");
    drawn(&terminal, "State at v1");
    leave(terminal);
}

/// What a person does about a terminal that somebody left as it was.
const SANE: &str =
    r"stty sane; printf '\033[?1049l\033[?25h\033[?2004l\033[?1003l\033[?1002l\033[?1000l'<C-j>";

#[test]
fn a_signal_that_nobody_hears_stops_it_and_it_is_drawn_anew_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let terminal = in_a_shell(home.path());
    // The last that is drawn.
    drawn(&terminal, "q quit");
    for (mended, key, shown) in [(true, "<Left>", "State at v1"), (false, "<Right>", "State at v2")]
    {
        send(home.path(), "STOP");
        terminal.wait_until("the shell", |screen| screen.contents().contains("Stopped"));
        if mended {
            // What is typed is raw still.
            terminal.keys(SANE);
            terminal.wait_until("the other screen", is_given_back);
            terminal.keys("fg<Enter>");
        } else {
            terminal.keys("fg<C-j>");
        }
        terminal.wait_until("nothing of the shell's", |screen| {
            screen.alternate_screen() && !screen.contents().contains("Stopped")
        });
        terminal.keys(key);
        drawn(&terminal, shown);
    }
    leave(terminal);
}

/// Woken where it never slept: a key that comes then is heard, and leaves no letter on the shell's screen.
#[test]
fn being_woken_where_it_never_slept_loses_no_key() {
    let home = tempfile::tempdir().unwrap();
    let terminal = in_a_shell(home.path());
    for _ in 0..10 {
        send(home.path(), "CONT");
        terminal.keys("<Left>");
        drawn(&terminal, "State at v1");
        send(home.path(), "CONT");
        terminal.keys("<Right>");
        drawn(&terminal, "State at v2");
    }
    leave(terminal);
}

/// Types `bg` → it waits, and draws on nothing; `fg` → goes on, and at the end the shell has its terminal as it was.
#[test]
fn in_the_background_it_waits_for_its_turn() {
    let home = tempfile::tempdir().unwrap();
    let terminal = in_a_shell(home.path());
    terminal.keys("<C-z>");
    stopped(&terminal, 1);
    terminal.keys("bg; wait; echo waited $((40 + 2))<Enter>");
    terminal.wait_for("waited 42");
    terminal.wait_until("the shell's prompt", at_the_prompt);
    terminal.keys("fg<Enter>");
    drawn(&terminal, "State at v2");
    terminal.keys("<Left>");
    drawn(&terminal, "State at v1");
    terminal.keys("q");
    terminal.wait_until("the shell's prompt", at_the_prompt);
    reads_lines(&terminal, 1);
    terminal.keys("exit<Enter>");
    assert_eq!(terminal.ended().unrestored, [""; 0]);
}

#[test]
fn being_ended_while_it_is_stopped_leaves_the_terminal_to_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let terminal = in_a_shell(home.path());
    terminal.keys("<C-z>");
    stopped(&terminal, 1);
    let number = std::fs::read_to_string(home.path().join("number")).unwrap();
    terminal.keys(&format!("kill -TERM {}; fg; echo ended $?<Enter>", number.trim()));
    terminal.wait_for("ended 143");
    terminal.wait_until("the shell's prompt", at_the_prompt);
    terminal.keys("exit<Enter>");
    assert_eq!(terminal.ended().unrestored, [""; 0]);
}

#[test]
fn without_a_shell_that_waits_nothing_stops() {
    let home = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_foldback");
    let terminal = Launch::new(program).args([SHOP]).home(home.path()).size(160, 45).start();
    terminal.wait_for("State at v2");
    terminal.keys("<C-z>");
    terminal.wait_for("no shell is waiting here that would bring it back");
    terminal.signal("TSTP");
    terminal.keys("<Left>");
    terminal.wait_for("State at v1");
    terminal.keys("q");
    assert_eq!(terminal.ended().unrestored, [""; 0]);
}
