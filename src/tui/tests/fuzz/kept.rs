//! Histories that once went wrong.

use super::{again, again_by, stores};

/// A key that comes before the last one is answered counts from where that one leads.
#[test]
fn keys_that_are_pressed_fast_lead_where_slow_ones_do() {
    for history in [
        "home ~$ u",
        "~home ~end u u",
        "home right right ~shift-left shift-right",
        "~home ~shift-left right",
        "home ~right ~right t",
        "home ~shift-right ~t u",
        "home ~end space ring!",
        "end ~home backspace ring!",
        "~g ~1 ~enter ~right T",
        "right ~0 ~space ~backspace right t",
        "~home ~space ~right right",
    ] {
        again(stores::library(), history);
        again(stores::odd(), history);
    }
}

#[test]
fn the_version_stands_on_every_screen_however_long_the_name_is() {
    for history in ["home size@40,12", "end size@41,13 backspace", "size@271,15 2 < enter alt-1 k"]
    {
        again(stores::library(), history);
        again(stores::odd(), history);
    }
    again(stores::shop(), "2 enter size@41,13 backspace ; ring!");
}

/// Where a version stands there twice, there are more events than versions to count back over.
#[test]
fn counting_back_counts_versions() {
    again(stores::odd(), "2 enter g - 9 enter g - 1 enter g - 2 5 enter");
}

/// What a frame has too little room for is not the version.
#[test]
fn the_version_stands_beside_a_type_and_a_schema_however_long_they_are() {
    again(stores::shop(), "o size@120,30");
    again(stores::odd(), "enter y esc s size@120,30 alt-1 o 2 < enter alt-1 k");
}

/// The line of keys does what its keys do.
#[test]
fn a_click_on_a_key_leads_where_the_key_does() {
    again(stores::bank(), "size@160,45 tab left M esc click@4,44");
    again(stores::library(), "size@120,30 space enter u click@55,29");
    // So does a line of the help.
    again(stores::bank(), "? down down click@8,6");
    again(stores::hostile(), "size@41,13 enter tab click@35,12 click@20,7");
}

/// A store in which one event has no position is a store without.
#[test]
fn where_positions_are_missing_none_is_gone_to() {
    again(stores::hostile(), "g # 1 enter");
}

/// The second event of a version has a position too, and it leads to that version.
#[test]
fn a_position_leads_to_a_version_that_stands_there_twice() {
    again(stores::odd(), "g # 3 1 enter");
}

/// What is searched for is marked in a name, and its emoji stay whole.
#[test]
fn a_mark_never_cuts_an_emoji() {
    again(stores::hostile(), "m enter / 2 size@120,30");
    again(stores::hostile(), "/ paste@8 size@160,45 enter alt-2 / paste@8 size@120,30");
}

#[test]
fn what_is_played_where_a_film_is_over_begins_anew_also_before_that_is_known() {
    for dice in 1_000..1_010 {
        again_by(stores::odd(), "~2 ~up ~enter ~L ~space", dice);
    }
}
