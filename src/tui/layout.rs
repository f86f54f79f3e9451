//! Where everything stands for a given size. Pure: the same size and panel give the same areas.

mod events;
mod metrics;
mod projections;

pub(crate) use events::{Part, Places};
pub(crate) use metrics::{Detail, Extent, Split, Wall};
pub(crate) use projections::Board;

use ratatui::layout::{Margin, Rect};

/// A screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Screen {
    /// One aggregate and its history.
    #[default]
    Timeline,
    /// All events of the store.
    Events,
    /// How far the projections are.
    Projections,
    /// What was measured.
    Metrics,
}

impl Screen {
    /// The screens in the order of their tabs.
    pub(crate) const ALL: [Self; 4] =
        [Self::Timeline, Self::Events, Self::Projections, Self::Metrics];

    /// Its name on a tab.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Timeline => "Timeline",
            Self::Events => "Events",
            Self::Projections => "Projections",
            Self::Metrics => "Metrics",
        }
    }

    /// The same where the store's name is to have room beside them.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Self::Projections => "Proj.",
            screen => screen.title(),
        }
    }
}

/// What is looked at: on a small screen not everything is shown at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// The screen.
    pub(crate) screen: Screen,
    /// The panel that a small Timeline screen shows.
    pub(crate) tab: Panel,
    /// The part that a small Events screen shows.
    pub(crate) part: Part,
    /// How many projections the Projections screen lists.
    pub(crate) projections: u16,
    /// How much of the metrics the Metrics screen shows.
    pub(crate) metrics: Extent,
    /// Whether the tour is on.
    pub(crate) tour: bool,
    /// Whether the state needs room for two.
    pub(crate) beside: bool,
}

/// A panel of the Timeline screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Panel {
    /// The list of aggregates.
    #[default]
    List,
    /// The events over time.
    Rail,
    /// The state.
    State,
    /// The changes.
    Change,
    /// The event.
    Event,
}

impl Panel {
    /// The panels in the order that Tab goes through.
    pub(crate) const ALL: [Self; 5] =
        [Self::List, Self::Rail, Self::State, Self::Change, Self::Event];
    /// The panels that share one place on a small screen.
    pub(crate) const TABS: [Self; 4] = [Self::List, Self::State, Self::Change, Self::Event];

    /// Its name on a tab.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::List => "Aggregates",
            Self::Rail => "Timeline",
            Self::State => "State",
            Self::Change => "Change",
            Self::Event => "Event",
        }
    }
}

/// The kinds of arrangement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All panels side by side.
    Wide,
    /// One panel at a time under the rail, with tabs.
    Tabs,
    /// The same without frames.
    Small,
    /// Nothing can be read.
    #[default]
    TooSmall,
}

/// Columns of the rail before its first event: where the playhead stands when nothing has happened yet.
pub(crate) const LEAD: u16 = 2;

/// The least columns and rows that can be read.
pub(crate) const LEAST: (u16, u16) = (40, 12);

/// The rows of the tour where there is little room.
const BRIEF: u16 = 4;

/// The rows of the tour on a screen of so many columns and rows.
fn tour_rows(w: u16, h: u16) -> u16 {
    let framed = if w < 110 { 6 } else { 5 };
    if w < 60 || h < 18 + framed { BRIEF } else { framed }
}

/// The areas of one picture; what is not shown has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Areas {
    /// The kind of arrangement.
    pub(crate) shape: Shape,
    /// The first line.
    pub(crate) header: Rect,
    /// The screen that is shown.
    pub(crate) screen: Screen,
    /// Where the names of the screens stand: a line of their own where there is room, or the beginning of the first.
    pub(crate) screens: Rect,
    /// The line of tabs.
    pub(crate) tabs: Rect,
    /// The panels of the Timeline screen, frames included, in the order of [`Panel::ALL`]; also while another is shown.
    panels: [Rect; 5],
    /// The parts of the Events screen, also while another is shown.
    pub(crate) events: Places,
    /// The parts of the Projections screen, also while another is shown.
    pub(crate) projections: Board,
    /// The parts of the Metrics screen, also while another is shown.
    pub(crate) metrics: Wall,
    /// What the tour says, above the last line.
    pub(crate) tour: Rect,
    /// The last line.
    pub(crate) footer: Rect,
    /// Everything.
    pub(crate) whole: Rect,
}

impl Areas {
    /// The areas of a screen for what is looked at.
    pub(crate) fn of(whole: Rect, view: View) -> Self {
        let tab = view.tab;
        let (w, h) = (whole.width, whole.height);
        // The panels make room for the tour: it covers nothing.
        let tour = if view.tour { tour_rows(w, h) } else { 0 };
        let tall = h - tour.min(h);
        let shape = if w < LEAST.0 || h < LEAST.1 {
            Shape::TooSmall
        } else if w < 60 || tall < 18 {
            Shape::Small
        } else if w < 110 || tall < 28 {
            Shape::Tabs
        } else {
            Shape::Wide
        };
        let mut areas = Self { shape, whole, screen: view.screen, ..Self::default() };
        if shape == Shape::TooSmall {
            return areas;
        }
        let row = |y: u16, rows: u16| Rect::new(whole.x, whole.y + y, w, rows);
        areas.header = row(0, 1);
        areas.tour = row(tall - 1, tour);
        areas.footer = row(h - 1, 1);
        let first = if shape == Shape::Wide { 2 } else { 1 };
        areas.screens = row(first - 1, 1);
        let body = row(first, tall - 1 - first);
        areas.events = Places::of(body, shape, view.part);
        areas.projections = Board::of(body, shape, view.projections);
        areas.metrics = Wall::of(body, shape, view.metrics);
        match shape {
            Shape::Wide => areas.wide(body, view.beside),
            Shape::Tabs => {
                let rail = if tall >= 22 { 6 } else { 5 };
                *areas.at(Panel::Rail) = row(1, rail);
                areas.tabs = row(1 + rail, 1);
                *areas.at(tab) = row(1 + rail, tall - 2 - rail);
            }
            Shape::Small | Shape::TooSmall => {
                // Where the tour leaves little room, which version it is says more than the line of events.
                let rail = if tall < LEAST.1 { 1 } else { 3 };
                *areas.at(Panel::Rail) = row(1, rail);
                areas.tabs = row(1 + rail, 1);
                *areas.at(tab) = row(2 + rail, tall - 3 - rail);
            }
        }
        areas
    }

    /// Whether the tour has room for few words only.
    pub(crate) fn is_tour_brief(&self) -> bool {
        self.tour.height == BRIEF
    }

    /// Where the tour's text stands.
    pub(crate) fn tour_inside(&self) -> Rect {
        if self.is_tour_brief() {
            let Rect { x, y, width, height } = self.tour;
            return Rect::new(x, y + 1, width, height - 1);
        }
        self.tour.inner(Margin::new(2, 1))
    }

    /// All that the tour leaves.
    pub(crate) fn free(&self) -> Rect {
        Rect { height: self.whole.height - self.tour.height, ..self.whole }
    }

    fn wide(&mut self, body: Rect, beside: bool) {
        let list = if body.width >= 140 { 32 } else { 27 };
        let rail = if body.height >= 36 { 9 } else { 7 };
        let right = Rect::new(body.x + list, body.y, body.width - list, body.height);
        let below = Rect::new(right.x, right.y + rail, right.width, right.height - rail);
        let share = if beside { 70 } else { 56 };
        let state = (u32::from(below.width) * share / 100) as u16;
        let side = Rect::new(below.x + state, below.y, below.width - state, below.height);
        let change = side.height * 45 / 100;
        *self.at(Panel::List) = Rect::new(body.x, body.y, list, body.height);
        *self.at(Panel::Rail) = Rect { height: rail, ..right };
        *self.at(Panel::State) = Rect { width: state, ..below };
        *self.at(Panel::Change) = Rect { height: change, ..side };
        *self.at(Panel::Event) =
            Rect::new(side.x, side.y + change, side.width, side.height - change);
    }

    fn at(&mut self, panel: Panel) -> &mut Rect {
        let [list, rail, state, change, event] = &mut self.panels;
        match panel {
            Panel::List => list,
            Panel::Rail => rail,
            Panel::State => state,
            Panel::Change => change,
            Panel::Event => event,
        }
    }

    /// The whole area of a panel.
    pub(crate) fn panel(&self, panel: Panel) -> Rect {
        let mut areas = *self;
        *areas.at(panel)
    }

    /// Where a panel's content stands: inside its frame, without the column on either side that marks a chosen line.
    pub(crate) fn content(&self, panel: Panel) -> Rect {
        let area = self.panel(panel);
        if area.is_empty() {
            return area;
        }
        let (x, y) = if self.shape == Shape::Small { (1, 0) } else { (2, 1) };
        let inside = Rect::new(
            area.x + x,
            area.y + y,
            area.width.saturating_sub(2 * x),
            area.height.saturating_sub(2 * y),
        );
        // The first line of the list is where finding is typed.
        if panel == Panel::List {
            let rows = if self.shape == Shape::Wide { 2 } else { 1 };
            return Rect::new(
                inside.x,
                inside.y + rows,
                inside.width,
                inside.height.saturating_sub(rows),
            );
        }
        // Where there is room, a line of air.
        let roomy = self.shape == Shape::Wide && self.whole.height >= 38;
        if roomy && panel != Panel::Rail {
            let (y, height) = (inside.y + 1, inside.height.saturating_sub(1));
            return Rect { y, height, ..inside };
        }
        inside
    }

    /// The columns of the rail that events can stand in.
    pub(crate) fn track(&self) -> Rect {
        let content = self.content(Panel::Rail);
        let lead = LEAD.min(content.width);
        Rect { x: content.x + lead, width: content.width - lead, ..content }
    }

    /// The line above the list where finding is typed.
    pub(crate) fn search(&self) -> Rect {
        let content = self.content(Panel::List);
        let above = if self.shape == Shape::Wide { 2 } else { 1 };
        Rect { y: content.y.saturating_sub(above), height: 1, ..content }
    }

    /// Whether a place lies in a panel and not on its frame.
    pub(crate) fn is_inside(&self, panel: Panel, x: u16, y: u16) -> bool {
        let frame = u16::from(self.shape != Shape::Small);
        self.panel(panel).inner(Margin::new(frame, frame)).contains((x, y).into())
    }

    /// The panel at a place of the screen.
    pub(crate) fn panel_at(&self, x: u16, y: u16) -> Option<Panel> {
        let here = |panel: &Panel| self.panel(*panel).contains((x, y).into());
        Panel::ALL.into_iter().find(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_never_overlap_and_stay_on_the_screen() {
        for (w, h) in [(160, 45), (110, 28), (109, 45), (80, 24), (60, 18), (59, 30), (40, 12)] {
            for tab in Panel::TABS {
                let view = View { tab, ..View::default() };
                let areas = Areas::of(Rect::new(0, 0, w, h), view);
                let mut all: Vec<Rect> = Panel::ALL.map(|panel| areas.panel(panel)).to_vec();
                all.extend([areas.header, areas.footer]);
                if areas.shape == Shape::Wide {
                    all.push(areas.screens);
                }
                all.retain(|area| !area.is_empty());
                for (at, area) in all.iter().enumerate() {
                    assert_eq!(area.intersection(areas.whole), *area, "{w}x{h}");
                    assert!(
                        all.iter().skip(at + 1).all(|other| !area.intersects(*other)),
                        "{w}x{h}"
                    );
                }
                assert!(areas.content(tab).height >= 4, "{w}x{h}: {:?}", areas.content(tab));
            }
        }
        let small = Areas::of(Rect::new(0, 0, 39, 12), View::default());
        assert_eq!(small.shape, Shape::TooSmall);
    }

    #[test]
    fn parts_never_overlap_and_stay_on_the_screen() {
        for (w, h) in [(160, 45), (110, 28), (109, 45), (80, 24), (60, 18), (59, 30), (40, 12)] {
            for part in Part::TABS {
                let view = View { screen: Screen::Events, part, ..View::default() };
                let areas = Areas::of(Rect::new(0, 0, w, h), view);
                let mut all: Vec<Rect> = Part::ALL.map(|part| areas.events.part(part)).to_vec();
                all.extend([areas.header, areas.footer]);
                all.retain(|area| !area.is_empty());
                for (at, area) in all.iter().enumerate() {
                    assert_eq!(area.intersection(areas.whole), *area, "{w}x{h}");
                    assert!(
                        all.iter().skip(at + 1).all(|other| !area.intersects(*other)),
                        "{w}x{h}"
                    );
                }
                assert!(areas.events.content(part).height >= 7, "{w}x{h} {part:?}");
            }
        }
    }
}
