//! The pseudo-terminal that screen tests lean on can tell good behaviour from bad.

use crate::support::terminal::{Launch, Terminal};

fn shell(script: &str) -> Terminal {
    Launch::new("sh").args(["-c", script]).start()
}

#[test]
fn what_is_drawn_and_typed_arrives() {
    let home = tempfile::tempdir().unwrap();
    let script = r#"printf 'in %s\n' "$HOME"; read line; printf 'got <%s> ' "$line"; pwd; exit 3"#;
    let terminal = Launch::new("sh").args(["-c", script]).home(home.path()).start();
    terminal.wait_for("in /");
    terminal.keys("a <lt>b<Space>ü<Enter>");
    let ended = terminal.ended();
    assert_eq!(ended.status.exit_code(), 3);
    assert!(ended.text.contains("got <a <b ü>"), "{}", ended.text);
    assert!(ended.text.contains(&*home.path().file_name().unwrap().to_string_lossy()));
    assert_eq!(ended.unrestored, [""; 0]);
}

#[test]
fn only_the_environment_that_was_given_is_there() {
    let terminal = Launch::new("sh").args(["-c", "env; read x"]).env("COLOURS", "none").start();
    terminal.wait_for("COLOURS=none");
    assert!(!terminal.text().contains("CARGO"), "{}", terminal.text());
    terminal.keys("<Enter>");
    assert!(terminal.ended().status.success());
}

#[test]
fn the_program_learns_of_its_size() {
    let script = r"trap 'stty size' WINCH; stty size; while ! read line; do :; done";
    let terminal = Launch::new("sh").args(["-c", script]).size(160, 45).start();
    terminal.wait_for("45 160");
    terminal.resize(40, 12);
    terminal.wait_until("the new size", |screen| screen.contents().contains("12 40"));
    assert_eq!(terminal.screen(vt100::Screen::size), (12, 40));
}

#[test]
fn a_signal_arrives() {
    let terminal = shell("trap 'echo told; exit 7' TERM; echo ready; while :; do read x; done");
    terminal.wait_for("ready");
    terminal.signal("TERM");
    let ended = terminal.ended();
    assert_eq!((ended.status.exit_code(), ended.text.contains("told")), (7, true));
}

#[test]
fn whatever_is_left_changed_is_named() {
    let ended =
        shell(r"stty raw -echo; printf '\033[?1049h\033[?25l\033[?1000h\033[?2004h'").ended();
    assert_eq!(
        ended.unrestored,
        [
            "the terminal's settings (raw mode)",
            "the alternate screen",
            "a hidden cursor",
            "mouse reports",
            "bracketed paste"
        ]
    );
    let ended =
        shell(r"s=$(stty -g); stty raw; printf '\033[?1049h'; stty $s; printf '\033[?1049l'")
            .ended();
    assert_eq!(ended.unrestored, [""; 0]);
}

#[test]
fn a_terminal_answers_where_its_cursor_is() {
    let terminal = shell(r"stty raw; printf 'abc\033[6n'; head -c 6 | od -c | head -1");
    terminal.wait_for("033   [   1   ;   4   R");
}

#[test]
#[should_panic(expected = "waited in vain for `never` on the screen; it ended: Success")]
fn waiting_for_what_cannot_come_any_more_ends_at_once() {
    shell("echo once").wait_for("never");
}
