//! The customers' accounts with the shop: money put in, spent and given back.

use super::calendar::{DAYS, HOUR, MINUTE, Millis, START, at, awake};
use super::catalog::Customer;
use super::object::{EUR, Object};
use super::plan::{Around, Fact, Plan, Planned, Service};
use super::seed::Seed;

/// The account on which the coffee bar in the yard writes down every cup.
pub(super) const TAB: &str = "acc-900";

/// Takes every account over from the program that kept them before, one after the other.
pub(super) fn open_all(plan: &mut Plan, seed: &mut Seed, customers: &[Customer]) {
    let mut time = at(0, 0, 5);
    for customer in customers {
        time += seed.between(4, 60);
        let owner = Object::new().text("id", &customer.id()).text("name", &customer.name);
        let said = Object::new()
            .with("owner", &owner)
            .text("currency", customer.currency.code)
            .raw("limit", "null");
        // Most people never put anything in.
        let by =
            if seed.chance(30) { customer.currency.price(seed.between(1, 60) * 100) } else { 0 };
        let around = Around::new(Service::Wallet, "accounts-import", "import-2026-02-23");
        let fact = Fact::Balance { said, by, currency: customer.currency };
        plan.add(time, ("Account", &customer.account()), "AccountOpened", around, fact);
    }
}

/// Money comes in.
pub(super) fn deposit(
    plan: &mut Plan,
    time: Millis,
    customer: &Customer,
    amount: i64,
    around: Around,
    source: &Object,
) -> Planned {
    let said = Object::new().raw("amount", customer.currency.money(amount)).with("source", source);
    let fact = Fact::Balance { said, by: amount, currency: customer.currency };
    plan.add(time, ("Account", &customer.account()), "MoneyDeposited", around, fact)
}

/// Money goes out.
pub(super) fn withdraw(
    plan: &mut Plan,
    time: Millis,
    customer: &Customer,
    amount: i64,
    around: Around,
    target: &Object,
) -> Planned {
    let said = Object::new().raw("amount", customer.currency.money(amount)).with("target", target);
    let fact = Fact::Balance { said, by: -amount, currency: customer.currency };
    plan.add(time, ("Account", &customer.account()), "MoneyWithdrawn", around, fact)
}

/// Ten days of the coffee bar.
pub(super) fn run_tab(plan: &mut Plan, seed: &mut Seed) {
    const CUPS: [(&str, i64); 5] = [
        ("Espresso", 190),
        ("Cappuccino", 280),
        ("Filterkaffee", 240),
        ("Flat White ☕", 320),
        ("Kuchen 🍰", 350),
    ];
    let owner = Object::new().text("id", "cust-900").text("name", "Kaffeebar im Hof");
    let said = Object::new().with("owner", &owner).text("currency", "EUR").raw("limit", "500.00");
    let around =
        |day: i64, actor: &str| Around::new(Service::Wallet, actor, &format!("tab-{}", day + 1));
    let mut balance = 10_000;
    let fact = Fact::Balance { said, by: balance, currency: EUR };
    plan.add(
        START + 6 * MINUTE,
        ("Account", TAB),
        "AccountOpened",
        around(0, "accounts-import"),
        fact,
    );
    for day in (0..DAYS).filter(|day| day % 7 != 6) {
        let mut time = at(day, 7, 45);
        while time < at(day, 18, 0) {
            time += seed.between(20_000, 9 * MINUTE);
            let (cup, cents) = seed.pick(&CUPS);
            if balance < cents {
                balance += 15_000;
                let source = Object::new().text("kind", "cash");
                let said = Object::new().raw("amount", EUR.money(15_000)).with("source", &source);
                let fact = Fact::Balance { said, by: 15_000, currency: EUR };
                let barista = around(day, "barista@shop");
                plan.add(time - 4000, ("Account", TAB), "MoneyDeposited", barista, fact);
            }
            balance -= cents;
            let target = Object::new().text("kind", "cup").text("name", cup);
            let said = Object::new().raw("amount", EUR.money(cents)).with("target", &target);
            let fact = Fact::Balance { said, by: -cents, currency: EUR };
            let barista = around(day, "barista@shop");
            plan.add(time, ("Account", TAB), "MoneyWithdrawn", barista, fact);
        }
    }
    let limit = Fact::Said(Object::new().raw("limit", "800.00"));
    plan.add(at(3, 18, 0) + HOUR, ("Account", TAB), "LimitChanged", around(3, "ana@shop"), limit);
}

/// Puts in enough for a purchase, in a round sum.
pub(super) fn top_up(
    plan: &mut Plan,
    seed: &mut Seed,
    time: Millis,
    customer: &Customer,
    amount: i64,
) {
    let step = customer.currency.price(5000);
    let sum = (amount + step - 1) / step * step;
    let actor = customer.actor();
    let conversation = format!("top-up-{}", customer.number);
    let around = Around::new(Service::Wallet, &actor, &conversation);
    let iban = format!("…{}", seed.between(1000, 9999));
    let source = Object::new().text("kind", "transfer").text("iban", &iban);
    deposit(plan, awake(time), customer, sum, around, &source);
}
