//! The best seller is also sold elsewhere: orders that live in another program and only reserve stock here.

use std::collections::HashMap;

use super::calendar::{HOUR, MINUTE, Millis, at, awake, next_wave, visit};
use super::catalog::PRODUCTS;
use super::plan::{Around, Plan, Service};
use super::seed::Seed;
use super::stock;

/// How many orders come over ten ordinary days, and how many more when a newsletter went out on Friday evening.
const ORDERS: (usize, usize) = (8000, 2600);
const FIRST_ORDER: usize = 500_001;
/// The number of the first one after them.
pub(super) const NEXT_ORDER: usize = FIRST_ORDER + ORDERS.0 + ORDERS.1;

/// Reserves, picks and releases for every order of the marketplace.
pub(super) fn run(plan: &mut Plan, seed: &mut Seed) {
    let mut times: Vec<Millis> = (0..ORDERS.0).map(|_| visit(seed).max(at(0, 6, 0))).collect();
    times.extend((0..ORDERS.1).map(|_| {
        // A rush that fades.
        let (a, b) = (seed.between(0, 40 * MINUTE), seed.between(0, 40 * MINUTE));
        at(4, 20, 0) + a.min(b)
    }));
    times.sort_unstable();
    let mut pickers = Pickers::default();
    for (time, number) in times.into_iter().zip(FIRST_ORDER..) {
        one(plan, seed, &mut pickers, time, number);
    }
}

/// Until when the pickers are busy, in each of their rounds.
#[derive(Default)]
pub(super) struct Pickers(HashMap<Millis, Millis>);

/// An order of the marketplace from where it is reserved to where it is picked, or given up.
pub(super) fn one(
    plan: &mut Plan,
    seed: &mut Seed,
    pickers: &mut Pickers,
    time: Millis,
    number: usize,
) {
    let order = format!("mk-{number}");
    let quantity = [1, 2, 3][seed.weighted(&[85, 12, 3])];
    let goods = (&PRODUCTS[0], quantity);
    let around = |actor: &str| Around::new(Service::Marketplace, actor, &order);
    let reserved = stock::reserve(plan, time, goods, &order, around("marketplace-sync"));
    if seed.chance(4) {
        let later = awake(time + seed.between(2 * MINUTE, 6 * HOUR));
        let around = around("marketplace-sync").because(reserved);
        stock::release(plan, later, goods, &order, around);
    } else if let Some(wave) = next_wave(time, plan.end()) {
        let moment = pickers.0.entry(wave).or_insert(wave);
        *moment += seed.between(700, 1500);
        let worker = format!("picker-{}", number % 4 + 1);
        let around = Around::new(Service::Warehouse, &worker, &order).because(reserved);
        stock::pick(plan, *moment, goods, &order, around);
    }
}
