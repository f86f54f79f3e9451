//! What is wrong with a chain is found before the first event, all at once, with types, versions and lines.

use crate::upcast::read;

fn mistakes(yaml: &str) -> Vec<String> {
    read("chain.yaml", yaml).unwrap_err().iter().map(ToString::to_string).collect()
}

fn steps(steps: &[&str]) -> Vec<String> {
    mistakes(&format!("steps:\n  - {{{}}}\n", steps.join("}\n  - {")))
}

#[test]
fn a_missing_step_is_named() {
    assert_eq!(
        steps(&["event: E, from: 1, to: 2", "event: E, from: 3, to: 4"]),
        ["line 2: a step is missing: none takes E v2, and the newest of it is v4"]
    );
    assert_eq!(
        mistakes("newest: {E: 5}\nsteps:\n  - {event: E, from: 1, to: 2}\n"),
        [
            "line 3: a step is missing: none takes E v2, and the newest of it is v5",
            "line 3: no step leads to E v5, which is to be the newest",
        ]
    );
    // Through another type as well.
    assert_eq!(
        steps(&["event: A, from: 1, to: {event: B, schema: 1}", "event: B, from: 2, to: 3"]),
        ["line 2: a step is missing: none takes B v1, and the newest of it is v3"]
    );
}

#[test]
fn a_cycle_is_told_with_its_way() {
    assert_eq!(
        steps(&[
            "event: E, from: 1, to: 2",
            "event: E, from: 2, to: 3",
            "event: E, from: 3, to: 1"
        ]),
        ["line 2: the steps lead round in a circle: E v1 → E v2 → E v3 → E v1"]
    );
    assert_eq!(
        steps(&[
            "event: A, from: 1, to: {event: B, schema: 1}",
            "event: B, from: 1, to: {event: A, schema: 1.0}"
        ]),
        ["line 2: the steps lead round in a circle: A v1 → B v1 → A v1"]
    );
    assert_eq!(
        steps(&["event: A, from: 1, to: 1"]),
        ["line 2: the steps lead round in a circle: A v1 → A v1"]
    );
    // A way that leads into a circle is not on it.
    assert_eq!(
        steps(&[
            "event: A, from: 0, to: 1",
            "event: A, from: 1, to: 2",
            "event: A, from: 2, to: 1"
        ]),
        ["line 3: the steps lead round in a circle: A v1 → A v2 → A v1"]
    );
}

#[test]
fn duplicates_downgrades_and_unreachable_steps_are_told() {
    assert_eq!(
        steps(&["event: E, from: 1, to: 2", "event: E, from: 1.0, to: 2"]),
        ["line 3: two steps take E v1.0, and only one can; the first is in line 2"]
    );
    assert_eq!(
        steps(&["event: E, from: 3, to: 2", "event: E, from: 2, to: 4"]),
        ["line 2: the step from E v3 leads back to v2"]
    );
    assert_eq!(
        mistakes(
            "newest: {E: 2}\nsteps:\n  - {event: E, from: 1, to: 2}\n  - {event: E, from: 3, to: 4}\n"
        ),
        [
            "line 4: a step makes E v4, which is newer than its newest, v2",
            "line 4: no event comes to the step from E v3: the newest is v2",
        ]
    );
    assert_eq!(
        steps(&["event: E, from: draft, to: final", "event: E, from: 1, to: 2"]),
        ["line 3: nobody can tell which is the newest of E vfinal and v2: `newest:` says so"]
    );
}

#[test]
fn all_mistakes_of_a_document_are_told_at_once_with_their_lines() {
    let yaml = "unversoined: 1
steps:
  - event: E
    from: 1
    to: 2
    do:
      - rename: {path: .a}
      - compute: {path: .b, jq: .c +}
      - default: {path: '.[', value: 1}
      - drops: {path: .x}
      - drop: {path: '.', optonal: true}
      - split: {path: .n, into: {a: 'env', b: []}}
  - event: F
    to: 3
    drop: true
";
    assert_eq!(
        mistakes(yaml),
        [
            "line 1: the chain has no key `unversoined`; its keys are `newest`, `steps`, `unversioned`",
            "line 7: `rename`: `to` is missing",
            "line 8: `.c +` is not a jq expression: expected a value at character 5",
            "line 9: `default`: `.[` is not a path: expected an index or a quoted key at character 1; write `.items[0].price` or `/items/0/price`",
            "line 10: each of `do` is one of `rename`, `move`, `default`, `compute`, `split`, `drop`",
            "line 11: `drop` has no key `optonal`; its keys are `optional`, `path`",
            "line 11: `drop`: `path` should name a member of an object, and is `.`",
            "line 12: `env` is not a jq expression: there is no function `env`; a field is written `.env` at character 1",
            "line 12: `split`: `b` has no jq expression",
            "line 13: `steps`: `from` is missing",
            "line 13: `steps`: one of `to` (a schema version), `into` (several events) and `drop: true` says what it becomes",
        ]
    );
    assert!(mistakes("steps: [")[0].contains("this is not YAML"));
    assert_eq!(
        mistakes("{}"),
        ["line 1: the chain: `steps` is missing: a list of {event, from, to, do}"]
    );
}

#[test]
fn versions_keep_the_text_that_they_are_written_with() {
    let chain = read("c", "steps: [{event: E, from: 1.0, to: 2.0}]").unwrap();
    assert_eq!(chain.newest(&"E".to_owned().into()), Some("2.0"));
}
