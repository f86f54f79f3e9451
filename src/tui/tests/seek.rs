//! Searching the state: keys and values, open or closed, and the way along what was found.

use super::stage::{SIZES, Stage, event};

fn deep() -> String {
    r#"{"status":"open","items":{"a":{"b":{"c":{"d":{"Total":17,"note":"a total of 17"}}}}},"total":99,"x":null}"#
        .to_owned()
}

fn place(stage: &Stage) -> String {
    stage.app.model.travel.as_ref().unwrap().tree.place.clone()
}

#[test]
fn keys_and_values_are_found_where_they_are_closed_and_walked_both_ways() {
    for (name, size) in SIZES {
        let first = event("order-1", 1, "Made", 1, &deep());
        let second = event("order-1", 2, "Changed", 2, r#"{"total":17}"#);
        let mut stage = Stage::on(vec![first, second], size);
        stage.keys("alt-2 < /").shows("keys and values").text("total").shows("1 of 3");
        insta::assert_snapshot!(format!("typing_{name}"), stage.picture());
        stage.keys("enter");
        assert_eq!(place(&stage), ".items.a.b.c.d.Total");
        stage.keys("n").shows("2 of 3").keys("n").shows("3 of 3").keys("n").shows("1 of 3");
        stage.keys("N").shows("3 of 3");
        assert_eq!(place(&stage), ".total");
        insta::assert_snapshot!(format!("kept_{name}"), stage.picture());
        // The next change is another key, and the search goes along with the playhead.
        stage.keys("<").keys("c");
        assert_eq!(place(&stage), ".total");
        stage.keys("/ ctrl-u").text("99").shows("nothing found").keys("enter left").shows("1 of 1");
        stage.keys("esc").hides("⌕ 99").keys("n").shows("nothing is searched for");
    }
}

#[test]
fn a_capital_letter_makes_capitals_count_and_escape_ends_the_search() {
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, &deep())], (80, 24));
    stage.keys("alt-2 < /").text("Total").shows("1 of 1").keys("backspace").shows("1 of 1");
    stage.keys("esc").hides("⌕").keys("/ enter").hides("⌕");
    stage
        .keys("/")
        .text("no such")
        .shows("nothing found")
        .keys("enter n")
        .shows("nothing was found");
    // The list has a search of its own.
    stage.keys("alt-1 /").text("4").shows("⌕ 4").keys("esc");
}

#[test]
fn a_hundred_thousand_keys_are_counted_and_the_first_of_them_walked() {
    let all: Vec<String> = (0..100_000).map(|n| format!("\"key{n}\":{n}")).collect();
    let data = format!("{{\"many\":{{{}}}}}", all.join(","));
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, &data)], (80, 24));
    stage.keys("alt-2 /").text("key9999").shows("1 of 11").keys("enter");
    assert_eq!(place(&stage), ".many.key9999");
    stage.keys("N").shows("11 of 11");
    assert_eq!(place(&stage), ".many.key99999");
    stage.keys("/ ctrl-u").text("key").shows("100,000");
}
