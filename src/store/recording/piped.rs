//! A recording that is piped in: it can be read once, comes when it comes, and never says how much there is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::store::Stop;

/// How much is read at once.
const PIECE: usize = 1 << 18;
/// How often a reader that waits looks whether it is to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// Whether what stands at `path` can only be read once, from its beginning.
pub(crate) fn is_piped(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// What comes out of a pipe. Whoever reads can be stopped while nothing comes.
pub(super) struct Piped {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    stop: Stop,
}

impl Piped {
    /// Reads what stands at `path`, on a thread of its own: a pipe that nobody writes to cannot even be opened.
    pub(super) fn open(path: &Path, stop: &Stop) -> io::Result<Self> {
        let (send, pieces) = sync_channel(2);
        let path = path.to_owned();
        std::thread::Builder::new().name("pipe".into()).spawn(move || {
            let mut file = match File::open(path) {
                Ok(file) => file,
                Err(error) => return drop(send.send(Err(error))),
            };
            loop {
                let mut piece = vec![0; PIECE];
                let read = match file.read(&mut piece) {
                    Ok(0) => return,
                    Ok(read) => read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return drop(send.send(Err(error))),
                };
                piece.truncate(read);
                // Nobody wants it any more.
                if send.send(Ok(piece)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { pieces, piece: Vec::new(), at: 0, stop: stop.clone() })
    }
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => (self.piece, self.at) = (piece?, 0),
                Err(RecvTimeoutError::Timeout) if self.stop.is_raised() => {
                    // Not `Interrupted`, after which readers go on.
                    return Err(io::Error::other("the read was stopped"));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}
