//! The Events screen over the whole of a huge store: its first rows, moving in it, and what a filter lets through that
//! the store itself can look up, beside SQLite asked for the same rows and nothing else.
//!
//! Rows are read page by page from the end that is looked at; how many there are of which type is counted in the
//! background at the same time, on the same lane, and gives way to each key. So keys are pressed twice: while counting
//! goes on, and after that.

use std::path::Path;
use std::time::{Duration, Instant};

use foldback::text::human;
use foldback::tui::Headless;

use crate::driven::{self, Driven, screen, told};
use crate::measure::{Row, median};
use crate::stores;

/// Keys pressed each time.
const KEYS: usize = 200;
/// Rounds of what is done once on a screen.
const ROUNDS: usize = 5;
/// What is pressed in turn.
const MOVES: [&str; 10] =
    ["up", "up", "pageup", "pageup", "pageup", "down", "<", "pagedown", "pagedown", ">"];

/// A filter that a store's own index answers: as it is typed, as SQL, and how each of its rows can be told.
struct Sieve {
    line: &'static str,
    condition: &'static str,
    is: fn(&str) -> bool,
}

const SIEVES: [Sieve; 3] = [
    Sieve {
        line: "type:ItemRemoved",
        condition: "event_type = 'ItemRemoved'",
        is: |row| row.contains(" ItemRemoved "),
    },
    Sieve {
        line: "from:2023-11-15 to:2023-11-16",
        condition: "recorded_at >= '2023-11-15' AND recorded_at <= '2023-11-16'",
        is: in_november,
    },
    Sieve {
        line: "type:ItemRemoved from:2023-11-15 to:2023-11-16",
        condition: "+event_type = 'ItemRemoved' AND recorded_at >= '2023-11-15' AND recorded_at <= '2023-11-16'",
        is: |row| row.contains(" ItemRemoved ") && in_november(row),
    },
];

/// Whether an event was recorded between the two moments of the filters, the last of which is a midnight.
fn in_november(row: &str) -> bool {
    row.contains(" 11-15 ") || row.contains(" 11-16 ")
}

pub(crate) fn whole() -> Vec<Row> {
    let path = stores::huge();
    let events = human::plural(stores::count_bare(&path), "event");
    let mut first = Vec::new();
    let (mut counting, mut still) = (Driven::default(), Driven::default());
    for _ in 0..ROUNDS {
        let mut screen = screen(&path);
        let started = Instant::now();
        screen.press("2").unwrap();
        first.push(until(&mut screen, started, |rows| chosen(rows).is_some()));
        moves(&mut counting, &mut screen, KEYS / ROUNDS);
    }
    let mut screen = screen(&path);
    screen.press("2").unwrap();
    let started = Instant::now();
    screen.settle();
    let counted = started.elapsed();
    moves(&mut still, &mut screen, KEYS);
    let page = "SELECT * FROM events ORDER BY position DESC LIMIT 200";
    let bare: Vec<_> = (0..ROUNDS).map(|_| stores::asked_bare(&path, page)).collect();
    let mut rows = vec![Row {
        what: format!("all of {events}: from the key to the first rows"),
        measured: told(&first),
        beside: format!("SQLite reading as many and nothing else {}", told(&bare)),
        ratio: Some(median(&first).as_secs_f64() / median(&bare).as_secs_f64()),
        budget: "≤ 100 ms".to_owned(),
    }];
    for (when, keys) in [("while they are counted", &counting), ("at rest", &still)] {
        rows.push(Row {
            what: format!("all of {events}, {when}: up, down, by the page, from end to end"),
            measured: format!(
                "a key's own picture {}; without waits for a core {}",
                told(&keys.own),
                told(&keys.without_waits)
            ),
            beside: format!("until the cursor stands on another event {}", told(&keys.seen)),
            ratio: None,
            budget: format!("p99 ≤ 8 ms; counting takes {counted:.2?} in the background"),
        });
    }
    rows.extend(SIEVES.map(|sieve| filter(&mut screen, &path, &sieve)));
    rows
}

/// What a filter lets through, until its first rows are there and until all is counted.
fn filter(screen: &mut Headless, path: &Path, sieve: &Sieve) -> Row {
    let Sieve { line, condition, is } = sieve;
    let (mut first, mut all) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        screen.press("/").unwrap();
        for letter in line.chars() {
            let key = if letter == ' ' { "space".to_owned() } else { letter.to_string() };
            screen.press(&key).unwrap();
        }
        let started = Instant::now();
        screen.press("enter").unwrap();
        let came = |rows: &[String]| {
            let list = listed(rows);
            let is_event = |row: &&String| row.starts_with('│') && row.contains("  v");
            let mut events = list.iter().skip(1).filter(is_event).peekable();
            events.peek().is_some() && events.all(|row| is(row))
        };
        first.push(until(screen, started, came));
        screen.settle();
        all.push(started.elapsed());
        // As it was without one.
        screen.press("esc").unwrap();
        screen.settle();
    }
    let sql = format!("SELECT * FROM events WHERE {condition} ORDER BY position DESC LIMIT 200");
    let bare: Vec<_> = (0..ROUNDS).map(|_| stores::asked_bare(path, &sql)).collect();
    Row {
        what: format!("all events filtered by `{line}`: from the key to the first rows"),
        measured: format!("{}; all counted after {:.2?}", told(&first), median(&all)),
        beside: format!("SQLite reading as many and nothing else {}", told(&bare)),
        ratio: Some(median(&first).as_secs_f64() / median(&bare).as_secs_f64()),
        budget: "≤ 100 ms".to_owned(),
    }
}

fn moves(keys: &mut Driven, screen: &mut Headless, count: usize) {
    for at in 0..count {
        keys.until(screen, MOVES[at % MOVES.len()], |picture| {
            chosen(&driven::rows(picture)).into_iter().collect()
        });
    }
}

/// Takes answers in until a picture tells it; how long after `started` that was.
fn until(screen: &mut Headless, started: Instant, is: impl Fn(&[String]) -> bool) -> Duration {
    loop {
        let came = is(&driven::rows(screen.draw()));
        if came {
            return started.elapsed();
        }
        assert!(screen.wait(), "no answer is due any more");
        screen.take();
    }
}

/// The lines of the list of events.
fn listed(rows: &[String]) -> Vec<String> {
    let list = rows.iter().skip_while(|row| !row.contains("  time  "));
    list.filter_map(|row| row.split("││").next()).map(str::to_owned).collect()
}

/// The line that the cursor is on.
fn chosen(rows: &[String]) -> Option<String> {
    listed(rows).into_iter().find(|row| row.starts_with("│▌"))
}
