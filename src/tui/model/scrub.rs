//! The moment that the screens of the whole store look at, and how much of the time before it they show: one for all of
//! them, so that what is seen on one is seen of the same moment on the other.

use std::time::Duration;

use chrono::TimeDelta;

use super::live::TICK;
use crate::model::Timestamp;
use crate::session::Span;

/// How much time before the moment is shown, by choice.
const SPANS: [(TimeDelta, &str); 8] = [
    (TimeDelta::minutes(1), "1 min"),
    (TimeDelta::minutes(10), "10 min"),
    (TimeDelta::hours(1), "1 h"),
    (TimeDelta::hours(6), "6 h"),
    (TimeDelta::days(1), "1 day"),
    (TimeDelta::days(7), "7 days"),
    (TimeDelta::days(30), "30 days"),
    (TimeDelta::days(365), "1 year"),
];
/// The shortest that is chosen where nobody chose.
const USUAL: usize = 1;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The moment; the newest where `None`.
    pub(crate) at: Option<Timestamp>,
    /// How much of the time before it.
    pub(crate) before: TimeDelta,
    /// In how many columns.
    pub(crate) columns: usize,
}

/// Where in time the whole store is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scrub {
    /// The moment that is looked at; the newest where `None`.
    pub(crate) at: Option<Timestamp>,
    /// Which of [`SPANS`] is shown.
    span: Option<usize>,
    chosen: Chosen,
}

/// A store in which something happened so shortly ago is being written to.
const NOW: TimeDelta = TimeDelta::minutes(1);

/// Who chose how much time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Chosen {
    /// Nobody yet.
    #[default]
    No,
    /// What is there.
    ByWhatIsThere,
    /// It stays: a person wants it so, or the store is written to as it is looked at.
    ToStay,
}

impl Scrub {
    fn span(&self) -> usize {
        self.span.unwrap_or(USUAL).min(SPANS.len() - 1)
    }

    /// How much time before the moment is shown, in words.
    pub(crate) fn span_name(&self) -> &'static str {
        SPANS.get(self.span()).map_or("", |(_, name)| name)
    }

    fn before(&self) -> TimeDelta {
        SPANS.get(self.span()).map_or(TimeDelta::minutes(10), |(span, _)| *span)
    }

    /// What is to be read for so many columns.
    pub(crate) fn asked(&self, columns: usize) -> Asked {
        Asked { at: self.at, before: self.before(), columns }
    }

    /// Shows less or more of the time before; says whether there is.
    pub(crate) fn zoom(&mut self, closer: bool) -> bool {
        let before = self.span();
        let next =
            if closer { before.saturating_sub(1) } else { (before + 1).min(SPANS.len() - 1) };
        (self.span, self.chosen) = (Some(next), Chosen::ToStay);
        next != before
    }

    /// Shows more of the time before where there is next to nothing in what is shown, and nobody wants it so.
    pub(crate) fn widen(&mut self) -> bool {
        let before = self.span();
        if self.chosen == Chosen::ToStay || self.at.is_some() || before + 1 >= SPANS.len() {
            return false;
        }
        (self.span, self.chosen) = (Some(before + 1), Chosen::ByWhatIsThere);
        true
    }

    /// Looks from near at what is written as it is looked at, however long something else has stood still.
    pub(crate) fn stay(&mut self, newest: Timestamp, now: Timestamp) {
        if (now - newest).abs() < NOW && self.at.is_none() && self.chosen == Chosen::No {
            self.chosen = Chosen::ToStay;
        }
    }

    /// Chooses the shortest span that holds so many seconds, where nobody has chosen; says whether it is another one.
    pub(crate) fn fit(&mut self, seconds: f64) -> bool {
        if self.chosen != Chosen::No {
            return false;
        }
        let holds = |(span, _): &(TimeDelta, &str)| span.as_seconds_f64() >= seconds;
        let fits = SPANS.iter().position(holds).unwrap_or(SPANS.len() - 1).max(USUAL);
        (self.span, self.chosen) = (Some(fits), Chosen::ByWhatIsThere);
        fits != USUAL
    }

    /// Moves the moment by so many columns of what is shown; says whether it moved.
    pub(crate) fn go(
        &mut self,
        by: i32,
        columns: usize,
        shown: Option<Span>,
        newest: bool,
    ) -> bool {
        let Some(shown) = shown else { return false };
        let here = self.at.unwrap_or(shown.to);
        // As the columns are, so that all but one of them are found again.
        let column = Span::before(here, self.before()).column(columns);
        let next = here.checked_add_signed(column * by);
        if next.is_none() || by > 0 && newest && self.at.is_none() {
            return false;
        }
        self.at = next;
        true
    }
}

/// Looking again may take this part of the time at most.
const SHARE: u32 = 250;

/// When what is shown is read again: one look at a time, and as often as it costs next to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Looks {
    looking: bool,
    /// Whether something else was asked for meanwhile.
    again: bool,
    /// Ticks until it is time for another.
    rest: u32,
    /// How many looks are taken at once because somebody waits to see what becomes of what they did.
    awaited: u32,
}

/// So many looks show what becomes of an order, and so many ticks lie between two of them at most.
const AWAITED: (u32, u32) = (6, 2);

impl Looks {
    /// Begins a look; says whether none is under way. What is is shown first, and another one follows: whoever holds a
    /// key down sees where it leads.
    pub(crate) fn begin(&mut self) -> bool {
        self.again = self.looking;
        !std::mem::replace(&mut self.looking, true)
    }

    /// Ends it; says whether another was asked for meanwhile.
    pub(crate) fn end(&mut self, took: Duration) -> bool {
        self.rest = ((took * SHARE).as_millis() / TICK.as_millis()).clamp(1, 240) as u32;
        if self.awaited > 0 {
            (self.awaited, self.rest) = (self.awaited - 1, self.rest.min(AWAITED.1));
        }
        self.looking = false;
        std::mem::take(&mut self.again)
    }

    /// Somebody ordered something, and waits to see what becomes of it.
    pub(crate) fn hurry(&mut self) {
        self.awaited = AWAITED.0;
    }

    /// Nobody waits for it any more.
    pub(crate) fn stop(&mut self) {
        (self.looking, self.again) = (false, false);
    }

    /// Whether it is time for another; counts the ticks.
    pub(crate) fn is_due(&mut self) -> bool {
        self.rest = self.rest.saturating_sub(1);
        self.rest == 0 && !self.looking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    /// The usual time before a moment.
    fn shown(to: Timestamp) -> Span {
        Span::before(to, TimeDelta::minutes(10))
    }

    #[test]
    fn it_is_moved_by_columns_and_not_beyond_the_newest() {
        let mut scrub = Scrub::default();
        let shown = Some(Span { from: at(0), to: at(600) });
        assert!(!scrub.go(1, 60, shown, true), "nothing is newer");
        assert!(!scrub.go(-1, 60, None, true), "there is no time to move in");
        assert!(scrub.go(-1, 60, shown, true));
        assert_eq!(scrub.at, Some(at(590)));
        // What is shown may not have come yet: it goes on from where it is.
        assert!(scrub.go(-10, 60, shown, true));
        assert!(scrub.go(1, 60, shown, false));
        assert_eq!(scrub.at, Some(at(500)));
    }

    #[test]
    fn what_is_there_chooses_the_span_once_and_a_person_at_any_time() {
        let mut scrub = Scrub::default();
        assert_eq!(scrub.span_name(), "10 min");
        assert!(!scrub.fit(3.0), "it fits as it is");
        assert!(!scrub.fit(1e6), "it was chosen");
        let mut scrub = Scrub::default();
        assert!(scrub.fit(4.0 * 86_400.0));
        assert_eq!(scrub.span_name(), "7 days");
        assert!(scrub.zoom(true));
        assert_eq!(scrub.asked(7).before, TimeDelta::days(1));
        for _ in 0..20 {
            scrub.zoom(true);
        }
        assert!(!scrub.zoom(true));
        assert_eq!(scrub.span_name(), "1 min");
        assert!(Scrub::default().fit(f64::INFINITY), "as much as there is");
        assert!(!scrub.widen(), "a person has chosen");
        let mut scrub = Scrub::default();
        assert!(!scrub.fit(1.0) && scrub.widen());
        assert_eq!(scrub.span_name(), "1 h");
        assert_eq!((0..100).filter(|_| scrub.widen()).count(), 5, "there is an end to it");
    }

    #[test]
    fn what_is_written_as_it_is_looked_at_is_seen_from_near() {
        let mut scrub = Scrub::default();
        scrub.stay(at(0), at(3_600));
        assert!(scrub.fit(1e6), "nobody writes: what has stood for long is shown whole");
        let mut scrub = Scrub::default();
        scrub.stay(at(0), at(3));
        assert!(!scrub.fit(1e6) && !scrub.widen());
        assert_eq!(scrub.span_name(), "10 min");
        assert!(scrub.zoom(false), "but a person sees as much as they like");
    }

    #[test]
    fn it_goes_from_the_end_of_one_column_to_that_of_another() {
        let to = at(0) + TimeDelta::milliseconds(700);
        let mut scrub = Scrub::default();
        for columns in [7, 97, 6_000] {
            (0..columns).for_each(|_| assert!(scrub.go(-1, columns, Some(shown(to)), true)));
            let beyond = shown(to).column(columns) * columns as i32;
            assert_eq!(scrub.at, Some(to - beyond), "{columns}");
            scrub.at = None;
        }
    }

    #[test]
    fn one_look_follows_the_other_and_a_slow_one_is_taken_less_often() {
        let mut looks = Looks::default();
        assert!(looks.begin() && !looks.begin() && !looks.begin(), "one at a time");
        assert!(!looks.is_due());
        assert!(looks.end(Duration::from_millis(1)), "the last one that was asked for follows");
        assert!(looks.begin());
        assert!(!looks.end(Duration::from_millis(20)), "nothing was asked for");
        assert_eq!((0..1_000).position(|_| looks.is_due()), Some(9));
        looks.end(Duration::from_secs(60));
        assert_eq!((0..1_000).position(|_| looks.is_due()), Some(239), "but it is taken");
        // Who has just ordered something sees what becomes of it, however slow the looks are.
        looks.hurry();
        for _ in 0..6 {
            looks.begin();
            looks.end(Duration::from_secs(60));
            assert_eq!((0..1_000).position(|_| looks.is_due()), Some(1));
        }
        looks.begin();
        looks.end(Duration::from_secs(60));
        assert_eq!((0..1_000).position(|_| looks.is_due()), Some(239), "and then they rest");
        looks.begin();
        looks.stop();
        assert!(looks.begin());
    }
}
