//! Where the parts of the Events screen stand.

use ratatui::layout::Rect;

use super::Shape;

/// A part of the Events screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// The events.
    #[default]
    List,
    /// The chosen event.
    Event,
    /// The types and categories.
    Facets,
}

impl Part {
    /// The parts in the order that Tab goes through.
    pub(crate) const ALL: [Self; 3] = [Self::List, Self::Event, Self::Facets];
    /// The parts that share one place on a small screen.
    pub(crate) const TABS: [Self; 3] = [Self::List, Self::Event, Self::Facets];

    /// Its name on a tab.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::List => "Events",
            Self::Event => "Event",
            Self::Facets => "Types",
        }
    }
}

/// The places of one picture; what is not shown has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    list: Rect,
    event: Rect,
    facets: Rect,
    /// The events over time, frame included.
    pub(crate) chart: Rect,
    /// The line of tabs.
    pub(crate) tabs: Rect,
    /// The kind of arrangement.
    shape: Shape,
    /// Whether there is room for a line of air.
    roomy: bool,
}

/// What is left of an area without its first rows.
fn below(area: Rect, rows: u16) -> Rect {
    Rect { y: area.y + rows, height: area.height.saturating_sub(rows), ..area }
}

impl Places {
    /// The places inside `body`, all that is between the first lines and the last one.
    pub(super) fn of(body: Rect, shape: Shape, tab: Part) -> Self {
        let mut places = Self { shape, roomy: body.height >= 35, ..Self::default() };
        match shape {
            Shape::Wide => {
                let list = (u32::from(body.width) * 62 / 100) as u16;
                let chart = if body.height >= 36 { 7 } else { 5 };
                places.chart = Rect { height: chart, ..body };
                let body = below(body, chart);
                let facets = body.height * 45 / 100;
                places.list = Rect { width: list, ..body };
                let side = Rect { x: body.x + list, width: body.width - list, ..body };
                places.facets = Rect { height: facets, ..side };
                places.event = below(side, facets);
            }
            Shape::Tabs => {
                let chart = if body.height >= 20 { 4 } else { 0 };
                places.chart = Rect { height: chart, ..body };
                let body = below(body, chart);
                places.tabs = Rect { height: 1, ..body };
                *places.at(tab) = body;
            }
            Shape::Small => {
                places.tabs = Rect { height: 1, ..body };
                *places.at(tab) = below(body, 1);
            }
            Shape::TooSmall => {}
        }
        places
    }

    fn at(&mut self, part: Part) -> &mut Rect {
        match part {
            Part::List => &mut self.list,
            Part::Event => &mut self.event,
            Part::Facets => &mut self.facets,
        }
    }

    /// The whole area of a part.
    pub(crate) fn part(&self, part: Part) -> Rect {
        let mut places = *self;
        *places.at(part)
    }

    /// The lines above a part's content, inside its frame.
    fn above(&self, part: Part) -> u16 {
        match (part, self.shape) {
            // Where the filter is typed, and the names of the columns.
            (Part::List, Shape::Small) => 1,
            (Part::List, _) => 2,
            // Where there is room, a line of air.
            (Part::Facets, _) => 0,
            (Part::Event, _) => u16::from(self.roomy),
        }
    }

    /// What a part has inside its frame.
    pub(crate) fn inside(&self, part: Part) -> Rect {
        let area = self.part(part);
        let (x, y) = if self.shape == Shape::Small { (1, 0) } else { (2, 1) };
        if area.is_empty() {
            return area;
        }
        let (width, height) = (area.width.saturating_sub(2 * x), area.height.saturating_sub(2 * y));
        Rect::new(area.x + x, area.y + y, width, height)
    }

    /// Where a part's lines stand.
    pub(crate) fn content(&self, part: Part) -> Rect {
        let inside = self.inside(part);
        let above = self.above(part).min(inside.height);
        Rect { y: inside.y + above, height: inside.height - above, ..inside }
    }

    /// Where the columns of the chart stand, inside its frame.
    pub(crate) fn track(&self) -> Rect {
        let Rect { x, y, width, height } = self.chart;
        if height < 3 {
            return Rect::default();
        }
        Rect::new(x + 2, y + 1, width.saturating_sub(4), height - 2)
    }

    /// The part at a place of the screen.
    pub(crate) fn part_at(&self, x: u16, y: u16) -> Option<Part> {
        Part::ALL.into_iter().find(|part| self.part(*part).contains((x, y).into()))
    }
}
