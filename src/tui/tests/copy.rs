//! Copying to the terminal's clipboard: what goes there, and what is said of it.

use super::stage::{SIZES, Stage, event};

fn copied(stage: &mut Stage, keys: &str) -> Option<String> {
    stage.keys(keys);
    stage.app.copied.take()
}

#[test]
fn a_value_its_path_and_a_part_are_copied_exactly() {
    let data = r#"{"name":"it's \"Ann\"\n","items":{"p 1":{"price":19.90,"n":9007199254740993}}}"#;
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, data)], (160, 45));
    stage.keys("alt-2 <");
    assert_eq!(copied(&mut stage, "y v").unwrap(), "it's \"Ann\"\n");
    stage.shows("● sent .name, 11 B, to the terminal's clipboard");
    assert_eq!(copied(&mut stage, "y s").unwrap(), r#""it's \"Ann\"\n""#);
    assert_eq!(copied(&mut stage, "down down y p").unwrap(), r#".items["p 1"]"#);
    assert_eq!(copied(&mut stage, "y v").unwrap(), r#"{"price":19.90,"n":9007199254740993}"#);
    assert_eq!(
        copied(&mut stage, "y s").unwrap(),
        "{\n  \"price\": 19.90,\n  \"n\": 9007199254740993\n}"
    );
    // Beside the event its payload is the value.
    assert!(copied(&mut stage, "alt-4 y v").unwrap().contains("\"p 1\": {"));
    stage.shows("sent the payload of v1");
}

#[test]
fn the_event_is_copied_as_the_command_prints_it() {
    let mut stage = Stage::shop((160, 45));
    let line = copied(&mut stage, "down left y e").unwrap();
    let read: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&read["aggregate"], &read["version"]), (&"order-4711".into(), &5.into()));
    stage.shows("sent the event v5");
    assert_eq!(copied(&mut stage, "home y e"), None);
    stage.shows("before the first event there is none to copy");
}

#[test]
fn the_command_line_is_that_of_the_panel_which_has_the_keys() {
    let mut stage = Stage::shop((160, 45));
    stage.keys("down left");
    let store = stage.app.model.travel.as_ref().map(|_| "tests/fixtures/shop.jsonl").unwrap();
    for (keys, line) in [
        ("alt-2 y c", "order-4711 --at 5 --blame"),
        ("alt-3 y c", "order-4711 4 5"),
        ("alt-4 y c", "order-4711 --where '.version == 5'"),
    ] {
        let told = copied(&mut stage, keys).unwrap();
        assert!(told.starts_with("foldback ") && told.contains(store), "{told}");
        assert!(told.ends_with(line), "{told}");
    }
    stage.shows("sent foldback events");
}

#[test]
fn what_is_too_large_for_a_clipboard_is_not_cut_but_refused() {
    for (name, size) in SIZES {
        let long = format!(r#"{{"text":"{}","n":1}}"#, "x".repeat(80_000));
        let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, &long)], size);
        assert_eq!(copied(&mut stage, "alt-2 < y v"), None);
        insta::assert_snapshot!(format!("refused_{name}"), stage.picture());
        assert_eq!(copied(&mut stage, "down y v").unwrap(), "1");
    }
}

#[test]
fn nothing_is_copied_where_nothing_is() {
    let mut stage = Stage::on(Vec::new(), (80, 24));
    for keys in ["y v", "y p", "y s", "y e", "y c"] {
        assert_eq!(copied(&mut stage, keys), None);
        stage.shows("there is nothing to copy yet");
    }
}
