//! Several who write at the same time.

use super::*;
use crate::store::own::conformance::two_writers;

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
    two_writers(writer.reopen().unwrap(), Box::new(writer), each);
    let mut store = reader(server, &database);
    let all = conformance::scan_all(&mut store, &EventQuery::default(), 1_000);
    assert!(all.iter().zip(1..).all(|(event, at)| event.position == Some(Position(at))));
    assert_eq!(all.len() as u64, 2 * each);
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
