//! The whole store in its own order: a window that follows the cursor, however many events there are.

pub(crate) mod chart;
pub(crate) mod facets;
pub(crate) mod offer;
pub(crate) mod row;
pub(crate) mod sieve;
pub(crate) mod tally;

use std::sync::Arc;

use crate::analysis::Filter;
use crate::model::{Category, Event, Position};
use crate::session::Upcasted;
use crate::store::{Cursor, Direction, EventQuery};

use super::super::layout::Part;
use super::event::EventView;
use super::schemas::Schemas;
use super::scroll::Scroll;
use super::sight::Laid;
use facets::Facets;
use row::Row;
use sieve::Sieve;

/// Rows asked for at a time.
pub(crate) const PAGE: usize = 200;
/// Rows kept; beyond them the far side is forgotten and read again when somebody goes there.
const KEPT: usize = 5 * PAGE;

/// Where a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the new beginning: the oldest events.
    Start,
    /// It is the new end: the newest events.
    End,
    /// Under what is there.
    Below,
    /// Above what is there.
    Above,
}

/// Some rows and what was read of the store to find them: what comes after `from`, up to `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    rows: usize,
    /// `None` is the beginning of the store.
    from: Option<Cursor>,
    /// `None` where the store was empty.
    to: Option<Cursor>,
}

/// What is known of what follows the last row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    /// There may be more.
    #[default]
    Open,
    /// There may be more, and the cursor goes on to the newest.
    Followed,
    /// It is the newest that there was.
    Reached,
}

/// What becomes of a search when a page is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Onward {
    /// It goes on where the cursor needs more.
    #[default]
    Wanted,
    /// The end is read again after it: something came meanwhile.
    Again,
    /// Somebody stopped it: it goes on when it is asked for again.
    Halted,
}

/// The question for a page.
#[derive(Debug)]
pub(crate) struct Asked {
    /// From where on.
    pub(crate) query: EventQuery,
    /// How many events are enough.
    pub(crate) limit: usize,
    /// Which are wanted.
    pub(crate) filter: Arc<Filter>,
}

/// A page as a lane found it.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The rows, in the store's order.
    pub(crate) rows: Vec<Row>,
    /// Where to read on, as [`crate::store::EventPage::next`] says.
    pub(crate) next: Option<Cursor>,
    /// The newest end when it was read: nothing beyond it was.
    pub(crate) head: Option<Cursor>,
    /// How many events were looked at to find them.
    pub(crate) examined: u64,
    /// Which of the store's histories it is of.
    pub(crate) history: u64,
}

/// An event that was read for itself, with what a chain of upcasters makes of it.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) event: Event,
    laid: Laid,
    upcasted: Option<Upcasted>,
}

impl Whole {
    /// Looks it through.
    pub(crate) fn of(event: Event, upcasted: Option<Upcasted>) -> Self {
        Self { laid: Laid::of_both(&event, upcasted.as_ref()), event, upcasted }
    }
}

/// The window and what is chosen in it.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// The part that has the keys.
    pub(crate) part: Part,
    rows: Vec<Row>,
    /// Where the rows come from, in order; together they hold all rows.
    spans: Vec<Span>,
    /// Which events are wanted, and how many there are.
    pub(crate) sieve: Sieve,
    /// The types and categories.
    pub(crate) facets: Facets,
    /// Events looked at to find what is in memory, since an end was gone to.
    pub(crate) looked_at: u64,
    /// What is being read.
    pub(crate) loading: Option<Place>,
    end: End,
    /// What becomes of the search when a page is there.
    pub(crate) onward: Onward,
    /// The column of the chart where the mouse was pressed, and the one where it is.
    pub(crate) span: Option<(u16, u16)>,
    /// Whether anything was ever read.
    pub(crate) loaded: bool,
    /// The chosen row.
    pub(crate) scroll: Scroll,
    /// The chosen event in lines.
    pub(crate) view: EventView,
    /// The chosen event, where it is too large for its row and was read for itself.
    large: Option<Box<Whole>>,
    /// Which event the lines are of.
    viewed: Option<(Option<Position>, u64)>,
    /// Grows with every row that was ever read, so that one can be told from another.
    serial: u64,
    history: u64,
}

impl Events {
    /// The rows that are in memory.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The chosen row.
    pub(crate) fn chosen(&self) -> Option<&Row> {
        self.rows.get(self.scroll.cursor)
    }

    /// The chosen event, where it is in memory.
    pub(crate) fn event(&self) -> Option<&Event> {
        let row = self.chosen()?;
        let large =
            || self.large.as_deref().map(|large| &large.event).filter(|large| row.is(large));
        row.event.as_deref().or_else(large)
    }

    /// Takes in a large event that was read for itself.
    pub(crate) fn take_event(&mut self, event: Whole) {
        self.large = Some(Box::new(event));
        self.viewed = None;
    }

    /// What a chain of upcasters makes of the chosen event, where that is in memory.
    pub(crate) fn upcasted(&self) -> Option<&Upcasted> {
        let row = self.chosen()?;
        let large = || self.large.as_deref().filter(|large| row.is(&large.event));
        row.upcasted.as_deref().or_else(|| large()?.upcasted.as_ref())
    }

    /// Shows the chosen event anew, from its beginning.
    pub(crate) fn turn(&mut self) {
        (self.view.scroll, self.viewed) = (Scroll::default(), None);
    }

    /// Whether the first row in memory is the oldest, or the last one the newest.
    pub(crate) fn reaches(&self, place: Place) -> bool {
        match place {
            Place::Start => self.spans.first().is_some_and(|span| span.from.is_none()),
            _ => self.end == End::Reached,
        }
    }

    /// The question for a page.
    pub(crate) fn asked(&self, place: Place) -> Asked {
        let filter = Arc::clone(&self.sieve.filter);
        let mut query = self.query(place);
        (query.from, query.to) = (filter.from(), filter.to());
        if let [only] = filter.categories().as_slice() {
            query.category = Some(Category::new(only));
        }
        query.types = self.sieve.types();
        Asked { query, limit: PAGE, filter }
    }

    fn query(&self, place: Place) -> EventQuery {
        let (after, upto, direction) = match place {
            Place::Start => (None, None, Direction::Forward),
            Place::End => (None, None, Direction::Backward),
            Place::Below => (self.spans.last().and_then(|span| span.to), None, Direction::Forward),
            Place::Above => {
                (None, self.spans.first().and_then(|span| span.from), Direction::Backward)
            }
        };
        EventQuery { after, upto, direction, ..EventQuery::default() }
    }

    /// How many events the search for rows found and looked at; none while the rows may be those of another filter.
    pub(crate) fn searched(&self) -> (u64, u64) {
        let anew = matches!(self.loading, Some(Place::Start | Place::End));
        if anew && !self.rows.is_empty() {
            return (0, 0);
        }
        (self.rows.len() as u64, self.looked_at)
    }

    /// Takes the last row for one that may be followed by others; a cursor on it goes on to the newest.
    pub(crate) fn reopen(&mut self) {
        let at_end = self.end == End::Reached && self.scroll.cursor + 1 >= self.rows.len();
        self.end = if at_end { End::Followed } else { End::Open };
    }

    /// Takes a page in; `false` where it is of another history than the rows, which are forgotten then.
    pub(crate) fn take(&mut self, place: Place, mut page: Page, height: usize) -> bool {
        self.loading = None;
        if self.loaded
            && self.history != page.history
            && !matches!(place, Place::Start | Place::End)
        {
            (self.rows, self.spans) = (Vec::new(), Vec::new());
            return false;
        }
        self.history = page.history;
        match place {
            Place::Start | Place::End => self.looked_at = page.examined,
            _ => self.looked_at += page.examined,
        }
        for row in &mut page.rows {
            self.serial += 1;
            row.serial = self.serial;
        }
        let rows = page.rows.len();
        let begin = |span: Option<&Span>| span.and_then(|span| span.from);
        let end = |span: Option<&Span>| span.and_then(|span| span.to);
        match place {
            Place::Start | Place::End => {
                let span = if place == Place::Start {
                    Span { rows, from: None, to: page.next.or(page.head) }
                } else {
                    Span { rows, from: page.next, to: page.head }
                };
                let reached = place == Place::End || page.next.is_none();
                self.end = if reached { End::Reached } else { End::Open };
                (self.rows, self.spans) = (page.rows, vec![span]);
                self.scroll = Scroll::default();
                let line = if place == Place::Start { 0 } else { rows.saturating_sub(1) };
                self.scroll.move_to(line, rows, height);
                self.loaded = true;
            }
            Place::Below => {
                let from = end(self.spans.last());
                let span = Span { rows, from, to: page.next.or(page.head).max(from) };
                self.rows.append(&mut page.rows);
                self.spans.push(span);
                if self.end == End::Followed {
                    self.scroll.cursor = self.rows.len().saturating_sub(1);
                }
                if page.next.is_none() {
                    self.end = End::Reached;
                }
            }
            Place::Above => {
                let span = Span { rows, from: page.next, to: begin(self.spans.first()) };
                self.rows.splice(..0, page.rows);
                self.spans.insert(0, span);
                self.scroll.cursor += rows;
                self.scroll.offset += rows;
                if self.rows.len() == rows {
                    // What was searched for backwards is first found here: the newest of it is chosen.
                    self.scroll.cursor = rows.saturating_sub(1);
                }
            }
        }
        self.join();
        self.forget_far(place);
        self.scroll.settle(self.rows.len(), height);
        true
    }

    /// A span without rows is a part of its neighbour.
    fn join(&mut self) {
        let mut joined: Vec<Span> = Vec::with_capacity(self.spans.len());
        for span in self.spans.drain(..) {
            match joined.last_mut() {
                Some(last) if last.rows == 0 || span.rows == 0 => {
                    last.rows += span.rows;
                    last.to = span.to;
                }
                _ => joined.push(span),
            }
        }
        self.spans = joined;
    }

    fn forget_far(&mut self, place: Place) {
        while self.rows.len() > KEPT && self.spans.len() > 1 {
            if place == Place::Below {
                let far = self.spans.remove(0).rows;
                self.rows.drain(..far);
                self.scroll.cursor = self.scroll.cursor.saturating_sub(far);
                self.scroll.offset = self.scroll.offset.saturating_sub(far);
            } else if let Some(far) = self.spans.pop() {
                self.rows.truncate(self.rows.len() - far.rows);
                self.end = End::Open;
            }
        }
    }

    /// The page that the cursor will need soon.
    pub(crate) fn wanted(&self, height: usize) -> Option<Place> {
        if self.loading.is_some() || !self.loaded || self.onward == Onward::Halted {
            return None;
        }
        let near = 2 * height;
        if !self.reaches(Place::End) && self.scroll.cursor + near >= self.rows.len() {
            return Some(Place::Below);
        }
        (!self.reaches(Place::Start) && self.scroll.cursor < near).then_some(Place::Above)
    }

    /// Shows the chosen event in lines of `width` cells, if it is not shown yet; `true` where it has to be read first.
    pub(crate) fn show(
        &mut self,
        width: usize,
        correlation: Option<&str>,
        schemas: Schemas,
    ) -> bool {
        let Some(row) = self.rows.get(self.scroll.cursor) else {
            (self.view, self.viewed) = (EventView::default(), None);
            return false;
        };
        let shown = Some((row.position, row.serial));
        if self.viewed == shown && self.view.fits(width) {
            return false;
        }
        let small = row.event.as_deref().map(|event| {
            let upcasted = row.upcasted.as_deref();
            (event, Laid::of_both(event, upcasted), upcasted)
        });
        let large = self.large.as_deref().filter(|large| row.is(&large.event));
        let large = || large.map(|one| (&one.event, one.laid.clone(), one.upcasted.as_ref()));
        let Some((event, laid, upcasted)) = small.or_else(large) else {
            (self.view, self.viewed) = (EventView::default(), None);
            return true;
        };
        let same = self.viewed == shown;
        let scroll = self.view.scroll;
        self.view.show_event((event, &laid), width, correlation, (schemas, upcasted));
        if same {
            self.view.scroll = scroll;
        }
        self.viewed = shown;
        false
    }
}
