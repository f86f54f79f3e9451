//! What would be refused of a store that is not there yet: asked before it is made, so that nothing is made for nothing.

use std::collections::HashMap;

use super::append::{Expected, NewEvent, conflict};
use super::refuse::{check_batch, id_stands_twice, time_text};
use crate::model::{AggregateKey, Version};
use crate::store::StoreError;

/// Refuses what an empty store would refuse to have appended.
pub fn check_first(
    key: &AggregateKey,
    batch: &[NewEvent],
    expected: Expected,
) -> Result<(), StoreError> {
    check_batch(key, batch)?;
    conflict(key, expected, Version::ZERO)?;
    let mut ids = HashMap::new();
    for (at, event) in batch.iter().enumerate() {
        event.time.as_ref().map(time_text).transpose()?;
        if let Some(id) = &event.id
            && let Some(first) = ids.insert(id.as_str(), at + 1)
        {
            return Err(id_stands_twice(id.as_str(), first));
        }
    }
    Ok(())
}
