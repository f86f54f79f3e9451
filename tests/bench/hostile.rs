//! What one key costs on the worst that a store may hold, without a terminal: how long the screen's own thread is busy
//! with it, with and without its waits for a processor, and how long its answers take. `-- hostile NAME` chooses an
//! aggregate.

use std::path::Path;
use std::time::{Duration, Instant};

use foldback::model::AggregateKey;
use foldback::session::{OpenOptions, Session};
use foldback::tui::{Headless, Options, Source};

use nix::time::{ClockId, clock_gettime};

use crate::driven::told;
use crate::measure::{Row, print};
use crate::stores;

const SIZE: (u16, u16) = (160, 48);
/// Keys pressed in each place.
const KEYS: usize = 60;

/// Where on the screen one has to be, by keys, and the keys to be pressed there in turn.
struct Place {
    aggregate: &'static str,
    way: &'static [&'static str],
    keys: &'static [&'static str],
}

const STEPS: &[&str] = &["left", "right"];
const LINES: &[&str] = &["pagedown", "pagedown", "up"];

const fn place(
    aggregate: &'static str,
    way: &'static [&'static str],
    keys: &'static [&'static str],
) -> Place {
    Place { aggregate, way, keys }
}

/// How long the screen's own thread was busy with a key at one time at most, and how long it took until all was there.
#[derive(Default)]
struct Times {
    busy: Vec<Duration>,
    /// The same as a processor worked for it: what other programs on the machine take is not in it.
    work: Vec<Duration>,
    whole: Vec<Duration>,
}

/// A clock on the wall and one of this thread.
struct Clocks(Instant, Duration);

impl Clocks {
    fn start() -> Self {
        Self(Instant::now(), work())
    }

    fn read(&self) -> (Duration, Duration) {
        (self.0.elapsed(), work().saturating_sub(self.1))
    }
}

/// The time that a processor has worked for this thread.
fn work() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

impl Times {
    fn press(&mut self, screen: &mut Headless, key: &str) {
        let clocks = Clocks::start();
        screen.press(key).unwrap();
        screen.draw();
        let (mut busy, mut work) = clocks.read();
        let mut whole = busy;
        while {
            let waiting = Instant::now();
            let came = screen.wait();
            whole += waiting.elapsed();
            came
        } {
            let clocks = Clocks::start();
            screen.take();
            screen.draw();
            let (wall, own) = clocks.read();
            (busy, work) = (busy.max(wall), work.max(own));
            whole += wall;
        }
        self.busy.push(busy);
        self.work.push(work);
        self.whole.push(whole);
    }

    fn told(&self) -> String {
        let (busy, work, whole) = (told(&self.busy), told(&self.work), told(&self.whole));
        format!("{busy}; of its own work {work}; until all is there {whole}")
    }
}

pub(crate) fn hostile() -> Vec<Row> {
    let path = stores::hostile();
    let places = [
        place("members", &["alt-2"], STEPS),
        place("members", &["alt-2", "enter"], STEPS),
        place("members", &["alt-2", "enter"], LINES),
        place("members", &["alt-2", "s"], STEPS),
        place("members", &["alt-2"], &["s"]),
        place("members", &["alt-2", "s", "enter"], STEPS),
        place("numbers", &["alt-2"], STEPS),
        place("numbers", &["alt-2", "<", "enter"], STEPS),
        place("numbers", &["alt-2", "<", "enter"], LINES),
        place("numbers", &["alt-2", "<", "enter"], &["home", "right", "left", "end"]),
        place("numbers", &["alt-4", "home", "right"], LINES),
        place("structure", &["alt-2"], STEPS),
        place("structure", &["alt-2", "enter"], STEPS),
        place("structure", &["alt-2", "*"], STEPS),
        place("structure", &["alt-2", "*"], LINES),
        place("structure", &["alt-2", "z", "3"], STEPS),
        place("text", &["alt-2"], STEPS),
        place("text", &["alt-2", "v"], LINES),
        place("turnover", &["alt-2", "home", "right", "right", "right"], STEPS),
        place("turnover", &["alt-2", "home", "right", "right", "right", "s"], STEPS),
        place("turnover", &["alt-2", "home", "right", "right", "right"], &["s"]),
        place("turnover", &["alt-2", "*"], &["home", "right", "end"]),
        place("nested", &["alt-2", "*"], STEPS),
        place("nested", &["alt-2", "*"], LINES),
        place("deepest", &["alt-2", "*"], STEPS),
        place("long", &["alt-2", "*"], STEPS),
        place("long", &["alt-2", "*"], LINES),
    ];
    // Each is told when it is known: some of them take their time.
    let names: Vec<String> = std::env::args().collect();
    let chosen = |place: &&Place| names.iter().any(|name| name == place.aggregate);
    let some = places.iter().any(|place| chosen(&place));
    for place in places.iter().filter(|place| !some || chosen(place)) {
        print(&[measured(&path, place)]);
    }
    Vec::new()
}

fn measured(path: &Path, place: &Place) -> Row {
    let store = path.to_owned();
    let source = Source::new("hostile.db", move || {
        Session::open(store.to_str().unwrap(), &OpenOptions::default())
    });
    let category = if place.aggregate == "long" { "Names" } else { "Large" };
    let source = source.beginning_with(AggregateKey::new(category, place.aggregate));
    let mut screen = Headless::new(source, &Options::default(), SIZE).unwrap();
    screen.start();
    let mut way = Times::default();
    let mut opening = Duration::ZERO;
    while screen.wait() {
        let started = Instant::now();
        screen.take();
        screen.draw();
        opening = opening.max(started.elapsed());
    }
    for key in place.way {
        way.press(&mut screen, key);
    }
    let mut times = Times::default();
    for at in 0..KEYS {
        times.press(&mut screen, place.keys[at % place.keys.len()]);
    }
    let way = way.busy.iter().max().copied().unwrap_or_default().max(opening);
    Row {
        what: format!("{}: {} then {}", place.aggregate, place.way.join(" "), place.keys.join(" ")),
        measured: times.told(),
        beside: format!("on the way there at most {way:.2?}"),
        ratio: None,
        budget: "p99 ≤ 8 ms".to_owned(),
    }
}
