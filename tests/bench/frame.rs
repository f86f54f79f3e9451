//! What one key costs the screen's own thread: taking it in with the answer to it, and drawing what it changed.
//!
//! No terminal and no waiting for a lane: only what stands between a key and its picture on that one thread.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use foldback::model::{At, Version, json};
use foldback::session::{OpenOptions, Session, Silent};
use foldback::store::AggregateQuery;
use foldback::text::human;
use foldback::tui::{Headless, Options, Source};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Paragraph;

use crate::measure::{Row, median, quantile};
use crate::stores;

const SIZES: [(u16, u16); 2] = [(160, 48), (80, 24)];
const KEYS: usize = 200;

/// A store, where on its screen one has to be, and the keys to be pressed there in turn.
struct Place {
    what: &'static str,
    store: PathBuf,
    way: &'static [&'static str],
    keys: [&'static str; 2],
    /// What a screen that keeps plain copies copies for each key.
    copy: Copied,
}

#[derive(Clone, Copy, PartialEq)]
enum Copied {
    State,
    List(usize),
}

fn places() -> [Place; 6] {
    let steps = ["left", "right"];
    [
        Place {
            what: "an order of 40 events",
            store: stores::tiny(),
            way: &["alt-2", "left"],
            keys: steps,
            copy: Copied::State,
        },
        Place {
            what: "100,000 members in one open object",
            store: stores::wide(100_000),
            way: &["alt-2", "enter", "left"],
            keys: steps,
            copy: Copied::State,
        },
        Place {
            what: "the same order before and after, side by side",
            store: stores::tiny(),
            way: &["alt-2", "left", "s"],
            keys: steps,
            copy: Copied::State,
        },
        Place {
            what: "the 100,000 members before and after, side by side",
            store: stores::wide(100_000),
            way: &["alt-2", "enter", "left", "s"],
            keys: steps,
            copy: Copied::State,
        },
        Place {
            what: "a million events in one aggregate",
            store: stores::long(),
            way: &["alt-2", "shift-left"],
            keys: steps,
            copy: Copied::State,
        },
        Place {
            what: "the end of a million aggregates",
            store: stores::crowd(1_000_000),
            way: &["alt-1", ">", "up"],
            keys: ["up", "down"],
            copy: Copied::List(1_000_000),
        },
    ]
}

fn open(store: &Path) -> Session {
    Session::open(store.to_str().unwrap(), &OpenOptions::default()).unwrap()
}

/// The screen on a store, at rest where its place is.
fn screen(place: &Place, size: (u16, u16)) -> Headless {
    let path = place.store.clone();
    let source = Source::new("bench.db", move || Ok(open(&path)));
    let mut screen = Headless::new(source, &Options::default(), size).unwrap();
    screen.start();
    screen.settle();
    for key in place.way {
        screen.press(key).unwrap();
        screen.settle();
    }
    screen
}

/// Taking in a key and its answer, and drawing the picture they make.
pub(crate) fn update_and_draw() -> Vec<Row> {
    let mut rows = Vec::new();
    for place in places() {
        let copied = copied(&place);
        for size in SIZES {
            let (updates, draws, pictures) = keys(&place, size);
            let plain = paragraphs(&pictures, size);
            let at = format!("{}×{}, {}", size.0, size.1, place.what);
            rows.push(row(format!("update at {at}"), &updates, &copied));
            rows.push(row(format!("draw at {at}"), &draws, &plain));
        }
    }
    rows
}

fn row(what: String, times: &[Duration], beside: &(String, Duration)) -> Row {
    let (name, other) = beside;
    Row {
        what,
        measured: format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99)),
        beside: format!("{name} {other:.2?}"),
        ratio: Some(median(times).as_secs_f64() / other.as_secs_f64()),
        budget: "part of the 8 ms from a key to its picture".to_owned(),
    }
}

/// How long each key takes to be taken in with its answers and to be drawn; the two pictures that take turns.
fn keys(place: &Place, size: (u16, u16)) -> (Vec<Duration>, Vec<Duration>, [Buffer; 2]) {
    let mut screen = screen(place, size);
    let mut pictures = [screen.draw().clone(), Buffer::default()];
    let (mut updates, mut draws) = (Vec::new(), Vec::new());
    for at in 0..KEYS {
        let started = Instant::now();
        screen.press(place.keys[at % 2]).unwrap();
        let mut update = started.elapsed();
        while screen.wait() {
            let started = Instant::now();
            screen.take();
            update += started.elapsed();
        }
        updates.push(update);
        let started = Instant::now();
        let buffer = screen.draw();
        draws.push(started.elapsed());
        if at == 0 {
            pictures[1] = buffer.clone();
            assert_ne!(pictures[0], pictures[1], "{}: a key changes the picture", place.what);
        }
    }
    (updates, draws, pictures)
}

/// The same cells as one text that ratatui draws, made once.
fn paragraphs(pictures: &[Buffer; 2], (columns, rows): (u16, u16)) -> (String, Duration) {
    let texts = pictures.each_ref().map(|picture| Paragraph::new(text(picture)));
    let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
    let mut times = Vec::new();
    for at in 0..KEYS {
        let started = Instant::now();
        let Ok(_) = terminal.draw(|frame| frame.render_widget(&texts[at % 2], frame.area()));
        times.push(started.elapsed());
    }
    assert_eq!(*terminal.backend().buffer(), pictures[(KEYS - 1) % 2], "it is the same picture");
    ("ratatui drawing the same text as a ready Paragraph".to_owned(), median(&times))
}

fn text(picture: &Buffer) -> Text<'static> {
    let rows = picture.content().chunks(usize::from(picture.area.width));
    let line = |cells: &[ratatui::buffer::Cell]| {
        let alike = cells.chunk_by(|a, b| a.style() == b.style());
        let span = |cells: &[ratatui::buffer::Cell]| {
            let text: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
            Span::styled(text, cells[0].style())
        };
        Line::from(alike.map(span).collect::<Vec<_>>())
    };
    rows.map(line).collect()
}

/// What a screen would do for each key that kept plain copies of what it shows.
fn copied(place: &Place) -> (String, Duration) {
    let mut times = Vec::new();
    let mut session = open(&place.store);
    let name = match place.copy {
        Copied::State => {
            let key =
                session.aggregates(&AggregateQuery::default(), 1).unwrap().rows[0].key.clone();
            let at = At::Version(Version(40));
            let moment = session.moment(&key, at, &mut Silent).unwrap();
            let text = json::to_string(moment.state.value());
            let plain: serde_json::Value = serde_json::from_str(&text).unwrap();
            for _ in 0..15 {
                let started = Instant::now();
                std::hint::black_box(std::hint::black_box(&plain).clone());
                times.push(started.elapsed());
            }
            "a plain copy of the state (serde_json)".to_owned()
        }
        Copied::List(aggregates) => {
            let list: Vec<String> = (0..aggregates).map(|id| format!("order-{id:07}")).collect();
            for _ in 0..5 {
                let started = Instant::now();
                std::hint::black_box(std::hint::black_box(&list).clone());
                times.push(started.elapsed());
            }
            format!("a plain copy of {} ids", human::count(aggregates as u64))
        }
    };
    (name, median(&times))
}
