//! Keys pressed on the screen without a terminal: how long each takes until its own picture is drawn, and until what it
//! asked for is seen.

use std::path::Path;
use std::time::{Duration, Instant};

use foldback::session::{OpenOptions, Session};
use foldback::tui::{Headless, Options, Source};
use ratatui::buffer::Buffer;

use crate::measure::{median, quantile};

/// What is looked at in a picture.
pub(crate) type Told = fn(&Buffer) -> Vec<String>;

/// A store, opened as the program does it.
pub(crate) fn open(store: &Path) -> Session {
    Session::open(store.to_str().unwrap(), &OpenOptions::default()).unwrap()
}

/// A large screen on a store, at rest.
pub(crate) fn screen(store: &Path) -> Headless {
    let store = store.to_owned();
    let source = Source::new("bench.db", move || Ok(open(&store)));
    let mut screen = Headless::new(source, &Options::default(), (160, 48)).unwrap();
    screen.start();
    screen.settle();
    screen
}

/// The rows of a picture as text, without its styles.
pub(crate) fn rows(picture: &Buffer) -> Vec<String> {
    let rows = picture.content().chunks(usize::from(picture.area.width));
    rows.map(|cells| cells.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
}

/// How long keys took.
#[derive(Default)]
pub(crate) struct Driven {
    /// Until their own picture was drawn: the next key could have been taken in then.
    pub(crate) own: Vec<Duration>,
    /// The same without the time that the screen's thread was ready and had no core.
    pub(crate) without_waits: Vec<Duration>,
    /// Until something else was seen in the part that is looked at. Where it stays as it is, there is nothing to wait for.
    pub(crate) seen: Vec<Duration>,
    /// Until no answer was due any more.
    pub(crate) rests: Vec<Duration>,
}

impl Driven {
    /// Presses a key and takes in all that comes of it.
    pub(crate) fn settle(&mut self, screen: &mut Headless, key: &str, told: Told) {
        let started = self.follow(screen, key, told, false);
        self.rests.push(started.elapsed());
    }

    /// Presses a key and waits until something else is seen, whatever else is due.
    pub(crate) fn until(&mut self, screen: &mut Headless, key: &str, told: Told) {
        self.follow(screen, key, told, true);
    }

    fn follow(&mut self, screen: &mut Headless, key: &str, told: Told, enough: bool) -> Instant {
        let before = told(screen.draw());
        let (waits, started) = (waited(), Instant::now());
        screen.press(key).unwrap();
        let picture = screen.draw();
        let own = started.elapsed();
        self.own.push(own);
        self.without_waits.push(own.saturating_sub(waited().saturating_sub(waits)));
        let mut seen = (told(picture) != before).then_some(own);
        while !(enough && seen.is_some()) && screen.wait() {
            screen.take();
            let picture = screen.draw();
            if seen.is_none() && told(picture) != before {
                seen = Some(started.elapsed());
            }
        }
        self.seen.extend(seen);
        started
    }
}

/// How long this thread has waited for a core so far.
fn waited() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').nth(1).unwrap().parse().unwrap())
}

/// Half of the times, and nearly all.
pub(crate) fn told(times: &[Duration]) -> String {
    format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99))
}
