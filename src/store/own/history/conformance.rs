//! What every writer makes of a long history, whatever database it writes to.

use std::sync::Arc;

use crate::model::{AggregateKey, Payload, Position, Timestamp, Version};
use crate::store::Move;
use crate::store::own::{Expected, MadeBy, NewEvent, Step, StoreWriter};

/// Seconds between two events, and two steps.
const APART: i64 = 5;
/// Steps that are made one after the other.
const STEPS: i64 = 840;
/// When the projection stood, in seconds.
const STOOD: std::ops::Range<i64> = 601..700;

/// A step every five seconds for more than an hour, and one the next day: few of them are kept, among them where the
/// projection stood, and nothing is told that never was.
pub(crate) fn history_is_put_together(writer: &mut dyn StoreWriter) {
    let at = |second: i64| Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap();
    let event = |number: i64| {
        let data = Payload::json(&b"{}"[..], Arc::default(), Version(1));
        NewEvent { time: Some(at(number * APART)), ..NewEvent::new("Ticked", data) }
    };
    let events: Vec<_> = (1..=STEPS + 9).map(event).collect();
    writer.append(&AggregateKey::new("Clock", "c-1"), &events, Expected::Any).unwrap();
    let shown = writer.register("list", &MadeBy::default(), &at(0)).unwrap().generation;
    let (mut stands, mut made) = (0, Vec::new());
    let mut step = |writer: &mut dyn StoreWriter, to: i64, second: i64| {
        let step = Step {
            name: "list",
            generation: shown,
            from: Position(stands),
            to: Position(to),
            changes: &[],
            dead_letters: &[],
            settled: &[],
            time: at(second),
        };
        writer.step(&step).unwrap();
        made.push(Move::new(step.time, step.to));
        stands = to;
    };
    for number in (1..=STEPS).filter(|number| !STOOD.contains(&(number * APART))) {
        step(writer, number, number * APART);
    }
    let mut reader = writer.reader().unwrap();
    let hour = reader.checkpoint_history("list").unwrap();
    // All that were made and where it began: kept, or counted among those that are left out.
    let all = |moves: &[Move]| moves.iter().map(|one| one.left_out + 1).sum::<u64>();
    let many = STEPS as u64 - 19 + 1;
    assert_eq!((all(&hour), hour.len() as u64 > 3 * 10), (many, true));
    let old: Vec<Move> = hour.iter().filter(|one| one.time < at(540)).copied().collect();
    assert!(old.iter().all(|one| one.seconds == 60), "{old:?}");
    assert!(old.len() <= 3 * 9, "{}", old.len());
    // A day later, the first of these hours is but three places, one of them where it stood.
    for (to, later) in (STEPS + 1..).zip(0..4) {
        step(writer, to, 90_000 + later * 20);
    }
    let day = reader.checkpoint_history("list").unwrap();
    assert_eq!(all(&day), many + 4);
    let first: Vec<Move> = day.iter().filter(|one| one.time < at(3_600)).copied().collect();
    assert_eq!(first.len(), 3, "{first:?}");
    let stood: Vec<_> = first.windows(2).filter(|two| two[1].left_out == 0).collect();
    assert_eq!(stood.len(), 1);
    assert_eq!((stood[0][0].time, stood[0][1].time), (at(600), at(700)));
    // Every place that is told was one where it had been, and any moment is told as of one in its own hour.
    assert!(day.iter().all(|one| one.time == at(0)
        || made.iter().any(|made| (made.time, made.position) == (one.time, one.position))));
    let moments: Vec<Timestamp> = (0..90_000).step_by(977).map(at).collect();
    let around = reader.moves_around("list", &moments).unwrap();
    for (moment, around) in moments.iter().zip(around) {
        let (known, there) = around.known(*moment).unwrap();
        let really =
            made.iter().rfind(|made| made.time <= known).map_or(Position(0), |made| made.position);
        assert_eq!(there.position, really, "{moment}");
        assert!(known >= *moment && (known - *moment).num_seconds() < 3_600, "{moment} {known}");
    }
    // The same, asked in another way.
    assert_eq!(
        reader.moves_between("list", None, &at(90_000), usize::MAX).unwrap().len(),
        day.len() - 3
    );
    assert_eq!(
        reader.moves_between("list", Some(&at(0)), &at(90_060), 2).unwrap(),
        day[day.len() - 2..]
    );
    let next = reader.times_after(&[Position(0), Position(7), Position(i64::MAX)]).unwrap();
    assert_eq!(next, [Some(at(APART)), Some(at(8 * APART)), None]);
}
