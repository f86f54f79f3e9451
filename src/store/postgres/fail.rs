//! What a server or the way to it says, in the words of a store: what failed, on what, why, and what to do next.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};
use tokio_rustls::rustls::{self, CertificateError};

use super::address::Address;
use crate::store::{StoreError, StoreErrorKind};

/// What a question that changes nothing is about.
pub(super) const READING: &str = "could not be read";

/// A connection that could not be made.
pub(super) fn connecting(address: &Address, error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => reaching(address, error),
        PoolError::Timeout(_) => {
            let patience = address.config.get_connect_timeout().map_or(0, Duration::as_secs);
            let message = format!(
                "{} cannot be reached: {} says nothing for {patience} s",
                address.name,
                address.servers()
            );
            StoreError::new(StoreErrorKind::NotFound, message)
                .hint("check that it is a PostgreSQL server; ?connect_timeout=60 waits longer")
        }
        other => {
            let message = format!("{} cannot be reached: {other}", address.name);
            StoreError::new(StoreErrorKind::Failed, message)
        }
    }
}

fn reaching(address: &Address, error: Error) -> StoreError {
    use StoreErrorKind::{Denied, Failed, NotFound};
    let (name, servers) = (&address.name, address.servers());
    let told = if let Some(said) = error.as_db_error() {
        refused(address, said)
    } else if let Some(certificate) = cause::<rustls::Error>(&error) {
        untrusted(address, certificate)
    } else if let Some(failed) = cause::<io::Error>(&error) {
        let message = format!(
            "{name} cannot be reached: no PostgreSQL server answers at {servers}: {failed}"
        );
        StoreError::new(NotFound, message)
            .hint("check host and port, and that the server runs: pg_isready tells")
    } else {
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let message = format!("{name} cannot be reached: {why}");
        if why.contains("password missing") {
            StoreError::new(
                Denied,
                format!(
                    "{name} cannot be opened: the server wants a password for {}",
                    address.user()
                ),
            )
            .hint("write postgres://user:password@host/database, or set PGPASSWORD, or have a line in ~/.pgpass, which only you may read")
        } else if why.contains("does not support TLS") {
            StoreError::new(Failed, message).hint(
                "sslmode=prefer takes what the server offers, and sslmode=disable asks for no TLS",
            )
        } else {
            StoreError::new(Failed, message)
        }
    };
    told.because(error)
}

fn refused(address: &Address, said: &DbError) -> StoreError {
    use StoreErrorKind::{Denied, Failed, Locked, NotFound};
    let (name, code) = (&address.name, said.code());
    let server = address.servers();
    if *code == SqlState::INVALID_PASSWORD {
        let message =
            format!("{name} cannot be opened: {server} refuses the password of {}", address.user());
        return StoreError::new(Denied, message).hint(
            "check user and password; a character such as @ or / is written as %40 or %2F in them",
        );
    }
    if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        let message = format!(
            "{name} cannot be opened: {server} does not let {} in: {}",
            address.user(),
            said.message()
        );
        return StoreError::new(Denied, message)
            .hint("ask who runs the server; pg_hba.conf says who may come from where, and how");
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        let message = format!("there is no database {} at {server}", address.database());
        return StoreError::new(NotFound, message).hint(format!(
            "check the name after the last /, or make it: createdb {}",
            address.database()
        ));
    }
    let busy = [SqlState::TOO_MANY_CONNECTIONS, SqlState::CANNOT_CONNECT_NOW];
    let kind = if busy.contains(code) { Locked } else { Failed };
    StoreError::new(kind, format!("{name} cannot be opened: {}", said.message()))
}

fn untrusted(address: &Address, error: &rustls::Error) -> StoreError {
    let (name, server) = (&address.name, address.servers());
    let (why, hint) = match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => (
            format!("nobody whom you trust vouches for the certificate of {server}"),
            "name the certificate of who made it: sslrootcert=/path/to/root.crt",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            format!("the certificate of {server} is made out to another host"),
            "write the host as its certificate does; sslmode=verify-ca asks only who vouches for it",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => (
            format!("the certificate of {server} has expired"),
            "ask who runs the server to renew it",
        ),
        other => (format!("no TLS with {server}: {other}"), "sslmode=disable asks for no TLS"),
    };
    StoreError::new(StoreErrorKind::Denied, format!("{name} cannot be reached: {why}")).hint(hint)
}

/// A question that failed on an open connection; `doing` says what it was, as in "could not be read".
pub(super) fn asking(name: &str, doing: &str, error: Error) -> StoreError {
    use StoreErrorKind::{Denied, Failed, Locked, ReadOnly, Rejected, Unwritable};
    let Some(said) = error.as_db_error() else {
        let why = if error.is_closed() {
            "the server ended the connection".to_owned()
        } else {
            error.source().map_or_else(|| error.to_string(), ToString::to_string)
        };
        let told = StoreError::new(Failed, format!("{name} {doing}: {why}"));
        return told.hint(lost(doing)).because(error);
    };
    let code = said.code();
    let kind = if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        Denied
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        ReadOnly
    } else if [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ]
    .contains(code)
    {
        Locked
    } else if [SqlState::DISK_FULL, SqlState::OUT_OF_MEMORY].contains(code) {
        Unwritable
    } else if code.code().starts_with("23")
        || [SqlState::PROGRAM_LIMIT_EXCEEDED, SqlState::CHARACTER_NOT_IN_REPERTOIRE].contains(code)
    {
        Rejected
    } else {
        Failed
    };
    let detail = said.detail().map_or_else(String::new, |detail| format!(" ({detail})"));
    let told = StoreError::new(kind, format!("{name} {doing}: {}{detail}", said.message()));
    match said.hint() {
        Some(hint) => told.hint(hint),
        None => told,
    }
    .because(error)
}

/// What to do when a connection was lost.
fn lost(doing: &str) -> &'static str {
    if doing == READING {
        return "run the same again; if the server is gone, its log says why";
    }
    "whether it was written is not known: send the same events again, with the same ids, and each is written once"
}

/// The first cause of a kind; what one wraps counts too.
fn cause<E: std::error::Error + 'static>(error: &Error) -> Option<&E> {
    let mut next = error.source();
    while let Some(one) = next {
        if let Some(found) = one.downcast_ref::<E>() {
            return Some(found);
        }
        let inside = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inside.and_then(|inside| inside.downcast_ref::<E>()) {
            return Some(found);
        }
        next = one.source();
    }
    None
}
