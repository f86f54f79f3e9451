//! What projections make of the events that typed aggregates raise, held against the aggregates' own states.
//!
//! Whatever is done with them, the valid and what is refused, goes through a repository into a real store, and from there
//! through the projections.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::*;
use crate::aggregate::{Aggregate, Repository, Root};
use crate::projection::{Aim, Options, Policy, Task, run};
use crate::sample::domain::inventory::{InventoryEvent, InventoryRefused};
use crate::sample::domain::order::{Item, ItemAdded, OrderEvent, OrderRefused, Status};
use crate::sample::domain::{Inventory, Money, Order};
use crate::store::own::{OwnStore, StoreWriter};
use crate::store::{OpenOptions, open};
use crate::task::Halt;

type Table = BTreeMap<String, Value>;

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        drop(OwnStore::create(&place.path()).unwrap());
        place
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("own.db")
    }

    fn writer(&self) -> Box<dyn StoreWriter> {
        let store = OwnStore::open(&self.path()).unwrap();
        store.is_fleeting().unwrap();
        Box::new(store)
    }

    fn repository<A: Aggregate>(&self) -> Repository<A> {
        Repository::new(self.writer()).unwrap()
    }

    /// Does each with its aggregate, and saves what was raised where the third says so, and at the end; the states are
    /// those that are loaded after that, of the aggregates of which there is anything.
    fn after<A: Aggregate + Clone, C>(
        &self,
        ids: &[&str],
        deeds: &[(usize, C, bool)],
        mut act: impl FnMut(&str, &mut Root<A>, &C),
    ) -> BTreeMap<String, A> {
        let mut repository = self.repository::<A>();
        let mut roots: Vec<Root<A>> = ids.iter().map(|id| Root::new(id)).collect();
        for (which, deed, saves) in deeds {
            let root = &mut roots[*which];
            act(ids[*which], root, deed);
            if *saves {
                repository.save(root).unwrap();
            }
        }
        let mut states = BTreeMap::new();
        for (id, mut root) in ids.iter().zip(roots) {
            repository.save(&mut root).unwrap();
            let loaded = repository.load(id).unwrap().root;
            assert_eq!(json(loaded.state()), json(root.state()), "{id}");
            if loaded.version().0 > 0 {
                states.insert((*id).to_owned(), loaded.state().clone());
            }
        }
        states
    }

    /// The rows of these projections; no event was put aside.
    fn projected<const N: usize>(&self, names: [&str; N]) -> [Table; N] {
        let begin = |name: &str| {
            let projection = named(name).unwrap();
            Task::begin(projection, Policy::default(), Aim::Shown, self.writer()).unwrap()
        };
        let once = Options { threads: 1, follow: false };
        run(names.map(begin).into(), once, &Halt::default(), |_, _| {}).unwrap();
        names.map(|name| rows(&self.path(), name))
    }
}

fn rows(path: &Path, name: &str) -> Table {
    let mut reader = open(path, &OpenOptions::default()).unwrap();
    assert_eq!(reader.dead_letters(name).unwrap(), [], "{name}");
    let read = |(key, row): (smol_str::SmolStr, crate::model::Payload)| {
        (key.to_string(), serde_json::from_slice(row.bytes()).unwrap())
    };
    reader.rows(name, None, usize::MAX).unwrap().into_iter().map(read).collect()
}

fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// A number of JSON, as money is counted: 0 and 0.00 are the same.
fn amount(value: &Value) -> Amount {
    value.to_string().parse().unwrap()
}

/// Something that is done with an inventory: how many, where, and where to or why.
#[derive(Clone, Debug)]
enum Deed {
    Receive(u64, &'static str),
    Sell(u64, &'static str),
    TakeBack(u64, &'static str),
    Transfer(u64, &'static str, &'static str),
    Damage(u64, &'static str, &'static str),
    Adjust(u64, &'static str, &'static str),
}

fn quantity() -> impl Strategy<Value = u64> {
    // Few are refused, and some are as many as can be counted.
    prop_oneof![20 => 0..15_u64, 1 => Just(i64::MAX as u64), 1 => Just(u64::MAX)]
}

fn deed() -> impl Strategy<Value = Deed> {
    let place = || prop::sample::select(vec!["dock", "A-1", "the \"back\"/room", ""]);
    let reason = || prop::sample::select(vec!["dropped", "theft", ""]);
    prop_oneof![
        3 => (quantity(), place()).prop_map(|(n, at)| Deed::Receive(n, at)),
        2 => (quantity(), place()).prop_map(|(n, at)| Deed::Sell(n, at)),
        1 => (quantity(), place()).prop_map(|(n, at)| Deed::TakeBack(n, at)),
        2 => (quantity(), place(), place()).prop_map(|(n, from, to)| Deed::Transfer(n, from, to)),
        1 => (quantity(), place(), reason()).prop_map(|(n, at, why)| Deed::Damage(n, at, why)),
        2 => (quantity(), place(), reason()).prop_map(|(n, at, why)| Deed::Adjust(n, at, why)),
    ]
}

fn decided(stock: &Inventory, deed: &Deed) -> Result<[InventoryEvent; 1], InventoryRefused> {
    Ok(match *deed {
        Deed::Receive(count, at) => stock.receive(count, at)?.map(InventoryEvent::from),
        Deed::Sell(count, at) => stock.sell(count, at)?.map(InventoryEvent::from),
        Deed::TakeBack(count, at) => stock.take_back(count, at)?.map(InventoryEvent::from),
        Deed::Transfer(count, from, to) => {
            stock.transfer(count, from, to)?.map(InventoryEvent::from)
        }
        Deed::Damage(count, at, why) => stock.damage(count, at, why)?.map(InventoryEvent::from),
        Deed::Adjust(count, at, why) => stock.adjust(count, at, why)?.map(InventoryEvent::from),
    })
}

/// What is known of an inventory by what was done with it, beside its state.
#[derive(Debug, Default)]
struct Seen {
    /// What went, by what became of it.
    lost: BTreeMap<&'static str, i128>,
    /// Whether it runs low, and how often it began to.
    low: bool,
    times: u64,
}

impl Seen {
    fn follow(&mut self, deed: &Deed, before: u64, after: u64) {
        if let Deed::Damage(_, _, why) | Deed::Adjust(_, _, why) = *deed
            && after < before
        {
            *self.lost.entry(why).or_default() += i128::from(before - after);
        }
        let low = after < 10;
        self.times += u64::from(low && !self.low);
        self.low = low;
    }
}

fn stock(deeds: &[(usize, Deed, bool)]) {
    let place = Place::new();
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let states = place.after::<Inventory, _>(&["sku-1", "sku-2"], deeds, |id, root, deed| {
        let before = root.state().on_hand();
        if root.decide(|stock| decided(stock, deed)).is_ok() {
            let after = root.state().on_hand();
            seen.entry(id.to_owned()).or_default().follow(deed, before, after);
        }
    });
    let [levels, alerts, losses, places] =
        place.projected(["stock-levels", "reorder-alerts", "loss-prevention", "location-map"]);
    assert!(levels.keys().eq(states.keys()) && alerts.keys().eq(states.keys()));
    let mut map = Table::new();
    for (id, state) in &states {
        let (level, alert, seen) = (&levels[id], &alerts[id], &seen[id]);
        let there = json!(state.on_hand());
        assert_eq!((&level["on_hand"], &level["available"]), (&there, &there), "{id}");
        assert_eq!((&alert["level"]["on_hand"], &alert["low"]), (&there, &json!(seen.low)), "{id}");
        assert_eq!(alert["times"], json!(seen.times), "{id}");
        let lost = losses.get(id).map(|row| (row["lost"].clone(), row["reasons"].clone()));
        let sum: i128 = seen.lost.values().sum();
        assert_eq!(lost, (sum > 0).then(|| (json!(sum), json(&seen.lost))), "{id}");
        for (location, count) in &state.locations {
            map.entry(format!("place/{location}")).or_insert_with(|| json!({}))[id] = json!(count);
        }
    }
    assert_eq!(places, map);
}

/// Something that is done with an order.
#[derive(Clone, Debug)]
enum Wish {
    Create(&'static str, &'static str),
    Add(ItemAdded),
    Remove(&'static str),
    Submit,
}

fn wish() -> impl Strategy<Value = Wish> {
    let product = || prop::sample::select(vec!["p-1", "p-2", "p \"3\""]);
    let name = prop::sample::select(vec!["Grinder", "Mill", "Kettle, small"]);
    let cents = prop_oneof![20 => -50..3_000_i64, 1 => Just(i64::MAX)];
    let item = (product(), name, quantity(), cents).prop_map(|(id, name, quantity, cents)| {
        let (product_id, product_name) = (id.to_owned(), name.to_owned());
        ItemAdded { product_id, product_name, quantity, unit_price: Money::cents(cents) }
    });
    let customer = prop::sample::select(vec!["c-1", "c-2"]);
    let number = prop::sample::select(vec!["A-7", "B 8", ""]);
    prop_oneof![
        2 => (customer, number).prop_map(|(customer, number)| Wish::Create(customer, number)),
        6 => item.prop_map(Wish::Add),
        2 => product().prop_map(Wish::Remove),
        1 => Just(Wish::Submit),
    ]
}

fn granted(order: &Order, wish: &Wish) -> Result<[OrderEvent; 1], OrderRefused> {
    Ok(match wish {
        Wish::Create(customer, number) => order.create(*customer, *number)?.map(OrderEvent::from),
        Wish::Add(item) => order.add_item(item.clone())?.map(OrderEvent::from),
        Wish::Remove(product) => order.remove_item(product)?.map(OrderEvent::from),
        Wish::Submit => order.submit()?.map(OrderEvent::from),
    })
}

fn orders(wishes: &[(usize, Wish, bool)]) {
    let place = Place::new();
    // How often each product was put in, what it was called, and how often it was taken out.
    let mut products: BTreeMap<String, (u64, BTreeSet<String>, u64)> = BTreeMap::new();
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let states = place.after::<Order, _>(&["o-1", "o-2", "o-3"], wishes, |id, root, wish| {
        if root.decide(|order| granted(order, wish)).is_err() {
            return;
        }
        match wish {
            Wish::Add(item) => {
                let product = products.entry(item.product_id.clone()).or_default();
                product.0 += 1;
                product.1.insert(item.product_name.clone());
                let name = item.product_name.split([',', ' ']).filter(|word| !word.is_empty());
                words.entry(id.to_owned()).or_default().extend(name.map(str::to_lowercase));
            }
            Wish::Remove(product) => products.get_mut(*product).unwrap().2 += 1,
            Wish::Create(..) | Wish::Submit => {}
        }
    });
    let [list, customers, report, index, refunds] = place.projected([
        "order-list",
        "customer-orders",
        "order-analytics",
        "search-index",
        "refund-report",
    ]);
    assert!(list.keys().eq(states.keys()) && refunds.is_empty());
    let mut of: BTreeMap<&str, Table> = BTreeMap::new();
    let mut spent: BTreeMap<&str, Amount> = BTreeMap::new();
    let (mut placed, mut revenue) = (0, Amount::default());
    for (id, state) in &states {
        is_listed(&list[id], state);
        let customer = state.customer_id.as_deref().unwrap();
        of.entry(customer).or_default().insert(id.clone(), json(state.status));
        let has = |word: &String| index[id].as_array().unwrap().contains(&json!(word));
        assert!(words.get(id).into_iter().flatten().all(has), "{id}: {}", index[id]);
        if state.status == Status::Submitted {
            let total = amount(&json(state.total_amount));
            *spent.entry(customer).or_default() += total;
            placed += 1;
            revenue += total;
        }
    }
    for (customer, orders) in of {
        let row = &customers[&format!("customer/{customer}")];
        assert_eq!(row["orders"], json(orders), "{customer}");
        let sum = row["spent"].get("unsaid").map(amount);
        assert_eq!(sum, spent.get(customer).copied(), "{customer}");
    }
    let days = || report.iter().filter(|(key, _)| key.starts_with("day/")).map(|(_, day)| day);
    let sum = |column: &str| days().map(|day| day[column].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("created"), sum("placed")), (states.len() as u64, placed));
    let mut earned = Amount::default();
    days().filter_map(|day| day["revenue"].get("unsaid")).for_each(|one| earned += amount(one));
    assert_eq!(earned, revenue);
    let told = report.keys().filter(|key| key.starts_with("product/")).count();
    assert_eq!(told, products.len());
    for (id, (added, names, removed)) in products {
        let row = &report[&format!("product/{id}")];
        assert_eq!((&row["added"], &row["removed"]), (&json!(added), &json!(removed)), "{id}");
        assert!(names.contains(row["name"].as_str().unwrap()), "{id}: {row}");
    }
}

/// The list says of an order what its state says.
fn is_listed(row: &Value, state: &Order) {
    let said = [&row["customer"], &row["number"], &row["status"]].map(Clone::clone);
    let order = [json(&state.customer_id), json(&state.order_number), json(state.status)];
    assert_eq!(said, order);
    assert_eq!(amount(&row["total"]), amount(&json(state.total_amount)), "{row}");
    let lines = row["lines"].as_object().unwrap();
    assert!(lines.keys().collect::<BTreeSet<_>>().into_iter().eq(state.items.keys()), "{row}");
    for (product, item) in &state.items {
        let Item { product_name, quantity, unit_price } = item;
        let line = &lines[product];
        assert_eq!((&line["name"], &line["quantity"]), (&json!(product_name), &json!(quantity)));
        assert_eq!(amount(&line["unit_price"]), amount(&json(unit_price)), "{product}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Current stock, the map of places, reorder alerts and losses: for each inventory what its state says.
    #[test]
    fn what_is_told_of_an_inventory_is_what_its_state_says(
        deeds in prop::collection::vec((0..2_usize, deed(), any::<bool>()), 0..40),
    ) {
        stock(&deeds);
    }

    /// The list of orders, each customer's and what was sold: the sum of the states.
    #[test]
    fn what_is_told_of_orders_is_what_their_states_say(
        wishes in prop::collection::vec((0..3_usize, wish(), any::<bool>()), 0..40),
    ) {
        orders(&wishes);
    }
}

#[test]
fn what_a_count_found_lies_where_it_was_counted() {
    stock(&[
        (0, Deed::Adjust(5, "dock", "found"), true),
        (0, Deed::Transfer(2, "dock", "A-1"), true),
        (0, Deed::Adjust(0, "A-1", "theft"), true),
    ]);
}

#[test]
fn more_may_be_lost_in_time_than_can_be_there_at_once() {
    let most = i64::MAX as u64;
    let (came, broke) = (Deed::Receive(most, "dock"), Deed::Damage(most, "dock", "dropped"));
    let deeds = [came.clone(), broke.clone(), came, broke].map(|deed| (1, deed, true));
    stock(&deeds);
}

#[test]
fn more_of_a_product_is_called_and_costs_what_the_first_did() {
    let item = |name: &str, cents| {
        let (product_id, product_name) = ("p-1".to_owned(), name.to_owned());
        Wish::Add(ItemAdded {
            product_id,
            product_name,
            quantity: 2,
            unit_price: Money::cents(cents),
        })
    };
    let wishes =
        [Wish::Create("c-1", "A-7"), item("Mill", 1_999), item("Grinder", 2_500), Wish::Submit];
    orders(&wishes.map(|wish| (0, wish, false)));
}
