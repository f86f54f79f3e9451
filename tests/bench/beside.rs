//! From a key to its picture in the list of all events, beside lnav on the same events as JSON lines; and what both do
//! when nothing happens.
//!
//! Both stand at the newest event of stores of different sizes and are sent up and down again, line by line and by the page. The picture
//! counts as there when it tells another line. Where lnav is not installed, it is said so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use foldback::text::human;

use crate::measure::{Row, median, print, quantile};
use crate::screen::terminal::{Launch, Terminal};
use crate::screen::{Keys, a_while, cpu, start};
use crate::stores;

/// Keys pressed on each store.
const KEYS: usize = 200;
/// How long nothing is done.
const IDLE: Duration = Duration::from_secs(10);
/// How long a picture has to stay the same to be the last of a start.
const STILL: Duration = Duration::from_secs(3);
/// How long a program may take to come to rest, and how many bytes of a file give it a second more.
const PATIENCE: (Duration, u64) = (Duration::from_secs(60), 2_500_000);
/// How long an answer to a key may take, and after how many without one no more are pressed.
const ANSWER: (Duration, usize) = (Duration::from_secs(10), 3);

/// How lnav reads what `foldback events --json` prints, with all that a row of foldback's list has.
const FORMAT: &str = r#"{"$schema": "https://lnav.org/schemas/format-v1.schema.json",
 "foldback": {"title": "foldback", "description": "events of a store", "file-type": "json", "timestamp-field": "time",
  "hide-extra": true,
  "line-format": [{"field": "__timestamp__"}, " ", {"field": "aggregate"}, " v", {"field": "version"}, " ",
   {"field": "type"}, " ", {"field": "data"}],
  "value": {"aggregate": {"kind": "string"}, "version": {"kind": "integer"}, "type": {"kind": "string"},
   "data": {"kind": "json"}}}}"#;

pub(crate) fn lnav() -> Vec<Row> {
    let there = Command::new("lnav").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = there.is_ok_and(|status| status.success());
    if !there {
        println!("lnav: it is not installed here; the screen is measured without it");
    }
    let huge = human::plural(stores::huge_events(), "event");
    let all = [
        ("10,000 events".to_owned(), stores::many(10_000)),
        (huge, stores::huge()),
        ("the hostile store".to_owned(), stores::hostile()),
    ];
    // Each is told when it is known: the largest take their time.
    for (what, path) in &all {
        print(&beside(what, path, there));
    }
    Vec::new()
}

/// What was measured of one program.
struct Measured {
    keys: Keys,
    /// Keys that had no answer in time.
    unanswered: usize,
    heard: u64,
    busy: Duration,
}

fn beside(what: &str, path: &Path, there: bool) -> [Row; 2] {
    let ours = measured(
        &events(path),
        ["<Up>", "<Up>", "<PageUp>", "<Down>", "<Down>", "<PageDown>"],
        chosen,
    );
    let theirs =
        there.then(|| measured(&reader(&stores::lines(path)), ["k", "k", "b", "j", "j", " "], top));
    let times = |Measured { keys, unanswered, .. }: &Measured| {
        let by = |times: &[Duration]| {
            format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99))
        };
        let missing = format!("{unanswered} keys had no answer within {:?}", ANSWER.0);
        if keys.times.is_empty() {
            return missing;
        }
        let told =
            format!("{}; without waits for a core {}", by(&keys.times), by(&keys.without_waits));
        if *unanswered == 0 {
            return told;
        }
        format!("{told}, of {} keys; {missing}", keys.times.len())
    };
    let idle = |measured: &Measured| {
        let share = measured.busy.as_secs_f64() / IDLE.as_secs_f64() * 100.0;
        format!("wrote {} times, {share:.2} % of a core", measured.heard)
    };
    let beside = |told: &dyn Fn(&Measured) -> String| {
        theirs.as_ref().map_or_else(String::new, |theirs| format!("lnav {}", told(theirs)))
    };
    let both = theirs
        .as_ref()
        .filter(|theirs| !(ours.keys.times.is_empty() || theirs.keys.times.is_empty()));
    let ratio = both.map(|theirs| ours.keys.median() / theirs.keys.median());
    [
        Row {
            what: format!("key to picture in the list of all events, {what}"),
            measured: times(&ours),
            beside: beside(&times),
            ratio,
            budget: "p99 ≤ 8 ms".to_owned(),
        },
        Row {
            what: format!("idle for 10 s, {what}"),
            measured: idle(&ours),
            beside: beside(&idle),
            ratio: None,
            budget: "nothing drawn, < 0.5 % of a core".to_owned(),
        },
    ]
}

/// The list of all events, at the newest.
fn events(path: &Path) -> Terminal {
    let terminal = start(path);
    terminal.wait_for("State at v");
    terminal.keys("2");
    // Counting and walking on are done, so that nothing else is measured.
    still(&terminal, path, vt100::Screen::contents);
    terminal
}

/// lnav on the same events, at the last line.
fn reader(lines: &Path) -> Terminal {
    let home = home();
    let arguments = ["-N".as_ref(), "-I".as_ref(), home.as_os_str(), lines.as_os_str()];
    let terminal = Launch::new("lnav").args(arguments).env("HOME", &home).size(160, 48).start();
    still(&terminal, lines, |screen| top(screen).unwrap_or_default());
    terminal.keys("G");
    still(&terminal, lines, |screen| top(screen).unwrap_or_default());
    terminal
}

/// A home for lnav with nothing in it but the format.
fn home() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-lnav");
    let format = home.join("formats/foldback");
    std::fs::create_dir_all(&format).unwrap();
    std::fs::write(format.join("format.json"), FORMAT).unwrap();
    home
}

/// Waits until what the screen tells of a file stays the same, but not for ever: then keys go unanswered, which is said.
fn still(terminal: &Terminal, file: &Path, told: impl Fn(&vt100::Screen) -> String) {
    let bytes = std::fs::metadata(file).unwrap().len();
    let patience = PATIENCE.0 + Duration::from_secs(bytes / PATIENCE.1);
    let begun = Instant::now();
    let (mut before, mut since) = (String::new(), Instant::now());
    while since.elapsed() < STILL || before.is_empty() {
        if begun.elapsed() > patience {
            println!("{} does not come to rest within {patience:?}", file.display());
            return;
        }
        std::thread::park_timeout(Duration::from_millis(200));
        let now = terminal.screen(&told);
        if now != before {
            (before, since) = (now, Instant::now());
        }
    }
}

/// The line that foldback's cursor is on.
fn chosen(screen: &vt100::Screen) -> Option<String> {
    let text = screen.contents();
    text.lines().find(|line| line.contains("│▌")).map(str::to_owned)
}

/// The first line that lnav shows, as its last line but one tells: `L1,964`.
fn top(screen: &vt100::Screen) -> Option<String> {
    let text = screen.contents();
    let mut words = text.split_whitespace().rev();
    let is_line = |word: &&str| {
        word.strip_prefix('L').is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit())
                && rest.chars().all(|letter| letter.is_ascii_digit() || letter == ',')
        })
    };
    words.find(is_line).map(str::to_owned)
}

fn measured(
    terminal: &Terminal,
    keys_in_turn: [&str; 6],
    told: fn(&vt100::Screen) -> Option<String>,
) -> Measured {
    let (mut keys, mut unanswered) = (Keys::default(), 0);
    for round in 0..KEYS {
        if unanswered == ANSWER.1 {
            break;
        }
        a_while();
        let before = terminal.screen(told);
        let key = keys_in_turn[round % keys_in_turn.len()];
        let shown = |screen: &vt100::Screen| told(screen).is_some_and(|now| Some(now) != before);
        unanswered += usize::from(!keys.press_within(ANSWER.0, terminal, key, shown));
    }
    // What the last key set off ends first.
    std::thread::park_timeout(Duration::from_secs(1));
    let (heard, busy, begun) = (terminal.heard(), cpu(terminal), Instant::now());
    while begun.elapsed() < IDLE {
        std::thread::park_timeout(IDLE.saturating_sub(begun.elapsed()));
    }
    let (heard, busy) = (terminal.heard() - heard, cpu(terminal).saturating_sub(busy));
    Measured { keys, unanswered, heard, busy }
}
