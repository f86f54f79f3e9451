//! Draws the screen of a program as an SVG: `picture OUT.svg PROGRAM ARGUMENT… -- STEP…`.
//!
//! The program runs in a real pseudo-terminal of 160×45. A step that starts with `?` waits until the rest of it stands
//! on the screen, any other is typed. What the screen shows after the last step is written; where a step is `@SECONDS`,
//! what it shows then is one of several that follow one another, for so long. `scripts/picture` makes the README's
//! pictures with it.

#[path = "it/support/terminal.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the terminal of the tests, which fail by panicking and need more of it"
)]
mod terminal;

use std::collections::BTreeMap;
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
    let mut film: Vec<(f32, Vec<Run>)> = Vec::new();
    for step in parts.next().unwrap_or_default() {
        if let Some(seconds) = step.strip_prefix('@') {
            film.push((seconds.parse()?, terminal.screen(runs)));
        } else if let Some(text) = step.strip_prefix('?') {
            terminal.wait_for(text);
        } else {
            terminal.keys(step);
        }
    }
    let drawn = if film.is_empty() {
        let mut out = head();
        draw(&mut out, &terminal.screen(runs));
        out
    } else {
        moving(&film)
    };
    std::fs::write(out, drawn + "</svg>\n")?;
    Ok(())
}

/// Pieces of lines by the pictures that show them, one bit each.
type Shown<'a> = BTreeMap<u64, Vec<&'a Run>>;

/// Pictures that follow one another and begin anew; a piece that several of them have is drawn once. Whoever wants
/// nothing to move sees the last one.
fn moving(film: &[(f32, Vec<Run>)]) -> String {
    let whole: f32 = film.iter().map(|(seconds, _)| seconds).sum();
    let mut shown = Shown::new();
    for (at, (_, runs)) in film.iter().enumerate() {
        for run in runs {
            let has = |(_, others): &(f32, Vec<Run>)| others.contains(run);
            if !film.iter().take(at).any(has) {
                let having = film.iter().enumerate().filter(|(_, frame)| has(frame));
                let which = having.fold(0, |bits, (other, _)| bits | 1 << other);
                shown.entry(which).or_default().push(run);
            }
        }
    }
    let mut out = head();
    out.push_str("<style>\n");
    for which in shown.keys() {
        let last = which >> (film.len() - 1) & 1 == 1;
        let _ = write!(out, ".f{which}{{visibility:{};", if last { "visible" } else { "hidden" });
        let _ = write!(out, "animation:f{which} {whole}s step-end infinite}}@keyframes f{which}{{");
        let mut passed = 0.0;
        for (at, (seconds, _)) in film.iter().enumerate() {
            let is = if which >> at & 1 == 1 { "visible" } else { "hidden" };
            let _ = write!(out, "{:.3}%{{visibility:{is}}}", passed / whole * 100.0);
            passed += seconds;
        }
        out.push_str("}\n");
    }
    out.push_str("@media (prefers-reduced-motion:reduce){g{animation:none!important}}\n</style>\n");
    for (which, runs) in &shown {
        let _ = writeln!(out, "<g class=\"f{which}\">");
        draw(&mut out, runs.iter().copied());
        out.push_str("</g>\n");
    }
    out
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
#[derive(PartialEq)]
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

fn head() -> String {
    let width = f32::from(COLUMNS) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(ROWS) * CELL.1 + 2.0 * MARGIN;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"9\" fill=\"{BACKGROUND}\"/>"
    );
    out
}

fn draw<'a>(out: &mut String, runs: impl IntoIterator<Item = &'a Run>) {
    let runs: Vec<&Run> = runs.into_iter().collect();
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
    for run in runs.into_iter().filter(|run| !run.text.trim().is_empty()) {
        text(out, run);
    }
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
