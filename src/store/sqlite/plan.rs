//! A layout and the tables of one database, turned into the statements that read it.
//!
//! Every statement that a screen waits for is a seek on the library's own index or on the row number; a test asks
//! SQLite for the plan of each.

mod beside;
mod columns;

use rusqlite::Connection;

use self::columns::{Columns, or_null, quoted};
use super::super::layout::{CategoryRule, Field, Layout};
use super::super::{StoreError, StoreErrorKind};
use super::decode::Detail;
use super::measured::Own;
use super::schema::Table;
use super::tally;
use crate::model::Finding;

/// The columns of an event's row, in the order of every statement that reads events.
pub(super) mod column {
    pub(in super::super) const ORDER: usize = 0;
    pub(in super::super) const AGGREGATE: usize = 1;
    pub(in super::super) const VERSION: usize = 2;
    pub(in super::super) const TYPE: usize = 3;
    pub(in super::super) const CATEGORY: usize = 4;
    pub(in super::super) const TIME: usize = 5;
    pub(in super::super) const ID: usize = 6;
    pub(in super::super) const SCHEMA: usize = 7;
    pub(in super::super) const DATA: usize = 8;
    pub(in super::super) const CONTENT_TYPE: usize = 9;
    pub(in super::super) const METADATA: usize = 10;
    pub(in super::super) const DELETED: usize = 11;
    pub(in super::super) const ARCHIVED: usize = 12;

    /// What a fold does not look at.
    pub(super) const NOT_TO_FOLD: [usize; 5] = [ID, SCHEMA, METADATA, DELETED, ARCHIVED];
}

/// Where a walk over the aggregates begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// At the end.
    End,
    /// Beyond a key.
    Beyond,
    /// At a key.
    At,
}

/// The statements of one store. Parameters: ?1 aggregate, ?2 version or place, ?3 limit, ?4 category.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) layout: Layout,
    /// Whether id and category together name an aggregate.
    pub(super) keyed: bool,
    pub(super) snapshots: Option<String>,
    pub(super) checkpoints: Option<String>,
    /// How counts are carried on; only a table whose rows have numbers allows it.
    pub(super) tally: Option<tally::Statements>,
    pub(super) checkpoint_history: Option<String>,
    /// What only a store of our own has.
    pub(super) own: Own,
    table: String,
    row: String,
    /// The same without what a fold does not look at.
    row_to_fold: String,
    aggregate: String,
    /// What is below every id.
    least: &'static str,
    category: Option<String>,
    /// The version to compare and to sort by.
    version: String,
    event_type: String,
    order: String,
    /// What the layout calls that.
    pub(super) order_column: String,
    time: Option<String>,
    data: String,
    filter: String,
    /// What the tables do not have as the layout says it.
    pub(super) findings: Vec<Finding>,
}

/// The greatest whole number there is; texts and bytes are greater.
const MOST: i64 = i64::MAX;

impl Plan {
    /// Plans `layout` on `table`, with whichever of the other `tables` it also knows.
    pub(super) fn new(
        layout: &Layout,
        table: &Table,
        tables: &[Table],
        connection: &Connection,
    ) -> Result<Self, StoreError> {
        let events = &layout.events;
        let on = Columns { layout: &layout.name, table, connection };
        let category = match &events.category {
            CategoryRule::Key(column) => Some(on.category(column)?),
            CategoryRule::Column(column) => Some(on.sql("category", column)?),
            _ => None,
        };
        let (aggregate, least) = on.text("aggregate", &events.aggregate)?;
        let written = on.sql("version", &events.version.0)?;
        let version = on.number(&events.version.0, &written);
        let event_type = on.sql("type", &events.event_type)?;
        let (order, finding) = on.order(events)?;
        let mut layout = layout.clone();
        layout.events.position &= finding.is_none();
        let order_column =
            if finding.is_some() { "rowid".to_owned() } else { events.order.clone() };
        let time = on.field("time", events.time.as_ref().map(|rule| &rule.at))?;
        let metadata = match &events.metadata {
            Some(super::super::layout::MetadataRule::Column(column, _)) => {
                Some(on.sql("metadata", column)?)
            }
            _ => None,
        };
        let data = on.sql("data", &events.data.column)?;
        let row = [
            order.clone(),
            on.sql("aggregate", &events.aggregate)?,
            written.clone(),
            event_type.clone(),
            or_null(category.clone()),
            or_null(time.clone()),
            or_null(on.optional("id", events.id.as_ref())?),
            or_null(on.field("schema", events.schema.as_ref())?),
            data.clone(),
            or_null(on.optional("content-type", events.data.content_type.as_ref())?),
            or_null(metadata),
            or_null(on.optional("deleted", events.deleted.as_ref())?),
            or_null(on.optional("archived", events.archived.as_ref())?),
        ];
        let mut to_fold = row.clone();
        for column in column::NOT_TO_FOLD {
            "NULL".clone_into(&mut to_fold[column]);
        }
        let mut plan = Self {
            keyed: matches!(events.category, CategoryRule::Key(_)),
            snapshots: beside::snapshots(&layout, tables, connection)?,
            checkpoints: beside::checkpoints(&layout, tables, connection)?,
            checkpoint_history: beside::checkpoint_history(&layout, tables, connection)?,
            own: Own::of(&layout, tables),
            table: quoted(&table.name),
            row: row.join(", "),
            row_to_fold: to_fold.join(", "),
            aggregate,
            least,
            category,
            version,
            event_type,
            order,
            order_column,
            time,
            data,
            filter: on.filter(events.filter.as_ref())?,
            findings: finding.into_iter().collect(),
            layout,
            tally: None,
        };
        plan.tally = table.row_number().map(|number| plan.tally(number, &written));
        Ok(plan)
    }

    /// `WHERE` this one aggregate.
    fn this(&self) -> String {
        match &self.category {
            Some(category) if self.keyed => {
                format!("{category} = ?4 AND {} = ?1", self.aggregate)
            }
            _ => format!("{} = ?1", self.aggregate),
        }
    }

    /// The events of one aggregate above a version.
    pub(super) fn read(&self, detail: Detail) -> String {
        let Self { table, version, filter, .. } = self;
        let row = match detail {
            Detail::Whole => &self.row,
            Detail::Fold => &self.row_to_fold,
        };
        let this = self.this();
        format!(
            "SELECT {row} FROM {table} WHERE {this} AND {version} > ?2 AND {version} <= {MOST}{filter} ORDER BY {version}"
        )
    }

    /// The first or the newest event of one aggregate.
    pub(super) fn edge(&self, newest: bool) -> String {
        let Self { row, table, version, filter, .. } = self;
        let this = self.this();
        // What is no number comes after all of them.
        let (numbered, direction) = if newest {
            (format!(" AND {version} <= {MOST}"), "DESC")
        } else {
            (String::new(), "ASC")
        };
        format!(
            "SELECT {row} FROM {table} WHERE {this}{numbered}{filter} ORDER BY {version} {direction} LIMIT 1"
        )
    }

    /// The type of the first event of one aggregate.
    pub(super) fn first_type(&self) -> String {
        let Self { event_type, table, version, filter, .. } = self;
        let this = self.this();
        format!("SELECT {event_type} FROM {table} WHERE {this}{filter} ORDER BY {version} LIMIT 1")
    }

    /// How many events one aggregate has at or below a version, and with none that is a number: three counts, since
    /// each is a seek and all in one would not be.
    pub(super) fn count_others(&self) -> [String; 3] {
        let Self { table, version, filter, .. } = self;
        let this = self.this();
        ["<= ?2".to_owned(), format!("> {MOST}"), "IS NULL".to_owned()].map(|bound| {
            format!("SELECT count(*) FROM {table} WHERE {this} AND {version} {bound}{filter}")
        })
    }

    /// How many events one aggregate has above a version.
    pub(super) fn count_above(&self) -> String {
        let Self { table, version, filter, .. } = self;
        let this = self.this();
        format!(
            "SELECT count(*) FROM {table} WHERE {this} AND {version} > ?2 AND {version} <= {MOST}{filter}"
        )
    }

    /// How counts are carried on, with what the table calls the numbers of its rows.
    fn tally(&self, number: &str, written: &str) -> tally::Statements {
        let Self { table, version, filter, event_type, data, aggregate, .. } = self;
        let this = self.this();
        let row =
            format!("SELECT {number}, {aggregate}, {written}, {event_type}, {data} FROM {table}");
        tally::Statements {
            ends: [
                format!("{row} WHERE {this}{filter} ORDER BY {version} LIMIT 1"),
                format!(
                    "{row} WHERE {this} AND {version} <= {MOST}{filter} ORDER BY {version} DESC LIMIT 1"
                ),
                format!("{row} ORDER BY {number} DESC LIMIT 1"),
            ],
            at: format!("{row} WHERE {number} = ?2"),
            // The index of the aggregate would lead to all its events, the numbers lead to the new ones.
            added: format!(
                "SELECT count(*) FROM {table} NOT INDEXED WHERE {number} > ?3 AND {this} AND {version} > ?2 \
                 AND {version} <= {MOST}{filter}"
            ),
        }
    }

    /// The next aggregate in the order of the index: its category, where that is part of its name, and its id.
    /// `within` stays in one category.
    pub(super) fn next(&self, from: From, backward: bool, within: bool) -> String {
        self.along(from, backward, within) + " LIMIT 1"
    }

    /// The entries of that index one after another, one for each event.
    pub(super) fn along(&self, from: From, backward: bool, within: bool) -> String {
        let Self { table, aggregate, least, filter, .. } = self;
        // Without a bound at the end where the walk begins, SQLite may rather read the whole table and sort it.
        let end = |column: &str, least: &str| {
            let end = if backward { "< x''" } else { least };
            format!("{column} {end}")
        };
        let (compare, direction) = match (backward, from) {
            (false, From::At) => (">=", "ASC"),
            (false, _) => (">", "ASC"),
            (true, From::At) => ("<=", "DESC"),
            (true, _) => ("<", "DESC"),
        };
        match &self.category {
            Some(category) if self.keyed => {
                let bound = match (within, from) {
                    (true, From::End) => format!("{category} = ?4 AND {}", end(aggregate, least)),
                    (true, _) => format!("{category} = ?4 AND {aggregate} {compare} ?1"),
                    (false, From::End) => end(category, ">= ''"),
                    (false, _) => format!("({category}, {aggregate}) {compare} (?4, ?1)"),
                };
                let order = format!("{category} {direction}, {aggregate} {direction}");
                format!(
                    "SELECT {category}, {aggregate} FROM {table} WHERE {bound}{filter} ORDER BY {order}"
                )
            }
            _ => {
                let bound = match from {
                    From::End => end(aggregate, least),
                    _ => format!("{aggregate} {compare} ?1"),
                };
                format!(
                    "SELECT NULL, {aggregate} FROM {table} WHERE {bound}{filter} ORDER BY {aggregate} {direction}"
                )
            }
        }
    }

    /// The categories, one after another: the next beyond ?4.
    pub(super) fn next_category(&self) -> Option<String> {
        let category = self.category.as_ref().filter(|_| self.keyed)?;
        let Self { table, filter, .. } = self;
        Some(format!(
            "SELECT {category} FROM {table} WHERE {category} > ?4{filter} ORDER BY {category} LIMIT 1"
        ))
    }

    /// The events of the whole store from a place on, or back from one.
    pub(super) fn scan(&self, backward: bool) -> String {
        let Self { row, table, order, filter, .. } = self;
        let (compare, direction) = if backward { ("<=", "DESC") } else { (">=", "ASC") };
        format!(
            "SELECT {row} FROM {table} WHERE {order} {compare} ?2{filter} ORDER BY {order} {direction} LIMIT ?3"
        )
    }

    /// The newest event of the whole store.
    pub(super) fn head(&self) -> String {
        let Self { row, table, order, filter, .. } = self;
        format!("SELECT {row} FROM {table} WHERE 1{filter} ORDER BY {order} DESC LIMIT 1")
    }

    /// How many events stand beyond a place.
    pub(super) fn count_after(&self) -> String {
        let Self { table, order, filter, .. } = self;
        format!("SELECT count(*) FROM {table} WHERE {order} > ?2{filter}")
    }

    /// How many events stand beyond a place and up to another.
    pub(super) fn count_between(&self) -> String {
        let Self { table, order, filter, .. } = self;
        format!("SELECT count(*) FROM {table} WHERE {order} > ?2 AND {order} <= ?3{filter}")
    }

    /// How many events there are.
    pub(super) fn count_events(&self) -> String {
        format!("SELECT count(*) FROM {} WHERE 1{}", self.table, self.filter)
    }

    /// How many aggregates there are.
    pub(super) fn count_groups(&self) -> String {
        let Self { table, aggregate, filter, .. } = self;
        let key = match &self.category {
            Some(category) if self.keyed => format!("{category}, {aggregate}"),
            _ => aggregate.clone(),
        };
        format!(
            "SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table} WHERE {aggregate} IS NOT NULL{filter})"
        )
    }

    /// How many aggregates there are, how many events they have, and which has the most: SQLite takes the columns beside
    /// one `max()` from the row that has it.
    pub(super) fn sizes(&self) -> String {
        let Self { table, aggregate, filter, .. } = self;
        let key = match &self.category {
            Some(category) if self.keyed => format!("{category} AS category, {aggregate} AS id"),
            _ => format!("NULL AS category, {aggregate} AS id"),
        };
        let group = match &self.category {
            Some(category) if self.keyed => format!("{category}, {aggregate}"),
            _ => aggregate.clone(),
        };
        format!(
            "SELECT count(*), sum(events), max(events), category, id FROM (\
             SELECT {key}, count(*) AS events FROM {table} WHERE {aggregate} IS NOT NULL{filter} GROUP BY {group})"
        )
    }

    /// Every statement that is a seek, with what it is for.
    pub(super) fn seeks(&self) -> Vec<(&'static str, String)> {
        let mut seeks = vec![
            ("read", self.read(Detail::Whole)),
            ("read to fold", self.read(Detail::Fold)),
            ("first", self.edge(false)),
            ("newest", self.edge(true)),
            ("first type", self.first_type()),
            ("count of one aggregate", self.count_above()),
            ("count after a place", self.count_after()),
            ("count between two places", self.count_between()),
            ("scan", self.scan(false)),
            ("scan back", self.scan(true)),
            ("head", self.head()),
        ];
        for from in [From::End, From::At, From::Beyond] {
            for backward in [false, true] {
                seeks.push(("list", self.next(from, backward, false)));
                if self.keyed {
                    seeks.push(("list of one category", self.next(from, backward, true)));
                }
            }
        }
        seeks.extend(self.count_others().map(|sql| ("count of what is not shown", sql)));
        seeks.extend(self.next_category().map(|sql| ("categories", sql)));
        if let Some(tally::Statements { ends: [first, newest, last], at, added }) = &self.tally {
            seeks.push(("first to count from", first.clone()));
            seeks.push(("newest to count to", newest.clone()));
            seeks.push(("last row", last.clone()));
            seeks.push(("row", at.clone()));
            seeks.push(("count of what was added", added.clone()));
        }
        seeks.extend(self.snapshots.clone().map(|sql| ("snapshots", sql)));
        seeks
    }

    /// Fails where SQLite does not take a statement: the layout's SQL is wrong.
    pub(super) fn check(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut all = self.seeks();
        all.push(("census", self.groups()));
        all.push(("sizes", self.sizes()));
        all.push(("times", self.types_and_times()));
        all.extend(self.count_snapshots().map(|sql| ("snapshots", sql)));
        all.extend(self.checkpoints.clone().map(|sql| ("checkpoints", sql)));
        all.extend(self.checkpoint_history.clone().map(|sql| ("checkpoints", sql)));
        for (what, sql) in all {
            connection.prepare(&sql).map_err(|error| {
                StoreError::new(
                    StoreErrorKind::BadLayout,
                    format!("SQLite does not take what the layout {} says ({what}): {error}", self.layout.name),
                )
                .hint("the texts of a layout are columns or SQL expressions of the table they stand in")
                .because(error)
            })?;
        }
        Ok(())
    }

    /// Every aggregate: category or the first event's type, id, and its number of events.
    pub(super) fn groups(&self) -> String {
        let Self { table, aggregate, version, event_type, filter, .. } = self;
        match (&self.category, &self.layout.events.category) {
            (Some(category), _) if self.keyed => format!(
                "SELECT {category}, {aggregate}, count(*) FROM {table} WHERE {aggregate} IS NOT NULL{filter} GROUP BY {category}, {aggregate}"
            ),
            (Some(category), _) => format!(
                "SELECT max({category}), {aggregate}, count(*) FROM {table} WHERE {aggregate} IS NOT NULL{filter} GROUP BY {aggregate}"
            ),
            (None, CategoryRule::FirstType(_)) => format!(
                "SELECT (SELECT {event_type} FROM {table} WHERE {aggregate} = g.id{filter} ORDER BY {version} LIMIT 1), g.id, g.events \
                 FROM (SELECT {aggregate} AS id, count(*) AS events FROM {table} WHERE {aggregate} IS NOT NULL{filter} GROUP BY {aggregate}) g"
            ),
            _ => format!(
                "SELECT NULL, {aggregate}, count(*) FROM {table} WHERE {aggregate} IS NOT NULL{filter} GROUP BY {aggregate}"
            ),
        }
    }

    /// Type and time of every event; the data where the time stands in it.
    pub(super) fn types_and_times(&self) -> String {
        let Self { event_type, table, filter, .. } = self;
        let in_data =
            matches!(&self.layout.events.time, Some(rule) if matches!(rule.at, Field::Data(..)));
        let time = or_null(self.time.clone());
        let data = if in_data { self.data.clone() } else { "NULL".to_owned() };
        format!("SELECT {event_type}, {time}, {data} FROM {table} WHERE 1{filter}")
    }

    /// How many snapshots there are.
    pub(super) fn count_snapshots(&self) -> Option<String> {
        let snapshots = self.layout.snapshots.as_ref().filter(|_| self.snapshots.is_some())?;
        let filter =
            snapshots.filter.as_ref().map_or_else(String::new, |filter| format!(" AND ({filter})"));
        Some(format!("SELECT count(*) FROM {} WHERE 1{filter}", quoted(&snapshots.table)))
    }
}
