//! The one thing that goes wrong: a refund that is paid twice.
//!
//! A worker asks the bank for a refund, which takes longer than the queue waits for an answer; the queue hands the
//! same request out again. Both attempts end well, and nobody asks whether the other one did. The order's total, right
//! after the first refund, is wrong after the second.

use std::fmt::Write as _;

use super::account;
use super::calendar::{MINUTE, Millis, SECOND, at};
use super::catalog::{Customer, index_of};
use super::object::Object;
use super::order::Order;
use super::plan::{Around, Plan, Planned, Service};

/// The order to which it happens.
pub(super) const NUMBER: i64 = 4711;
/// When the customer began it.
pub(super) const BEGAN: Millis = at(7, 10, 12) + 7_310;

/// What the grinder cost, which is what goes back.
const GRINDER: i64 = 7995;

/// The order from its first event to the note that somebody wrote about it.
pub(super) fn run(plan: &mut Plan, customer: &Customer) {
    let mut order = Order::create(plan, customer, NUMBER, BEGAN);
    let paid = buy(&mut order);
    order.clock = at(7, 12, 58) + 21_004;
    let shipped = order.ship(paid, "picker-2", 2);
    order.clock = at(8, 11, 20) + 45_980;
    order.deliver(shipped, 0);
    order.clock = at(8, 15, 2) + 10_411;
    order.deliver(shipped, 1);
    refund_twice(&mut order);
    find_out(&mut order);
}

fn buy(order: &mut Order<'_>) -> Planned {
    let later = |order: &mut Order<'_>, seconds: i64| order.clock += seconds * SECOND + 83;
    let (grinder, beans) = (index_of("p-7"), index_of("p-3"));
    let (cup, filters) = (index_of("p-9"), index_of("p-12"));
    later(order, 31);
    order.add_item(beans, 1);
    later(order, 64);
    order.add_item(filters, 1);
    later(order, 142);
    order.add_item(grinder, 1);
    later(order, 12);
    order.remove_item(filters);
    later(order, 47);
    order.add_item(cup, 1);
    later(order, 9);
    order.add_item(cup, 1);
    later(order, 38);
    order.apply_coupon("FRÜHLING10", 10);
    later(order, 21);
    // Not together with goods that are reduced already.
    order.remove_coupon();
    later(order, 55);
    order.change_address(&order.customer.address(), Some("Bitte beim Bäcker nebenan abgeben 🥨"));
    let around = Around::new(Service::Wallet, &order.customer.actor(), "top-up-118");
    let source = Object::new().text("kind", "transfer").text("iban", "…4404");
    account::deposit(order.plan, order.clock + 9 * SECOND, order.customer, 12_000, around, &source);
    later(order, 34);
    let placed = order.place();
    order.clock += 2_204;
    order.pay("account", placed)
}

fn refund_twice(order: &mut Order<'_>) {
    order.clock = at(8, 16, 41) + 7_310;
    let desk = order.by(Service::Desk, "ana@shop");
    let requested = order.request_refund(GRINDER, "hand grinder arrived broken", desk);
    let attempt = |order: &Order<'_>, number: i64, started: &str| {
        let more =
            Object::new().raw("attempt", number).text("queue", "refunds").text("started", started);
        order.by(Service::Payments, "payments-worker").because(requested).noting(more)
    };
    // The queue waits 30 seconds. The first attempt needs 31.6, the second, begun meanwhile, 1.9.
    order.clock += 31_592;
    let first = attempt(order, 1, "2026-03-03T16:41:07.344Z");
    order.issue_refund(GRINDER, "gw-77120", first);
    order.clock += 515;
    let second = attempt(order, 2, "2026-03-03T16:41:37.501Z");
    let redelivered = Object::new().text("redelivered", "no answer within 30 s");
    let more = second.more.clone().and(&redelivered);
    order.issue_refund(GRINDER, "gw-77121", second.noting(more));
}

fn find_out(order: &mut Order<'_>) {
    let spent = at(8, 18, 30) + 2_118;
    let around = Around::new(Service::Wallet, &order.customer.actor(), "payout-118");
    let target = Object::new().text("kind", "transfer").text("iban", "…4404");
    account::withdraw(order.plan, spent, order.customer, 2 * GRINDER, around, &target);
    order.clock = at(9, 3, 0) + 12_662;
    let ledger = Object::new()
        .text("day", "2026-03-03")
        .raw("expected", order.basket.money(order.basket.total() + GRINDER))
        .raw("found", order.basket.money(order.basket.total()));
    let around = order.by(Service::Ledger, "ledger-nightly");
    order.say("LedgerMismatchFound", around, Object::new().with("ledger", &ledger));
    order.clock = at(9, 9, 4) + 51_270;
    order.note(
        "ana@shop",
        "I asked for ONE refund of 79.95, on the phone with her. Who paid twice?",
    );
    order.clock += 26 * MINUTE;
    order.note("tariq@shop", &conversation());
}

/// What somebody pastes into a note when everybody talks at once: long enough to be in the way.
fn conversation() -> String {
    const SAID: [&str; 9] = [
        "ana: The total of 4711 is below zero, it says −40.00.",
        "tariq: That cannot be, a total is never below zero.",
        "ana: It is. Look at the order.",
        "yuki 雪: Does the grinder cost 79.95? Then it was given back twice.",
        "tariq: There is only one refund in the request.",
        "jörg (payments): Our side shows two transfers, half a second apart. Both went through ✅✅",
        "ana: And the customer says that she has the money twice, and is a bit embarrassed 😅",
        "tariq: Is it only this order? I would like to see every order with a total below zero.",
        "jörg (payments): I am looking at the log of the worker. It restarts the request when the bank is slow.",
    ];
    let mut text = String::new();
    for (second, line) in (0..90).map(|at| at * 17).zip(SAID.iter().cycle()) {
        let _ = writeln!(text, "[09:{:02}:{:02}] {line}", 5 + second / 60, second % 60);
    }
    text
}
