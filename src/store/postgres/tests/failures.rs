//! What is said where a server cannot be reached, or does not hold a store.

use std::net::TcpListener;

use super::*;

/// The error of opening an address to read; the one of opening it to write is the same.
fn refused(address: &str) -> StoreError {
    let error = open(address, &OpenOptions::default()).err().unwrap();
    let to_write = PostgresWriter::open(address).err().unwrap();
    assert_eq!(error.message, to_write.message);
    let all = format!("{error} {error:?} {to_write:?}");
    assert!(!all.contains("s3cret") && !all.contains("wr0ng"), "{all}");
    error
}

fn says(error: &StoreError, kind: &StoreErrorKind, words: &[&str], hint: &str) {
    assert_eq!(error.kind, *kind, "{error}");
    for word in words {
        assert!(error.message.contains(word), "{word}: {error}");
    }
    let told = error.hint.as_deref().unwrap_or_default();
    assert!(told.contains(hint), "{hint}: {told}");
}

#[test]
fn who_cannot_get_in_is_told_why() {
    use StoreErrorKind::{Denied, NotFound, UnknownLayout, Unsupported};
    let Some(server) = server() else { return };
    let port = server.port;
    let wrong = refused(&format!("postgres://foldback:wr0ng@localhost:{port}/postgres"));
    says(
        &wrong,
        &Denied,
        &["refuses the password of user foldback", "postgres://foldback@localhost"],
        "%40",
    );
    let none = refused(&format!("postgres://foldback@localhost:{port}/postgres"));
    says(&none, &Denied, &["wants a password", "user foldback"], "user:password@");
    let stranger = refused(&format!("postgres://nobody:s3cret@localhost:{port}/postgres"));
    says(&stranger, &Denied, &["user nobody"], "");
    let absent = refused(&server.by_tcp("no_such_shop"));
    says(&absent, &NotFound, &["no database no_such_shop", "localhost"], "createdb no_such_shop");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = refused(&format!("postgres://foldback:s3cret@{free}/shop"));
    says(&silent, &NotFound, &["no PostgreSQL server answers", &free.to_string()], "pg_isready");
    let odd = refused("postgres://foldback:s3cret@localhost/shop?sslmode=perhaps");
    says(&odd, &Unsupported, &["sslmode is `perhaps`"], "postgres://user:password@");
    let empty = refused(&server.at("postgres"));
    says(
        &empty,
        &UnknownLayout,
        &["holds no store of foldback's own", "no tables"],
        "foldback import FROM",
    );
    let database = server.database();
    server.sql(&database, "CREATE TABLE orders (id int); CREATE TABLE lines (id int)");
    let theirs = refused(&server.at(&database));
    says(&theirs, &UnknownLayout, &["its tables are others: lines, orders"], "csearch_path");
    let (database, _) = store(server);
    server.sql(&database, "UPDATE foldback_store SET schema_version = 9");
    says(&refused(&server.at(&database)), &UnknownLayout, &["schema 9"], "version of foldback");
}

#[test]
fn a_server_that_never_answers_is_given_up_or_stopped() {
    // It accepts, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address =
        format!("postgres://a:s3cret@{}/b?connect_timeout=1", listener.local_addr().unwrap());
    let error = open(&address, &OpenOptions::default()).err().unwrap();
    assert!(error.message.contains("says nothing for 1 s"), "{error}");
    let patient = address.replace("connect_timeout=1", "connect_timeout=600");
    let options = OpenOptions::default();
    let stop = options.stop.interrupter();
    std::thread::scope(|scope| {
        let opened = scope.spawn(|| open(&patient, &options).err().unwrap());
        // Whoever came before has been given up; the next one is this.
        // It is held: a connection that is closed answers, too.
        let held = listener.incoming().nth(1);
        until("it is stopped", || {
            stop.interrupt();
            held.is_some() && opened.is_finished()
        });
        let error = opened.join().unwrap();
        assert!(error.is_interrupted(), "{error:?}");
    });
}

#[test]
fn tls_is_what_the_address_asks_for() {
    use StoreErrorKind::Denied;
    let Some(server) = server() else { return };
    let (database, _) = store(server);
    let file = |name: &str| server.directory.join(name).display().to_string();
    let (root, other) = (file("root.crt"), file("other.crt"));
    let local = server.by_tcp(&database);
    let by_number = local.replace("@localhost:", "@127.0.0.1:");
    let encrypted = |address: &str| {
        let store = PostgresStore::open(address, &Stop::default())?;
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        store
            .link
            .read(&async |client| Ok(client.query_one(sql, &[]).await?.try_get::<_, bool>(0)?))
    };
    for (address, query, wanted) in [
        (&local, "?sslmode=disable".to_owned(), false),
        (&local, String::new(), true),
        (&local, "?sslmode=prefer".to_owned(), true),
        (&local, "?sslmode=require".to_owned(), true),
        (&local, format!("?sslmode=verify-full&sslrootcert={root}"), true),
        (&by_number, format!("?sslmode=verify-ca&sslrootcert={root}"), true),
        (&by_number, format!("?sslmode=require&sslrootcert={root}"), true),
    ] {
        assert_eq!(encrypted(&format!("{address}{query}")).unwrap(), wanted, "{query}");
    }
    let unknown = "nobody whom you trust vouches";
    for (address, query, words) in [
        (&local, "?sslmode=verify-full".to_owned(), unknown),
        (&local, format!("?sslmode=verify-full&sslrootcert={other}"), unknown),
        (&local, format!("?sslmode=verify-ca&sslrootcert={other}"), unknown),
        (&local, format!("?sslmode=require&sslrootcert={other}"), unknown),
        (
            &by_number,
            format!("?sslmode=verify-full&sslrootcert={root}"),
            "made out to another host",
        ),
    ] {
        let error = encrypted(&format!("{address}{query}")).unwrap_err();
        assert_eq!(error.kind, Denied, "{query}: {error}");
        assert!(error.message.contains(words) && error.hint.is_some(), "{query}: {error}");
    }
    let absent = encrypted(&format!("{local}?sslmode=verify-full&sslrootcert=/no/such.crt"));
    assert!(absent.unwrap_err().message.contains("/no/such.crt"));
}

#[test]
fn a_reader_goes_on_when_its_connection_was_cut() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    writer.append(&counter(1), &[event("1")], Expected::Any).unwrap();
    let mut store = reader(server, &database);
    store.head().unwrap();
    let cut = || {
        server.sql(
            &database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foldback' AND datname = current_database()",
        )
    };
    cut();
    assert_eq!(store.head().unwrap().position, Some(Position(1)));
    // A writer does not know what was written: it says so, and what is sent again is written once.
    cut();
    let sent = [NewEvent { id: Some("e-1".into()), ..event("2") }];
    let first = writer.append(&counter(1), &sent, Expected::Any);
    if let Err(error) = &first {
        let hint = error.hint.as_deref().unwrap_or_default();
        assert!(hint.contains("send the same events again"), "{error} {hint}");
    }
    writer.append(&counter(1), &sent, Expected::Any).unwrap();
    writer.append(&counter(1), &sent, Expected::Any).unwrap();
    assert_eq!(store.counts().unwrap().events, 2);
}

#[test]
fn who_may_only_read_is_told_so() {
    let Some(server) = server() else { return };
    let (database, _) = store(server);
    let role = format!("auditor_{database}");
    server.sql(
        &database,
        &format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"),
    );
    let address = server.at(&database).replace("foldback@", &format!("{role}@"));
    let store = open(&address, &OpenOptions::default()).unwrap();
    assert!(store.info().read_only);
    let error = PostgresWriter::open(&address).err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::ReadOnly, "{error}");
    server.sql(&database, &format!("REVOKE ALL ON events FROM {role}"));
    let mut store = open(&address, &OpenOptions::default()).unwrap();
    assert_eq!(store.counts().unwrap_err().kind, StoreErrorKind::Denied);
}
