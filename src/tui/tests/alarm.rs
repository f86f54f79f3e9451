//! What the first line says on every screen: that a projection is stopped, that metrics are above their thresholds, and
//! of which moment that is.

use super::asked::Shop;
use super::metrics::{answer, told};
use super::stage::{LARGE, SIZES, SMALL, Stage, USUAL, counter};
use crate::store::own::{OwnStore, ProjectionState, StoreWriter};
use crate::tui::input::Input;
use crate::tui::layout::Screen;

/// The first line.
fn line(stage: &mut Stage) -> String {
    stage.text_now().lines().next().unwrap_or_default().to_owned()
}

/// Time goes on until the store was looked at.
fn look(stage: &mut Stage) {
    let before = stage.app.model.projections.halted;
    stage.tick();
    stage.settle();
    for _ in 0..300 {
        if stage.app.model.projections.halted != before {
            return;
        }
        stage.tick();
        stage.settle();
    }
}

/// What was measured on the screen of the metrics, and the screen that was come from.
fn measure(stage: &mut Stage) {
    stage.keys("4");
    let columns = stage.app.model.areas.metrics.columns();
    assert!(answer(stage, told(columns, 2)));
}

#[test]
fn every_screen_says_what_is_stopped_and_what_is_above_its_threshold() {
    for (name, size) in SIZES {
        let mut shop = Shop::usual(&[], size);
        assert!(!line(&mut shop.stage).contains('■'), "it was not looked at yet");
        look(&mut shop.stage);
        insta::assert_snapshot!(format!("alarm_stopped_{name}"), shop.stage.picture());
        measure(&mut shop.stage);
        for key in ["1", "2", "3", "4"] {
            let line = line(shop.stage.keys(key));
            // Where there is next to no room, what the screen itself says is not said twice.
            let (stops, alerts) = match size {
                LARGE => ("■ 1 stopped", "▲ 1 alert"),
                SMALL if key == "3" => ("", ""),
                SMALL => ("■ 1 st.", ""),
                _ => ("■ 1 st.", "▲ 1 al."),
            };
            assert!(line.contains(stops) && line.contains(alerts), "{key} at {size:?}: {line}");
        }
        shop.stage.keys("1");
        insta::assert_snapshot!(format!("alarm_{name}"), shop.stage.picture());
    }
}

#[test]
fn nothing_is_said_where_nothing_is_wrong() {
    for size in [LARGE, USUAL, SMALL] {
        let mut stage = Stage::on(counter("order-1", 5), size);
        for key in ["1", "2", "3", "4"] {
            let line = line(stage.keys(key));
            assert!(!line.contains('■') && !line.contains('▲'), "{line}");
        }
    }
}

#[test]
fn it_is_of_now_until_another_moment_is_looked_at() {
    let mut shop = Shop::usual(&[], LARGE);
    look(&mut shop.stage);
    assert!(line(&mut shop.stage).contains("■ 1 stopped  "));
    let now = line(shop.stage.keys("3 left"));
    assert!(now.contains("■ 1 stopped now"), "{now}");
    // The metrics of another moment say which.
    shop.stage.keys("4");
    let columns = shop.stage.app.model.areas.metrics.columns();
    let mut then = told(columns, 2);
    then.newest = false;
    answer(&mut shop.stage, then);
    for key in ["4", "1", "2"] {
        let now = line(shop.stage.keys(key));
        let both = "■ 1 stopped now  ▲ 1 alert at 14:34:12";
        assert!(now.contains(both), "{now}");
    }
}

#[test]
fn what_was_measured_before_more_came_says_when() {
    let mut shop = Shop::usual(&[], LARGE);
    look(&mut shop.stage);
    measure(&mut shop.stage);
    let now = line(shop.stage.keys("1"));
    assert!(now.contains("▲ 1 alert  "), "{now}");
    let key = crate::model::AggregateKey::new("Order", "order-4711");
    let data = crate::model::Payload::json(
        &b"{}"[..],
        std::sync::Arc::default(),
        crate::model::Version(41),
    );
    let event = crate::store::own::NewEvent {
        time: crate::model::time::parse_recorded("2026-03-02T14:40:00Z"),
        ..crate::store::own::NewEvent::new("Paid", data)
    };
    let mut store = OwnStore::open(&shop.within.path().join("shop.db")).unwrap();
    store.append(&key, &[event], crate::store::own::Expected::Any).unwrap();
    let before = shop.stage.app.model.live.seen.clone();
    for _ in 0..300 {
        shop.stage.tick();
        shop.stage.settle();
        if shop.stage.app.model.live.seen != before {
            break;
        }
    }
    let now = line(&mut shop.stage);
    assert!(now.contains("▲ 1 alert at 14:34:12"), "{now}");
}

#[test]
fn it_goes_with_the_store_and_asks_for_no_picture_where_nothing_changed() {
    let mut shop = Shop::usual(&[], LARGE);
    look(&mut shop.stage);
    shop.stage.draw();
    shop.stage.app.model.dirty = false;
    for _ in 0..50 {
        shop.stage.tick();
        shop.stage.settle();
    }
    assert!(!shop.stage.app.model.dirty, "it is as it was");
    let mut store = OwnStore::open(&shop.within.path().join("shop.db")).unwrap();
    store.set_state("refund-report", ProjectionState::Running, None, &chrono::Utc::now()).unwrap();
    look(&mut shop.stage);
    assert!(shop.stage.app.model.dirty);
    assert!(!line(&mut shop.stage).contains('■'));
}

#[test]
fn a_click_on_it_leads_to_where_it_is_explained() {
    for size in [LARGE, USUAL] {
        let mut shop = Shop::usual(&[], size);
        look(&mut shop.stage);
        measure(&mut shop.stage);
        shop.stage.keys("1");
        for (sign, screen) in [("■ 1 st", Screen::Projections), ("▲ 1 al", Screen::Metrics)] {
            let (x, y) = shop.stage.find(sign);
            shop.stage.input(Input::Click(x + 1, y));
            assert_eq!(shop.stage.app.model.screen, screen);
        }
    }
}

#[test]
fn a_long_name_and_findings_leave_room_for_it() {
    for width in [40, 41, 60, 79, 80, 100, 109, 110, 160, 200] {
        let mut shop = Shop::usual(&[], (width, 30));
        if let crate::tui::model::Store::Open(facts) = &mut shop.stage.app.model.store {
            facts.name = "a-store-whose-name-has-more-letters-than-there-is-room-for.db".to_owned();
        }
        look(&mut shop.stage);
        measure(&mut shop.stage);
        for key in ["1", "2", "3", "4"] {
            let line = line(shop.stage.keys(key));
            // What the screen of the projections says itself is left out there first.
            assert!(
                line.contains('■') || width < if key == "3" { 70 } else { 60 },
                "{width}: {line}"
            );
            assert!(!line.contains("Metrics●"), "{width}: {line}");
            // A sign is whole, or not there at all.
            let whole = |mark: char, words: [&str; 2]| {
                !line.contains(mark) || words.iter().any(|word| line.contains(word))
            };
            assert!(whole('■', ["■ 1 stopped", "■ 1 st."]), "{width}: {line}");
            assert!(whole('▲', ["▲ 1 alert", "▲ 1 al."]), "{width}: {line}");
        }
    }
}
