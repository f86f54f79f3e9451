//! A private copy of a store that cannot be read where it is without writing beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::look::beside;
use crate::store::held::Held;
use crate::store::scratch;

/// A directory of our own with the copy in it; gone when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch(scratch::Scratch);

impl Scratch {
    /// Copies the database, which is `held`, and whichever of its companions there are into a new directory in `within`.
    pub(super) fn copy(held: &Held, store: &Path, within: &Path) -> io::Result<Self> {
        let scratch = Self(scratch::Scratch::fresh(within)?);
        let copy = scratch.database();
        held.copy(&copy)?;
        for suffix in ["-wal", "-journal"] {
            match fs::copy(beside(store, suffix), beside(&copy, suffix)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => drop(other?),
            }
        }
        for file in ["", "-wal", "-journal"] {
            writable(&beside(&copy, file));
        }
        Ok(scratch)
    }

    /// The copied database.
    pub(super) fn database(&self) -> PathBuf {
        self.0.path("store.db")
    }
}

/// A copy takes over the permissions of what it was made from; this one has to be written to.
fn writable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A companion that is not there needs no permissions.
        drop(fs::set_permissions(path, fs::Permissions::from_mode(0o600)));
    }
    #[cfg(not(unix))]
    if let Ok(meta) = path.metadata() {
        let mut permissions = meta.permissions();
        permissions.set_readonly(false);
        drop(fs::set_permissions(path, permissions));
    }
}
