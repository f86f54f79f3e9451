//! The program stops for a while, and goes on where it was.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

use super::super::effect::{Slot, Stopping};
use super::super::suspend;
use super::super::term::{self, Guard};
use super::super::update::Msg;
use super::App;

/// How long the lanes have to let go of the store: a program that is stopped in the middle of a read would keep the
/// store's owner from writing. What gives way takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a signal takes to come round that was sent already.
const ECHO: Duration = Duration::from_millis(200);

/// Gives the terminal back, stops the program, and takes the terminal over again when somebody wakes it.
pub(super) async fn suspend(
    app: &mut App,
    receive: &mut Receiver<Msg>,
    guard: &mut Guard,
    by: Stopping,
) -> io::Result<()> {
    if let Some(why) = suspend::forbidden() {
        app.take(Msg::Unstopped(why));
        return Ok(());
    }
    let mut came = Vec::new();
    // It may be ended while it is stopped.
    app.keep();
    let lanes = app.rest();
    hear(receive, &mut came, lanes, PATIENCE, is_rested).await;
    term::restore();
    suspend::stop(by);
    // What it did to itself, and what woke it, is heard here: later it would be taken for somebody else's.
    let echoes = 1 + usize::from(by == Stopping::Person);
    hear(receive, &mut came, echoes, ECHO, |said| matches!(said, Msg::Stopped | Msg::Woken)).await;
    came.retain(|said| !matches!(said, Msg::Stopped | Msg::Woken));
    guard.retake()?;
    for message in came {
        app.take(message);
    }
    app.take(Msg::Back);
    Ok(())
}

/// Waits for so many messages of a kind, but not for ever. What comes is not taken in before the program goes on: it
/// might ask for the next read.
async fn hear(
    receive: &mut Receiver<Msg>,
    came: &mut Vec<Msg>,
    mut due: usize,
    patience: Duration,
    is_due: impl Fn(&Msg) -> bool,
) {
    let end = Instant::now() + patience;
    while due > 0 {
        let Ok(Some(message)) = timeout_at(end, receive.recv()).await else { break };
        due -= usize::from(is_due(&message));
        came.push(message);
    }
}

fn is_rested(message: &Msg) -> bool {
    message.is_of(Slot::Rest)
}
