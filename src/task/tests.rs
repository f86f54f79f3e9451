use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::*;

type Reports = Receiver<Report<char, String>>;

fn lane() -> (Lane<Vec<String>, char, String>, Reports) {
    let (to, from) = sync_channel(16);
    let lane = Lane::spawn("test", Vec::new(), None, move |report| {
        let _ = to.send(report);
    });
    (lane.unwrap(), from)
}

/// Occupies the lane until the returned sender is used; returns once it does.
fn hold(lane: &Lane<Vec<String>, char, String>, slot: char) -> SyncSender<()> {
    let (started, starts) = sync_channel(1);
    let (release, released) = sync_channel::<()>(1);
    lane.issue(slot, 0, Running::Finish, move |_, ticket| {
        started.send(()).unwrap();
        let _ = released.recv();
        if ticket.cancelled() { "cancelled".to_owned() } else { "held".to_owned() }
    });
    starts.recv().unwrap();
    release
}

fn done(reports: &Reports) -> (char, u64, String) {
    match reports.recv().unwrap() {
        Report::Done(said) => (said.slot, said.generation, said.answer),
        other => panic!("{other:?}"),
    }
}

#[test]
fn jobs_share_their_context_and_answer_in_order_with_their_generation() {
    let (lane, reports) = lane();
    for (slot, generation) in [('a', 1), ('b', 2)] {
        lane.issue(slot, generation, Running::Finish, move |context, _| {
            context.push(slot.to_string());
            context.concat()
        });
    }
    assert_eq!(done(&reports), ('a', 1, "a".into()));
    assert_eq!(done(&reports), ('b', 2, "ab".into()));
}

#[test]
fn the_newest_job_of_a_slot_replaces_the_one_that_waits() {
    let (lane, reports) = lane();
    let release = hold(&lane, 'h');
    assert_eq!(lane.issue('a', 1, Running::Finish, |_, _| "old".into()), 0);
    assert_eq!(lane.issue('b', 2, Running::Finish, |_, _| "other".into()), 0);
    assert_eq!(lane.issue('a', 3, Running::Finish, |_, _| "new".into()), 1);
    release.send(()).unwrap();
    assert_eq!(done(&reports), ('h', 0, "held".into()));
    assert_eq!(done(&reports), ('b', 2, "other".into()));
    assert_eq!(done(&reports), ('a', 3, "new".into()));
}

#[test]
fn a_running_job_is_cancelled_by_its_own_slot_only_and_only_if_asked() {
    let (lane, reports) = lane();
    for (slot, running, expected) in [
        ('h', Running::Cancel, "cancelled"),
        ('h', Running::Finish, "held"),
        ('x', Running::Cancel, "held"),
    ] {
        let release = hold(&lane, 'h');
        lane.issue(slot, 1, running, |_, ticket| ticket.cancelled().to_string());
        release.send(()).unwrap();
        assert_eq!(done(&reports).2, expected);
        assert_eq!(done(&reports).2, "false", "the next job starts uncancelled");
    }
}

#[test]
fn cancelling_stops_what_the_job_waits_for() {
    let (lane, reports) = lane();
    let (stop, stopped) = sync_channel::<()>(1);
    let (started, starts) = sync_channel(1);
    lane.issue('a', 1, Running::Finish, move |_, ticket| {
        ticket.stop_with(Box::new(move || {
            let _ = stop.try_send(());
        }));
        started.send(()).unwrap();
        stopped.recv().unwrap();
        "stopped".into()
    });
    starts.recv().unwrap();
    assert_eq!(lane.cancel('a'), 0);
    assert_eq!(done(&reports).2, "stopped");
}

#[test]
fn long_work_sees_that_others_wait_and_can_report_meanwhile() {
    let (lane, reports) = lane();
    let release = hold(&lane, 'h');
    lane.issue('a', 1, Running::Finish, |_, ticket| {
        ticket.progress("half".into());
        ticket.wanted().to_string()
    });
    lane.issue('b', 2, Running::Finish, |_, ticket| ticket.wanted().to_string());
    release.send(()).unwrap();
    done(&reports);
    assert!(matches!(reports.recv().unwrap(), Report::Progress(said) if said.answer == "half"));
    assert_eq!(done(&reports).2, "true");
    assert_eq!(done(&reports).2, "false");
}

#[test]
fn dropping_a_lane_cancels_what_runs_and_forgets_what_waits() {
    let (lane, reports) = lane();
    let (started, starts) = sync_channel(1);
    lane.issue('a', 1, Running::Finish, move |_, ticket| {
        started.send(()).unwrap();
        while !ticket.cancelled() {
            std::thread::yield_now();
        }
        "cancelled".into()
    });
    starts.recv().unwrap();
    lane.issue('b', 2, Running::Finish, |_, _| "never".into());
    drop(lane);
    assert_eq!(done(&reports).2, "cancelled");
    assert!(reports.recv().is_err(), "the thread is gone, and its sink with it");
}

#[test]
fn a_panic_is_reported_as_a_lost_lane() {
    let (lane, reports) = lane();
    lane.issue('a', 1, Running::Finish, |_, _| panic!("on purpose, in a test"));
    assert!(matches!(reports.recv().unwrap(), Report::Lost));
}

#[test]
fn a_lane_rests_once_after_its_last_job() {
    type Rested = SyncSender<&'static str>;
    let (told, tells) = sync_channel(8);
    let rest = Rest {
        after: Duration::from_millis(1),
        with: |told: &mut Rested| told.send("rested").unwrap(),
    };
    let lane: Lane<Rested, char, ()> = Lane::spawn("test", told, Some(rest), |_| {}).unwrap();
    for _ in 0..3 {
        lane.issue('a', 0, Running::Finish, |told, _| told.send("worked").unwrap());
        assert_eq!((tells.recv().unwrap(), tells.recv().unwrap()), ("worked", "rested"));
    }
    drop(lane);
    assert!(tells.recv().is_err(), "it rested without having worked");
}

#[test]
fn what_runs_and_what_waits_can_be_seen_and_what_a_job_cost() {
    let (lane, reports) = lane();
    assert_eq!(lane.standing(), Standing { running: None, waiting: vec![] });
    let release = hold(&lane, 'h');
    lane.issue('a', 7, Running::Finish, |_, ticket| {
        let begun = Instant::now();
        // Works for as long as can be told from nothing.
        let mut sum = 0_u64;
        while begun.elapsed() < Duration::from_millis(20) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        ticket.progress(sum.to_string());
        "worked".into()
    });
    lane.issue('b', 8, Running::Finish, |_, _| "idle".into());
    let standing = lane.standing();
    assert_eq!((standing.running, standing.waiting), (Some(('h', 0)), vec![('a', 7), ('b', 8)]));
    release.send(()).unwrap();
    let said = |report| match report {
        Report::Progress(said) | Report::Done(said) => said,
        Report::Lost => panic!("lost"),
    };
    let spent: Vec<Spent> = (0..4).map(|_| said(reports.recv().unwrap()).spent).collect();
    let [_, soon, done, idle] = spent[..] else { panic!() };
    assert!(soon.wall >= Duration::from_millis(20) && soon.wall <= done.wall, "{spent:?}");
    assert!(soon.cpu > Duration::ZERO && done.cpu <= done.wall * 2, "{spent:?}");
    assert!(idle.cpu < done.cpu, "{spent:?}");
    while lane.standing().running.is_some() {
        std::thread::yield_now();
    }
}
