//! What the event under the playhead changed.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::layout::{Areas, Panel, Shape};
use super::super::model::Model;
use super::super::model::change::{Line, Values};
use super::super::model::travel::Travel;
use super::super::model::tree::levels;
use super::super::theme::Theme;
use super::super::widget::{self, line};
use crate::analysis::Op;
use crate::model::Version;
use crate::text::{self, human};

/// Draws the panel.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.panel(Panel::Change);
    let content = areas.content(Panel::Change);
    let travel = model.travel.as_ref();
    if areas.shape != Shape::Small {
        let against = travel.and_then(|travel| travel.against.as_ref());
        let title = match (areas.shape, travel) {
            (Shape::Wide, Some(travel)) if against.is_some() => {
                let [from, to] =
                    [against.map_or(0, |against| against.version.0), travel.moment.version.0];
                format!("Diff v{} → v{}", human::count(from), human::count(to))
            }
            (Shape::Wide, Some(travel)) if travel.moment.version != Version::ZERO => {
                let (from, to) = (travel.moment.before_version.0, travel.moment.version.0);
                format!("Change v{} → v{}", human::count(from), human::count(to))
            }
            (Shape::Wide, _) => Panel::Change.title().to_owned(),
            _ => String::new(),
        };
        let count = travel.map_or(0, |travel| travel.changes.count);
        let right = match count {
            0 => Vec::new(),
            count => vec![Span::styled(human::count(count as u64), theme.dim)],
        };
        widget::frame(buffer, area, theme, model.leads(Panel::Change), &title, right);
    }
    let Some(travel) = travel else {
        return super::unread(model, content, buffer);
    };
    let (changes, focused) = (&travel.changes, model.focus == Panel::Change);
    if changes.lines.is_empty() {
        if let Some(first) = widget::line_of(content, 0) {
            let told = Span::styled(nothing(travel), theme.dim);
            line::spread(buffer, first, vec![told], Vec::new(), 4);
        }
        return;
    }
    if travel.against.is_some()
        && changes.count == 0
        && let Some(third) = widget::line_of(content, 2)
    {
        let told = Span::styled("both have the same state", theme.dim);
        line::spread(buffer, third, vec![told], Vec::new(), 4);
    }
    let window = changes.scroll.window(changes.lines.len(), usize::from(content.height));
    if areas.shape != Shape::Small {
        let shown = widget::shown_of(&window, changes.lines.len());
        widget::frame_below(buffer, area, theme, "", &shown);
    }
    for (at, index) in window.enumerate() {
        let (Some(area), Some(shown)) = (widget::line_of(content, at), changes.lines.get(index))
        else {
            continue;
        };
        if focused && index == changes.scroll.cursor {
            widget::choose(buffer, area, theme, model.leads(Panel::Change));
        }
        line::spread(buffer, area, spans(shown, theme, area.width), Vec::new(), 4);
    }
}

fn nothing(travel: &Travel) -> &'static str {
    match travel.moment.version {
        Version::ZERO => "nothing has happened yet",
        _ if travel.failed_here() => "nothing: the event could not be applied",
        _ => "this event changed nothing in the state",
    }
}

fn sign(op: Op, theme: &Theme) -> (&'static str, Style) {
    match op {
        Op::Add => ("+", theme.add),
        Op::Remove => ("-", theme.remove),
        Op::Replace => ("~", theme.replace),
    }
}

fn spans<'a>(shown: &'a Line, theme: &Theme, width: u16) -> Vec<Span<'a>> {
    match shown {
        Line::Blank => Vec::new(),
        Line::Heading(told) => {
            let told = text::truncate_middle(told, usize::from(width));
            vec![Span::styled(told, theme.accent)]
        }
        Line::Place(op, place, values) => {
            let (sign, style) = sign(*op, theme);
            let room = usize::from(width).saturating_sub(2);
            let place = match values {
                // They were measured to stand beside it.
                Some(_) => place.as_str().into(),
                None => text::truncate_middle(place, room),
            };
            let mut out =
                vec![Span::styled(sign, style), Span::raw(" "), Span::styled(place, theme.key)];
            if let Some(both) = values {
                out.push(Span::raw("  "));
                out.extend(values_spans(both, theme));
            }
            out
        }
        Line::Values(both) => {
            let mut out = vec![Span::raw("  ")];
            out.extend(values_spans(both, theme));
            out
        }
        Line::Value(op, value) => {
            let (sign, style) = sign(*op, theme);
            let sign = Span::styled(format!("  {sign} "), style);
            vec![sign, Span::styled(value.as_str(), style)]
        }
        Line::Member(op, depth, name, value) => {
            let (_, style) = sign(*op, theme);
            let levels = levels(usize::from(width));
            let beyond = if *depth > levels { "› " } else { "" };
            let indent = " ".repeat(4 + usize::from(*depth.min(&levels)) * 2);
            // A long name leaves its value some room.
            let name = text::truncate_middle(name, usize::from(width / 2));
            vec![
                Span::styled(format!("{indent}{beyond}{name}  "), theme.dim),
                Span::styled(value.as_str(), style),
            ]
        }
        Line::More(count, noun) => {
            let told = format!("    … {} more", human::plural(*count, noun));
            vec![Span::styled(told, theme.dim)]
        }
        Line::Untouched(count) => {
            let told = format!("{} of the state unchanged", human::plural(*count as u64, "member"));
            vec![Span::styled(told, theme.faint)]
        }
    }
}

fn values_spans<'a>(values: &'a Values, theme: &Theme) -> Vec<Span<'a>> {
    let mut out = Vec::new();
    if !values.before.is_empty() {
        out.push(Span::styled(values.before.as_str(), theme.remove));
    }
    if !values.before.is_empty() && !values.after.is_empty() {
        out.push(Span::styled(" → ", theme.dim));
    }
    out.push(Span::styled(values.after.as_str(), theme.add));
    out
}
