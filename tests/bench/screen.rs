//! The whole program in a real pseudo-terminal: its first picture, a key's way to the picture, its memory.

#[path = "../it/support/terminal.rs"]
#[expect(
    dead_code,
    clippy::panic,
    reason = "it is the tests' own, where it is used whole and may panic"
)]
pub(crate) mod terminal;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::measure::{Row, median, quantile};
use crate::stores;
use foldback::text::human;
use terminal::{Launch, Terminal};

pub(crate) fn start(store: &Path) -> Terminal {
    Launch::new(env!("CARGO_BIN_EXE_foldback"))
        .args([store])
        .home(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .size(160, 48)
        .start()
}

/// Until anything stands on the screen, and until the first aggregate's newest state so far does; for a small and a
/// huge store in turn.
pub(crate) fn first_picture() -> Vec<Row> {
    let stores = [stores::many(10_000), stores::huge()];
    let (mut first, mut state) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..9 {
        for (at, path) in stores.iter().enumerate() {
            let started = Instant::now();
            let terminal = start(path);
            terminal.wait_until("a first picture", |screen| !screen.contents().trim().is_empty());
            first[at].push(started.elapsed());
            terminal.wait_for("State at v");
            state[at].push(started.elapsed());
        }
    }
    let row = |what: &str, times: [Vec<Duration>; 2], budget: &str| {
        let [small, huge] = times.map(|times| median(&times));
        Row {
            what: format!("{what} of {} events", human::count(stores::huge_events())),
            measured: format!("{huge:.2?}"),
            beside: format!("10,000 events {small:.2?}"),
            ratio: Some(huge.as_secs_f64() / small.as_secs_f64()),
            budget: budget.to_owned(),
        }
    };
    let what =
        format!("first state, aggregate of {} events in a store", human::count(stores::LONG));
    vec![
        row("first picture, a store", first, "≤ 100 ms, and the same ± 30 %"),
        row(&what, state, "none of its own: the list counts the aggregate's events first"),
    ]
}

/// Until the sample shop stands on the screen with the state of its order, beside a program that only starts and ends.
pub(crate) fn demo() -> Vec<Row> {
    let (mut shown, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let started = Instant::now();
        let terminal = Launch::new(env!("CARGO_BIN_EXE_foldback"))
            .args(["demo", "--fresh"])
            .home(Path::new(env!("CARGO_TARGET_TMPDIR")))
            .size(160, 48)
            .start();
        terminal.wait_until("the order and its state", |screen| {
            let text = screen.contents();
            text.contains("Order order-4711") && text.contains("State at v21")
        });
        shown.push(started.elapsed());
        let started = Instant::now();
        Command::new(env!("CARGO_BIN_EXE_foldback")).arg("--version").output().unwrap();
        bare.push(started.elapsed());
    }
    let (shown, bare) = (median(&shown), median(&bare));
    vec![Row {
        what: "`foldback demo` until the state of its order is seen".to_owned(),
        measured: format!("{shown:.2?}"),
        beside: format!("`foldback --version` {bare:.2?}"),
        ratio: Some(shown.as_secs_f64() / bare.as_secs_f64()),
        budget: "≤ 1 s".to_owned(),
    }]
}

/// Until the header tells how many aggregates and events there are; nobody waits for it.
pub(crate) fn counted() -> Vec<Row> {
    let path = stores::huge();
    let started = Instant::now();
    let (aggregates, events) = (stores::aggregates_bare(&path), stores::count_bare(&path));
    let bare = started.elapsed();
    let started = Instant::now();
    let terminal = start(&path);
    terminal.wait_for(&human::plural(events, "event"));
    let counted = started.elapsed();
    vec![Row {
        what: format!(
            "counts in the header, {} events in {}",
            human::count(events),
            human::plural(aggregates, "aggregate")
        ),
        measured: format!("{counted:.2?} after the start, in the background"),
        beside: format!("SQLite counting both, and nothing else {bare:.2?}"),
        ratio: Some(counted.as_secs_f64() / bare.as_secs_f64()),
        budget: "none: no key waits for it".to_owned(),
    }]
}

/// What the screen says of the version: `v17 of 42`.
fn version(text: &str) -> Option<String> {
    let (before, _) = text.split_once(" of ")?;
    before.rsplit_once('v').map(|(_, version)| version.to_owned())
}

/// The huge store with its long aggregate walked.
fn open_walked() -> Terminal {
    let terminal = start(&stores::huge());
    for tenth in 1..=10 {
        terminal.wait_until("more of the walk", |screen| {
            let version = version(&screen.contents()).map(|version| version.replace(',', ""));
            version.and_then(|version| version.parse().ok()).unwrap_or(0)
                >= stores::LONG / 10 * tenth
        });
    }
    terminal
}

/// From a key to the picture it makes, on a long aggregate of a huge store: while another process writes to the store,
/// while nobody does, and beside the same terminal with nothing in it but its own echo.
pub(crate) fn key_to_picture() -> Vec<Row> {
    let before = stores::written(&stores::huge());
    let begun = Instant::now();
    let writer = Writer::start(&stores::huge());
    let busy = keys(&open_walked());
    writer.end();
    let rate = (stores::written(&stores::huge()) - before) as f64 / begun.elapsed().as_secs_f64();
    let quiet = keys(&open_walked());
    let echo = echoes();
    let told = |keys: &Keys| {
        let by = |times: &[Duration]| {
            format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99))
        };
        format!("{}; without waits for a core {}", by(&keys.times), by(&keys.without_waits))
    };
    let alone = |keys: &Keys| {
        format!("p50 {:.2?}, p99 {:.2?}", median(&keys.times), quantile(&keys.times, 0.99))
    };
    let place = format!("an aggregate of {} events", human::count(stores::LONG));
    let all = human::count(stores::huge_events());
    vec![
        Row {
            what: format!("key to picture, {place}, store of {all}, {rate:.0} written a second"),
            measured: told(&busy),
            beside: format!("nobody writes: {}", told(&quiet)),
            ratio: Some(busy.median() / quiet.median()),
            budget: "p99 ≤ 8 ms".to_owned(),
        },
        Row {
            what: "key to picture at 160×48, the same store while nobody writes".to_owned(),
            measured: told(&quiet),
            beside: format!("the terminal's own echo of a key (cat) {}", alone(&echo)),
            ratio: Some(quiet.median() / echo.median()),
            budget: "p99 ≤ 8 ms".to_owned(),
        },
    ]
}

/// As a person types: the picture before is done, and a while has passed.
pub(crate) fn a_while() {
    std::thread::park_timeout(Duration::from_millis(40));
}

/// How long an answer to a key may take at most.
const ANSWER: Duration = Duration::from_secs(30);

/// How long each key took, also without the time that threads were ready and had no core: that much is the machine's
/// other work, and the difference is small on one that has none.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) times: Vec<Duration>,
    pub(crate) without_waits: Vec<Duration>,
}

impl Keys {
    pub(crate) fn press(
        &mut self,
        terminal: &Terminal,
        keys: &str,
        shown: impl Fn(&vt100::Screen) -> bool,
    ) {
        let came = self.press_within(ANSWER, terminal, keys, shown);
        assert!(came, "no answer to {keys} within {ANSWER:?}:\n{}", terminal.text());
    }

    /// Presses a key and waits for its answer for so long; whether there was one.
    pub(crate) fn press_within(
        &mut self,
        patience: Duration,
        terminal: &Terminal,
        keys: &str,
        shown: impl Fn(&vt100::Screen) -> bool,
    ) -> bool {
        let waits = || waited(terminal.process()) + waited(std::process::id());
        let before = waits();
        let started = Instant::now();
        terminal.keys(keys);
        if !terminal.within(patience, shown) {
            return false;
        }
        let time = started.elapsed();
        self.times.push(time);
        self.without_waits.push(time.saturating_sub(waits().saturating_sub(before)));
        true
    }

    pub(crate) fn median(&self) -> f64 {
        median(&self.times).as_secs_f64()
    }
}

/// How long the threads of a process have waited for a core so far.
fn waited(process: u32) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let nanoseconds = tasks.filter_map(|task| {
        let told = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        told.split(' ').nth(1)?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

fn keys(terminal: &Terminal) -> Keys {
    let mut keys = Keys::default();
    for round in 0..300 {
        a_while();
        let before = version(&terminal.text());
        let key = if round % 3 == 2 { "<S-Left>" } else { "<Left>" };
        keys.press(terminal, key, |screen| version(&screen.contents()) != before);
    }
    keys
}

fn echoes() -> Keys {
    let terminal = Launch::new("cat").size(160, 48).start();
    let mut keys = Keys::default();
    for _ in 0..300 {
        a_while();
        let before = terminal.screen(vt100::Screen::cursor_position);
        keys.press(&terminal, "x", |screen| screen.cursor_position() != before);
    }
    keys
}

/// Another process that writes to a store.
pub(crate) struct Writer {
    process: Child,
    told: BufReader<ChildStdout>,
}

impl Writer {
    /// Starts it; it has written when this returns.
    pub(crate) fn start(store: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut process =
            command.arg(crate::WRITE).arg(store).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(process.stdout.take().unwrap());
        told.read_line(&mut String::new()).unwrap();
        Self { process, told }
    }

    /// Lets it end in order, its log taken over.
    pub(crate) fn end(self) {
        let Self { mut process, told } = self;
        drop(told);
        assert!(process.wait().unwrap().success());
    }
}

/// What the program keeps for itself with the long aggregate of the huge store walked, and what it does when nothing
/// happens.
pub(crate) fn memory() -> Vec<Row> {
    let terminal = open_walked();
    let store = human::plural(stores::huge_events(), "event");
    let counts = human::plural(stores::count_bare(&stores::huge()), "event");
    // Everything is there, and counted.
    terminal.wait_for(&counts);
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.process())).unwrap();
    let kilobytes: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
        .unwrap();
    let payloads = stores::payload_bytes(&stores::huge());
    let before = cpu(&terminal);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(3) {
        std::thread::park_timeout(Duration::from_secs(1));
    }
    let busy = cpu(&terminal).saturating_sub(before);
    vec![
        Row {
            what: format!(
                "memory, store of {store}, aggregate of {} walked",
                human::count(stores::LONG)
            ),
            measured: format!("{} MiB of its own (RssAnon, page caches in it)", kilobytes / 1024),
            beside: format!("the aggregate's payloads alone {} MiB", payloads >> 20),
            ratio: Some(kilobytes as f64 * 1024.0 / payloads as f64),
            budget: "≤ 256 MiB beyond SQLite's page cache".to_owned(),
        },
        Row {
            what: "idle".to_owned(),
            measured: format!("{:.2} % of a core over 3 s", busy.as_secs_f64() / 3.0 * 100.0),
            beside: String::new(),
            ratio: None,
            budget: "< 0.5 % of a core".to_owned(),
        },
    ]
}

/// User and system time of the program so far, to a hundredth of a second.
pub(crate) fn cpu(terminal: &Terminal) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", terminal.process())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}
