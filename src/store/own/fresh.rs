//! Ids for events that have none yet.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use super::row::timed_id;
use crate::model::EventId;

/// An id that no other event has: a UUID of version 7, which begins with the time.
pub fn fresh_id() -> EventId {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = chrono::Utc::now();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // A new hasher is seeded by the system's own source of chance.
    let chance = RandomState::new().build_hasher().finish();
    let parts = [u64::from(std::process::id()), count, chance, now.timestamp_subsec_nanos().into()];
    let bytes = parts.map(u64::to_le_bytes);
    EventId::from(timed_id(&now, &bytes.each_ref().map(<[u8; 8]>::as_slice)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_are_the_same_on_any_thread() {
        let make = || std::thread::spawn(|| (0..2_000).map(|_| fresh_id()).collect::<Vec<_>>());
        let threads = [make(), make(), make()];
        let ids: BTreeSet<_> = threads.into_iter().flat_map(|one| one.join().unwrap()).collect();
        assert_eq!(ids.len(), 6_000);
        let one = ids.first().unwrap().as_str();
        assert_eq!((one.len(), one.get(14..15)), (36, Some("7")));
        assert!(matches!(one.get(19..20), Some("8" | "9" | "a" | "b")), "{one}");
    }
}
