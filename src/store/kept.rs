//! What a store keeps besides its events, gone through once: the states it stored, and how far its projections are.
//!
//! Both ways out of a store need it, import and export. It knows neither where that is written to nor how.

use super::{AggregateQuery, Checkpoint, EventStore, Move, Snapshot, StoreError};
use crate::model::AggregateKey;

/// How many aggregates are asked for their snapshots between two looks at whether to stop.
const PAGE: usize = 500;

/// Gives every snapshot to `take`, by aggregate and version; returns how many are of aggregates without events, which
/// nothing finds.
pub(crate) fn snapshots(
    from: &mut dyn EventStore,
    go_on: &mut dyn FnMut() -> Result<(), StoreError>,
    take: &mut dyn FnMut(&AggregateKey, &Snapshot) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    if !from.capabilities().snapshots {
        return Ok(0);
    }
    let all = from.census()?.snapshots.unwrap_or_default();
    let mut seen = 0;
    let mut query = AggregateQuery::default();
    while seen < all {
        go_on()?;
        let page = from.aggregates(&query, PAGE)?;
        for row in &page.rows {
            for snapshot in from.snapshots(&row.key)? {
                seen += 1;
                take(&row.key, &snapshot)?;
            }
        }
        query.beyond = page.next;
        if query.beyond.is_none() {
            break;
        }
    }
    Ok(all.saturating_sub(seen))
}

/// Every projection's checkpoint, by name, with where it has been.
pub(crate) fn checkpoints(
    from: &mut dyn EventStore,
) -> Result<Vec<(Checkpoint, Vec<Move>)>, StoreError> {
    if !from.capabilities().checkpoints {
        return Ok(Vec::new());
    }
    let all = from.checkpoints()?;
    all.into_iter()
        .map(|checkpoint| {
            let history = from.checkpoint_history(&checkpoint.name)?;
            Ok((checkpoint, history))
        })
        .collect()
}
