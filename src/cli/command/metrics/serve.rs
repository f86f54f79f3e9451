//! Metrics for a scraper: `GET /metrics` over HTTP/1.1 (<https://www.rfc-editor.org/rfc/rfc9112>), one request a connection.
//!
//! It answers one question with one page, and takes no more of HTTP than that needs: a request's first line and where its
//! head ends. Whoever is slow, broken or many waits for himself alone: each has a time to ask and a time to listen, and no
//! more are let in than can be answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::time::timeout;

use super::Last;
use super::exposition::{self, CONTENT_TYPE};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::session::Session;
use crate::store::Interrupter;
use crate::text::human;

/// How clients are borne with.
#[derive(Clone, Copy, Debug)]
struct Manner {
    /// How long one may take to ask, and to listen.
    patience: Duration,
    /// The most at a time; the next waits for a place.
    clients: usize,
}

const MANNER: Manner = Manner { patience: Duration::from_secs(5), clients: 64 };
/// The most bytes that a request's head may have.
const HEAD: usize = 8 << 10;
/// The most bytes of a body that nobody wants and that is waited for.
const BODY: usize = 64 << 10;

/// What is served, and how.
struct Service {
    session: Arc<Mutex<Session>>,
    last: Last,
    manner: Manner,
}

/// Answers until somebody ends it.
pub(super) fn run(
    session: Session,
    last: Last,
    address: SocketAddr,
    context: &mut Context,
) -> Outcome {
    let failed = |error: std::io::Error| {
        Failure::usage(format!("nobody can be answered at {address}: {error}")).hint(
            "name an address of this computer and a free port; 127.0.0.1:0 takes any that is free",
        )
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(failed)?;
    let service = Service { session: Arc::new(Mutex::new(session)), last, manner: MANNER };
    let ended = Arc::new(Notify::new());
    let end = Arc::clone(&ended);
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let here = format!("http://{}/metrics", listener.local_addr().map_err(failed)?);
        if context.out.is_json() {
            context.out.value(&serde_json::json!({ "listening": here }))?;
        } else {
            context.out.raw(&format!("listening on {here}\n"))?;
        }
        context.out.flush()?;
        // What was raised before is found out when it is registered, and the permit waits.
        context.signal.interrupts(Interrupter::new(move || end.notify_one()));
        tokio::select! {
            () = accept(&listener, service) => {}
            () = ended.notified() => {}
        }
        Ok::<(), Failure>(())
    })?;
    Err(Failure::silent(Status::Stopped))
}

async fn accept(listener: &TcpListener, service: Service) {
    let free = Arc::new(Semaphore::new(service.manner.clients));
    let service = Arc::new(service);
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&free).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many files are open, or a client left: others may come.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            answer(stream, &service).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream, service: &Service) {
    let patience = service.manner.patience;
    let response = match timeout(patience, head(&mut stream)).await {
        Ok(Some(Head::Whole(head))) => match asked(&head) {
            Asked::Metrics { body } => page(service, body).await,
            Asked::Elsewhere => plain("404 Not Found", "", "there is /metrics alone\n"),
            Asked::Otherwise => {
                plain("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "/metrics is read by GET\n")
            }
            Asked::Nothing => plain("400 Bad Request", "", "this is no request of HTTP/1\n"),
        },
        Ok(Some(Head::TooLong)) => {
            plain("431 Request Header Fields Too Large", "", "a request has 8 KiB at most\n")
        }
        Err(_) => {
            let time = human::duration(patience);
            plain("408 Request Timeout", "", &format!("the request did not come in {time}\n"))
        }
        // It left.
        Ok(None) => return,
    };
    let _ = timeout(patience, async {
        stream.write_all(response.as_bytes()).await?;
        stream.shutdown().await?;
        // What the client still says is taken, or closing would take back what it was told.
        let mut rest = [0; 4096];
        let mut taken = 0;
        while taken < BODY {
            match stream.read(&mut rest).await? {
                0 => break,
                count => taken += count,
            }
        }
        Ok::<(), std::io::Error>(())
    })
    .await;
}

/// What came before the first empty line.
enum Head {
    Whole(Vec<u8>),
    TooLong,
}

async fn head(stream: &mut TcpStream) -> Option<Head> {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    loop {
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        head.extend_from_slice(part.get(..count)?);
        if head.windows(4).any(|end| end == b"\r\n\r\n") {
            return Some(Head::Whole(head));
        }
        if head.len() > HEAD {
            return Some(Head::TooLong);
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Metrics { body: bool },
    Elsewhere,
    Otherwise,
    Nothing,
}

/// What a request asks for, by its first line.
fn asked(head: &[u8]) -> Asked {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let words: Vec<&str> = std::str::from_utf8(line).unwrap_or_default().split(' ').collect();
    let [method, target, version] = words.as_slice() else { return Asked::Nothing };
    if !version.starts_with("HTTP/1.") || method.is_empty() {
        return Asked::Nothing;
    }
    match (*method, target.split('?').next()) {
        ("GET", Some("/metrics")) => Asked::Metrics { body: true },
        ("HEAD", Some("/metrics")) => Asked::Metrics { body: false },
        (_, Some("/metrics")) => Asked::Otherwise,
        _ => Asked::Elsewhere,
    }
}

/// The metrics of now. One is answered after the other; the store is read where it keeps nobody else waiting.
async fn page(service: &Service, body: bool) -> String {
    let mut session = Arc::clone(&service.session).lock_owned().await;
    let last = service.last.clone();
    let told = tokio::task::spawn_blocking(move || exposition::of(&mut session, None, &last)).await;
    match told {
        Ok(Ok(text)) => response("200 OK", CONTENT_TYPE, "", &text, body),
        Ok(Err(failure)) => plain("503 Service Unavailable", "", &(failure.message + "\n")),
        // It panicked, and has said so.
        Err(_) => plain("500 Internal Server Error", "", "foldback has a defect\n"),
    }
}

fn plain(status: &str, more: &str, text: &str) -> String {
    response(status, "text/plain; charset=utf-8", more, text, true)
}

fn response(status: &str, kind: &str, more: &str, text: &str, body: bool) -> String {
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n"
    );
    if body { head + text } else { head }
}

#[cfg(test)]
mod tests;
