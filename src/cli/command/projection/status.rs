//! `foldback projection status`: every checkpoint held against the head, now or at a moment.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::render;
use crate::cli::table::Table;
use crate::model::time;
use crate::session::ProjectionStatus;
use crate::text::{self, human};

/// How far each projection has come, and what keeps it
#[derive(Debug, Args)]
#[command(after_help = "\
With --at, as it was at a moment, by the history of the checkpoints where the
store keeps one; an event is there at that moment if its own time is not later.

Examples:
  foldback projection status shop.db
  foldback projection status demo:shop --at '2026-03-03 16:45'
  foldback projection status shop.db --json | jq .lag_events")]
pub(super) struct Arguments {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// Only this projection
    name: Option<String>,
    /// At this moment, in UTC: 2026-03-02T14:34:12Z, '2026-03-02 14:34', -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let at = arguments.at.as_deref();
    let at = at.map(|text| context.moment("--at", text, time::parse_spoken_end)).transpose()?;
    let mut session = context.open(&arguments.store)?;
    if !session.capabilities().checkpoints {
        let title = &session.store_info().title;
        return Err(Failure::usage(format!("{title} keeps no checkpoints of projections")));
    }
    let mut all = match &at {
        Some(at) => session.projections_at(at)?,
        None => session.projections()?,
    };
    if let Some(name) = &arguments.name {
        let names: Vec<_> = all.iter().map(|one| one.name.clone()).collect();
        all.retain(|one| one.name == *name);
        if all.is_empty() {
            let store = &session.store_info().name;
            let failure = Failure::usage(format!("no projection `{name}` in {store}"));
            let near = text::nearest(name, names.iter().map(String::as_str));
            return Err(match near {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint(format!("there are: {}", names.join(", "))),
            });
        }
    }
    if context.out.is_json() {
        for one in &all {
            context.out.value(one)?;
        }
        return Ok(());
    }
    if all.is_empty() {
        return Ok(context.out.note("the store has no projections")?);
    }
    print(&mut context.out, &all)?;
    Ok(context.out.findings(all.iter().flat_map(|one| &one.findings))?)
}

/// What it says that it is doing, and what is seen of it.
pub(in crate::cli::command) fn phrase(one: &ProjectionStatus) -> Line {
    let mut status = Line::plain(one.status.as_deref().unwrap_or_default());
    let mut add = |ink, told: String| {
        let gap = if status.width() == 0 { "" } else { ", " };
        status.push(ink, format!("{gap}{told}"));
    };
    if let Some(of) = &one.rebuild {
        let all = (of.events + of.remaining).max(1);
        let mut told = format!("rebuild {} %", of.events * 100 / all);
        let time = |seconds: Option<f64>| Duration::try_from_secs_f64(seconds?).ok();
        if let Some(still) = time(of.seconds_still) {
            told = format!("{told}, not moved for {}", human::duration(still));
        } else if let Some(speed) = of.per_second {
            told = format!("{told}, {} a second", human::count(speed.round() as u64));
        }
        if let Some(left) = time(of.seconds_left) {
            told = format!("{told}, {} left", human::duration(left));
        }
        add(Ink::Dim, told);
    }
    if one.stalled == Some(true) {
        add(Ink::Changed, "stalled".to_owned());
    }
    status
}

fn print(out: &mut Output, all: &[ProjectionStatus]) -> Printed {
    let table = Table::new().text("projection").giving_way().number("position");
    let table = table.number("events behind").number("time behind").number("errors");
    let table = table.text("moved").text("status");
    let mut table = table.sparing(&["moved", "errors", "position", "time behind"]);
    let unknown = || Line::of(Ink::Dim, "-");
    for one in all {
        let behind = one.lag_seconds.and_then(|seconds| {
            let time = std::time::Duration::try_from_secs_f64(seconds).ok()?;
            Some(if time.is_zero() { "0 s".to_owned() } else { human::duration(time) })
        });
        let count = |number: u64, ink| match number {
            0 => Line::plain("0"),
            number => Line::of(ink, human::count(number)),
        };
        table.row(vec![
            Line::plain(&one.name),
            one.position.map_or_else(unknown, |position| Line::plain(position.to_string())),
            one.lag_events.map_or_else(unknown, |events| count(events, Ink::Changed)),
            behind.map_or_else(unknown, Line::plain),
            one.errors.map_or_else(unknown, |errors| count(errors, Ink::Error)),
            one.updated.as_ref().map_or_else(unknown, |moved| Line::plain(render::time(moved))),
            phrase(one),
        ]);
    }
    table.print(out)
}
