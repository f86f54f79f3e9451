//! A private copy of a store that cannot be read where it is without writing beside it.

use std::io;
use std::path::{Path, PathBuf};

use super::look::beside;
use crate::store::held::Held;
use crate::store::{Stop, scratch};

/// A directory of our own with the copy in it; gone when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch(scratch::Scratch);

impl Scratch {
    /// Copies the database, which is `held`, and whichever of its companions there are into a new directory in `within`.
    /// `told` hears how far it is; it fails as soon as `stopped` says so.
    pub(super) fn copy(
        held: &Held,
        store: &Path,
        within: &Path,
        told: &Stop,
        stopped: &dyn Fn() -> bool,
    ) -> io::Result<Self> {
        let scratch = Self(scratch::Scratch::fresh(within)?);
        let copy = scratch.database();
        let companions = ["-wal", "-journal"];
        let length = |suffix| beside(store, suffix).metadata().map_or(0, |meta| meta.len());
        told.expects(held.metadata()?.len() + companions.map(length).iter().sum::<u64>());
        let on = &mut |more: u64| {
            told.advances(more);
            if stopped() { Err(io::Error::other("it was stopped")) } else { Ok(()) }
        };
        held.copy(&copy, on)?;
        for suffix in companions {
            let companion = match Held::of(&beside(store, suffix)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other?,
            };
            companion.copy(&beside(&copy, suffix), on)?;
        }
        Ok(scratch)
    }

    /// The copied database.
    pub(super) fn database(&self) -> PathBuf {
        self.0.path("store.db")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_copy_is_whole_or_gone() {
        let (home, within) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = home.path().join("a.db");
        fs::write(&store, vec![7; 3 << 20]).unwrap();
        fs::write(beside(&store, "-wal"), vec![8; 1 << 20]).unwrap();
        let held = Held::of(&store).unwrap();
        let told = Stop::default();
        let copied = || told.progress().unwrap_or_default();
        let copy = Scratch::copy(&held, &store, within.path(), &told, &|| false).unwrap();
        assert_eq!(fs::read(copy.database()).unwrap(), vec![7; 3 << 20]);
        assert_eq!(fs::read(beside(&copy.database(), "-wal")).unwrap(), vec![8; 1 << 20]);
        assert_eq!(copied(), (4 << 20, 4 << 20));
        drop(copy);
        let stopped = Scratch::copy(&held, &store, within.path(), &told, &|| copied().0 > 1 << 20);
        assert!(stopped.is_err());
        assert_eq!(copied(), (2 << 20, 4 << 20), "it stops where it is");
        assert_eq!(fs::read_dir(within.path()).unwrap().count(), 0);
    }
}
