use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::*;
use crate::model::time::parse_recorded;
use crate::store::conformance;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings").join(name)
}

fn all(store: &mut dyn EventStore) -> Vec<Event> {
    conformance::scan_all(store, &EventQuery::default(), 100)
}

fn codes(store: &dyn EventStore) -> Vec<&'static str> {
    store.info().findings.iter().map(|finding| finding.code).collect()
}

/// A file in a directory of its own, with what `text` says.
fn file(name: &str, text: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    (dir, path)
}

fn line(id: &str, version: u64) -> String {
    format!(
        "{{\"aggregate\":\"{id}\",\"version\":{version},\"type\":\"Moved\",\"data\":{{\"n\":{version}}}}}\n"
    )
}

fn refused(text: impl AsRef<[u8]>) -> StoreError {
    let (_dir, path) = file("x.jsonl", text);
    open(&path).map(|store| store.info().clone()).unwrap_err()
}

#[test]
fn cloud_events_are_read_by_subject_and_sequence() {
    let mut store = open(&fixture("cloudevents.jsonl")).unwrap();
    assert_eq!((store.info().layout.as_str(), store.info().confidence), ("cloudevents", 100));
    assert_eq!(codes(&*store), [""; 0]);
    let events = all(&mut *store);
    assert_eq!(events.len(), 300);
    let first = &events[0];
    assert_eq!(first.aggregate.as_str(), "bankaccount/85f27ac06044527bb21d4868b4ce5eb1");
    assert_eq!(first.category.as_str(), "bankaccount");
    assert_eq!(first.version, Version(1));
    assert_eq!(first.event_type.as_str(), "shop.bankaccount.opened.v1");
    assert_eq!(store.short_type(&first.event_type), "opened.v1");
    assert_eq!(first.time, parse_recorded("2024-01-02T08:09:02.542526Z"));
    assert_eq!(
        &first.data.bytes()[..],
        r#"{"owner": "Zoë Müller", "opened_on": "2024-01-02T08:09:02.542526+00:00"}"#.as_bytes()
    );
    assert_eq!(
        &first.metadata.as_ref().unwrap().bytes()[..],
        br#"{"source":"/shop/bankaccounts","correlationid":"bdd640fb-0667-4ad1-9c80-317fa3b1799d"}"#
    );
    conformance::check(&mut *store, &events);
}

#[test]
fn a_batch_reads_as_its_lines_do() {
    let lines = fs::read_to_string(fixture("cloudevents.jsonl")).unwrap();
    let array = format!("[\n{}\n]", lines.trim_end().replace('\n', ",\n"));
    let (_dir, path) = file("batch.json", &array);
    let expected = all(&mut *open(&fixture("cloudevents.jsonl")).unwrap());
    let mut store = open(&path).unwrap();
    conformance::same_events(&all(&mut *store), &expected, "a batch");

    let (_dir, path) = file("batch.json", array.get(..array.len() / 2).unwrap());
    let mut store = open(&path).unwrap();
    assert_eq!(codes(&*store), ["recording-truncated"]);
    let part = all(&mut *store);
    assert!(part.len() > 140, "{}", part.len());
    conformance::same_events(&part, expected.get(..part.len()).unwrap(), "half a batch");
}

#[test]
fn a_sequence_that_is_too_large_is_no_version() {
    let event = |id: u8, sequence: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"e{id}\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"o-1\",\
             \"sequence\":\"{sequence}\",\"data\":{{}}}}\n"
        )
    };
    let text = event(1, "1") + &event(2, "18446744073709551615") + &event(3, "9223372036854775808");
    let (_dir, path) = file("x.jsonl", text);
    let events = all(&mut *open(&path).unwrap());
    let told: Vec<_> = events.iter().map(|e| (e.version.0, e.findings.len())).collect();
    assert_eq!(told, [(1, 0), (2, 1), (3, 1)]);
    assert!(events[1].findings[0].message.contains("18446744073709551615"));
}

#[test]
fn a_sequence_of_the_whole_source_is_no_version() {
    let event = |subject: &str, sequence: u64| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{sequence}\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"{subject}\",\"sequence\":\"{sequence}\"}}\n"
        )
    };
    let text: String =
        [("a/1", 1), ("a/2", 2), ("a/3", 3), ("a/1", 4)].map(|(s, n)| event(s, n)).concat();
    let (_dir, path) = file("x.jsonl", &text);
    let mut store = open(&path).unwrap();
    let events = all(&mut *store);
    assert_eq!(events.iter().map(|event| event.version.0).collect::<Vec<_>>(), [1, 1, 1, 2]);
    assert_eq!(
        &events[3].metadata.as_ref().unwrap().bytes()[..],
        br#"{"source":"/s","sequence":"4"}"#
    );
    assert_eq!(codes(&*store), ["versions-counted"]);

    let text: String =
        [("a/1", 0), ("a/2", 0), ("a/1", 1), ("a/2", 2)].map(|(s, n)| event(s, n)).concat();
    let (_dir, path) = file("x.jsonl", &text);
    let mut store = open(&path).unwrap();
    let versions: Vec<_> = all(&mut *store).iter().map(|event| event.version.0).collect();
    assert_eq!(versions, [1, 1, 2, 3], "counted from 0, and the gap is kept");
}

#[test]
fn broken_lines_are_told_and_the_rest_is_read() {
    let mut store = open(&fixture("broken.jsonl")).unwrap();
    let messages: Vec<_> =
        store.info().findings.iter().map(|finding| finding.message.clone()).collect();
    assert_eq!(
        messages,
        [
            "line 2 is left out: EOF while parsing an object at column 105",
            "line 3 is left out: expected ident at column 2",
            "line 6 is left out: it is a JSON object with eventVersion, userIdentity, and neither an event (`aggregate`, `type`) nor a CloudEvent 1.0 (`specversion`, `id`, `source`, `type`)",
            "line 9 is left out: it is not UTF-8 from byte 78 on",
            "2 of 4 events have no version and are numbered in the order of the file",
        ]
    );
    let events = all(&mut *store);
    assert_eq!(events.len(), 4);
    assert_eq!(&events[0].data.bytes()[..], br#"{ "customer": "cust-12", "total": 19.90 }"#);
    assert_eq!(events[0].schema.as_deref(), Some("1"));
    assert_eq!(
        events[1].findings[0].message,
        "its time is \"yesterday\", which is no RFC 3339 time"
    );
    assert_eq!(events[1].findings[0].version, Some(Version(3)));
    assert_eq!((&events[2].data.bytes()[..], events[2].data.is_json()), (&[0xff, 0][..], false));
    assert_eq!(events[3].version, Version(2));
    assert_eq!(&events[3].data.bytes()[..], b"12345678901234567890.120");
    conformance::check(&mut *store, &events);
}

#[test]
fn what_is_no_recording_is_refused_with_what_it_looks_like() {
    let error = refused("id;name\n1;Ana\n");
    assert_eq!(error.kind, StoreErrorKind::NotAStore);
    assert!(error.message.ends_with("its first line looks like `id;name`"), "{error}");
    assert!(refused("").message.ends_with("is empty"));
    assert!(refused("\n \n").message.ends_with("nothing but blank lines"));
    assert!(refused("[]").message.ends_with("a JSON array without an element"));
    assert!(refused("[").message.contains("the text ends inside the array"));
    let packed = zstd::encode_all(&include_bytes!("state.rs")[..], 1).unwrap();
    let cut = refused(&packed[..packed.len() / 4]);
    assert!(cut.message.contains("the compressed data ends early or is damaged"), "{cut}");
    assert!(refused(b"\xff\xfe{\0").message.contains("UTF-16"));
    assert!(refused("{\"specversion\":\"0.3\",\"id\":\"1\"}").message.contains("specversion"));
    let dir = tempfile::tempdir().unwrap();
    assert!(open(dir.path()).map(|_| ()).unwrap_err().message.ends_with("not a recording"));
    let missing = open(&dir.path().join("x.jsonl")).map(|_| ()).unwrap_err();
    assert_eq!(missing.kind, StoreErrorKind::NotFound);
}

#[test]
fn a_recording_that_grows_is_read_on() {
    let (dir, path) = file("live.jsonl", line("a", 1) + &line("b", 1));
    let mut store = open(&path).unwrap();
    let mut other = store.reopen().unwrap();
    let before = store.head().unwrap();
    let mut writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let next = line("a", 2);
    let (half, rest) = next.split_at(20);

    writer.write_all(half.as_bytes()).unwrap();
    assert_eq!(store.head().unwrap(), before);
    assert_eq!(codes(&*store), ["line-unfinished"]);

    writer.write_all(rest.as_bytes()).unwrap();
    assert_ne!(store.head().unwrap(), before);
    assert_eq!(codes(&*store), [""; 0]);
    let query = EventQuery { after: before.cursor, ..EventQuery::default() };
    assert_eq!(store.scan(&query, 10).unwrap().events.len(), 1);
    assert_eq!(other.scan(&query, 10).unwrap().events.len(), 1, "every handle sees it");

    // Without its end a whole object is an event already, and is not read twice when the end comes.
    writer.write_all(line("a", 3).trim_end().as_bytes()).unwrap();
    other.head().unwrap();
    writer.write_all(format!("\n{}oops\n", line("a", 4)).as_bytes()).unwrap();
    other.head().unwrap();
    let events = all(&mut *store);
    assert_eq!(events.iter().map(|event| event.version.0).collect::<Vec<_>>(), [1, 1, 2, 3, 4]);
    let message = &other.info().findings[0].message;
    assert_eq!(message, "line 6 is left out: expected value at column 1");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside the file");
}

#[test]
fn a_recording_that_is_written_anew_is_read_again() {
    let (_dir, path) = file("live.jsonl", line("a", 1) + &line("b", 1));
    let mut store = open(&path).unwrap();
    fs::write(&path, line("a", 1) + &line("b", 1) + &line("b", 2)).unwrap();
    assert_eq!(store.head().unwrap().generation, 0, "it has grown");
    fs::write(&path, line("c", 1)).unwrap();
    assert_eq!(store.head().unwrap().generation, 1);
    assert_eq!(all(&mut *store).len(), 1);
    assert_eq!(codes(&*store), ["recording-rewritten"]);
    fs::write(&path, line("d", 1) + &line("d", 2) + &line("d", 3)).unwrap();
    store.head().unwrap();
    assert_eq!(store.counts().unwrap(), Counts { aggregates: 1, events: 3 });
}

#[test]
fn a_compressed_recording_is_known_by_its_bytes_and_read_as_far_as_it_goes() {
    let lines = fs::read(fixture("cloudevents.jsonl")).unwrap();
    let packed = zstd::encode_all(&lines[..], 3).unwrap();
    let (_dir, path) = file("no-name-for-it", &packed);
    let mut store = open(&path).unwrap();
    assert_eq!(all(&mut *store).len(), 300);
    assert!(store.info().why[0].starts_with("300 of 300 zstd-compressed lines"));

    // Several frames, as an encoder writes that flushes often, cut in the last.
    let mut frames: Vec<u8> = Vec::new();
    for chunk in lines.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>().chunks(50) {
        frames.extend(zstd::encode_all(&chunk.concat()[..], 3).unwrap());
    }
    let (_dir, path) = file("cut.jsonl.zst", frames.get(..frames.len() - 100).unwrap());
    let mut store = open(&path).unwrap();
    assert_eq!(all(&mut *store).len(), 250);
    let cut = store.info().findings.iter().find(|f| f.code == "recording-truncated").unwrap();
    assert!(cut.message.starts_with("only the first 250 events of "), "{}", cut.message);
}

#[test]
fn opening_a_large_recording_is_stopped_and_leaves_nothing() {
    let text: String = (1..=5000).map(|version| line("a", version)).collect();
    let packed = zstd::encode_all(text.as_bytes(), 1).unwrap();
    let array = format!("[{}]", text.trim_end().replace('\n', ","));
    let scratch = tempfile::tempdir().unwrap();
    for bytes in [text.as_bytes(), &packed, array.as_bytes()] {
        let (_dir, path) = file("x.jsonl", bytes);
        let stop = Stop::default();
        stop.interrupter().interrupt();
        let error = open_with(&path, scratch.path(), &stop).err().unwrap();
        assert!(error.is_interrupted(), "{error}");
        let mut store = open_with(&path, scratch.path(), &Stop::default()).unwrap();
        assert_eq!(store.counts().unwrap().events, 5000);
        drop(store);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}

#[test]
fn reading_on_is_stopped_and_goes_on_where_it_was() {
    let text = |from: u64, to: u64| (from..=to).map(|at| line("a", at)).collect::<String>();
    let (_dir, path) = file("live.jsonl", text(1, 10));
    let mut state = State::load(&path, Path::new(USUAL_SCRATCH), &Stop::default()).unwrap();
    let mut writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
    writer.write_all(text(11, 10_000).as_bytes()).unwrap();
    let stop = Stop::default();
    stop.interrupter().interrupt();
    let error = state.follow(Path::new(USUAL_SCRATCH), &stop).unwrap_err();
    assert!(error.is_interrupted());
    let part = state.index.len();
    assert!((10..10_000).contains(&part), "{part}");
    state.follow(Path::new(USUAL_SCRATCH), &Stop::default()).unwrap();
    let key = AggregateKey::new("", "a");
    let rows = state.index.read(&key, Version::ZERO, 20_000);
    let events = state.events(&rows, &Stop::default()).unwrap().unwrap();
    let versions: Vec<u64> = events.iter().map(|event| event.version.0).collect();
    assert_eq!(versions, (1..=10_000).collect::<Vec<_>>());
}

#[test]
fn a_page_never_mixes_two_states_of_a_file() {
    let key = AggregateKey::new("", "a");
    for packed in [false, true] {
        let text = |value: &str| {
            let text = format!("{{\"aggregate\":\"a\",\"type\":\"Moved\",\"data\":\"{value}\"}}\n");
            if packed { zstd::encode_all(text.as_bytes(), 1).unwrap() } else { text.into_bytes() }
        };
        let (dir, path) = file("x", text("old"));
        let mut store = open(&path).unwrap();
        let read = |store: &mut dyn EventStore| {
            let events = store.read(&key, Version::ZERO, 10).unwrap();
            let data: Vec<_> = events
                .iter()
                .map(|e| String::from_utf8(e.data.bytes().to_vec()).unwrap())
                .collect();
            data.concat()
        };
        assert_eq!(read(&mut *store), "\"old\"");
        // Another file takes its name, with lines of another length.
        fs::write(dir.path().join("y"), text("much newer")).unwrap();
        fs::rename(dir.path().join("y"), &path).unwrap();
        assert_eq!(read(&mut *store), "\"much newer\"", "packed: {packed}");
        assert!(codes(&*store).contains(&"recording-rewritten"));
        // The same file is cut off and written again.
        fs::write(&path, text("x")).unwrap();
        assert_eq!(read(&mut *store), "\"x\"", "packed: {packed}");
        fs::remove_file(&path).unwrap();
        let error = store.read(&key, Version::ZERO, 10).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::NotFound);
    }
}

#[test]
fn a_file_that_is_cut_off_under_a_page_is_noticed() {
    let (_dir, path) = file("x.jsonl", line("a", 1) + &line("a", 2));
    let state = State::load(&path, Path::new(USUAL_SCRATCH), &Stop::default()).unwrap();
    let rows = state.index.read(&AggregateKey::new("", "a"), Version::ZERO, 9);
    assert_eq!(state.events(&rows, &Stop::default()).unwrap().unwrap().len(), 2);
    let append = |text: &str| {
        let mut writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    };
    append(&line("b", 1));
    let read = state.events(&rows, &Stop::default()).unwrap();
    assert_eq!(read.map(|events| events.len()), Some(2), "what was added disturbs nothing");
    fs::write(&path, line("c", 1)).unwrap();
    assert!(state.events(&rows, &Stop::default()).unwrap().is_none());
}

#[test]
fn elements_of_an_array_are_told_as_such() {
    let (_dir, path) = file("x.json", format!("[{},oops]", line("a", 1)));
    let store = open(&path).unwrap();
    let message = &store.info().findings[0].message;
    assert_eq!(message, "element 2 is left out: expected value at column 1");
}

#[test]
fn a_packed_recording_is_gone_through_once_and_nothing_of_it_is_left() {
    let scratch = tempfile::tempdir().unwrap();
    let lines = fs::read(fixture("cloudevents.jsonl")).unwrap();
    let (_dir, path) = file("x.jsonl.zst", zstd::encode_all(&lines[..], 3).unwrap());
    let mut store = open_with(&path, scratch.path(), &Stop::default()).unwrap();
    let events = all(&mut *store);
    conformance::check(&mut *store, &events);
    let expected = all(&mut *open(&fixture("cloudevents.jsonl")).unwrap());
    conformance::same_events(&events, &expected, "packed");
    drop(store);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);

    let nowhere = scratch.path().join("none");
    let error = open_with(&path, &nowhere, &Stop::default()).err().unwrap();
    assert!(error.message.contains("cannot be unpacked into"), "{error}");
    assert!(error.hint.unwrap().contains("zstd -d"));
}
