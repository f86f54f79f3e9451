//! Draws the screen of a program as an SVG: `picture OUT.svg PROGRAM ARGUMENT… -- STEP…`.
//!
//! The program runs in a real pseudo-terminal of 160×45. A step that starts with `?` waits until the rest of it stands
//! on the screen, any other is typed. What the screen shows after the last step is written. `scripts/picture` makes
//! the README's picture with it.

#[path = "it/support/terminal.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the terminal of the tests, which fail by panicking and need more of it"
)]
mod terminal;

use std::error::Error;
use std::fmt::Write as _;

use terminal::Launch;
use vt100::{Cell, Color, Screen};

const COLUMNS: u16 = 160;
const ROWS: u16 = 45;

/// The size of a cell and the margin around the screen, in pixels.
const CELL: (f32, f32) = (8.4, 16.4);
const MARGIN: f32 = 14.0;

const FOREGROUND: &str = "#d5d9e0";
const BACKGROUND: &str = "#15181e";

/// The sixteen colours that a terminal's theme decides.
const PALETTE: [&str; 16] = [
    "#2b303b", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4", //
    "#6b7280", "#ff7b86", "#b5e08f", "#ffd68a", "#7cc4ff", "#dc9bf0", "#71d3df", "#ffffff",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let [out, program, rest @ ..] = parts.next().unwrap_or_default() else {
        return Err("usage: picture OUT.svg PROGRAM ARGUMENT… -- STEP…".into());
    };
    let terminal = Launch::new(program).args(rest).size(COLUMNS, ROWS).start();
    for step in parts.next().unwrap_or_default() {
        match step.strip_prefix('?') {
            Some(text) => terminal.wait_for(text),
            None => terminal.keys(step),
        }
    }
    std::fs::write(out, terminal.screen(svg))?;
    Ok(())
}

/// How a run of cells looks.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in a terminal")]
#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    paper: Option<String>,
    bold: bool,
    italic: bool,
    underline: bool,
    dim: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let mut ink = colour(cell.fgcolor());
        let mut paper = colour(cell.bgcolor());
        if cell.inverse() {
            let swapped = ink.or_else(|| Some(FOREGROUND.to_owned()));
            ink = paper.or_else(|| Some(BACKGROUND.to_owned()));
            paper = swapped;
        }
        Self {
            ink: ink.unwrap_or_else(|| FOREGROUND.to_owned()),
            paper,
            bold: cell.bold(),
            italic: cell.italic(),
            underline: cell.underline(),
            dim: cell.dim(),
        }
    }
}

fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Default => None,
        Color::Idx(index @ 0..16) => Some(PALETTE[usize::from(index)].to_owned()),
        // The six-by-six-by-six cube and the greys of every 256-colour terminal.
        Color::Idx(index @ 16..232) => {
            let level = |digit: u8| if digit == 0 { 0 } else { 55 + 40 * digit };
            let at = index - 16;
            Some(hex(level(at / 36), level(at / 6 % 6), level(at % 6)))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(hex(grey, grey, grey))
        }
        Color::Rgb(red, green, blue) => Some(hex(red, green, blue)),
    }
}

fn hex(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Cells beside each other that look the same.
struct Run {
    row: u16,
    column: u16,
    cells: u16,
    text: String,
    look: Look,
}

fn runs(screen: &Screen) -> Vec<Run> {
    let (rows, columns) = screen.size();
    let mut runs: Vec<Run> = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            if cell.is_wide_continuation() {
                continue;
            }
            let look = Look::of(cell);
            let text = if cell.has_contents() { cell.contents() } else { " " };
            let cells = if cell.is_wide() { 2 } else { 1 };
            match runs.last_mut() {
                // Fonts disagree about the width of most else, so that is placed cell by cell.
                Some(run)
                    if run.row == row
                        && run.column + run.cells == column
                        && run.look == look
                        && (run.text.chars().all(is_regular) && text.chars().all(is_regular)) =>
                {
                    run.cells += cells;
                    run.text.push_str(text);
                }
                _ => runs.push(Run { row, column, cells, text: text.to_owned(), look }),
            }
        }
    }
    runs
}

/// Whether every monospaced font gives `c` exactly a cell: ASCII and the lines of boxes.
fn is_regular(c: char) -> bool {
    matches!(c, ' '..='~' | '─'..='╿')
}

fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let width = f32::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"9\" fill=\"{BACKGROUND}\"/>"
    );
    let runs = runs(screen);
    for run in &runs {
        if let Some(paper) = &run.look.paper {
            let (x, y) = place(run);
            let wide = f32::from(run.cells) * CELL.0;
            let tall = CELL.1;
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" fill=\"{paper}\"/>"
            );
        }
    }
    for run in runs.iter().filter(|run| !run.text.trim().is_empty()) {
        text(&mut out, run);
    }
    out.push_str("</svg>\n");
    out
}

fn place(run: &Run) -> (f32, f32) {
    (MARGIN + f32::from(run.column) * CELL.0, MARGIN + f32::from(run.row) * CELL.1)
}

fn text(out: &mut String, run: &Run) {
    let (x, y) = place(run);
    let wide = f32::from(run.cells) * CELL.0;
    let look = &run.look;
    let base = y + CELL.1 * 0.79;
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{base:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" fill=\"{}\"",
        look.ink
    );
    for (is, attribute) in [
        (look.bold, " font-weight=\"bold\""),
        (look.italic, " font-style=\"italic\""),
        (look.underline, " text-decoration=\"underline\""),
        (look.dim, " opacity=\"0.6\""),
    ] {
        if is {
            out.push_str(attribute);
        }
    }
    out.push('>');
    for c in run.text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out.push_str("</text>\n");
}
