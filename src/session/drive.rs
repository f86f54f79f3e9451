//! Reading events into folds: in pages, the next one read while this one is folded, cancellable between events' pages.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;

use super::SessionError;
use crate::model::{AggregateKey, Event, Version};
use crate::store::{EventStore, StoreError};
use crate::text::jq::with_room;
use crate::timeline::{Next, Timeline};

/// Events a page: large enough to be cheap, small enough to stop at once.
pub(super) const PAGE: usize = 1000;

/// Looks on while a long call works.
pub trait Watch {
    /// So many events are done, of so many where that is known.
    fn progress(&mut self, done: u64, of: Option<u64>);

    /// Whether to give up. Asked between pages, and every few events where each takes its time.
    fn cancelled(&self) -> bool;
}

/// Nobody looks on and nothing is cancelled.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Watch for Silent {
    fn progress(&mut self, _done: u64, _of: Option<u64>) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// Events that are folded before somebody may give up, where expressions of a chain look at each.
const PART: usize = 16;

/// How the events of one aggregate are read and handed on.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) read: Read,
    /// Whether each goes through a chain of upcasters, whose expressions want a large stack, and may take long.
    pub(super) by_chain: bool,
}

impl Way {
    /// How many are read at a time where somebody may give up only after all of them.
    pub(super) fn page(self) -> usize {
        if self.by_chain { 8 * PART } else { PAGE }
    }

    /// Hands on some events part by part, so that whoever gives up is heard; `each` is told whether a part is the last.
    fn hand_on(
        self,
        page: &[Event],
        watch: &dyn Watch,
        mut each: impl FnMut(&[Event], bool) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SessionError> {
        let go_on = || if watch.cancelled() { Err(SessionError::Cancelled) } else { Ok(()) };
        go_on()?;
        if !self.by_chain {
            return Ok(each(page, true));
        }
        // Once a page is cheaper than once an event.
        with_room(|| {
            let mut rest = page;
            loop {
                let (part, after) = rest.split_at(rest.len().min(PART));
                if after.is_empty() || each(part, false).is_break() {
                    return Ok(if after.is_empty() {
                        each(part, true)
                    } else {
                        ControlFlow::Break(())
                    });
                }
                go_on()?;
                rest = after;
            }
        })
    }
}

/// Brings `timeline` to the last event at or before `goal`.
pub(super) fn drive(
    store: &mut dyn EventStore,
    way: Way,
    timeline: &mut Timeline,
    goal: Version,
    keep: u64,
    watch: &mut dyn Watch,
) -> Result<(), SessionError> {
    let Next::Need { after, upto } = timeline.seek(goal) else { return Ok(()) };
    let key = timeline.key().clone();
    pages(store, way, &key, after, upto, watch, |page, end| {
        timeline.feed(page, end, keep);
        if timeline.next() == Next::Ready {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
}

/// One of the ways in which a store reads a page of one aggregate.
pub(super) type Read =
    fn(&mut dyn EventStore, &AggregateKey, Version, usize) -> Result<Vec<Event>, StoreError>;

/// Reads the events above `after` page by page until one lies at or beyond `upto`, there are no more, or `each` has
/// enough; it is told whether a page is the last there is.
pub(super) fn pages(
    store: &mut dyn EventStore,
    way: Way,
    key: &AggregateKey,
    after: Version,
    upto: Version,
    watch: &mut dyn Watch,
    mut each: impl FnMut(&[Event], bool) -> ControlFlow<()>,
) -> Result<(), SessionError> {
    let mut take = |page: &[Event], wanted: usize, watch: &mut dyn Watch| {
        let end = page.len() < wanted;
        let flow = way.hand_on(page, watch, |part, last| each(part, end && last))?;
        let reached = page.last().map_or(after, |event| event.version);
        watch.progress(reached.0, Some(upto.0));
        Ok(if end || reached >= upto { ControlFlow::Break(()) } else { flow })
    };
    let wanted = PAGE.min(upto.0.saturating_sub(after.0).max(1) as usize);
    let first = (way.read)(store, key, after, wanted)?;
    if take(&first, wanted, watch)?.is_break() {
        return Ok(());
    }
    let from = first.last().map_or(after, |event| event.version);
    drop(first);
    ahead(store, way.read, key, from, |page| take(page, PAGE, watch))
}

/// One thread reads, this one folds; a page waits in between.
fn ahead(
    store: &mut dyn EventStore,
    read: Read,
    key: &AggregateKey,
    from: Version,
    mut each: impl FnMut(&[Event]) -> Result<ControlFlow<()>, SessionError>,
) -> Result<(), SessionError> {
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Result<Vec<Event>, StoreError>>(1);
        // Events go back to be dropped where they were made: there the allocator has use for their memory.
        let (done, used) = sync_channel::<Vec<Event>>(2);
        scope.spawn(move || {
            let mut after = from;
            loop {
                used.try_iter().for_each(drop);
                let page = read(store, key, after, PAGE);
                let last = match &page {
                    Ok(page) if page.len() >= PAGE => page.last().map(|event| event.version),
                    _ => None,
                };
                if send.send(page).is_err() {
                    return;
                }
                match last {
                    Some(last) => after = last,
                    None => return,
                }
            }
        });
        while let Ok(page) = receive.recv() {
            let page = page?;
            if each(&page)?.is_break() {
                break;
            }
            drop(done.try_send(page));
        }
        Ok(())
    })
}
