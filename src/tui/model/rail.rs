//! The events of an aggregate over time, in as many columns as there is room for.
//!
//! Time runs evenly inside stretches of activity; long silences between them are folded and say how long they were.
//! Where every event fits, each has a column of its own. Costs a walk over the outline, so it is made in the background.

use std::time::Duration;

use super::lens::Lens;
use crate::model::Timestamp;
use crate::text::human;
use crate::timeline::Outline;

/// A column with events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Which column.
    pub(crate) column: u16,
    /// The first event of the column, counted from 0.
    pub(crate) first: usize,
    /// How many events are in it.
    pub(crate) count: usize,
    /// Whether one of them could not be applied.
    pub(crate) failed: bool,
    /// Their type, where it is one.
    pub(crate) kind: Option<u32>,
}

/// What a rail is to show: so many events in all, in so many columns, all of them or some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// How many events there are, 0 where that is not known.
    pub(crate) events: u64,
    /// How many columns.
    pub(crate) width: u16,
    /// Those that are looked at closer.
    pub(crate) lens: Option<Lens>,
}

/// A folded silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Its first column.
    pub(crate) column: u16,
    /// What stands there: `⋯ 2 h ⋯`.
    pub(crate) label: String,
}

/// What the rail shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Picture {
    /// The columns that it was made for.
    pub(crate) width: u16,
    /// The events that it was made of.
    pub(crate) events: usize,
    /// How many of them are walked.
    pub(crate) walked: u16,
    /// The columns with events, rising.
    pub(crate) marks: Vec<Mark>,
    /// How busy each column is, 0 to 8; empty where the store records no times.
    pub(crate) levels: Vec<u8>,
    /// The folded silences.
    pub(crate) gaps: Vec<Gap>,
    /// Whether every event has a column of its own.
    pub(crate) apart: bool,
    /// What was looked at closer.
    pub(crate) lens: Option<Lens>,
    /// The events shown, counted from 0.
    pub(crate) shown: std::ops::Range<usize>,
    /// The types of these and how many there are of each, the most frequent first.
    pub(crate) kinds: Vec<(u32, usize)>,
}

/// A stretch of activity: events, and the columns they share.
struct Stretch {
    events: std::ops::Range<usize>,
    from: i64,
    to: i64,
    column: usize,
    columns: usize,
}

impl Stretch {
    fn count(&self) -> usize {
        self.events.len()
    }
}

impl Picture {
    /// The picture of the events walked so far, of `total` in all.
    pub(crate) fn of(outline: &Outline, view: View) -> Self {
        let View { events: total, width, lens } = view;
        let events = outline.len();
        let shown = lens.map_or(0..events, |lens| lens.range(events));
        let count = shown.len();
        let mut picture = Self { width, events, lens, shown: shown.clone(), ..Self::default() };
        if count == 0 || width == 0 {
            return picture;
        }
        // What is looked at closer was walked.
        let total = if lens.is_some() { 0 } else { total as usize };
        let share = usize::from(width) * count / total.max(count);
        let room = share.max(1);
        picture.walked = room as u16;
        let times = times(outline, shown);
        let stretches = match times.first().zip(times.last()) {
            Some((from, to)) if from < to => picture.stretches(&times, room),
            _ => {
                vec![Stretch { events: 0..count, from: 0, to: 0, column: 0, columns: room }]
            }
        };
        picture.apart = stretches.iter().all(|stretch| stretch.count() <= stretch.columns);
        // Without times there is nothing to tell of how busy it was when.
        picture.levels = vec![0; if times.is_empty() { 0 } else { room }];
        let mut kinds = vec![0; outline.types().len()];
        for stretch in &stretches {
            picture.draw(stretch, &times, outline, &mut kinds);
        }
        let seen = kinds.into_iter().enumerate().filter(|(_, count)| *count > 0);
        picture.kinds = seen.map(|(kind, count)| (kind as u32, count)).collect();
        picture.kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        picture
    }

    /// Cuts at long silences and shares the columns out: half by events, half by time.
    fn stretches(&mut self, times: &[i64], room: usize) -> Vec<Stretch> {
        let cuts = silences(times, (room / 24).min(8));
        let label = |at: usize| {
            let silence = times.get(at).zip(times.get(at - 1)).map_or(0, |(to, from)| to - from);
            folded(Duration::from_millis(silence.max(0) as u64))
        };
        let labels: Vec<String> = cuts.iter().map(|at| label(*at)).collect();
        let folded: usize = labels.iter().map(|label| label.chars().count() + 2).sum();
        let mut stretches = Vec::new();
        let mut start = 0;
        for end in cuts.iter().copied().chain([times.len()]) {
            let time = |at: usize| times.get(at).copied().unwrap_or_default();
            let (from, to) = (time(start), time(end - 1));
            stretches.push(Stretch { events: start..end, from, to, column: 0, columns: 0 });
            start = end;
        }
        share_out(&mut stretches, room.saturating_sub(folded).max(1));
        let mut column = 0;
        for (at, stretch) in stretches.iter_mut().enumerate() {
            stretch.column = column;
            column += stretch.columns;
            if let Some(label) = labels.get(at) {
                self.gaps.push(Gap { column: column as u16 + 1, label: label.clone() });
                column += label.chars().count() + 2;
            }
        }
        stretches
    }

    fn draw(&mut self, stretch: &Stretch, times: &[i64], outline: &Outline, kinds: &mut [usize]) {
        let last = stretch.columns.saturating_sub(1);
        let even = stretch.from >= stretch.to;
        let place = |index: usize| {
            let (part, whole) = if even {
                (index - stretch.events.start, stretch.count().saturating_sub(1))
            } else {
                let time = times.get(index).copied().unwrap_or_default();
                ((time - stretch.from).max(0) as usize, (stretch.to - stretch.from) as usize)
            };
            (part * last + whole / 2).checked_div(whole).unwrap_or(0).min(last)
        };
        if !self.levels.is_empty() {
            let mut busy = vec![0_u32; stretch.columns];
            for index in stretch.events.clone() {
                if let Some(count) = busy.get_mut(place(index)) {
                    *count += 1;
                }
            }
            let levels = levels(&busy, if self.apart { 2 } else { 0 });
            let here = self.levels.iter_mut().skip(stretch.column);
            here.zip(levels).for_each(|(to, level)| *to = level);
        }
        let mut taken: Vec<usize> = Vec::new();
        if self.apart {
            taken.extend(stretch.events.clone().map(place));
            for at in 1..taken.len() {
                taken[at] = taken[at].max(taken[at - 1] + 1);
            }
            let mut limit = last;
            for column in taken.iter_mut().rev() {
                *column = (*column).min(limit);
                limit = column.saturating_sub(1);
            }
        }
        let from = self.shown.start;
        let here = from + stretch.events.start..from + stretch.events.end;
        for (at, entry) in outline.iter(here).enumerate() {
            let index = stretch.events.start + at;
            if let Some(count) = kinds.get_mut(entry.event_type as usize) {
                *count += 1;
            }
            let inside = taken.get(at).copied().unwrap_or_else(|| place(index));
            let column = (stretch.column + inside) as u16;
            match self.marks.last_mut() {
                // Times that run backwards must not make columns do so.
                Some(mark) if mark.column >= column => {
                    mark.count += 1;
                    mark.failed |= entry.failed;
                    mark.kind = mark.kind.filter(|kind| *kind == entry.event_type);
                }
                _ => self.marks.push(Mark {
                    column,
                    first: from + index,
                    count: 1,
                    failed: entry.failed,
                    kind: Some(entry.event_type),
                }),
            }
        }
    }

    /// The column of an event; `None` for one that is not shown.
    pub(crate) fn column_of(&self, index: usize) -> Option<u16> {
        if !self.shown.contains(&index) {
            return None;
        }
        let after = self.marks.partition_point(|mark| mark.first <= index);
        self.marks.get(after.checked_sub(1)?).map(|mark| mark.column)
    }

    /// The event that a column is nearest to.
    pub(crate) fn index_at(&self, column: u16) -> Option<usize> {
        let nearest = self.marks.iter().min_by_key(|mark| mark.column.abs_diff(column))?;
        Some(nearest.first)
    }
}

/// Milliseconds for each of these events, never falling; none where one is missing.
fn times(outline: &Outline, shown: std::ops::Range<usize>) -> Vec<i64> {
    let mut newest = i64::MIN;
    let millis = |time: Timestamp| time.timestamp_millis();
    let all: Option<Vec<i64>> = outline
        .iter(shown)
        .map(|entry| {
            newest = newest.max(entry.time.map(millis)?);
            Some(newest)
        })
        .collect();
    all.unwrap_or_default()
}

/// The events before which a long silence lies, at most `most` of them, rising.
fn silences(times: &[i64], most: usize) -> Vec<usize> {
    let count = times.len();
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    if count < 4 || most == 0 {
        return Vec::new();
    }
    let span = last - first;
    let mean = span / (count as i64 - 1);
    let long = (span / 10).max(mean.saturating_mul(4)).max(1);
    let mut found: Vec<(i64, usize)> = times
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [a, b] if b - a >= long => Some((b - a, at + 1)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(silence, _)| std::cmp::Reverse(*silence));
    found.truncate(most);
    let mut cuts: Vec<usize> = found.into_iter().map(|(_, at)| at).collect();
    cuts.sort_unstable();
    cuts
}

fn share_out(stretches: &mut [Stretch], room: usize) {
    let events: usize = stretches.iter().map(Stretch::count).sum();
    let time: i64 = stretches.iter().map(|stretch| stretch.to - stretch.from).sum();
    let all_fit = events <= room;
    let least = |stretch: &Stretch| if all_fit { stretch.count() } else { 1 };
    let given: usize = stretches.iter().map(least).sum();
    let free = room.saturating_sub(given);
    let mut left = free;
    for stretch in stretches.iter_mut() {
        let by_events = stretch.count() as f64 / events.max(1) as f64;
        let by_time = (stretch.to - stretch.from) as f64 / time.max(1) as f64;
        // A single event needs no room to be placed in.
        let share =
            if stretch.count() > 1 { by_events.midpoint(by_time) * free as f64 } else { 0.0 };
        let more = (share as usize).min(left);
        stretch.columns = least(stretch) + more;
        left -= more;
    }
    if let Some(widest) = stretches.iter_mut().max_by_key(|stretch| stretch.columns) {
        widest.columns += left;
    }
}

/// Counts as heights of 1 to 8, each spread over its neighbours within `reach`.
fn levels(busy: &[u32], reach: usize) -> Vec<u8> {
    let spread = |at: usize| {
        let from = at.saturating_sub(reach);
        let near = busy.iter().enumerate().skip(from).take(at + reach + 1 - from);
        near.map(|(other, count)| f64::from(*count) * (reach + 1 - other.abs_diff(at)) as f64).sum()
    };
    let heights: Vec<f64> = (0..busy.len()).map(spread).collect();
    let most = heights.iter().copied().fold(1.0, f64::max);
    heights.iter().map(|height| 1 + (7.0 * (height / most).sqrt()).round() as u8).collect()
}

/// What stands for a silence: `⋯ 2 h ⋯`.
pub(crate) fn folded(silence: Duration) -> String {
    format!("⋯ {} ⋯", coarse(silence))
}

/// Rounded to its largest unit: `2 h`.
fn coarse(silence: Duration) -> String {
    let seconds = silence.as_secs();
    let unit = [86_400, 3600, 60, 1].into_iter().find(|unit| seconds >= *unit).unwrap_or(1);
    let rounded = (seconds + unit / 2) / unit * unit;
    let exact = human::duration(Duration::from_secs(rounded));
    exact.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
