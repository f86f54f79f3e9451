//! The terminal: taken over, and given back whatever happens.
//!
//! Giving it back cannot fail and can be done any number of times, of which the first counts: by the guard when the
//! screen ends, by the panic hook before the message is printed. Leaving the other screen twice would put the cursor
//! back to where it was before it, and so onto that message.

use std::io::{self, IsTerminal as _, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::event::{PollFd, PollFlags};

/// Whether the terminal is taken over, and so has to be given back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the terminal is still taken over: a panic on any thread gives it back.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::Acquire)
}

/// Whether there is no terminal any more: it was closed under the screen.
pub(crate) fn is_gone() -> bool {
    !io::stdout().is_terminal()
}

/// Waits until the terminal is closed; `false` where the system cannot tell. Whoever only reads from it is told of
/// nothing, and whoever draws on it only when there is something to draw.
pub(crate) fn wait_until_closed() -> bool {
    let out = io::stdout();
    loop {
        // Nothing is waited for: that the other side is gone is told anyway.
        let mut fds = [PollFd::new(&out, PollFlags::empty())];
        match rustix::event::poll(&mut fds, None) {
            Ok(_) => {
                let [fd] = &fds;
                return fd.revents().intersects(PollFlags::HUP | PollFlags::ERR);
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// The terminal while the screen is on it.
pub(crate) struct Guard {
    /// What is drawn on.
    ///
    /// Never dropped: it would show the cursor once more, and print where there is no terminal to do it on.
    pub(crate) terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    _restore: Restore,
}

impl Guard {
    /// Takes the terminal over.
    pub(crate) fn enter() -> io::Result<Self> {
        restore_on_panic();
        // From here on an early return restores too.
        let restore = Restore;
        TAKEN.store(true, Ordering::Release);
        enable_raw_mode()?;
        let mut out = io::stdout();
        execute!(
            out,
            EnterAlternateScreen,
            cursor::Hide,
            EnableMouseCapture,
            EnableBracketedPaste
        )?;
        let terminal = ManuallyDrop::new(Terminal::new(CrosstermBackend::new(out))?);
        Ok(Self { terminal, _restore: restore })
    }
}

struct Restore;

impl Drop for Restore {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. What fails has no one left to be told.
fn restore() {
    if !TAKEN.swap(false, Ordering::AcqRel) {
        return;
    }
    let mut out = io::stdout();
    let _ =
        queue!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, cursor::Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
}
