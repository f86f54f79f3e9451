//! What each client is told, and how many wait for how long: by real connections to a server on this thread's own terms.

use std::io::{Read as _, Write as _};
use std::net::TcpStream as Client;
use std::thread::JoinHandle;

use super::*;
use crate::session::OpenOptions;

/// A server that ends with the test.
struct Served {
    address: SocketAddr,
    end: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn with(manner: Manner) -> Self {
        let session = Session::open("demo:bank", &OpenOptions::default()).unwrap();
        let session = Arc::new(Mutex::new(session));
        let service = Service { session, last: Last::read("1h").unwrap(), manner };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let end = Arc::new(Notify::new());
        let ended = Arc::clone(&end);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(&listener, service) => {}
                    () = ended.notified() => {}
                }
            });
        });
        Self { address, end, thread: Some(thread) }
    }

    fn open(&self) -> Client {
        let stream = Client::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end.notify_one();
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(matches!(ended, Some(Ok(()))), "the server panicked");
    }
}

/// The whole answer.
fn heard(mut from: Client) -> String {
    let mut answer = String::new();
    from.read_to_string(&mut answer).unwrap();
    answer
}

const ASKS: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn who_says_nothing_is_told_how_long_he_was_waited_for() {
    let served = Served::with(Manner { patience: Duration::from_millis(20), clients: 64 });
    let mut half = served.open();
    half.write_all(b"GET /metr").unwrap();
    for silent in [served.open(), half] {
        let answer = heard(silent);
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nthe request did not come in 20 ms\n"), "{answer}");
    }
}

#[test]
fn where_all_places_are_taken_the_next_waits_until_the_silent_ones_are_sent_away() {
    let served = Served::with(Manner { patience: Duration::from_millis(50), clients: 2 });
    let silent: Vec<Client> = (0..5).map(|_| served.open()).collect();
    let mut asks = served.open();
    asks.write_all(ASKS).unwrap();
    let answer = heard(asks);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    for one in silent {
        assert!(heard(one).starts_with("HTTP/1.1 408 "));
    }
}

#[test]
fn a_place_is_free_again_when_a_client_leaves() {
    // Nobody is sent away in the time of a test.
    let served = Served::with(Manner { patience: Duration::from_secs(3_600), clients: 1 });
    let silent = served.open();
    let mut asks = served.open();
    asks.write_all(ASKS).unwrap();
    // The one who came first has the only place, until he was told something.
    let mut first = silent.try_clone().unwrap();
    first.write_all(b"GET /elsewhere HTTP/1.1\r\n\r\n").unwrap();
    first.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(heard(silent).starts_with("HTTP/1.1 404 "));
    assert!(heard(asks).starts_with("HTTP/1.1 200 OK\r\n"));
    // Whoever leaves without a word leaves his place too.
    drop(served.open());
    let mut last = served.open();
    last.write_all(ASKS).unwrap();
    last.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(heard(last).starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn what_is_asked_stands_in_the_first_line() {
    let of = |line: &str| asked(format!("{line}\r\nHost: x\r\n\r\n").as_bytes());
    assert_eq!(of("GET /metrics HTTP/1.1"), Asked::Metrics { body: true });
    assert_eq!(of("GET /metrics?a=b HTTP/1.0"), Asked::Metrics { body: true });
    assert_eq!(of("HEAD /metrics HTTP/1.1"), Asked::Metrics { body: false });
    assert_eq!(of("POST /metrics HTTP/1.1"), Asked::Otherwise);
    assert_eq!(of("GET / HTTP/1.1"), Asked::Elsewhere);
    for wrong in
        ["", "GET /metrics", "GET /metrics SPDY/3", "GET  /metrics HTTP/1.1", "\u{16}\u{3}\u{1}"]
    {
        assert_eq!(of(wrong), Asked::Nothing, "{wrong:?}");
    }
    assert_eq!(asked(&[0xff; 40]), Asked::Nothing);
}
