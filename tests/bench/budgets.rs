//! The budgets of the design, measured: each beside the thing it is compared with, in the same run.
//!
//! `cargo bench --bench budgets` prints a table; names after `--` choose rows, `--bench budgets -- fold jump`. Nothing
//! fails when a budget is missed: machines differ, and a ratio is for a person to judge. Stores are made once, under
//! the target directory, and take some 1.9 GB. `FOLDBACK_BENCH_EVENTS` says how large the huge one is (2,000,000 where it is
//! not set; 10,000,000, which the budgets speak of, take 4.5 GB and two minutes): it has an aggregate of a million
//! events, spread over the whole store, and the rest in aggregates of ninety.
//!
//! `-- lnav` measures keys and rest on three stores in one run, beside lnav where it is installed; `-- hostile` what a key costs
//! the screen's own thread on the worst that a store may hold; `-- find` what a letter costs who finds one of a million
//! aggregates; `-- 'all events'` the Events screen over the huge store: its first rows, moving in it, filters.
//!
//! With nothing else on two cores: fold 0.46 to 0.52 of a bare read (0.9 to 1.0 of 1.9 million a second), 18 to 26 times
//! Python's repository.get; jump p99 0.7 ms, step 0.1 ms; append 104,000 to 116,000 a second, a single one p99 0.7 ms; first
//! picture of ten million events 8.8 ms beside 9.9 of ten thousand; the demo's state 59 ms; key to picture p99 5 to 7 ms
//! beside a writer and 4 to 5 without, also with ten million; memory 175 to 180 MiB; idle 0. Of the 25 times of Python,
//! opening and counting take a part: ten thousand events are 13 ms in all.
//!
//! Beside lnav, on ten thousand events, ten million and the hostile store: p50 1.7, 1.2 and 1.1 ms beside 2.1, 2.5 and 60;
//! p99 2.7, 5.2 and 5.4 beside 5.5, 731 and 1,300 (the first with nothing else on the machine, where two million take 1.5
//! and 2.3 beside 1.8 and 4.9; with other builds on it, p99 was up to 9). At rest, in ten seconds: no write and at most 0.1 %
//! of a core beside 10 to 21 writes and 0.7 to 1.0 %.
//!
//! The Events screen over two million events has its first rows after 6 ms, and after 5 with a filter by type; two days of
//! them, of which the newest are half a million events back, take 0.84 s beside 0.14 of SQLite alone, counting in the
//! background all the while: times are looked at one by one, because nothing says that they rise.
//!
//! On the hostile store a key keeps the screen's own thread busy for 1 to 4 ms, p99 5 and less, but where 100,000 members
//! change at once (`turnover`): p50 2 to 7 ms, p99 12 to 22, of which 6 to 10 are its own work. Opening a state of 10 MB with
//! all its parts was 9 ms a step and is 2: open parts are met in turn, each once, and at most ten thousand are open.
//!
//! What was learned on two cores, a million events of 180 bytes, counted with callgrind: a bare read takes 4,500
//! instructions a row; a fold 6,200 on the reading thread and 7,100 on the folding one (3,200 to lay the payload out,
//! 3,000 to merge it). What brought it from 0.26 to about 0.5 of a bare read, in the order of what it brought:
//! - Memory between the threads counts more than instructions: events are dropped on the thread that made them, their
//!   page is made in one piece, and an event is 300 bytes instead of 420. Together a fifth.
//! - A column costs some 240 instructions through rusqlite. A fold reads six of thirteen, and makes no ids and metadata.
//! - A payload is laid out flat over its own text and merged from there: what the state has already is compared where it
//!   stands, and never built. Members that keep their order are found without hashing.
//! - Findings are gathered only where there is one: the empty list alone took 600 instructions an event.
//!
//! Another allocator (jemalloc, mimalloc) and smaller pages (200) were tried and are slower. Python's events hold their
//! time in the payload; a fold looks for it from the front and stops there. An append is bound by the disk's flush: 4 ms
//! a batch here.
//!
//! On the huge store of ten million, on two cores that had other work too:
//! - The first picture comes after 7 to 33 ms, in the same run 0.76 to 1.17 × that of ten thousand events. Memory with the
//!   million walked is 174 to 181 MiB, page caches included.
//! - The first *state* of the aggregate of a million takes 0.2 s (0.5 s under load) beside 0.05: its row in the list says
//!   how many events it has, and SQLite counts a million entries of an index in 70 ms, in twice that through a page cache
//!   that is cold. Opening it counted them once more on the other connection; now it goes on from the list's count (0.2 ms
//!   instead of 190 under load, 2 ms beside a writer), and the first state came after 0.29 s where it took 0.44 to 0.48 in
//!   the same minute. This row also shows at once when a statement that should be a seek walks over the aggregate: it did,
//!   and took 1.2 s.
//! - Counting aggregates and events for the header takes twice what SQLite alone takes, because the history is walked at
//!   the same time; nobody waits for it.
//! - A draw costs what ratatui needs to draw the same text as a ready `Paragraph` (0.5 to 1.8 ×, some 0.5 ms at 160×48),
//!   however large the state. An update costs 0.1 ms; lines of what is open are
//!   no longer made, a million of them or ten, but for those that are seen.
//! - From a key to its picture: p50 1.5 to 2.2 ms, p99 7 to 9 ms while nobody writes. While another process does, p50 was
//!   3 to 4 ms and p99 10 to 12. A log with a live owner was opened anew for each call, twice a key, and each time took
//!   0.5 ms: 0.25 for SQLite to read the schema, 0.11 to open, 0.06 to close, while a head or an event takes 0.01, or 0.05
//!   with its statement prepared. Hashing the newest event is nothing beside that. `calls` measures it: a key's two calls
//!   1.1 ms each alone, 0.8 asked together, 0.29 in a store that was kept at hand, as the screen keeps it for 50 ms, beside
//!   0.25 while nobody writes. In turns with the program before, four times at a load of 6 to 9: p50
//!   3.4 to 6.4 ms before and 1.9 to 2.2 after, which is what it takes while nobody writes (1.4 to 2.1). p99 says nothing
//!   at such a load: 17 to 23 ms before and 11 to 31 after, 7 to 32 while nobody writes; without the waits for a core 4.3
//!   to 6.7, and 5.0 to 5.7 (13 once, when the quiet one had 11). That is kinder than the truth where two threads wait at
//!   once: a machine of its own has the last word.
//! - When an answer came after the 5 ms that a picture waits for it, it then waited 16 ms more: p99 was 28 ms, and 20
//!   without waits, which is why two pictures may follow each other at once after a rest.
//! - Who finds one of a million aggregates: a letter's own picture has p50 0.5 ms and p99 0.7; the first of its list are there
//!   after 15 ms, p99 48, and of the first letter after 48 (at a load of 6 to 9: 28 and 76 in the place of 64 and 117 before
//!   a longer word narrowed what the shorter one had found); the whole answer after 16 ms, a third of what nucleo's `match_list` takes for the same ids in memory. Letters that are far apart in all
//!   ids take 0.6 s, as they do there: what was found so far is shown from 40 ms on. Reading the ids takes two to three times
//!   what SQLite alone takes; it begins when the finder opens. All that is 20 MiB, 12 of which are the ids' own letters,
//!   and is given back when the finder closes.
//! - The Events screen over two million events: first rows after 4 ms, moving p99 5.2 ms while they are counted and 2.6 after
//!   that; the first rows of a type after 4 ms. Two days of them took 2.1 s: an event was made of each row before its time
//!   was looked at, which it is now before.
//! - Before and after side by side: an update costs 0.06 to 0.12 ms and a draw 0.4 to 0.6 at 160×48, no more than the tree
//!   alone, also where 100,000 members are open.
//! - Real-time scheduling for the bench is no way to a quiet machine: the threads of the program then hold each other up for 100 ms.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first surprise"
)]

mod append;
mod beside;
mod calls;
mod driven;
mod events;
mod find;
mod frame;
mod hostile;
mod load;
mod measure;
mod project;
mod python;
mod screen;
mod stores;
mod whole;

use std::time::{Duration, Instant};

use foldback::model::{At, Version};
use foldback::session::{OpenOptions, Session, Silent};
use foldback::store::AggregateQuery;
use measure::{Row, median, print, quantile};

/// Measures something and gives its rows of the table.
type Bench = fn() -> Vec<Row>;

/// The argument that makes this program the other process that writes to the store after it.
const WRITE: &str = "write-to";

fn main() {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|arg| arg == WRITE) {
        return stores::write_on(args.next().unwrap().as_ref());
    }
    let chosen: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|c| name.contains(c.as_str()));
    let benches: [(&str, Bench); 17] = [
        ("fold", fold),
        ("python", python),
        ("jump", jump),
        ("append", append::append),
        ("load", load::load),
        ("project", project::project),
        ("update, draw", frame::update_and_draw),
        ("hostile", hostile::hostile),
        ("lnav", beside::lnav),
        ("picture", screen::first_picture),
        ("demo", screen::demo),
        ("counts", screen::counted),
        ("calls", calls::calls),
        ("key", screen::key_to_picture),
        ("memory", screen::memory),
        ("find", find::find),
        ("all events", whole::whole),
    ];
    for (_, bench) in benches.into_iter().filter(|(name, _)| wanted(name)) {
        print(&bench());
    }
}

fn open(path: &std::path::Path) -> Session {
    Session::open(path.to_str().unwrap(), &OpenOptions::default()).unwrap()
}

/// Folding a long aggregate, beside nothing but reading its rows.
fn fold() -> Vec<Row> {
    let (path, events) = (stores::long(), stores::LONG);
    let key = stores::key();
    let (mut bare, mut merged) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        bare.push(stores::read_bare(&path));
        let mut session = open(&path);
        let started = Instant::now();
        let moment = session.moment(&key, At::Last, &mut Silent).unwrap();
        merged.push(started.elapsed());
        assert_eq!(moment.version, Version(events));
    }
    let rate = |times: &[Duration]| events as f64 / median(times).as_secs_f64();
    vec![Row {
        what: format!("fold {events} events with merge"),
        measured: format!("{:.0} events/s", rate(&merged)),
        beside: format!("bare SQLite read of the same rows {:.0} rows/s", rate(&bare)),
        ratio: Some(rate(&merged) / rate(&bare)),
        budget: "≥ 0.5 ×".to_owned(),
    }]
}

/// The same aggregate through the Python library's own repository.
fn python() -> Vec<Row> {
    let Some((path, events, theirs)) = stores::python() else {
        println!("python: `python3 -c 'import eventsourcing'` does not work here; not compared");
        return Vec::new();
    };
    let mut ours = Vec::new();
    for _ in 0..5 {
        let mut session = open(&path);
        let key = session.aggregates(&AggregateQuery::default(), 1).unwrap().rows[0].key.clone();
        let started = Instant::now();
        assert_eq!(session.moment(&key, At::Last, &mut Silent).unwrap().version, Version(events));
        ours.push(started.elapsed());
    }
    let rate = |time: Duration| events as f64 / time.as_secs_f64();
    vec![Row {
        what: format!("fold {events} events of a Python eventsourcing store"),
        measured: format!("{:.0} events/s", rate(median(&ours))),
        beside: format!("its own repository.get {:.0} events/s", rate(theirs)),
        ratio: Some(rate(median(&ours)) / rate(theirs)),
        budget: "≥ 25 ×".to_owned(),
    }]
}

/// Any version of a walked aggregate, beside folding it from nothing.
fn jump() -> Vec<Row> {
    let (path, events) = (stores::long(), stores::LONG);
    let key = stores::key();
    let mut session = open(&path);
    let started = Instant::now();
    session.moment(&key, At::Last, &mut Silent).unwrap();
    let from_nothing = started.elapsed();
    let mut jumps = Vec::new();
    let mut version = 1;
    for _ in 0..2000 {
        version = (version * 48_271 + 11) % events + 1;
        let started = Instant::now();
        let moment = session.moment(&key, At::Version(Version(version)), &mut Silent).unwrap();
        jumps.push(started.elapsed());
        assert_eq!(moment.version, Version(version));
    }
    let mut steps = Vec::new();
    for _ in 0..2000 {
        let started = Instant::now();
        version = session.step(&key, Version(version), -1, &mut Silent).unwrap().version.0;
        steps.push(started.elapsed());
    }
    let row = |what: &str, times: &[Duration]| Row {
        what: format!("{what} of {events} walked events"),
        measured: format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99)),
        beside: format!("the first walk {from_nothing:.2?}"),
        ratio: None,
        budget: "p99 ≤ 1 ms".to_owned(),
    };
    vec![row("jump to a random version", &jumps), row("step back by one", &steps)]
}
