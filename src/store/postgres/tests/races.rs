//! Several who write at the same time, and some who are killed while they do.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::*;

/// How many events each of two writers appends: what a person waits for, or all that is promised where nobody does.
fn appends() -> u64 {
    let all = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    if all { 10_000 } else { 1_000 }
}

#[test]
fn two_writers_lose_nothing_and_leave_no_gap() {
    let Some(server) = server() else { return };
    let (database, writer) = store(server);
    let each = appends();
    let conflicts: u64 = std::thread::scope(|scope| {
        let writers = ["left", "right"].map(|name| {
            let mut writer = writer.reopen().unwrap();
            scope.spawn(move || {
                let (mut version, mut conflicts) = (Version::ZERO, 0);
                for number in 0..each {
                    let id = Some(format!("{name}-{number}").as_str().into());
                    let batch = [NewEvent { id, ..event("1") }];
                    loop {
                        match writer.append(&counter(1), &batch, Expected::Exactly(version)) {
                            Ok(appended) => {
                                assert_eq!(appended.version, version.next());
                                version = appended.version;
                                break;
                            }
                            Err(StoreError {
                                kind: StoreErrorKind::Conflict { expected, actual, .. },
                                ..
                            }) => {
                                assert!(expected == version && actual > version);
                                (version, conflicts) = (actual, conflicts + 1);
                            }
                            Err(error) => unreachable!("{error}"),
                        }
                    }
                }
                conflicts
            })
        });
        writers.map(|writer| writer.join().unwrap()).iter().sum()
    });
    assert!(conflicts > 0, "they were in each other's way");
    let mut store = reader(server, &database);
    let read = conformance::read_all(&mut store, &counter(1), 1_000);
    assert!(read.iter().zip(1..).all(|(event, version)| event.version == Version(version)));
    assert!(read.iter().zip(1..).all(|(event, at)| event.position == Some(Position(at))));
    let ids: BTreeSet<_> = read.iter().filter_map(|event| event.id.clone()).collect();
    assert_eq!((read.len() as u64, ids.len() as u64), (2 * each, 2 * each));
    assert!(store.chain(&mut go_on).unwrap().unwrap().findings.is_empty());
}

#[test]
fn nobody_skips_an_event_that_is_committed_late() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    let late = Link::new(
        link::Server::new(Address::parse(&server.at(&database)).unwrap(), Access::Write).unwrap(),
    );
    let mut client = late.server.wait(late.server.connection()).unwrap();
    let transaction = late.server.wait(append::begin(&mut client)).ok().unwrap();
    // Somebody who does not know that there is a lock to be taken.
    let insert = "INSERT INTO events (position, aggregate_id, category, version, event_id, event_type, data, hash)
                  VALUES (1, 'a', '', 1, 'late', 'Late', '{}', decode(repeat('00', 32), 'hex'))";
    late.server.wait(transaction.batch_execute(insert)).unwrap();
    let mut store = reader(server, &database);
    std::thread::scope(|scope| {
        let second =
            scope.spawn(|| writer.append(&counter(1), &[event("2")], Expected::Any).unwrap());
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until("the second waits for the first", || server.sql(&database, waits) == "1");
        let head = store.head().unwrap();
        assert_eq!(head.position, None, "nothing is committed yet");
        assert!(store.scan(&EventQuery::default(), 10).unwrap().events.is_empty());
        late.server.wait(transaction.commit()).unwrap();
        assert_eq!(second.join().unwrap().position, Some(Position(2)));
        let query = EventQuery { after: head.cursor, ..EventQuery::default() };
        let seen = store.scan(&query, 10).unwrap().events;
        let positions: Vec<_> = seen.iter().filter_map(|event| event.position).collect();
        assert_eq!(positions, [Position(1), Position(2)]);
    });
}

/// Reads on while four append, and looks that what it has seen is all there is up to there.
#[test]
fn who_reads_on_sees_every_event_in_its_order() {
    let Some(server) = server() else { return };
    let (database, writer) = store(server);
    let (writers, each) = (4, 150);
    std::thread::scope(|scope| {
        for number in 0..writers {
            let mut writer = writer.reopen().unwrap();
            scope.spawn(move || {
                for at in 0..each {
                    let batch: Vec<_> = (0..=at % 3).map(|_| event("1")).collect();
                    writer.append(&counter(number), &batch, Expected::Any).unwrap();
                }
            });
        }
        let mut store = reader(server, &database);
        let all = i64::from(writers) * (0..each).map(|at| at % 3 + 1).sum::<i64>();
        let (mut query, mut seen) = (EventQuery::default(), 0);
        while seen < all {
            for event in store.scan(&query, 7).unwrap().events {
                seen += 1;
                assert_eq!(event.position, Some(Position(seen)), "one was skipped");
                query.after = Some(Cursor(seen));
            }
        }
    });
}

const ADDRESS: &str = "FOLDBACK_TEST_APPENDS_TO";
const BATCH: u64 = 5;

/// What the next test kills: appends until it is, and says what was acknowledged.
#[test]
fn appends_until_it_is_killed() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let mut writer = PostgresWriter::open(&address).unwrap();
    let batch: Vec<_> = (0..BATCH).map(|_| event("{\"n\":1}")).collect();
    let mut out = std::io::stdout();
    loop {
        let version = writer.append(&counter(1), &batch, Expected::Any).unwrap().version;
        writeln!(out, "\nacknowledged {version}").and_then(|()| out.flush()).unwrap();
    }
}

#[test]
fn what_was_acknowledged_outlives_a_client_that_is_killed() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    let mut store = reader(server, &database);
    for round in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::postgres::tests::races::appends_until_it_is_killed",
                "--nocapture",
            ])
            .env(ADDRESS, server.at(&database))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        let mut hear = |line: String| {
            if let Some(version) = line.strip_prefix("acknowledged ") {
                acknowledged = version.parse().unwrap();
            }
        };
        // Another number of appends each round, and another moment within one.
        for _ in 0..3 + round * 2 {
            hear(lines.next().unwrap().unwrap());
        }
        for _ in 0..round * 997 {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        lines.map_while(Result::ok).for_each(hear);
        // Whoever comes next waits for nobody, and finds whole batches.
        let version = writer.append(&counter(1), &[], Expected::Any).unwrap().version.0;
        assert!(version >= acknowledged, "{version} of {acknowledged} that were acknowledged");
        assert!(
            version <= acknowledged + BATCH && version.is_multiple_of(BATCH),
            "{version} of {acknowledged}"
        );
        let read = conformance::read_all(&mut store, &counter(1), 1_000);
        assert!(read.iter().zip(1..).all(|(event, at)| event.version == Version(at)
            && event.position == Some(Position(at as i64))));
        assert_eq!(read.len() as u64, version);
        assert!(store.chain(&mut go_on).unwrap().unwrap().findings.is_empty());
    }
}
