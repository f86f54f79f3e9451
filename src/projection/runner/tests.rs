use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::model::{AggregateId, Category, EventType, Version};
use crate::projection::{Projection, Rows};

/// Keeps the positions of every event of each letter, fails at some as often as it is told to, and counts its attempts.
#[derive(Default)]
struct Letters {
    fails: BTreeMap<i64, u32>,
    tried: Mutex<BTreeMap<i64, u32>>,
}

impl Projection for Letters {
    fn name(&self) -> &'static str {
        "letters"
    }

    fn handles(&self, _category: &Category, event_type: &EventType) -> bool {
        event_type.as_str() != "passed-over"
    }

    fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
        let position = event.position.unwrap().0;
        let mut all: Vec<i64> = rows.get(event.aggregate.as_str())?.unwrap_or_default();
        all.push(position);
        rows.put(event.aggregate.as_str(), &all)?;
        rows.put("last", &position)?;
        let mut tried = self.tried.lock().unwrap();
        let tried = tried.entry(position).or_default();
        *tried += 1;
        if *tried <= self.fails.get(&position).copied().unwrap_or_default() {
            return Err(ApplyError::because(format!("attempt {tried}")));
        }
        Ok(())
    }
}

fn event(position: i64, letter: char, event_type: &str) -> Event {
    Event {
        position: Some(Position(position)),
        aggregate: AggregateId::new(letter.to_string()),
        category: Category::default(),
        version: Version(1),
        event_type: EventType::new(event_type),
        id: None,
        time: None,
        schema: None,
        data: Payload::json(&b"{}"[..], Arc::default(), Version(1)),
        metadata: None,
        findings: Vec::new(),
    }
}

/// A store in memory, with a clock that goes only where somebody waits.
#[derive(Default)]
struct World {
    events: Vec<Event>,
    rows: BTreeMap<SmolStr, String>,
    checkpoint: i64,
    letters: Vec<DeadLetter>,
    clock: Duration,
    writes: Vec<(i64, usize)>,
    waits: Vec<Duration>,
    said: Vec<u32>,
}

impl World {
    fn of(events: impl Iterator<Item = Event>) -> Self {
        Self { events: events.collect(), ..Self::default() }
    }

    fn now(&self) -> Now {
        let time = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        Now { elapsed: self.clock, time }
    }

    /// Does what the runner needs, so many times at most; says what it came to.
    fn drive(&mut self, runner: &mut Runner, times: usize) -> Option<Next> {
        for _ in 0..times {
            match runner.next(self.now()) {
                Next::Read { after, limit } => {
                    let new = self.events.iter().filter(|event| event.position > Some(after));
                    runner.read(new.take(limit).cloned().collect());
                }
                Next::Fetch(key) => {
                    let row = self.rows.get(&key);
                    let json = |text: &String| {
                        Payload::json(text.as_bytes(), Arc::default(), Version::ZERO)
                    };
                    runner.fetched(key, row.map(json).as_ref());
                }
                Next::Write => self.write(runner),
                Next::Wait(until, news) => {
                    self.said.extend(news.map(|poison| poison.attempts));
                    self.waits.push(until.checked_sub(self.clock).unwrap());
                    self.clock = until;
                }
                next @ (Next::Rest | Next::Stopped(_)) => return Some(next),
            }
        }
        None
    }

    fn write(&mut self, runner: &mut Runner) {
        let now = self.now();
        let step = runner.step(now);
        assert_eq!(step.from.0, self.checkpoint, "a step begins where the last one ended");
        assert!(step.to > step.from, "a step is one forward");
        for change in step.changes {
            match &change.row {
                Some(row) => {
                    let text = String::from_utf8(row.bytes().to_vec()).unwrap();
                    self.rows.insert(change.key.clone(), text);
                }
                None => drop(self.rows.remove(&change.key)),
            }
        }
        self.checkpoint = step.to.0;
        self.letters.extend_from_slice(step.dead_letters);
        let rows = step.changes.len();
        self.writes.push((self.checkpoint, rows));
        runner.written(now);
    }
}

fn runner(letters: Letters, policy: &Policy, position: i64) -> Runner {
    Runner::new(Arc::new(letters), policy.clone(), 1, Position(position))
}

fn still() -> Policy {
    Policy { jitter: 0.0, ..Policy::default() }
}

#[test]
fn an_event_that_fails_is_tried_again_after_longer_and_longer_and_then_put_aside() {
    let mut world = World::of((1..=5).map(|at| event(at, 'a', "x")));
    let policy = Policy { attempts: 4, ..still() };
    let letters = Letters { fails: BTreeMap::from([(3, u32::MAX)]), ..Letters::default() };
    let mut runner = runner(letters, &policy, 0);
    assert_eq!(world.drive(&mut runner, 100), Some(Next::Rest));
    assert_eq!(world.waits, [10, 20, 40].map(Duration::from_millis));
    assert_eq!(world.said, [1, 2, 3], "each failed attempt is told once");
    assert_eq!(world.rows["a"], "[1,2,4,5]");
    let letter = &world.letters[..];
    assert_eq!(letter.len(), 1);
    assert_eq!(
        (letter[0].position.0, letter[0].attempts, letter[0].error.as_str()),
        (3, 4, "attempt 4")
    );
    // What was done before it was written down before anybody waited, and nothing was written twice.
    assert_eq!(world.writes, [(2, 2), (5, 2)]);
}

#[test]
fn an_event_that_fails_for_a_while_has_its_effect_once() {
    let mut world = World::of((1..=3).map(|at| event(at, 'a', "x")));
    let letters = Letters { fails: BTreeMap::from([(2, 2)]), ..Letters::default() };
    assert_eq!(world.drive(&mut runner(letters, &still(), 0), 100), Some(Next::Rest));
    assert_eq!((world.rows["a"].as_str(), world.letters.len()), ("[1,2,3]", 0));
}

#[test]
fn where_it_is_to_stop_it_stands_right_before_the_event() {
    let mut world = World::of((1..=5).map(|at| event(at * 10, 'a', "x")));
    world.events.insert(2, event(25, 'b', "passed-over"));
    let policy = Policy { on_error: OnError::Stop, ..still() };
    let letters = Letters { fails: BTreeMap::from([(30, u32::MAX)]), ..Letters::default() };
    let mut runner = runner(letters, &policy, 0);
    let poison = Poison { position: Position(30), error: "attempt 3".into(), attempts: 3 };
    let stopped = Some(Next::Stopped(poison));
    assert_eq!(world.drive(&mut runner, 100), stopped);
    assert_eq!((world.checkpoint, world.rows["a"].as_str()), (25, "[10,20]"));
    assert_eq!(world.drive(&mut runner, 100), stopped, "and goes on standing");
}

#[test]
fn a_batch_is_so_many_events_or_so_long() {
    let mut world = World::of((1..=25).map(|at| event(at, 'a', "x")));
    let policy = Policy { events: 10, ..still() };
    world.drive(&mut runner(Letters::default(), &policy, 0), 100);
    assert_eq!(world.writes.iter().map(|one| one.0).collect::<Vec<_>>(), [10, 20, 25]);

    // Each needs a row of its own, and what is asked for takes a millisecond.
    let mut world = World::of(('a'..='y').zip(1..).map(|(letter, at)| event(at, letter, "x")));
    let policy = Policy { events: 10, within: Duration::from_millis(3), ..still() };
    let mut runner = runner(Letters::default(), &policy, 0);
    while world.drive(&mut runner, 1).is_none() {
        world.clock += Duration::from_millis(1);
    }
    assert!(world.writes.len() > 6 && world.writes[0].0 < 10, "{:?}", world.writes);
    assert_eq!((world.rows["last"].as_str(), world.rows.len()), ("25", 26));
}

#[test]
fn a_gentle_one_leaves_the_store_to_others_between_two_batches() {
    let mut world = World::of((1..=25).map(|at| event(at, 'a', "x")));
    let apart = Duration::from_secs(4);
    let mut runner = runner(Letters::default(), &Policy { events: 10, apart, ..still() }, 0);
    // As far as everything is written down, and no look at more before it is time.
    assert_eq!(world.drive(&mut runner, 100), Some(Next::Rest));
    assert_eq!((&world.waits[..], world.checkpoint), (&[apart, apart][..], 25));
    world.events.push(event(26, 'a', "x"));
    world.clock += Duration::from_secs(1);
    runner.look();
    assert_eq!(world.drive(&mut runner, 100), Some(Next::Rest));
    assert_eq!((world.waits.last(), world.checkpoint), (Some(&Duration::from_secs(3)), 26));
}

#[test]
fn what_stopped_it_is_read_as_it_was_written() {
    for (attempts, error) in [(1, "no: really: not"), (3, ""), (12, "after 2 attempts: 3")] {
        let poison = Poison { position: Position(7), error: error.into(), attempts };
        assert_eq!(Poison::read(&poison.to_string()), Some(poison));
    }
    for other in ["", "event 7: no", "event x after 3 attempts: no", "event 7 after 3 days: no"] {
        assert_eq!(Poison::read(other), None, "{other}");
    }
}

#[test]
fn what_is_passed_over_moves_the_checkpoint_all_the_same() {
    let mut world = World::of((1..=7).map(|at| event(at, 'a', "passed-over")));
    let mut runner = runner(Letters::default(), &still(), 0);
    assert_eq!(world.drive(&mut runner, 100), Some(Next::Rest));
    assert_eq!((world.checkpoint, world.rows.len()), (7, 0));
    world.events.push(event(8, 'b', "x"));
    assert_eq!(world.drive(&mut runner, 100), Some(Next::Rest), "nobody told it to look");
    assert_eq!(world.checkpoint, 7);
    runner.look();
    world.drive(&mut runner, 100);
    assert_eq!((world.checkpoint, world.rows["b"].as_str()), (8, "[8]"));
}

#[test]
fn who_was_overtaken_forgets_what_it_knew() {
    let mut world = World::of((1..=4).map(|at| event(at, 'a', "x")));
    let mut runner = runner(Letters::default(), &still(), 0);
    while runner.next(world.now()) != Next::Write {
        world.drive(&mut runner, 1);
    }
    // Another one did the same, and one more.
    world.events.push(event(5, 'a', "x"));
    world.drive(&mut self::runner(Letters::default(), &still(), 0), 100);
    runner.place(1, Position(5));
    world.events.push(event(6, 'a', "x"));
    assert_eq!(world.drive(&mut runner, 100), Some(Next::Rest));
    assert_eq!(world.rows["a"], "[1,2,3,4,5,6]");
}

proptest! {
    /// Whatever fails how often, however large the batches are, and wherever the program ends and begins anew:
    /// each event has its effect once and in turn, but for those that are put aside, and each is one of the two.
    #[test]
    fn every_event_has_its_effect_once_or_is_put_aside(
        letters in prop::collection::vec(("[a-d]", any::<bool>(), 1_i64..4), 0..60),
        fails in prop::collection::btree_map(1_i64..150, 0_u32..6, 0..12),
        batch in 1_usize..9,
        ends in prop::collection::vec(1_usize..40, 0..8),
    ) {
        let mut world = World::default();
        let mut position = 0;
        for (letter, passes, gap) in &letters {
            position += gap;
            let event_type = if *passes { "passed-over" } else { "x" };
            world.events.push(event(position, letter.chars().next().unwrap(), event_type));
        }
        let policy = Policy { events: batch, ..Policy::default() };
        let new = |world: &World| {
            runner(Letters { fails: fails.clone(), ..Letters::default() }, &policy, world.checkpoint)
        };
        for steps in ends {
            let mut runner = new(&world);
            world.drive(&mut runner, steps);
        }
        let mut last = new(&world);
        prop_assert_eq!(world.drive(&mut last, 10_000), Some(Next::Rest));

        let put_aside = |at: &i64| fails.get(at).is_some_and(|times| *times >= policy.attempts);
        let mut expected: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut aside = BTreeSet::new();
        for event in world.events.iter().filter(|event| event.event_type.as_str() == "x") {
            let at = event.position.unwrap().0;
            if put_aside(&at) {
                aside.insert(at);
            } else {
                expected.entry(event.aggregate.to_string()).or_default().push(at);
            }
        }
        let mut rows = world.rows.clone();
        let newest = expected.values().flatten().max().map(ToString::to_string);
        prop_assert_eq!(rows.remove("last"), newest);
        let found: BTreeMap<String, Vec<i64>> =
            rows.iter().map(|(key, text)| (key.to_string(), serde_json::from_str(text).unwrap())).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(world.letters.iter().map(|one| one.position.0).collect::<BTreeSet<_>>(), aside);
        prop_assert_eq!(world.letters.len(), world.letters.iter().map(|one| one.position).collect::<BTreeSet<_>>().len());
        prop_assert_eq!(world.checkpoint, position);
    }
}
