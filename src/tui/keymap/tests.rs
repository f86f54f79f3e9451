use super::*;

fn standard() -> Keymap {
    Keymap::standard().unwrap()
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

#[test]
fn the_standard_keymap_is_sound_and_reaches_every_action() {
    let keymap = standard();
    let unbound: Vec<_> = Action::ALL
        .iter()
        .filter(|action| !keymap.bindings.iter().any(|binding| binding.run == **action))
        .map(|action| action.name())
        .collect();
    assert_eq!(unbound, [""; 0]);
}

#[test]
fn the_innermost_place_decides() {
    let keymap = standard();
    let outer = [Context::Timeline, Context::Everywhere];
    let rail = [Context::Rail, Context::Timeline, Context::Everywhere];
    assert_eq!(keymap.meaning(&outer, &[key("up")]), Meaning::Run(Action::CursorUp));
    assert_eq!(keymap.meaning(&rail, &[key("up")]), Meaning::Run(Action::StepBack));
    assert_eq!(keymap.meaning(&rail, &[key("q")]), Meaning::Run(Action::Quit));
    assert_eq!(keymap.meaning(&[Context::Find], &[key("q")]), Meaning::Nothing);
}

#[test]
fn keys_pressed_one_after_the_other_are_waited_for() {
    let keymap = Keymap::read("timeline: [{on: g e, run: go-end, desc: x}]").unwrap();
    let places = [Context::Timeline];
    assert_eq!(keymap.meaning(&places, &[key("g")]), Meaning::Prefix);
    assert_eq!(keymap.meaning(&places, &[key("g"), key("e")]), Meaning::Run(Action::GoEnd));
    assert_eq!(keymap.meaning(&places, &[key("g"), key("x")]), Meaning::Nothing);
}

#[test]
fn the_footer_joins_neighbours_that_do_the_same_both_ways() {
    let footer = standard().footer(&[Context::Timeline], |_| true);
    let told: Vec<String> =
        footer.iter().map(|offer| format!("{} {}", offer.keys, offer.word)).collect();
    assert_eq!(told.get(..3).unwrap(), ["←→ step", "⇧←→ 10", "Home End ends"]);
    // A click on either key does what that key does.
    let at = |offer: usize, cell| footer.get(offer).unwrap().action_at(cell);
    assert_eq!([at(0, 0), at(0, 1)], [Some(Action::StepBack), Some(Action::StepForward)]);
    assert_eq!([at(2, 3), at(2, 5)], [Some(Action::GoStart), Some(Action::GoEnd)]);
    assert_eq!(at(2, 9), Some(Action::GoEnd), "on the word");
}

#[test]
fn all_mistakes_are_told_at_once_with_their_lines() {
    let error = Keymap::read(
        "timelin: []\n\
         state:\n\
         \x20 - {on: [lft, x], run: step-bak, desc: d}\n\
         \x20 - {on: x, run: quit, desc: d}\n\
         \x20 - {on: x, run: back, desc: d}\n\
         \x20 - {on: x y, run: back, desc: d}\n",
    )
    .unwrap_err();
    insta::assert_snapshot!(error, @r"
    the keymap cannot be used
      line 1: there is no place `timelin`; did you mean `timeline`?
      line 3: `lft` names no key; write a character, a name such as `enter`, `pageup` or `f5`, with `ctrl-`, `alt-` or `shift-` before it
      line 3: there is no action `step-bak`; did you mean `step-back`?
      line 5: `x` runs both `quit` and `back`
      line 6: `x` hides `x y`, which begins with it
    ");
}

#[test]
fn yaml_that_does_not_parse_says_where() {
    let error = Keymap::read("state:\n  - {on: x, ran: quit, desc: d}\n").unwrap_err();
    assert!(error.to_string().contains("ran"), "{error}");
}
