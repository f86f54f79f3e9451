//! `foldback blame`: for every value of a state, the event that put it there.

use clap::Args;

use crate::analysis;
use crate::cli::args::Subject;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::origin::Origins;
use crate::cli::render;
use crate::cli::shape;
use crate::cli::table::Table;
use crate::model::Path;

/// Show for each value of a state the event that put it there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback blame shop.db order-4711
  foldback blame shop.db order-4711 .total
  foldback blame shop.db order-4711 '.items[\"p-1\"]' --at 17
  foldback blame shop.db order-4711 --json | jq 'select(.type == \"Paid\")'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Only what stands at or below this place: .items[0].price or /items/0/price
    path: Option<String>,
    /// At this version: a number, first, last, -3 (three before the last), or a time such as -2h
    #[arg(long, value_name = "VERSION", default_value = "last", allow_hyphen_values = true)]
    at: String,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let at = context.at(&arguments.at)?;
    let path = arguments.path.as_deref().map_or(Ok(Path::root()), render::path)?;
    let mut session = context.open(&arguments.subject.store)?;
    let key = session.find(&arguments.subject.aggregate)?.key;
    let moment = session.moment(&key, at, &mut context.progress("reading events"))?;
    let state = moment.state.value();
    let path = path.resolve(state);
    let findings = session.findings_to(&moment);
    let values = analysis::blame(&moment.state, &path);
    if values.is_empty() {
        let message = format!("no value at {path} in {} at v{}", key.id, moment.version);
        return Err(Failure::usage(message).hint(render::near_path(state, &path)));
    }
    let versions = values.iter().map(|one| one.version);
    let origins =
        Origins::of(&mut session, &key, versions, &mut context.progress("reading events"))?;
    if context.out.is_json() {
        for one in &values {
            let reducer = Some(shape::Reducer::of(&session));
            context.out.value(&shape::Blamed::of(one, origins.event(one.version), reducer))?;
        }
        return Ok(context.out.closing_findings(&findings)?);
    }
    context.out.line(&render::heading(&session, &moment, context.out.width()))?;
    let mut table = Table::new().text("path").text("value").giving_way();
    table = table.number("version").text("event").text("time").sparing(&["time"]);
    for one in &values {
        let event = origins.event(one.version);
        table.row(vec![
            Line::of(Ink::Key, one.path.to_string()),
            render::value(&one.value),
            Line::plain(format!("v{}", one.version)),
            Line::of(Ink::Type, origins.short_type(&session, one.version)),
            render::maybe_time(event.and_then(|event| event.time.as_ref())),
        ]);
    }
    table.print(&mut context.out)?;
    Ok(context.out.closing_findings(&findings)?)
}
