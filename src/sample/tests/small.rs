//! The bank and the warehouse: what somebody looking at them finds.

use super::*;

fn states(story: &Story) -> BTreeMap<String, (State, Vec<&Event>)> {
    let mut states: BTreeMap<String, (State, Vec<&Event>)> = BTreeMap::new();
    let mut merge = Merge::new();
    for event in &story.events {
        let id = event.aggregate.as_str().to_owned();
        let (state, events) = states.entry(id).or_insert_with(|| (State::empty(), Vec::new()));
        merge.apply(state, event).unwrap();
        events.push(event);
    }
    states
}

fn text(state: &State, path: &str) -> String {
    let path = Path::parse(path).unwrap();
    let found = analysis::blame(state, &path);
    found.iter().map(|one| json::to_string(&one.value)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_balance_of_a_thousand_came_about_in_five_steps() {
    let bank = bank();
    let states = states(&bank);
    let (state, events) = &states["acc-1"];
    assert_eq!(text(state, ".balance"), "1000.00");
    let steps: Vec<_> = events
        .iter()
        .map(|event| {
            let amount = said(event, "amount").map(json::to_string).unwrap_or_default();
            let balance = json::to_string(said(event, "balance").unwrap());
            format!("{} {amount} {balance}", event.event_type)
        })
        .collect();
    assert_eq!(
        steps,
        [
            "AccountOpened  0.00",
            "Deposited 500.00 500.00",
            "Deposited 300.00 800.00",
            "Withdrew 200.00 600.00",
            "Deposited 400.00 1000.00",
        ]
    );
}

#[test]
fn one_account_has_a_hundred_times_the_interest() {
    let bank = bank();
    assert!((150..400).contains(&bank.events.len()), "{}", bank.events.len());
    let mut rates = Vec::new();
    for (id, (state, events)) in states(&bank) {
        assert!(number(state.value().get("balance").unwrap()) >= 0.0, "{id}");
        let Some(credit) =
            events.iter().find(|event| event.event_type.as_str() == "InterestCredited")
        else {
            continue;
        };
        let amount = number(said(credit, "amount").unwrap());
        let balance = number(said(credit, "balance").unwrap()) - amount;
        let schema = events[0].schema.as_deref().unwrap();
        rates.push((
            id,
            (amount / balance * 12_000.0).round(),
            schema,
            text(&state, ".interest.rate"),
        ));
    }
    let (wrong, right): (Vec<_>, Vec<_>) = rates.iter().partition(|one| one.1 > 100.0);
    assert!(right.iter().all(|one| (one.1, one.2, &*one.3) == (18.0, "1", "0.018")), "{right:?}");
    assert_eq!(right.len(), 6);
    assert_eq!(wrong, [&("sav-7".to_owned(), 1800.0, "2", "1.8".to_owned())]);
}

#[test]
fn money_that_leaves_one_account_comes_into_another() {
    let bank = bank();
    let mut pairs = 0;
    for event in &bank.events {
        let Some(cause) = around(event, "causation") else { continue };
        let cause = bank.events.iter().find(|one| one.id.as_ref().unwrap().as_str() == cause);
        let cause = cause.unwrap();
        assert_eq!(cause.event_type.as_str(), "Withdrew");
        let [left, came] = [cause, event].map(|one| json::to_string(said(one, "amount").unwrap()));
        assert_eq!(left, came);
        pairs += 1;
    }
    assert!(pairs > 20, "{pairs}");
}

#[test]
fn one_pallet_stands_in_two_bins_since_a_scan_came_late() {
    let warehouse = warehouse();
    assert!((400..1_500).contains(&warehouse.events.len()), "{}", warehouse.events.len());
    let states = states(&warehouse);
    let mut holders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (id, (state, _)) in states.iter().filter(|(id, _)| !id.starts_with("pallet-")) {
        let pallet = text(state, ".pallet");
        if pallet != "null" {
            holders.entry(pallet.trim_matches('"').to_owned()).or_default().push(id);
        }
    }
    let twice: Vec<_> = holders.iter().filter(|(_, bins)| bins.len() > 1).collect();
    assert_eq!(twice, [(&"pallet-217".to_owned(), &vec!["C-04", "D-11"])]);
    // Every other pallet says itself where it is.
    for (pallet, bins) in holders.iter().filter(|(_, bins)| bins.len() == 1) {
        assert_eq!(text(&states[pallet].0, ".bin"), format!("\"{}\"", bins[0]), "{pallet}");
    }
    let (state, events) = &states["pallet-217"];
    assert_eq!(text(state, ".bin"), "\"C-04\"");
    let [.., before, last] = &events[..] else { panic!() };
    assert!(before.time < last.time && around(before, "scanned") > around(last, "scanned"));
    // No other scan is late.
    let late = warehouse.events.iter().filter(|event| {
        around(event, "scanned").is_some_and(|scanned| {
            event.time.unwrap() - crate::model::time::parse_recorded(scanned).unwrap()
                > chrono::TimeDelta::seconds(1)
        })
    });
    assert_eq!(late.map(|event| event.aggregate.as_str()).collect::<Vec<_>>(), ["pallet-217"]);
}
