//! What a person had of a store, kept by the program itself: quit, open again, and it is there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::terminal::{Ended, Launch, Terminal};

const FOLDBACK: &str = env!("CARGO_BIN_EXE_foldback");

struct Home(tempfile::TempDir);

impl Home {
    /// With a store of its own, and nothing else.
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shop.jsonl");
        fs::create_dir(home.path().join("stores")).unwrap();
        fs::copy(from, home.path().join("stores/shop.jsonl")).unwrap();
        Self(home)
    }

    fn launch(&self, arguments: &[&str]) -> Launch {
        let launch = Launch::new(FOLDBACK).args(arguments).home(self.0.path()).size(160, 45);
        launch.env("XDG_STATE_HOME", self.0.path().join("state"))
    }

    fn open(&self, arguments: &[&str]) -> Terminal {
        let terminal = self.launch(&[&["stores/shop.jsonl"], arguments].concat()).start();
        terminal.wait_for("State at v");
        terminal
    }

    fn find(&self) -> Option<PathBuf> {
        let all = fs::read_dir(self.0.path().join("state/foldback/sessions")).ok()?;
        let mut all = all.map(|entry| entry.unwrap().path());
        all.find(|path| path.extension().is_some_and(|end| end == "json"))
    }

    /// The file that says how the store was left.
    fn file(&self) -> PathBuf {
        self.find().unwrap()
    }
}

fn quit(terminal: Terminal) -> Ended {
    terminal.keys("q");
    ended(terminal, 0)
}

#[track_caller]
fn ended(terminal: Terminal, status: u32) -> Ended {
    let ended = terminal.ended();
    assert_eq!(ended.unrestored, [""; 0]);
    assert_eq!(ended.status.exit_code(), status, "{}", ended.text);
    ended
}

/// At version 4 of order-4711, with a mark on it and a pin on its total.
fn travelled(home: &Home) -> Terminal {
    let terminal = home.open(&[]);
    terminal.keys("<Down>");
    terminal.wait_for("State at v6");
    terminal.keys("g4<Enter>");
    terminal.wait_for("State at v4");
    terminal.keys("modd<Tab>why so?<Enter>");
    terminal.wait_for("marked ⚑ v4 odd");
    terminal.keys("<Tab><Tab>p");
    terminal.wait_for("pinned .");
    terminal
}

fn is_there_again(terminal: &Terminal) {
    terminal.wait_for("State at v4");
    terminal.wait_for("─ Order order-4711 ─");
    terminal.keys("M");
    terminal.wait_for("⚑ odd  why so?");
    terminal.keys("<Enter>");
    terminal.wait_until("the end of the list", |screen| !screen.contents().contains("why so?"));
    let model = terminal.text();
    assert!(model.contains("pinned") || model.contains("change "), "{model}");
}

#[test]
fn quitting_and_opening_again_leads_to_the_same_place() {
    let home = Home::new();
    quit(travelled(&home));
    let terminal = home.open(&[]);
    terminal.wait_for("as it was left");
    is_there_again(&terminal);
    quit(terminal);
    // By whatever name; and nothing of it stands beside the store.
    let store = home.0.path().join("stores/../stores/shop.jsonl");
    let terminal = home.launch(&[store.to_str().unwrap()]).start();
    is_there_again(&terminal);
    quit(terminal);
    assert_eq!(fs::read_dir(home.0.path().join("stores")).unwrap().count(), 1);
    assert!(!home.0.path().join(".local").exists());
}

#[test]
fn however_it_is_ended_nothing_is_lost() {
    for (signal, status) in [("TERM", 143), ("HUP", 129)] {
        let home = Home::new();
        let terminal = travelled(&home);
        terminal.signal(signal);
        ended(terminal, status);
        let terminal = home.open(&[]);
        is_there_again(&terminal);
        quit(terminal);
    }
    // Not even time to say good-bye: what is older than a moment was kept by then.
    let home = Home::new();
    let terminal = travelled(&home);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let pinned = |path: &Path| fs::read_to_string(path).unwrap().contains("\"pins\": {\n");
    while !home.find().is_some_and(|path| pinned(&path)) {
        assert!(std::time::Instant::now() < patience, "nothing is kept");
        std::thread::yield_now();
    }
    terminal.signal("KILL");
    drop(terminal);
    let terminal = home.open(&[]);
    is_there_again(&terminal);
    quit(terminal);
}

#[test]
fn beginning_anew_shows_nothing_of_it_and_loses_nothing() {
    let home = Home::new();
    quit(travelled(&home));
    let before = fs::read(home.file()).unwrap();
    let terminal = home.open(&["--fresh"]);
    terminal.wait_for("State at v2");
    terminal.wait_for("─ Customer cust-12 ─");
    quit(terminal);
    assert_eq!(fs::read(home.file()).unwrap(), before);
    // Or for good.
    let own = home.0.path().join(".config/foldback");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("config.yaml"), "session: false\n").unwrap();
    let terminal = home.open(&[]);
    terminal.wait_for("─ Customer cust-12 ─");
    terminal.keys("<Left>m<Enter>");
    terminal.wait_for("marked ⚑");
    quit(terminal);
    assert_eq!(fs::read(home.file()).unwrap(), before);
}

#[test]
fn a_file_that_is_broken_is_told_and_put_aside() {
    let home = Home::new();
    quit(travelled(&home));
    let file = home.file();
    fs::write(&file, "{\"version\": 1, \"left\"").unwrap();
    let terminal = home.open(&[]);
    terminal.wait_for("how this store was left cannot be read");
    terminal.keys("<Left>");
    terminal.wait_for("State at v1");
    quit(terminal);
    let aside = file.with_extension("1.aside.json");
    assert_eq!(fs::read_to_string(aside).unwrap(), "{\"version\": 1, \"left\"");
    let terminal = home.open(&[]);
    terminal.wait_for("State at v1");
    quit(terminal);
}

#[test]
fn where_nothing_can_be_kept_that_is_told_on_the_screen_and_after_it() {
    let home = Home::new();
    // Also for whoever may write everywhere.
    fs::write(home.0.path().join("state"), "a file").unwrap();
    let terminal = home.open(&[]);
    terminal.keys("<Left>m<Enter>");
    terminal.wait_for("how this store is left cannot be kept");
    terminal.keys("q");
    let ended = ended(terminal, 4);
    for part in ["how this store is left cannot be kept: cannot make", "session: false"] {
        assert!(ended.text.contains(part), "{}", ended.text);
    }
}

#[test]
fn a_sample_is_left_and_opened_again_too() {
    let home = Home::new();
    let terminal = home.launch(&["demo"]).start();
    terminal.wait_for("v21 of 21");
    terminal.keys("g18<Enter>");
    terminal.wait_for("State at v18");
    quit(terminal);
    for arguments in [&["demo"][..], &["demo:shop"]] {
        let terminal = home.launch(arguments).start();
        terminal.wait_for("State at v18");
        quit(terminal);
    }
}
