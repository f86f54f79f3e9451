//! How one library lays its events out in tables, as data: where each field of an event comes from, how payloads are
//! encoded, how versions count, and by which tables it is recognised.
//!
//! The shipped ones stand in `assets/layouts`, a person can bring one of their own; both are read by the same code.
//! Columns are SQL expressions of the table they stand in; a database's own code turns them into statements.
//! Nothing here opens a store.

mod cut;
mod read;

pub(crate) use cut::Cut;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use smol_str::SmolStr;

use super::{StoreError, StoreErrorKind};
use crate::model::View;

/// A layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Its name, such as `emmett`.
    pub name: String,
    /// What to call it in front of people, such as `Emmett (TypeScript)`.
    pub title: String,
    /// By what it is recognised.
    pub detect: Detect,
    /// Where the fields of an event are.
    pub events: Events,
    /// Where stored states are, if the library keeps any.
    pub snapshots: Option<Snapshots>,
    /// Where projections note how far they are, if they do.
    pub checkpoints: Option<Checkpoints>,
}

/// The tables that prove a layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Detect {
    /// The table of events and the columns it must have.
    pub events: Proof,
    /// Whether a table of another name will do, as long as it has the columns.
    pub any_table: bool,
    /// Tables that make it surer without being needed.
    pub also: Vec<Proof>,
}

/// A table and columns it has to have, whatever their order and case.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// The table.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
}

/// The table of events.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// Which rows are events; all where `None`.
    pub filter: Option<String>,
    /// The aggregate's id.
    pub aggregate: String,
    /// The aggregate's category.
    pub category: CategoryRule,
    /// The event's number in its aggregate, and what the first one is.
    pub version: (String, i64),
    /// A whole number that rises in the order of recording.
    pub order: String,
    /// Whether that number is the event's position.
    pub position: bool,
    /// The event's type.
    pub event_type: String,
    /// What of the type is shown where there is little room.
    pub short_type: Cut,
    /// When it was recorded.
    pub time: Option<TimeRule>,
    /// The event's own identifier.
    pub id: Option<String>,
    /// The schema version of its payload.
    pub schema: Option<Field>,
    /// What happened.
    pub data: DataRule,
    /// What was recorded around it.
    pub metadata: Option<MetadataRule>,
    /// The member of the metadata that names the conversation.
    pub correlation: Option<SmolStr>,
    /// The member of the metadata that names the cause.
    pub causation: Option<SmolStr>,
    /// Whether the aggregate was marked as deleted, told by its newest event.
    pub deleted: Option<String>,
    /// Whether the aggregate was marked as archived, told by its newest event.
    pub archived: Option<String>,
}

/// Where an aggregate's category comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum CategoryRule {
    /// The layout has none.
    None,
    /// A column that, together with the id, names the aggregate.
    Key(String),
    /// A column of every event.
    Column(String),
    /// Part of the aggregate's id.
    Id(Cut),
    /// Part of the type of the aggregate's first event.
    FirstType(Cut),
}

/// A field with a column of its own, or inside the data.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// A column.
    Column(String),
    /// The keys that lead to it in the data, and what holds where they lead nowhere.
    Data(Vec<SmolStr>, Option<SmolStr>),
}

/// Where a time comes from and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeRule {
    /// Where it stands.
    pub at: Field,
    /// How it is written.
    pub format: TimeFormat,
    /// The seconds east of UTC that a text without a zone means.
    pub offset: i32,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// A date and a time of day as text.
    Text,
    /// A number of these since 1970: so many in a second.
    Unix(i64),
}

/// One step in reading a payload, recognised by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decode {
    /// Inflate what zlib deflated.
    Zlib,
    /// Inflate what gzip deflated.
    Gzip,
    /// It is JSON text.
    Json,
}

/// A payload: its column, its encoding and its library's wrapping.
#[derive(Clone, Debug, PartialEq)]
pub struct DataRule {
    /// Where it stands.
    pub column: String,
    /// A column that says what it is where it is not JSON.
    pub content_type: Option<String>,
    /// How it may be encoded, each where its first bytes say so.
    pub decode: Vec<Decode>,
    /// What the library offers to encrypt payloads with.
    pub encryption: Option<String>,
    /// How the wrapping is taken off.
    pub view: Arc<View>,
}

/// Where the metadata is.
#[derive(Clone, Debug, PartialEq)]
pub enum MetadataRule {
    /// A column of its own.
    Column(String, Arc<View>),
    /// Some members of the data; they are left out of the data's own view.
    Data(Arc<View>),
}

/// The table of stored states.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshots {
    /// The table.
    pub table: String,
    /// Which of its rows are snapshots.
    pub filter: Option<String>,
    /// The aggregate's id.
    pub aggregate: String,
    /// The category, where it takes that to name an aggregate.
    pub category: Option<String>,
    /// The number of the last event in it; counts as events do.
    pub version: String,
    /// Who folded it.
    pub reducer: Option<String>,
    /// When it was taken.
    pub time: Option<TimeRule>,
    /// The state.
    pub data: DataRule,
}

/// The table of checkpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoints {
    /// The table.
    pub table: String,
    /// Which of its rows are checkpoints.
    pub filter: Option<String>,
    /// The projection's name.
    pub name: String,
    /// The last position it handled.
    pub position: String,
    /// Whether every event that was handled leaves a row, so that the greatest of a name counts.
    pub greatest: bool,
    /// What it says it is doing.
    pub status: Option<String>,
    /// When it last moved.
    pub updated: Option<TimeRule>,
    /// How many events it could not handle.
    pub errors: Option<String>,
    /// What stopped it.
    pub error: Option<String>,
    /// A table without which an older schema keeps neither of the two.
    pub errors_with: Option<String>,
    /// Where it has been.
    pub history: Option<History>,
}

/// The table of the places where checkpoints have been.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The table.
    pub table: String,
    /// The projection's name.
    pub name: String,
    /// The last position it had handled.
    pub position: String,
    /// When it came there.
    pub time: Option<TimeRule>,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../assets/layouts/", $name, ".yaml")))),*]
    };
}

/// The layouts that come with foldback.
pub fn shipped() -> &'static [Layout] {
    static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| {
        shipped!["foldback", "eventsourcing-py", "cqrs-es", "emmett", "broadway"]
            .into_iter()
            .filter_map(|(_, text)| read::layout(text).ok())
            .collect()
    });
    &LAYOUTS
}

/// A person's own layout.
pub fn from_file(path: &Path) -> Result<Layout, StoreError> {
    let place = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        StoreError::new(
            StoreErrorKind::BadLayout,
            format!("the layout file {place} cannot be read: {error}"),
        )
        .hint("--layout takes the path of a YAML file that describes the store's tables")
        .because(error)
    })?;
    read::layout(&text).map_err(|mistakes| {
        let count = match mistakes.len() {
            1 => "a mistake".to_owned(),
            many => format!("{many} mistakes"),
        };
        let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        let message = format!("{place} has {count}:\n  {}", list.join("\n  "));
        StoreError::new(StoreErrorKind::BadLayout, message)
            .hint("mend the file; the shipped layouts show every key in use")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_layout_is_without_mistakes() {
        for (name, text) in
            shipped!["foldback", "eventsourcing-py", "cqrs-es", "emmett", "broadway"]
        {
            let layout = read::layout(text).unwrap_or_else(|m| panic!("{name}: {m:?}"));
            assert_eq!(layout.name, name);
        }
        assert_eq!(shipped().len(), 5);
    }
}
