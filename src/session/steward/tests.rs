//! Orders on a store of foldback's own, and on those that nobody may order anything about.

use std::path::Path;

use super::*;
use crate::sample::projection::named;
use crate::session::{OpenOptions, Session, Silent};

fn shop(path: &Path) {
    Session::open("demo:shop", &OpenOptions::default())
        .unwrap()
        .import_to(path, &mut Silent)
        .unwrap();
}

fn open(path: &Path) -> Session {
    Session::open(path, &OpenOptions::default()).unwrap()
}

fn run_once(path: &Path, name: &str) {
    let writer = own::writer(path.as_os_str(), false).unwrap();
    let projection = named(name).unwrap();
    let policy = Policy { on_error: projection::OnError::Stop, ..Policy::default() };
    let task = Task::begin(projection, policy, Aim::Shown, writer.reopen().unwrap()).unwrap();
    let once = Options { threads: 1, follow: false };
    projection::run(vec![task], once, &Halt::default(), |_, _| {}).unwrap();
}

fn order(projection: &str, deed: Deed) -> Order {
    Order { projection: projection.to_owned(), deed }
}

#[test]
fn nobody_orders_anything_about_a_store_that_is_not_foldbacks_own() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/shop.jsonl");
    for source in ["demo:shop", fixture] {
        let session = Session::open(source, &OpenOptions::default()).unwrap();
        assert!(session.steward().is_none(), "{source}");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    shop(&path);
    let steward = open(&path).steward().unwrap();
    // Its rows are where it was imported from.
    let error =
        steward.carry_out(&order("order-list", Deed::Pause), named, &Halt::default()).unwrap_err();
    assert!(error.to_string().contains("no projection `order-list` was run in"), "{error}");
    assert!(error.hint().unwrap().contains("foldback projection run"), "{error:?}");
}

#[test]
fn what_an_event_stopped_is_skipped_tried_again_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    shop(&path);
    run_once(&path, "refund-report");
    let mut session = open(&path);
    let steward = session.steward().unwrap();
    let told = |deed| steward.carry_out(&order("refund-report", deed), named, &Halt::default());
    let poison = Position(25_940);
    let error = told(Deed::Skip(Position(3))).unwrap_err();
    assert!(error.to_string().contains("stands before event 25940"), "{error}");
    assert!(told(Deed::Skip(poison)).unwrap().well);
    let letters = session.letters("refund-report").unwrap();
    assert_eq!((letters.len(), letters[0].position, letters[0].attempts), (1, poison, 3));
    assert!(letters[0].error.contains("there is no room for the refund"), "{letters:?}");
    let again = told(Deed::Retry(poison)).unwrap();
    assert!(!again.well && again.told.contains("failed again"), "{again:?}");
    assert_eq!(session.letters("refund-report").unwrap()[0].attempts, 4);
    assert_eq!(told(Deed::Pause).unwrap().told, "refund-report is paused at 25,940");
    assert_eq!(told(Deed::Pause).unwrap().told, "refund-report is paused already, at 25,940");
    let resumed = told(Deed::Resume).unwrap();
    assert_eq!(resumed.told, "refund-report goes on after 25,940");
    assert_eq!((resumed.projection.state, resumed.projection.position), (State::Running, poison));
    let again = told(Deed::Resume).unwrap();
    assert_eq!(again.told, "refund-report was not paused: it stands at 25,940");
    let rebuilt = told(Deed::Rebuild).unwrap();
    assert_eq!(
        rebuilt.told,
        "refund-report shows the rows that were made anew, with 1 dead letter"
    );
    let status = session.projections().unwrap();
    let status = status.iter().find(|one| one.name == "refund-report").unwrap();
    assert_eq!((status.lag_events, status.errors), (Some(0), Some(1)));
}

#[test]
fn a_rebuild_is_seen_by_readers_while_it_is_under_way_and_can_be_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    shop(&path);
    run_once(&path, "search-index");
    let mut session = open(&path);
    let seen = |session: &mut Session| {
        let all = session.projections().unwrap();
        all.into_iter().find(|one| one.name == "search-index").unwrap().rebuild
    };
    assert_eq!(seen(&mut session), None);
    let steward = session.steward().unwrap();
    // Whoever leaves ends it, and how far it is stays in the store.
    let halted = Halt::default();
    halted.raise();
    let mut ended =
        steward.carry_out(&order("search-index", Deed::Rebuild), named, &halted).unwrap();
    assert!(!ended.well && ended.told.contains("was ended"), "{ended:?}");
    let mut rebuild = seen(&mut session).unwrap();
    assert_eq!(rebuild.seconds_still, None);
    let old = "UPDATE rebuilds SET started_at = '2026-03-02T14:30:00.000000000Z', updated_at = '2026-03-02T14:34:12.000000000Z'";
    rusqlite::Connection::open(&path).unwrap().execute(old, []).unwrap();
    rebuild = seen(&mut session).unwrap();
    assert!(rebuild.seconds_still > Some(60.0) && rebuild.seconds_left.is_none(), "{rebuild:?}");
    // Its pace is that of whoever goes on with it, not that of all the time that nobody did.
    let stood = rebuild.position.0;
    let resumed = format!(
        "UPDATE rebuilds SET position = {stood} + 500, resumed_at = '2026-03-02T14:34:02.000000000Z', resumed_from = {stood}"
    );
    rusqlite::Connection::open(&path).unwrap().execute(&resumed, []).unwrap();
    assert_eq!(seen(&mut session).unwrap().per_second, Some(50.0));
    assert!(rebuild.events + rebuild.remaining == 28_067, "{rebuild:?}");
    assert_eq!(rebuild.position.0 as u64, rebuild.events);
    ended =
        steward.carry_out(&order("search-index", Deed::Abandon), named, &Halt::default()).unwrap();
    assert!(ended.well && seen(&mut session).is_none(), "{ended:?}");
}

#[test]
fn rows_that_somebodys_own_definition_made_are_not_made_anew_by_one_of_the_same_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    shop(&path);
    let own = projection::declared("search-index:\n  OrderCreated: {row: 1}\n").unwrap().remove(0);
    let writer = own::writer(path.as_os_str(), false).unwrap();
    let task = Task::begin(Arc::new(own), Policy::default(), Aim::Shown, writer).unwrap();
    let once = Options { threads: 1, follow: false };
    projection::run(vec![task], once, &Halt::default(), |_, _| {}).unwrap();
    let mut session = open(&path);
    let before = session.rows("search-index", None, 9).unwrap().len();
    let steward = session.steward().unwrap();
    let order = order("search-index", Deed::Rebuild);
    let refused = steward.carry_out(&order, named, &Halt::default()).unwrap_err();
    assert!(refused.to_string().contains("is another here than its rows are made by"), "{refused}");
    assert!(refused.hint().unwrap().contains("search-index --projections FILE`"), "{refused:?}");
    assert_eq!(session.projection("search-index").unwrap().rebuild, None);
    assert_eq!(session.rows("search-index", None, 9).unwrap().len(), before);
}

#[test]
fn an_order_goes_through_the_chain_of_the_session() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    shop(&path);
    run_once(&path, "order-list");
    let chain = crate::upcast::read("shop.yaml", include_str!("../../../assets/upcast/shop.yaml"));
    let upcast = Some(Arc::new(chain.unwrap()));
    let mut session =
        Session::open(&path, &OpenOptions { upcast: upcast.clone(), ..OpenOptions::default() })
            .unwrap();
    let steward = session.steward().unwrap();
    let told = |deed| steward.carry_out(&order("order-list", deed), named, &Halt::default());
    let made_by = |session: &mut Session| session.projection("order-list").unwrap().made_by.chain;
    assert_eq!(made_by(&mut session), None);
    // It looks ahead at what the chain makes too, and so not at these rows.
    let refused = session.ahead("order-list", Position(1), named, &|| false).unwrap_err();
    assert!(refused.hint().unwrap().contains(" order-list --upcast shop.yaml`"), "{refused:?}");
    assert!(told(Deed::Rebuild).unwrap().well);
    assert_eq!(made_by(&mut session).as_deref(), upcast.as_ref().map(|chain| chain.mark()));
}

#[test]
fn what_would_come_of_a_skip_is_what_comes_of_it_and_nothing_is_written_to_see_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    shop(&path);
    run_once(&path, "refund-report");
    let mut session = open(&path);
    let before = std::fs::read(&path).unwrap();
    let poison = Position(25_940);
    let ahead = session.ahead("refund-report", poison, named, &|| false).unwrap();
    assert_eq!(
        ahead.told(),
        "all 2,127 events behind it can be applied, and it would have caught up"
    );
    // Seen from before it, the same event stops it.
    let next = session.ahead("refund-report", Position(25_939), named, &|| false).unwrap();
    let told = next.told();
    assert!(told.starts_with("event 25940, "), "{told}");
    assert!(told.contains("order-4711, would stop it too: the request desk-1042"), "{told}");
    let told = projection::Ahead { taken: 12, ..next }.told();
    assert!(told.starts_with("the next 12 events can be applied, then event 25940, "), "{told}");
    let end = session.ahead("refund-report", Position(28_067), named, &|| false).unwrap();
    assert_eq!(end.told(), "nothing waits behind it");
    let report = named("refund-report").unwrap();
    let mut some = |most, gives_up: bool| {
        projection::ahead(&report.clone().into(), &mut *session.store, poison, most, || gives_up)
            .unwrap()
    };
    let told = some(1_000, false).unwrap().told();
    assert_eq!(told, "the next 1,000 events can be applied; more were not looked at");
    assert_eq!(some(2_127, false).unwrap().told(), ahead.told());
    assert!(some(1_000, true).is_none());
    let unknown = session.ahead("refund-report", poison, |_| None, &|| false).unwrap_err();
    assert!(unknown.to_string().contains("is not known here"), "{unknown}");
    assert!(session.letters("refund-report").unwrap().is_empty());
    assert!(std::fs::read(&path).unwrap() == before, "a byte of the store has changed");
    // Somebody steps over it while it is looked at: what is read then are other rows.
    let elsewhere = dir.path().join("elsewhere.db");
    std::fs::copy(&path, &elsewhere).unwrap();
    let mut second = open(&elsewhere);
    let steward = second.steward().unwrap();
    let goes_on = || {
        let skip = order("refund-report", Deed::Skip(poison));
        // The second time there is none any more.
        let _ = steward.carry_out(&skip, named, &Halt::default());
        false
    };
    let overtaken = second.ahead("refund-report", poison, named, &goes_on).unwrap_err();
    assert!(overtaken.to_string().contains("went on while it was looked at"), "{overtaken}");
    // What was foreseen comes.
    session
        .steward()
        .unwrap()
        .carry_out(&order("refund-report", Deed::Skip(poison)), named, &Halt::default())
        .unwrap();
    run_once(&path, "refund-report");
    let status = &session.projections().unwrap()[0];
    assert_eq!((status.position, status.lag_events), (Some(Position(28_067)), Some(0)));
    assert_eq!(session.letters("refund-report").unwrap().len(), 1);
}
