//! The made-up clock: ten days with busy evenings, quiet nights and one long silence.

use super::seed::Seed;

/// Milliseconds since 1970.
pub(super) type Millis = i64;

pub(super) const SECOND: Millis = 1000;
pub(super) const MINUTE: Millis = 60 * SECOND;
pub(super) const HOUR: Millis = 60 * MINUTE;
pub(super) const DAY: Millis = 24 * HOUR;

/// Monday, 23 February 2026, midnight in UTC: the first day.
pub(super) const START: Millis = 1_771_804_800_000;
/// How many days there are; the last is Wednesday, 4 March.
pub(super) const DAYS: i64 = 10;
/// When the recording ends.
pub(super) const END: Millis = at(9, 18, 0);
/// The first of the two moments between which the shop was moved to a new machine and nothing happened at all.
const MOVE: (Millis, Millis) = (at(5, 23, 30), at(6, 13, 10));

/// Who comes when: customers in each hour of a day.
const HOURS: [i64; 24] =
    [2, 1, 1, 0, 0, 1, 3, 8, 14, 16, 15, 18, 24, 18, 14, 13, 14, 18, 25, 34, 40, 30, 14, 6];
/// And on each of the ten days.
const TRADE: [i64; 10] = [10, 9, 10, 11, 17, 14, 5, 11, 9, 7];

/// A moment of a day, counted from 0.
pub(super) const fn at(day: i64, hour: i64, minute: i64) -> Millis {
    START + day * DAY + hour * HOUR + minute * MINUTE
}

/// A moment at which a customer comes by.
pub(super) fn visit(seed: &mut Seed) -> Millis {
    loop {
        let day = seed.weighted(&TRADE) as i64;
        let moment = on(seed, day);
        if moment < END && awake(moment) == moment {
            return moment;
        }
    }
}

/// A moment of a day at which somebody comes by.
pub(super) fn on(seed: &mut Seed, day: i64) -> Millis {
    let hour = seed.weighted(&HOURS) as i64;
    at(day, hour, 0) + seed.between(0, HOUR - 1)
}

/// The moment itself, or when the shop was back if it fell into the silence.
pub(super) fn awake(moment: Millis) -> Millis {
    if moment >= MOVE.0 && moment < MOVE.1 { moment - MOVE.0 + MOVE.1 } else { moment }
}

/// The first time after `moment` and before `end` that the warehouse sends its people to the shelves: three times a
/// day, never on a Sunday.
pub(super) fn next_wave(moment: Millis, end: Millis) -> Option<Millis> {
    let today = (moment - START) / DAY;
    let working = (today..today + 3).filter(|day| day % 7 != 6);
    let mut waves = working.flat_map(|day| [at(day, 6, 30), at(day, 12, 45), at(day, 17, 15)]);
    waves.find(|wave| *wave > moment).filter(|wave| *wave < end)
}
