//! What was written to a store since it was looked at last.

use super::{Session, SessionError};
use crate::model::AggregateKey;
use crate::store::{AggregateSummary, EventQuery, Head};

/// Events read at once where only reading tells how many there are.
const PAGE: usize = 1000;

/// What has become of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Its newest end.
    pub head: Head,
    /// Events that were not there before; all of them where another history has taken the store's place.
    pub arrived: u64,
    /// The aggregate that was looked at, if any was, as it is now: `None` where it is not there any more.
    pub about: Option<(AggregateKey, Option<AggregateSummary>)>,
    /// How many projections an event has stopped; `None` where the store does not say so of itself. Only foldback's own
    /// do, whose checkpoints are a few rows: others may keep as many as they have events.
    pub stopped: Option<u64>,
}

impl Session {
    /// Whether the store can change while it is open.
    pub fn can_change(&self) -> bool {
        self.store.can_change()
    }

    /// What has become of the store since its newest end was `since`. An aggregate is looked at where `about` names one
    /// and anything has changed, or `owed` says that an earlier change is not shown yet.
    pub fn news(
        &mut self,
        since: &Head,
        about: Option<&AggregateKey>,
        owed: bool,
    ) -> Result<News, SessionError> {
        self.at_once(|session| {
            let head = session.head()?;
            let changed = head != *since;
            let arrived = if changed { session.arrived(since, &head)? } else { 0 };
            let about = match about.filter(|_| changed || owed) {
                Some(key) => {
                    let found = session.store.find(key.id.as_str())?;
                    Some((key.clone(), found.into_iter().find(|row| row.key == *key)))
                }
                None => None,
            };
            let stopped = session.steward().map(|_| session.stopped()).transpose()?;
            Ok(News { head, arrived, about, stopped })
        })
    }

    fn stopped(&mut self) -> Result<u64, SessionError> {
        let all = self.store.checkpoints()?;
        Ok(all.iter().filter(|one| one.error.is_some()).count() as u64)
    }

    fn arrived(&mut self, since: &Head, head: &Head) -> Result<u64, SessionError> {
        if head.generation != since.generation || since.cursor.is_none() {
            return Ok(self.store.counts()?.events);
        }
        if let (Some(before), Some(_)) = (since.position, head.position) {
            return Ok(self.store.count_after(before)?);
        }
        let mut query = EventQuery { after: since.cursor, ..EventQuery::default() };
        let mut arrived = 0;
        loop {
            let page = self.store.scan(&query, PAGE)?;
            arrived += page.events.len() as u64;
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(arrived),
            }
        }
    }
}
