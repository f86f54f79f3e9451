//! Every way in which a file is no store, or none that can be read now: each has its own answer.

use std::path::Path;

use foldback::store::{OpenOptions, StoreError, StoreErrorKind, open};

use super::owner::Owner;
use super::{fixture, fixtures, opened};

fn refused(path: &Path) -> StoreError {
    match opened(path) {
        Ok(store) => panic!("{} opened as {}", path.display(), store.info().layout),
        Err(error) => error,
    }
}

/// Writes the bytes to a file and expects the refusal to be of this kind, with these words and a hint.
fn refuses(name: &str, bytes: &[u8], kind: &StoreErrorKind, words: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    says(&refused(&path), kind, words);
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "{name} is as it was");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing beside {name}");
}

fn says(error: &StoreError, kind: &StoreErrorKind, words: &[&str]) {
    let hint = error.hint.as_deref().unwrap_or_default();
    let told = format!("{error}\n{hint}");
    assert_eq!(error.kind, *kind, "{told}");
    assert!(!hint.is_empty(), "no hint: {told}");
    for word in words {
        assert!(told.contains(word), "`{word}` is not in: {told}");
    }
}

#[test]
fn what_is_not_there_or_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shop.db");
    says(&refused(&path), &StoreErrorKind::NotFound, &["shop.db"]);
    std::fs::write(directory.path().join("shop.sqlite"), "").unwrap();
    says(&refused(&path), &StoreErrorKind::NotFound, &["shop.db", "shop.sqlite"]);
    says(&refused(directory.path()), &StoreErrorKind::NotAStore, &["directory", "shop.sqlite"]);
}

#[test]
fn files_of_other_kinds_are_named() {
    use StoreErrorKind::{Encrypted, NotAStore};
    let whole = std::fs::read(fixtures().join("cqrs-es.db")).unwrap();
    refuses("empty.db", b"", &NotAStore, &["empty"]);
    refuses("cut.db", &whole[..10], &NotAStore, &["cut short"]);
    refuses("cut.db", &whole[..60], &NotAStore, &["cut short", "60"]);
    refuses("cut.db", &whole[..8_192], &NotAStore, &["cut short", "8192"]);
    refuses("shop.db.gz", b"\x1f\x8b\x08\0\0\0\0\0", &NotAStore, &["gzip", "unpack"]);
    refuses("shop.zip", b"PK\x03\x04....", &NotAStore, &["ZIP"]);
    refuses("dump.sql", b"PRAGMA foreign_keys=OFF;\nBEGIN;", &NotAStore, &["SQL text", "sqlite3"]);
    refuses("pg.dump", b"PGDMP\x01\x0e\0", &NotAStore, &["PostgreSQL", "pg_restore"]);
    refuses("notes.txt", b"dear diary\n", &NotAStore, &["text", "dear diary"]);
    refuses("shop.db-wal", b"\x37\x7f\x06\x82\0\x2d\xe2\x18", &NotAStore, &["write-ahead log"]);
    refuses("some.bin", b"\0\x01\x02\x03 binary", &NotAStore, &["00 01 02 03"]);
    let random: Vec<u8> =
        (0..256_u64).flat_map(|n| *blake3::hash(&n.to_le_bytes()).as_bytes()).collect();
    refuses("secret.db", &random, &Encrypted, &["encrypted", "SQLCipher"]);
}

#[test]
fn damage_inside_is_told_when_it_is_met() {
    let (_directory, path) = fixture("cqrs-es.db");
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in bytes.iter_mut().skip(100).take(3_000) {
        *byte = 0xA5;
    }
    std::fs::write(&path, bytes).unwrap();
    says(&refused(&path), &StoreErrorKind::Failed, &["damaged", "recover"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_directory, path) = fixture("cqrs-es.db");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is forbidden to the superuser.
    if std::fs::File::open(&path).is_err() {
        says(&refused(&path), &StoreErrorKind::Denied, &["may not be read"]);
    }
}

#[test]
fn a_store_that_its_owner_keeps_to_itself() {
    let (_directory, path) = fixture("cqrs-es.db");
    let mut owner = Owner::of(&path);
    owner.does("PRAGMA journal_mode = DELETE");
    owner.does("BEGIN EXCLUSIVE");
    says(&refused(&path), &StoreErrorKind::Locked, &["another program"]);
    owner.does("ROLLBACK");
    assert_eq!(opened(&path).unwrap().counts().unwrap().events, 279);
    owner.closes();
}

#[test]
fn tables_that_match_nothing_are_shown_with_what_comes_nearest() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shop.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA user_version = 1").unwrap();
    says(&refused(&path), &StoreErrorKind::UnknownLayout, &["without any table"]);
    connection
        .execute_batch(
            "CREATE TABLE customers (id, name);
             CREATE TABLE emt_messages (stream_id, stream_position, partition, message_kind, message_data, \
             message_metadata, message_type, message_id, is_archived, created)",
        )
        .unwrap();
    let words = [
        "customers (id, name)",
        "emt_messages (",
        "nearest",
        "emmett",
        "lacks global_position",
        "--layout",
    ];
    says(&refused(&path), &StoreErrorKind::UnknownLayout, &words);
}

#[test]
fn a_database_with_nothing_in_common_is_told_what_would_have_to_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("laravel.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE stored_events (uuid, class, properties)").unwrap();
    let words = ["stored_events (uuid, class, properties)", "nearest layout: ", "lacks"];
    says(&refused(&path), &StoreErrorKind::UnknownLayout, &words);
    let error = with_layout(&path, MINE).err().unwrap();
    let words =
        ["does not match the layout mine", "there is no table log with stream, no, what, body"];
    says(&error, &StoreErrorKind::UnknownLayout, &words);
}

const MINE: &str = "\
name: mine
detect: {table: log, columns: [stream, no, what, body]}
events:
  aggregate: stream
  category: {of: aggregate, before: '/'}
  version: {column: no, first: 0}
  type: what
  time: {column: at, format: unix-millis}
  data: {column: body, decode: [gzip, json]}
";

fn with_layout(
    store: &Path,
    layout: &str,
) -> Result<Box<dyn foldback::store::EventStore>, StoreError> {
    let file = store.with_extension("yaml");
    std::fs::write(&file, layout).unwrap();
    let options = OpenOptions { layout: Some(file), ..OpenOptions::default() };
    open(store.to_str().unwrap(), &options)
}

#[test]
fn a_layout_of_ones_own_opens_what_nobody_knows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mine.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE Log (Stream, No, What, At, Body);
             INSERT INTO Log VALUES ('cart/1', 0, 'Opened', 1700000000000, '{\"a\":1}'), ('cart/1', 1, 'Closed', 1700000001000, '{}')",
        )
        .unwrap();
    says(&refused(&path), &StoreErrorKind::UnknownLayout, &["Log (Stream, No, What, At, Body)"]);
    let mut store = with_layout(&path, MINE).unwrap();
    let events = super::scanned(&mut *store);
    let told: Vec<_> = events
        .iter()
        .map(|e| (e.key().to_string(), e.version.0, e.time.unwrap().timestamp(), e.position))
        .collect();
    let expected = [
        ("cart cart/1".to_owned(), 1, 1_700_000_000, None),
        ("cart cart/1".to_owned(), 2, 1_700_000_001, None),
    ];
    assert_eq!(told, expected);
    drop(store);

    let refuse = |layout: &str| with_layout(&path, layout).err().unwrap();
    let wrong = refuse(&MINE.replace("type: what", "typ: what").replace("first: 0", "first: zero"));
    says(&wrong, &StoreErrorKind::BadLayout, &["mine.yaml", "line 6", "zero", "line 7", "`typ`"]);
    let missing = refuse(&MINE.replace("column: at", "column: moment"));
    says(&missing, &StoreErrorKind::BadLayout, &["moment", "Log", "Body"]);
    let sql = refuse(&MINE.replace("type: what", "type: what +"));
    says(&sql, &StoreErrorKind::BadLayout, &["mine", "SQL"]);
    let other = refuse(&MINE.replace("table: log", "table: diary"));
    let words = ["does not match the layout mine", "Mend the layout file"];
    says(&other, &StoreErrorKind::UnknownLayout, &words);
}

/// A link to a store is not the name that a person knows it by.
#[cfg(unix)]
#[test]
fn a_file_is_called_what_it_was_called() {
    let directory = tempfile::tempdir().unwrap();
    let whole = std::fs::read(fixtures().join("cqrs-es.db")).unwrap();
    std::fs::write(directory.path().join("real.db"), &whole[..8_192]).unwrap();
    let link = directory.path().join("link.db");
    std::os::unix::fs::symlink("real.db", &link).unwrap();
    let error = refused(&link);
    assert!(error.message.starts_with(&*link.to_string_lossy()), "{error}");
}

/// A position beyond the end is counted in another store, or this one lost its end: no lag can be told from it.
#[test]
fn a_checkpoint_beyond_the_head_has_no_lag() {
    let (_directory, path) = super::fixture("eventsourcing-py.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute("UPDATE tracking SET notification_id = 900000 WHERE application_name = 'Shop'", [])
        .unwrap();
    drop(connection);
    let mut session = foldback::session::Session::open(
        path.to_str().unwrap(),
        &foldback::session::OpenOptions::default(),
    )
    .unwrap();
    let projections = session.projections().unwrap();
    let (beyond, within): (Vec<_>, Vec<_>) =
        projections.iter().partition(|one| one.position.is_some_and(|at| at.0 == 900_000));
    let [beyond] = beyond.as_slice() else { panic!("{projections:?}") };
    assert_eq!((beyond.lag_events, beyond.lag_seconds), (None, None));
    assert_eq!(beyond.findings[0].code, "checkpoint-beyond-head");
    assert!(beyond.findings[0].message.contains("900000"), "{:?}", beyond.findings);
    assert!(!within.is_empty());
    for one in within {
        assert!(one.lag_events.is_some() && one.findings.is_empty(), "{one:?}");
    }
}
