//! The ids of all aggregates in little memory, to be looked through again and again while somebody types.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::{Session, SessionError};
use crate::model::{AggregateKey, Category};
use crate::store::{AggregateSummary, Cursor, EventQuery};

/// Ids in one piece of memory.
pub(super) const CHUNK: usize = 16_384;
/// Ids asked for at a time, so that a person who types on is not kept waiting.
const STEP: usize = 4096;
/// Pages of new events that are looked through for new aggregates, before all ids are rather read again.
const NEWS: usize = 10;
/// Events in one of them.
const PAGE: usize = 1000;

/// The ids of all aggregates, or of those that were read so far: their bytes, and eight more for each.
#[derive(Debug, Default)]
pub struct Names {
    full: Vec<Chunk>,
    open: Chunk,
    categories: Vec<Category>,
    beyond: Option<AggregateKey>,
    begun: bool,
    complete: bool,
    generation: u64,
    cursor: Option<Cursor>,
}

/// One piece: the ids one after another, where each ends, and which category it is of.
#[derive(Debug, Default)]
struct Chunk {
    text: String,
    rows: Vec<(u32, u32)>,
}

impl Chunk {
    fn push(&mut self, id: &str, category: u32) {
        self.text.push_str(id);
        self.rows.push((self.text.len() as u32, category));
    }

    fn get(&self, at: usize) -> Option<(&str, u32)> {
        let (end, category) = *self.rows.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.rows.get(before));
        let start = start.map_or(0, |(end, _)| *end as usize);
        Some((self.text.get(start..end as usize)?, category))
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.rows.capacity() * size_of::<(u32, u32)>()
    }
}

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.open.rows.len()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all of them were read.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The bytes that they take.
    pub fn bytes(&self) -> usize {
        self.open.bytes() + self.full.iter().map(Chunk::bytes).sum::<usize>()
    }

    /// An id, and the number of its category.
    pub(super) fn get(&self, at: usize) -> Option<(&str, u32)> {
        self.full.get(at / CHUNK).unwrap_or(&self.open).get(at % CHUNK)
    }

    /// The categories, by their numbers.
    pub(super) fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The whole name of an aggregate.
    pub fn key(&self, at: usize) -> Option<AggregateKey> {
        let (id, category) = self.get(at)?;
        Some(AggregateKey {
            category: self.categories.get(category as usize)?.clone(),
            id: id.into(),
        })
    }

    pub(super) fn push(&mut self, key: &AggregateKey) {
        // Most often it is the category of the one before.
        let last = self.open.rows.last().map_or(0, |(_, category)| *category as usize);
        let known = if self.categories.get(last) == Some(&key.category) {
            Some(last)
        } else {
            self.categories.iter().position(|category| *category == key.category)
        };
        let category = known.unwrap_or_else(|| {
            self.categories.push(key.category.clone());
            self.categories.len() - 1
        });
        // The end of an id has to fit into 32 bits, so that a piece of very long ones is not written to at all.
        if self.open.text.len() + key.id.as_str().len() > u32::MAX as usize {
            return;
        }
        self.open.push(key.id.as_str(), category as u32);
        if self.open.rows.len() == CHUNK {
            self.open.text.shrink_to_fit();
            self.open.rows.shrink_to_fit();
            self.full.push(std::mem::take(&mut self.open));
        }
    }
}

impl Session {
    /// Reads the next ids.
    pub fn read_names(&mut self, names: &mut Names) -> Result<(), SessionError> {
        if !names.begun {
            let head = self.head()?;
            (names.generation, names.cursor, names.begun) = (head.generation, head.cursor, true);
        }
        let beyond = names.beyond.take();
        match self.store.keys(beyond.as_ref(), STEP) {
            Ok(page) => {
                for key in &page.keys {
                    names.push(key);
                }
                (names.complete, names.beyond) = (page.next.is_none(), page.next);
                Ok(())
            }
            Err(error) => {
                names.beyond = beyond;
                Err(error.into())
            }
        }
    }

    /// Takes in the aggregates that were written since, where all were read. Whether what was known is still right;
    /// where it is not, nothing is known any more.
    pub fn refresh_names(&mut self, names: &mut Names) -> Result<bool, SessionError> {
        if !names.begun {
            return Ok(true);
        }
        let head = self.head()?;
        if head.generation != names.generation {
            *names = Names::default();
            return Ok(false);
        }
        if !names.complete || head.cursor == names.cursor {
            return Ok(true);
        }
        let mut query = EventQuery { after: names.cursor, ..EventQuery::default() };
        let mut new = HashSet::new();
        for _ in 0..NEWS {
            let page = self.scan(&query, PAGE)?;
            new.extend(page.events.iter().map(crate::model::Event::key));
            query.after = page.next;
            if page.next.is_none() {
                let ids: HashSet<SmolStr> = new.iter().map(|key| key.id.as_str().into()).collect();
                // A whole name is made of those alone that may be among the new ones.
                let known = |at: &usize| names.get(*at).is_some_and(|(id, _)| ids.contains(id));
                for key in (0..names.len()).filter(known).filter_map(|at| names.key(at)) {
                    new.remove(&key);
                }
                let mut new: Vec<AggregateKey> = new.into_iter().collect();
                new.sort();
                for key in &new {
                    names.push(key);
                }
                names.cursor = head.cursor;
                return Ok(true);
            }
        }
        *names = Names::default();
        Ok(false)
    }

    /// What the list says of these aggregates; those that are no more are left out.
    pub fn summaries(
        &mut self,
        keys: &[AggregateKey],
    ) -> Result<Vec<AggregateSummary>, SessionError> {
        self.at_once(|session| {
            let mut rows = Vec::with_capacity(keys.len());
            for key in keys {
                let found = session.store.find(key.id.as_str())?;
                rows.extend(found.into_iter().find(|row| row.key == *key));
            }
            Ok(rows)
        })
    }
}
