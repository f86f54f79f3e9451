//! The event under the playhead: its payload, what is recorded around it, what was noticed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::layout::{Areas, Panel, Shape};
use super::super::model::Model;
use super::super::model::event::{EMPTY, EventView, FACT, Part, or_quotes};
use super::super::theme::Theme;
use super::super::widget::{self, line};
use crate::analysis::Op;
use crate::model::Severity;
use crate::text::{self, human};

/// The columns that a frame takes beside what it says at its left and its right.
const FRAMING: usize = 8;
/// The least columns for the name of a type; a schema that leaves fewer is not named there.
const LEAST: usize = 9;

/// Draws the panel.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.panel(Panel::Event);
    let content = areas.content(Panel::Event);
    let travel = model.travel.as_ref();
    let event = travel.and_then(|travel| travel.moment.event.as_ref());
    if areas.shape != Shape::Small {
        let (number, name) = match (areas.shape, travel, event) {
            (Shape::Wide, Some(travel), Some(event)) => {
                let number = format!("Event v{} ", human::count(event.version.0));
                (number, travel.type_of(event.version).to_string())
            }
            (Shape::Wide, ..) => (Panel::Event.title().to_owned(), String::new()),
            _ => (String::new(), String::new()),
        };
        // The version stays, however long its event's type and schema are called; both are told in full below.
        let room = usize::from(area.width).saturating_sub(text::width(&number) + FRAMING);
        let schema = event.and_then(|event| event.schema.as_ref());
        let schema = schema.map(|schema| or_quotes(schema));
        let right = schema.map(|schema| format!("schema {}", text::truncate(&schema, 16)));
        let told = travel.map_or_else(Vec::new, |travel| model.schemas.told(&travel.moment));
        let fits = |right: &String| text::width(right) + LEAST <= room;
        let right = if told.is_empty() { right.filter(fits) } else { told.into_iter().find(fits) };
        let left = room - right.as_ref().map_or(0, |right| text::width(right));
        let title = number + &text::truncate_middle(&name, left);
        let right = right.map(|right| Span::styled(right, theme.dim)).into_iter().collect();
        widget::frame(buffer, area, theme, model.leads(Panel::Event), &title, right);
    }
    let Some(travel) = travel else {
        return super::unread(model, content, buffer);
    };
    if event.is_none() && !travel.moment.is_unread() {
        if let Some(first) = widget::line_of(content, 0) {
            let hint = model.hint(Action::StepForward, "goes to it");
            let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
            let told = Span::styled(format!("before the first event{hint}"), theme.dim);
            line::spread(buffer, first, vec![told], Vec::new(), 4);
        }
        return;
    }
    draw_parts(&travel.event, theme, content, area, buffer);
}

/// Draws the lines of an event in `content`; where not all are shown, the lower edge of the frame `area` around it says
/// which are.
pub(crate) fn draw_parts(
    view: &EventView,
    theme: &Theme,
    content: Rect,
    area: Rect,
    buffer: &mut Buffer,
) {
    let window = view.scroll.window(view.len, usize::from(content.height));
    if area.bottom() > content.bottom() {
        let shown = widget::shown_of(&window, view.len);
        widget::frame_below(buffer, area, theme, "", &shown);
    }
    let mut above = 0;
    for part in &view.parts {
        let lines = part.lines();
        let begin = window.start.max(above);
        let end = window.end.min(above + lines);
        if begin < end {
            let width = usize::from(content.width);
            let shown = part_lines(part, begin - above..end - above, width, theme);
            for (at, spans) in shown.into_iter().enumerate() {
                if let Some(area) = widget::line_of(content, begin - window.start + at) {
                    line::spread(buffer, area, spans, Vec::new(), 4);
                }
            }
        }
        above += lines;
        if above >= window.end {
            break;
        }
    }
}

fn part_lines<'a>(
    part: &'a Part,
    range: std::ops::Range<usize>,
    width: usize,
    theme: &Theme,
) -> Vec<Vec<Span<'a>>> {
    let dim = |value: &str| if value == EMPTY { theme.dim } else { theme.text() };
    let fact = |name: &str, value: &'a str| {
        vec![
            Span::styled(text::pad(name, FACT).into_owned(), theme.dim),
            Span::raw("  "),
            Span::styled(value, dim(value)),
        ]
    };
    let line = match part {
        Part::Json(pretty) => {
            let coloured = |line: text::json::Line<'a>| {
                line.into_iter()
                    .map(|span| Span::styled(span.text, theme.json(span.kind)))
                    .collect()
            };
            return pretty.lines(range, width).into_iter().map(coloured).collect();
        }
        Part::Fact(name, value) => fact(name, value),
        Part::Meta(name, value) => vec![
            Span::styled(name.as_str(), theme.key),
            Span::raw("  "),
            Span::styled(value.as_str(), dim(value)),
        ],
        Part::Finding(severity, told) => {
            let style = match severity {
                Severity::Error => theme.bad,
                Severity::Warning => theme.warn,
                Severity::Note => theme.dim,
            };
            vec![Span::styled(told.as_str(), style)]
        }
        Part::Change(op, told) => {
            let style = match op {
                Op::Add => theme.add,
                Op::Remove => theme.remove,
                Op::Replace => theme.replace,
            };
            vec![Span::styled(told.as_str(), style)]
        }
        Part::Hint(hint) => vec![Span::styled(hint.as_str(), theme.dim)],
        Part::Heading(heading) => vec![Span::styled(*heading, theme.heading)],
        Part::Text(told) => vec![Span::styled(told.as_str(), theme.text())],
        Part::Blank => Vec::new(),
    };
    vec![line]
}
