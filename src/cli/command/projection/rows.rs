//! `foldback projection rows`: what a projection knows.

use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Own;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::Line;
use crate::cli::render;
use crate::cli::table::Table;
use crate::model::{Payload, Slot, Version};
use crate::text;
use crate::text::shell::quoted;

/// The rows of a projection, or one of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback projection rows shop.db order-list --limit 20
  foldback projection rows shop.db order-list order-4711
  foldback projection rows shop.db stock-levels --json | jq .row.available")]
pub(super) struct Arguments {
    #[command(flatten)]
    own: Own,
    /// Which projection
    name: String,
    /// Only the row with this key
    key: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

/// A row as JSON.
#[derive(Serialize)]
struct Shape<'a> {
    key: &'a str,
    row: &'a RawValue,
}

/// Rows that are read at a time.
const PAGE: usize = 1000;

/// Runs the command.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mut session = arguments.own.read(context)?;
    let name = &arguments.name;
    session.projection(name)?;
    if let Some(key) = &arguments.key {
        let Some(row) = session.row(name, key)? else {
            let near = session.rows(name, None, PAGE)?;
            let failure = Failure::usage(format!("{name} has no row `{key}`"));
            return Err(match text::nearest(key, near.iter().map(|(key, _)| key.as_str())) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint(format!(
                    "list them with `foldback projection rows {} {}`",
                    quoted(&session.store_info().name),
                    quoted(name)
                )),
            });
        };
        return one(context, key, &row);
    }
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let mut after = None;
    let mut table = Table::new().text("key").giving_way().text("row");
    let mut found = 0;
    while left > 0 {
        let rows = session.rows(name, after.as_deref(), left.min(PAGE))?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(last.to_string());
        left -= rows.len();
        found += rows.len();
        for (key, row) in &rows {
            if context.out.is_json() {
                context.out.value(&Shape { key, row: raw(row)? })?;
            } else {
                table.row(vec![Line::plain(key), value(row)]);
            }
        }
        table.print(&mut context.out)?;
        context.go_on()?;
    }
    if found == 0 && arguments.limit != Some(0) {
        context.out.note(format!("{name} has no rows"))?;
    }
    Ok(())
}

fn one(context: &mut Context, key: &str, row: &Payload) -> Outcome {
    if context.out.is_json() {
        return Ok(context.out.value(&Shape { key, row: raw(row)? })?);
    }
    let Ok(value) = row.value() else {
        return Ok(context.out.line(&Line::plain(String::from_utf8_lossy(row.bytes())))?);
    };
    for (line, _) in render::pretty(&Slot::new(value.clone(), Version::ZERO)) {
        context.out.line(&line)?;
    }
    Ok(())
}

fn value(row: &Payload) -> Line {
    match row.value() {
        Ok(value) => render::value(value),
        Err(_) => Line::plain(String::from_utf8_lossy(row.bytes())),
    }
}

fn raw(row: &Payload) -> Outcome<&RawValue> {
    serde_json::from_slice(row.bytes()).map_err(|error| {
        let message = format!("a row of the store is not JSON: {error}");
        Failure::new(crate::cli::failure::Status::Store, message)
    })
}
