//! One order, step by step: what a customer, the payments worker and the warehouse do with it.

use super::account;
use super::basket::Basket;
use super::calendar::{Millis, SECOND, at};
use super::catalog::Customer;
use super::object::Object;
use super::plan::{Around, Arrival, Fact, Plan, Planned, Service};
use super::stock;

/// When the program that writes version 2 of `OrderCreated` went into service.
const SECOND_SCHEMA: Millis = at(4, 5, 40);

/// An order while it is being planned. Its clock stands where the next thing happens.
pub(super) struct Order<'a> {
    pub(super) plan: &'a mut Plan,
    pub(super) customer: &'a Customer,
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) clock: Millis,
    pub(super) basket: Basket,
    /// Each with what it arrives with.
    parcels: Vec<(Object, Arrival)>,
    refunds: Vec<Object>,
    notes: Vec<Object>,
}

impl<'a> Order<'a> {
    /// Creates an order at `clock`.
    pub(super) fn create(
        plan: &'a mut Plan,
        customer: &'a Customer,
        number: i64,
        clock: Millis,
    ) -> Self {
        let mut order = Self {
            plan,
            customer,
            number,
            id: format!("order-{number}"),
            clock,
            basket: Basket::new(customer.currency),
            parcels: Vec::new(),
            refunds: Vec::new(),
            notes: Vec::new(),
        };
        order.created();
        order
    }

    fn created(&mut self) {
        let customer = self.customer;
        // Version 1 only had the id. In version 2 `email` is `null` for somebody who has none.
        let (schema, said) = if self.clock < SECOND_SCHEMA {
            (1, Object::new().text("customer", &customer.id()))
        } else {
            let who = Object::new()
                .text("id", &customer.id())
                .text("name", &customer.name)
                .maybe("email", customer.email.as_deref());
            let channel = if customer.email.is_some() { "web" } else { "telephone" };
            (2, Object::new().with("customer", &who).text("channel", channel))
        };
        let said = said
            .text("currency", customer.currency.code)
            .text("status", "DRAFT")
            .with("items", &Object::new())
            .raw("total", self.basket.money(0));
        let key = ("Order", self.id.as_str());
        let around = around(self.number, Service::Web, &customer.actor());
        self.plan.add_schema(self.clock, key, ("OrderCreated", schema), around, Fact::Said(said));
    }

    /// Who does something with this order.
    pub(super) fn by(&self, service: Service, actor: &str) -> Around {
        around(self.number, service, actor)
    }

    /// Records an event of the order.
    pub(super) fn say(
        &mut self,
        event_type: &'static str,
        around: Around,
        said: Object,
    ) -> Planned {
        self.say_of(event_type, around, Fact::Said(said))
    }

    fn say_of(&mut self, event_type: &'static str, around: Around, fact: Fact) -> Planned {
        self.plan.add(self.clock, ("Order", &self.id), event_type, around, fact)
    }

    fn customer_says(&mut self, event_type: &'static str, said: Object) -> Planned {
        let around = self.by(Service::Web, &self.customer.actor());
        self.say(event_type, around, said)
    }

    fn with_total(&self, said: Object) -> Object {
        said.raw("total", self.basket.money(self.basket.total()))
    }

    /// Puts in so many of a product.
    pub(super) fn add_item(&mut self, index: usize, quantity: i64) {
        let known = self.basket.holds(index);
        let said = self.basket.put(index, quantity);
        let said = self.with_total(said);
        self.customer_says(if known { "ItemQuantityChanged" } else { "ItemAdded" }, said);
    }

    /// Takes a product out.
    pub(super) fn remove_item(&mut self, index: usize) {
        let said = self.basket.take_out(index);
        let said = self.with_total(said);
        self.customer_says("ItemRemoved", said);
    }

    /// Takes `percent` off.
    pub(super) fn apply_coupon(&mut self, code: &str, percent: i64) {
        self.basket.discount_by(percent);
        let coupon = Object::new()
            .text("code", code)
            .raw("percent", percent)
            .raw("discount", self.basket.money(self.basket.discount()));
        let said = self.with_total(Object::new().with("coupon", &coupon));
        self.customer_says("CouponApplied", said);
    }

    /// Takes the coupon back: from now on `null`, where an order that never had one says nothing.
    pub(super) fn remove_coupon(&mut self) {
        self.basket.discount_by(0);
        let said = self.with_total(Object::new().raw("coupon", "null"));
        self.customer_says("CouponRemoved", said);
    }

    /// Says where it shall go.
    pub(super) fn change_address(&mut self, address: &Object, note: Option<&str>) {
        let delivery = Object::new().with("address", address).maybe("note", note);
        self.customer_says("AddressChanged", Object::new().with("delivery", &delivery));
    }

    /// Orders what is in it; its goods are set aside.
    pub(super) fn place(&mut self) -> Planned {
        let placed = self.customer_says("OrderPlaced", Object::new().text("status", "PLACED"));
        for (at, goods) in self.basket.goods().into_iter().enumerate() {
            let around = self.by(Service::Warehouse, "reservations").because(placed);
            let time = self.clock + 40 + at as i64 * 15;
            stock::reserve(self.plan, time, goods, &self.id, around);
        }
        placed
    }

    /// The money arrives: from the customer's account, or however `method` says.
    pub(super) fn pay(&mut self, method: &str, placed: Planned) -> Planned {
        let amount = self.basket.total();
        let mut cause = placed;
        if method == "account" {
            let around = self.by(Service::Wallet, "payments-worker").because(placed);
            let target = Object::new().text("kind", "order").text("order", &self.id);
            let (plan, time) = (&mut *self.plan, self.clock);
            cause = account::withdraw(plan, time, self.customer, amount, around, &target);
            self.clock += 60;
        }
        let payment = Object::new()
            .text("id", &format!("pm-{}", self.number * 7 % 9000 + 1000))
            .text("method", method)
            .raw("amount", self.basket.money(amount));
        let said = Object::new().text("status", "PAID").with("payment", &payment);
        let around = self.by(Service::Payments, "payments-worker").because(cause);
        self.say("PaymentReceived", around, said)
    }

    /// Takes the goods off the shelves and hands them over, in as many parcels as `split` says.
    pub(super) fn ship(&mut self, paid: Planned, picker: &str, split: usize) -> Planned {
        let mut last = paid;
        for goods in self.basket.goods() {
            self.clock += 9 * SECOND;
            let around = self.by(Service::Warehouse, picker).because(paid);
            last = stock::pick(self.plan, self.clock, goods, &self.id, around);
        }
        self.clock += 240 * SECOND;
        let goods = self.basket.goods();
        let size = goods.len().div_ceil(split.max(1)).max(1);
        self.parcels = goods
            .chunks(size)
            .enumerate()
            .map(|(at, goods)| {
                let grams: i64 = goods.iter().map(|(product, n)| product.grams * n).sum();
                let ids: Vec<String> =
                    goods.iter().map(|(product, _)| format!("{:?}", product.id)).collect();
                Object::new()
                    .text("id", &format!("pc-{}-{}", self.number, at + 1))
                    .text("carrier", if grams > 5000 { "Spedition Groß" } else { "Bote & Co." })
                    .raw("weight_kg", format_args!("{}.{:03}", grams / 1000, grams % 1000))
                    .raw("items", format_args!("[{}]", ids.join(",")))
            })
            .map(|parcel| (parcel, Arrival::Later))
            .collect();
        let parcels = self.parcels.clone();
        let said = Object::new().text("status", "SHIPPED");
        let around = self.by(Service::Warehouse, picker).because(last);
        self.say_of("OrderShipped", around, Fact::Parcels { said, parcels })
    }

    /// One more parcel arrives at `clock`; how many arrived before is `before`.
    pub(super) fn deliver(&mut self, shipped: Planned, before: usize) {
        let Some(parcel) = self.parcels.get_mut(before) else { return };
        parcel.1 = Arrival::Now;
        let parcels = self.parcels.clone();
        let status = if before + 1 == parcels.len() { "DELIVERED" } else { "SHIPPED" };
        let said = Object::new().text("status", status);
        let around = self.by(Service::Carrier, "carrier-hook").because(shipped);
        let delivered = self.say_of("ParcelDelivered", around, Fact::Parcels { said, parcels });
        self.parcels[before].1 = Arrival::With(delivered);
    }

    /// How many parcels it went out in.
    pub(super) fn parcels(&self) -> usize {
        self.parcels.len()
    }

    /// Somebody asks for money back.
    pub(super) fn request_refund(&mut self, amount: i64, reason: &str, around: Around) -> Planned {
        let refund = Object::new()
            .text("id", &format!("rf-{}", self.number))
            .raw("amount", self.basket.money(amount))
            .text("reason", reason);
        let said = Object::new().text("status", "REFUND_REQUESTED").with("refund", &refund);
        self.say("RefundRequested", around, said)
    }

    /// Money goes back to the customer's account.
    pub(super) fn issue_refund(&mut self, amount: i64, gateway: &str, around: Around) -> Planned {
        self.basket.give_back(amount);
        self.refunds
            .push(Object::new().text("id", gateway).raw("amount", self.basket.money(amount)));
        let said = Object::new()
            .text("status", "REFUNDED")
            .list("refunds", &self.refunds)
            .raw("refunded", self.basket.money(self.basket.refunded()));
        let said = self.with_total(said);
        let issued = self.say("RefundIssued", around, said);
        let around = self.by(Service::Wallet, "payments-worker").because(issued);
        let source =
            Object::new().text("kind", "refund").text("order", &self.id).text("id", gateway);
        let (plan, time) = (&mut *self.plan, self.clock + 35);
        account::deposit(plan, time, self.customer, amount, around, &source);
        issued
    }

    /// It is called off; what was set aside is free again.
    pub(super) fn cancel(&mut self, reason: &str, around: Around, reserved: bool) -> Planned {
        let said = Object::new().text("status", "CANCELLED").text("reason", reason);
        let cancelled = self.say("OrderCancelled", around, said);
        for goods in self.basket.goods().into_iter().filter(|_| reserved) {
            let around = self.by(Service::Warehouse, "reservations").because(cancelled);
            stock::release(self.plan, self.clock + 50, goods, &self.id, around);
        }
        cancelled
    }

    /// Somebody writes something down.
    pub(super) fn note(&mut self, by: &str, text: &str) -> Planned {
        let id = format!("n-{}", self.notes.len() + 1);
        self.notes.push(Object::new().text("id", &id).text("by", by).text("text", text));
        let said = Object::new().list("notes", &self.notes);
        let around = self.by(Service::Desk, by);
        self.say("NoteAdded", around, said)
    }
}

fn around(number: i64, service: Service, actor: &str) -> Around {
    Around::new(service, actor, &format!("c-{number}"))
}
