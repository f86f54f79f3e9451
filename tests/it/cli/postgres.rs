//! The commands on a store of foldback's own in a PostgreSQL database.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::Value;

use super::{foldback, lines, text};
use crate::support::postgres::{PASSWORD, Server, server};

/// The one value that a command prints.
fn json(line: &str) -> Value {
    let mut said = lines(line);
    assert_eq!(said.len(), 1, "{line}");
    said.remove(0)
}

/// A copy of the shop in a database of its own: its address, with the password.
fn shop(server: &Server) -> String {
    let address = server.by_tcp(&server.database());
    let report = json(&format!("import demo:shop {address} --json"));
    assert!(report["events"].as_u64().unwrap() > 100, "{report}");
    assert!(!report.to_string().contains(PASSWORD), "{report}");
    address
}

#[test]
fn every_command_answers_as_it_does_on_a_file() {
    let Some(server) = server() else { return };
    let address = shop(server);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db").display().to_string();
    json(&format!("import demo:shop {file} --json"));
    for command in [
        "aggregates STORE --json",
        "aggregates STORE --match 47 --limit 3 --json",
        "events STORE --json --limit 50",
        "events STORE order-4711 --json",
        "log STORE order-4711 --json",
        "blame STORE order-4711 --json",
        "history STORE order-4711 .status --json",
        "diff STORE order-4711 1 --json",
        "state STORE order-4711 --json",
        "events STORE --upcasted --limit 50 --json --upcast ../../assets/upcast/shop.yaml",
        "upcast check STORE --json --upcast ../../assets/upcast/shop.yaml",
    ] {
        let (here, there) = (command.replace("STORE", &file), command.replace("STORE", &address));
        assert_eq!(lines(&there), lines(&here), "{command}");
    }
    // Whether readers understand writers is asked of the whole store; that some do not is an answer too.
    for (mode, status) in [("backward", 0), ("forward", 1), ("full", 1)] {
        let check = |store: &str| {
            let line = format!("upcast check {store} --mode {mode} --json --upcast");
            let chain = "../../assets/upcast/shop.yaml";
            let ran = foldback().args(line.split(' ')).arg(chain).output().unwrap();
            (ran.status.code(), text(&ran.stdout))
        };
        let (here, there) = (check(&file), check(&address));
        assert_eq!(there.0, Some(status), "{mode}: {}", there.1);
        assert_eq!(there, here, "{mode}");
    }
    let info = json(&format!("info {address} --json"));
    let told = |key: &str| info[key].clone();
    assert_eq!((told("backend"), told("read_only")), ("PostgreSQL".into(), false.into()));
    assert!(!info.to_string().contains(PASSWORD), "{info}");
    let (out, back) = (dir.path().join("shop.jsonl"), dir.path().join("again.jsonl"));
    json(&format!("export {address} {} --json", out.display()));
    json(&format!("export {file} {} --json", back.display()));
    let events = |path| -> Vec<Value> {
        let text = std::fs::read_to_string(path).unwrap();
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        all.filter(|line| line.get("version").is_some() && line.get("type").is_some()).collect()
    };
    assert_eq!(events(out), events(back));
}

#[test]
fn a_password_is_shown_nowhere_and_may_come_from_the_environment() {
    let Some(server) = server() else { return };
    let address = shop(server);
    let without = address.replace(&format!(":{PASSWORD}@"), "@");
    let ran = foldback().args(["info", &without]).output().unwrap();
    assert_eq!(ran.status.code(), Some(3));
    let said = text(&ran.stderr);
    assert!(said.contains("wants a password"), "{said}");
    let ran = foldback().args(["info", &without]).env("PGPASSWORD", PASSWORD).output().unwrap();
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let wrong = address.replace(PASSWORD, "wr0ng");
    for arguments in [
        vec![&*address],
        vec!["info", &address],
        vec!["info", &wrong],
        vec!["import", "demo:shop", &address],
        vec!["export", &address, &address],
    ] {
        let ran = foldback().args(&arguments).output().unwrap();
        let said = text(&ran.stdout) + &text(&ran.stderr);
        assert!(!said.contains(PASSWORD) && !said.contains("wr0ng"), "{arguments:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_password_may_stand_in_a_file_that_only_its_owner_reads_and_the_rest_in_the_environment() {
    use std::os::unix::fs::PermissionsExt;
    let Some(server) = server() else { return };
    let address = shop(server);
    let database = address.rsplit('/').next().unwrap();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    let may = |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    let line = format!("localhost:{}:{database}:foldback:{PASSWORD}\n", server.port);
    std::fs::write(&file, line).unwrap();
    may(0o600);
    let info = |variables: &[(&str, &std::ffi::OsStr)]| {
        let mut command = foldback();
        command.args(["info", "postgres://", "--json"]).env("HOME", home.path());
        command.env("PGHOST", "localhost").env("PGPORT", server.port.to_string());
        command.env("PGUSER", "foldback").env("PGDATABASE", database).env_remove("PGPASSWORD");
        command.envs(variables.iter().copied());
        let ran = command.output().unwrap();
        (ran.status.code(), text(&ran.stdout) + &text(&ran.stderr))
    };
    let (status, said) = info(&[]);
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
    may(0o644);
    let (status, said) = info(&[]);
    assert_eq!(status, Some(3), "{said}");
    assert!(
        said.contains("wants a password") && said.contains("~/.pgpass, which only you"),
        "{said}"
    );
    may(0o600);
    let elsewhere = home.path().join("elsewhere");
    std::fs::rename(&file, &elsewhere).unwrap();
    assert_eq!(info(&[]).0, Some(3));
    assert_eq!(info(&[("PGPASSFILE", elsewhere.as_os_str())]).0, Some(0));
}

#[test]
fn what_is_appended_is_followed() {
    let Some(server) = server() else { return };
    let address = server.at(&server.database());
    let append = |create: &[&str]| {
        let mut child = foldback()
            .args(["append", &address, "Order/order-1", "-"])
            .args(create)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"{\"type\":\"Placed\",\"data\":{\"n\":1}}\n")
            .unwrap();
        let ran = child.wait_with_output().unwrap();
        assert!(ran.status.success(), "{}", text(&ran.stderr));
    };
    append(&["--create"]);
    let mut follower = foldback()
        .args(["events", &address, "--follow", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut position = || {
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str::<Value>(&line).unwrap()["position"].clone()
    };
    assert_eq!(position(), 1);
    for at in 2..5 {
        append(&[]);
        assert_eq!(position(), at);
    }
    follower.kill().unwrap();
    follower.wait().unwrap();
}
