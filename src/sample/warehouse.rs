//! A week in a warehouse: pallets come in, are put into bins, moved, and leave. One stands in two bins.
//!
//! A scanner that has lost its network keeps what it scans and sends it when it is back. One such scan is of a pallet
//! that somebody else has moved on meanwhile; it is recorded last, and so it wins.

use super::calendar::{MINUTE, Millis, SECOND, at};
use super::catalog::PRODUCTS;
use super::object::Object;
use super::plan::{Around, Fact, Plan, Planned, Service};
use super::seed::Seed;
use crate::model::{Event, Timestamp};

/// Monday, 2 March, as the calendar counts the days.
const MONDAY: i64 = 7;
const DAYS: i64 = 6;
const END: Millis = at(MONDAY + DAYS, 12, 0);
const FIRST: i64 = 201;
/// The pallet to which it happens.
const LOST: i64 = 217;
const AISLES: [char; 4] = ['A', 'B', 'C', 'D'];
const BINS: i64 = 12;

/// The whole week.
pub(super) fn run(seed: &mut Seed) -> Vec<Event> {
    let mut plan = Plan::until(END);
    let mut bins = Bins::listed(&mut plan);
    let mut number = FIRST;
    for day in 0..DAYS {
        let mut time = at(MONDAY + day, 6, 30);
        for _ in 0..seed.between(10, 14) {
            time += seed.between(8 * MINUTE, 38 * MINUTE) + seed.between(0, 999);
            if number == LOST {
                lose(&mut plan);
            } else {
                pallet(&mut plan, seed, &mut bins, number, time);
            }
            number += 1;
        }
    }
    plan.settle()
}

/// What a pallet is called.
fn id(number: i64) -> String {
    format!("pallet-{number}")
}

/// The bins, and until when each is taken.
struct Bins(Vec<(String, Millis)>);

impl Bins {
    fn listed(plan: &mut Plan) -> Self {
        let mut bins = Vec::new();
        let names =
            AISLES.iter().flat_map(|aisle| (1..=BINS).map(move |at| format!("{aisle}-{at:02}")));
        for (at_second, name) in names.enumerate() {
            let time = at(MONDAY, 5, 0) + at_second as i64 * SECOND;
            let said = Object::new().raw("max_kg", 900).raw("pallet", "null");
            let around = Around::new(Service::Warehouse, "layout-import", "layout-2026");
            plan.add(time, ("Bin", &name), "BinListed", around, Fact::Said(said));
            bins.push((name, time));
        }
        // Kept free for the story.
        bins.retain(|(name, _)| !LOST_BINS.contains(&name.as_str()));
        Self(bins)
    }

    /// One that is free at a moment, taken until another.
    fn take(&mut self, seed: &mut Seed, time: Millis, until: Millis) -> String {
        let free: Vec<usize> = (0..self.0.len()).filter(|at| self.0[*at].1 < time).collect();
        let bin = &mut self.0[seed.pick(&free)];
        bin.1 = until + MINUTE;
        bin.0.clone()
    }
}

/// Somebody with a scanner, at a moment.
struct Scan<'a> {
    pallet: &'a str,
    scanner: i64,
    scanned: Millis,
    /// When the scan reached the store.
    recorded: Millis,
}

impl<'a> Scan<'a> {
    fn at(pallet: &'a str, scanner: i64, time: Millis) -> Self {
        Self { pallet, scanner, scanned: time, recorded: time + 140 }
    }

    fn around(&self) -> Around {
        let text = Timestamp::from_timestamp_millis(self.scanned)
            .map(|time| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        let more = Object::new()
            .text("device", &format!("scanner-{}", self.scanner))
            .maybe("scanned", text.as_deref());
        let worker = ["kim@warehouse", "yuki@warehouse", "olu@warehouse", "mia@warehouse"];
        let actor = worker[self.scanner as usize % worker.len()];
        Around::new(Service::Scanner, actor, self.pallet).noting(more)
    }

    fn say(&self, plan: &mut Plan, event_type: &'static str, said: Object) -> Planned {
        let key = ("Pallet", self.pallet);
        plan.add(self.recorded, key, event_type, self.around(), Fact::Said(said))
    }

    /// What a bin is told because of that.
    fn tell(&self, plan: &mut Plan, bin: &str, fills: bool, because: Planned) {
        let around = Around::new(Service::Warehouse, "bins", self.pallet).because(because);
        let (event_type, said) = if fills {
            ("BinFilled", Object::new().text("pallet", self.pallet))
        } else {
            ("BinEmptied", Object::new().raw("pallet", "null"))
        };
        let time = self.recorded + if fills { 35 } else { 20 };
        plan.add(time, ("Bin", bin), event_type, around, Fact::Said(said));
    }

    fn put(&self, plan: &mut Plan, bin: &str) {
        let said = Object::new().text("status", "STORED").text("bin", bin);
        let put = self.say(plan, "PalletPutAway", said);
        self.tell(plan, bin, true, put);
    }

    fn moved(&self, plan: &mut Plan, from: &str, to: &str, reason: &str) {
        let said = Object::new().text("from", from).text("bin", to).text("reason", reason);
        let moved = self.say(plan, "PalletMoved", said);
        self.tell(plan, from, false, moved);
        self.tell(plan, to, true, moved);
    }

    fn received(&self, plan: &mut Plan, product: usize, cartons: i64) {
        let product = &PRODUCTS[product];
        let said = Object::new()
            .with("product", &Object::new().text("id", product.id).text("name", product.name))
            .raw("cartons", cartons)
            .text("status", "RECEIVED")
            .raw("bin", "null");
        self.say(plan, "PalletReceived", said);
    }
}

/// An ordinary pallet.
fn pallet(plan: &mut Plan, seed: &mut Seed, bins: &mut Bins, number: i64, time: Millis) {
    let pallet = id(number);
    let mut cartons = seed.between(4, 12) * 4;
    let leaves = time + seed.between(20, 52) * 60 * MINUTE;
    let scan = |time: Millis, scanner: i64| Scan::at(&pallet, scanner, time);
    scan(time, 1).received(plan, seed.between(0, 18) as usize, cartons);
    let mut clock = time + seed.between(3, 25) * MINUTE;
    let mut bin = bins.take(seed, clock, leaves);
    scan(clock, seed.between(2, 4)).put(plan, &bin);
    if seed.chance(35) {
        clock += seed.between(2, 15) * 60 * MINUTE;
        let to = bins.take(seed, time, leaves);
        let reason = seed.pick(&["nearer to the dock", "too heavy for the shelf", "made room"]);
        scan(clock, seed.between(2, 4)).moved(plan, &bin, &to, reason);
        bin = to;
    }
    for _ in 0..seed.between(0, 3) {
        clock += seed.between(10, 80) * MINUTE;
        let taken = seed.between(1, 3);
        if clock >= leaves || cartons <= taken {
            break;
        }
        cartons -= taken;
        let said = Object::new().raw("cartons", cartons).raw("taken", taken);
        scan(clock, seed.between(2, 4)).say(plan, "CartonsPicked", said);
    }
    let scan = scan(leaves.max(clock + MINUTE), 5);
    let said = Object::new().text("status", "SHIPPED").raw("bin", "null");
    let shipped = scan.say(plan, "PalletShipped", said);
    scan.tell(plan, &bin, false, shipped);
}

/// Where the pallet was, where a scanner without a network saw it go, and where it really is.
const LOST_BINS: [&str; 3] = ["A-02", "C-04", "D-11"];

fn lose(plan: &mut Plan) {
    let pallet = id(LOST);
    let day = MONDAY + 1;
    let [first, second, third] = LOST_BINS;
    Scan::at(&pallet, 1, at(day, 9, 41) + 2_310).received(plan, 2, 24);
    Scan::at(&pallet, 2, at(day, 9, 58) + 44_120).put(plan, first);
    // Scanner 3 is behind the steel racks from 10:12 to 11:40, and so is what it has scanned.
    let late =
        Scan { recorded: at(day, 11, 40) + 3_870, ..Scan::at(&pallet, 3, at(day, 10, 31) + 8_015) };
    Scan::at(&pallet, 4, at(day, 11, 5) + 51_660).moved(plan, second, third, "nearer to the dock");
    late.moved(plan, first, second, "made room");
    // On Saturday somebody counts, and finds nothing where the pallet should be.
    let counted = at(MONDAY + 5, 10, 20) + 12_400;
    let around = Around::new(Service::Desk, "kim@warehouse", "count-2026-03-07");
    let said = Object::new().raw(
        "count",
        Object::new().text("expected", &pallet).raw("found", "null").text("by", "kim@warehouse"),
    );
    plan.add(counted, ("Bin", second), "BinCounted", around, Fact::Said(said));
}
