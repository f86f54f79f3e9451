//! SQLite's errors in the words of a person who opened a store.

use rusqlite::ErrorCode;

use super::super::{StoreError, StoreErrorKind};

/// What `error` means for the reader of the store called `name`.
pub(super) fn failed(name: &str, error: rusqlite::Error) -> StoreError {
    use StoreErrorKind::{Denied, Failed, Interrupted, Locked, NotAStore};
    let code = error.sqlite_error_code();
    let (kind, message, hint) = match code {
        Some(ErrorCode::OperationInterrupted) => {
            return StoreError::new(Interrupted, format!("reading {name} was stopped"));
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            Locked,
            format!("another program holds {name} for itself, so it cannot be read"),
            "wait until it has finished or stop it; what it does is not disturbed",
        ),
        Some(ErrorCode::NotADatabase) => (
            NotAStore,
            format!("{name} is not a SQLite database, though it begins like one"),
            "its header may be damaged; copy the file again from where it came",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (
            Failed,
            format!("{name} is damaged: {error}"),
            "`PRAGMA integrity_check` says where; `sqlite3 FILE .recover` takes out what can be read",
        ),
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::AuthorizationForStatementDenied,
        ) => (
            Denied,
            format!("{name} cannot be opened: {error}"),
            "the file, its -wal and its directory have to be readable by this user",
        ),
        _ => (Failed, format!("reading {name} failed: {error}"), ""),
    };
    let failure = StoreError::new(kind, message).because(error);
    if hint.is_empty() { failure } else { failure.hint(hint) }
}

/// Whether SQLite could not read here without writing: a private copy can be.
pub(super) fn needs_writing(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::FileLockingProtocolFailed)
    )
}
