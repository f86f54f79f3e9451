//! What is no longer shown, let go of on a thread of its own.
//!
//! A state in which everything changed shares nothing with the one before, which is freed member by member: with 100,000 of
//! them that takes longer than a picture may.

use std::any::Any;
use std::sync::mpsc::{SyncSender, sync_channel};

/// Anything.
pub(crate) type Thing = Box<dyn Any + Send>;

/// Things that may wait.
const QUEUE: usize = 64;

/// The thread, which ends with this.
pub(crate) struct Remover(SyncSender<Thing>);

impl Remover {
    /// Starts it.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (send, receive) = sync_channel::<Thing>(QUEUE);
        let work = move || receive.into_iter().for_each(drop);
        std::thread::Builder::new().name("remover".to_owned()).spawn(work)?;
        Ok(Self(send))
    }

    /// Lets go of a thing; here, where too many wait already.
    pub(crate) fn remove(&self, thing: Thing) {
        drop(self.0.try_send(thing));
    }
}

#[cfg(test)]
mod tests {
    use std::thread::{ThreadId, current};

    use super::*;

    struct Told(SyncSender<ThreadId>);

    impl Drop for Told {
        fn drop(&mut self) {
            self.0.send(current().id()).unwrap();
        }
    }

    #[test]
    fn things_are_let_go_of_on_another_thread() {
        let (send, receive) = sync_channel(1);
        let remover = Remover::start().unwrap();
        remover.remove(Box::new(Told(send)));
        assert_ne!(receive.recv().unwrap(), current().id());
    }
}
