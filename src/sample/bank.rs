//! A small bank in March: how a balance of 1,000.00 came about, and one month of interest a hundred times too high.
//!
//! Savings accounts keep their rate since they were opened, as a fraction. The program that opens them now writes it in
//! percent, as schema 2; the one that credits interest at the end of the month was not told.

use super::calendar::{MINUTE, Millis, SECOND, at};
use super::object::{Object, USD};
use super::plan::{Around, Fact, Plan, Planned, Service};
use super::seed::Seed;
use crate::model::Event;

/// Sunday, 1 March: the first day, as the calendar counts them.
const MARCH: i64 = 6;
/// The evening of 1 April.
const END: Millis = at(MARCH + 31, 18, 0);
/// When the interest of the month is credited.
const INTEREST: Millis = at(MARCH + 30, 23, 30);

const OWNERS: [&str; 9] = [
    "Ada Nwosu",
    "Bruno Keller",
    "Carmen Ortiz",
    "Đorđe Petrović",
    "Elif Yıldız",
    "Finn O’Sullivan",
    "Grace Kim 김은혜",
    "Hugo Lindström",
    "Ines Duarte",
];
/// How many of them have a savings account too; the last one was opened by the new program.
const SAVERS: usize = 7;
/// The rate of a year in hundredths of a percent.
const RATE: i64 = 180;

/// The whole month.
pub(super) fn run(seed: &mut Seed) -> Vec<Event> {
    let mut plan = Plan::until(END);
    thousand(&mut plan);
    let mut current: Vec<Account> = Vec::new();
    for (at, owner) in OWNERS.iter().enumerate().skip(1) {
        let account = Account { id: format!("acc-{}", at + 1), balance: 0 };
        current.push(account.opened(&mut plan, day(1, 8, at as i64 * 3), owner, seed));
    }
    let mut savings: Vec<Account> = (1..=SAVERS)
        .map(|number| {
            let account = Account { id: format!("sav-{number}"), balance: 0 };
            let owner = OWNERS[number];
            if number == SAVERS {
                return account.saved(&mut plan, day(19, 15, 20), owner, 425_000, 2);
            }
            let first = seed.between(4, 60) * 25_000;
            account.saved(&mut plan, day(1, 9, number as i64 * 4), owner, first, 1)
        })
        .collect();
    for date in 2..=31 {
        trade(&mut plan, seed, date, &mut current, &mut savings);
    }
    let begun = Around::new(Service::Ledger, "interest-monthly", "interest-2026-03");
    for (number, account) in savings.iter_mut().enumerate() {
        credit(&mut plan, INTEREST + number as i64 * 700, account, number + 1 == SAVERS, &begun);
    }
    found(&mut plan, &savings[SAVERS - 1]);
    plan.settle()
}

/// A moment of a date in March.
fn day(date: i64, hour: i64, minute: i64) -> Millis {
    at(MARCH + date - 1, hour, minute)
}

/// The account of which one asks: the balance is 1,000.00, but how did it get there?
fn thousand(plan: &mut Plan) {
    let mut account = Account { id: "acc-1".to_owned(), balance: 0 };
    let opened = day(2, 9, 0) + 12_480;
    account = account.open(plan, opened, OWNERS[0], "current", &Object::new(), 1);
    let source = |kind: &str, from: &str| Object::new().text("kind", kind).text("from", from);
    account.deposit(plan, day(3, 10, 41), 50_000, &source("cash", "branch 2"), by_counter(1));
    let paid = source("transfer", "Nwosu & Daughters");
    account.deposit(plan, day(9, 14, 5), 30_000, &paid, by_transfer("tr-88121"));
    let target = Object::new().text("kind", "cash").text("at", "machine 14, Main Street");
    let around = Around::new(Service::Branch, "machine-14", "atm-30977");
    account.withdraw(plan, day(17, 18, 22), 20_000, &target, around);
    account.deposit(plan, day(26, 8, 3), 40_000, &paid, by_transfer("tr-90440"));
}

fn by_counter(number: i64) -> Around {
    Around::new(Service::Branch, "teller-rosa", &format!("counter-{number}"))
}

fn by_transfer(number: &str) -> Around {
    Around::new(Service::Payments, "transfers", number)
}

/// What the people of a bank do on one day.
fn trade(
    plan: &mut Plan,
    seed: &mut Seed,
    date: i64,
    current: &mut [Account],
    savings: &mut [Account],
) {
    // The bank is closed on Sundays.
    if date % 7 == 1 {
        return;
    }
    let mut time = day(date, 8, 0);
    for _ in 0..seed.between(4, 9) {
        time += seed.between(9 * MINUTE, 70 * MINUTE) + seed.between(0, 999);
        let number = seed.between(0, current.len() as i64 - 1) as usize;
        match seed.weighted(&[34, 30, 24, 12]) {
            0 => {
                let source = Object::new().text("kind", "transfer").text(
                    "from",
                    seed.pick(&["Post AG", "Stadtwerke", "Universität", "R. & Sons"]),
                );
                let around = by_transfer(&format!("tr-{}", seed.between(80_000, 99_999)));
                current[number].deposit(plan, time, seed.between(40, 900) * 100, &source, around);
            }
            1 => {
                let amount = seed.between(2, 30) * 1_000;
                if current[number].balance > amount {
                    let target = Object::new().text("kind", "cash").text("at", "machine 14");
                    let visit = format!("atm-{}", seed.between(30_000, 39_999));
                    let around = Around::new(Service::Branch, "machine-14", &visit);
                    current[number].withdraw(plan, time, amount, &target, around);
                }
            }
            2 => transfer(plan, seed, time, current, number),
            _ => {
                // Only those who have been there since the beginning, or the new one once it is.
                let saver = seed.between(1, SAVERS as i64 - 1) as usize;
                let (account, at_rest) = (&mut current[saver - 1], &mut savings[saver - 1]);
                let amount = account.balance / 20_000 * 10_000;
                if amount > 0 {
                    let number = format!("tr-{}", seed.between(80_000, 99_999));
                    between(plan, time, account, at_rest, amount, &number);
                }
            }
        }
    }
}

/// Somebody pays somebody else.
fn transfer(plan: &mut Plan, seed: &mut Seed, time: Millis, accounts: &mut [Account], from: usize) {
    let to = (from + seed.between(1, accounts.len() as i64 - 1) as usize) % accounts.len();
    let amount = seed.between(500, 20_000);
    if accounts[from].balance <= amount {
        return;
    }
    let number = format!("tr-{}", seed.between(80_000, 99_999));
    let (low, high) = accounts.split_at_mut(from.max(to));
    let (one, other) = (&mut low[from.min(to)], &mut high[0]);
    let (payer, other) = if from < to { (one, other) } else { (other, one) };
    between(plan, time, payer, other, amount, &number);
}

fn between(
    plan: &mut Plan,
    time: Millis,
    from: &mut Account,
    to: &mut Account,
    amount: i64,
    number: &str,
) {
    let target = Object::new().text("kind", "transfer").text("to", &to.id);
    let out = from.withdraw(plan, time, amount, &target, by_transfer(number));
    let source = Object::new().text("kind", "transfer").text("from", &from.id);
    to.deposit(plan, time + 240, amount, &source, by_transfer(number).because(out));
}

/// The interest of a month: the balance times what is kept as the rate of a year, whatever that is.
fn credit(plan: &mut Plan, time: Millis, account: &mut Account, in_percent: bool, by: &Around) {
    let part = account.balance * RATE / 12;
    let amount = if in_percent { part / 100 } else { part / 10_000 };
    account.balance += amount;
    let (rate, schema) = rate(in_percent);
    let said = Object::new()
        .raw("amount", USD.money(amount))
        .text("period", "2026-03")
        .with("computed", &Object::new().raw("rate", rate).raw("months", 1));
    let more = Object::new().raw("account_schema", schema);
    let fact = Fact::Balance { said, by: amount, currency: USD };
    plan.add(time, ("Account", &account.id), "InterestCredited", by.clone().noting(more), fact);
}

/// The rate as it is kept, and by which schema.
fn rate(in_percent: bool) -> (String, u32) {
    if in_percent {
        (format!("{}.{}", RATE / 100, RATE % 100 / 10), 2)
    } else {
        (format!("0.{:03}", RATE / 10), 1)
    }
}

/// The holder asks before anybody at the bank has noticed.
fn found(plan: &mut Plan, account: &Account) {
    let text = "I have had this account for twelve days. Where does all that interest come from?";
    let note = Object::new().text("by", "holder").text("text", text);
    let around = Around::new(Service::Desk, "teller-rosa", "question-771");
    let fact = Fact::Said(Object::new().with("note", &note));
    let time = at(MARCH + 31, 9, 12) + 4 * SECOND;
    plan.add(time, ("Account", &account.id), "NoteAdded", around, fact);
}

/// An account and what it holds when everything planned so far has happened.
struct Account {
    id: String,
    balance: i64,
}

impl Account {
    fn open(
        self,
        plan: &mut Plan,
        time: Millis,
        owner: &str,
        kind: &str,
        more: &Object,
        schema: u32,
    ) -> Self {
        let said = Object::new()
            .with("owner", &Object::new().text("name", owner))
            .text("kind", kind)
            .text("currency", USD.code)
            .and(more);
        let fact = Fact::Balance { said, by: 0, currency: USD };
        let around = by_counter(time / MINUTE % 1000);
        plan.add_schema(time, ("Account", &self.id), ("AccountOpened", schema), around, fact);
        self
    }

    /// An account for every day, with something on it.
    fn opened(self, plan: &mut Plan, time: Millis, owner: &str, seed: &mut Seed) -> Self {
        let mut account = self.open(plan, time, owner, "current", &Object::new(), 1);
        let source = Object::new().text("kind", "cash").text("from", "branch 2");
        let amount = seed.between(10, 80) * 5_000;
        account.deposit(
            plan,
            time + 90 * SECOND,
            amount,
            &source,
            by_counter(time / MINUTE % 1000),
        );
        account
    }

    /// An account for savings, with a rate.
    fn saved(self, plan: &mut Plan, time: Millis, owner: &str, amount: i64, schema: u32) -> Self {
        let (rate, _) = rate(schema == 2);
        let interest = Object::new().raw("rate", rate).text("credited", "monthly");
        let more = Object::new().with("interest", &interest);
        let mut account = self.open(plan, time, owner, "savings", &more, schema);
        let source = Object::new().text("kind", "transfer").text("from", "another bank");
        let number = format!("tr-{}", time / SECOND % 20_000 + 80_000);
        account.deposit(plan, time + 4 * MINUTE, amount, &source, by_transfer(&number));
        account
    }

    fn deposit(
        &mut self,
        plan: &mut Plan,
        time: Millis,
        amount: i64,
        source: &Object,
        around: Around,
    ) -> Planned {
        self.balance += amount;
        let said = Object::new().raw("amount", USD.money(amount)).with("source", source);
        let fact = Fact::Balance { said, by: amount, currency: USD };
        plan.add(time, ("Account", &self.id), "Deposited", around, fact)
    }

    fn withdraw(
        &mut self,
        plan: &mut Plan,
        time: Millis,
        amount: i64,
        target: &Object,
        around: Around,
    ) -> Planned {
        self.balance -= amount;
        let said = Object::new().raw("amount", USD.money(amount)).with("target", target);
        let fact = Fact::Balance { said, by: -amount, currency: USD };
        plan.add(time, ("Account", &self.id), "Withdrew", around, fact)
    }
}
