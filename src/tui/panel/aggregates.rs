//! The list of aggregates.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::action::Action;
use super::super::layout::{Areas, Panel, Shape};
use super::super::model::event::or_quotes;
use super::super::model::list::{Finding, Line, Place, SORTED, Tally};
use super::super::model::{Model, Store};
use super::super::theme::Theme;
use super::super::widget::{self, field, line};
use crate::model::AggregateKey;
use crate::session::{BEST, Marker, Sort};
use crate::store::AggregateSummary;
use crate::text::{self, human};

/// Draws the panel.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.panel(Panel::List);
    let focused = model.leads(Panel::List);
    if areas.shape != Shape::Small {
        let count = model.counts.map(|counts| human::count(counts.aggregates));
        let right = count.map_or_else(Vec::new, |count| vec![Span::styled(count, theme.dim)]);
        let title = if areas.shape == Shape::Wide { Panel::List.title() } else { "" };
        widget::frame(buffer, area, theme, focused, title, right);
    }
    let content = areas.content(Panel::List);
    draw_search(model, areas.search(), buffer);
    let height = usize::from(content.height);
    let list = &model.list;
    if list.lines().is_empty() {
        return widget::tell(buffer, content, theme, &nothing(model));
    }
    let window = list.scroll.window(list.lines().len(), height);
    let counts = list.lines().get(window.clone()).unwrap_or_default().iter().filter_map(|line| {
        let Line::Row(row) = line else { return None };
        list.rows().get(*row).filter(|row| gone(row).is_none())
    });
    let counts = counts.map(|row| human::count(row.events).len()).max().unwrap_or(0);
    let mut marker = (list.finding != Finding::Off).then(|| Marker::new(list.field.text()));
    for (at, index) in window.enumerate() {
        let (Some(area), Some(line)) = (widget::line_of(content, at), list.lines().get(index))
        else {
            continue;
        };
        match line {
            Line::Heading(row) => {
                let Some(row) = list.rows().get(*row) else { continue };
                let category = row.key.category.as_str();
                let (name, style) = if category.is_empty() {
                    ("no category".to_owned(), theme.dim)
                } else {
                    (or_quotes(category), theme.heading)
                };
                line::spread(buffer, area, vec![Span::styled(name, style)], Vec::new(), 4);
            }
            Line::Row(row) => {
                let Some(row) = list.rows().get(*row) else { continue };
                let chosen = index == list.scroll.cursor;
                if chosen {
                    widget::choose(buffer, area, theme, focused);
                }
                draw_row(model, row, (chosen, counts), marker.as_mut(), area, buffer);
            }
        }
    }
}

fn nothing(model: &Model) -> String {
    let list = &model.list;
    if matches!(model.store, Store::Opening(_)) {
        "opening…".to_owned()
    } else if !list.loaded || list.loading == Some(Place::Start) || list.searching {
        "reading…".to_owned()
    } else if list.finding == Finding::Off {
        super::awaited(model, "no aggregates yet")
    } else {
        let all = match list.finding {
            Finding::Typing => Action::ClearFind,
            _ => Action::Back,
        };
        // The key leads to the list first where another panel has the focus.
        let hint = model.hint(all, "shows all").filter(|_| model.focus == Panel::List);
        hint.map_or_else(|| "nothing found".to_owned(), |hint| format!("nothing found; {hint}"))
    }
}

fn draw_search(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let list = &model.list;
    let mut left = vec![Span::styled("⌕ ", theme.dim)];
    match list.finding {
        Finding::Off => {
            let hint = model.hint(Action::FindAggregate, "to find");
            left.extend(hint.map(|hint| Span::styled(hint, theme.faint)));
        }
        Finding::Typing => {
            left.extend(field::spans(&list.field, theme, usize::from(area.width / 2)));
        }
        Finding::Kept => {
            let typed = text::sanitize(list.field.text()).into_owned();
            left.push(Span::styled(typed, theme.title));
        }
    }
    let right = match order(model) {
        Some(_) if list.sort != Sort::Id && list.loading.is_some() => {
            format!("sorting {}…", human::compact(list.examined))
        }
        Some(order) => order,
        None => searched(model),
    };
    line::spread(buffer, area, left, vec![Span::styled(right, theme.dim)], 8);
}

/// What the aggregates are sorted by, where that stands above them.
fn order(model: &Model) -> Option<String> {
    let list = &model.list;
    let first = if list.rows().len() < SORTED { "" } else { "first 1,000, " };
    (list.finding == Finding::Off || list.field.is_empty()).then(|| match list.sort {
        Sort::Id => "events".to_owned(),
        Sort::Recent => format!("{first}newest"),
        Sort::Events => format!("{first}events ↓"),
        Sort::Category => format!("{first}category"),
    })
}

/// Whether what the aggregates are sorted by stands at a place.
pub(crate) fn sorts_at(model: &Model, x: u16, y: u16) -> bool {
    let area = model.areas.search();
    let width = order(model).map_or(0, |order| text::width(&order)) as u16;
    area.contains((x, y).into()) && x >= area.right().saturating_sub(width)
}

/// How many aggregates a search found, or has looked at so far, of how many.
fn searched(model: &Model) -> String {
    let Tally { found, looked, complete, .. } = model.list.tally;
    let compact = human::compact;
    match model.counts {
        _ if complete && found > BEST as u64 => format!("best 1,000 of {}", compact(found)),
        _ if complete => format!("{} of {}", compact(found), compact(looked)),
        Some(counts) if counts.aggregates >= looked => {
            format!("{} of {} seen", compact(looked), compact(counts.aggregates))
        }
        _ => format!("{} seen", compact(looked)),
    }
}

/// What an aggregate says in place of its events where it is no more.
fn gone(row: &AggregateSummary) -> Option<&'static str> {
    match (row.deleted, row.archived) {
        (Some(true), _) => Some("deleted"),
        (_, Some(true)) => Some("archived"),
        _ => None,
    }
}

/// A row whose number of events stands in a column of `counts` cells.
fn draw_row(
    model: &Model,
    row: &AggregateSummary,
    (chosen, counts): (bool, usize),
    marker: Option<&mut Marker>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = model.theme();
    let gone = gone(row);
    let shown = model.travel.as_ref().is_some_and(|travel| travel.key == row.key);
    let style = match (gone, chosen || shown) {
        (Some(_), _) => theme.faint,
        (None, true) => theme.title,
        (None, false) => theme.text(),
    };
    let right = gone.map_or_else(|| human::count(row.events), str::to_owned);
    let right_style = if gone.is_some() { theme.faint } else { theme.dim };
    let indent = usize::from(model.list.grouped());
    let taken = counts.max(text::width(&right));
    let room = usize::from(area.width).saturating_sub(taken + 2 + indent);
    let (id, category) = if model.list.grouped() {
        (under_heading(&row.key).into(), String::new())
    } else {
        (inline_id(&row.key, room), inline_category(&row.key, room))
    };
    // Ids and categories stand in columns of their own.
    let beside = if category.is_empty() { 0 } else { room * 2 / 5 };
    let id_room = room.saturating_sub(beside + 2 * usize::from(beside > 0));
    let style = if id.is_empty() { theme.dim } else { style };
    let id = or_quotes(&id);
    let id = text::truncate_middle(&id, id_room);
    let missing = id_room.saturating_sub(text::width(&id));
    let mut left = vec![Span::raw(" ".repeat(indent))];
    left.extend(found(marker, &id, style, theme));
    if beside > 0 {
        left.push(Span::styled(format!("{:missing$}  {category}", ""), theme.faint));
    }
    line::spread(buffer, area, left, vec![Span::styled(right, right_style)], 8);
}

/// What is left of an id that repeats its category, which stands above it.
fn under_heading(key: &AggregateKey) -> &str {
    let id = key.id.as_str();
    let rest = id.strip_prefix(key.category.as_str()).filter(|_| !key.category.as_str().is_empty());
    let rest = rest.and_then(|rest| rest.strip_prefix(['-', '_', ':', '/', '.', '|']));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(id)
}

/// An id; where it does not fit, what it repeats of its category goes first: the others of that category begin so too.
fn inline_id(key: &AggregateKey, room: usize) -> Cow<'_, str> {
    let (id, rest) = (key.id.as_str(), under_heading(key));
    let fits = rest.len() == id.len() || text::width(&text::sanitize(id)) <= room;
    if fits { id.into() } else { format!("…{rest}").into() }
}

/// The category beside an id that does not say it, in at most a third of the room.
fn inline_category(key: &AggregateKey, room: usize) -> String {
    if key.id.as_str().starts_with(key.category.as_str()) {
        return String::new();
    }
    let category = text::sanitize(key.category.as_str());
    text::truncate(&category, room * 2 / 5).into_owned()
}

/// A name with what was searched for in it.
fn found<'a>(
    marker: Option<&mut Marker>,
    name: &str,
    style: ratatui::style::Style,
    theme: &Theme,
) -> Vec<Span<'a>> {
    let hits = marker.map_or_else(Vec::new, |marker| marker.hits(name));
    let mut spans: Vec<(bool, String)> = Vec::new();
    for (at, letter) in name.graphemes(true).enumerate() {
        let hit = hits.binary_search(&at).is_ok();
        match spans.last_mut() {
            Some((same, part)) if *same == hit => part.push_str(letter),
            _ => spans.push((hit, letter.to_owned())),
        }
    }
    let style = |hit| if hit { theme.found(style) } else { style };
    spans.into_iter().map(|(hit, part)| Span::styled(part, style(hit))).collect()
}
