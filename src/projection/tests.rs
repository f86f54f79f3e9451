//! Projections on a real store, several connections at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::model::{AggregateKey, Payload, Position, Version};
use crate::store::own::{Expected, NewEvent, OwnStore, ProjectionState, StoreWriter};
use crate::task::Halt;

/// Every event's position in the row of its aggregate, in turn: whatever is lost, doubled or out of turn shows. One
/// position may be poison; while the gate is shut, nothing goes beyond the first event.
#[derive(Default)]
struct Trail {
    poison: AtomicI64,
    shut: AtomicBool,
}

impl Projection for Trail {
    fn name(&self) -> &'static str {
        "trail"
    }

    fn handles(&self, _category: &Category, event_type: &EventType) -> bool {
        event_type.as_str() != "Noise"
    }

    fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
        let position = event.position.unwrap().0;
        while position > 1 && self.shut.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        if position == self.poison.load(Ordering::Relaxed) {
            return Err(ApplyError::because("it is poison"));
        }
        let mut trail: Vec<i64> = rows.get(event.aggregate.as_str())?.unwrap_or_default();
        trail.push(position);
        rows.put(event.aggregate.as_str(), &trail)
    }
}

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn with(events: i64) -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        let mut own = OwnStore::create(&place.path()).unwrap();
        append(&mut own, 0..events);
        place
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("own.db")
    }

    fn writer(&self) -> Box<dyn StoreWriter> {
        writer(&self.path())
    }

    fn task(&self, trail: &Arc<Trail>, policy: Policy, aim: Aim) -> Task {
        Task::begin(Arc::clone(trail), policy, aim, self.writer()).unwrap()
    }

    /// Runs one to its end; says what was told, but for progress.
    fn run(&self, trail: &Arc<Trail>, policy: Policy, aim: Aim) -> Vec<Told> {
        let mut told = Vec::new();
        let tasks = vec![self.task(trail, policy, aim)];
        run(tasks, ONCE, &Halt::default(), |_, what| told.push(what)).unwrap();
        told.retain(|what| !matches!(what, Told::Begun(_) | Told::Progress(_)));
        told
    }

    /// The rows that are shown, and the last position that they are of.
    fn shown(&self) -> (BTreeMap<String, Vec<i64>>, i64) {
        let mut writer = self.writer();
        let record = writer.projections().unwrap().remove(0);
        let rows = writer.rows("trail", record.generation, None, 10_000).unwrap();
        let read = |row: &Payload| serde_json::from_slice(row.bytes()).unwrap();
        let rows = rows.iter().map(|(key, row)| (key.to_string(), read(row))).collect();
        (rows, record.position.0)
    }

    /// The rows as they should be, without those positions.
    fn expected(&self, without: &[i64]) -> BTreeMap<String, Vec<i64>> {
        let mut reader = self.writer().reader().unwrap();
        let events = reader.scan(&crate::store::EventQuery::default(), 1_000_000).unwrap().events;
        let mut rows: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.event_type.as_str() != "Noise") {
            let position = event.position.unwrap().0;
            if !without.contains(&position) {
                rows.entry(event.aggregate.to_string()).or_default().push(position);
            }
        }
        rows
    }
}

const ONCE: Options = Options { threads: 4, follow: false };

fn writer(path: &Path) -> Box<dyn StoreWriter> {
    Box::new(OwnStore::open(path).unwrap())
}

fn append(own: &mut dyn StoreWriter, which: std::ops::Range<i64>) {
    for at in which {
        let kind = if at % 5 == 3 { "Noise" } else { "Step" };
        let data =
            Payload::json(format!("{{\"at\":{at}}}").into_bytes(), Arc::default(), Version(1));
        let key = AggregateKey::new("Walk", format!("walk-{}", at % 7));
        own.append(&key, &[NewEvent::new(kind, data)], Expected::Any).unwrap();
    }
}

/// Waits for something that has to come.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} never came");
        std::thread::yield_now();
    }
}

fn quick() -> Policy {
    Policy { events: 10, first_wait: Duration::from_millis(1), ..Policy::default() }
}

fn stopping() -> Policy {
    Policy { on_error: OnError::Stop, ..quick() }
}

#[test]
fn everything_there_is_is_handled_once_and_the_checkpoint_keeps_its_history() {
    let place = Place::with(64);
    let trail = Arc::default();
    assert_eq!(place.run(&trail, quick(), Aim::Shown), [Told::Ended(End::CaughtUp)]);
    assert_eq!(place.shown(), (place.expected(&[]), 64));
    // Nothing is new, nothing is done again; then there is more.
    place.run(&trail, quick(), Aim::Shown);
    append(&mut *place.writer(), 64..70);
    place.run(&trail, quick(), Aim::Shown);
    assert_eq!(place.shown(), (place.expected(&[]), 70));
    let moves = place.writer().reader().unwrap().checkpoint_history("trail").unwrap();
    let positions: Vec<_> = moves.iter().map(|one| one.position.0).collect();
    assert_eq!(positions, [0, 10, 20, 30, 40, 50, 60, 64, 70]);
}

#[test]
fn a_poisoned_event_is_put_aside_and_dealt_with_later() {
    let place = Place::with(30);
    let trail = Arc::new(Trail { poison: AtomicI64::new(15), ..Trail::default() });
    let told = place.run(&trail, quick(), Aim::Shown);
    let [
        Told::Failed(first),
        Told::Failed(second),
        Told::SteppedOver(letter),
        Told::Ended(End::CaughtUp),
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((first.attempts, second.attempts, letter.attempts), (1, 2, 3));
    assert_eq!((letter.position.0, letter.error.as_str()), (15, "it is poison"));
    assert_eq!(place.shown(), (place.expected(&[15]), 30));
    assert_eq!(place.writer().dead_letters("trail").unwrap(), std::slice::from_ref(letter));

    let (mut writer, now) = (place.writer(), chrono::Utc::now());
    let again = retry(&Arc::clone(&trail).into(), &mut *writer, Position(15), &now).unwrap();
    let Retried::Failed(again) = again else { panic!("{again:?}") };
    assert_eq!((again.attempts, writer.dead_letters("trail").unwrap().len()), (4, 1));
    trail.poison.store(0, Ordering::Relaxed);
    let applied = retry(&Arc::clone(&trail).into(), &mut *writer, Position(15), &now).unwrap();
    assert_eq!(applied, Retried::Applied);
    assert!(writer.dead_letters("trail").unwrap().is_empty());
    let (mut rows, position) = place.shown();
    assert_eq!(rows.get_mut("walk-0").unwrap().pop(), Some(15), "behind what came after it");
    assert_eq!(position, 30);
    assert!(
        retry(&Arc::clone(&trail).into(), &mut *writer, Position(15), &now).is_err(),
        "it is none any more"
    );
}

#[test]
fn where_it_is_to_stop_it_is_told_skipped_and_caught_up() {
    let place = Place::with(30);
    let trail = Arc::new(Trail { poison: AtomicI64::new(15), ..Trail::default() });
    let told = place.run(&trail, stopping(), Aim::Shown);
    let Some(Told::Ended(End::Stopped(poison))) = told.last() else { panic!("{told:?}") };
    assert_eq!((poison.position.0, poison.attempts), (15, 3));
    let mut writer = place.writer();
    let record = writer.projections().unwrap().remove(0);
    assert_eq!((record.state, record.position.0), (ProjectionState::Failed, 14));
    assert_eq!(record.error.as_deref(), Some("event 15 after 3 attempts: it is poison"));
    // The next run tries again, and stops again.
    let told = place.run(&trail, stopping(), Aim::Shown);
    assert!(matches!(told.last(), Some(Told::Ended(End::Stopped(_)))), "{told:?}");

    let now = chrono::Utc::now();
    let error = skip("trail", &mut *writer, Position(16), &now).unwrap_err();
    assert!(error.message.contains("stands before event 15"), "{error}");
    let letter = skip("trail", &mut *writer, Position(15), &now).unwrap();
    assert_eq!((letter.error.as_str(), letter.attempts), ("it is poison", 3));
    assert_eq!(place.run(&trail, stopping(), Aim::Shown), [Told::Ended(End::CaughtUp)]);
    assert_eq!(place.shown(), (place.expected(&[15]), 30));
    assert_eq!(writer.dead_letters("trail").unwrap().len(), 1);
    assert!(skip("trail", &mut *writer, Position(31), &now).is_err(), "nothing stops it now");
}

#[test]
fn what_follows_waits_where_an_event_stopped_it_until_somebody_says_that_it_goes_on() {
    let place = Place::with(30);
    let trail = Arc::new(Trail { poison: AtomicI64::new(15), ..Trail::default() });
    let (mut writer, now) = (place.writer(), chrono::Utc::now());
    let halt = Halt::default();
    std::thread::scope(|scope| {
        let (stop, tasks) = (halt.clone(), vec![place.task(&trail, stopping(), Aim::Shown)]);
        let options = Options { threads: 1, follow: true };
        let runs = scope.spawn(move || run(tasks, options, &stop, |_, _| {}));
        let state = || place.writer().projections().unwrap().remove(0).state;
        until("the stop", || state() == ProjectionState::Failed);
        // It tries once more where it is told to, and stops once more.
        trail.poison.store(20, Ordering::Relaxed);
        writer.set_state("trail", ProjectionState::Running, None, &now).unwrap();
        until("the next stop", || place.shown().1 == 19 && state() == ProjectionState::Failed);
        append(&mut *writer, 30..40);
        skip("trail", &mut *writer, Position(20), &now).unwrap();
        until("the end", || place.shown().1 == 40);
        assert_eq!(state(), ProjectionState::Running);
        halt.raise();
        runs.join().unwrap().unwrap();
    });
    assert_eq!(place.shown(), (place.expected(&[20]), 40));
}

#[test]
fn two_runners_of_one_projection_have_each_effect_once() {
    let place = Place::with(300);
    let trail = Arc::default();
    let tasks = (0..4).map(|_| place.task(&trail, quick(), Aim::Shown)).collect();
    run(tasks, ONCE, &Halt::default(), |_, _| {}).unwrap();
    assert_eq!(place.shown(), (place.expected(&[]), 300));
}

#[test]
fn a_rebuild_is_the_same_row_by_row_while_events_keep_coming() {
    let place = Place::with(200);
    let trail = Arc::new(Trail { poison: AtomicI64::new(77), ..Trail::default() });
    place.run(&trail, quick(), Aim::Shown);
    let before = place.writer().projections().unwrap().remove(0);
    let halt = Halt::default();
    std::thread::scope(|scope| {
        let stop = halt.clone();
        let live = [place.task(&trail, quick(), Aim::Shown)].into();
        let options = Options { threads: 1, follow: true };
        let keeps_up = scope.spawn(move || run(live, options, &stop, |_, _| {}));
        let path = place.path();
        let writes = scope.spawn(move || append(&mut *writer(&path), 200..600));
        let told = place.run(&trail, quick(), Aim::Anew);
        assert_eq!(told.last(), Some(&Told::Ended(End::Swapped)), "{told:?}");
        let after = place.writer().projections().unwrap().remove(0);
        assert!(after.generation > before.generation && after.rebuild.is_none(), "{after:?}");
        assert!(after.position >= Position(200));
        writes.join().unwrap();
        until("the end", || place.shown().1 == 600);
        halt.raise();
        keeps_up.join().unwrap().unwrap();
    });
    assert_eq!(place.shown(), (place.expected(&[77]), 600));
    assert_eq!(place.writer().dead_letters("trail").unwrap().len(), 1);
    // Nothing is left of the rows that were shown before.
    assert!(place.writer().rows("trail", before.generation, None, 1).unwrap().is_empty());
}

#[test]
fn a_rebuild_that_was_ended_goes_on_and_one_that_is_given_up_ends() {
    let place = Place::with(100);
    let trail: Arc<Trail> = Arc::default();
    place.run(&trail, quick(), Aim::Shown);
    let mut task = place.task(&trail, quick(), Aim::Anew);
    let position = |place: &Place| {
        let record = place.writer().projections().unwrap().remove(0);
        record.rebuild.map(|rebuild| rebuild.position.0)
    };
    while position(&place) != Some(30) {
        task.turn().unwrap();
    }
    drop(task);
    let mut task = place.task(&trail, quick(), Aim::Anew);
    assert_eq!(position(&place), Some(30), "not from the beginning");
    place.writer().abandon_rebuild("trail").unwrap();
    let end = loop {
        match task.turn().unwrap() {
            Turn::More => {}
            turn => break turn,
        }
    };
    assert_eq!(end, Turn::Ended(End::Abandoned));
    assert_eq!(place.shown(), (place.expected(&[]), 100));
}

#[test]
fn what_another_definition_made_anew_is_not_carried_on_by_the_one_of_before() {
    /// A trail that says that it is another.
    struct Second(Trail);
    impl Projection for Second {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn definition(&self) -> SmolStr {
            "2".into()
        }
        fn handles(&self, category: &Category, event_type: &EventType) -> bool {
            self.0.handles(category, event_type)
        }
        fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
            self.0.apply(rows, event)?;
            rows.put("made by", &[2])
        }
    }
    let place = Place::with(100);
    let trail: Arc<Trail> = Arc::default();
    let second = Arc::new(Second(Trail::default()));
    let begin = |aim| Task::begin(Arc::clone(&second), quick(), aim, place.writer());
    let to_the_end = |task: &mut Task| loop {
        match task.turn().unwrap() {
            Turn::More => {}
            turn => break turn,
        }
    };
    let mut first = place.task(&trail, quick(), Aim::Shown);
    assert_eq!(to_the_end(&mut first), Turn::Rest);
    let before = place.writer().projections().unwrap();
    let refused = begin(Aim::Shown).err().unwrap();
    assert!(refused.message.ends_with("made with another definition of it"), "{refused}");
    assert_eq!(place.writer().projections().unwrap(), before);
    // Both go on side by side until the new rows are shown.
    let mut anew = begin(Aim::Anew).unwrap();
    append(&mut *place.writer(), 100..110);
    first.look();
    assert_eq!(to_the_end(&mut first), Turn::Rest);
    assert_eq!(to_the_end(&mut anew), Turn::Ended(End::Swapped));
    append(&mut *place.writer(), 110..120);
    first.look();
    assert_eq!(to_the_end(&mut first), Turn::Ended(End::Superseded));
    assert_eq!(place.shown().1, 110, "it has done nothing to rows of another");
    assert_eq!(to_the_end(&mut begin(Aim::Shown).unwrap()), Turn::Rest);
    let (now, mut writer) = (chrono::Utc::now(), place.writer());
    let record = writer.projections().unwrap().remove(0);
    assert_eq!((record.position, record.made_by.definition), (Position(120), Some("2".into())));
    assert_eq!(
        writer.row("trail", record.generation, "made by").unwrap().unwrap().bytes()[..],
        *b"[2]"
    );
    // One that waits hears of it as well.
    writer.set_state("trail", ProjectionState::Paused, None, &now).unwrap();
    let mut waits = begin(Aim::Shown).unwrap();
    assert_eq!(to_the_end(&mut waits), Turn::Paused);
    place.run(&trail, quick(), Aim::Anew);
    assert_eq!(to_the_end(&mut waits), Turn::Paused);
    writer.set_state("trail", ProjectionState::Running, None, &now).unwrap();
    assert_eq!(to_the_end(&mut waits), Turn::Ended(End::Superseded));
}

#[test]
fn pausing_takes_effect_within_a_page_from_another_connection_and_so_does_going_on() {
    let place = Place::with(200);
    let trail = Arc::new(Trail { shut: AtomicBool::new(true), ..Trail::default() });
    let mut writer = place.writer();
    let now = chrono::Utc::now();
    let halt = Halt::default();
    let (say, hear) = std::sync::mpsc::sync_channel(1_000);
    std::thread::scope(|scope| {
        let (stop, tasks) = (halt.clone(), vec![place.task(&trail, quick(), Aim::Shown)]);
        let options = Options { threads: 1, follow: true };
        let runs = scope.spawn(move || run(tasks, options, &stop, |_, what| drop(say.send(what))));
        let told = |wanted: &Told| {
            until("what is told", || hear.try_recv().is_ok_and(|what| what == *wanted));
        };
        // It works on its first page.
        writer.set_state("trail", ProjectionState::Paused, None, &now).unwrap();
        trail.shut.store(false, Ordering::Relaxed);
        told(&Told::Paused);
        assert_eq!(place.shown().1, 0, "what was done of the page is not written down");
        writer.set_state("trail", ProjectionState::Running, None, &now).unwrap();
        told(&Told::Resumed);
        until("the end", || place.shown().1 == 200);
        // At rest it hears of it too.
        writer.set_state("trail", ProjectionState::Paused, None, &now).unwrap();
        told(&Told::Paused);
        append(&mut *writer, 200..210);
        assert_eq!(place.shown().1, 200);
        halt.raise();
        runs.join().unwrap().unwrap();
    });
    assert_eq!(place.run(&trail, quick(), Aim::Shown).last(), Some(&Told::Ended(End::Paused)));
    writer.set_state("trail", ProjectionState::Running, None, &now).unwrap();
    place.run(&trail, quick(), Aim::Shown);
    assert_eq!(place.shown(), (place.expected(&[]), 210));
}

#[test]
fn more_projections_than_threads_take_turns() {
    struct Named(String, Trail);
    impl Projection for Named {
        fn name(&self) -> &str {
            &self.0
        }
        fn handles(&self, category: &Category, event_type: &EventType) -> bool {
            self.1.handles(category, event_type)
        }
        fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
            self.1.apply(rows, event)
        }
    }
    let place = Place::with(100);
    let task = |at: i32| {
        let named = Named(format!("trail-{at}"), Trail::default());
        Task::begin(Arc::new(named), quick(), Aim::Shown, place.writer()).unwrap()
    };
    let mut ended = Vec::new();
    let options = Options { threads: 2, follow: false };
    run((0..7).map(task).collect(), options, &Halt::default(), |name, told| {
        if told == Told::Ended(End::CaughtUp) {
            ended.push(name.to_owned());
        }
    })
    .unwrap();
    ended.sort();
    assert_eq!(ended, (0..7).map(|at| format!("trail-{at}")).collect::<Vec<_>>());
    let records = place.writer().projections().unwrap();
    assert!(records.iter().all(|record| record.position == Position(100)), "{records:?}");
}

#[test]
fn a_rebuild_ends_beside_rows_that_are_always_faster_and_a_writer_that_never_pauses() {
    let place = Place::with(50);
    let trail = Arc::default();
    place.run(&trail, quick(), Aim::Shown);
    let mut own = place.writer();
    let few = Policy { events: 3, ..quick() };
    let mut live = place.task(&trail, quick(), Aim::Shown);
    let mut rebuild = place.task(&trail, few, Aim::Anew);
    let (mut next, mut waits, mut told) = (50, 0, Vec::new());
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never ends");
        let turn = rebuild.turn().unwrap();
        told.extend(rebuild.told());
        if let Turn::Ended(end) = turn {
            assert_eq!(end, End::Swapped);
            break;
        }
        // Before it has done one thing, events came, and what is shown has them all, where it is not held.
        append(&mut *own, next..next + 7);
        next += 7;
        live.look();
        waits += loop {
            match live.turn().unwrap() {
                Turn::More => {}
                Turn::Rest => break 0,
                Turn::Wait(_) => break 1,
                other => panic!("{other:?}"),
            }
        };
    }
    let held: Vec<_> = told.iter().filter(|what| matches!(what, Told::Held(_))).collect();
    assert!(held.len() == 1 && waits > 0, "{held:?}, {waits} waits");
    // What was held goes on with the rows that took its place.
    until("the end", || matches!(live.turn().unwrap(), Turn::Rest));
    assert_eq!(place.shown(), (place.expected(&[]), next));
}

#[test]
fn a_rebuild_that_nobody_keeps_up_with_ends_beside_a_writer_that_never_pauses() {
    let place = Place::with(50);
    let trail = Arc::default();
    place.run(&trail, quick(), Aim::Shown);
    let mut own = place.writer();
    let mut rebuild = place.task(&trail, Policy { events: 3, ..quick() }, Aim::Anew);
    let mut next = 50;
    let end = loop {
        assert!(next < 50_000, "it never ends");
        if let Turn::Ended(end) = rebuild.turn().unwrap() {
            break end;
        }
        append(&mut *own, next..next + 20);
        next += 20;
    };
    assert_eq!(end, End::Swapped);
    let (rows, position) = place.shown();
    assert!(position >= 50, "{position}");
    let upto =
        |trail: &Vec<i64>| trail.iter().copied().filter(|at| *at <= position).collect::<Vec<_>>();
    let expected: BTreeMap<_, _> =
        place.expected(&[]).iter().map(|(key, trail)| (key.clone(), upto(trail))).collect();
    assert_eq!(rows, expected);
}

#[test]
fn progress_is_told_and_ends_at_all() {
    let place = Place::with(95);
    let mut last = None;
    let tasks = vec![place.task(&Arc::default(), quick(), Aim::Shown)];
    run(tasks, ONCE, &Halt::default(), |_, told| {
        if let Told::Progress(progress) = told {
            assert!(progress.done <= progress.of);
            last = Some((progress.done, progress.of, progress.left));
        }
    })
    .unwrap();
    assert_eq!(last, Some((95, 95, Some(Duration::ZERO))));
}
