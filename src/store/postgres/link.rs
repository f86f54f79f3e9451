//! The way to one server: a pool of connections, driven by a thread of their own, behind calls that block.
//!
//! A call that is stopped asks the server to cancel what it does and waits until it has: nothing goes on there that
//! nobody waits for. Between two calls no transaction is open.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};
use tokio::runtime::{self, Handle};
use tokio::sync::{Notify, oneshot};
use tokio_postgres::error::SqlState;
use tokio_postgres::{CancelToken, Error};

use super::address::Address;
use super::bell::Listening;
use super::fail;
use super::tls::Tls;
use crate::store::{Bell, Interrupter, StoreError, StoreErrorKind};

/// How many connections are open at most; who wants another one waits.
const MOST: usize = 8;
/// A request to cancel may come before the statement that it is meant for: it is sent again.
const AGAIN: Duration = Duration::from_millis(250);
/// How often it is sent before a server that does not answer is given up, with the connection.
const TRIES: usize = 20;

/// What may be done through a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reading; the server itself refuses everything else.
    Read,
    /// Writing; what is committed is on the disk.
    Write,
}

impl Access {
    fn options(self) -> &'static str {
        match self {
            Self::Read => "-c default_transaction_read_only=on",
            Self::Write => {
                "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed"
            }
        }
    }
}

/// A server that was reached, and everything that is shared by those who ask it.
pub(super) struct Server {
    pub(super) address: Address,
    tls: Tls,
    pool: Pool,
    handle: Handle,
    listening: OnceLock<Listening>,
    /// Ends the thread when it is dropped.
    _until: oneshot::Sender<()>,
}

impl Server {
    /// Prepares the way; the first call connects.
    pub(super) fn new(address: Address, access: Access) -> Result<Arc<Self>, StoreError> {
        let tls = Tls::new(&address.trust, &address.name)?;
        let unusable = |error: &dyn std::fmt::Display| {
            let message = format!("{} cannot be reached: {error}", address.name);
            StoreError::new(StoreErrorKind::Failed, message)
        };
        let mut config = address.config.clone();
        let given = config.get_options().unwrap_or_default();
        config.options(format!("{given} {}", access.options()).trim());
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, tls.clone(), manager))
            .max_size(MOST)
            // What the library calls so ends with the first byte of the server's answer; this ends with its last.
            .create_timeout(address.config.get_connect_timeout().copied())
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .build()
            .map_err(|error| unusable(&error))?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unusable(&error))?;
        let handle = runtime.handle().clone();
        let (until, ended) = oneshot::channel::<()>();
        thread::Builder::new()
            .name("postgres".to_owned())
            // Nothing is ever sent: it ends with the sender.
            .spawn(move || drop(runtime.block_on(ended)))
            .map_err(|error| unusable(&error))?;
        Ok(Arc::new(Self { address, tls, pool, handle, listening: OnceLock::new(), _until: until }))
    }

    /// A connection, for work of many steps.
    pub(super) async fn connection(&self) -> Result<Object, PoolError> {
        self.pool.get().await
    }

    /// What is rung when something was appended; the first who asks begins to listen.
    pub(super) fn bell(&self) -> Bell {
        let begin =
            || Listening::begin(&self.handle, self.address.config.clone(), self.tls.clone());
        self.listening.get_or_init(begin).bell.clone()
    }

    /// Waits for an answer; the connections are driven by their own thread meanwhile.
    pub(super) fn wait<F: Future>(&self, future: F) -> F::Output {
        let _inside = self.handle.enter();
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
                return answer;
            }
            thread::park();
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// One who asks a server, one question at a time.
pub(super) struct Link {
    pub(super) server: Arc<Server>,
    running: Arc<Mutex<Option<Arc<Raised>>>>,
}

/// Whether a call is to stop.
#[derive(Default)]
struct Raised {
    is: AtomicBool,
    told: Notify,
}

/// Why work on a connection came to nothing.
pub(super) enum Fault {
    /// The server, or the way to it.
    Server(Error),
    /// What it was asked is refused by foldback itself.
    Refused(StoreError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

/// Why a call has no answer.
enum Unanswered {
    Stopped,
    Reaching(PoolError),
    Failed(Fault),
}

impl Link {
    /// Another one who asks.
    pub(super) fn new(server: Arc<Server>) -> Self {
        Self { server, running: Arc::default() }
    }

    /// What it is called, without its password.
    pub(super) fn name(&self) -> &str {
        &self.server.address.name
    }

    /// What stops the call that is running.
    pub(super) fn interrupter(&self) -> Interrupter {
        let running = Arc::clone(&self.running);
        Interrupter::new(move || {
            if let Some(raised) = &*running.lock().unwrap_or_else(PoisonError::into_inner) {
                raised.is.store(true, Ordering::Release);
                raised.told.notify_one();
            }
        })
    }

    /// Asks something that changes nothing: it is asked again where the connection was lost meanwhile.
    pub(super) fn read<T>(
        &self,
        question: &impl AsyncFn(&Object) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let question = async |client: &mut Object| question(client).await;
        let answer = match self.ask(&question) {
            Err(Unanswered::Failed(Fault::Server(error))) if is_stale(&error) => {
                self.ask(&question)
            }
            other => other,
        };
        answer.map_err(|why| self.told(why, fail::READING))
    }

    /// Does something once, whole or not at all.
    pub(super) fn write<T>(
        &self,
        doing: &str,
        work: &impl AsyncFn(&mut Object) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.ask(work).map_err(|why| self.told(why, doing))
    }

    fn told(&self, why: Unanswered, doing: &str) -> StoreError {
        match why {
            Unanswered::Stopped => {
                StoreError::new(StoreErrorKind::Interrupted, "the call was stopped")
            }
            Unanswered::Reaching(error) => fail::connecting(&self.server.address, error),
            Unanswered::Failed(Fault::Server(error)) => fail::asking(self.name(), doing, error),
            Unanswered::Failed(Fault::Refused(error)) => error,
        }
    }

    fn ask<T>(
        &self,
        work: &impl AsyncFn(&mut Object) -> Result<T, Fault>,
    ) -> Result<T, Unanswered> {
        let raised = Arc::new(Raised::default());
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&raised));
        let answer = self.server.wait(self.answered(work, &raised));
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
        answer
    }

    async fn answered<T>(
        &self,
        work: &impl AsyncFn(&mut Object) -> Result<T, Fault>,
        raised: &Raised,
    ) -> Result<T, Unanswered> {
        let mut client = tokio::select! {
            client = self.server.pool.get() => client.map_err(Unanswered::Reaching)?,
            () = raised.told.notified() => return Err(Unanswered::Stopped),
        };
        let token = client.cancel_token();
        let answer = {
            let mut work = pin!(work(&mut client));
            let answer = tokio::select! {
                answer = &mut work => Some(answer),
                () = raised.told.notified() => None,
            };
            match answer {
                Some(answer) => Some(answer),
                None => self.cancelled(&token, work).await,
            }
        };
        if raised.is.load(Ordering::Acquire) {
            // A request that came too late would stop whatever is asked next through this connection.
            drop(Object::take(client));
            return match answer {
                Some(Ok(answer)) => Ok(answer),
                _ => Err(Unanswered::Stopped),
            };
        }
        match answer {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(fault)) => {
                if matches!(&fault, Fault::Server(error) if is_stale(error)) {
                    drop(Object::take(client));
                }
                Err(Unanswered::Failed(fault))
            }
            None => Err(Unanswered::Stopped),
        }
    }

    /// Asks the server to cancel until the work has ended, well or not; `None` where it does not answer at all.
    async fn cancelled<T>(
        &self,
        token: &CancelToken,
        mut work: impl Future<Output = Result<T, Fault>> + Unpin,
    ) -> Option<Result<T, Fault>> {
        for _ in 0..TRIES {
            let request = async {
                // One that does not arrive is sent again.
                let _ = token.cancel_query(self.server.tls.clone()).await;
                tokio::time::sleep(AGAIN).await;
            };
            tokio::select! {
                answer = &mut work => return Some(answer),
                () = request => {}
                () = tokio::time::sleep(AGAIN * 4) => {}
            }
        }
        None
    }
}

/// Whether the connection is to blame, or what it remembers of tables that were made anew.
fn is_stale(error: &Error) -> bool {
    let codes = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::FEATURE_NOT_SUPPORTED,
        SqlState::INVALID_SQL_STATEMENT_NAME,
    ];
    error.is_closed() || error.code().is_some_and(|code| codes.contains(code))
}
