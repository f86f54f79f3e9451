//! The names of all aggregates and nothing else of them: along the index while there are few events to each, and with a
//! seek beyond an aggregate that has many.

use super::super::{KeyPage, StoreError};
use super::ask::{Asked, BOUND};
use super::decode::{text, value};
use super::list::is_name;
use super::plan::From;
use super::statement::{Bound, prepare, start, step};
use crate::model::{AggregateId, AggregateKey, Category};

/// Entries of one aggregate that cost less than a seek beyond them.
const NEAR: u64 = 24;

impl Asked<'_> {
    /// The names of up to `limit` aggregates beyond one.
    pub(super) fn keys(
        &mut self,
        beyond: Option<&AggregateKey>,
        limit: usize,
    ) -> Result<KeyPage, StoreError> {
        let limit = limit.clamp(1, BOUND as usize);
        let mut at = beyond.cloned();
        let mut found = Vec::new();
        'seek: loop {
            let from = if at.is_some() { From::Beyond } else { From::End };
            let mut statement = prepare(self.call, &self.plan.along(from, false, false))?;
            let bound = at.as_ref().map_or_else(Bound::default, Bound::key);
            let mut rows = start(self.call, &mut statement, bound)?;
            let mut here: Option<AggregateKey> = None;
            let mut passed = 0;
            while let Some(row) = step(self.call, &mut rows)? {
                let (category, id) = (value(row, 0), value(row, 1));
                // A walk of the list says that there are such ids.
                if !is_name(category) || !is_name(id) {
                    continue;
                }
                let (category, id) =
                    (text(category).unwrap_or_default(), text(id).unwrap_or_default());
                let same = here.as_ref().is_some_and(|here| {
                    here.id.as_str() == id.as_str() && here.category.as_str() == category.as_str()
                });
                if same {
                    passed += 1;
                    if passed < NEAR {
                        continue;
                    }
                    at = here;
                    continue 'seek;
                }
                if found.len() >= limit {
                    break;
                }
                let key =
                    AggregateKey { category: Category::new(category), id: AggregateId::new(id) };
                (here, passed) = (Some(key.clone()), 0);
                found.push(key);
            }
            break;
        }
        let full = found.len() >= limit;
        let keys: Result<Vec<_>, _> = found.into_iter().map(|key| self.known(key)).collect();
        let keys = keys?;
        let next = keys.last().filter(|_| full).cloned();
        Ok(KeyPage { keys, next })
    }
}
