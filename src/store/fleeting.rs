//! Paths of ours that must not outlive the program: private copies, and files that are not whole yet.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static PATHS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file or a directory of our own, with what SQLite puts beside it; gone when this is dropped, and with
/// [`remove_all`].
#[derive(Debug)]
pub(crate) struct Fleeting {
    path: PathBuf,
}

impl Fleeting {
    /// What somebody else makes at `path`.
    pub(crate) fn at(path: PathBuf) -> Self {
        paths().insert(path.clone());
        Self { path }
    }

    /// What `make` makes at `path`; nothing is made any more once everything was removed.
    pub(crate) fn made(
        path: PathBuf,
        make: impl FnOnce(&Path) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut paths = paths();
        make(&path)?;
        paths.insert(path.clone());
        Ok(Self { path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Fleeting {
    fn drop(&mut self) {
        remove(&self.path);
        paths().remove(&self.path);
    }
}

/// Removes all of them, for a program that leaves at once and unwinds nothing. Whoever wants to make another waits
/// from then on for the end.
pub fn remove_all() {
    let paths = paths();
    paths.iter().for_each(|path| remove(path));
    std::mem::forget(paths);
}

fn paths() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing can be done about what somebody else holds on to.
fn remove(path: &Path) {
    if path.is_dir() {
        drop(fs::remove_dir_all(path));
        return;
    }
    for end in ["", "-journal", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        drop(fs::remove_file(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_it() {
        let home = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(home.path()).unwrap().count();
        let file = Fleeting::at(home.path().join("shop.db"));
        let directory = Fleeting::made(home.path().join("copy"), |path| fs::create_dir(path));
        let directory = directory.unwrap();
        for name in ["shop.db", "shop.db-wal", "copy/store.db"] {
            fs::write(home.path().join(name), "x").unwrap();
        }
        assert!(paths().contains(file.path()) && paths().contains(directory.path()));
        let known = [file.path().to_owned(), directory.path().to_owned()];
        drop((file, directory));
        assert_eq!(names(), 0);
        assert!(known.iter().all(|path| !paths().contains(path)));
        let taken = Fleeting::made(home.path().to_owned(), |path| fs::create_dir(path));
        assert!(taken.is_err() && home.path().exists(), "what is not ours is not removed");
    }
}
