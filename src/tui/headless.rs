//! The screen without a terminal: the real model, update, effects and lanes, drawn into a buffer.
//!
//! Whoever drives it decides when a key is pressed, when an answer is taken in and when a picture is drawn. Nothing
//! waits for time: it is at rest when no answer is due any more. The screen's tests and benches stand on it.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::{Receiver, channel};

use super::effect::Source;
use super::input::Input;
use super::run::{App, QUEUE};
use super::update::Msg;
use super::{Options, TuiError};

/// A screen that is driven by a program and looked at as a buffer.
pub struct Headless {
    pub(super) app: App,
    pub(super) answers: Receiver<Msg>,
    pub(super) terminal: Terminal<TestBackend>,
    came: Option<Msg>,
}

impl Headless {
    /// A screen of so many columns and rows that has drawn its first picture; the store is not open yet.
    pub fn new(source: Source, options: &Options, size: (u16, u16)) -> Result<Self, TuiError> {
        let model = super::model(source.name(), options)?;
        let (send, answers) = channel(QUEUE);
        let keeper = super::keep::Keeper(options.keep.clone());
        let app = App::start(model, keeper, source, send)?;
        let Ok(terminal) = Terminal::new(TestBackend::new(size.0, size.1));
        let mut screen = Self { app, answers, terminal, came: None };
        screen.draw();
        Ok(screen)
    }

    /// Begins to open the store.
    pub fn start(&mut self) {
        self.app.take(Msg::Started);
    }

    /// Presses a key, written as in a keymap (`shift-left`), and goes on at once.
    pub fn press(&mut self, key: &str) -> Result<(), TuiError> {
        let key = key.parse().map_err(|error| TuiError::Options(format!("{error}")))?;
        self.app.take(Msg::Input(Input::Key(key)));
        Ok(())
    }

    /// Presses the left button over a cell, and lets it go.
    pub fn click(&mut self, column: u16, row: u16) {
        self.app.take(Msg::Input(Input::Click(column, row)));
        self.app.take(Msg::Input(Input::Release(column, row)));
    }

    /// What was copied last, taken out of the clipboard.
    pub fn copied(&mut self) -> Option<String> {
        self.app.copied.take()
    }

    /// Whether the person has left.
    pub fn has_ended(&self) -> bool {
        self.app.model.exit.is_some()
    }

    /// Waits for the next answer that is due, without taking it in; whether there was one.
    pub fn wait(&mut self) -> bool {
        if self.came.is_none() && self.app.busy() {
            self.came = self.answers.blocking_recv();
        }
        self.came.is_some()
    }

    /// Takes in the answer that [`wait`](Self::wait) waited for.
    pub fn take(&mut self) {
        if let Some(answer) = self.came.take() {
            self.app.take(answer);
        }
    }

    /// Takes answers in until none is due.
    pub fn settle(&mut self) {
        while self.wait() {
            self.take();
        }
    }

    /// Lets the time pass until the playhead moves by itself; returns how long that is, `None` where nothing plays.
    pub fn ring(&mut self) -> Option<std::time::Duration> {
        let wait = self.app.rings_in()?;
        self.app.ring();
        Some(wait)
    }

    /// Lets the time pass until the store is looked at again.
    pub fn tick(&mut self) {
        self.app.take(Msg::Ticked);
    }

    /// Keeps how the store is left, as the screen does at its end; says why it could not.
    pub fn leave(&mut self) -> Option<String> {
        self.app.keep();
        self.settle();
        self.app.model.keeping.failed.clone()
    }

    /// Draws the picture of this moment.
    pub fn draw(&mut self) -> &Buffer {
        let Ok(()) = self.app.draw(&mut self.terminal);
        self.terminal.backend().buffer()
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        // A lane that waits to be heard would never end.
        self.answers.close();
    }
}

impl std::fmt::Debug for Headless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Headless").field("model", &self.app.model).finish_non_exhaustive()
    }
}
