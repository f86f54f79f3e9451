//! What the shop sells and to whom.

use super::object::{Currency, EUR, JPY, KWD, Object};
use super::seed::Seed;

/// Something that can be bought.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// Its price in euro cents.
    pub(super) cents: i64,
    /// Its weight in grams.
    pub(super) grams: i64,
    /// How often it is bought beside the others.
    pub(super) popularity: i64,
}

const fn product(
    id: &'static str,
    name: &'static str,
    cents: i64,
    grams: i64,
    popularity: i64,
) -> Product {
    Product { id, name, cents, grams, popularity }
}

/// Everything there is; the first is the best seller.
pub(super) const PRODUCTS: [Product; 20] = [
    product("p-1", "Espresso »Nachtschicht«, 1 kg", 1990, 1020, 40),
    product("p-2", "Filterkaffee »Frühaufsteher«, 500 g", 1290, 515, 24),
    product("p-3", "Yirgacheffe, whole bean, 1 kg", 2495, 1020, 18),
    product("p-4", "Decaf »Siesta«, 250 g", 790, 260, 10),
    product("p-5", "Sencha 煎茶, 100 g", 1450, 120, 9),
    product("p-6", "Matcha 抹茶, 30 g", 2150, 60, 8),
    product("p-7", "Hand grinder »Brünn«", 7995, 640, 6),
    product("p-8", "Pour-over dripper, porcelain", 2290, 410, 9),
    product("p-9", "Cup »Kännchen«, 200 ml", 750, 310, 14),
    product("p-10", "Moka pot, 3 cups", 3190, 480, 7),
    product("p-11", "Milk jug, 350 ml", 1690, 290, 6),
    product("p-12", "Paper filters, 100", 490, 140, 22),
    product("p-13", "Scale with timer", 3890, 450, 5),
    product("p-14", "Gooseneck kettle", 6490, 1180, 4),
    product("p-15", "Descaler, 500 ml", 890, 560, 6),
    product("p-16", "Oat drink, 6 × 1 l", 1314, 6200, 8),
    product("p-17", "Gift card 🎁", 2500, 10, 5),
    product("p-18", "Biscotti, 200 g", 545, 220, 12),
    product("p-19", "Cleaning brush", 395, 60, 6),
    product("p-20", "Espresso machine »Großer Bär«", 64900, 11800, 1),
];

/// The place in [`PRODUCTS`] of something with this id.
pub(super) fn index_of(id: &str) -> usize {
    PRODUCTS.iter().position(|product| product.id == id).expect("the catalog has it")
}

/// Somebody who buys.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) number: usize,
    pub(super) name: String,
    /// `None` for people who order by telephone.
    pub(super) email: Option<String>,
    pub(super) street: String,
    pub(super) city: &'static str,
    pub(super) zip: &'static str,
    pub(super) country: &'static str,
    pub(super) currency: Currency,
}

impl Customer {
    /// The customer's id.
    pub(super) fn id(&self) -> String {
        format!("cust-{}", self.number)
    }

    /// The id of the customer's account.
    pub(super) fn account(&self) -> String {
        format!("acc-{}", self.number)
    }

    /// Who is written down as having done something.
    pub(super) fn actor(&self) -> String {
        self.email.clone().unwrap_or_else(|| self.id())
    }

    /// Where the customer lives.
    pub(super) fn address(&self) -> Object {
        Object::new()
            .text("name", &self.name)
            .text("street", &self.street)
            .text("city", self.city)
            .text("zip", self.zip)
            .text("country", self.country)
    }
}

/// The number of the customer to whom it happens.
pub(super) const UNLUCKY: usize = 118;
/// How many customers there are; their numbers begin at 1.
const CUSTOMERS: usize = 160;

const FIRST: [&str; 20] = [
    "Ana", "Björn", "Chloé", "Dilara", "Emil", "Frieda", "Gülay", "Hannah", "Ivo", "Jörg", "Käthe",
    "Luca", "Maëlle", "Niño", "Oda", "Paweł", "Rosa", "Søren", "Theo", "Ursula",
];
const LAST: [&str; 18] = [
    "Albrecht",
    "Bäcker",
    "Côté",
    "Dvořák",
    "Engel",
    "Fuchs",
    "Groß",
    "Håkansson",
    "Iglesias",
    "Jansen",
    "Köhler",
    "Lindqvist",
    "Müller",
    "Nowak",
    "Öztürk",
    "Peeters",
    "Rossi",
    "Weiß",
];
const JAPANESE: [(&str, &str); 6] = [
    ("佐藤 美咲", "misaki"),
    ("鈴木 さくら", "sakura"),
    ("高橋 蓮", "ren"),
    ("田中 陽翔", "haruto"),
    ("伊藤 結衣", "yui"),
    ("渡辺 湊", "minato"),
];
const KUWAITI: [(&str, &str); 4] = [
    ("Noura Al-Mutairi", "noura"),
    ("Fahad Al-Enezi", "fahad"),
    ("Dana Al-Rashid", "dana"),
    ("Yousef Al-Hajri", "yousef"),
];
const COMPANIES: [(&str, &str); 4] = [
    ("Café Kätzchen 🐈 GmbH", "einkauf@kaetzchen.example"),
    ("Bäckerei Süß & Söhne 🥐", "bestellung@suess.example"),
    ("Studio 👩‍🎨 Côté & Filles", "atelier@cote.example"),
    ("Kantine Straße 8 e. V.", "kantine@strasse8.example"),
];
const STREETS: [&str; 8] = [
    "Lindenstraße",
    "Am Mühlbach",
    "Rue de l’Église",
    "Via Roma",
    "Kanalgatan",
    "Ulica Długa",
    "Schloßplatz",
    "Marktweg",
];
const CITIES: [(&str, &str, &str); 8] = [
    ("Köln", "50667", "DE"),
    ("Zürich", "8001", "CH"),
    ("Liège", "4000", "BE"),
    ("Göteborg", "411 03", "SE"),
    ("Łódź", "90-001", "PL"),
    ("Wien", "1010", "AT"),
    ("Bologna", "40121", "IT"),
    ("Nürnberg", "90402", "DE"),
];

/// Everybody.
pub(super) fn customers(seed: &mut Seed) -> Vec<Customer> {
    (1..=CUSTOMERS).map(|number| customer(seed, number)).collect()
}

fn customer(seed: &mut Seed, number: usize) -> Customer {
    if number == UNLUCKY {
        return Customer {
            number,
            name: "Zoë Brückner".to_owned(),
            email: Some("zoe@brueckner.example".to_owned()),
            street: "Am Mühlbach 9".to_owned(),
            city: "Nürnberg",
            zip: "90402",
            country: "DE",
            currency: EUR,
        };
    }
    let house = seed.between(1, 120);
    if number % 20 == 7 {
        return company(seed, number, house);
    }
    match seed.weighted(&[84, 10, 6]) {
        0 => {
            let (first, last) = (seed.pick(&FIRST), seed.pick(&LAST));
            let (city, zip, country) = seed.pick(&CITIES);
            let street = format!("{} {house}", seed.pick(&STREETS));
            let email = format!("c{number}@mail.example");
            let email = Some(email).filter(|_| seed.chance(90));
            let name = format!("{first} {last}");
            Customer { number, name, email, street, city, zip, country, currency: EUR }
        }
        1 => {
            let (name, short) = seed.pick(&JAPANESE);
            Customer {
                number,
                name: name.to_owned(),
                email: Some(format!("{short}{number}@mail.example")),
                street: format!("神宮前 {}-{house}", seed.between(1, 6)),
                city: "東京都渋谷区",
                zip: "150-0001",
                country: "JP",
                currency: JPY,
            }
        }
        _ => {
            let (name, short) = seed.pick(&KUWAITI);
            Customer {
                number,
                name: name.to_owned(),
                email: Some(format!("{short}{number}@mail.example")),
                street: format!("Block {}, Street {house}", seed.between(1, 9)),
                city: "Kuwait City",
                zip: "15000",
                country: "KW",
                currency: KWD,
            }
        }
    }
}

fn company(seed: &mut Seed, number: usize, house: i64) -> Customer {
    let (name, email) = COMPANIES[number / 20 % COMPANIES.len()];
    let (city, zip, country) = seed.pick(&CITIES);
    Customer {
        number,
        name: name.to_owned(),
        email: Some(email.to_owned()),
        street: format!("{} {house}", seed.pick(&STREETS)),
        city,
        zip,
        country,
        currency: EUR,
    }
}
