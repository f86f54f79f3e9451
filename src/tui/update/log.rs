//! What is said, and the list of it.
//!
//! A message stands in the last line, where it covers nothing but the keys. A note goes by itself, or with the next key.
//! An error stays until a key is pressed that was pressed because of it or in spite of it: not while nobody can have
//! read it yet, and never because something else is said. One that never stood there is counted until the list is opened.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::copy::Copied;
use super::super::model::log::{Logbook, Message, Tone};
use super::super::model::overlay::{FullMessage, Overlay};
use super::super::model::{Model, Store};
use crate::model::Finding;
use crate::session::SessionError;

/// Shows a message in the last line.
pub(crate) fn tell(model: &mut Model, tone: Tone, what: &str) {
    say(model, tone, what, None);
}

/// Shows a message in the last line, and what to do.
pub(super) fn say(model: &mut Model, tone: Tone, what: &str, hint: Option<&str>) {
    let message = Message::new(tone, what, hint);
    model.dirty = true;
    let is_new = model.log.keep(&message);
    if let Overlay::Log(book) = &mut model.overlay
        && is_new
    {
        // What is chosen stays chosen.
        book.scroll.cursor += usize::from(model.log.len() > 1);
        let height = super::overlay::overlay_height(model);
        settle(model, 0, height);
    }
    match &model.message {
        Some(shown) if shown.tone == Tone::Bad && *shown != message => {
            let stays = tone != Tone::Bad || model.log.unseen;
            model.log.unread += u64::from(tone == Tone::Bad);
            if stays {
                return;
            }
        }
        _ => {}
    }
    model.log.unseen = tone == Tone::Bad;
    model.message = Some(message);
}

/// Shows an error in the last line; what a person stopped is none.
pub(crate) fn fail(model: &mut Model, error: &SessionError) {
    let stopped = match error {
        SessionError::Cancelled => true,
        SessionError::Store(error) => error.is_interrupted(),
        _ => false,
    };
    if !stopped {
        say(model, Tone::Bad, &error.to_string(), error.hint().as_deref());
    }
}

/// The message has stood long enough: a note goes, an error goes with the next key.
pub(super) fn stood(model: &mut Model) {
    model.log.unseen = false;
    if model.message.as_ref().is_some_and(|message| message.tone != Tone::Bad) {
        model.message = None;
        model.dirty = true;
    }
}

/// A person does something: what has been read goes.
pub(super) fn dismiss(model: &mut Model) {
    if !model.log.unseen {
        model.message = None;
    }
}

/// What is to be said of the store as a whole.
pub(crate) fn findings(model: &Model) -> &[Finding] {
    match &model.store {
        Store::Open(facts) => &facts.findings,
        Store::Opening(_) => &[],
    }
}

/// Opens the list with the newest message chosen, or the first finding.
pub(super) fn open(model: &mut Model, on_findings: bool) {
    (model.log.unread, model.message, model.log.unseen) = (0, None, false);
    model.overlay = Overlay::Log(Logbook::default());
    let height = super::overlay::overlay_height(model);
    let by = if on_findings { model.log.len() as isize } else { 0 };
    settle(model, by, height);
}

/// Moves the cursor of the list.
pub(super) fn settle(model: &mut Model, by: isize, height: usize) {
    let Overlay::Log(mut book) = model.overlay else { return };
    book.move_by(by, &model.log, findings(model), height);
    model.overlay = Overlay::Log(book);
}

/// Turns the wheel over the list.
pub(super) fn wheel(model: &mut Model, by: isize, height: usize) {
    let Overlay::Log(mut book) = model.overlay else { return };
    let len = Logbook::len(&model.log, findings(model));
    book.scroll.wheel(by, len, height);
    // The heading is not chosen.
    if book.scroll.cursor == model.log.len() && book.scroll.cursor + 1 < len {
        book.scroll.cursor += 1;
    }
    model.overlay = Overlay::Log(book);
}

/// Chooses a line of the list; whether it was chosen already. `None` where it cannot be.
pub(super) fn choose(model: &mut Model, line: usize) -> Option<bool> {
    let Overlay::Log(mut book) = model.overlay else { return None };
    let row = Logbook::row(&model.log, findings(model), line)?;
    row.message()?;
    let again = book.scroll.cursor == line;
    book.scroll.cursor = line;
    model.overlay = Overlay::Log(book);
    Some(again)
}

/// The chosen message.
pub(crate) fn chosen(model: &Model) -> Option<Message> {
    let Overlay::Log(book) = &model.overlay else { return None };
    Logbook::row(&model.log, findings(model), book.scroll.cursor)?.message()
}

/// Shows the chosen message in full, on as much of the screen as there is.
pub(super) fn read_on(model: &mut Model) {
    let message = match &model.overlay {
        Overlay::Work(book) => book.chosen().map(|row| {
            let told = super::super::overlay::work::told(model, row);
            Message { tone: Tone::Note, text: told.join(" "), hint: None }
        }),
        _ => chosen(model),
    };
    if let Some(message) = message {
        let from = std::mem::take(&mut model.overlay);
        model.overlay = Overlay::Message(Box::new(FullMessage::new(message, from)));
    }
}

/// Copies the chosen message, or the one that is shown in full.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let message = match &model.overlay {
        Overlay::Message(full) => Some(full.message.clone()),
        _ => chosen(model),
    };
    let Some(message) = message else {
        tell(model, Tone::Note, "there is nothing to copy yet");
        return Vec::new();
    };
    let copied = Copied::new("the message", message.told());
    let told = copied.told();
    let Ok(text) = copied.text else {
        tell(model, Tone::Bad, &told);
        return Vec::new();
    };
    tell(model, Tone::Note, &told);
    vec![Effect::Copy(text)]
}

/// Shows all messages, or says that there are none.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::CopyMessage => return copy(model),
        _ if model.log.len() == 0 && findings(model).is_empty() => {
            tell(model, Tone::Note, "nothing was said yet");
        }
        _ => open(model, false),
    }
    Vec::new()
}
