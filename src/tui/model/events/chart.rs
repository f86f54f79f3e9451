//! Events over time: counted in columns of equal width, and laid out in cells, where long silences are folded.

use std::ops::Range;
use std::time::Duration;

use super::super::rail::{self, Gap};
use crate::model::Timestamp;

/// Columns of time that are counted apart, at most.
const MOST: usize = 8192;
/// Cells that a silence takes at least where it is folded: its label is not longer than what it stands for.
const LEAST_FOLDED: usize = 12;

/// Events over time in columns of equal width, which doubles where there is no room for more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    /// Milliseconds of one column.
    pub(crate) width: i64,
    /// The first column, counted in widths from 1970.
    first: i64,
    /// Events of each column.
    pub(crate) counts: Vec<u32>,
}

impl Default for Chart {
    fn default() -> Self {
        Self { width: 1, first: 0, counts: Vec::new() }
    }
}

impl Chart {
    /// Counts an event.
    pub(crate) fn add(&mut self, time: &Timestamp) {
        let millis = time.timestamp_millis();
        if self.counts.is_empty() {
            (self.first, self.counts) = (millis.div_euclid(self.width), vec![0]);
        }
        loop {
            let at = millis.div_euclid(self.width);
            let last = self.first + self.counts.len() as i64 - 1;
            let span = last.max(at) - self.first.min(at) + 1;
            if span <= MOST as i64 {
                if at < self.first {
                    let before = (self.first - at) as usize;
                    self.counts.splice(..0, std::iter::repeat_n(0, before));
                    self.first = at;
                }
                let index = (at - self.first) as usize;
                if index >= self.counts.len() {
                    self.counts.resize(index + 1, 0);
                }
                if let Some(count) = self.counts.get_mut(index) {
                    *count += 1;
                }
                return;
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let first = self.first.div_euclid(2);
        let last = (self.first + self.counts.len() as i64 - 1).div_euclid(2);
        let mut counts = vec![0_u32; (last - first + 1) as usize];
        for (at, count) in self.counts.iter().enumerate() {
            let index = (self.first + at as i64).div_euclid(2) - first;
            if let Some(sum) = counts.get_mut(index as usize) {
                *sum += count;
            }
        }
        (self.width, self.first, self.counts) = (self.width * 2, first, counts);
    }

    /// When its own column `at` begins, in milliseconds from 1970.
    pub(crate) fn begins(&self, at: usize) -> i64 {
        (self.first + at as i64).saturating_mul(self.width)
    }
}

/// A cell of the chart: the columns it stands for, and their events; `None` where it is part of a folded silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    columns: Range<usize>,
    /// How many events.
    pub(crate) count: Option<u32>,
}

/// The chart in cells, one beside the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strip {
    /// How many columns stand in a cell.
    pub(crate) each: usize,
    /// The cells.
    pub(crate) cells: Vec<Cell>,
    /// The folded silences.
    pub(crate) gaps: Vec<Gap>,
    /// The cells where something begins to happen again.
    pub(crate) begins: Vec<u16>,
}

impl Strip {
    /// The most events of a cell.
    pub(crate) fn most(&self) -> u32 {
        self.cells.iter().filter_map(|cell| cell.count).max().unwrap_or(0)
    }

    /// The columns from one cell to another, both included; a folded silence is all of it.
    pub(crate) fn columns(&self, one: u16, other: u16) -> Option<Range<usize>> {
        let last = self.cells.len().checked_sub(1)?;
        let first = self.cells.get(usize::from(one.min(other)))?;
        let last = self.cells.get(usize::from(one.max(other)).min(last))?;
        Some(first.columns.start..last.columns.end)
    }

    fn stretch(&mut self, columns: Range<usize>, counts: &[u32]) {
        for start in columns.clone().step_by(self.each) {
            let columns = start..(start + self.each).min(columns.end);
            let count = counts.get(columns.clone()).map(|counts| counts.iter().sum());
            self.cells.push(Cell { columns, count });
        }
    }

    fn fold(&mut self, columns: &Range<usize>, label: String) {
        let cells = label.chars().count() + 2;
        self.gaps.push(Gap { column: self.cells.len() as u16 + 1, label });
        self.cells.extend((0..cells).map(|_| Cell { columns: columns.clone(), count: None }));
        self.begins.push(self.cells.len() as u16);
    }
}

impl Chart {
    /// The chart in at most `room` cells; all of them but those of folded silences stand for as much time.
    pub(crate) fn strip(&self, room: usize) -> Strip {
        let silences = self.silences(room);
        let label = |silence: &Range<usize>| {
            let millis = (silence.len() as i64).saturating_mul(self.width).unsigned_abs();
            rail::folded(Duration::from_millis(millis))
        };
        let labels: Vec<String> = silences.iter().map(label).collect();
        let taken: usize = labels.iter().map(|label| label.chars().count() + 2).sum();
        let starts = std::iter::once(0).chain(silences.iter().map(|silence| silence.end));
        let ends = silences.iter().map(|silence| silence.start).chain([self.counts.len()]);
        let stretches: Vec<Range<usize>> = starts.zip(ends).map(|(from, to)| from..to).collect();
        let room = room.saturating_sub(taken).max(stretches.len());
        let busy: usize = stretches.iter().map(Range::len).sum();
        let mut each = busy.div_ceil(room).max(1);
        // Every stretch begins in a cell of its own.
        while stretches.iter().map(|stretch| stretch.len().div_ceil(each)).sum::<usize>() > room {
            each += 1;
        }
        let mut strip = Strip { each, ..Strip::default() };
        let mut folds = silences.iter().zip(labels);
        for stretch in stretches {
            strip.stretch(stretch, &self.counts);
            if let Some((silence, label)) = folds.next() {
                strip.fold(silence, label);
            }
        }
        strip
    }

    /// The silences that are folded, by the same measure as on the rail: the longest, in their order.
    fn silences(&self, room: usize) -> Vec<Range<usize>> {
        let len = self.counts.len();
        let events: usize = self.counts.iter().map(|count| *count as usize).sum();
        let most = (room / 24).min(8);
        if events < 4 || most == 0 {
            return Vec::new();
        }
        let mean = len / (events - 1);
        let long = (len / 10).max(mean * 4).max(len * LEAST_FOLDED / room).max(1);
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut busy = 0;
        for (at, _) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            if at - busy >= long {
                found.push(busy..at);
            }
            busy = at + 1;
        }
        found.sort_by_key(|silence| std::cmp::Reverse(silence.len()));
        found.truncate(most);
        found.sort_unstable_by_key(|silence| silence.start);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_double_their_width_and_lose_nobody() {
        let mut chart = Chart::default();
        let times = [5_000, 0, 1_000_000, -70_000, 3, 86_400_000 * 400, 86_400_000];
        for millis in times {
            chart.add(&Timestamp::from_timestamp_millis(millis).unwrap());
        }
        assert_eq!(chart.counts.iter().sum::<u32>(), times.len() as u32);
        assert!(chart.counts.len() <= MOST, "{}", chart.counts.len());
        assert!(chart.counts.len() > MOST / 4, "{}", chart.counts.len());
        assert!(chart.begins(0) <= -70_000 && chart.begins(1) > -70_000);
        let strip = chart.strip(100);
        assert!(strip.cells.len() <= 100, "{}", strip.cells.len());
        assert_eq!(
            strip.cells.iter().filter_map(|cell| cell.count).sum::<u32>(),
            times.len() as u32
        );
    }

    fn of(minutes: impl IntoIterator<Item = i64>) -> Chart {
        let mut chart = Chart::default();
        for minute in minutes {
            chart.add(&Timestamp::from_timestamp_millis(minute * 60_000).unwrap());
        }
        chart
    }

    #[test]
    fn long_silences_are_folded_and_nothing_else_is() {
        // Two hours of work, a night, an hour.
        let chart = of((0..120).chain(1200..1260));
        let strip = chart.strip(150);
        let labels: Vec<&str> = strip.gaps.iter().map(|gap| gap.label.as_str()).collect();
        assert_eq!(labels, ["⋯ 18 h ⋯"]);
        assert!(strip.cells.len() <= 150 && strip.cells.len() > 120, "{}", strip.cells.len());
        assert_eq!(strip.cells.iter().filter_map(|cell| cell.count).sum::<u32>(), 180);
        // Columns follow each other without a gap, whatever stands in a cell.
        let mut columns: Vec<_> = strip.cells.iter().map(|cell| cell.columns.clone()).collect();
        columns.dedup();
        assert!(columns.windows(2).all(|pair| pair[0].end == pair[1].start), "{columns:?}");
        assert_eq!(columns.last().unwrap().end, chart.counts.len());
        // Where the label would take more room than the silence, it stays as it is.
        assert!(of((0..120).chain(130..260)).strip(150).gaps.is_empty());
        assert!(chart.strip(20).gaps.is_empty());
        // Few events that are far from each other are no silences.
        assert!(of([0, 500, 1000, 1500, 2000]).strip(150).gaps.is_empty());
        assert!(Chart::default().strip(150).cells.is_empty());
    }

    #[test]
    fn cells_of_a_fold_stand_for_all_of_the_silence() {
        let chart = of((0..120).chain(1200..1260));
        let strip = chart.strip(150);
        let gap = strip.gaps[0].column;
        let begin = strip.begins[0];
        let silence = strip.columns(gap, gap).unwrap();
        assert_eq!(strip.columns(gap + 3, gap + 1), Some(silence.clone()));
        let minute = |column: usize| chart.begins(column) as f64 / 60_000.0;
        assert!((minute(silence.start) - 119.0).abs() < 1.0, "{}", minute(silence.start));
        assert!((minute(silence.end) - 1200.0).abs() < 1.0, "{}", minute(silence.end));
        // From before it to after it is what lies between, the silence included.
        let over = strip.columns(0, begin).unwrap();
        assert!(over.start == 0 && over.end > silence.end);
        assert_eq!(strip.columns(begin, u16::MAX).unwrap().end, chart.counts.len());
        assert_eq!(strip.columns(u16::MAX, u16::MAX), None);
    }
}
