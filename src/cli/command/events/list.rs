//! Events as rows for a person, or as lines of JSON.

use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::render;
use crate::cli::table::Table;
use crate::model::shape::{self, Form};
use crate::model::{Event, json};
use crate::session::Session;
use crate::store::Capabilities;

/// The columns that this layout fills.
pub(super) struct List {
    table: Table,
    has: Capabilities,
    aggregate: bool,
    line: String,
}

impl List {
    /// Rows of one aggregate, or with the `aggregate` that each belongs to.
    pub(super) fn new(has: Capabilities, aggregate: bool) -> Self {
        let mut table = Table::new();
        if has.position {
            table = table.number("position");
        }
        if has.time {
            table = table.text("time");
        }
        if aggregate {
            table = table.text("aggregate").giving_way();
        }
        table = table.number("version").text("type").text("data").sparing(&["position", "time"]);
        Self { table, has, aggregate, line: String::new() }
    }

    /// Prints some events.
    pub(super) fn print(
        &mut self,
        out: &mut Output,
        session: &Session,
        events: &[Event],
        form: Form,
    ) -> Printed {
        if out.is_json() {
            for event in events {
                self.line.clear();
                shape::write_event(&mut self.line, event, form);
                self.line.push('\n');
                out.raw(&self.line)?;
            }
            return Ok(());
        }
        for event in events {
            let cells = self.cells(session, event, form);
            self.table.row(cells);
        }
        self.table.print(out)
    }

    fn cells(&self, session: &Session, event: &Event, form: Form) -> Vec<Line> {
        let mut cells = Vec::new();
        if self.has.position {
            let position = event.position.map(|position| position.to_string());
            cells.push(Line::of(Ink::Dim, position.unwrap_or_default()));
        }
        if self.has.time {
            cells.push(render::maybe_time(event.time.as_ref()));
        }
        if self.aggregate {
            cells.push(Line::plain(event.aggregate.as_str()));
        }
        cells.push(Line::plain(event.version.to_string()));
        cells.push(Line::of(Ink::Type, session.short_type(&event.event_type)));
        cells.push(data(event, form));
        cells
    }
}

fn data(event: &Event, form: Form) -> Line {
    let value = match form {
        Form::Recorded | Form::Exact => event.data.recorded(),
        Form::Seen => event.data.value().cloned(),
    };
    let mut problem = String::new();
    let mut line = value.map_or_else(
        |error| {
            problem = error.to_string();
            Line::of(Ink::Error, format!("✗ {error}"))
        },
        |value| Line::plain(json::to_string(&value)),
    );
    let noticed = event.noticed();
    for finding in
        event.findings.iter().chain(&noticed).filter(|finding| finding.message != problem)
    {
        line.push(Ink::Plain, "  ");
        line.append(render::finding(finding));
    }
    line
}
