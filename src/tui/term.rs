//! The terminal: taken over, and given back whatever happens.
//!
//! Giving it back cannot fail and can be done any number of times: by the guard when the screen ends, by the panic hook
//! before the message is printed.

use std::io::{self, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// Whether the terminal was asked for more keys; one that never was must not be told to forget them.
static KITTY: AtomicBool = AtomicBool::new(false);

/// The terminal while the screen is on it.
pub(crate) struct Guard {
    /// What is drawn on.
    pub(crate) terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Guard {
    /// Takes the terminal over. With `kitty`, asks for keys that plain terminals cannot tell apart.
    pub(crate) fn enter(kitty: bool) -> io::Result<Self> {
        restore_on_panic();
        // From here on an early return restores too.
        let restore = Restore;
        enable_raw_mode()?;
        let mut out = io::stdout();
        execute!(
            out,
            EnterAlternateScreen,
            cursor::Hide,
            EnableMouseCapture,
            EnableBracketedPaste
        )?;
        if kitty {
            let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES;
            KITTY.store(true, Ordering::Release);
            execute!(out, PushKeyboardEnhancementFlags(flags))?;
        }
        let terminal = Terminal::new(CrosstermBackend::new(out))?;
        std::mem::forget(restore);
        Ok(Self { terminal })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
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
    let mut out = io::stdout();
    if KITTY.swap(false, Ordering::AcqRel) {
        let _ = queue!(out, PopKeyboardEnhancementFlags);
    }
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
