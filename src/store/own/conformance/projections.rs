//! What a writer promises about projections: registered once, stepped whole or not at all, made anew beside what is shown;
//! and what whoever only reads sees of them.

use smol_str::SmolStr;

use super::{json, time};
use crate::model::{Payload, Position, Timestamp};
use crate::store::own::{
    DeadLetter, MadeBy, ProjectionState, Rebuild, RowChange, Step, StoreWriter,
};
use crate::store::{EventStore, StoreError, StoreErrorKind};

/// Checks a writer; `make` gives a new, empty store each time.
pub(super) fn check(make: &impl Fn() -> Box<dyn StoreWriter>) {
    registers(&mut *make());
    steps(&mut *make());
    steps_are_whole(&mut *make());
    runners_race(&mut *make());
    carries_on_what_the_same_made(&mut *make());
    pages_rows(&mut *make());
    rebuilds(&mut *make());
    a_rebuild_that_is_behind_waits(&mut *make());
    gives_rebuilds_up(&mut *make());
    holds_what_is_shown(&mut *make());
}

fn registers(writer: &mut dyn StoreWriter) {
    let record = writer.register("list", &MadeBy::default(), &time(1)).unwrap();
    assert_eq!((record.position, record.state), (Position(0), ProjectionState::Running));
    assert_eq!((record.rebuild, record.error), (None, None));
    let failed = ProjectionState::Failed;
    writer.set_state("list", failed, Some("it broke"), &time(2)).unwrap();
    let again = writer.register("list", &MadeBy::default(), &time(3)).unwrap();
    assert_eq!((again.state, again.error.as_deref()), (failed, Some("it broke")));
    writer.register("a-list", &MadeBy::default(), &time(3)).unwrap();
    let names: Vec<_> = writer.projections().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["a-list", "list"]);
    for error in [
        writer.set_state("lost", failed, None, &time(4)).unwrap_err(),
        writer.begin_rebuild("lost", &MadeBy::default(), &time(4)).unwrap_err(),
        writer.finish_rebuild("lost", &time(4)).unwrap_err(),
        writer.abandon_rebuild("lost").unwrap_err(),
        writer.register("", &MadeBy::default(), &time(4)).unwrap_err(),
    ] {
        assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
    }
}

fn change(key: &str, row: Option<&str>) -> RowChange {
    RowChange { key: key.into(), row: row.map(json) }
}

/// A step of `list` with nothing but its place and its rows.
fn step(generation: u64, from: i64, to: i64, changes: &[RowChange]) -> Step<'_> {
    Step {
        name: "list",
        generation,
        from: Position(from),
        to: Position(to),
        changes,
        dead_letters: &[],
        settled: &[],
        time: time(to),
    }
}

fn letter(position: i64) -> DeadLetter {
    DeadLetter { position: Position(position), error: "no".into(), attempts: 3, failed: time(1) }
}

fn rows(writer: &mut dyn StoreWriter, generation: u64) -> Vec<(String, String)> {
    told(writer.rows("list", generation, None, 100))
}

fn told(rows: Result<Vec<(SmolStr, Payload)>, StoreError>) -> Vec<(String, String)> {
    let told = |(key, row): (SmolStr, Payload)| {
        (key.to_string(), String::from_utf8(row.bytes().to_vec()).unwrap())
    };
    rows.unwrap().into_iter().map(told).collect()
}

/// Whoever only reads sees of projections what the writer sees of those that are shown.
fn readers_see(writer: &mut dyn StoreWriter, reader: &mut dyn EventStore) {
    let records = writer.projections().unwrap();
    assert_eq!(reader.projections().unwrap(), records);
    for record in records {
        let (name, generation) = (record.name.as_str(), record.generation);
        let rows = writer.rows(name, generation, None, 100).unwrap();
        assert!(!rows.is_empty(), "{record:?}");
        let pairs = |rows| told(Ok(rows));
        let mut seen = reader.rows(name, None, 1).unwrap();
        let first = seen[0].0.clone();
        seen.extend(reader.rows(name, Some(&first), 100).unwrap());
        assert_eq!(pairs(seen), pairs(rows.clone()));
        for (key, row) in rows {
            assert_eq!(reader.row(name, &key).unwrap().unwrap().bytes(), row.bytes());
        }
        assert!(reader.row(name, "no such key").unwrap().is_none());
        assert_eq!(reader.dead_letters(name).unwrap(), writer.dead_letters(name).unwrap());
    }
    assert!(reader.rows("nobody", None, 9).unwrap().is_empty());
}

fn position(writer: &mut dyn StoreWriter) -> i64 {
    writer.register("list", &MadeBy::default(), &time(0)).unwrap().position.0
}

fn overtaken(answer: Result<(), StoreError>) {
    assert_eq!(answer.unwrap_err().kind, StoreErrorKind::Overtaken);
}

fn steps(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    let changes = [change("b", Some("{\"n\": 1.0}")), change("a", Some("2")), change("c", None)];
    writer.step(&step(shown, 0, 3, &changes)).unwrap();
    let changes = [change("a", None), change("b", Some("3")), change("é", Some("4"))];
    let letters = [letter(5)];
    writer.step(&Step { dead_letters: &letters, ..step(shown, 3, 7, &changes) }).unwrap();
    assert_eq!(rows(writer, shown), [("b".into(), "3".into()), ("é".into(), "4".into())]);
    assert_eq!(writer.row("list", shown, "b").unwrap().unwrap().bytes().as_ref(), b"3");
    assert!(writer.row("list", shown, "a").unwrap().is_none());
    assert_eq!(writer.dead_letters("list").unwrap(), letters);
    // One of them is dealt with later: its row is there, and the checkpoint stands where it stood.
    let (late, settled) = ([change("late", Some("1"))], [letters[0].position]);
    writer.step(&Step { settled: &settled, ..step(shown, 7, 7, &late) }).unwrap();
    assert_eq!(writer.dead_letters("list").unwrap(), letters[1..]);
    writer
        .step(&Step { dead_letters: &letters[..1], ..step(shown, 7, 7, &[change("late", None)]) })
        .unwrap();
    let mut reader = writer.reader().unwrap();
    readers_see(writer, &mut *reader);
    assert_eq!(reader.checkpoints().unwrap()[0].position, Some(Position(7)));
    let moves = reader.checkpoint_history("list").unwrap();
    assert_eq!(moves.iter().map(|one| one.position.0).collect::<Vec<_>>(), [0, 3, 7]);
}

fn steps_are_whole(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    let changes = [change("a", Some("1")), change("b", Some("{"))];
    let error = writer.step(&step(shown, 0, 3, &changes)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected);
    let far = DeadLetter { failed: Timestamp::MAX_UTC, ..letter(1) };
    let error = writer.step(&Step { dead_letters: &[far], ..step(shown, 0, 3, &changes[..1]) });
    assert_eq!(error.unwrap_err().kind, StoreErrorKind::Rejected);
    let back = writer.step(&step(shown, 3, 0, &[])).unwrap_err();
    assert_eq!(back.kind, StoreErrorKind::Rejected);
    assert_eq!((rows(writer, shown).len(), position(writer)), (0, 0));
}

fn runners_race(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    writer.step(&step(shown, 0, 3, &[change("a", Some("1"))])).unwrap();
    overtaken(writer.step(&step(shown, 0, 4, &[change("a", Some("2"))])));
    overtaken(writer.step(&step(shown + 1, 3, 4, &[change("a", Some("2"))])));
    writer.set_state("list", ProjectionState::Paused, None, &time(4)).unwrap();
    overtaken(writer.step(&step(shown, 3, 4, &[change("a", Some("2"))])));
    assert_eq!(rows(writer, shown), [("a".into(), "1".into())]);
    writer.set_state("list", ProjectionState::Running, None, &time(5)).unwrap();
    writer.step(&step(shown, 3, 4, &[change("a", Some("2"))])).unwrap();
    assert_eq!((rows(writer, shown)[0].1.as_str(), position(writer)), ("2", 4));
}

fn carries_on_what_the_same_made(writer: &mut dyn StoreWriter) {
    let by = |definition: Option<&str>, chain: Option<&str>| MadeBy {
        definition: definition.map(SmolStr::new),
        chain: chain.map(SmolStr::new),
    };
    let (first, second) = (by(Some("d1"), None), by(Some("d2"), Some("c2")));
    let rejected = |error: StoreError, part: &str| {
        assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
        assert!(error.message.contains(part), "{error}");
        error.hint.unwrap()
    };
    // Where nobody wrote it down, it is whoever comes first; a chain is one that was there.
    writer.register("list", &MadeBy::default(), &time(1)).unwrap();
    let refused = writer.register("list", &by(None, Some("c")), &time(2)).unwrap_err();
    rejected(refused, "the rows of list were made of events as they were recorded");
    for _ in 0..2 {
        assert_eq!(writer.register("list", &first, &time(2)).unwrap().made_by, first);
    }
    assert_eq!(writer.projections().unwrap()[0].made_by, first);
    for (other, part) in [
        (by(Some("d2"), None), "with another definition of it"),
        (by(Some("d1"), Some("c")), "of events as they were recorded"),
        (by(None, None), "with another definition of it"),
    ] {
        let hint = rejected(writer.register("list", &other, &time(3)).unwrap_err(), part);
        assert!(
            hint.contains("`foldback projection rebuild ") && hint.contains(" list`"),
            "{hint}"
        );
    }
    // What is made anew may be made by another, and by no third.
    let shown = writer.projections().unwrap().remove(0);
    let rebuild = writer.begin_rebuild("list", &second, &time(4)).unwrap();
    assert_eq!(rebuild.made_by, second);
    assert_eq!(writer.begin_rebuild("list", &second, &time(5)).unwrap(), rebuild);
    let refused = writer.begin_rebuild("list", &first, &time(5)).unwrap_err();
    let hint = rejected(refused, "that is under way was made of events behind a chain");
    assert!(hint.contains(" list --abandon`"), "{hint}");
    let beside = writer.projections().unwrap().remove(0);
    assert_eq!((&beside.made_by, beside.rebuild.as_ref()), (&first, Some(&rebuild)));
    assert_eq!(writer.reader().unwrap().projections().unwrap(), [beside]);
    assert!(writer.finish_rebuild("list", &time(6)).unwrap());
    let swapped = writer.register("list", &second, &time(7)).unwrap();
    assert_ne!(swapped.generation, shown.generation);
    let refused = writer.register("list", &first, &time(7)).unwrap_err();
    rejected(refused, "the rows of list were made of events behind a chain of upcasters, and now");
    let refused = writer.register("list", &by(Some("d2"), Some("c3")), &time(7)).unwrap_err();
    rejected(refused, "behind another chain of upcasters");
    // One of a rebuild that nobody wrote down either.
    writer.begin_rebuild("list", &MadeBy::default(), &time(8)).unwrap();
    assert_eq!(writer.begin_rebuild("list", &first, &time(9)).unwrap().made_by, first);
    writer.begin_rebuild("list", &by(Some("d2"), None), &time(9)).unwrap_err();
}

fn pages_rows(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    let changes: Vec<_> = ["b", "B", "aa", "a", "ä", "z"].map(|key| change(key, Some("1"))).into();
    writer.step(&step(shown, 0, 1, &changes)).unwrap();
    let (mut seen, mut after) = (Vec::new(), None::<SmolStr>);
    loop {
        let page = writer.rows("list", shown, after.as_deref(), 2).unwrap();
        let Some((last, _)) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.clone());
        seen.extend(page.into_iter().map(|(key, _)| key));
    }
    assert_eq!(seen, ["B", "a", "aa", "b", "z", "ä"]);
}

fn rebuilds(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    writer
        .step(&Step { dead_letters: &[letter(2)], ..step(shown, 0, 3, &[change("a", Some("1"))]) })
        .unwrap();
    writer.set_state("list", ProjectionState::Failed, Some("it broke"), &time(4)).unwrap();
    let rebuild = writer.begin_rebuild("list", &MadeBy::default(), &time(5)).unwrap();
    assert_eq!((rebuild.position, rebuild.started), (Position(0), time(5)));
    assert_ne!(rebuild.generation, shown);
    let made = [change("n", Some("9"))];
    let letters = [letter(1)];
    writer.step(&Step { dead_letters: &letters, ..step(rebuild.generation, 0, 2, &made) }).unwrap();
    // Who comes back goes on where it stood.
    let again = writer.begin_rebuild("list", &MadeBy::default(), &time(6)).unwrap();
    assert_eq!(again, Rebuild { position: Position(2), ..rebuild.clone() });
    let mark = writer.reader().unwrap().checkpoints().unwrap().remove(0).rebuild.unwrap();
    assert_eq!((mark.started, mark.resumed), (Some(time(5)), Some((time(6), Position(2)))));
    assert_eq!(rows(writer, shown), [("a".into(), "1".into())], "what is shown stays meanwhile");
    let mut reader = writer.reader().unwrap();
    readers_see(writer, &mut *reader);
    assert_eq!(told(reader.rows("list", None, 9)), rows(writer, shown));
    assert_eq!(writer.dead_letters("list").unwrap(), [letter(2)]);
    overtaken(writer.step(&step(rebuild.generation, 0, 2, &made)));
    writer.step(&step(rebuild.generation, 2, 3, &[])).unwrap();
    assert!(writer.finish_rebuild("list", &time(7)).unwrap());
    let record = writer.register("list", &MadeBy::default(), &time(8)).unwrap();
    assert_eq!((record.generation, record.position), (rebuild.generation, Position(3)));
    assert_eq!((record.state, record.error), (ProjectionState::Running, None));
    assert_eq!(record.rebuild, None);
    assert_eq!(rows(writer, rebuild.generation), [("n".into(), "9".into())]);
    assert_eq!(rows(writer, shown), [], "the rows of before are gone");
    assert_eq!(writer.dead_letters("list").unwrap(), letters);
    readers_see(writer, &mut *reader);
    assert_eq!(told(reader.rows("list", None, 9)), rows(writer, rebuild.generation));
    overtaken(writer.step(&step(shown, 3, 4, &[])));
    overtaken(writer.finish_rebuild("list", &time(9)).map(|_| ()));
}

fn a_rebuild_that_is_behind_waits(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    let rebuild = writer.begin_rebuild("list", &MadeBy::default(), &time(1)).unwrap().generation;
    writer.step(&step(shown, 0, 5, &[change("a", Some("1"))])).unwrap();
    writer.step(&step(rebuild, 0, 4, &[change("a", Some("2"))])).unwrap();
    assert!(!writer.finish_rebuild("list", &time(2)).unwrap());
    assert_eq!(rows(writer, shown)[0].1, "1");
    // A pause is for what is shown: the rebuild goes on, and what takes its place is paused too.
    writer.set_state("list", ProjectionState::Paused, None, &time(3)).unwrap();
    writer.step(&step(rebuild, 4, 6, &[])).unwrap();
    assert!(writer.finish_rebuild("list", &time(4)).unwrap());
    let record = writer.register("list", &MadeBy::default(), &time(5)).unwrap();
    assert_eq!((record.state, record.position), (ProjectionState::Paused, Position(6)));
}

fn holds_what_is_shown(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    overtaken(writer.hold("list", &time(9)));
    let made = writer.begin_rebuild("list", &MadeBy::default(), &time(1)).unwrap().generation;
    writer.step(&step(shown, 0, 5, &[change("a", Some("1"))])).unwrap();
    writer.hold("list", &time(9)).unwrap();
    assert_eq!(
        writer.projections().unwrap()[0].rebuild.as_ref().unwrap().held_until,
        Some(time(9))
    );
    let later = |from, to, at| Step { time: time(at), ..step(shown, from, to, &[]) };
    assert_eq!(writer.step(&later(5, 8, 8)).unwrap_err().kind, StoreErrorKind::Locked);
    // Only what is shown is held, and only so long.
    writer.step(&Step { time: time(8), ..step(made, 0, 4, &[]) }).unwrap();
    writer.step(&later(5, 6, 9)).unwrap();
    // It is over with the rebuild.
    writer.hold("list", &time(99)).unwrap();
    writer.step(&Step { time: time(20), ..step(made, 4, 6, &[]) }).unwrap();
    assert!(writer.finish_rebuild("list", &time(21)).unwrap());
    writer.step(&Step { generation: made, ..later(6, 7, 22) }).unwrap();
    let made = writer.begin_rebuild("list", &MadeBy::default(), &time(23)).unwrap();
    assert_eq!(made.held_until, None);
    writer.hold("list", &time(99)).unwrap();
    writer.abandon_rebuild("list").unwrap();
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    writer.step(&Step { generation: shown, ..later(7, 8, 24) }).unwrap();
}

fn gives_rebuilds_up(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &MadeBy::default(), &time(0)).unwrap().generation;
    writer.step(&step(shown, 0, 5, &[change("a", Some("1"))])).unwrap();
    writer.abandon_rebuild("list").unwrap();
    let first = writer.begin_rebuild("list", &MadeBy::default(), &time(1)).unwrap().generation;
    let changes = [change("x", Some("1"))];
    writer.step(&Step { dead_letters: &[letter(1)], ..step(first, 0, 2, &changes) }).unwrap();
    writer.abandon_rebuild("list").unwrap();
    assert_eq!((rows(writer, first).len(), rows(writer, shown).len()), (0, 1));
    overtaken(writer.step(&step(first, 2, 3, &[])));
    // No late step of the one that was given up can be taken for one of the next.
    let second = writer.begin_rebuild("list", &MadeBy::default(), &time(2)).unwrap();
    assert!(second.generation > first);
    assert_eq!(second.position, Position(0));
}
