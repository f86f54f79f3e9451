//! What every command has at hand: where to print, how to open a store, what time it is, whether to stop.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::PathBuf;

use chrono::TimeDelta;

use super::configuration;
use super::failure::{Failure, Outcome, Status};
use super::output::Output;
use super::progress::{self, Progress};
use super::signal::Signal;
use super::upcasting::Asked;
use crate::model::{At, Severity, Timestamp, time};
use crate::session::{OpenOptions, Session, Steward};
use crate::store::own::StoreWriter;
use crate::store::postgres::{self, with_password, without_password};
use crate::store::{self, Census, Stop};
use crate::text::human;

/// The surroundings of one command.
pub(crate) struct Context {
    /// Where to print.
    pub(crate) out: Output,
    /// What relative times count from.
    pub(crate) now: Timestamp,
    /// Whether Ctrl-C was pressed.
    pub(crate) signal: Signal,
    layout: Option<PathBuf>,
    upcast: Asked,
    bars: bool,
}

impl Context {
    /// The surroundings that the arguments ask for.
    pub(crate) fn new(out: Output, layout: Option<PathBuf>, upcast: Asked, quiet: bool) -> Self {
        let bars = !quiet && Output::is_watched();
        Self { out, now: chrono::Utc::now(), signal: Signal::default(), layout, upcast, bars }
    }

    /// Stops at Ctrl-C from now on.
    pub(crate) fn listen(&self) {
        self.signal.listen();
    }

    /// Opens a store to read from.
    pub(crate) fn open(&mut self, source: &OsStr) -> Outcome<Session> {
        let session = self.open_quietly(source)?;
        let findings = &session.store_info().findings;
        let doubtful = findings.iter().filter(|one| one.severity > Severity::Note).count() as u64;
        if doubtful > 0 {
            let what = human::plural(doubtful, "finding");
            let name = &session.store_info().name;
            self.out.warning(format!("{what} in {name}: `foldback info` lists them"))?;
        }
        Ok(session)
    }

    /// Opens a store without a word about what that noticed: for a command that shows it itself.
    pub(crate) fn open_quietly(&mut self, source: &OsStr) -> Outcome<Session> {
        let (place, mut options) = (place_of(source)?, self.options());
        options.upcast = self.upcast.chain()?;
        options.limits = configuration::find(None)?.0.limits;
        let stop = options.stop.clone();
        let open = || Session::open(place, &options);
        let session = progress::told_by("opening the store", self.bars, &stop, open)?;
        self.signal.interrupts(session.interrupter());
        Ok(session)
    }

    /// Opens a store of foldback's own to write to; made first where `create` says so and nothing is there.
    pub(crate) fn writer(&self, source: &OsStr, create: bool) -> Outcome<Box<dyn StoreWriter>> {
        self.refuse_layout()?;
        Ok(store::own::writer(&address_of(source), create)?)
    }

    /// The same where it is there; nothing is made.
    pub(crate) fn writer_if_there(&self, source: &OsStr) -> Outcome<Option<Box<dyn StoreWriter>>> {
        self.refuse_layout()?;
        Ok(store::own::existing(&address_of(source))?)
    }

    /// Who carries out what is ordered about the projections of a store of foldback's own.
    pub(crate) fn steward(&self, source: &OsStr) -> Outcome<Steward> {
        self.refuse_layout()?;
        Ok(Steward::of(address_of(source)))
    }

    fn refuse_layout(&self) -> Outcome {
        if let Some(layout) = &self.layout {
            let message = format!(
                "{} is for stores that foldback reads: one that it writes to has its own layout",
                layout.display()
            );
            return Err(Failure::usage(message).hint("leave --layout away"));
        }
        Ok(())
    }

    /// A session over the store that is written to, whose events go through the chain that was asked for.
    pub(crate) fn reading(&self, store: Box<dyn store::EventStore>) -> Outcome<Session> {
        let options = OpenOptions { upcast: self.upcast.chain()?, ..OpenOptions::default() };
        Ok(Session::with_store(store, &options))
    }

    /// Tells what is wrong in the configuration; ends the command where a person named the file.
    pub(crate) fn tell_configuration(&mut self) -> Outcome {
        let (config, strict) = configuration::find(None)?;
        let told: Vec<String> = config.mistakes.iter().map(|one| config.told(one)).collect();
        if strict && !told.is_empty() {
            return Err(Failure::usage(told.join("\n")));
        }
        for told in told {
            self.out.warning(told)?;
        }
        Ok(())
    }

    /// Which chain events go through.
    pub(crate) fn upcast(&self) -> &Asked {
        &self.upcast
    }

    /// How stores are opened, but for what events go through; Ctrl-C ends that too.
    pub(crate) fn options(&self) -> OpenOptions {
        let stop = Stop::default();
        self.signal.interrupts(stop.interrupter());
        OpenOptions {
            stop,
            layout: self.layout.clone(),
            scratch: Some(std::env::temp_dir()),
            ..OpenOptions::default()
        }
    }

    /// Watches work during which nothing is printed.
    pub(crate) fn progress(&self, what: &'static str) -> Progress {
        Progress::new(what, self.bars, self.signal.clone())
    }

    /// Counts everything in a store, which may take a while on millions of events.
    pub(crate) fn census(&self, session: &mut Session) -> Outcome<Census> {
        let census = progress::meanwhile("counting events", self.bars, || session.census())?;
        self.go_on()?;
        Ok(census)
    }

    /// Watches work that prints as it goes: on a terminal, the lines are the progress.
    pub(crate) fn progress_beside_lines(&self, what: &'static str) -> Progress {
        Progress::new(what, self.bars && !self.out.is_terminal(), self.signal.clone())
    }

    /// Reads VERSION as a person writes it.
    pub(crate) fn at(&self, text: &str) -> Outcome<At> {
        At::parse(text, self.now).map_err(|error| Failure::usage(error.to_string()))
    }

    /// Reads a moment as a person writes it, with the reader of `--from` or of `--to`.
    pub(crate) fn moment(
        &self,
        flag: &str,
        text: &str,
        read: impl FnOnce(&str, Timestamp) -> Option<Timestamp>,
    ) -> Outcome<Timestamp> {
        read(text, self.now).ok_or_else(|| {
            Failure::usage(format!("`{text}` for {flag} is no moment")).hint(
                "write a time in UTC as 2026-03-02T14:34:12Z, 2026-03-02 14:34 or 2026-03-02, one of elsewhere with its \
                 offset, 2026-03-02 15:34+01:00, or count back: -90s, -15m, -2h, -3d, -1w",
            )
        })
    }

    /// Reads a length of time as a person writes it.
    pub(crate) fn length(flag: &str, text: &str) -> Outcome<TimeDelta> {
        const MOST: TimeDelta = TimeDelta::days(36_525);
        let wrong = match time::parse_length(text) {
            None => format!("`{text}` for {flag} is no length of time"),
            Some(length) if length.is_zero() => format!("`{text}` for {flag} is no time at all"),
            Some(length) if length > MOST => {
                format!("`{text}` for {flag} is more than a hundred years")
            }
            Some(length) => return Ok(length),
        };
        Err(Failure::usage(wrong).hint("write a number and its unit: 90s, 15m, 2h, 3d, 1w"))
    }

    /// The times between which events are wanted, both of them inclusive.
    pub(crate) fn between(&self, from: Option<&str>, to: Option<&str>) -> Outcome<Between> {
        let from = from.map(|text| self.moment("--from", text, time::parse_spoken)).transpose()?;
        let to = to.map(|text| self.moment("--to", text, time::parse_spoken_end)).transpose()?;
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Failure::usage("--from is later than --to, so nothing is between them")
                .hint("write the earlier one after --from"));
        }
        Ok(Between { from, to })
    }

    /// Ends the command where Ctrl-C was pressed.
    pub(crate) fn go_on(&self) -> Outcome {
        if self.signal.is_stopped() { Err(Failure::silent(Status::Stopped)) } else { Ok(()) }
    }
}

/// A range of time, both ends within it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Between {
    /// Nothing before this.
    pub(crate) from: Option<Timestamp>,
    /// Nothing after this.
    pub(crate) to: Option<Timestamp>,
}

impl Between {
    /// How it is said behind what it is a part of; empty where nothing lies outside.
    pub(crate) fn told(&self) -> String {
        let [from, to] = [&self.from, &self.to].map(|end| end.as_ref().map(time::rfc3339));
        match (from, to) {
            (None, None) => String::new(),
            (Some(from), None) => format!(", from {from}"),
            (None, Some(to)) => format!(", up to {to}"),
            (Some(from), Some(to)) => format!(", from {from} to {to}"),
        }
    }

    /// Whether anything lies outside.
    pub(crate) fn is_bound(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether an event of that time is within; one without a time is in no range.
    pub(crate) fn holds(&self, time: Option<&Timestamp>) -> bool {
        let within = |time: &Timestamp| {
            self.from.is_none_or(|from| *time >= from) && self.to.is_none_or(|to| *time <= to)
        };
        !self.is_bound() || time.is_some_and(within)
    }

    /// Refuses a range where the layout records no times.
    pub(crate) fn check(&self, session: &Session) -> Outcome {
        if !self.is_bound() || session.capabilities().time {
            return Ok(());
        }
        let title = &session.store_info().title;
        let failure =
            Failure::usage(format!("{title} records no times, so --from and --to find nothing"));
        Err(failure
            .hint("a time inside the payload can be asked for with `foldback events --where`"))
    }
}

/// A store as it may be shown: the address of a database without its password.
pub(crate) fn shown(source: &OsStr) -> String {
    without_password(&source.to_string_lossy()).into_owned()
}

/// Whether it is the address of a database.
pub(crate) fn is_address(source: &OsStr) -> bool {
    source.to_str().is_some_and(postgres::is_address)
}

/// The address of a database, with what PostgreSQL's own programs take from the environment and their file of passwords
/// where it is not written.
pub(crate) fn address_of(source: &OsStr) -> OsString {
    let Some(address) = source.to_str().filter(|address| postgres::is_address(address)) else {
        return source.to_owned();
    };
    let address = postgres::with_variables(address, &|name| std::env::var(name).ok());
    let password = std::env::var("PGPASSWORD").ok();
    let password = password.or_else(|| postgres::password_in(&passwords()?, &address));
    match password {
        Some(password) => with_password(&address, &password).into(),
        None => address.into(),
    }
}

/// The file of passwords: that of PGPASSFILE, or ~/.pgpass. One that others may read is left alone, as everywhere.
fn passwords() -> Option<String> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
    let path = std::env::var_os("PGPASSFILE").map(PathBuf::from).or_else(home)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).ok()?.permissions().mode();
        if mode & 0o077 != 0 {
            return None;
        }
    }
    std::fs::read_to_string(path).ok()
}

/// Where a store is: `-` is what is piped in.
pub(crate) fn place_of(source: &OsStr) -> Outcome<OsString> {
    if source != "-" {
        return Ok(address_of(source));
    }
    if std::io::stdin().is_terminal() {
        return Err(Failure::usage("`-` reads a recording that is piped in, and nothing is")
            .hint("pipe one: zstdcat shop.jsonl.zst | foldback info -"));
    }
    if cfg!(unix) {
        return Ok("/dev/stdin".into());
    }
    Err(Failure::usage("`-` works where standard input has a name, and here it has none")
        .hint("write it to a file first"))
}

/// Whether a store comes through a pipe, which ends.
pub(crate) fn is_piped(source: &OsStr) -> bool {
    place_of(source).is_ok_and(|place| store::is_piped(place.as_ref()))
}
