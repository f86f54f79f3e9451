//! The Projections screen: how far each is, was, and why one does not go on.

use super::stage::{LARGE, SIZES, Stage, USUAL, counter};
use crate::model::Position;
use crate::session::{OpenOptions, Session, Silent};
use crate::task::{Report, Running, Said, Spent};
use crate::tui::effect::{Answer, Slot};
use crate::tui::input::Input;
use crate::tui::layout::Screen;
use crate::tui::update::{Msg, update};

fn shop(size: (u16, u16)) -> Stage {
    Stage::open("demo:shop", size, || Session::open("demo:shop", &OpenOptions::default()))
}

fn chosen(stage: &Stage) -> &str {
    &stage.app.model.projections.chosen().unwrap().status.name
}

fn head(stage: &Stage) -> i64 {
    stage.app.model.projections.then.as_ref().unwrap().head.unwrap().0
}

#[test]
fn each_is_shown_with_how_far_it_is() {
    for (name, size) in SIZES {
        let mut stage = shop(size);
        stage.keys("3").shows("STALLED").shows("2,128");
        insta::assert_snapshot!(format!("projections_{name}"), stage.keys("down").picture());
        insta::assert_snapshot!(
            format!("projections_past_{name}"),
            stage.keys("shift-left").picture()
        );
    }
}

#[test]
fn the_event_that_stopped_it_is_opened_and_left_again() {
    for size in [LARGE, USUAL] {
        let mut stage = shop(size);
        stage.keys("3 down");
        assert_eq!(chosen(&stage), "refund-report");
        stage.keys("enter");
        assert_eq!(stage.app.model.screen, Screen::Timeline);
        stage.shows("order-4711").shows("v18 of 21");
        // The state has the keys: one level back is the screen that it came from.
        stage.keys("esc");
        assert_eq!(
            (stage.app.model.screen, chosen(&stage)),
            (Screen::Projections, "refund-report")
        );
        stage.keys("up enter").shows("it has handled every event");
    }
}

#[test]
fn time_is_scrubbed_and_the_newest_is_come_back_to() {
    let mut stage = shop(LARGE);
    stage.keys("3 down");
    let newest = head(&stage);
    stage.keys("left");
    let before = head(&stage);
    assert!(before < newest, "{before}");
    assert!(stage.text_now().contains("─ at 2026-03-04T"), "{}", stage.text_now());
    stage.keys("shift-left");
    assert!(head(&stage) < before);
    // What it said of itself then is not recorded; that it stood is seen.
    stage.shows("STALLED");
    stage.keys("shift-left shift-left").hides("STALLED").shows("caught up");
    assert_eq!(chosen(&stage), "refund-report", "the chosen one stays chosen");
    stage.keys("esc");
    assert_eq!(head(&stage), newest);
    stage.keys("left left end");
    assert_eq!(head(&stage), newest);
    stage.keys("right").shows("this is the newest moment there is");
    // As far as it goes, and farther.
    for _ in 0..30 {
        stage.keys("shift-left");
    }
    stage.keys("right").shows("not").hides("STALLED");
    assert_eq!(stage.app.model.projections.then.as_ref().unwrap().head, None);
}

#[test]
fn more_or_less_of_the_time_before_is_shown() {
    let mut stage = shop(LARGE);
    stage.keys("3").shows("7 days");
    stage.keys("-").shows("30 days").keys("- - -").shows("1 year");
    stage.keys("+ + +").shows("1 day").keys("+ + + + + + +").shows("1 min");
    // Another size has other columns.
    let columns = |stage: &Stage| stage.app.model.projections.rows()[0].trend.len();
    let before = columns(&stage);
    stage.resize(120, 40);
    assert_ne!(columns(&stage), before);
    assert_eq!(columns(&stage), stage.app.model.areas.projections.columns());
}

#[test]
fn the_mouse_chooses_a_line_and_a_moment() {
    let mut stage = shop(LARGE);
    stage.keys("3");
    let (x, y) = stage.find("search-index");
    stage.input(Input::Click(x, y));
    assert_eq!(chosen(&stage), "search-index");
    let newest = head(&stage);
    let bars = stage.app.model.areas.projections.bars();
    stage.input(Input::Click(bars.x + bars.width / 2, bars.y));
    let half = head(&stage);
    assert!(half < newest);
    stage.input(Input::Wheel(true, bars.x, bars.y));
    assert!(head(&stage) > half, "the wheel scrubs there");
    let (x, y) = stage.find("2 Events");
    stage.input(Input::Click(x, y));
    assert_eq!(stage.app.model.screen, Screen::Events);
    let (x, y) = stage.find("3 Projections");
    stage.input(Input::Click(x, y));
    assert_eq!(stage.app.model.screen, Screen::Projections);
}

#[test]
fn a_store_without_checkpoints_says_so() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(counter("order-1", 5), size);
        stage.keys("3").shows("records no checkpoints");
        insta::assert_snapshot!(format!("projections_none_{name}"), stage.picture());
        // Nothing to choose, nothing to open.
        stage.keys("down enter left end + 1").shows("order-1");
    }
}

#[test]
fn it_goes_with_the_store_while_it_is_written_to() {
    use crate::store::own::OwnStore;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let mut memory = Session::open("demo:bank", &OpenOptions::default()).unwrap();
    memory.import_to(&path, &mut Silent).unwrap();
    let mut own = OwnStore::open(&path).unwrap();
    let time = chrono::Utc::now();
    own.move_checkpoint("list", Position(3), "running", &time).unwrap();
    let opened = path.clone();
    let mut stage =
        Stage::open("own.db", LARGE, move || Session::open(&opened, &OpenOptions::default()));
    stage.keys("3").shows("list");
    own.move_checkpoint("list", Position(4), "running", &time).unwrap();
    own.move_checkpoint("mail", Position(1), "paused", &time).unwrap();
    // A slow look is taken less often.
    for _ in 0..300 {
        stage.tick();
        stage.settle();
    }
    stage.shows("mail").shows("paused");
}

#[test]
fn looking_again_draws_nothing_where_nothing_has_moved() {
    let mut stage = shop(LARGE);
    stage.keys("3").text_now();
    let looks = |stage: &mut Stage| {
        let asked = stage.app.model.scrub.asked(stage.app.model.areas.projections.columns());
        let then = stage.app.model.projections.then.clone().unwrap();
        (asked, then)
    };
    let (asked, mut then) = looks(&mut stage);
    let told = |stage: &mut Stage, then: &crate::session::ProjectionsThen| {
        let answer =
            Answer::Projections(asked, Ok(then.clone()), std::time::Duration::from_millis(1));
        let generation = stage.app.model.issue(Slot::Projections, Running::Cancel);
        let said = Said { slot: Slot::Projections, generation, answer, spent: Spent::default() };
        update(&mut stage.app.model, Msg::Report(Box::new(Report::Done(said))));
        stage.app.model.dirty
    };
    assert!(!told(&mut stage, &then), "it is as it was");
    then.projections[0].status.lag_events = Some(7);
    assert!(told(&mut stage, &then), "one of them is farther behind");
}

#[test]
fn a_bar_has_the_colour_of_its_own_time_and_not_of_what_came_later() {
    let mut stage = shop(LARGE);
    stage.keys("3 down shift-left").shows("STALLED");
    let (bad, good) = {
        let theme = stage.app.model.theme();
        (theme.bad.fg, theme.good.fg)
    };
    let bars = stage.app.model.areas.projections.bars();
    let buffer = stage.draw();
    let foot: Vec<_> = (bars.x..bars.right())
        .filter_map(|x| buffer.cell((x, bars.bottom() - 1)))
        .filter(|cell| cell.symbol() != " " && cell.symbol() != "╌")
        .map(|cell| cell.style().fg)
        .collect();
    assert_eq!(foot.first(), Some(&good), "it kept up at first");
    assert_eq!(foot.last(), Some(&bad), "it stands now");
}
