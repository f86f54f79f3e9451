//! The terminal: taken over, and given back whatever happens.
//!
//! Giving it back cannot fail and can be done any number of times, of which the first counts: by the guard when the
//! screen ends, by the panic hook before the message is printed. Leaving the other screen twice would put the cursor
//! back to where it was before it, and so onto that message.

use std::fs::File;
use std::io::{self, IsTerminal as _, Stdout, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, BorrowedFd};
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
use nix::sys::termios::{FlowArg, LocalFlags, SetArg, cfmakeraw, tcflow, tcgetattr, tcsetattr};
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

/// The terminal that keys come from.
enum Keyboard {
    Input(io::Stdin),
    Terminal(File),
}

impl AsFd for Keyboard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Input(input) => input.as_fd(),
            Self::Terminal(terminal) => terminal.as_fd(),
        }
    }
}

fn keyboard() -> Result<Keyboard, Errno> {
    let input = io::stdin();
    if input.is_terminal() {
        return Ok(Keyboard::Input(input));
    }
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    terminal
        .map(Keyboard::Terminal)
        .map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))
}

/// Returns once the program is in front: one that was woken to go on in the background is stopped here until a shell
/// gives it the terminal back. What the shell made of it for itself is neither to be drawn on nor to be remembered.
fn wait_for_turn() {
    // It lets go on what was never held up; the system asks for the turn itself, so that it cannot pass unseen.
    let turn = || keyboard().and_then(|terminal| tcflow(terminal, FlowArg::TCOON));
    while turn() == Err(Errno::EINTR) {}
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

    /// Takes the terminal over again that was given back, as it is now; the next picture is drawn whole.
    pub(crate) fn retake(&mut self) -> io::Result<()> {
        wait_for_turn();
        take()?;
        self.forget()
    }

    /// Makes the terminal what it is to be, whatever was done to it while the program did not run and was not asked to
    /// give it back; the next picture is drawn whole.
    ///
    /// It is not given back first: between the two a key would be echoed, and the cursor be put to where it was before
    /// the screen, though somebody may have gone on from there. When it is given back at last, it is as it was taken.
    pub(crate) fn claim(&mut self) -> io::Result<()> {
        wait_for_turn();
        let raw = || {
            let terminal = keyboard()?;
            let mut settings = tcgetattr(&terminal)?;
            cfmakeraw(&mut settings);
            tcsetattr(&terminal, SetArg::TCSANOW, &settings)
        };
        while let Err(error) = raw() {
            if error != Errno::EINTR {
                return Err(error.into());
            }
        }
        draw_on()?;
        self.forget()
    }

    /// Before a picture: takes the terminal as above where somebody has changed it, which may be seen before it is heard
    /// that the program was stopped. A picture would stand between what he typed.
    pub(crate) fn hold(&mut self) -> io::Result<()> {
        let lines = LocalFlags::ICANON | LocalFlags::ECHO;
        let settings = keyboard().and_then(tcgetattr);
        let changed = settings.is_ok_and(|settings| settings.local_flags.intersects(lines));
        if changed { self.claim() } else { Ok(()) }
    }

    /// What is drawn next is drawn whole.
    fn forget(&mut self) -> io::Result<()> {
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
    draw_on()
}

fn draw_on() -> io::Result<()> {
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
