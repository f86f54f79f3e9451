//! Where the parts of the Metrics screen stand: cards or a table of all metrics, or one of them on the whole screen.

use ratatui::layout::Rect;

use super::Shape;

/// What is told of one metric beside how it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// When it was above its threshold.
    #[default]
    Alerts,
    /// The same for each that it is measured on.
    By,
    /// How its values are spread.
    Spread,
}

impl Detail {
    /// All of them, from left to right.
    pub(crate) const ALL: [Self; 3] = [Self::Spread, Self::By, Self::Alerts];
}

/// How much of the metrics is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of them.
    #[default]
    All,
    /// The chosen one, with what there is of it, and which part of that has the keys.
    One {
        /// The part that has the keys, and that a small screen shows.
        part: Detail,
        /// Whether there is a spread.
        spread: bool,
        /// Whether it is measured on several.
        by: bool,
    },
}

impl Extent {
    /// Whether a part is there to be shown.
    pub(crate) fn has(self, detail: Detail) -> bool {
        match (self, detail) {
            (Self::All, _) => false,
            (_, Detail::Alerts) => true,
            (Self::One { by, .. }, Detail::By) => by,
            (Self::One { spread, .. }, Detail::Spread) => spread,
        }
    }
}

/// How many metrics there are.
const CARDS: usize = 8;
/// Columns before the first bar of a chart: what its height stands for.
const SCALE: u16 = 9;
/// Rows of the table with its frame and heading.
const TABLE: u16 = CARDS as u16 + 3;

/// The places of one picture; what is not shown has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wall {
    /// When it is, and what is wrong.
    pub(crate) heading: Rect,
    /// A card each, frame included, down the left column and then down the right one.
    pub(crate) cards: [Rect; CARDS],
    /// All in a table, where cards have no room; frame included.
    pub(crate) table: Rect,
    /// How the chosen one went, frame included.
    pub(crate) chart: Rect,
    /// What else is known of it, frames included, in the order of [`Detail::ALL`].
    details: [Rect; 3],
    shape: Shape,
}

/// The two parts of a card or chart: numbers at its left, and how they went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// Where the numbers stand.
    pub(crate) numbers: Rect,
    /// Where the bars do.
    pub(crate) bars: Rect,
    /// Whether there is a line for times below the bars.
    pub(crate) timed: bool,
}

impl Split {
    /// How many columns say what the height of a bar stands for.
    pub(crate) fn scale(&self) -> u16 {
        self.bars.x.saturating_sub(self.numbers.right()).saturating_sub(1).min(SCALE - 1)
    }
}

impl Wall {
    /// The places inside `body`, all that is between the first lines and the last one.
    pub(super) fn of(body: Rect, shape: Shape, extent: Extent) -> Self {
        let mut wall = Self { shape, ..Self::default() };
        if shape == Shape::TooSmall {
            return wall;
        }
        let mut rest = body;
        if shape == Shape::Wide {
            wall.heading = Rect { height: 1.min(body.height), ..body };
            rest = below(body, 1);
        }
        match (extent, shape) {
            (Extent::One { .. }, _) => wall.one(rest, extent),
            (Extent::All, Shape::Wide) => wall.all(rest),
            (Extent::All, _) => {
                let frame = if shape == Shape::Small { 3 } else { 0 };
                let least = if shape == Shape::Small { 2 } else { 5 };
                let rows = (TABLE - frame).min(rest.height.saturating_sub(least));
                wall.table = Rect { height: rows, ..rest };
                wall.chart = below(rest, rows);
            }
        }
        wall
    }

    fn all(&mut self, body: Rect) {
        let rows = (CARDS / 2) as u16;
        let left = body.width / 2;
        for (at, card) in self.cards.iter_mut().enumerate() {
            let (column, row) = (at as u16 / rows, at as u16 % rows);
            let (x, width) =
                if column == 0 { (body.x, left) } else { (body.x + left, body.width - left) };
            let [y, end] = [row, row + 1].map(|row| body.y + row * body.height / rows);
            *card = Rect::new(x, y, width, end - y);
        }
    }

    fn one(&mut self, body: Rect, extent: Extent) {
        let Extent::One { part, .. } = extent else { return };
        let shown: Vec<Detail> = match self.shape {
            Shape::Small => vec![part],
            _ => Detail::ALL.into_iter().filter(|detail| extent.has(*detail)).collect(),
        };
        let rows = body.height * (if self.shape == Shape::Wide { 55 } else { 50 }) / 100;
        self.chart = Rect { height: rows, ..body };
        let rest = below(body, rows);
        let count = shown.len().max(1) as u16;
        for (at, detail) in shown.into_iter().enumerate() {
            let at = at as u16;
            let [x, end] = [at, at + 1].map(|at| rest.x + at * rest.width / count);
            *self.slot(detail) = Rect { x, width: end - x, ..rest };
        }
    }

    fn slot(&mut self, detail: Detail) -> &mut Rect {
        let [spread, by, alerts] = &mut self.details;
        match detail {
            Detail::Spread => spread,
            Detail::By => by,
            Detail::Alerts => alerts,
        }
    }

    /// The whole area of a part.
    pub(crate) fn detail(&self, detail: Detail) -> Rect {
        let mut wall = *self;
        *wall.slot(detail)
    }

    /// Where the lines of a part stand.
    pub(crate) fn lines(&self, detail: Detail) -> Rect {
        self.inside(self.detail(detail))
    }

    fn inside(&self, area: Rect) -> Rect {
        if area.is_empty() {
            return area;
        }
        // Without a frame a line says what it is.
        let (x, top, foot) = if self.shape == Shape::Small { (1, 1, 0) } else { (2, 1, 1) };
        Rect::new(
            area.x + x,
            area.y + top,
            area.width.saturating_sub(2 * x),
            area.height.saturating_sub(top + foot),
        )
    }

    /// The names of the table's columns; nowhere on a small screen.
    pub(crate) fn columns_of_table(&self) -> Rect {
        let inside = self.inside(self.table);
        let rows = u16::from(self.shape != Shape::Small);
        Rect { height: inside.height.min(rows), ..inside }
    }

    /// The lines of the table.
    pub(crate) fn rows(&self) -> Rect {
        if self.shape == Shape::Small {
            let Rect { x, y, width, height } = self.table;
            return Rect::new(x + 1, y, width.saturating_sub(2), height);
        }
        below(self.inside(self.table), 1)
    }

    /// What stands in a card, or in the chart.
    pub(crate) fn split(&self, area: Rect) -> Split {
        let inside = self.inside(area);
        let numbers = match inside.width {
            _ if self.shape == Shape::Small => 0,
            ..60 => 20,
            _ => 25,
        };
        // Where there are but a few lines each of them is a bar.
        let timed = inside.height >= 3;
        let bars = Rect { height: inside.height.saturating_sub(u16::from(timed)), ..inside };
        let scale =
            if inside.height >= 2 && inside.width > numbers + SCALE + 8 { SCALE } else { 0 };
        let taken = (numbers + scale).min(inside.width);
        Split {
            numbers: Rect { width: numbers.min(inside.width), ..inside },
            bars: Rect { x: inside.x + taken, width: inside.width - taken, ..bars },
            timed,
        }
    }

    /// The bars that the mouse can point at moments in, of the metric in this place.
    pub(crate) fn bars(&self, metric: usize) -> Rect {
        let card = self.cards.get(metric).filter(|card| !card.is_empty());
        self.split(*card.unwrap_or(&self.chart)).bars
    }

    /// The columns that the time before the moment is cut into.
    pub(crate) fn columns(&self) -> usize {
        usize::from(self.bars(0).width.max(24))
    }
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

#[cfg(test)]
mod tests {
    use super::super::{Areas, Screen, View};
    use super::*;

    fn one(part: Detail, spread: bool, by: bool) -> Extent {
        Extent::One { part, spread, by }
    }

    #[test]
    fn parts_never_overlap_stay_on_the_screen_and_have_room() {
        let extents = [
            Extent::All,
            one(Detail::Alerts, true, true),
            one(Detail::Spread, true, false),
            one(Detail::Alerts, false, false),
        ];
        for size in [(160, 45), (110, 28), (109, 45), (80, 24), (60, 18), (59, 30), (40, 12)] {
            for (metrics, tour) in extents.into_iter().flat_map(|e| [(e, false), (e, true)]) {
                let view = View { screen: Screen::Metrics, metrics, tour, ..View::default() };
                let areas = Areas::of(Rect::new(0, 0, size.0, size.1), view);
                let wall = &areas.metrics;
                let mut all = vec![areas.header, areas.footer, areas.tour];
                all.extend([wall.heading, wall.table, wall.chart]);
                all.extend(wall.cards);
                all.extend(Detail::ALL.map(|detail| wall.detail(detail)));
                all.retain(|area| !area.is_empty());
                for (at, area) in all.iter().enumerate() {
                    assert_eq!(area.intersection(areas.whole), *area, "{size:?}");
                    let beyond = || all.iter().skip(at + 1);
                    assert!(beyond().all(|other| !area.intersects(*other)), "{size:?} {all:?}");
                }
                for metric in 0..CARDS {
                    let bars = wall.bars(metric);
                    assert!(bars.width >= 20 && bars.height >= 1, "{size:?} {metrics:?}: {bars:?}");
                }
                let lines = match metrics {
                    Extent::One { part, .. } => wall.lines(part).height,
                    Extent::All if wall.cards[0].is_empty() => wall.rows().height,
                    Extent::All => wall.cards[7].height,
                };
                assert!(lines >= 2 && (lines >= 4 || size.1 < 13), "{size:?}: {lines}");
            }
        }
    }

    #[test]
    fn a_small_screen_shows_the_part_that_has_the_keys() {
        let view = |part| View { metrics: one(part, true, true), ..View::default() };
        for part in Detail::ALL {
            let wall = Areas::of(Rect::new(0, 0, 40, 12), view(part)).metrics;
            for other in Detail::ALL {
                assert_eq!(wall.detail(other).is_empty(), other != part);
            }
        }
    }
}
