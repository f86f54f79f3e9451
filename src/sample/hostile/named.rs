//! Names that a terminal would obey, that are not seen, or that do not fit: of aggregates, categories, types and keys.

use super::super::object::Object;
use super::teller::{Teller, around};

/// What a terminal obeys: another colour, a cleared screen, another title, a bell, a cursor that moves.
pub const CONTROL: &str =
    "\u{1b}[31mred\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}5A\u{8}\r\t\u{0}\u{7f}end";
/// Text that turns its neighbours around, or cannot be seen.
pub const BIDI: &str =
    "user\u{202e}nimda\u{202c} \u{2066}x\u{2069}\u{200f}\u{200b}\u{feff}\u{61c}\u{ad}end";
/// Letters of two cells.
pub const IDEOGRAPHS: &str = "注文 주문 オーダー 訂單";
/// Families, skin tones, flags of countries and of nations, keycaps, hearts with and without colour.
pub const EMOJI: &str = "👨‍👩‍👧‍👦👍🏽🇨🇭🏴󠁧󠁢󠁳󠁣󠁴󠁿🏳️‍🌈1️⃣❤️❤ 🇨";
/// Marks on letters, many on one, one on nothing, and scripts that join.
pub const COMBINING: &str = "\u{301}e\u{301}Z\u{351}\u{36b}\u{343}\u{32a}a\u{302}\u{323} नमस्ते ﷽ กำ";
/// Letters of one cell, of two, and of none.
pub const WIDE: &str = "ｆｕｌｌ　ｗｉｄｔｈ ｱﾞ \u{1160}\u{3164}";
/// An id on two lines.
pub const NEWLINE: &str = "order\n4711\r\nand more";
/// What separates lines elsewhere.
pub const LINE: &str = "order\u{2028}4711\u{2029}\u{85}end";
/// The id of the aggregate whose keys and types are long.
pub const LONG: &str = "long";
/// The beginning of the event type of 300 characters.
pub const LONG_TYPE: &str = "com.example.shop.orders.events.v1.";

/// Every name that is odd in what it is made of.
const ODD: [&str; 8] = [CONTROL, BIDI, IDEOGRAPHS, EMOJI, COMBINING, WIDE, NEWLINE, LINE];

pub(super) fn tell(teller: &mut Teller) {
    for name in ODD {
        // As an id, a type, a key, a value, an element, around the event; twice, so that something changes.
        for step in 0..3 {
            let inside = Object::new().text(name, name).raw("n", step);
            let data = Object::new()
                .text(name, &format!("{name} {step}"))
                .with("inside", &inside)
                .raw(&format!("list of {name}"), format_args!("[{inside},{step}]"));
            let event = teller.tell(("Names", name), name, data);
            event.schema = Some(name.into());
            let said = Object::new().text("user_id", name).text("correlation_id", name);
            around(event, said.text(name, name));
        }
    }
    empty(teller);
    long(teller);
    for (at, category) in ["", CONTROL, EMOJI, &"category".repeat(60)].into_iter().enumerate() {
        teller.tell((category, &format!("in-{at}")), "Made", Object::new().raw("n", at));
    }
}

/// No id, no type, no key.
fn empty(teller: &mut Teller) {
    for step in 0..3 {
        let data = Object::new().raw("", step).with(" ", &Object::new().text("", ""));
        let event = teller.tell(("Names", ""), "", data.raw("list", r#"["",{}," "]"#));
        around(event, Object::new().text("", "").text("user_id", ""));
    }
    teller.tell(("Names", "   "), " ", Object::new().text("   ", "   "));
    teller.tell(("", ""), "", Object::new());
}

fn repeated(piece: &str, characters: usize) -> String {
    piece.chars().cycle().take(characters).collect()
}

/// Keys of 5,000 characters, types of 300, ids of 2,000, and a value of each.
fn long(teller: &mut Teller) {
    let of = ("Names", LONG);
    let kind = LONG_TYPE.to_owned() + &repeated("AndTheCustomerWasTold", 300 - LONG_TYPE.len() - 4);
    for step in 0..3 {
        let keys = ["key", "a key with spaces ", "鍵", "👨‍👩‍👧‍👦", "e\u{301}", "\u{1b}[2J"];
        let data = keys.into_iter().fold(Object::new(), |data, key| {
            let key = repeated(key, 5_000);
            data.text(&key, &format!("{step} {key}")).with(
                &format!("{key}!"),
                &Object::new().text(&key, &key).raw("step", step).raw(&key.repeat(2), "[]"),
            )
        });
        let event = teller.tell(of, &format!("{kind}v{step:03}"), data);
        event.schema = Some(repeated("1.2.3-", 300).into());
        let said = Object::new().text("user_id", &repeated("ana@shop ", 5_000));
        around(event, said.text("correlation_id", &repeated("c-8", 5_000)));
    }
    for (at, piece) in ["a", "訂", "👨‍👩‍👧‍👦", "e\u{301}\u{302}", "\u{202e}"].into_iter().enumerate()
    {
        let id = format!("long-{}-{at}", repeated(piece, 2_000));
        teller.tell(("Names", &id), &repeated("Type", 300), Object::new().raw("n", at));
    }
}
