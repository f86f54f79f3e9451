//! The first line: which store, what it is, what is going on.

mod alarm;

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::effect::Slot;
use super::super::layout::{Areas, Shape};
use super::super::model::live::Following;
use super::super::model::{Model, Store, StoreFacts};
use super::super::theme::Theme;
use super::super::widget::line;
use crate::model::Severity;
use crate::text::human;
use alarm::Spared;

/// The cells of a store's name that are always shown.
const LEAST_NAME: usize = 6;

/// Draws the line.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    buffer.set_style(areas.header, model.theme().bar);
    let right: Vec<Span<'_>> = doing(model, areas).into_iter().map(|(span, _)| span).collect();
    let left = told(model, areas, line::width(&right));
    line::spread(buffer, areas.header, left, right, 10);
    // After the line that leaves room for them.
    super::screens::draw(model, areas, buffer);
}

/// What a click on the line leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// An action.
    Does(Action),
    /// What is to be said of the store.
    Findings,
}

/// What stands at a column of the line.
pub(crate) fn sign_at(model: &Model, areas: &Areas, x: u16) -> Option<Sign> {
    let right = doing(model, areas);
    let taken: usize = right.iter().map(|(span, _)| crate::text::width(&span.content)).sum();
    let mut end = usize::from(areas.header.right()).saturating_sub(taken);
    let x = usize::from(x);
    if x >= end {
        for (span, action) in right {
            end += crate::text::width(&span.content);
            if x < end {
                return action.map(Sign::Does);
            }
        }
        return None;
    }
    let Store::Open(store) = &model.store else { return None };
    let findings = [false, true].map(|brief| findings(store, model.theme(), brief));
    let mut end = usize::from(areas.header.x);
    for span in told(model, areas, taken) {
        end += crate::text::width(&span.content);
        if x < end {
            let is_it = findings.into_iter().flatten().flatten().any(|told| told == span);
            return is_it.then_some(Sign::Findings);
        }
    }
    None
}

/// What the line begins with.
fn first<'a>(model: &Model, areas: &Areas) -> Vec<Span<'a>> {
    if areas.shape == Shape::Wide {
        return vec![Span::styled(" foldback ", model.theme().badge), Span::raw(" ")];
    }
    // The screens stand where the program's name would.
    let taken = super::screens::width(model, areas);
    vec![Span::raw(" ".repeat(usize::from(taken) + 1))]
}

/// The cells between what stands on the left and on the right.
const BETWEEN: usize = 3;

/// The cells that `others` leave, and what is always said of the store.
fn room(model: &Model, areas: &Areas, others: usize) -> usize {
    let brief = match &model.store {
        Store::Open(store) => findings(store, model.theme(), true),
        Store::Opening(_) => None,
    };
    let name = LEAST_NAME + brief.map_or(0, |told| line::width(&told) + 2);
    let taken = line::width(&first(model, areas)) + name + BETWEEN + others;
    usize::from(areas.header.width).saturating_sub(taken)
}

/// Which store, and what it is, beside what takes so many cells.
fn told<'a>(model: &'a Model, areas: &Areas, beside: usize) -> Vec<Span<'a>> {
    let theme = model.theme();
    let mut left = first(model, areas);
    let room =
        usize::from(areas.header.width).saturating_sub(line::width(&left) + beside + BETWEEN);
    let facts = match &model.store {
        Store::Opening(name) => vec![
            vec![Span::styled(crate::text::sanitize(name).into_owned(), theme.title)],
            vec![Span::styled("opening…", theme.dim)],
        ],
        Store::Open(store) => {
            // Where there is no room for the word, the sign and the number say it.
            let whole = findings(store, theme, false);
            let fits = whole.as_ref().is_none_or(|told| line::width(told) + LEAST_NAME + 2 <= room);
            let findings = if fits { whole } else { findings(store, theme, true) };
            // A long name gives way to what is wrong.
            let beside = findings.as_ref().map_or(0, |told| line::width(told) + 2);
            let name = crate::text::truncate_middle(
                &store.name,
                room.saturating_sub(beside).max(LEAST_NAME),
            );
            let mut facts = vec![vec![Span::styled(name, theme.title)]];
            facts.extend(findings);
            if store.upcast.is_some() {
                let told = if areas.shape == Shape::Small { "upc." } else { "upcasted" };
                facts.push(vec![Span::styled(told, theme.warn)]);
            }
            facts.push(vec![Span::styled(store.layout.as_str(), theme.dim)]);
            if store.read_only {
                facts.push(vec![Span::styled("read-only", theme.good)]);
            }
            if let Some(counts) = model.counts {
                let aggregates = human::plural(counts.aggregates, "aggregate");
                let events = human::plural(counts.events, "event");
                facts.push(vec![Span::styled(format!("{aggregates} · {events}"), theme.dim)]);
            }
            facts
        }
    };
    let mut shown = line::pieces(facts, 2, room);
    if shown.is_empty() && room >= 6 {
        // Not even the name fits whole.
        let name = match &model.store {
            Store::Opening(name) => name,
            Store::Open(store) => &store.name,
        };
        shown
            .push(Span::styled(crate::text::truncate_middle(name, room).into_owned(), theme.title));
    }
    left.extend(shown);
    left
}

/// How much there is to be said of the store as a whole.
fn findings<'a>(store: &StoreFacts, theme: &Theme, brief: bool) -> Option<Vec<Span<'a>>> {
    let gravest = store.findings.iter().map(|finding| finding.severity).max()?;
    let (mark, style) = match gravest {
        Severity::Error => ("✗", theme.bad),
        _ => ("▲", theme.warn),
    };
    let count = store.findings.len() as u64;
    let count = if brief { human::count(count) } else { human::plural(count, "finding") };
    Some(vec![Span::styled(format!("{mark} {count}"), style)])
}

/// Errors that did not stand in the last line, or not long enough.
fn unread<'a>(model: &Model, is_small: bool) -> Option<Span<'a>> {
    let unread = Some(model.log.unread).filter(|unread| *unread > 0)?;
    let count = human::count(unread);
    let told = if is_small { format!("  ✗ {count}") } else { format!("  ✗ {count} unread") };
    Some(Span::styled(told, model.theme().bad))
}

/// Whether what others write is shown as it comes.
fn following<'a>(model: &Model, is_small: bool) -> Option<Span<'a>> {
    let (live, theme) = (&model.live, model.theme());
    let faulty = matches!(&model.store, Store::Open(store) if !store.findings.is_empty());
    let (told, style) = match (live.following, live.waiting) {
        (Following::Fixed, _) => return None,
        _ if live.lost => ("  ✗ out of reach".to_owned(), theme.bad),
        // That all is well gives way to what is not.
        (Following::Live, _) if is_small && faulty => return None,
        (Following::Live, _) => ("  ● live".to_owned(), theme.good),
        (Following::Pausing, _) => ("  ‖ pausing".to_owned(), theme.warn),
        (Following::Paused, 0) => ("  ‖ paused".to_owned(), theme.warn),
        (Following::Paused, waiting) if is_small => {
            (format!("  ‖ {} waiting", human::count(waiting)), theme.warn)
        }
        (Following::Paused, waiting) => {
            (format!("  ‖ paused · {} new", human::count(waiting)), theme.warn)
        }
        (Following::Unpausing, _) => ("  ● catching up".to_owned(), theme.warn),
    };
    Some(Span::styled(told, style))
}

/// What takes long in the background, where nothing else says it.
fn slow<'a>(model: &Model, is_small: bool) -> Option<Span<'a>> {
    let is_told =
        |slot: &Slot| *slot == Slot::Open || *slot == Slot::Moment && model.moving.is_some();
    let mut slow = model.work.slow().filter(|slot| !is_told(slot));
    let word = slow.next()?.word();
    let more = match slow.count() {
        0 => String::new(),
        more => format!(" +{more}"),
    };
    let told = if is_small { "  ⋯".to_owned() } else { format!("  ⋯ {word}{more}") };
    Some(Span::styled(told, model.theme().dim))
}

/// What goes on in the background, where no panel says it.
fn doing<'a>(model: &Model, areas: &Areas) -> Vec<(Span<'a>, Option<Action>)> {
    let theme = model.theme();
    let mut out = Vec::new();
    if let Some(opening) = &model.opening
        && model.travel.is_some()
        && model.moving.is_some()
    {
        let name = crate::text::sanitize(opening.key.id.as_str());
        let name = crate::text::truncate_middle(&name, 24).into_owned();
        out.push((Span::styled(format!("opening {name}"), theme.warn), Some(Action::ShowWork)));
    }
    if let Some((done, of)) = model.moving {
        let of = of.map_or_else(String::new, |of| format!(" of {}", human::count(of)));
        let told = Span::styled(format!("  {}{of}", human::count(done)), theme.warn);
        out.push((told, Some(Action::ShowWork)));
    }
    let is_small = areas.shape == Shape::Small;
    let signs = [
        (slow(model, is_small), Action::ShowWork),
        (unread(model, is_small), Action::ShowMessages),
    ];
    out.extend(signs.into_iter().filter_map(|(sign, action)| Some((sign?, Some(action)))));
    let follows = following(model, is_small);
    let help = model.hint(Action::ShowHelp, "help").filter(|_| !is_small);
    let help = help.map(|help| Span::styled(format!("  {help} "), theme.dim));
    let cells = |span: Option<&Span<'_>>| span.map_or(0, |span| crate::text::width(&span.content));
    let taken: usize = out.iter().map(|(span, _)| cells(Some(span))).sum();
    // The names of the screens are not written over: the last line says where the help is, too.
    let all = line::width(&first(model, areas)) + taken + cells(follows.as_ref()) + BETWEEN;
    let help = help.filter(|help| all + cells(Some(help)) <= usize::from(areas.header.width));
    let is_well = model.live.following == Following::Live && !model.live.lost;
    let (alarms, spared) = alarm::signs(model, areas.shape, |spared| {
        // Where there is no help, a blank stands at the edge.
        let help = if spared >= Spared::Help { 1 } else { cells(help.as_ref()).max(1) };
        let gone = spared >= Spared::Well && is_well;
        let follows = if gone { 0 } else { cells(follows.as_ref()) };
        room(model, areas, taken + help + follows)
    });
    out.extend(alarms.into_iter().map(|(sign, action)| (sign, Some(action))));
    let follows = follows.filter(|_| !(spared >= Spared::Well && is_well));
    out.extend(follows.map(|sign| (sign, Some(Action::PauseChanges))));
    match help.filter(|_| spared < Spared::Help) {
        Some(help) => out.push((help, Some(Action::ShowHelp))),
        // As far from the edge as everything else.
        None if !out.is_empty() => out.push((Span::raw(" "), None)),
        None => {}
    }
    out
}
