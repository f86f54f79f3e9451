//! The orders of ten days: who comes when and what becomes of it.

use super::account;
use super::calendar::{DAY, HOUR, MINUTE, Millis, SECOND, at, awake, next_wave, on, visit};
use super::catalog::{Customer, PRODUCTS, UNLUCKY};
use super::incident;
use super::object::Object;
use super::order::Order;
use super::plan::{Plan, Planned, Service};
use super::seed::Seed;

/// How many orders there are beside the one that goes wrong.
const ORDERS: usize = 460;
/// Coupons and what they take off, in percent.
const COUPONS: [(&str, i64); 3] = [("FRÜHLING10", 10), ("MOIN5", 5), ("NIGHTSHIFT15", 15)];
const GIFT_NOTES: [&str; 4] = [
    "Happy birthday, dear Ida! 🎂",
    "Für die langen Nächte. Halt durch!",
    "お誕生日おめでとう",
    "Merci pour tout — à bientôt ☕",
];
const REASONS: [&str; 4] =
    ["arrived broken", "wrong grind", "ordered by mistake", "parcel was opened on the way"];

/// Every order, numbered in the order in which they were begun; returns the number of the next.
pub(super) fn run_all(plan: &mut Plan, seed: &mut Seed, customers: &[Customer]) -> i64 {
    let mut times: Vec<Option<Millis>> =
        (0..ORDERS).map(|_| Some(visit(seed).max(at(0, 7, 0)))).collect();
    times.push(None);
    times.sort_by_key(|time| time.unwrap_or(incident::BEGAN));
    let before = times.iter().position(Option::is_none).unwrap_or(0);
    let first = incident::NUMBER - before as i64;
    let others: Vec<&Customer> = customers.iter().filter(|c| c.number != UNLUCKY).collect();
    for (time, number) in times.into_iter().zip(first..) {
        match time {
            Some(time) => {
                let customer = seed.pick(&others);
                one(plan, seed, customer, number, time);
            }
            None => incident::run(plan, &customers[UNLUCKY - 1]),
        }
    }
    first + ORDERS as i64 + 1
}

/// The orders of one more day, as ordinary as can be; returns the number of the next.
pub(super) fn run_day(
    plan: &mut Plan,
    seed: &mut Seed,
    customers: &[Customer],
    day: i64,
    first: i64,
) -> i64 {
    let mut times: Vec<Millis> = (0..seed.between(32, 58)).map(|_| on(seed, day)).collect();
    times.sort_unstable();
    let mut number = first;
    for time in times {
        let customer = seed.pick(&customers.iter().collect::<Vec<_>>());
        one(plan, seed, customer, number, time);
        number += 1;
    }
    number
}

fn one(plan: &mut Plan, seed: &mut Seed, customer: &Customer, number: i64, time: Millis) {
    let mut order = Order::create(plan, customer, number, time);
    fill(&mut order, seed);
    match seed.weighted(&[12, 4, 84]) {
        0 => abandon(&mut order, seed),
        1 => {
            order.clock += seed.between(20, 90) * SECOND;
            order.place();
            order.clock = awake(order.clock + seed.between(5, 200) * MINUTE);
            let around = order.by(Service::Web, &customer.actor());
            order.cancel("changed my mind", around, true);
        }
        _ => sell(&mut order, seed),
    }
}

/// A customer goes through the shop.
fn fill(order: &mut Order<'_>, seed: &mut Seed) {
    let weights: Vec<i64> = PRODUCTS.iter().map(|product| product.popularity).collect();
    let mut chosen = Vec::new();
    for _ in 0..=seed.weighted(&[40, 28, 16, 9, 5, 2]) {
        order.clock += seed.between(6, 240) * SECOND + seed.between(0, 999);
        let index = seed.weighted(&weights);
        chosen.push(index);
        order.add_item(index, [1, 2, 4][seed.weighted(&[74, 20, 6])]);
    }
    if chosen.len() > 2 && seed.chance(40) {
        order.clock += seed.between(4, 60) * SECOND;
        order.remove_item(chosen[0]);
        if chosen.iter().all(|index| *index == chosen[0]) {
            order.clock += 5 * SECOND;
            order.add_item(chosen[0], 1);
        }
    }
    if seed.chance(18) {
        order.clock += seed.between(5, 40) * SECOND;
        let (code, percent) = seed.pick(&COUPONS);
        order.apply_coupon(code, percent);
        if seed.chance(15) {
            order.clock += seed.between(5, 40) * SECOND;
            order.remove_coupon();
        }
    }
    if seed.chance(55) {
        order.clock += seed.between(15, 90) * SECOND;
        let gift = Some(seed.pick(&GIFT_NOTES)).filter(|_| seed.chance(20));
        order.change_address(&order.customer.address(), gift);
        if seed.chance(12) {
            order.clock += seed.between(15, 90) * SECOND;
            let locker = Object::new().text("locker", "Packstation 141").text("city", "Köln");
            order.change_address(&locker, None);
        }
    }
}

/// Nobody comes back for it; a job cleans up after two nights.
fn abandon(order: &mut Order<'_>, seed: &mut Seed) {
    let night = (order.clock - at(0, 0, 0)) / DAY + 3;
    order.clock = awake(at(night, 4, 0) + seed.between(0, 40_000));
    let around = order.by(Service::Web, "cart-cleaner");
    order.cancel("abandoned", around, false);
}

fn sell(order: &mut Order<'_>, seed: &mut Seed) {
    order.clock += seed.between(20, 90) * SECOND + seed.between(0, 999);
    let method = ["card", "account", "invoice"][seed.weighted(&[58, 27, 15])];
    if method == "account" {
        let (time, amount) = (order.clock - 5 * SECOND, order.basket.total());
        account::top_up(order.plan, seed, time, order.customer, amount);
    }
    let placed = order.place();
    order.clock += match method {
        "invoice" => seed.between(4, 50) * HOUR + seed.between(0, HOUR),
        _ => seed.between(900, 7000),
    };
    if method == "card" && seed.chance(7) {
        let said = Object::new()
            .text("status", "PAYMENT_FAILED")
            .with("payment", &Object::new().text("method", "card").text("error", "card_declined"));
        let around = order.by(Service::Payments, "payments-worker").because(placed);
        order.say("PaymentFailed", around, said);
        order.clock += seed.between(40, 400) * SECOND;
    }
    order.clock = awake(order.clock);
    let paid = order.pay(method, placed);
    if seed.chance(3) {
        return give_up(order, seed);
    }
    let Some(wave) = next_wave(order.clock, order.plan.end()) else { return };
    order.clock = wave + seed.between(2, 70) * MINUTE + seed.between(0, 59_999);
    let picker = format!("picker-{}", seed.between(1, 4));
    let split = if seed.chance(15) { 2 } else { 1 };
    let shipped = order.ship(paid, &picker, split);
    deliver(order, seed, shipped);
}

/// Paid, and called off before it left: all the money goes back.
fn give_up(order: &mut Order<'_>, seed: &mut Seed) {
    order.clock = awake(order.clock + seed.between(3, 50) * MINUTE);
    let around = order.by(Service::Desk, "ana@shop");
    let cancelled = order.cancel("customer called", around, true);
    order.clock += seed.between(1200, 9000);
    let amount = order.basket.total();
    let around = order.by(Service::Payments, "payments-worker").because(cancelled);
    order.issue_refund(amount, &gateway(seed), around.noting(Object::new().raw("attempt", 1)));
}

fn deliver(order: &mut Order<'_>, seed: &mut Seed, shipped: Planned) {
    let start = order.clock - (order.clock - at(0, 0, 0)) % DAY;
    for parcel in 0..order.parcels() {
        let days = seed.between(1, 2) + parcel as i64;
        let arrives = awake(start + days * DAY + seed.between(9 * HOUR, 17 * HOUR));
        // One parcel after the other.
        order.clock = arrives.max(order.clock + MINUTE);
        order.deliver(shipped, parcel);
    }
    if order.clock < order.plan.end() && seed.chance(9) {
        order.clock = awake(order.clock + seed.between(HOUR, 20 * HOUR));
        let amount = order.basket.total() * [100, 50, 30][seed.weighted(&[3, 4, 3])] / 100;
        let around = order.by(Service::Desk, seed.pick(&["ana@shop", "tariq@shop"]));
        let requested = order.request_refund(amount, seed.pick(&REASONS), around);
        order.clock += seed.between(1500, 11_000);
        let around = order.by(Service::Payments, "payments-worker").because(requested);
        let around = around.noting(Object::new().raw("attempt", 1));
        order.issue_refund(amount, &gateway(seed), around);
    } else if seed.chance(4) {
        order.clock = awake(order.clock + seed.between(HOUR, 9 * HOUR));
        order.note("tariq@shop", "Asked for the invoice again. Sent it. 👍");
    }
}

/// The number that the bank gives to a transfer.
fn gateway(seed: &mut Seed) -> String {
    format!("gw-{}", seed.between(10_000, 76_000))
}
