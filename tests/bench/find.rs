//! Finding one of a million aggregates by some letters of its name, typed one after another, beside nucleo's own
//! `Pattern::match_list` over the same ids in memory.
//!
//! Each letter has two seen. Its own picture has the letter in it and nothing else that is new: it is made on the
//! screen's thread, and no letter waits for more. The list that the letter asks for comes from a lane; it is there when
//! no answer is due any more, which is later than the list itself by what it takes to open the best one.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use foldback::session::Names;
use foldback::text::human;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use ratatui::buffer::Buffer;

use crate::driven::{self, Driven, open, screen, told};
use crate::measure::{Row, median};
use crate::screen::{start, terminal::Terminal};
use crate::stores;

const AGGREGATES: u64 = 1_000_000;
/// What is typed, letter by letter, and taken back: all of an id, some of its letters, two parts of it, what only one has.
const TYPED: [&str; 5] = ["order-0471199", "o4711", "odr99", "47 11", "0999999"];

pub(crate) fn find() -> Vec<Row> {
    let path = stores::crowd(AGGREGATES);
    let (ids, read) = ids(&path);
    let cold = cold(&path);
    let typed = typed(&path);
    let plain = plain(&ids);
    let all = human::plural(AGGREGATES, "aggregate");
    let bare = stores::asked_bare(&path, "SELECT DISTINCT category, aggregate_id FROM events");
    let mut rows = vec![
        Row {
            what: format!("the ids of {all} read, once"),
            measured: format!("{read:.2?}, in the background"),
            beside: format!("SQLite reading them off its index, and nothing else {bare:.2?}"),
            ratio: Some(read.as_secs_f64() / bare.as_secs_f64()),
            budget: "none of its own: what is read so far is shown".to_owned(),
        },
        Row {
            what: format!("the first letter among {all} until anything is found"),
            measured: told(&cold.seen),
            beside: format!("until all are looked at {}", told(&cold.rests)),
            ratio: None,
            budget: "≤ 100 ms".to_owned(),
        },
        Row {
            what: format!("a letter more or less among {all}: its own picture"),
            measured: told(&typed.own),
            beside: format!("without waits for a core {}", told(&typed.without_waits)),
            ratio: None,
            budget: "p99 ≤ 8 ms".to_owned(),
        },
        Row {
            what: format!("a letter more or less among {all}: the first of its list"),
            measured: told(&typed.seen),
            beside: String::new(),
            ratio: None,
            budget: "≤ 100 ms".to_owned(),
        },
        Row {
            what: format!("a letter more or less among {all}: the whole answer"),
            measured: told(&typed.rests),
            beside: format!("nucleo's match_list over the same ids in memory {}", told(&plain)),
            ratio: Some(median(&typed.rests).as_secs_f64() / median(&plain).as_secs_f64()),
            budget: "none of its own: it is in the background".to_owned(),
        },
    ];
    rows.push(memory(&path, &ids));
    rows
}

/// All ids, and how long it takes to read them.
fn ids(path: &Path) -> (Vec<String>, Duration) {
    let mut session = open(path);
    let (mut names, started) = (Names::default(), Instant::now());
    while !names.is_complete() {
        session.read_names(&mut names).unwrap();
    }
    let read = started.elapsed();
    let id = |at| names.key(at).unwrap().id.to_string();
    ((0..names.len()).map(id).collect(), read)
}

/// The ids in the panel at the left, without the line that is typed into.
fn listed(picture: &Buffer) -> Vec<String> {
    let rows = driven::rows(picture).into_iter();
    let panel = rows.map(|row| row.chars().skip(1).take_while(|c| !"│╮╯".contains(*c)).collect());
    panel.filter(|row: &String| !row.contains('⌕')).collect()
}

/// The first letter, typed at once when the finder is there.
fn cold(path: &Path) -> Driven {
    let mut letters = Driven::default();
    for first in ["o", "4", "9", "r", "7"] {
        let mut screen = screen(path);
        screen.press("/").unwrap();
        letters.settle(&mut screen, first, listed);
    }
    letters
}

/// Letters, once all ids are there.
fn typed(path: &Path) -> Driven {
    let mut screen = screen(path);
    screen.press("/").unwrap();
    screen.press("x").unwrap();
    screen.settle();
    screen.press("backspace").unwrap();
    screen.settle();
    let mut letters = Driven::default();
    for text in TYPED {
        for letter in text.chars() {
            let key = if letter == ' ' { "space".to_owned() } else { letter.to_string() };
            letters.settle(&mut screen, &key, listed);
        }
        for _ in 0..text.len() {
            letters.settle(&mut screen, "backspace", listed);
        }
    }
    letters
}

/// The same letters, each looked for among all ids in memory.
fn plain(ids: &[String]) -> Vec<Duration> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut times = Vec::new();
    for text in TYPED {
        for end in 1..=text.len() {
            let started = Instant::now();
            let part = &text[..end];
            let pattern = Pattern::parse(part, CaseMatching::Ignore, Normalization::Smart);
            black_box(pattern.match_list(ids, &mut matcher));
            times.push(started.elapsed());
        }
    }
    times
}

/// What the program keeps for itself while somebody finds, and after that.
fn memory(path: &Path, ids: &[String]) -> Row {
    let terminal = start(path);
    terminal.wait_for(&human::plural(AGGREGATES, "event"));
    let before = own(&terminal);
    terminal.keys("/");
    terminal.keys("o");
    terminal.wait_for("best 1,000 of 1.0M");
    let finding = own(&terminal);
    terminal.keys("<Esc>");
    terminal.wait_until("all again", |screen| !screen.contents().contains("best 1,000"));
    std::thread::park_timeout(Duration::from_secs(1));
    let after = own(&terminal);
    let bytes: usize = ids.iter().map(String::len).sum();
    Row {
        what: "memory while one of them is found".to_owned(),
        measured: format!(
            "{} MiB more of its own (RssAnon), {} MiB more a second after the finder was closed",
            finding.saturating_sub(before) >> 10,
            after.saturating_sub(before) >> 10
        ),
        beside: format!("the letters of all ids alone {} MiB", bytes >> 20),
        ratio: Some((finding.saturating_sub(before) << 10) as f64 / bytes as f64),
        budget: "≤ 65 MiB, and let go after".to_owned(),
    }
}

/// The kilobytes that a program has for itself.
fn own(terminal: &Terminal) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap()
}
