//! All messages, the newest first, and the chosen one in full below them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::model::Model;
use super::super::model::log::{Logbook, Message, Row, Tone};
use super::super::update::log::{chosen, findings};
use super::super::widget::{self, line};
use crate::text::human;

/// Draws the list and the chosen message.
pub(crate) fn draw(model: &Model, book: &Logbook, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let findings = findings(model);
    let len = Logbook::len(&model.log, findings);
    let (place, below) = super::halves(area);
    let window = book.scroll.window(len, usize::from(place.height));
    super::say_shown(theme, area, &window, len, buffer);
    if model.log.fallen > 0 {
        let frame = area.outer(ratatui::layout::Margin::new(2, 1));
        let told = human::plural(model.log.fallen, "older one");
        let fell = if model.log.fallen == 1 { "fell" } else { "have fallen" };
        let shown = widget::shown_of(&window, len);
        widget::frame_below(buffer, frame, theme, &format!("{told} {fell} away"), &shown);
    }
    for (at, index) in window.enumerate() {
        let Some(area) = widget::line_of(place, at) else { break };
        let Some(row) = Logbook::row(&model.log, findings, index) else { break };
        if index == book.scroll.cursor {
            widget::choose(buffer, area, theme, true);
        }
        let is_narrow = area.width < 60;
        match row {
            Row::Heading(count) => {
                let told = format!("About the store: {}", human::plural(count as u64, "finding"));
                let told = vec![Span::styled(told, theme.heading)];
                line::spread(buffer, area, told, Vec::new(), 4);
            }
            Row::Said(entry) => {
                let format = if is_narrow { "%H:%M " } else { "%H:%M:%S  " };
                let time = Span::styled(entry.time.format(format).to_string(), theme.dim);
                let often = if entry.count > 1 {
                    vec![Span::styled(format!("{}×", human::count(entry.count)), theme.warn)]
                } else {
                    Vec::new()
                };
                draw_row(model, area, Some(time), &entry.message, often, buffer);
            }
            Row::Finding(finding) => {
                let code = if is_narrow { "" } else { finding.code };
                let code = vec![Span::styled(code, theme.dim)];
                draw_row(model, area, None, &Message::of(finding), code, buffer);
            }
        }
    }
    super::rule(theme, place, buffer);
    draw_chosen(model, below, buffer);
}

fn draw_row(
    model: &Model,
    area: Rect,
    time: Option<Span<'_>>,
    message: &Message,
    right: Vec<Span<'_>>,
    buffer: &mut Buffer,
) {
    let theme = model.theme();
    let style = text_style(model, message.tone);
    let mut left: Vec<Span<'_>> = time.into_iter().collect();
    left.push(Span::styled(format!("{} ", message.tone.mark()), message.tone.style(theme)));
    left.push(Span::styled(message.text.as_str(), style));
    line::spread(buffer, area, left, right, 20);
}

fn text_style(model: &Model, tone: Tone) -> Style {
    match tone {
        Tone::Bad => model.theme().bad,
        Tone::Note | Tone::Warn => model.theme().text(),
    }
}

fn draw_chosen(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some(message) = chosen(model) else { return };
    let theme = model.theme();
    let mut lines = message.lines(usize::from(area.width));
    let room = usize::from(area.height);
    if lines.len() > room {
        lines.retain(|(text, _)| !text.is_empty());
    }
    let is_cut = lines.len() > room;
    let style = text_style(model, message.tone);
    for (at, (text, is_said)) in lines.into_iter().enumerate().take(room) {
        let Some(area) = widget::line_of(area, at) else { break };
        let style = if is_said { style } else { theme.text() };
        let hint = model.hint(Action::Accept, "reads on").filter(|_| is_cut && at + 1 == room);
        let right = hint
            .map_or_else(Vec::new, |hint| vec![Span::styled(format!("… {hint}"), theme.accent)]);
        line::spread(buffer, area, vec![Span::styled(text, style)], right, 4);
    }
}
