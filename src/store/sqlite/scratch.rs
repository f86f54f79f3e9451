//! A private copy of a store that cannot be read where it is without writing beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::look::beside;

/// A directory of our own with the copy in it; gone when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    directory: PathBuf,
}

impl Scratch {
    /// Copies the database and whichever of its companions there are into a new directory in `within`.
    pub(super) fn copy(store: &Path, within: &Path) -> io::Result<Self> {
        let scratch = Self { directory: fresh(within)? };
        let copy = scratch.database();
        fs::copy(store, &copy)?;
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
        self.directory.join("store.db")
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

fn fresh(within: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("foldback-{}-{count}", std::process::id());
        let path = within.join(name);
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a directory that somebody else holds on to.
        drop(fs::remove_dir_all(&self.directory));
    }
}
