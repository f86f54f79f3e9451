//! The only place that prints. Knows whether it talks to a person or a program, in which colours and how widely.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use serde::Serialize;

use super::failure::{Failure, Status};
use super::line::{Ink, Line};
use crate::model::{Finding, Severity, Version};
use crate::text::human;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What came of printing; only a reader that has gone or a full disk makes it fail.
pub(crate) type Printed = io::Result<()>;

const NOTE: &str = "note";
/// Findings that are told one by one: a screenful at most.
const FINDINGS: usize = 8;

/// Standard output and standard error.
pub(crate) struct Output {
    out: BufWriter<io::Stdout>,
    reader: Reader,
    width: usize,
    out_colour: bool,
    err_colour: bool,
    quiet: bool,
}

/// Who reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Through JSON.
    Program,
    /// As it comes.
    Terminal,
    /// A person, later, or a program that takes what it gets.
    Pipe,
}

impl Output {
    /// For a program (`json`) or a person.
    pub(crate) fn new(json: bool, colour: Colour, quiet: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let width = match terminal_size::terminal_size() {
            Some((terminal_size::Width(width), _)) if terminal => usize::from(width).max(20),
            _ => usize::MAX,
        };
        Self {
            out: BufWriter::with_capacity(1 << 16, io::stdout()),
            reader: match (json, terminal) {
                (true, _) => Reader::Program,
                (false, true) => Reader::Terminal,
                (false, false) => Reader::Pipe,
            },
            width,
            out_colour: coloured(colour, terminal),
            err_colour: coloured(colour, io::stderr().is_terminal()),
            quiet,
        }
    }

    /// Whether a program reads.
    pub(crate) fn is_json(&self) -> bool {
        self.reader == Reader::Program
    }

    /// Whether a person looks on while lines come.
    pub(crate) fn is_terminal(&self) -> bool {
        self.reader == Reader::Terminal
    }

    /// Whether the screen can be drawn here, and somebody can type.
    pub(crate) fn is_screen(&self) -> bool {
        self.is_terminal() && io::stdin().is_terminal()
    }

    /// Whether a person sees what stands on standard error.
    pub(crate) fn is_watched() -> bool {
        io::stderr().is_terminal()
    }

    /// The cells a line may take; without limit where no terminal is.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Prints one line for a person, cut where the terminal ends.
    pub(crate) fn line(&mut self, line: &Line) -> Printed {
        let text = line.render(self.out_colour, self.width);
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Prints one JSON value on one line.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> Printed {
        serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)?;
        self.out.write_all(b"\n")
    }

    /// Prints text that is made for programs as it is: a JSON line, a page of the manual, a completion script.
    pub(crate) fn raw(&mut self, text: &str) -> Printed {
        self.out.write_all(text.as_bytes())
    }

    /// Hands everything printed so far to whoever reads.
    pub(crate) fn flush(&mut self) -> Printed {
        self.out.flush()
    }

    /// Standard output itself, for what the library writes in pages.
    pub(crate) fn stream(&mut self) -> &mut dyn io::Write {
        &mut self.out
    }

    /// Tells a person something on standard error.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) -> Printed {
        if self.quiet {
            return Ok(());
        }
        self.aside(Ink::Dim, NOTE, text.as_ref(), None)
    }

    /// Tells how much a search looked at, also beside JSON, and where it stopped.
    pub(crate) fn searched(
        &mut self,
        all: u64,
        what: &str,
        found: u64,
        limit: Option<usize>,
    ) -> Printed {
        let all = human::plural(all, what);
        let end = if limit.is_some_and(|limit| found >= limit as u64) { ", the limit" } else { "" };
        let found = if found == 0 { "none".to_owned() } else { human::count(found) };
        self.note(format!("searched {all}, found {found}{end}"))
    }

    /// Prints as the last line of a list what was noticed, where anything was; to a person, on standard error.
    pub(crate) fn closing_findings(&mut self, findings: &[Finding]) -> Printed {
        if self.is_json() && !findings.is_empty() {
            return self.value(&serde_json::json!({ "findings": findings }));
        }
        self.findings(findings)
    }

    /// Tells a person on standard error what was noticed. A program finds it in the JSON.
    pub(crate) fn findings<'f>(
        &mut self,
        findings: impl IntoIterator<Item = &'f Finding>,
    ) -> Printed {
        if self.is_json() {
            return Ok(());
        }
        let mut told: Vec<(&Finding, Vec<Version>)> = Vec::new();
        for finding in findings {
            // Reading an event and folding it may notice the same.
            match told.iter_mut().find(|(one, _)| one.message == finding.message) {
                Some((_, versions)) => versions.extend(finding.version),
                None => told.push((finding, finding.version.into_iter().collect())),
            }
        }
        let more = told.len().saturating_sub(FINDINGS) as u64;
        for (finding, versions) in told.into_iter().take(FINDINGS) {
            self.finding(finding, versions)?;
        }
        if more > 0 {
            let text = format!("{}: --json has all of them", human::plural(more, "more finding"));
            self.aside(Ink::Warning, "finding", &text, None)?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding, mut versions: Vec<Version>) -> Printed {
        let (ink, word) = match finding.severity {
            Severity::Error => (Ink::Error, "finding (error)"),
            Severity::Warning => (Ink::Warning, "finding (warning)"),
            Severity::Note if self.quiet => return Ok(()),
            Severity::Note => (Ink::Dim, NOTE),
        };
        versions.dedup();
        let place = match versions.as_slice() {
            [] => String::new(),
            [version] => format!("v{version}: "),
            [first, rest @ ..] => format!("v{first} and {} more: ", rest.len()),
        };
        let text = format!("{place}{} ({})", finding.message, finding.code);
        self.aside(ink, word, &text, finding.hint.as_deref())
    }

    /// A warning on standard error, also for programs.
    pub(crate) fn warning(&mut self, text: impl AsRef<str>) -> Printed {
        self.aside(Ink::Warning, "warning", text.as_ref(), None)
    }

    fn aside(&mut self, ink: Ink, word: &str, text: &str, hint: Option<&str>) -> Printed {
        self.flush()?;
        say(self.err_colour, ink, word, text, hint);
        Ok(())
    }

    /// Ends a command: the rest of its output, then what went wrong.
    pub(crate) fn finish(mut self, outcome: Result<(), Failure>) -> Status {
        let flushed = self.flush().map_err(Failure::from);
        // Where the command failed already, what was printed before is true, and that failure is the one to tell.
        let outcome = outcome.and(flushed);
        match outcome {
            Ok(()) => Status::Done,
            Err(failure) => {
                fail(&failure, self.err_colour);
                failure.status
            }
        }
    }
}

/// Whether a stream is written to in colours.
pub(crate) fn coloured(colour: Colour, terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            terminal && !dumb && !is_set("NO_COLOR")
        }
    }
}

/// Says on standard error why a command failed.
pub(crate) fn fail(failure: &Failure, colour: bool) {
    if failure.message.is_empty() {
        return;
    }
    say(colour, Ink::Error, "error", &failure.message, None);
    for cause in &failure.causes {
        say(colour, Ink::Dim, "because", cause, None);
    }
    if let Some(hint) = &failure.hint {
        say(colour, Ink::Hint, "hint", hint, None);
    }
}

/// Says that foldback itself is broken, and what to do about it.
pub(crate) fn defect(defect: &str) {
    let colour = coloured(Colour::Auto, io::stderr().is_terminal());
    say(colour, Ink::Error, "error", &format!("foldback has a defect: {defect}"), Some(REPORT));
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        let _ = writeln!(io::stderr(), "{}", std::backtrace::Backtrace::force_capture());
    }
}

const REPORT: &str = "nothing was written to the store that was read; please report these lines with the command you \
                      typed, and RUST_BACKTRACE=1 set";

/// Prints what the reader of arguments has to say: help on standard output, mistakes on standard error.
pub(crate) fn usage(error: &clap::Error) -> Status {
    // Nothing is left to do when even this cannot be written.
    let _ = error.print();
    if error.use_stderr() { Status::Usage } else { Status::Done }
}

/// Each line of `text` on standard error, the first after `word:`. A standard error that is closed is nobody's loss.
fn say(colour: bool, ink: Ink, word: &str, text: &str, hint: Option<&str>) {
    let mut err = io::stderr().lock();
    for (index, part) in text.lines().enumerate() {
        let line = if index == 0 {
            Line::of(ink, format!("{word}:")).with(Ink::Plain, " ").with(Ink::Plain, part)
        } else {
            Line::plain("  ").with(Ink::Plain, part)
        };
        let _ = writeln!(err, "{}", line.render(colour, usize::MAX));
    }
    if let Some(hint) = hint {
        drop(err);
        say(colour, Ink::Hint, "hint", hint, None);
    }
}
