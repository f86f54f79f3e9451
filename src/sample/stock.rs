//! What lies on the shelves: received, reserved, picked, counted.

use super::calendar::{DAYS, Millis, START, at, visit};
use super::catalog::{PRODUCTS, Product};
use super::object::Object;
use super::plan::{Around, Fact, Plan, Planned, Service};
use super::seed::Seed;

/// The aggregate that counts a product.
pub(super) fn id(product: &Product) -> String {
    format!("stock-{}", product.id)
}

/// Puts every product on its shelf, fills it up on working days, and counts it now and then.
pub(super) fn list_all(plan: &mut Plan, seed: &mut Seed) {
    for (index, product) in PRODUCTS.iter().enumerate() {
        let listed = Object::new()
            .with("product", &Object::new().text("id", product.id).text("name", product.name))
            .with("bins", &Object::new().raw(&shelf(index), 0));
        let fact = Fact::Stock { said: listed, on_hand: 0, reserved: 0 };
        let time = START + 60_000 + index as i64 * 350;
        plan.add(time, ("Stock", &id(product)), "StockItemListed", inbound(0), fact);
        for day in (0..DAYS).filter(|day| day % 7 != 6) {
            receive(plan, seed, index, day);
        }
        for _ in 0..seed.between(0, 3) {
            count(plan, seed, product);
        }
    }
}

fn shelf(index: usize) -> String {
    format!("{}-{:02}", ["A", "B", "C"][index % 3], index + 1)
}

fn inbound(day: i64) -> Around {
    Around::new(Service::Warehouse, "kim@warehouse", &format!("in-{}", 300 + day))
}

/// Fills a product up in the morning of a day: the best seller always, the others now and then.
pub(super) fn receive(plan: &mut Plan, seed: &mut Seed, index: usize, day: i64) {
    let (product, best_seller) = (&PRODUCTS[index], index == 0);
    let usual = if best_seller { 1500 } else { 8 + product.popularity * 6 };
    if day > 0 && !best_seller && !seed.chance(40) {
        return;
    }
    let quantity = if day == 0 { usual * 3 } else { usual + seed.between(0, usual / 4) };
    let delivery = Object::new()
        .text("id", &format!("in-{}-{}", 300 + day, product.id))
        .text("supplier", seed.pick(&["Rösterei Süd", "Kontor Hamburg", "東京茶業"]))
        .raw("pallets", quantity / 400 + 1);
    // What does not fit on the shelf stands in the aisle; `null` where nothing does.
    let aisle = if quantity > 400 { (quantity - 400).to_string() } else { "null".to_owned() };
    let bins = Object::new().raw(&shelf(index), quantity.min(400)).raw("aisle", aisle);
    let said =
        Object::new().with("delivery", &delivery).raw("quantity", quantity).with("bins", &bins);
    let time = at(day, 5, 40) + seed.between(0, 1_500_000);
    let fact = Fact::Stock { said, on_hand: quantity, reserved: 0 };
    plan.add(time, ("Stock", &id(product)), "StockReceived", inbound(day), fact);
}

fn count(plan: &mut Plan, seed: &mut Seed, product: &Product) {
    let time = visit(seed).max(at(1, 0, 0));
    let by = -seed.between(1, 3);
    let said = Object::new()
        .raw("quantity", by)
        .text("reason", seed.pick(&["breakage", "miscounted", "sample for the press"]));
    let around = Around::new(Service::Warehouse, "kim@warehouse", "stocktaking");
    let fact = Fact::Stock { said, on_hand: by, reserved: 0 };
    plan.add(time, ("Stock", &id(product)), "StockAdjusted", around, fact);
}

fn moved(
    plan: &mut Plan,
    time: Millis,
    product: &Product,
    what: (&'static str, i64, i64),
    said: Object,
    around: Around,
) -> Planned {
    let (event_type, on_hand, reserved) = what;
    let fact = Fact::Stock { said, on_hand, reserved };
    plan.add(time, ("Stock", &id(product)), event_type, around, fact)
}

/// Sets some aside for an order.
pub(super) fn reserve(
    plan: &mut Plan,
    time: Millis,
    (product, quantity): (&Product, i64),
    order: &str,
    around: Around,
) -> Planned {
    let said = Object::new().text("order", order).raw("quantity", quantity);
    moved(plan, time, product, ("StockReserved", 0, quantity), said, around)
}

/// Gives back what was set aside.
pub(super) fn release(
    plan: &mut Plan,
    time: Millis,
    (product, quantity): (&Product, i64),
    order: &str,
    around: Around,
) -> Planned {
    let said = Object::new().text("order", order).raw("quantity", quantity);
    moved(plan, time, product, ("StockReleased", 0, -quantity), said, around)
}

/// Takes what was set aside off the shelf.
pub(super) fn pick(
    plan: &mut Plan,
    time: Millis,
    (product, quantity): (&Product, i64),
    order: &str,
    around: Around,
) -> Planned {
    let said = Object::new().text("order", order).raw("quantity", quantity);
    moved(plan, time, product, ("StockPicked", -quantity, -quantity), said, around)
}
