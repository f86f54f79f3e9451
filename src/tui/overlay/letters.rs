//! The dead letters of a projection: each with why it failed, how often it was tried and when.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::event::wrap;
use super::super::model::letters::Letters;
use super::super::widget::{self, line};
use crate::model::{Position, time};
use crate::text::{self, human};

/// Draws the list, and below it the chosen one in full.
pub(crate) fn draw(model: &Model, of: &Letters, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    if of.len() == 0 {
        let told = if of.all.is_none() { "reading…" } else { "it stepped over nothing" };
        return widget::tell(buffer, area, theme, told);
    }
    let (list, below) = super::halves(area);
    let window = of.scroll.window(of.len(), usize::from(list.height));
    super::say_shown(theme, area, &window, of.len(), buffer);
    let room = usize::from(list.width);
    for (at, index) in window.enumerate() {
        let Some(area) = widget::line_of(list, at) else { break };
        if index == of.scroll.cursor {
            widget::choose(buffer, area, theme, true);
        }
        let (position, error, right) = match (of.at(index), &of.stopped) {
            (Some(letter), _) => {
                let tries = human::plural(letter.attempts.into(), "try");
                let tries = tries.replace("trys", "tries");
                let when =
                    letter.failed.format(if room < 60 { "%H:%M" } else { "%Y-%m-%d %H:%M:%S" });
                (letter.position, letter.error.as_str(), format!("{tries} · {when}"))
            }
            (None, Some((position, error))) => (*position, error.as_str(), "stops it".to_owned()),
            (None, None) => break,
        };
        let is_letter = of.at(index).is_some();
        let style = if is_letter { theme.dim } else { theme.bad };
        let right = vec![Span::styled(right, style)];
        let left = room.saturating_sub(line::width(&right) + 2);
        let number = format!("{}  ", place(position));
        let error = text::sanitize(error);
        let error = text::shorten(&error, left.saturating_sub(text::width(&number))).into_owned();
        let left = vec![Span::styled(number, theme.text()), Span::styled(error, theme.dim)];
        line::spread(buffer, area, left, right, 8);
    }
    super::rule(theme, list, buffer);
    let stopped = of.stopped.as_ref().filter(|_| of.letter().is_none());
    let (why, when) = match (of.letter(), stopped) {
        (Some(letter), _) => (letter.error.as_str(), Some(time::rfc3339(&letter.failed))),
        (None, Some((_, error))) => (error.as_str(), None),
        (None, None) => return,
    };
    let why = text::sanitize(why).into_owned();
    let mut lines: Vec<_> =
        wrap(&why, room).into_iter().map(|why| Span::styled(why, theme.text())).collect();
    // When it was is seen, however long the reason is.
    let kept = usize::from(below.height).saturating_sub(usize::from(when.is_some()));
    if lines.len() > kept {
        lines.truncate(kept);
        if let Some(last) = lines.last_mut() {
            let cut = format!("{} …", last.content);
            last.content = text::truncate(&cut, room).into_owned().into();
        }
    }
    lines.extend(when.map(|when| Span::styled(format!("given up {when}"), theme.dim)));
    for (at, told) in lines.into_iter().enumerate() {
        let Some(area) = widget::line_of(below, at) else { return };
        line::spread(buffer, area, vec![told], Vec::new(), 4);
    }
}

fn place(at: Position) -> String {
    u64::try_from(at.0).map_or_else(|_| human::signed(at.0), human::count)
}
