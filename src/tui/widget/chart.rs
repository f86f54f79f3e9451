//! Values over time as bars, and the line above which they are an alert.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::theme::Theme;
use super::BARS;
use crate::session::Span as Time;
use crate::text;

/// A value each for columns of time, from old to new.
pub(crate) struct Chart<'a> {
    /// The values; `None` where nothing is known.
    pub(crate) values: &'a [Option<f64>],
    /// What a bar of the whole height stands for.
    pub(crate) top: f64,
    /// Above this a value is drawn in the second style.
    pub(crate) above: Option<f64>,
    /// How values are drawn, and how those above.
    pub(crate) styles: (Style, Style),
}

/// The largest of the values.
pub(crate) fn most(values: &[Option<f64>]) -> Option<f64> {
    values.iter().flatten().copied().reduce(f64::max)
}

impl Chart<'_> {
    /// What a cell shows, of so many: the most of its columns, so that nothing high is lost where there is little room.
    fn cell(&self, cell: usize, cells: usize) -> Option<f64> {
        let len = self.values.len();
        let (from, to) = (cell * len / cells.max(1), (cell + 1) * len / cells.max(1));
        most(self.values.get(from..to.max(from + 1)).unwrap_or_default())
    }

    fn style(&self, value: f64) -> Style {
        let (calm, alert) = self.styles;
        if self.above.is_some_and(|above| value > above) { alert } else { calm }
    }

    /// Eighths of a row that are filled, of so many rows; what is nothing is seen, too.
    fn level(&self, value: f64, rows: usize) -> usize {
        let part = if self.top > 0.0 { (value / self.top).clamp(0.0, 1.0) } else { 0.0 };
        ((part * (rows * 8) as f64).ceil() as usize).max(1)
    }

    /// Draws the bars.
    pub(crate) fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let rows = usize::from(area.height);
        for (column, x) in (area.x..area.right()).enumerate() {
            let Some(value) = self.cell(column, usize::from(area.width)) else { continue };
            let (level, style) = (self.level(value, rows), self.style(value));
            for (y, below) in (area.y..area.bottom()).zip((0..rows).rev()) {
                let filled = level.saturating_sub(below * 8).min(8);
                let bar = BARS.get(filled).copied().unwrap_or(" ");
                if bar != " " {
                    buffer.set_span(x, y, &Span::styled(bar, style), 1);
                }
            }
        }
    }

    /// The same in one line of so many cells.
    pub(crate) fn line(&self, cells: usize) -> Vec<Span<'static>> {
        let mut spans: Vec<Span<'static>> = Vec::new();
        for cell in 0..cells {
            let value = self.cell(cell, cells);
            let bar = value.and_then(|value| BARS.get(self.level(value, 1)).copied());
            let style = value.map_or_else(Style::new, |value| self.style(value));
            match spans.last_mut().filter(|last| last.style == style) {
                Some(last) => last.content.to_mut().push_str(bar.unwrap_or(" ")),
                None => spans.push(Span::styled(bar.unwrap_or(" ").to_owned(), style)),
            }
        }
        spans
    }

    /// Draws a line where the alert begins, behind the bars, with what it is; nothing where that is beyond the scale.
    pub(crate) fn threshold(&self, at: f64, told: &str, style: Style, area: Rect, to: &mut Buffer) {
        if at > self.top || area.is_empty() {
            return;
        }
        let up = (at / self.top * f64::from(area.height)).floor() as u16;
        let y = area.bottom().saturating_sub(1 + up).max(area.y);
        let is_free =
            |to: &Buffer, x: u16| to.cell((x, y)).is_some_and(|cell| cell.symbol() == " ");
        for x in (area.x..area.right()).step_by(2) {
            if is_free(to, x) {
                to.set_span(x, y, &Span::styled("╌", style), 1);
            }
        }
        let told = format!(" {told} ");
        let (begins, width) = (area.x + 2, text::width(&told) as u16);
        let is_line =
            |x: u16| to.cell((x, y)).is_some_and(|cell| matches!(cell.symbol(), " " | "╌"));
        if area.width > 40 && (begins..begins + width).all(is_line) {
            to.set_span(begins, y, &Span::styled(told, style), width);
        }
    }

    /// Says left of the bars what their height stands for.
    pub(crate) fn scale(
        &self,
        theme: &Theme,
        told: impl Fn(f64) -> String,
        (room, bars): (u16, Rect),
        buffer: &mut Buffer,
    ) {
        let mut say = |told: &str, y: u16| {
            let told = text::pad_start(told, usize::from(room)).into_owned();
            let x = bars.x.saturating_sub(room + 1);
            buffer.set_span(x, y, &Span::styled(told, theme.dim), room);
        };
        if bars.is_empty() || room == 0 {
            return;
        }
        if bars.height > 1 {
            say(&told(self.top), bars.y);
        }
        if bars.height > 4 {
            say(&told(self.top / 2.0), bars.y + bars.height / 2);
        }
        say("0", bars.bottom() - 1);
    }
}

/// When a span begins and ends, in the line below the bars; its end is the moment that is looked at.
pub(crate) fn times(span: Time, theme: &Theme, bars: Rect, buffer: &mut Buffer) {
    let y = bars.bottom();
    let hours = (span.to - span.from).num_hours();
    let form = match (bars.width, hours) {
        (60.., _) => "%Y-%m-%d %H:%M:%S",
        (_, ..20) => "%H:%M:%S",
        (_, ..5_000) => "%m-%d %H:%M",
        _ => "%Y-%m-%d",
    };
    let [from, to] = [span.from, span.to].map(|time| time.format(form).to_string());
    let told = format!("{to} ▲");
    let width = (text::width(&told) as u16).min(bars.width);
    buffer.set_span(bars.right() - width, y, &Span::styled(told, theme.accent), width);
    if usize::from(bars.width) >= from.len() + usize::from(width) + 2 {
        buffer.set_span(bars.x, y, &Span::styled(from, theme.dim), bars.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Modifier;

    const CALM: Style = Style::new();
    const ALERT: Style = Style::new().add_modifier(Modifier::BOLD);

    fn chart(values: &[Option<f64>], top: f64) -> Chart<'_> {
        Chart { values, top, above: Some(5.0), styles: (CALM, ALERT) }
    }

    fn drawn(chart: &Chart<'_>, (width, height): (u16, u16)) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        chart.draw(area, &mut buffer);
        chart.threshold(5.0, "alert", CALM, area, &mut buffer);
        let line = |cells: &[ratatui::buffer::Cell]| {
            cells.iter().map(ratatui::buffer::Cell::symbol).collect()
        };
        buffer.content().chunks(usize::from(width)).map(line).collect()
    }

    #[test]
    fn bars_stand_as_high_as_their_values_and_nothing_known_is_not_zero() {
        let values = [None, Some(0.0), Some(1.0), Some(4.0), Some(8.0), Some(f64::MAX)];
        assert_eq!(drawn(&chart(&values, 8.0), (6, 2)), ["╌ ╌ ██", " ▁▂███"]);
        assert_eq!(drawn(&chart(&[], 8.0), (2, 1)), ["╌ "]);
        // Nothing but zeros is drawn, and divides by nothing.
        assert_eq!(drawn(&chart(&[Some(0.0)], 0.0), (2, 1)), ["▁▁"]);
    }

    #[test]
    fn a_column_has_the_colour_of_its_own_time() {
        let values = [Some(9.0), Some(5.0), Some(6.0), None];
        let line = chart(&values, 9.0).line(4);
        let told: Vec<(&str, bool)> =
            line.iter().map(|span| (span.content.as_ref(), span.style == ALERT)).collect();
        assert_eq!(told, [("█", true), ("▅", false), ("▆", true), (" ", false)]);
    }

    #[test]
    fn what_is_high_is_not_lost_in_fewer_cells_than_values() {
        let mut values = vec![Some(1.0); 100];
        values[41] = Some(8.0);
        let line: String =
            chart(&values, 8.0).line(10).iter().map(|span| span.content.to_string()).collect();
        assert_eq!(line, "▁▁▁▁█▁▁▁▁▁");
    }
}
