//! A store that is removed while it is looked at.
//!
//! - steps through what was read before → sees the states, and that their events cannot be read, and why;
//! - goes to another aggregate → sees that nothing was read, and is told why.

use super::stage::{SIZES, Stage};
use crate::session::{OpenOptions, Session};

fn line(aggregate: &str, version: u64) -> String {
    format!(
        "{{\"aggregate\":\"{aggregate}\",\"version\":{version},\"type\":\"Counted\",\"data\":{{\"n\":{version}}}}}\n"
    )
}

#[test]
fn what_was_read_is_stepped_through_and_nothing_else_is_made_up() {
    for (name, size) in SIZES {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("orders.jsonl");
        let lines: String = (1..=3).map(|version| line("order-1", version)).collect();
        std::fs::write(&path, lines + &line("order-2", 1)).unwrap();
        let from = path.clone();
        let mut stage = Stage::open("orders.jsonl", size, move || {
            let store = crate::store::recording::open(&from)?;
            Ok(Session::with_store(store, &OpenOptions::default()))
        });
        stage.shows("v3 of 3");
        std::fs::remove_file(&path).unwrap();
        // Where there is room, it stands beside the version too.
        stage.keys("left").shows("v2 of 3");
        assert_eq!(stage.text_now().contains("its event cannot be read"), name != "small");
        stage.keys("alt-4").shows("✗ the event of v2 cannot be");
        stage.keys("alt-2").shows("n  2").keys("left left").shows("v0 of 3");
        stage.hides("cannot be read").keys("right right right").shows("v3 of 3").shows("n  3");
        stage.keys("alt-1 down").shows("✗ there is no file").hides("v3 of 3");
    }
}
