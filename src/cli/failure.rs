//! How a command ends: its exit status, and what a person is told when it did not work.

use std::error::Error;
use std::io;

use crate::session::SessionError;
use crate::store::{StoreError, StoreErrorKind};

/// The exit statuses of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done.
    Done = 0,
    /// The answer is "no".
    No = 1,
    /// Wrong usage, or something named that is not there.
    Usage = 2,
    /// The store could not be opened or read.
    Store = 3,
    /// A write was refused.
    Refused = 4,
    /// A defect in foldback.
    Defect = 70,
    /// The terminal was closed: 128 and the signal's number, as shells count, and so are the next.
    HungUp = 129,
    /// Stopped by Ctrl-C.
    Stopped = 130,
    /// Ended by SIGQUIT.
    Quit = 131,
    /// Ended by SIGTERM.
    Terminated = 143,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit status.
    pub(crate) status: Status,
    /// What failed, on what and why; empty where there is nothing to say.
    pub(crate) message: String,
    /// What stands behind it, outermost first.
    pub(crate) causes: Vec<String>,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

/// What a command comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with that status.
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), causes: Vec::new(), hint: None }
    }

    /// Wrong usage.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// An end without a word: the reader of the output has gone, or Ctrl-C was pressed.
    pub(crate) fn silent(status: Status) -> Self {
        Self::new(status, "")
    }

    /// The same, with the status of what stopped it, where something did.
    #[must_use]
    pub(crate) fn stopped_by(self, status: Status) -> Self {
        if self.status == Status::Stopped { Self { status, ..self } } else { self }
    }

    /// Says what to do next.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what stands behind an error, leaving out what its message already says.
    #[must_use]
    pub(crate) fn because_of(mut self, error: &dyn Error) -> Self {
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !self.message.contains(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }
}

/// Output that cannot be written. A closed pipe is no failure: whoever read has seen enough.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::silent(Status::Done);
        }
        Self::new(Status::Refused, format!("cannot write to standard output: {error}"))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        use StoreErrorKind as Kind;
        if is_closed_pipe(&error) {
            return Self::silent(Status::Done);
        }
        let status = match error.kind {
            Kind::Interrupted => return Self::silent(Status::Stopped),
            Kind::BadLayout | Kind::Unsupported => Status::Usage,
            Kind::Conflict { .. }
            | Kind::Overtaken
            | Kind::ReadOnly
            | Kind::Rejected
            | Kind::Unwritable => Status::Refused,
            Kind::NotFound
            | Kind::Denied
            | Kind::NotAStore
            | Kind::Encrypted
            | Kind::Locked
            | Kind::UnknownLayout
            | Kind::Failed => Status::Store,
        };
        let failure = Self::new(status, error.to_string());
        // That nothing is there has no deeper reason.
        let failure =
            if error.kind == Kind::NotFound { failure } else { failure.because_of(&error) };
        Self { hint: error.hint, ..failure }
    }
}

/// Whether the reader of what the library writes has gone.
fn is_closed_pipe(error: &StoreError) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = error.source();
    }
    false
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Store(error) => error.into(),
            SessionError::Cancelled => Self::silent(Status::Stopped),
            error => {
                let failure = Self::usage(error.to_string()).because_of(&error);
                Self { hint: error.hint(), ..failure }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_has_its_exit_status() {
        let status = |kind| Failure::from(StoreError::new(kind, "x")).status;
        assert_eq!(status(StoreErrorKind::NotFound), Status::Store);
        assert_eq!(status(StoreErrorKind::BadLayout), Status::Usage);
        assert_eq!(status(StoreErrorKind::ReadOnly), Status::Refused);
        assert_eq!(status(StoreErrorKind::Unwritable), Status::Refused);
        assert_eq!(status(StoreErrorKind::Interrupted), Status::Stopped);
        assert_eq!(Failure::from(SessionError::Cancelled).message, "");
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::from(closed).status, Status::Done);
        let full = io::Error::other("no space left");
        assert_eq!(Failure::from(full).status, Status::Refused);
    }

    #[test]
    fn causes_are_told_once() {
        let inner = io::Error::other("disk on fire");
        let error = StoreError::new(StoreErrorKind::Failed, "cannot read x.db").because(inner);
        let failure = Failure::from(error);
        assert_eq!(failure.causes, ["disk on fire"]);
        let inner = io::Error::other("disk on fire");
        let error = StoreError::new(StoreErrorKind::Failed, "x.db: disk on fire").because(inner);
        assert!(Failure::from(error).causes.is_empty());
    }
}
