//! Where the parts of the Projections screen stand.

use ratatui::layout::Rect;

use super::Shape;

/// The places of one picture; what is not shown has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// All projections, frame included.
    pub(crate) table: Rect,
    /// The lag of the chosen one over time, frame included.
    pub(crate) chart: Rect,
    /// What is known of the chosen one, frame included.
    pub(crate) detail: Rect,
    /// The kind of arrangement.
    shape: Shape,
}

/// Columns before the chart's first bar: what its rows stand for.
const SCALE: u16 = 8;

impl Board {
    /// The places inside `body`, all that is between the first lines and the last one, for so many projections.
    pub(super) fn of(body: Rect, shape: Shape, projections: u16) -> Self {
        let mut board = Self { shape, ..Self::default() };
        let above = match shape {
            // Frame and heading, and a line to breathe.
            Shape::Wide => projections.saturating_add(4).clamp(8, (body.height / 2).max(8)),
            Shape::Tabs => projections.saturating_add(3).clamp(7, (body.height / 2).max(7)),
            Shape::Small => body.height.saturating_sub(if body.height > 12 { 4 } else { 3 }),
            Shape::TooSmall => 0,
        }
        .min(body.height);
        board.table = Rect { height: above, ..body };
        let below = Rect { y: body.y + above, height: body.height - above, ..body };
        match shape {
            Shape::Wide => {
                let width = (u32::from(body.width) * 60 / 100) as u16;
                board.chart = Rect { width, ..below };
                board.detail = Rect { x: below.x + width, width: below.width - width, ..below };
            }
            Shape::Tabs => {
                let width = (u32::from(body.width) * 46 / 100) as u16;
                board.chart = Rect { width, ..below };
                board.detail = Rect { x: below.x + width, width: below.width - width, ..below };
            }
            Shape::Small => board.detail = below,
            Shape::TooSmall => {}
        }
        board
    }

    fn inside(&self, area: Rect) -> Rect {
        let (x, y) = if self.shape == Shape::Small { (1, 0) } else { (2, 1) };
        if area.is_empty() {
            return area;
        }
        let (width, height) = (area.width.saturating_sub(2 * x), area.height.saturating_sub(2 * y));
        Rect::new(area.x + x, area.y + y, width, height)
    }

    /// The names of the columns.
    pub(crate) fn heading(&self) -> Rect {
        let inside = self.inside(self.table);
        Rect { height: inside.height.min(1), ..inside }
    }

    /// The lines of the table.
    pub(crate) fn rows(&self) -> Rect {
        let inside = self.inside(self.table);
        Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside }
    }

    /// What is known of the chosen one.
    pub(crate) fn told(&self) -> Rect {
        self.inside(self.detail)
    }

    /// The bars of the chart.
    pub(crate) fn bars(&self) -> Rect {
        let inside = self.inside(self.chart);
        let scale = SCALE.min(inside.width);
        let (width, height) = (inside.width - scale, inside.height.saturating_sub(1));
        Rect { x: inside.x + scale, width, height, ..inside }
    }

    /// The columns that the time before the playhead is cut into.
    pub(crate) fn columns(&self) -> usize {
        usize::from(self.bars().width.max(24))
    }
}
