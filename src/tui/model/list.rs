//! The list of aggregates: a window over the store's own index that follows the cursor, however many there are.

use crate::model::AggregateKey;
use crate::session::Sort;
use crate::store::{AggregatePage, AggregateQuery, AggregateSummary, Direction};

use super::field::Field;
use super::scroll::Scroll;

/// Rows asked for at a time.
pub(crate) const PAGE: usize = 200;
/// Rows of a list that is sorted: the first of them.
pub(crate) const SORTED: usize = 1000;
/// Rows kept; beyond them the far side is forgotten and read again when somebody goes there.
const KEPT: usize = 5 * PAGE;

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The category of the rows that follow, told by the first of them.
    Heading(usize),
    /// A row.
    Row(usize),
}

/// Where a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the new beginning.
    Start,
    /// It is the new end.
    End,
    /// Under what is there.
    Below,
    /// Above what is there.
    Above,
    /// It replaces what is there; the cursor stays on its aggregate.
    Around,
}

/// What is to be found.
#[derive(Clone, Debug)]
pub(crate) struct Sought {
    /// Where it belongs.
    pub(crate) place: Place,
    /// Some letters of a name.
    pub(crate) typed: String,
    /// In which order; the best come first where it is the store's own.
    pub(crate) sort: Sort,
    /// How many are shown already.
    pub(crate) shown: usize,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many aggregates fit.
    pub(crate) found: u64,
    /// How many were looked at.
    pub(crate) looked: u64,
    /// Whether those are all.
    pub(crate) complete: bool,
    /// Whether it is of what was typed before.
    pub(crate) old: bool,
}

/// Whether categories are headings.
#[derive(Clone, Copy, Debug, Default)]
struct Heads {
    /// The store's own order is by category.
    always: bool,
    /// The rows stand under them now.
    shown: bool,
}

/// Whether the person types into the search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Finding {
    /// There is no search.
    #[default]
    Off,
    /// A search is being typed.
    Typing,
    /// What was found is shown.
    Kept,
}

/// Where the ids of all aggregates are, to find among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Names {
    /// In the store alone.
    #[default]
    Away,
    /// On their way into memory, before anything is to be found among them.
    Coming,
    /// In memory, as far as they were needed.
    Here,
}

/// The window.
#[derive(Debug, Default)]
pub(crate) struct List {
    rows: Vec<AggregateSummary>,
    lines: Vec<Line>,
    heads: Heads,
    /// In which order.
    pub(crate) sort: Sort,
    above: Option<AggregateKey>,
    below: Option<AggregateKey>,
    /// What is being read.
    pub(crate) loading: Option<Place>,
    /// Whether all is shown again once what was typed is found.
    pub(crate) leaving: bool,
    /// Whether anything was ever read.
    pub(crate) loaded: bool,
    /// The chosen line.
    pub(crate) scroll: Scroll,
    /// Whether and how a search is on.
    pub(crate) finding: Finding,
    /// What is searched for.
    pub(crate) field: Field,
    /// How far it has come.
    pub(crate) tally: Tally,
    /// How many aggregates were looked at to sort them.
    pub(crate) examined: u64,
    /// Where the ids of all aggregates are.
    pub(crate) names: Names,
    /// Whether the search goes on because there is room for more.
    pub(crate) searching: bool,
}

impl List {
    /// The rows that are in memory.
    pub(crate) fn rows(&self) -> &[AggregateSummary] {
        &self.rows
    }

    /// The lines to draw.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Says whether rows come grouped by category.
    pub(crate) fn group(&mut self, grouped: bool) {
        self.heads.always = grouped;
    }

    /// The chosen row.
    pub(crate) fn chosen(&self) -> Option<&AggregateSummary> {
        match self.lines.get(self.scroll.cursor)? {
            Line::Row(row) | Line::Heading(row) => self.rows.get(*row),
        }
    }

    /// What is to be found, where anything is.
    pub(crate) fn sought(&self, place: Place) -> Option<Sought> {
        let typed = self.field.text();
        if self.finding == Finding::Off || typed.is_empty() {
            return None;
        }
        // A list that is read again is as long as it was.
        let shown = match place {
            Place::Below => self.rows.len(),
            Place::Around => self.rows.len().saturating_sub(PAGE),
            _ => 0,
        };
        Some(Sought { place, typed: typed.to_owned(), sort: self.sort, shown })
    }

    /// Takes in what was found so far; the cursor stays on what somebody moved it to.
    pub(crate) fn take_found(
        &mut self,
        place: Place,
        (page, tally): (AggregatePage, Tally),
        height: usize,
    ) {
        let moved = self.scroll.cursor > self.first_row();
        let stays = place == Place::Start && !self.tally.old && moved;
        self.tally = tally;
        self.take(if stays { Place::Around } else { place }, page, height);
    }

    /// What was typed is different now.
    pub(crate) fn seek(&mut self) {
        self.searching = !self.field.is_empty();
        self.tally.old = true;
        self.leaving = false;
    }

    /// The question for a page.
    pub(crate) fn query(&self, place: Place) -> AggregateQuery {
        let (beyond, direction) = match place {
            Place::Start | Place::Around => (None, Direction::Forward),
            Place::End => (None, Direction::Backward),
            Place::Below => (self.below.clone(), Direction::Forward),
            Place::Above => (self.above.clone(), Direction::Backward),
        };
        AggregateQuery { beyond, direction, ..AggregateQuery::default() }
    }

    /// Takes a page in.
    pub(crate) fn take(&mut self, place: Place, page: AggregatePage, height: usize) {
        let chosen = self.chosen().map(|row| row.key.clone());
        let shown = self.scroll.cursor.saturating_sub(self.scroll.offset);
        self.loading = None;
        self.loaded = true;
        match place {
            Place::Below | Place::Above => self.examined += page.examined,
            _ => self.examined = page.examined,
        }
        match place {
            Place::Start | Place::Around => {
                (self.rows, self.above, self.below) = (page.rows, None, page.next);
            }
            Place::End => (self.rows, self.above, self.below) = (page.rows, page.next, None),
            Place::Below => {
                self.rows.extend(page.rows);
                self.below = page.next;
                let far = self.rows.len().saturating_sub(KEPT);
                if far > 0 {
                    self.rows.drain(..far);
                    self.above = self.rows.first().map(|row| row.key.clone());
                }
            }
            Place::Above => {
                self.rows.splice(..0, page.rows);
                self.above = page.next;
                if self.rows.len() > KEPT {
                    self.rows.truncate(KEPT);
                    self.below = self.rows.last().map(|row| row.key.clone());
                }
            }
        }
        self.lay_out();
        let line = match place {
            Place::Start => self.first_row(),
            Place::End => self.lines.len().saturating_sub(1),
            _ => chosen.and_then(|key| self.line_of(&key)).unwrap_or_else(|| self.first_row()),
        };
        // The chosen row stays where it is on the screen.
        self.scroll.offset = line.saturating_sub(shown);
        self.scroll.move_to(line, self.lines.len(), height);
        if line <= 1 {
            self.scroll.offset = 0;
        }
    }

    /// Takes in the rows on both sides of an aggregate, read again, with the cursor on it.
    pub(crate) fn take_around(
        &mut self,
        key: &AggregateKey,
        back: AggregatePage,
        fore: AggregatePage,
        height: usize,
    ) {
        let mut page = back;
        let above = page.next.take();
        // Where nothing was found before it, the rest was read from the beginning on, past what lies before it.
        let overlap = page.rows.is_empty() && above.is_none();
        page.examined = if overlap { fore.examined } else { page.examined + fore.examined };
        page.rows.extend(fore.rows);
        page.next = fore.next;
        self.take(Place::Around, page, height);
        self.above = above;
        self.choose(key, height);
    }

    /// The page that the cursor will need soon.
    pub(crate) fn wanted(&self, height: usize) -> Option<Place> {
        if self.loading.is_some() || !self.loaded {
            return None;
        }
        let near = 2 * height;
        if self.below.is_some() && self.scroll.cursor + near >= self.lines.len() {
            return Some(Place::Below);
        }
        (self.above.is_some() && self.scroll.cursor < near).then_some(Place::Above)
    }

    /// Whether the rows in memory begin or end before the list does.
    pub(crate) fn open_end(&self, place: Place) -> bool {
        match place {
            Place::Start => self.above.is_some(),
            _ => self.below.is_some(),
        }
    }

    /// Puts the cursor on an aggregate, where its row is in memory; whether it is.
    pub(crate) fn choose(&mut self, key: &AggregateKey, height: usize) -> bool {
        let line = self.line_of(key);
        if let Some(line) = line {
            self.scroll.move_to(line, self.lines.len(), height);
        }
        line.is_some()
    }

    /// Moves the cursor over rows; headings are passed over.
    pub(crate) fn move_by(&mut self, by: isize, height: usize) {
        let len = self.lines.len();
        self.scroll.move_by(by, len, height);
        self.off_heading(by, height);
        if self.scroll.cursor <= 1 && by < 0 {
            self.scroll.offset = 0;
        }
    }

    /// Moves the window, and takes the cursor along over rows only where it would get out of sight.
    pub(crate) fn wheel(&mut self, by: isize, height: usize) {
        let len = self.lines.len();
        self.scroll.wheel(by, len, height);
        self.off_heading(by, height);
        if self.scroll.cursor <= 1 && by < 0 {
            self.scroll.offset = 0;
        }
    }

    /// Puts the cursor on a line that was clicked.
    pub(crate) fn click(&mut self, line: usize, height: usize) {
        if line < self.lines.len() {
            self.scroll.move_to(line, self.lines.len(), height);
            self.off_heading(1, height);
        }
    }

    fn off_heading(&mut self, by: isize, height: usize) {
        let is_heading =
            |list: &Self| matches!(list.lines.get(list.scroll.cursor), Some(Line::Heading(_)));
        if is_heading(self) {
            let at = self.scroll.cursor;
            let down = by > 0 || at == 0;
            self.scroll.move_by(if down { 1 } else { -1 }, self.lines.len(), height);
        }
    }

    fn first_row(&self) -> usize {
        self.lines.iter().position(|line| matches!(line, Line::Row(_))).unwrap_or(0)
    }

    fn line_of(&self, key: &AggregateKey) -> Option<usize> {
        let row = self.rows.iter().position(|row| row.key == *key)?;
        self.lines.iter().position(|line| *line == Line::Row(row))
    }

    fn lay_out(&mut self) {
        self.lines.clear();
        let by_category = self.sort == Sort::Category || self.heads.always && self.sort == Sort::Id;
        // What fits best comes first, wherever it belongs.
        self.heads.shown =
            by_category && (self.sort == Sort::Category || self.sought(Place::Start).is_none());
        // Where no aggregate has a category, none is missing.
        let named = self.rows.iter().any(|row| !row.key.category.as_str().is_empty());
        let mut category = None;
        for (at, row) in self.rows.iter().enumerate() {
            let here = &row.key.category;
            if self.heads.shown && category != Some(here) && named {
                self.lines.push(Line::Heading(at));
            }
            category = Some(here);
            self.lines.push(Line::Row(at));
        }
    }

    /// The next order: the store's own, the newest first, the most events first, by category where that is not the
    /// store's own.
    pub(crate) fn next_order(&self) -> Sort {
        match self.sort {
            Sort::Id => Sort::Recent,
            Sort::Recent => Sort::Events,
            Sort::Events if !self.heads.always => Sort::Category,
            Sort::Events | Sort::Category => Sort::Id,
        }
    }

    /// What aggregates are listed by.
    pub(crate) fn order(&self) -> &'static str {
        match self.sort {
            Sort::Id if self.heads.always => "category and id",
            Sort::Id => "id",
            Sort::Recent => "their newest event",
            Sort::Events => "their number of events",
            Sort::Category => "category",
        }
    }

    /// Whether categories stand as headings.
    pub(crate) fn grouped(&self) -> bool {
        self.heads.shown
    }
}
