use super::*;

fn read(keys: &[(&str, &str)]) -> Names {
    let mut names = Names::default();
    for (category, id) in keys {
        names.push(&AggregateKey::new(category, id));
    }
    names
}

fn best(search: &Search, names: &Names) -> Vec<String> {
    search.best(names).into_iter().map(|key| key.id.to_string()).collect()
}

fn found(names: &Names, typed: &str) -> Vec<String> {
    let mut search = Search::new(typed);
    while search.look(names) {}
    assert_eq!(search.found(), best(&search, names).len());
    best(&search, names)
}

#[test]
fn what_fits_better_comes_first() {
    let ids = ["x-47", "4711", "4-and-7", "47", "a147", "40-0-7", "none", "order-147"];
    let keys: Vec<(&str, &str)> = ids.iter().map(|id| ("Order", *id)).collect();
    let names = read(&keys);
    let first = ["47", "4711", "x-47", "a147", "order-147"];
    let all = found(&names, "47");
    assert_eq!(all.get(..5).unwrap(), first);
    assert_eq!(all.len(), 7, "{all:?}");
    assert_eq!(found(&names, "o1"), ["order-147"]);
    assert_eq!(found(&names, "74"), Vec::<String>::new(), "letters are in order");
}

#[test]
fn case_does_not_count_and_a_category_comes_last() {
    let keys = [("Cart", "x-1"), ("Order", "CART-9"), ("Order", "çA-Rt"), ("Order", "ordinary")];
    let names = read(&keys);
    assert_eq!(found(&names, "cart"), ["CART-9", "x-1"]);
    assert_eq!(found(&names, "ÇART"), ["çA-Rt"]);
    assert_eq!(found(&names, "oRD").first().unwrap(), "ordinary");
    assert_eq!(found(&names, "ord").len(), 3, "two only by their category");
}

#[test]
fn typing_on_finds_what_typing_it_at_once_does() {
    let ids: Vec<String> = (0..40_000).map(|n| format!("order-{n:05}")).collect();
    let keys: Vec<_> = ids.iter().map(|id| AggregateKey::new("Order", id)).collect();
    let mut names = Names::default();
    for key in &keys {
        names.push(key);
    }
    let mut search = Search::new("o");
    // The search is overtaken while it has looked at a part, and again while it looks at what that had found.
    search.look(&names);
    search = search.now("o4");
    search = search.now("o47");
    search.look(&names);
    search = search.now("o471");
    while search.look(&names) {}
    assert_eq!(search.looked(), 40_000);
    let mut fresh = Search::new("o471");
    while fresh.look(&names) {}
    assert_eq!((search.found(), best(&search, &names)), (fresh.found(), best(&fresh, &names)));
    assert!(search.found() > 20);
    let mut back = search.now("o4");
    while back.look(&names) {}
    let mut fresh = Search::new("o4");
    while fresh.look(&names) {}
    assert_eq!((back.found(), best(&back, &names)), (fresh.found(), best(&fresh, &names)));
    assert_eq!(best(&back, &names).len(), BEST, "of more than a thousand the best are known");
}

fn same(search: &Search, names: &Names) {
    let mut fresh = Search::new(&search.typed);
    while fresh.look(names) {}
    assert_eq!((search.found(), best(search, names)), (fresh.found(), best(&fresh, names)));
}

#[test]
fn what_was_found_before_a_letter_is_there_when_it_is_taken_back() {
    let mut names = Names::default();
    for n in 0..40_000 {
        names.push(&AggregateKey::new("Order", format!("order-{n:05}")));
    }
    let mut search = Search::new("");
    for typed in ["o", "or", "or4", "or47", "or471"] {
        search = search.now(typed);
        while search.look(&names) {}
    }
    for typed in ["or47", "or4", "or"] {
        search = search.now(typed);
        assert!(!search.look(&names), "nothing is looked at again");
        same(&search, &names);
        // And on again, another way.
        let on = format!("{typed}9");
        search = search.now(&on);
        while search.look(&names) {}
        same(&search, &names);
        search = search.now(typed);
        assert!(!search.look(&names));
    }
    names.push(&AggregateKey::new("Order", "or"));
    assert!(search.look(&names) && !search.look(&names), "only what is new is looked at");
    same(&search, &names);
    // What was never typed is made of the longest beginning of it that was.
    search = search.now("or47");
    search = search.now("o4");
    while search.look(&names) {}
    same(&search, &names);
}

#[test]
fn what_is_kept_of_beginnings_is_bounded() {
    let mut names = Names::default();
    let zeros = "0".repeat(99);
    // Every other name fits each time, so that none of the lists is as short as a number.
    for n in 0..2000 {
        names.push(&AggregateKey::new("Order", format!("{}{zeros}", n % 2)));
    }
    let mut search = Search::new("1");
    while search.look(&names) {}
    for len in 0..100 {
        search = search.now(&format!("1{}", &zeros[..len]));
        while search.look(&names) {}
    }
    assert_eq!(search.past.len(), LEVELS);
    search.forget(10_500);
    assert_eq!(search.past.len(), 10, "lists of a thousand places each");
    let kept = search.past.iter().map(|past| past.typed.len());
    assert!(kept.eq(90..100), "the longest ones");
    search = search.now("10");
    while search.look(&names) {}
    same(&search, &names);
}

#[test]
fn letters_that_were_typed_are_marked_where_they_stand() {
    let hits = |typed: &str, text: &str| Marker::new(typed).hits(text);
    assert_eq!(hits("47", "order-4711"), [6, 7]);
    assert_eq!(hits("o11", "order-4711"), [0, 8, 9]);
    assert_eq!(hits("ORD", "order"), [0, 1, 2]);
    assert_eq!(hits("çt", "çA-Rt"), [0, 4]);
    assert_eq!(hits("2", "👨\u{200d}👩\u{200d}👧-2"), [2], "clusters are counted");
    assert!(hits("x", "order").is_empty() && hits("", "order").is_empty());
}

#[test]
fn a_million_ids_take_little_memory() {
    let mut names = Names::default();
    for n in 0..1_000_000_u64 {
        let id = format!("{:08x}-0000-4000-8000-{:012x}", n, n * 7919);
        names.push(&AggregateKey::new("Order", id));
    }
    let mut search = Search::new("0");
    while search.look(&names) {}
    let bytes = names.bytes() + search.bytes();
    assert!(bytes < 65 << 20, "{} MiB", bytes >> 20);
    assert_eq!(names.key(999_999).unwrap().id.as_str().len(), 36);
}
