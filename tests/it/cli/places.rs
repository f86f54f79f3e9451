//! Where a store may be besides in a file with an ordinary name: in a pipe, on standard input, under a name that is no text.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Output, Stdio};

use super::{fixtures, foldback, run, text};
use crate::support::terminal::Launch;

/// Runs a command with that piped in.
fn piped(line: &str, input: &[u8]) -> Output {
    let mut command = foldback();
    command.args(line.split(' ')).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut to, input) = (child.stdin.take().unwrap(), input.to_vec());
    // Whoever has seen enough reads no further.
    let feeds = std::thread::spawn(move || drop(to.write_all(&input)));
    let ran = child.wait_with_output().unwrap();
    feeds.join().unwrap();
    ran
}

#[test]
fn a_recording_is_read_from_a_pipe() {
    let plain = std::fs::read(fixtures().join("shop.jsonl")).unwrap();
    let packed = zstd::encode_all(&plain[..], 3).unwrap();
    for input in [&plain, &packed] {
        for line in ["events STORE --json", "history STORE order-4711 .total", "export STORE -"] {
            let ran = piped(&line.replace("STORE", "-"), input);
            assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
            let from_file = run(line.replace("STORE", "shop.jsonl").split(' '));
            assert_eq!(text(&ran.stdout), text(&from_file.stdout), "{line}");
        }
    }
    let info = text(&piped("info /dev/stdin", &plain).stdout);
    assert!(info.starts_with("/dev/stdin\n") && info.contains("14 of 14 lines"), "{info}");
}

#[test]
fn a_pipe_with_something_else_in_it_says_what_that_is() {
    let told = |input: &[u8]| {
        let ran = piped("info -", input);
        assert_eq!(ran.status.code(), Some(3), "{}", text(&ran.stderr));
        text(&ran.stderr)
    };
    let database = std::fs::read(fixtures().join("stores/emmett.db")).unwrap();
    let said = told(&database);
    assert!(
        said.contains("a pipe with a SQLite database in it") && said.contains("hint: "),
        "{said}"
    );
    assert!(told(b"hello\n").contains("it is text that begins `hello`"));
    assert!(told(b"").contains("it is empty"));
    assert!(told(b"{\"no\": \"event\"}\n").contains("holds no event that can be read"));
}

#[test]
fn following_a_pipe_is_refused() {
    let ran = piped("events - --follow", b"");
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).contains("--follow waits for what is added to a file"));
}

#[test]
fn a_pipe_that_nothing_comes_out_of_is_waited_for_until_ctrl_c() {
    let home = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(home.path().join("pipe")).status();
    assert!(made.unwrap().success());
    let program = env!("CARGO_BIN_EXE_foldback");
    let waits = Launch::new(program).home(home.path()).args(["info", "pipe"]).start();
    waits.wait_for("opening the store");
    waits.keys("<C-c>");
    let ended = waits.ended();
    assert_eq!(ended.status.exit_code(), 130, "{}", ended.text);
}

#[test]
fn a_name_that_is_no_text_is_as_good_as_another() {
    let home = tempfile::tempdir().unwrap();
    for (fixture, name) in
        [("shop.jsonl", &b"sh\xffop.jsonl"[..]), ("stores/emmett.db", &b"em\xffmet.jsonl"[..])]
    {
        let path = home.path().join(OsStr::from_bytes(name));
        std::fs::copy(fixtures().join(fixture), &path).unwrap();
        let typed = |command: &str| foldback().arg(command).arg(&path).output().unwrap();
        let info = typed("info");
        assert!(info.status.success(), "{}", text(&info.stderr));
        assert!(text(&info.stdout).contains('\u{fffd}'));
        assert_eq!(typed("events").stdout, run(["events", fixture]).stdout);
    }
    // Handles that are opened anew find it too.
    let path = home.path().join(OsStr::from_bytes(b"sh\xffop.jsonl"));
    let log = foldback().arg("log").arg(&path).arg("order-4711").output().unwrap();
    assert_eq!(text(&log.stdout), text(&run(["log", "shop.jsonl", "order-4711"]).stdout));
    let missing = foldback().arg("info").arg(OsStr::from_bytes(b"no\xff.db")).output().unwrap();
    assert_eq!(missing.status.code(), Some(3));
    assert!(text(&missing.stderr).starts_with("error: there is no file no\u{fffd}.db"));
}
