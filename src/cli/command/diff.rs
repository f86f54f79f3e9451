//! `foldback diff`: what is different between two versions.

use clap::{Args, ValueEnum};

use crate::analysis;
use crate::cli::args::Subject;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::Line;
use crate::cli::render;
use crate::cli::shape;
use crate::model::{At, Finding};
use crate::session::{Moment, Session};
use crate::text::human;

/// Show what is different between two versions of an aggregate
#[derive(Debug, Args)]
#[command(after_help = "\
Each line is one change: `+` came, `-` went, `~` became something else. FROM may
be later than TO.

Examples:
  foldback diff shop.db order-4711 16 17
  foldback diff shop.db order-4711 -2h
  foldback diff shop.db order-4711 first last --json | jq -r '.changes[].path'
  foldback diff shop.db order-4711 16 17 --format rfc6902 > fix.json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The one version: a number, first, last, -3 (three before the last), or a time such as -2h
    #[arg(allow_hyphen_values = true)]
    from: String,
    /// The other version
    #[arg(default_value = "last", allow_hyphen_values = true)]
    to: String,
    /// rfc6902: a JSON Patch document that turns FROM into TO
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A JSON Patch document, RFC 6902
    Rfc6902,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let at = |text: &str| context.at(text).map_err(flag_hint(text));
    let (from, to) = (at(&arguments.from)?, at(&arguments.to)?);
    let mut session = context.open(&arguments.subject.store)?;
    let key = session.find(&arguments.subject.aggregate)?.key;
    let mut progress = context.progress("reading events");
    let mut moment = |at: At| session.moment(&key, at, &mut progress);
    let (before, after) = (moment(from)?, moment(to)?);
    drop(progress);
    let changes = analysis::diff(before.state.value(), after.state.value());
    let findings = between(&session, &before, &after);
    if arguments.format == Some(Format::Rfc6902) {
        context.out.raw(&analysis::to_rfc6902(&changes))?;
        context.out.raw("\n")?;
        // The document has no room for it.
        let (name, tier) = session.reducer();
        context.out.note(format!("the states are {} by {name}", tier.as_str()))?;
        return Ok(context.out.findings(&findings)?);
    }
    if context.out.is_json() {
        let (from, to) = (before.version, after.version);
        let reducer = shape::Reducer::of(&session);
        let diff = shape::Diff { from, to, reducer, changes: &changes, findings: &findings };
        return Ok(context.out.value(&diff)?);
    }
    let count = human::plural(changes.len() as u64, "change");
    let said = Line::plain(format!("v{} → v{} · {count}", before.version, after.version));
    context.out.line(&render::headline(&key, said, &session, context.out.width()))?;
    for line in render::changes(&changes, 0, context.out.width()) {
        context.out.line(&line)?;
    }
    Ok(context.out.findings(&findings)?)
}

/// What was noticed of the two moments and between them: what both states rest on alike makes no difference.
fn between(session: &Session, one: &Moment, other: &Moment) -> Vec<Finding> {
    let (older, newer) = if one.version <= other.version { (one, other) } else { (other, one) };
    let mut findings = session.findings_to(newer);
    findings.retain(|finding| finding.version.is_none_or(|at| at > older.version));
    for finding in &older.findings {
        if finding.version.is_none() && !findings.contains(finding) {
            findings.push(finding.clone());
        }
    }
    findings
}

/// A place that takes `-3` takes a mistyped flag too; then the person meant a flag.
fn flag_hint(text: &str) -> impl Fn(Failure) -> Failure + '_ {
    move |failure| {
        if text.starts_with("--") {
            Failure::usage(format!("there is no flag `{text}`")).hint("see foldback diff --help")
        } else {
            failure
        }
    }
}
