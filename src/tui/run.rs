//! The loop: one channel of messages; drain it, take each in, do what it asks for, and draw once, only if asked.
//!
//! Nothing is drawn where nothing happens: a timer runs while the playhead plays, once for a message that goes, and twice
//! a second to see whether the store has changed, which draws nothing by itself.

mod pause;

use std::time::{Duration, Instant};

use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::MissedTickBehavior;

use super::Ending;
use super::bell::Listener;
use super::draw::draw;
use super::effect::{Effect, Lanes, Slot, Source, Stopping};
use super::input::Input;
use super::keep::Keeper;
use super::model::live::TICK;
use super::model::overlay::Overlay;
use super::model::work::Note;
use super::model::{Exit, Model, Store, Tone};
use super::remover::Remover;
use super::suspend;
use super::term::{self, Guard};
use super::update::{Msg, keep_now, resize, rest, update, work};
use crate::task::{Report, Running};

/// Messages that may wait; a lane that has more to say waits itself.
pub(super) const QUEUE: usize = 256;
/// The least time between two pictures, but for the second one after a rest.
const FRAME: Duration = Duration::from_millis(16);
/// How long the end waits until it is kept how the store was left.
const KEEPING: Duration = Duration::from_secs(3);
/// How long a picture waits for a playhead that is on its way: it mostly arrives at once, and one picture then shows
/// what two would have shown 16 ms apart.
const GRACE: Duration = Duration::from_millis(5);

/// Model and lanes, tied together; knows no terminal.
pub(crate) struct App {
    /// What the screen shows.
    pub(crate) model: Model,
    lanes: Lanes,
    /// Where what the store tells is to go, and who listens to it.
    messages: Sender<Msg>,
    listener: Option<Listener>,
    remover: Remover,
    due: usize,
    /// When the playhead moves by itself next, while it plays.
    alarm: Option<Instant>,
    /// When the alarm that is being answered was due.
    beat: Option<Instant>,
    /// When the message in the last line has stood long enough, and which one that is.
    stands: (Option<Instant>, u64),
    /// What the terminal's owner is to put into its clipboard.
    pub(crate) copied: Option<String>,
    /// What else the terminal's owner is to do.
    pub(crate) wish: Option<Wish>,
    /// Whether the window was of another size since the last picture.
    resized: bool,
}

/// What is asked of the terminal's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Stop the program until somebody wakes it.
    Suspend(Stopping),
    /// Take the terminal over once more.
    Retake,
}

impl App {
    /// Starts the lanes; what they say goes into `messages`.
    pub(crate) fn start(
        model: Model,
        keeper: Keeper,
        source: Source,
        messages: Sender<Msg>,
    ) -> std::io::Result<Self> {
        let heard = messages.clone();
        let lanes = Lanes::start(source, keeper, move |report| {
            // The receiver is gone only when the screen ends.
            let _ = heard.blocking_send(Msg::Report(Box::new(report)));
        })?;
        let remover = Remover::start()?;
        let (alarm, beat, stands) = (None, None, (None, 0));
        Ok(Self {
            model,
            lanes,
            messages,
            listener: None,
            remover,
            due: 0,
            alarm,
            beat,
            stands,
            copied: None,
            wish: None,
            resized: false,
        })
    }

    /// Takes a message in and starts what it asks for.
    pub(crate) fn take(&mut self, message: Msg) {
        self.resized |= matches!(message, Msg::Input(Input::Resize(..)));
        let answered =
            matches!(&message, Msg::Report(report) if matches!(**report, Report::Done(_)));
        let note = match &message {
            Msg::Report(report) => Note::of(report),
            _ => None,
        };
        let effects = update(&mut self.model, message);
        self.run(effects);
        self.model.gone.drain(..).for_each(|thing| self.remover.remove(thing));
        self.due -= usize::from(answered);
        // What was issued again by now goes on.
        if let Some(note) = note {
            self.model.dirty |= self.model.work.heard(&note);
        }
        self.set_alarm();
        self.see_message();
        self.look_at_work();
        self.listen_to_store();
    }

    /// Hears the store from when it is open, where it tells anything. Where nobody can listen, it is looked at.
    fn listen_to_store(&mut self) {
        let Store::Open(facts) = &mut self.model.store else { return };
        if let Some(bell) = facts.bell.take() {
            self.listener = Listener::begin(bell, self.messages.clone()).ok();
        }
    }

    /// Brings what the lanes do to whoever looks at it.
    fn look_at_work(&mut self) {
        if let Overlay::Work(_) = self.model.overlay {
            let (standing, watches) = (self.lanes.standing(), work::watches(&self.model));
            let rows = self.model.work.rows(&standing, watches, Instant::now());
            work::show(&mut self.model, rows);
        }
    }

    /// Moves the playhead that plays.
    pub(crate) fn ring(&mut self) {
        self.beat = self.alarm.take().map(|due| due.min(Instant::now()));
        self.take(Msg::Rang);
        self.beat = None;
    }

    /// How long until the playhead moves by itself; `None` where nothing plays, or the next step waits for an answer.
    pub(crate) fn rings_in(&self) -> Option<Duration> {
        self.alarm.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// How long until something happens by itself: the playhead moves, a message has stood long enough, or it is told
    /// that a job takes long.
    fn wakes_in(&self) -> Option<Duration> {
        let stands = self.stands.0.map(|at| at.saturating_duration_since(Instant::now()));
        let slow = self.model.work.slow_at().map(|at| at.saturating_duration_since(Instant::now()));
        self.rings_in().into_iter().chain(stands).chain(slow).min()
    }

    /// Does what it is time for.
    fn wake(&mut self) {
        if self.rings_in() == Some(Duration::ZERO) {
            self.ring();
        }
        if self.stands.0.is_some_and(|at| at <= Instant::now()) {
            self.stands.0 = None;
            self.take(Msg::Stood);
        }
        self.model.dirty |= self.model.work.see_slow(Instant::now());
    }

    /// A message stands from the moment it is said: nothing happens after it has, and is seen, gone.
    fn see_message(&mut self) {
        let said = self.model.log.said;
        let message = self.model.message.as_ref();
        if said == self.stands.1 {
            self.stands.0 = self.stands.0.filter(|_| message.is_some());
            return;
        }
        // An error that stands on while something else is said is seen no later for it.
        let is_same =
            self.stands.0.is_some() && message.is_some_and(|shown| shown.tone == Tone::Bad);
        let newest = self.model.log.get(0).map(|entry| &entry.message);
        if !(is_same && newest != message) {
            self.stands.0 = message.map(|message| Instant::now() + message.stands());
        }
        self.stands.1 = said;
    }

    fn set_alarm(&mut self) {
        let asked = self.model.player.wait.take();
        if self.model.player.playing.is_none() {
            self.alarm = None;
        } else if let Some(wait) = asked {
            // Counted from when the last one was due, so that the tempo holds; nothing is caught up on.
            let now = Instant::now();
            let from = self.beat.filter(|beat| *beat + wait > now).unwrap_or(now);
            self.alarm = Some(from + wait);
        }
    }

    /// Draws, and lays out anew where the size turns out to be another.
    pub(crate) fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>) -> Result<(), B::Error> {
        let size = terminal.size()?;
        let whole = Rect::new(0, 0, size.width, size.height);
        // A window that became smaller and larger again between two pictures has the size it had, and not its text.
        if std::mem::take(&mut self.resized) {
            terminal.resize(whole)?;
        }
        let effects = resize(&mut self.model, whole);
        self.run(effects);
        let model = &self.model;
        let mut areas = model.areas;
        terminal.draw(|frame| areas = draw(model, frame))?;
        self.model.dirty = false;
        // The size may have changed in between.
        let effects = resize(&mut self.model, areas.whole);
        self.run(effects);
        Ok(())
    }

    /// Whether an answer is still due.
    pub(crate) fn busy(&self) -> bool {
        self.due > 0
    }

    /// What works for it.
    #[cfg(test)]
    pub(crate) fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// How many ids are kept to find among them; `None` where they were let go of.
    #[cfg(test)]
    pub(crate) fn names(&mut self) -> Option<usize> {
        self.due += 1;
        let generation = self.model.issue(Slot::Rest, Running::Finish);
        self.lanes.names(generation)
    }

    /// Keeps how the store is left, where that is not kept yet.
    pub(crate) fn keep(&mut self) {
        let effects = keep_now(&mut self.model);
        self.run(effects.into_iter().collect());
    }

    /// Asks all lanes to let go of the store; says how many answers to that there will be.
    fn rest(&mut self) -> usize {
        let effects = rest(&self.model);
        self.run(effects);
        let lanes = self.lanes.rest(self.model.issue(Slot::Rest, Running::Finish));
        self.due += lanes;
        lanes
    }

    fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Some(slot) = effect.slot() else {
                match effect {
                    Effect::Copy(text) => self.copied = Some(text),
                    Effect::Suspend(by) => self.wish = Some(Wish::Suspend(by)),
                    Effect::Retake => self.wish = self.wish.or(Some(Wish::Retake)),
                    _ => {}
                }
                continue;
            };
            let generation = self.model.issue(slot, effect.running());
            let stops = matches!(effect, Effect::Stop(_));
            if !stops {
                let told = effect.told(self.model.events.sieve.line());
                self.model.work.issued(slot, generation, told, Instant::now());
            }
            let more = self.lanes.run(effect, generation);
            if stops && more < 0 {
                let standing = self.lanes.standing();
                let running = standing.iter().filter_map(|lane| lane.running);
                let running = running.filter(|(of, _)| *of == slot).map(|(_, of)| of).next();
                self.model.dirty |= self.model.work.dropped(slot, running);
            }
            self.due = self.due.saturating_add_signed(more);
        }
    }
}

/// Runs the screen until it ends; says why it did.
pub(crate) async fn run(
    model: Model,
    keeper: Keeper,
    source: Source,
    guard: &mut Guard,
) -> std::io::Result<(Option<Exit>, Option<String>)> {
    let (send, mut receive) = channel(QUEUE);
    let mut app = App::start(model, keeper, source, send.clone())?;
    let shown = show(&mut app, send, &mut receive, guard).await;
    keep(&mut app, &mut receive).await;
    // Nobody receives any more: a lane that waited to be heard would never end.
    drop(receive);
    shown?;
    Ok((app.model.exit.take(), app.model.keeping.failed.take()))
}

/// Keeps how the store is left, and waits until it is kept, but not for ever.
async fn keep(app: &mut App, receive: &mut Receiver<Msg>) {
    app.keep();
    let end = tokio::time::Instant::now() + KEEPING;
    while app.model.keeping.writing {
        let Ok(Some(message)) = tokio::time::timeout_at(end, receive.recv()).await else { break };
        if message.is_of(Slot::Keep) {
            app.take(message);
        }
    }
}

/// Takes messages in and draws until the screen ends.
async fn show(
    app: &mut App,
    send: Sender<Msg>,
    receive: &mut Receiver<Msg>,
    guard: &mut Guard,
) -> std::io::Result<()> {
    let signals = Signals::heard()?;
    app.draw(&mut *guard.terminal)?;
    let mut pace = Pace::new();
    let closed = send.clone();
    // It ends with the terminal or with the process, whichever comes first.
    std::thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        if term::wait_until_closed() {
            let _ = closed.blocking_send(Msg::Ended(None));
        }
    })?;
    tokio::spawn(listen(send, signals));
    app.take(Msg::Started);
    let mut dirty_since = Instant::now();
    while app.model.exit.is_none() {
        let was_dirty = app.model.dirty;
        let held = hold(&app.model, &pace, dirty_since);
        let wait = held.into_iter().chain(app.wakes_in()).min();
        let message = match wait {
            None => receive.recv().await,
            Some(Duration::ZERO) if held != Some(Duration::ZERO) => {
                app.wake();
                if !was_dirty {
                    dirty_since = Instant::now();
                }
                continue;
            }
            Some(Duration::ZERO) if !term::is_taken() => {
                // A panic on another thread gave the terminal back: a picture would stand on its message.
                app.model.exit = Some(Exit::Lost);
                break;
            }
            Some(Duration::ZERO) => {
                guard.hold()?;
                app.draw(&mut *guard.terminal)?;
                pace.drew(Instant::now());
                continue;
            }
            Some(wait) => match tokio::time::timeout(wait, receive.recv()).await {
                Ok(message) => message,
                Err(_) => continue,
            },
        };
        let Some(message) = message else { break };
        take_all(app, message, receive);
        if let Some(text) = app.copied.take().filter(|_| term::is_taken()) {
            guard.copy(&text)?;
        }
        if let Some(wish) = app.wish.take().filter(|_| term::is_taken()) {
            match wish {
                Wish::Suspend(by) => pause::suspend(app, receive, guard, by).await?,
                Wish::Retake => guard.claim()?,
            }
        }
        if !was_dirty {
            dirty_since = Instant::now();
        }
    }
    Ok(())
}

/// When the next picture may be drawn. Two may follow each other at once after a rest: the first says that a key was
/// taken, the second is the answer to it, which must not wait because it came late already.
struct Pace {
    next: Instant,
}

impl Pace {
    fn new() -> Self {
        Self { next: Instant::now() }
    }

    fn drew(&mut self, now: Instant) {
        self.next = (self.next + FRAME).max(now);
    }
}

/// How long the next picture has to wait; `None` where none is asked for.
fn hold(model: &Model, pace: &Pace, dirty_since: Instant) -> Option<Duration> {
    let grace = if model.on_its_way() { GRACE } else { Duration::ZERO };
    let apart = pace.next.saturating_duration_since(Instant::now());
    model.dirty.then(|| apart.max(grace.saturating_sub(dirty_since.elapsed())))
}

fn take_all(app: &mut App, first: Msg, receive: &mut Receiver<Msg>) {
    app.take(first);
    while let Ok(message) = receive.try_recv() {
        app.take(message);
    }
}

/// What the terminal and the system say, heard before the first picture: a window that changes while the program starts
/// would keep a picture of the wrong size, and a terminal that is closed by then has no keys to be listened to.
struct Signals {
    keys: EventStream,
    resized: Signal,
    term: Signal,
    hup: Signal,
    int: Signal,
    quit: Signal,
    stop: Signal,
    wake: Signal,
}

impl Signals {
    fn heard() -> std::io::Result<Self> {
        Ok(Self {
            keys: EventStream::new(),
            resized: signal(SignalKind::window_change())?,
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(suspend::SIGNALS[0]))?,
            wake: signal(SignalKind::from_raw(suspend::SIGNALS[1]))?,
        })
    }
}

/// Brings what the person and the system do into the channel.
async fn listen(messages: Sender<Msg>, signals: Signals) {
    let Signals { mut keys, mut resized, mut term, mut hup, mut int, mut quit, mut stop, mut wake } =
        signals;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            _ = ticks.tick() => Some(Msg::Ticked),
            event = keys.next() => match event {
                Some(Ok(event)) => Input::read(event).map(Msg::Input),
                // The terminal is gone.
                Some(Err(_)) | None => Some(Msg::Ended(None)),
            },
            _ = resized.recv() => crossterm::terminal::size()
                .ok()
                .map(|(columns, rows)| Msg::Input(Input::Resize(columns, rows))),
            _ = stop.recv() => Some(Msg::Stopped),
            _ = wake.recv() => Some(Msg::Woken),
            _ = term.recv() => Some(Msg::Ended(Some(Ending::Terminate))),
            _ = hup.recv() => Some(Msg::Ended(Some(Ending::HangUp))),
            _ = int.recv() => Some(Msg::Ended(Some(Ending::Interrupt))),
            _ = quit.recv() => Some(Msg::Ended(Some(Ending::Quit))),
        };
        let Some(message) = message else { continue };
        let ended = matches!(message, Msg::Ended(_));
        if messages.send(message).await.is_err() || ended {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_keep_apart_but_for_the_second_one_after_a_rest() {
        let mut pace = Pace::new();
        let rested = pace.next + FRAME * 10;
        let mut drawn = Vec::new();
        for _ in 0..5 {
            let now = pace.next.max(rested);
            drawn.push((now - rested).as_millis());
            pace.drew(now);
        }
        assert_eq!(drawn, [0, 0, 16, 32, 48]);
    }
}
