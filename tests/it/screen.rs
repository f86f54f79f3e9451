//! The screen in a real terminal: what only a terminal can show.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;

use crate::support::terminal::{Ended, Launch, Terminal};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");

fn start(columns: u16, rows: u16, arguments: &[&str]) -> Terminal {
    Launch::new(env!("CARGO_BIN_EXE_foldback")).args(arguments).size(columns, rows).start()
}

fn shop(columns: u16, rows: u16) -> Terminal {
    let terminal = start(columns, rows, &[SHOP]);
    terminal.wait_for("cust-12");
    terminal
}

#[track_caller]
fn restored(ended: &Ended) {
    assert_eq!(ended.unrestored, [""; 0], "{}", ended.text);
}

#[test]
fn it_starts_travels_and_quits_as_if_it_had_never_been_there() {
    let terminal = shop(160, 45);
    terminal.wait_for("State at v2");
    terminal.keys("<Down><Left>");
    terminal.wait_for("State at v5");
    terminal.keys("<S-Left>");
    terminal.wait_for("State before everything");
    terminal.keys("q");
    let ended = terminal.ended();
    assert!(ended.status.success(), "{:?}", ended.status);
    restored(&ended);
    assert!(!ended.text.contains("foldback"), "{}", ended.text);
}

#[test]
fn nothing_is_drawn_while_nothing_happens() {
    let terminal = shop(160, 45);
    terminal.wait_for("State at v2");
    // It looks at the store every half second, and says nothing about it.
    let quiet = || {
        let before = terminal.heard();
        std::thread::park_timeout(Duration::from_secs(2));
        terminal.heard() == before
    };
    assert!((0..5).any(|_| quiet()), "{}", terminal.text());
    assert!(quiet(), "{}", terminal.text());
}

#[test]
fn a_terminating_signal_ends_it_in_order() {
    // As shells count: 128 and the signal's number.
    for (signal, status) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let terminal = shop(80, 24);
        terminal.signal(signal);
        let ended = terminal.ended();
        assert_eq!(ended.status.exit_code(), status, "{signal}");
        restored(&ended);
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let terminal = shop(80, 24);
    terminal.keys(":crash<Enter>");
    let ended = terminal.ended();
    assert_eq!(ended.status.exit_code(), 70);
    restored(&ended);
    assert!(ended.text.contains("on purpose"), "{}", ended.text);
}

#[test]
fn a_store_that_cannot_be_opened_is_told_after_the_screen() {
    let terminal = start(80, 24, &["no/such/store.db"]);
    let ended = terminal.ended();
    assert_eq!(ended.status.exit_code(), 3);
    restored(&ended);
    assert!(ended.text.contains("store.db"), "{}", ended.text);
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let terminal = shop(160, 45);
    for (columns, rows, shown) in
        [(80, 24, "─ Aggregates ─ State"), (40, 12, " Aggregates  State"), (30, 8, "is too small")]
    {
        terminal.resize(columns, rows);
        terminal.wait_for(shown);
    }
    terminal.resize(160, 45);
    terminal.wait_for("State at v2");
    terminal.keys("q");
    restored(&terminal.ended());
}

/// A window may take its size only after the program has started in it.
#[test]
fn it_follows_a_size_that_comes_while_it_starts() {
    for _ in 0..4 {
        let terminal = start(160, 45, &[SHOP]);
        terminal.wait_for("foldback");
        terminal.resize(80, 24);
        terminal.wait_for("─ Aggregates ─ State");
        terminal.keys("q");
        restored(&terminal.ended());
    }
}

#[test]
fn a_click_and_a_paste_arrive() {
    let terminal = shop(160, 45);
    terminal.wait_for(" order-4711 ");
    // The list's row of order-4711, as a terminal reports the left button there.
    let row = terminal.text().lines().position(|line| line.contains(" order-4711 ")).unwrap() + 1;
    terminal.keys(&format!("<Esc>[<lt>0;8;{row}M<Esc>[<lt>0;8;{row}m"));
    terminal.wait_for("─ Order order-4711 ─");
    terminal.keys("/<Esc>[200~p-3<Esc>[201~");
    terminal.wait_for("─ Product p-3 ─");
    terminal.keys("<C-c>");
    restored(&terminal.ended());
}

#[test]
fn what_is_copied_reaches_the_clipboard_of_the_terminal() {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let terminal = shop(160, 45);
    terminal.wait_for("State at v2");
    terminal.keys("<Tab><Tab><lt>yp");
    assert_eq!(terminal.copied(), format!("c;{}", base64(".name")));
    terminal.wait_for("sent the path .name, 5 B, to the terminal's clipboard");
    terminal.keys("yv");
    assert_eq!(terminal.copied(), format!("c;{}", base64("Ana Lopes")));
    terminal.keys("q");
    restored(&terminal.ended());
    // tmux may take it for itself; what is wrapped it hands on.
    let launch = Launch::new(env!("CARGO_BIN_EXE_foldback")).args([SHOP]).size(80, 24);
    let terminal = launch.env("TMUX", "/tmp/tmux-0/default,1,0").start();
    terminal.wait_for("cust-12");
    terminal.keys("<Tab><lt>yv");
    assert_eq!(terminal.copied(), format!("c;{}", base64("Ana Lopes")));
    terminal.keys("q");
    restored(&terminal.ended());
}

#[test]
fn without_colours_none_is_sent() {
    let launch = Launch::new(env!("CARGO_BIN_EXE_foldback")).args([SHOP]).size(80, 24);
    let terminal = launch.env("NO_COLOR", "1").start();
    terminal.wait_for("cust-12");
    let coloured = terminal.screen(|screen| {
        let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
        cells.filter_map(|(row, column)| screen.cell(row, column)).any(|cell| {
            cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default
        })
    });
    assert!(!coloured);
    terminal.keys("q");
    restored(&terminal.ended());
}

#[test]
fn looking_at_a_store_leaves_it_and_its_directory_untouched() {
    let directory = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stores/emmett.db");
    let store = directory.path().join("emmett.db");
    std::fs::copy(&from, &store).unwrap();
    let terminal = start(160, 45, &[store.to_str().unwrap()]);
    terminal.wait_for("State at v");
    terminal.keys("<Down><Down><Left><Left>r");
    terminal.wait_for("Emmett");
    terminal.keys("q");
    restored(&terminal.ended());
    assert_eq!(std::fs::read(&store).unwrap(), std::fs::read(&from).unwrap());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_sample_opens_where_there_is_most_to_see_in_the_theme_that_was_asked_for() {
    let terminal = start(160, 45, &["demo", "--theme", "light"]);
    terminal.wait_for("─ Order order-4711 ─");
    let ground = terminal.screen(|screen| screen.cell(20, 60).map(vt100::Cell::bgcolor));
    assert_ne!(ground, Some(vt100::Color::Default));
    terminal.keys("q");
    restored(&terminal.ended());
    let ended = start(80, 24, &[SHOP, "--theme", "lihgt"]).ended();
    assert_eq!(ended.status.exit_code(), 2);
    assert!(ended.text.contains("did you mean `light`?"), "{}", ended.text);
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_that_is_closed_under_it_ends_it_quietly() {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use std::io::Read as _;

    let directory = tempfile::tempdir().unwrap();
    let size = PtySize { rows: 45, cols: 160, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    // In a session of its own no signal tells it; the shell before it lives on to tell how it ended.
    let script = "trap '' HUP; timeout -s KILL 30 setsid -w \"$0\" \"$1\" 2>told; echo $? >ending; mv ending ended";
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_foldback"), SHOP]);
    command.cwd(directory.path());
    command.env("XDG_STATE_HOME", directory.path());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut drawn = String::new();
    let mut bytes = [0; 4096];
    // All is drawn and at rest: nothing more is about to be, and fail.
    while !(drawn.contains("cust-12") && drawn.contains("at v2")) {
        let count = output.read(&mut bytes).unwrap();
        assert_ne!(count, 0, "{drawn}");
        drawn.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    drop((output, pair.master));
    child.wait().unwrap();
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    assert_eq!((read("ended").as_str(), read("told").as_str()), ("0\n", ""));
}

#[test]
fn a_configuration_holds_and_one_that_is_named_is_checked() {
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join(".config/foldback");
    std::fs::create_dir_all(&own).unwrap();
    let keys = "keys:\n  timeline:\n    - {on: f9, run: step-back}\n";
    std::fs::write(own.join("config.yaml"), format!("theme: lihgt\n{keys}")).unwrap();
    let launch = || Launch::new(env!("CARGO_BIN_EXE_foldback")).home(directory.path());
    let terminal = launch().args([SHOP]).size(160, 45).start();
    terminal.wait_for("1 mistake in the configuration");
    terminal.wait_for("State at v2");
    terminal.keys("<Esc>[20~");
    terminal.wait_for("State at v1");
    terminal.keys("q");
    restored(&terminal.ended());
    // Whoever names the file is told before anything is drawn.
    let wrong = directory.path().join("wrong.yaml");
    std::fs::write(&wrong, "theme: lihgt\nmemory: lots\n").unwrap();
    for launch in [
        launch().args([SHOP, "--config", "wrong.yaml"]),
        launch().args([SHOP]).env("FOLDBACK_CONFIG", &wrong),
    ] {
        let ended = launch.size(160, 24).start().ended();
        assert_eq!(ended.status.exit_code(), 2);
        for part in ["wrong.yaml:1: there is no theme `lihgt`", "wrong.yaml:2: memory: `lots`"] {
            assert!(ended.text.contains(part), "{}", ended.text);
        }
    }
    let ended = launch().args([SHOP, "--config", "none.yaml"]).start().ended();
    assert_eq!(ended.status.exit_code(), 2);
    assert!(ended.text.contains("none.yaml cannot be read"), "{}", ended.text);
}

/// What a terminal reports of the mouse: a button at a cell, pressed or moved, or let go.
fn mouse(button: u16, (column, row): (usize, usize), is_pressed: bool) -> String {
    let last = if is_pressed { 'M' } else { 'm' };
    format!("<Esc>[<lt>{button};{};{}{last}", column + 1, row + 1)
}

/// The column and row where a text stands.
#[track_caller]
fn place(terminal: &Terminal, text: &str) -> (usize, usize) {
    let screen = terminal.text();
    let at = screen
        .lines()
        .enumerate()
        .find_map(|(row, line)| Some((line.get(..line.find(text)?)?.chars().count(), row)));
    at.unwrap_or_else(|| panic!("`{text}` is not on the screen:\n{screen}"))
}

#[test]
fn the_mouse_chooses_drags_turns_its_wheel_and_presses_the_keys_of_the_last_line() {
    let (press, turn_down) = (0, 65);
    let terminal = shop(160, 45);
    terminal.wait_for("State at v2");
    let click = |text: &str| {
        let at = place(&terminal, text);
        terminal.keys(&(mouse(press, at, true) + &mouse(press, at, false)));
    };
    // An aggregate.
    click("order-4711");
    terminal.wait_for("─ Order order-4711 ─");
    terminal.wait_for("State at v6");
    // The playhead, dragged to the first event and beyond it.
    let (_, row) = place(&terminal, "▅▆");
    let begin = place(&terminal, "▼");
    terminal.keys(&mouse(press, (begin.0, row), true));
    for column in (33..begin.0).rev().step_by(20) {
        terminal.keys(&mouse(press + 32, (column, row), true));
    }
    terminal.keys(&mouse(press + 32, (33, row), true));
    terminal.wait_for("v0 of 6");
    terminal.keys(&mouse(press, (33, row), false));
    // The wheel steps through the events.
    terminal.keys(&mouse(turn_down, (60, row), true).repeat(2));
    terminal.wait_for("v2 of 6");
    // A key of the last line, and a choice of the palette.
    click(": command");
    terminal.wait_for("─ Run ─");
    terminal.keys("go-e");
    terminal.wait_for(": go-e▏");
    click("go-end");
    terminal.wait_for("State at v6");
    terminal.keys("q");
    restored(&terminal.ended());
}

#[test]
fn a_line_of_what_can_follow_a_key_is_clicked() {
    for (columns, rows) in [(160, 45), (80, 24), (40, 12)] {
        let terminal = shop(columns, rows);
        // The cursor of the state on the first of its values, whether the panel is in sight or behind a tab.
        terminal.keys("<Esc>2<lt>");
        terminal.wait_for("Ana Lopes");
        terminal.keys("y");
        terminal.wait_for("copy its path, as jq");
        let at = place(&terminal, "copy its path");
        terminal.keys(&(mouse(0, at, true) + &mouse(0, at, false)));
        assert_eq!(terminal.copied(), "c;Lm5hbWU=");
        terminal.wait_until("no list any more", |screen| {
            !screen.contents().contains("copy its path, as jq")
        });
        terminal.keys("q");
        restored(&terminal.ended());
    }
}
