//! One way in for whoever writes: a store of foldback's own, by what a person calls it.

use std::ffi::OsStr;
use std::path::Path;

use super::import::Partial;
use super::{OwnStore, StoreWriter, occupied};
use crate::store::postgres::{self, PostgresWriter};
use crate::store::{StoreError, StoreErrorKind, demo};
use crate::text::shell::quoted;

/// Opens the store at `source` for writing; made first where `create` says so and nothing is there.
pub fn writer(source: &OsStr, create: bool) -> Result<Box<dyn StoreWriter>, StoreError> {
    let name = source.to_string_lossy();
    if name.starts_with(demo::PREFIX) {
        let message =
            format!("{name} is a sample that is the same for everybody, and is not written to");
        return Err(StoreError::new(StoreErrorKind::ReadOnly, message).hint(format!(
            "make a copy of your own first: foldback import {} copy.db",
            quoted(&name)
        )));
    }
    if postgres::is_address(&name) {
        return on_a_server(&name, create);
    }
    if let Some((scheme, _)) = name.split_once("://") {
        let message = format!("foldback cannot write to {scheme} stores");
        return Err(StoreError::new(StoreErrorKind::Unsupported, message).hint(
            "a store of foldback's own is the path of a SQLite file, or postgres://user:password@host/database",
        ));
    }
    let path = Path::new(source);
    if std::fs::symlink_metadata(path).is_err() && create {
        match make(path) {
            // Somebody else has just made it.
            Err(error) if error.kind == StoreErrorKind::Rejected => {}
            other => other?,
        }
    }
    if std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0) {
        let message = format!("{} is an empty file, and no store", path.display());
        return Err(StoreError::new(StoreErrorKind::ReadOnly, message)
            .hint("a store is made where there is nothing: remove the file, or name another"));
    }
    match OwnStore::open(path) {
        Ok(store) => Ok(Box::new(store)),
        Err(error) if error.kind == StoreErrorKind::NotFound => Err(error
            .hint("check the path; `foldback append` begins a new store where --create is said")),
        Err(error) => Err(error),
    }
}

/// Opens the store at `source` for writing; `None` where there is nothing, and a store could be made.
pub fn existing(source: &OsStr) -> Result<Option<Box<dyn StoreWriter>>, StoreError> {
    match writer(source, false) {
        Ok(writer) => Ok(Some(writer)),
        Err(error)
            if matches!(error.kind, StoreErrorKind::NotFound | StoreErrorKind::UnknownLayout) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The same of the address of a database.
fn on_a_server(address: &str, create: bool) -> Result<Box<dyn StoreWriter>, StoreError> {
    match PostgresWriter::open(address) {
        Ok(writer) => Ok(Box::new(writer)),
        Err(error) if error.kind == StoreErrorKind::UnknownLayout && !create => Err(error.hint(
            "check the address; `foldback append` begins a new store there where --create is said",
        )),
        Err(error) if error.kind == StoreErrorKind::UnknownLayout => {
            match PostgresWriter::create(address) {
                Ok(writer) => Ok(Box::new(writer)),
                // Perhaps somebody else has just made it.
                Err(taken) if taken.kind == StoreErrorKind::Rejected => {
                    PostgresWriter::open(address)
                        .map(|writer| Box::new(writer) as _)
                        .map_err(|_| taken)
                }
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// Makes an empty store, there whole or not at all.
fn make(path: &Path) -> Result<(), StoreError> {
    let partial = Partial::beside(path)?;
    drop(OwnStore::create(partial.path()).map_err(|error| match error.kind {
        StoreErrorKind::Rejected => occupied(path),
        _ => error,
    })?);
    partial.becomes(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_made_only_where_somebody_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new.db");
        let kind = |source: &Path, create| writer(source.as_os_str(), create).err().map(|e| e.kind);
        assert_eq!(kind(&path, false), Some(StoreErrorKind::NotFound));
        assert!(existing(path.as_os_str()).unwrap().is_none() && !path.exists());
        assert_eq!(kind(&path, true), None);
        assert!(existing(path.as_os_str()).unwrap().is_some());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        assert_eq!(kind(&path, true), None);
        assert_eq!(kind(&path, false), None);
        assert_eq!(kind(&dir.path().join("no/new.db"), true), Some(StoreErrorKind::Unwritable));
        assert_eq!(kind(Path::new("demo:shop"), true), Some(StoreErrorKind::ReadOnly));
        assert_eq!(kind(Path::new("mysql://here"), true), Some(StoreErrorKind::Unsupported));
        let text = dir.path().join("text");
        std::fs::write(&text, "").unwrap();
        let told = writer(text.as_os_str(), true).err().unwrap();
        assert!(told.to_string().ends_with("text is an empty file, and no store"), "{told}");
        std::fs::write(&text, "precious").unwrap();
        assert_eq!(kind(&text, true), Some(StoreErrorKind::ReadOnly));
        assert_eq!(std::fs::read_to_string(&text).unwrap(), "precious");
    }
}
