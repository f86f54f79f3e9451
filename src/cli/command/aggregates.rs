//! `foldback aggregates`: whose history a store holds.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::render;
use crate::cli::shape;
use crate::cli::table::Table;
use crate::model::{Category, Finding};
use crate::session::{Session, Sort};
use crate::store::{AggregateQuery, AggregateSummary, Capabilities};
use crate::text::{self, human};

/// List aggregates: how many events each has, and when
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback aggregates shop.db --match 47
  foldback aggregates shop.db --sort events --limit 10
  foldback aggregates shop.db --category Order --json | jq -r .aggregate")]
pub(crate) struct Arguments {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// Only this category
    #[arg(long, value_name = "NAME")]
    category: Option<String>,
    /// Only ids that contain this, in upper or lower case
    #[arg(long = "match", value_name = "TEXT")]
    matching: Option<String>,
    /// In which order: id, recent (newest last event first) or events (most events first)
    #[arg(long, value_name = "ORDER", default_value = "id", hide_possible_values = true)]
    sort: Order,
    /// At most so many
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Order {
    /// As the store's index has them
    Id,
    /// The newest last event first
    Recent,
    /// The most events first
    Events,
}

/// Aggregates that are read at a time.
const PAGE: usize = 1000;

/// The width at which both times of an aggregate stand beside its id.
const BOTH_TIMES: usize = 110;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mut session = context.open(&arguments.store)?;
    let capabilities = session.capabilities();
    let known = session.store_info().findings.clone();
    if arguments.sort == Order::Recent && !capabilities.time {
        let name = &session.store_info().title;
        return Err(Failure::usage(format!("{name} records no times, so nothing is recent"))
            .hint("`--sort events` lists the longest histories first"));
    }
    let query = AggregateQuery {
        matching: arguments.matching.clone(),
        category: arguments.category.as_ref().map(Category::new),
        ..AggregateQuery::default()
    };
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut list = List::new(capabilities, context.out.width());
    let sort = match arguments.sort {
        Order::Id => {
            in_order(&mut session, context, query, arguments.limit, list)?;
            return Ok(context.out.closing_findings(&news(&session, &known))?);
        }
        Order::Recent => Sort::Recent,
        Order::Events => Sort::Events,
    };
    let mut progress = context.progress("reading aggregates");
    let rows = session.sorted(&query, sort, limit, &mut progress)?;
    let searched = progress.done();
    drop(progress);
    list.print(context, &rows)?;
    close(&mut session, context, &query, searched, rows.len(), arguments.limit)?;
    Ok(context.out.closing_findings(&news(&session, &known))?)
}

/// What listing noticed; what opening did is told already.
fn news(session: &Session, known: &[Finding]) -> Vec<Finding> {
    let findings = &session.store_info().findings;
    findings.iter().filter(|finding| !known.contains(finding)).cloned().collect()
}

/// Prints page after page, so that the first rows of a million are there at once.
fn in_order(
    session: &mut Session,
    context: &mut Context,
    mut query: AggregateQuery,
    limit: Option<usize>,
    mut list: List,
) -> Outcome {
    let mut left = limit.unwrap_or(usize::MAX);
    let (mut found, mut searched) = (0, 0);
    while left > 0 {
        let page = session.aggregates(&query, left.min(PAGE))?;
        found += page.rows.len();
        searched += page.examined;
        left -= page.rows.len().min(left);
        list.print(context, &page.rows)?;
        context.go_on()?;
        query.beyond = page.next;
        if query.beyond.is_none() {
            break;
        }
    }
    close(session, context, &query, searched, found, limit)
}

/// Tells how much a search looked at, or why there is nothing: a category that is not there is a mistake.
fn close(
    session: &mut Session,
    context: &mut Context,
    query: &AggregateQuery,
    searched: u64,
    found: usize,
    limit: Option<usize>,
) -> Outcome {
    if found > 0 || limit == Some(0) {
        if query.matching.is_some() {
            context.out.searched(searched, "aggregate", found as u64, limit)?;
        }
        return Ok(());
    }
    if let Some(category) = &query.category {
        let census = context.census(session)?;
        let names = || census.categories.iter().map(|(name, _)| name.as_str());
        if !names().any(|name| name == category.as_str()) {
            let hint = match text::nearest(category.as_str(), names()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("no category `{category}` in {}", session.store_info().name);
            return Err(Failure::usage(message).hint(hint));
        }
    }
    match &query.matching {
        Some(_) => context.out.searched(searched, "aggregate", 0, limit)?,
        None => context.out.note("the store has no events")?,
    }
    Ok(())
}

/// The rows as they are printed.
struct List {
    table: Table,
    first: bool,
    last: bool,
}

impl List {
    /// Where a terminal is narrow, when an aggregate began gives way to its id and when it was last heard of; where it
    /// is narrower still, the number of its events is what stays beside the id.
    fn new(capabilities: Capabilities, width: usize) -> Self {
        let table = Table::new().text("category").text("aggregate").giving_way();
        let table = table.number("events").number("version");
        let last = capabilities.time;
        let first = last && width >= BOTH_TIMES;
        let table = if first { table.text("first") } else { table };
        let table = if last { table.text("last") } else { table };
        let table = table.text("").sparing(&["version", "last", "category"]);
        Self { table, first, last }
    }

    fn print(&mut self, context: &mut Context, rows: &[AggregateSummary]) -> Outcome {
        if context.out.is_json() {
            for row in rows {
                context.out.value(&shape::Aggregate::from(row))?;
            }
            return Ok(());
        }
        for row in rows {
            let cells = self.cells(row);
            self.table.row(cells);
        }
        Ok(self.table.print(&mut context.out)?)
    }

    fn cells(&self, row: &AggregateSummary) -> Vec<Line> {
        let mut cells = vec![
            Line::of(Ink::Dim, row.key.category.as_str()),
            Line::plain(row.key.id.as_str()),
            Line::plain(human::count(row.events)),
            Line::plain(row.version.to_string()),
        ];
        if self.first {
            cells.push(render::maybe_time(row.first_time.as_ref()));
        }
        if self.last {
            cells.push(render::maybe_time(row.last_time.as_ref()));
        }
        let marks = [(row.deleted, "deleted"), (row.archived, "archived")];
        let marks = marks.iter().filter(|(mark, _)| *mark == Some(true)).map(|(_, word)| *word);
        cells.push(Line::of(Ink::Removed, marks.collect::<Vec<_>>().join(" ")));
        cells
    }
}
