//! Several readers of one store in one process, and a writer in another.

use rusqlite::Connection;

use super::*;
use crate::store::held::Held;
use crate::store::sqlite::link::Link;

/// A system takes all locks of a process on a file when any of its handles on that file is closed.
#[test]
fn a_second_reader_takes_no_lock_from_the_first() {
    let (directory, path) = fixture("cqrs-es.db");
    Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "DELETE").unwrap();
    let name = path.to_str().unwrap();
    let mut first = Link::new(name, directory.path()).unwrap();
    assert!(somebody_else_can_write(&path), "nobody reads");
    first
        .call(|call| {
            let count = "SELECT count(*) FROM events";
            let _: i64 = call.connection.query_row(count, [], |row| row.get(0)).unwrap();
            assert!(!somebody_else_can_write(&path), "the first reads");
            let mut second = Link::new(name, directory.path()).unwrap();
            second.call(|call| {
                call.connection.query_row(count, [], |_| Ok(())).map_err(|e| call.failed(e))
            })?;
            drop(second);
            drop(open(&path));
            Held::of(&path)
                .unwrap()
                .copy(&directory.path().join("copy.db"), &mut |_| Ok(()))
                .unwrap();
            assert!(!somebody_else_can_write(&path), "the first still reads");
            Ok(())
        })
        .unwrap();
    assert!(somebody_else_can_write(&path), "the first has read");
}

/// A header that is read in the middle of a commit may speak of pages that are not there yet.
#[test]
fn a_store_that_grows_is_opened_at_any_moment() {
    let (directory, path) = fixture("cqrs-es.db");
    let writer = Connection::open(&path).unwrap();
    writer.pragma_update(None, "journal_mode", "DELETE").unwrap();
    writer.execute_batch("PRAGMA synchronous = OFF; CREATE TABLE ballast (x)").unwrap();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let grows = std::thread::spawn({
        let done = Arc::clone(&done);
        move || {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                writer.execute_batch("INSERT INTO ballast VALUES (zeroblob(40000))").unwrap();
            }
        }
    });
    let opened: Result<Vec<Link>, _> =
        (0..2_000).map(|_| Link::new(path.to_str().unwrap(), directory.path())).collect();
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    grows.join().unwrap();
    opened.map(drop).unwrap();
}
