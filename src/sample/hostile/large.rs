//! Values beyond all measure, and small changes in and beside them.

use std::fmt::Write as _;

use super::super::object::Object;
use super::teller::{Teller, around};
use super::{LEVELS, Large};
use crate::model::json::MAX_DEPTH;

/// Small changes after each large one: what a person steps through.
const STEPS: u64 = 24;

pub(super) fn tell(teller: &mut Teller, large: &Large) {
    members(teller, large.members);
    numbers(teller, large.elements);
    structure(teller, large.bytes);
    text(teller, large.bytes);
    turnover(teller, large.members);
    nested(teller);
    deepest(teller);
}

/// Small events that leave what is large alone.
fn steps(teller: &mut Teller, of: (&str, &str)) {
    for step in 1..=STEPS {
        teller.tell(of, "Noted", Object::new().raw("step", step).text("by", "ana@shop"));
    }
}

/// Many members in one object; each later event changes one of them.
fn members(teller: &mut Teller, count: usize) {
    let of = ("Large", "members");
    let all: Vec<String> =
        (0..count).map(|at| format!(r#""member-{at}":"{} pieces""#, at * 7919 % 1000)).collect();
    teller.tell(of, "StockCounted", format_args!(r#"{{"stock":{{{}}}}}"#, all.join(",")));
    for step in 1..=STEPS as usize {
        let at = step * 48_271 % count;
        let text = format!(r#"{{"stock":{{"member-{at}":"{step} left"}}}}"#);
        teller.tell(of, "StockChanged", text);
    }
}

/// Many numbers in one array, which is recorded anew where one of them changes.
fn numbers(teller: &mut Teller, count: usize) {
    let of = ("Large", "numbers");
    let all = |changed: Option<usize>| {
        let mut text = String::from("[");
        for at in 0..count {
            if changed.is_some_and(|changed| at == changed / 2) {
                // One that is gone.
                continue;
            }
            let _ = match changed {
                Some(changed) if at == changed => write!(text, "-{at}.50,"),
                _ => write!(text, "{at},"),
            };
        }
        text.truncate(text.len() - 1);
        text + "]"
    };
    teller.tell(of, "Measured", Object::new().raw("values", all(None)));
    steps(teller, of);
    teller.tell(of, "MeasuredAgain", Object::new().raw("values", all(Some(count / 2))));
    steps(teller, of);
}

/// So many bytes of small objects.
fn structure(teller: &mut Teller, bytes: usize) {
    let of = ("Large", "structure");
    let line = |at: usize, quantity: usize| {
        Object::new()
            .text("name", &format!("Widget number {at}"))
            .raw("quantity", quantity)
            .raw("unit_price", format_args!("{}.{:02}", at % 90, at % 100))
            .raw("tags", format_args!(r#"["t{}","t{}"]"#, at % 7, at % 11))
            .with("from", &Object::new().raw("bin", at % 48).text("row", "B-12"))
    };
    let mut text = String::with_capacity(bytes + 200);
    let mut count = 0;
    while text.len() < bytes {
        let _ = write!(text, r#"{}"line-{count}":{}"#, ["", ","][count.min(1)], line(count, 1));
        count += 1;
    }
    teller.tell(of, "Imported", format_args!(r#"{{"lines":{{{text}}}}}"#));
    for step in 1..=STEPS as usize {
        let at = step * 48_271 % count;
        let changed = Object::new().raw(&format!("line-{at}"), line(at, step + 1));
        teller.tell(of, "LineChanged", Object::new().with("lines", &changed));
    }
}

/// One string of so many bytes, with lines, controls and wide letters in it; then another end of it.
fn text(teller: &mut Teller, bytes: usize) {
    let of = ("Large", "text");
    let with_end = |end: &str| {
        let mut text = String::with_capacity(bytes + 200);
        let mut line = 0;
        while text.len() < bytes {
            line += 1;
            let _ = match line % 10 {
                0 => writeln!(text, "{line}: 注文 👩‍🚀 e\u{301} \u{1b}[31m\u{202e}red\t."),
                _ => write!(text, "{line}: a sentence of a text that has very many of them. "),
            };
        }
        text + end
    };
    teller.tell(of, "Written", Object::new().text("body", &with_end("The end.")));
    steps(teller, of);
    teller.tell(of, "Rewritten", Object::new().text("body", &with_end("Another end.")));
    steps(teller, of);
}

/// Everything changes at once, is taken away, and comes again.
fn turnover(teller: &mut Teller, count: usize) {
    let of = ("Large", "turnover");
    let all = |by: usize| {
        let all: Vec<String> =
            (0..count).map(|at| format!(r#""m{at}":{{"n":{},"of":{at}}}"#, at * by)).collect();
        format!(r#"{{"all":{{{}}}}}"#, all.join(","))
    };
    for by in 1..=4 {
        teller.tell(of, "AllChanged", all(by));
    }
    teller.tell(of, "AllTaken", r#"{"all":null}"#);
    teller.tell(of, "AllBack", all(1));
    steps(teller, of);
}

/// A state of so many levels, every third in an array, with a value beside each.
fn levels(levels: usize, bottom: &str) -> String {
    (1..=levels).rev().fold(bottom.to_owned(), |inside, level| match level % 3 {
        0 => format!(r#"{{"beside":{level},"level{level}":[{inside}]}}"#),
        _ => format!(r#"{{"beside":{level},"level{level}":{inside}}}"#),
    })
}

/// As deep as the brackets of `text` go.
fn depth(text: &str) -> usize {
    let mut depth = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => depth = (depth.0 + 1, depth.1.max(depth.0 + 1)),
            b'}' | b']' => depth.0 -= 1,
            _ => {}
        }
    }
    depth.1
}

fn nested(teller: &mut Teller) {
    let of = ("Large", "nested");
    for bottom in ["\"bottom\"", "\"another bottom\"", "[1,2,3]", "null"] {
        let event = teller.tell(of, "Nested", levels(LEVELS, bottom));
        around(event, levels(LEVELS, bottom));
    }
    steps(teller, of);
}

/// As deep as a payload is read, a level deeper, and far deeper.
fn deepest(teller: &mut Teller) {
    let of = ("Large", "deepest");
    let brackets = |levels: usize| {
        let inside = levels - 1;
        format!(r#"{{"a":{}{}}}"#, "[".repeat(inside), "]".repeat(inside))
    };
    let fitting = (1..=MAX_DEPTH).rev().find(|count| depth(&levels(*count, "1")) <= MAX_DEPTH);
    teller.tell(of, "AsDeepAsIsRead", levels(fitting.unwrap_or(1), "1"));
    teller.tell(of, "AsDeepAsIsRead", brackets(MAX_DEPTH));
    teller.tell(of, "TooDeep", brackets(MAX_DEPTH + 1));
    teller.tell(of, "MuchTooDeep", brackets(100_000));
    steps(teller, of);
}
