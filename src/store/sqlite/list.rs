//! The list of aggregates as a walk along the library's own index: one seek from each aggregate to the next, however
//! many events lie between, so that a page costs the same in a store of a thousand and of a million.

use rusqlite::types::ValueRef;

use super::super::layout::CategoryRule;
use super::super::{AggregatePage, AggregateQuery, Direction, StoreError, StoreErrorKind};
use super::ask::{Asked, BOUND};
use super::decode::{text, value};
use super::plan::From;
use super::statement::{Bound, first, prepare, start, step};
use crate::model::{AggregateId, AggregateKey, Category, Finding};

/// Where a walk starts, and where it ends before the end.
struct Walk {
    from: From,
    at: AggregateKey,
    /// Stays within this category; part of the key.
    within: bool,
    /// The first id that is not wanted any more.
    until: Option<String>,
}

/// What a walk found and cannot name: it goes on from there.
#[derive(Default)]
struct Nameless {
    last: Option<[Bytes; 2]>,
    skipped: u64,
}

/// A text that is none, or bytes.
enum Bytes {
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl Bytes {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Text(bytes) => Self::Text(bytes.to_vec()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
            other => Self::Text(text(other).unwrap_or_default().as_bytes().to_vec()),
        }
    }

    fn value(&self) -> ValueRef<'_> {
        match self {
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }
}

impl Nameless {
    fn skip(&mut self, category: ValueRef<'_>, id: ValueRef<'_>) {
        self.last = Some([Bytes::of(category), Bytes::of(id)]);
        self.skipped += 1;
    }

    fn bound(&self) -> Option<Bound<'_>> {
        let [category, id] = self.last.as_ref()?;
        Some(Bound { category: category.value(), id: id.value(), ..Bound::default() })
    }
}

/// Whether a value can be asked for by its text.
pub(super) fn is_name(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).is_ok(),
        ValueRef::Blob(_) => false,
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => true,
    }
}

impl Asked<'_> {
    /// Up to `limit` aggregates.
    pub(super) fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        let backward = query.direction == Direction::Backward;
        let mut page = AggregatePage::default();
        let Some(mut walk) = self.walk(query) else { return Ok(page) };
        let wanted = query.matching.as_ref().map(|part| part.to_lowercase());
        let mut begin = prepare(self.call, &self.plan.next(walk.from, backward, walk.within))?;
        let mut next = prepare(self.call, &self.plan.next(From::Beyond, backward, walk.within))?;
        let mut nameless = Nameless::default();
        let mut started = false;
        loop {
            let statement = if started { &mut next } else { &mut begin };
            let bound = nameless.bound().unwrap_or_else(|| Bound::key(&walk.at));
            let mut rows = start(self.call, statement, bound)?;
            let Some(row) = step(self.call, &mut rows)? else { break };
            started = true;
            let (category, id) = (value(row, 0), value(row, 1));
            if !is_name(category) || !is_name(id) {
                nameless.skip(category, id);
                if nameless.skipped > BOUND {
                    return Err(self.ids_are_bytes());
                }
                continue;
            }
            let found = AggregateKey {
                category: Category::new(text(category).unwrap_or_default()),
                id: AggregateId::new(text(id).unwrap_or_default()),
            };
            nameless.last = None;
            drop(rows);
            let beyond = |end: &String| {
                if backward {
                    found.id.as_str() < end.as_str()
                } else {
                    found.id.as_str() >= end.as_str()
                }
            };
            if walk.until.as_ref().is_some_and(beyond) {
                break;
            }
            if page.rows.len() >= limit || page.examined >= BOUND {
                page.next = Some(self.known(walk.at.clone())?);
                break;
            }
            page.examined += 1;
            walk.at = found;
            let known = self.known(walk.at.clone())?;
            if !is_wanted(&known, query.category.as_ref(), wanted.as_deref()) {
                continue;
            }
            page.rows.extend(self.summary(&known)?);
        }
        if nameless.skipped > 0 {
            if page.examined == 0 && query.beyond.is_none() {
                return Err(self.ids_are_bytes());
            }
            self.noticed.push(self.some_ids_are_bytes());
        }
        if backward {
            page.rows.reverse();
        }
        Ok(page)
    }

    /// Where no id is text there is nothing to list.
    fn ids_are_bytes(&self) -> StoreError {
        let column = &self.plan.layout.events.aggregate;
        let message = format!("the ids in column {column} are bytes, not text");
        StoreError::new(StoreErrorKind::BadLayout, message).hint(self.as_digits())
    }

    fn some_ids_are_bytes(&self) -> Finding {
        let column = &self.plan.layout.events.aggregate;
        let message = format!(
            "some ids in column {column} are bytes, not text; they are left out of the list"
        );
        Finding::error("aggregate-id-unreadable", message).hint(self.as_digits())
    }

    fn as_digits(&self) -> String {
        let column = &self.plan.layout.events.aggregate;
        format!("in a layout file of your own, write `aggregate: lower(hex({column}))`")
    }

    /// The key with its category, where that does not come with the walk.
    pub(super) fn known(&mut self, key: AggregateKey) -> Result<AggregateKey, StoreError> {
        if self.plan.keyed {
            return Ok(key);
        }
        let category = match &self.plan.layout.events.category {
            CategoryRule::None => Category::default(),
            CategoryRule::Id(cut) => Category::new(cut.of(key.id.as_str()).unwrap_or_default()),
            _ => self.category_of(&key)?.unwrap_or_default(),
        };
        Ok(AggregateKey { category, id: key.id })
    }

    fn category_of(&mut self, key: &AggregateKey) -> Result<Option<Category>, StoreError> {
        let (call, plan) = (self.call, self.plan);
        if let Some(known) = self.decoder.known_category(key.id.as_str()) {
            return Ok(Some(known));
        }
        first(call, &plan.edge(false), Bound::key(key), |row| self.category(key.id.as_str(), row))
    }

    fn walk(&self, query: &AggregateQuery) -> Option<Walk> {
        let backward = query.direction == Direction::Backward;
        let mut walk = Walk {
            from: if query.beyond.is_some() { From::Beyond } else { From::End },
            at: query.beyond.clone().unwrap_or_else(|| AggregateKey::new("", "")),
            within: false,
            until: None,
        };
        let Some(category) = &query.category else { return Some(walk) };
        if self.plan.keyed {
            let elsewhere = walk.from == From::Beyond && walk.at.category != *category;
            if elsewhere {
                // Beyond a key of another category lies either all of this one or nothing of it.
                if (walk.at.category < *category) == backward {
                    return None;
                }
                walk.from = From::End;
            }
            walk.within = true;
            walk.at.category = category.clone();
        } else if let CategoryRule::Id(cut) = &self.plan.layout.events.category
            && !category.as_str().is_empty()
            && let Some((least, end)) = cut.range(category.as_str())
        {
            let at = walk.at.id.as_str();
            let started = walk.from == From::Beyond;
            if backward {
                if !started || at > end.as_str() {
                    (walk.from, walk.at.id) = (From::Beyond, AggregateId::new(&end));
                }
                walk.until = Some(least);
            } else {
                if !started || at < least.as_str() {
                    (walk.from, walk.at.id) = (From::At, AggregateId::new(&least));
                }
                walk.until = Some(end);
            }
        }
        Some(walk)
    }
}

fn is_wanted(key: &AggregateKey, category: Option<&Category>, part: Option<&str>) -> bool {
    let holds = |text: &str, part: &str| {
        if text.is_ascii() && part.is_ascii() {
            let part = part.as_bytes();
            part.is_empty()
                || text.as_bytes().windows(part.len()).any(|piece| piece.eq_ignore_ascii_case(part))
        } else {
            text.to_lowercase().contains(part)
        }
    };
    category.is_none_or(|category| key.category == *category)
        && part
            .is_none_or(|part| holds(key.id.as_str(), part) || holds(key.category.as_str(), part))
}
