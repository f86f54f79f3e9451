//! The shop after its recording ends: the same people go on, day after day, without an end.
//!
//! What is on its way when the recording ends comes first. The days of the story follow each other as fast as events are
//! asked for; each is recorded at the time it is asked for.

use super::calendar::{DAYS, Millis, at, on};
use super::catalog::{Customer, PRODUCTS};
use super::marketplace::{self, NEXT_ORDER, Pickers};
use super::plan::Plan;
use super::seed::Seed;
use super::{plan_shop, stock, visit};
use crate::model::{Event, Timestamp};

/// How many orders of the marketplace come on a day.
const MARKETPLACE: i64 = 620;

/// The shop, going on.
pub(super) struct Onwards {
    plan: Plan,
    customers: Vec<Customer>,
    seed: Seed,
    /// The first day that is not planned yet.
    day: i64,
    order: i64,
    marketplace: usize,
    pickers: Pickers,
}

impl std::fmt::Debug for Onwards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Onwards").field("day", &self.day).finish_non_exhaustive()
    }
}

impl Onwards {
    /// From where the recording of the shop ends. The same seed tells the same story.
    pub(super) fn after_the_shop(seed: u64) -> Self {
        let (mut plan, customers, order) = plan_shop();
        while plan.next(None).is_some() {}
        plan.goes_on();
        Self {
            plan,
            customers,
            seed: Seed::new(seed),
            day: DAYS,
            order,
            marketplace: NEXT_ORDER,
            pickers: Pickers::default(),
        }
    }

    /// The next event; it happens at `now`.
    pub(super) fn next(&mut self, now: Timestamp) -> Event {
        loop {
            // What is planned for a day may lie behind what the next day brings, never before its midnight.
            let midnight: Millis = at(self.day, 0, 0);
            if self.plan.next_time().is_some_and(|time| time < midnight)
                && let Some(event) = self.plan.next(Some(now))
            {
                return event;
            }
            self.plan_day();
        }
    }

    /// How many events are planned, or were recorded and are still needed.
    #[cfg(test)]
    pub(super) fn remembers(&self) -> usize {
        self.plan.remembers()
    }

    fn plan_day(&mut self) {
        let Self { plan, customers, seed, day, .. } = self;
        if *day % 7 != 6 {
            for index in 0..PRODUCTS.len() {
                stock::receive(plan, seed, index, *day);
            }
        }
        self.order = visit::run_day(plan, seed, customers, *day, self.order);
        let mut times: Vec<Millis> = (0..MARKETPLACE).map(|_| on(seed, *day)).collect();
        times.sort_unstable();
        for time in times {
            marketplace::one(plan, seed, &mut self.pickers, time, self.marketplace);
            self.marketplace += 1;
        }
        *day += 1;
    }
}
