//! Every command that only reads leaves a store as it is, whichever foldback made it, and is enough for a user who may do
//! nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use foldback::store::own::SCHEMA_VERSION;
use rusqlite::Connection;

use super::{foldback, text};
use crate::support::postgres::server;

/// The commands that only read, with what they end with on a store in which projections were run.
const READ: [(&str, i32); 23] = [
    ("info STORE", 0),
    ("aggregates STORE", 0),
    ("events STORE", 0),
    ("events STORE order-4711 --upcasted --upcast UPCAST", 0),
    ("state STORE order-4711", 0),
    ("diff STORE order-4711 1", 0),
    ("log STORE order-4711", 0),
    ("blame STORE order-4711", 0),
    ("history STORE order-4711 .status", 0),
    ("replay STORE order-4711", 0),
    ("upcast check STORE --upcast UPCAST", 0),
    ("upcast show STORE order-4711 1 --upcast UPCAST", 0),
    ("projection status STORE", 0),
    ("projection status STORE order-list --at 2026-03-02", 2),
    ("projection rows STORE order-list", 0),
    ("projection rows STORE order-list order-9", 0),
    ("projection rows STORE order-list nothing", 2),
    ("projection dead-letters STORE order-list", 0),
    ("projection dead-letters STORE nobody", 2),
    ("metrics STORE", 0),
    ("metrics STORE --last 2h --json", 0),
    ("metrics STORE --format prometheus", 0),
    ("export STORE OUT", 0),
];

/// Those that write to the store that they name, and those that name none.
const OTHERS: [&str; 12] = [
    "append",
    "snapshot",
    "import",
    "projection run",
    "projection rebuild",
    "projection pause",
    "projection resume",
    "demo",
    "completions",
    "man",
    "help",
    "config",
];

#[test]
fn no_command_is_forgotten() {
    let all = foldback::cli::commands().into_iter().flat_map(|of| of.commands);
    for usage in all {
        let name: Vec<_> =
            usage.line.split(' ').take_while(|word| word.starts_with(char::is_lowercase)).collect();
        let name = name.join(" ");
        let reads = READ.iter().any(|(line, _)| line.starts_with(&format!("{name} ")));
        assert!(reads || OTHERS.contains(&&*name), "does `foldback {name}` read or write?");
    }
}

/// Every file of a directory with its bytes.
fn listing(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        (path, bytes)
    });
    files.collect()
}

/// Runs each of them on a store; `unchanged` looks at it after each.
fn read_all(store: &str, rows: bool, unchanged: impl Fn(&str)) {
    let out = tempfile::tempdir().unwrap();
    for (at, (line, status)) in READ.into_iter().enumerate() {
        let file = out.path().join(format!("{at}.jsonl")).display().to_string();
        let words = line.split(' ').map(|word| match word {
            "STORE" => store,
            "OUT" => &file,
            "UPCAST" => "../../assets/upcast/shop.yaml",
            word => word,
        });
        let ran = foldback().args(words).output().unwrap();
        let (said, told) = (text(&ran.stderr), text(&ran.stdout));
        let of_rows = ["projection rows", "projection dead-letters"];
        let is_of_rows = of_rows.iter().any(|of| line.starts_with(of));
        let wanted = if is_of_rows && !rows { 2 } else { status };
        assert_eq!(ran.status.code(), Some(wanted), "{line}: {told}{said}");
        if is_of_rows && !rows {
            assert!(said.contains("was run in"), "{line}: {said}");
        }
        unchanged(line);
    }
}

/// A store of today in a file, with projections, a snapshot and samples.
fn today(directory: &Path) -> PathBuf {
    let path = directory.join("today.db");
    let store = path.display().to_string();
    make(&store);
    path
}

fn make(store: &str) {
    let home = tempfile::tempdir().unwrap();
    let events = home.path().join("events.json");
    std::fs::write(&events, r#"[{"type":"OrderCreated","data":{"customer":"c-9"}}]"#).unwrap();
    for line in [
        "import shop.jsonl STORE",
        "append STORE Order/order-9 EVENTS",
        // The orders of the recording begin before it, and are stepped over.
        "projection run STORE order-list refund-report",
        "snapshot STORE order-4711",
        "replay STORE order-4711 --record",
    ] {
        let line = line.replace("STORE", store).replace("EVENTS", events.to_str().unwrap());
        let ran = foldback().args(line.split(' ')).output().unwrap();
        assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
    }
}

/// The same content in the tables of an earlier schema, as far as it had room for it.
fn of_schema(schema: &str, today: &Path, path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(schema).unwrap();
    connection.execute("ATTACH ?1 AS today", [today.to_str().unwrap()]).unwrap();
    let names = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for table in names("SELECT name FROM main.sqlite_schema WHERE type = 'table'") {
        let columns = names(&format!(
            "SELECT o.name FROM pragma_table_info('{table}', 'main') o
             JOIN pragma_table_info('{table}', 'today') n ON n.name = o.name"
        ));
        let columns = columns.join(", ");
        let copy = format!(
            "INSERT OR IGNORE INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}"
        );
        connection.execute_batch(&copy).unwrap();
    }
    connection.execute_batch("DETACH today; PRAGMA journal_mode = WAL").unwrap();
}

fn number(path: &Path, sql: &str) -> i64 {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_store_of_any_schema_is_read_as_it_is() {
    let made = tempfile::tempdir().unwrap();
    let today = today(made.path());
    let second = include_str!("../../../src/store/own/upgrade/schema_2.sql");
    let third = include_str!("../../../src/store/own/upgrade/from_2_to_3.sql");
    let fourth = include_str!("../../../src/store/own/upgrade/from_3_to_4.sql");
    let old = [
        (1, include_str!("../../../src/store/own/upgrade/schema_1.sql").to_owned()),
        (2, second.to_owned()),
        (3, format!("{second}\n{third}")),
        (4, format!("{second}\n{third}\n{fourth}")),
    ];
    assert_eq!(old.len() as i32, SCHEMA_VERSION - 1, "a schema is missing here");
    for (version, schema) in old {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("own.db");
        of_schema(&schema, &today, &path);
        assert_eq!(number(&path, "SELECT count(*) FROM events"), 15);
        assert_eq!(number(&path, "PRAGMA user_version"), version);
        let before = listing(home.path());
        read_all(path.to_str().unwrap(), version > 1, |line| {
            assert!(listing(home.path()) == before, "schema {version}: after {line}");
        });
        // What writes brings it up to date.
        let run = ["projection", "run", path.to_str().unwrap(), "order-list"];
        assert!(foldback().args(run).output().unwrap().status.success());
        assert_eq!(number(&path, "PRAGMA user_version"), i64::from(SCHEMA_VERSION));
    }
    let before = listing(made.path());
    read_all(today.to_str().unwrap(), true, |line| {
        assert!(listing(made.path()) == before, "after {line}");
    });
}

#[test]
fn a_user_who_may_only_select_can_read_everything() {
    let Some(server) = server() else { return };
    let database = server.database();
    let owner = server.at(&database);
    make(&owner);
    let role = format!("reader_{database}");
    let grant =
        format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
    server.sql(&database, &grant);
    let address = owner.replace("foldback@", &format!("{role}@"));
    let shape = || {
        let columns = "SELECT string_agg(table_name || '.' || column_name, ',' ORDER BY 1) FROM information_schema.columns
                       WHERE table_schema = 'public'";
        let rows = "SELECT (SELECT count(*) FROM metric_samples), (SELECT max(schema_version) FROM foldback_store),
                           (SELECT count(*) FROM projection_rows), (SELECT count(*) FROM checkpoint_history)";
        (server.sql(&database, columns), server.sql(&database, rows))
    };
    let same =
        |before: (String, String)| move |line: &str| assert_eq!(shape(), before, "after {line}");
    read_all(&address, true, same(shape()));
    let refused =
        foldback().args(["projection", "pause", &address, "order-list"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(4), "{}", text(&refused.stderr));
    // What later schemas brought is gone again.
    for back in [
        "ALTER TABLE projections DROP COLUMN definition, DROP COLUMN chain;
         ALTER TABLE rebuilds DROP COLUMN definition, DROP COLUMN chain, DROP COLUMN resumed_at, DROP COLUMN resumed_from;
         UPDATE foldback_store SET schema_version = 4",
        "ALTER TABLE checkpoint_history DROP COLUMN seconds, DROP COLUMN left_out;
         ALTER TABLE rebuilds DROP COLUMN held_until;
         UPDATE foldback_store SET schema_version = 3",
        "ALTER TABLE metric_samples DROP COLUMN seconds, DROP COLUMN spread;
         UPDATE foldback_store SET schema_version = 2",
    ] {
        server.sql(&database, back);
        read_all(&address, true, same(shape()));
    }
    // The owner reads it as it is too, who could bring it up to date.
    read_all(&owner, true, same(shape()));
}
