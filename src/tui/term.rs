//! The terminal: taken over, and given back whatever happens.
//!
//! Giving it back cannot fail and can be done any number of times, of which the first counts: by the guard when the
//! screen ends, by the panic hook before the message is printed. Leaving the other screen twice would put the cursor
//! back to where it was before it, and so onto that message.

use std::io::{self, IsTerminal as _, Stdout, Write};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

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
        let mut fds = [PollFd::new(out.as_fd(), PollFlags::empty())];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) => {
                let told = fds.iter().find_map(PollFd::revents);
                return told
                    .is_some_and(|it| it.intersects(PollFlags::POLLHUP | PollFlags::POLLERR));
            }
            Err(Errno::EINTR) => {}
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
    /// Whether tmux stands between.
    tmux: bool,
    _restore: Restore,
}

impl Guard {
    /// Takes the terminal over.
    pub(crate) fn enter(tmux: bool) -> io::Result<Self> {
        restore_on_panic();
        // From here on an early return restores too.
        let restore = Restore;
        take()?;
        let terminal = ManuallyDrop::new(Terminal::new(CrosstermBackend::new(io::stdout()))?);
        Ok(Self { terminal, tmux, _restore: restore })
    }

    /// Takes the terminal over once more, whatever was done to it meanwhile; the next picture is drawn whole.
    pub(crate) fn retake(&mut self) -> io::Result<()> {
        // Not left as it is: what somebody else made of it is what it is given back as.
        restore();
        take()?;
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Puts a text into the clipboard of the terminal, wherever that stands: it is part of what is written to it (OSC 52).
    /// No terminal says whether it did.
    pub(crate) fn copy(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(clipboard(text, self.tmux).as_bytes())?;
        out.flush()
    }
}

/// What is written to put a text into the clipboard. tmux takes it for itself or not at all, as it is set up; what is
/// wrapped it hands on, where that is allowed.
fn clipboard(text: &str, tmux: bool) -> String {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if tmux {
        let wrapped = sequence.replace('\x1b', "\x1b\x1b");
        format!("{sequence}\x1bPtmux;{wrapped}\x1b\\")
    } else {
        sequence
    }
}

struct Restore;

impl Drop for Restore {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::Release);
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        cursor::Hide,
        EnableMouseCapture,
        EnableBracketedPaste
    )
}

/// Gives the terminal back. What fails has no one left to be told.
pub(crate) fn restore() {
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

#[cfg(test)]
mod tests {
    use super::clipboard;

    #[test]
    fn a_copy_is_written_for_the_terminal_and_once_more_through_tmux() {
        assert_eq!(clipboard("total", false), "\x1b]52;c;dG90YWw=\x07");
        assert_eq!(
            clipboard("total", true),
            "\x1b]52;c;dG90YWw=\x07\x1bPtmux;\x1b\x1b]52;c;dG90YWw=\x07\x1b\\"
        );
    }
}
