//! Aggregates in a store: saved once, at the version they had, and tried again.

use super::*;

#[test]
fn what_is_saved_is_loaded_with_all_that_is_known_around_it() {
    let (_dir, path) = own();
    let mut counters = repository::<Counter>(&path);
    let mut root = counters.load("c-1").unwrap().root;
    assert_eq!((root.version(), counters.save(&mut root).unwrap()), (Version::ZERO, None));
    root.because(Cause {
        correlation: Some("c-81".into()),
        causation: Some("e-7".into()),
        actor: Some("ana".into()),
    });
    root.decide(|_| add(3)).unwrap();
    let id = root.uncommitted()[0].id.clone();
    let appended = counters.save(&mut root).unwrap().unwrap();
    assert_eq!((appended.version, root.committed()), (Version(1), Version(1)));
    let loaded = counters.load("c-1").unwrap();
    assert_eq!((loaded.root.state().sum, loaded.applied, loaded.snapshot), (3, 1, None));

    let mut reader = writer(&path).reader().unwrap();
    let event = reader.read(&key(), Version::ZERO, 10).unwrap().remove(0);
    assert_eq!((event.id, event.schema.as_deref()), (Some(id), Some("2")));
    assert!(event.time.is_some());
    let metadata = event.metadata.unwrap();
    let text = r#"{"correlation_id":"c-81","causation_id":"e-7","actor":"ana"}"#;
    assert_eq!(metadata.bytes().as_ref(), text.as_bytes());
}

#[test]
fn of_two_that_were_loaded_at_the_same_version_one_is_refused() {
    let (_dir, path) = own();
    count(&path, 2);
    let mut counters = repository::<Counter>(&path);
    let mut first = counters.load("c-1").unwrap().root;
    let mut second = counters.load("c-1").unwrap().root;
    first.decide(|_| add(1)).unwrap();
    second.decide(|_| add(1)).unwrap();
    counters.save(&mut first).unwrap();
    let error = counters.save(&mut second).unwrap_err();
    assert_eq!(error.to_string(), "Counter c-1 is at version 3, not at version 2 as expected");
    assert_eq!(second.uncommitted().len(), 1, "it is not taken for stored");
    assert_eq!(counters.load("c-1").unwrap().root.version(), Version(3));
}

#[test]
fn what_is_saved_once_more_is_no_second_time() {
    let (_dir, path) = own();
    let mut counters = repository::<Counter>(&path);
    let mut root = counters.load("c-1").unwrap().root;
    root.decide(|_| add(1)).unwrap();
    root.decide(|_| add(2)).unwrap();
    // The answer to the first did not arrive.
    let mut again = root.clone();
    let first = counters.save(&mut root).unwrap();
    count(&path, 1);
    assert_eq!(counters.save(&mut again).unwrap(), first);
    let loaded = counters.load("c-1").unwrap().root;
    assert_eq!((loaded.version(), loaded.state().sum), (Version(3), 4));
}

#[test]
fn a_change_is_tried_again_where_somebody_was_faster() {
    let (_dir, path) = own();
    let run = || {
        let mut accounts = repository::<Account>(&path).with_attempts(10_000);
        std::thread::spawn(move || {
            for _ in 0..100 {
                let opened = |root: &mut Root<Account>| {
                    if root.version() == Version::ZERO {
                        root.decide(|account| account.open("ana"))?;
                    }
                    root.decide(|account| account.deposit(Money::cents(1)))
                };
                accounts.change("acc-1", opened).unwrap();
            }
        })
    };
    for thread in [run(), run(), run()] {
        thread.join().unwrap();
    }
    let loaded = repository::<Account>(&path).load("acc-1").unwrap();
    assert_eq!(loaded.root.state().balance, Money::cents(300));
    assert_eq!(loaded.root.version(), Version(301));
}

#[test]
fn a_change_is_given_up_after_so_many_attempts_and_at_once_where_a_rule_refuses() {
    let (_dir, path) = own();
    count(&path, 1);
    let mut counters = repository::<Counter>(&path).with_attempts(3);
    let mut attempts = 0;
    let error = counters.change("c-1", |root| {
        attempts += 1;
        count(&path, 1);
        root.decide(|_| add(1))
    });
    let Err(ChangeError::Failed(AggregateError::Store(error))) = error else { panic!("{error:?}") };
    assert!(matches!(error.kind, StoreErrorKind::Conflict { .. }), "{error}");
    assert_eq!(attempts, 3);

    let mut accounts = repository::<Account>(&path);
    let error = accounts.change("acc-1", |root| {
        attempts += 1;
        root.decide(|account| account.withdraw(Money::cents(1)))
    });
    let Err(ChangeError::Refused(refused)) = error else { panic!("{error:?}") };
    assert_eq!((refused, attempts), (AccountRefused::NotOpened, 4));
}
