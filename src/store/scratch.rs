//! Private places for what cannot be read where it is; it knows nothing of what is put there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::fleeting::Fleeting;

/// A directory of our own that nobody else may enter; gone, with all that is in it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    directory: Fleeting,
}

impl Scratch {
    /// A new directory in `within`.
    pub(crate) fn fresh(within: &Path) -> io::Result<Self> {
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
            match Fleeting::made(within.join(name), |path| builder.create(path)) {
                Ok(directory) => return Ok(Self { directory }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// A file of our own, to be written and read. Where the system allows it has no name any more, so that nothing is left
/// of it even when the program is killed.
#[derive(Debug)]
pub(crate) struct ScratchFile {
    pub(crate) file: File,
    // Dropped after the file, which some systems do not remove while it is open.
    _scratch: Option<Scratch>,
}

impl ScratchFile {
    /// A new, empty file in `within`.
    pub(crate) fn fresh(within: &Path) -> io::Result<Self> {
        let scratch = Scratch::fresh(within)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(scratch.path("unpacked"))?;
        Ok(Self { file, _scratch: (!cfg!(unix)).then_some(scratch) })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _, Write as _};

    use super::*;

    #[test]
    fn a_file_of_our_own_leaves_nothing_behind() {
        let within = tempfile::tempdir().unwrap();
        let mut scratch = ScratchFile::fresh(within.path()).unwrap();
        let names = || fs::read_dir(within.path()).unwrap().count();
        assert_eq!(names(), usize::from(!cfg!(unix)), "it has no name while it is used");
        scratch.file.write_all(b"text").unwrap();
        scratch.file.rewind().unwrap();
        let mut text = String::new();
        scratch.file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
        drop(scratch);
        assert_eq!(names(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_enter() {
        use std::os::unix::fs::PermissionsExt;
        let within = tempfile::tempdir().unwrap();
        let scratch = Scratch::fresh(within.path()).unwrap();
        let mode = fs::metadata(scratch.path(".")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(scratch);
        assert_eq!(fs::read_dir(within.path()).unwrap().count(), 0);
    }
}
