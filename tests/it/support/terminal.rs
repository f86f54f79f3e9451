//! A program in a real pseudo-terminal: what it draws, what is typed, how it leaves.
//!
//! Nothing here sleeps: every wait is for a condition, and ends with the screen in the message when the condition
//! does not come. What only a terminal can show is tested with this; everything else lower down.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::{MouseProtocolMode, Parser, Screen};

/// How long anything may take before it counts as never happening; long, because machines can be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to start, and in what surroundings: none of the environment is passed on but the search path.
pub(crate) struct Launch {
    command: CommandBuilder,
    size: PtySize,
    states: TempDir,
}

impl Launch {
    /// The program, in a terminal of 80×24.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        // Nobody's sessions are read or written; a test that wants its own names another directory.
        let states = TempDir::new().unwrap();
        command.env("XDG_STATE_HOME", states.path());
        Self { command, size: size(80, 24), states }
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The working directory; the home directory too, so that nobody's configuration is read.
    pub(crate) fn home(mut self, directory: &Path) -> Self {
        self.command.cwd(directory);
        self.env("HOME", directory)
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = size(columns, rows);
        self
    }

    pub(crate) fn start(self) -> Terminal {
        Terminal::start(self)
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// A terminal with a program in it. A program that still runs when this is dropped is killed.
pub(crate) struct Terminal {
    name: OsString,
    master: Box<dyn MasterPty + Send>,
    keyboard: Keyboard,
    shared: Arc<Shared>,
    process: u32,
    settings: Option<String>,
    _states: TempDir,
}

type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser<Answers>,
    status: Option<ExitStatus>,
    /// All that the program wrote has been read.
    closed: bool,
    /// Nothing of what it writes is read for now.
    held: bool,
    /// How often something that it wrote came.
    heard: u64,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that failed while it looked still has to be able to end its program.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }
}

/// What a terminal answers when it is asked who it is and where its cursor stands, and what it was given to copy.
#[derive(Default)]
struct Answers(Vec<u8>, Vec<String>);

impl vt100::Callbacks for Answers {
    fn copy_to_clipboard(&mut self, _: &mut Screen, kind: &[u8], data: &[u8]) {
        self.1.push(format!("{};{}", String::from_utf8_lossy(kind), String::from_utf8_lossy(data)));
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        prefix: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        command: char,
    ) {
        let first = params.first().and_then(|param| param.first()).copied().unwrap_or_default();
        match (prefix, first, command) {
            (None, 6, 'n') => {
                let (row, column) = screen.cursor_position();
                self.0.extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
            }
            (None, 0, 'c') => self.0.extend(b"\x1b[?62;22c"),
            _ => {}
        }
    }
}

impl Terminal {
    fn start(launch: Launch) -> Self {
        let name = launch.command.get_argv().join(OsStr::new(" "));
        let pair = native_pty_system().openpty(launch.size).unwrap();
        let settings = settings(&*pair.master);
        let parser =
            Parser::new_with_callbacks(launch.size.rows, launch.size.cols, 0, Answers::default());
        let state = State { parser, status: None, closed: false, held: false, heard: 0 };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let output = pair.master.try_clone_reader().unwrap();
        let mut child = pair.slave.spawn_command(launch.command).unwrap();
        let process = child.process_id().unwrap();
        {
            let (shared, keyboard) = (Arc::clone(&shared), Arc::clone(&keyboard));
            thread::spawn(move || read(output, &shared, &keyboard));
        }
        {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let status = child.wait().unwrap();
                shared.change(|state| state.status = Some(status));
            });
        }
        Self {
            name,
            master: pair.master,
            keyboard,
            shared,
            process,
            settings,
            _states: launch.states,
        }
    }

    /// The program's process number.
    pub(crate) fn process(&self) -> u32 {
        self.process
    }

    /// Types `keys`: characters, and names in angle brackets such as `<Enter>`, `<C-c>`, `<S-Left>`, `<lt>` for `<`.
    pub(crate) fn keys(&self, keys: &str) {
        let mut keyboard = self.keyboard.lock().unwrap();
        keyboard.write_all(&encode(keys)).unwrap();
        keyboard.flush().unwrap();
    }

    /// Waits until `text` stands somewhere on the screen.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}` on the screen"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the screen is as `condition` wants it; `what` says it in words.
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&Screen) -> bool) {
        let came = self.within(PATIENCE, condition);
        self.came(what, came);
    }

    /// Waits for so long until the screen is as is wanted; whether it is.
    pub(crate) fn within(&self, patience: Duration, condition: impl Fn(&Screen) -> bool) -> bool {
        self.until(patience, |state| condition(state.parser.screen()))
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        self.shared.state().parser.screen().contents()
    }

    /// How often the program wrote something so far: at least once for each picture that differs from the one before.
    pub(crate) fn heard(&self) -> u64 {
        self.shared.state().heard
    }

    /// Waits until something was put into the clipboard, and takes it: which clipboard, and the text in base64.
    pub(crate) fn copied(&self) -> String {
        self.wait("something in the clipboard", |state| !state.parser.callbacks().1.is_empty());
        self.shared.state().parser.callbacks_mut().1.remove(0)
    }

    /// Looks at the screen.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(self.shared.state().parser.screen())
    }

    /// Makes the terminal larger or smaller, which the program is told by the system.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.shared.change(|state| state.parser.screen_mut().set_size(rows, columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Reads nothing of what the program writes until it is let go: a line that is slow, or a terminal that is busy.
    pub(crate) fn hold(&self, held: bool) {
        self.shared.change(|state| state.held = held);
    }

    /// Sends the program a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        assert!(signal(self.process(), name), "`{}` is no longer there", self.name.display());
    }

    /// Waits until the program has ended and all that it wrote has been read.
    pub(crate) fn ended(self) -> Ended {
        self.wait("the end of the program", |state| state.status.is_some() && state.closed);
        let changed = settings(&*self.master).is_some_and(|now| Some(now) != self.settings);
        let state = self.shared.state();
        let screen = state.parser.screen();
        let status = state.status.clone().unwrap();
        let unrestored = [
            ("the terminal's settings (raw mode)", changed),
            ("the alternate screen", screen.alternate_screen()),
            ("a hidden cursor", screen.hide_cursor()),
            ("mouse reports", screen.mouse_protocol_mode() != MouseProtocolMode::None),
            ("bracketed paste", screen.bracketed_paste()),
            ("the cursor keys' mode", screen.application_cursor()),
        ];
        let unrestored =
            unrestored.into_iter().filter(|(_, left)| *left).map(|(what, _)| what).collect();
        Ended { status, text: screen.contents(), unrestored }
    }

    fn wait(&self, what: &str, condition: impl Fn(&State) -> bool) {
        let came = self.until(PATIENCE, condition);
        self.came(what, came);
    }

    fn until(&self, patience: Duration, condition: impl Fn(&State) -> bool) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.shared.state();
        while !condition(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.closed && state.status.is_some() {
                return false;
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
        true
    }

    fn came(&self, what: &str, came: bool) {
        let state = self.shared.state();
        assert!(
            came,
            "`{}`: waited in vain for {what}; it {}, and its screen is\n{}",
            self.name.display(),
            state.status.as_ref().map_or("runs".to_owned(), |status| format!("ended: {status}")),
            state.parser.screen().contents(),
        );
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.shared.state().status.is_none() {
            signal(self.process, "KILL");
        }
    }
}

/// How a program left.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit status, or the signal that ended it.
    pub(crate) status: ExitStatus,
    /// What stands on the terminal now.
    pub(crate) text: String,
    /// What it changed about the terminal and did not put back.
    pub(crate) unrestored: Vec<&'static str>,
}

/// The terminal's line settings; `None` where the system does not tell once the program has gone.
fn settings(master: &dyn MasterPty) -> Option<String> {
    master.get_termios().map(|settings| format!("{settings:?}"))
}

fn signal(process: u32, name: &str) -> bool {
    let command = format!("kill -{name} {process}");
    let mut sender = Command::new("sh");
    sender.args(["-c", &command]).stderr(Stdio::null()).status().unwrap().success()
}

fn read(mut output: Box<dyn Read + Send>, shared: &Shared, keyboard: &Keyboard) {
    let mut bytes = vec![0; 65_536];
    // Linux says with an error that nobody is left to write.
    while let Ok(count @ 1..) = output.read(&mut bytes) {
        let state = shared.state();
        let free = |state: &mut State| state.held;
        drop(shared.changed.wait_while(state, free));
        let mut answers = Vec::new();
        shared.change(|state| {
            state.heard += 1;
            state.parser.process(&bytes[..count]);
            answers = std::mem::take(&mut state.parser.callbacks_mut().0);
        });
        if !answers.is_empty() {
            // The program may be gone by now, and then needs no answer.
            let _ = keyboard.lock().unwrap().write_all(&answers);
        }
    }
    shared.change(|state| state.closed = true);
}

/// The bytes that a terminal sends for `keys`.
fn encode(keys: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && let Some((name, after)) = rest[1..].split_once('>')
        {
            bytes.extend(named(name).unwrap_or_else(|| panic!("no key is called <{name}>")));
            rest = after;
        } else {
            bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
            rest = &rest[c.len_utf8()..];
        }
    }
    bytes
}

fn named(name: &str) -> Option<Vec<u8>> {
    if let Some(letter) = name.strip_prefix("C-").filter(|letter| letter.len() == 1) {
        return Some(vec![letter.as_bytes()[0].to_ascii_lowercase() & 0x1f]);
    }
    let (shift, plain) = name.strip_prefix("S-").map_or((false, name), |plain| (true, plain));
    let (start, end) = match plain {
        "Up" => ("1", 'A'),
        "Down" => ("1", 'B'),
        "Right" => ("1", 'C'),
        "Left" => ("1", 'D'),
        "Home" => ("1", 'H'),
        "End" => ("1", 'F'),
        "PageUp" => ("5", '~'),
        "PageDown" => ("6", '~'),
        "Delete" => ("3", '~'),
        _ => {
            let bytes: &[u8] = match name {
                "Enter" => b"\r",
                "Esc" => b"\x1b",
                "Tab" => b"\t",
                "S-Tab" => b"\x1b[Z",
                "Backspace" => b"\x7f",
                "Space" => b" ",
                "lt" => b"<",
                _ => return None,
            };
            return Some(bytes.to_vec());
        }
    };
    let sequence = match (shift, start) {
        (true, start) => format!("\x1b[{start};2{end}"),
        (false, "1") => format!("\x1b[{end}"),
        (false, start) => format!("\x1b[{start}{end}"),
    };
    Some(sequence.into_bytes())
}
