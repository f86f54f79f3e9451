//! What the server tells by itself: that something was appended.
//!
//! A connection of its own listens, and is made anew where it is lost; whoever listens is told then too, for nobody knows
//! what was missed.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Config};

use super::tls::Tls;
use crate::store::Bell;

/// How long a server that is gone is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// A bell that is rung, until this is dropped, after every commit that appended something.
pub(super) struct Listening {
    pub(super) bell: Bell,
    task: AbortHandle,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listening {
    /// Listens from now on.
    pub(super) fn begin(handle: &Handle, config: Config, tls: Tls) -> Self {
        let bell = Bell::default();
        let rung = bell.clone();
        let task = handle.spawn(async move {
            loop {
                hear(&config, tls.clone(), &rung).await;
                tokio::time::sleep(RETRY).await;
            }
        });
        Self { bell, task: task.abort_handle() }
    }
}

/// Listens until the connection is lost.
async fn hear(config: &Config, tls: Tls, bell: &Bell) {
    let Ok((client, mut connection)) = config.connect(tls).await else { return };
    let mut asked = pin!(client.batch_execute("LISTEN foldback"));
    let mut listens = false;
    loop {
        tokio::select! {
            answer = &mut asked, if !listens => {
                if answer.is_err() {
                    return;
                }
                listens = true;
                bell.ring();
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(_))) => bell.ring(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
        }
    }
}
