//! From YAML to a [`Layout`]: every key there is, and every way to get it wrong.

use std::str::FromStr;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    CategoryRule, Checkpoints, Cut, DataRule, Decode, Detect, Events, Field, History, Layout,
    MetadataRule, Proof, Snapshots, TimeFormat, TimeRule,
};
use crate::model::View;
use crate::text::yaml::{Document, Mistake, Mistakes, Section};

/// Reads a layout, or says everything that is wrong with it.
pub(super) fn layout(text: &str) -> Result<Layout, Vec<Mistake>> {
    let document = Document::read(text).map_err(|mistake| vec![mistake])?;
    let mistakes = Mistakes::default();
    let layout = document.section("the layout", &mistakes).and_then(|top| {
        let layout = read(&top);
        top.done();
        layout
    });
    match (layout, mistakes.into_sorted()) {
        (Some(layout), mistakes) if mistakes.is_empty() => Ok(layout),
        (_, mistakes) => Err(mistakes),
    }
}

fn read(top: &Section<'_>) -> Option<Layout> {
    let name = top.need("name");
    let title = top.text("title").unwrap_or_else(|| name.clone());
    for key in ["detect", "events"] {
        if !top.has(key) {
            top.mistake(format!("`{key}` is missing"));
        }
    }
    // All of them before the first `?`, so that the mistakes of each are told.
    let detect = top.section("detect").map(detect);
    let events = top.section("events").map(events);
    let snapshots = top.section("snapshots").map(snapshots);
    let checkpoints = top.section("checkpoints").map(checkpoints);
    Some(Layout { name, title, detect: detect?, events: events?, snapshots, checkpoints })
}

fn detect(section: Section<'_>) -> Detect {
    let also = section.sections("also").into_iter().map(|also| {
        let proof = proof(&also);
        also.done();
        proof
    });
    let detect = Detect {
        also: also.collect(),
        any_table: section.flag("any-table"),
        events: proof(&section),
    };
    section.done();
    detect
}

fn proof(section: &Section<'_>) -> Proof {
    let columns = section.texts("columns").unwrap_or_default();
    if columns.is_empty() {
        section.mistake("`columns` should list the columns that prove it");
    }
    Proof { table: section.need("table"), columns }
}

fn events(section: Section<'_>) -> Events {
    let metadata = metadata(&section);
    let data = data_or_none(&section, metadata.as_ref());
    let position = section.text("position");
    let order = section.text("order");
    if position.is_some() && order.is_some() {
        section.mistake("`position` is also the order; `order` is for layouts without a position");
    }
    let (correlation, causation) = match section.text_or_section("metadata") {
        Some(Err(part)) => (part.text("correlation"), part.text("causation")),
        _ => (None, None),
    };
    let events = Events {
        filter: section.text("where"),
        aggregate: section.need("aggregate"),
        category: category(&section),
        version: version(&section),
        position: position.is_some(),
        order: position.or(order).unwrap_or_else(|| "rowid".to_owned()),
        event_type: section.need("type"),
        short_type: section.section("short-type").map(whole_cut).unwrap_or_default(),
        time: time(&section, "time"),
        id: section.text("id"),
        schema: field(&section, "schema"),
        data,
        metadata: metadata.map(|(rule, _)| rule),
        correlation: correlation.map(SmolStr::from),
        causation: causation.map(SmolStr::from),
        deleted: section.text("deleted"),
        archived: section.text("archived"),
    };
    section.done();
    events
}

fn version(section: &Section<'_>) -> (String, i64) {
    match section.text_or_section("version") {
        Some(Ok(column)) => (column, 1),
        Some(Err(part)) => {
            let version = (part.need("column"), part.whole("first").unwrap_or(1));
            part.done();
            version
        }
        None => (section.need("version"), 1),
    }
}

fn category(section: &Section<'_>) -> CategoryRule {
    let part = match section.text_or_section("category") {
        None => return CategoryRule::None,
        Some(Ok(column)) => return CategoryRule::Column(column),
        Some(Err(part)) => part,
    };
    let rule = match (part.text("key"), part.text("of").as_deref()) {
        (Some(column), None) => CategoryRule::Key(column),
        (None, Some("aggregate")) => CategoryRule::Id(cut(&part)),
        (None, Some("first-type")) => CategoryRule::FirstType(cut(&part)),
        _ => {
            part.mistake(
                "should be a column, `key: COLUMN` where it is part of the aggregate's name, or \
                 `of: aggregate` or `of: first-type` with `before`, `after`, `before-last` or `after-last`",
            );
            CategoryRule::None
        }
    };
    part.done();
    rule
}

fn cut(part: &Section<'_>) -> Cut {
    Cut {
        after: part.text("after"),
        after_last: part.text("after-last"),
        before: part.text("before"),
        before_last: part.text("before-last"),
    }
}

fn whole_cut(part: Section<'_>) -> Cut {
    let cut = cut(&part);
    part.done();
    cut
}

fn keys(part: &Section<'_>, key: &'static str) -> Option<Vec<SmolStr>> {
    part.texts(key).map(|keys| keys.into_iter().map(SmolStr::from).collect())
}

fn field(section: &Section<'_>, key: &'static str) -> Option<Field> {
    match section.text_or_section(key)? {
        Ok(column) => Some(Field::Column(column)),
        Err(part) => {
            let field = field_of(&part);
            part.done();
            field
        }
    }
}

fn field_of(part: &Section<'_>) -> Option<Field> {
    let absent = part.text("absent").map(SmolStr::from);
    match (part.text("column"), keys(part, "data")) {
        (Some(column), None) => Some(Field::Column(column)),
        (None, Some(keys)) if !keys.is_empty() => Some(Field::Data(keys, absent)),
        _ => {
            part.mistake("should have either `column`, or `data` with the keys that lead to it");
            None
        }
    }
}

fn time(section: &Section<'_>, key: &'static str) -> Option<TimeRule> {
    let part = match section.text_or_section(key)? {
        Ok(column) => {
            let at = Field::Column(column);
            return Some(TimeRule { at, format: TimeFormat::Text, offset: 0 });
        }
        Err(part) => part,
    };
    let format = match part.text("format").as_deref() {
        None | Some("text") => TimeFormat::Text,
        Some("unix-seconds") => TimeFormat::Unix(1),
        Some("unix-millis") => TimeFormat::Unix(1_000),
        Some("unix-micros") => TimeFormat::Unix(1_000_000),
        Some("unix-nanos") => TimeFormat::Unix(1_000_000_000),
        Some(other) => {
            part.mistake(format!(
                "there is no format `{other}`; there are `text`, `unix-seconds`, `unix-millis`, `unix-micros` and `unix-nanos`"
            ));
            TimeFormat::Text
        }
    };
    let offset = match part.text("zone").as_deref() {
        None | Some("utc" | "UTC" | "Z") => 0,
        Some(zone) => chrono::FixedOffset::from_str(zone).map_or_else(
            |_| {
                part.mistake(format!("`zone` should be `utc` or like `+02:00` and is `{zone}`"));
                0
            },
            |offset| offset.local_minus_utc(),
        ),
    };
    let at = field_of(&part);
    part.done();
    Some(TimeRule { at: at?, format, offset })
}

/// The metadata and, where it stands in the data, the members that are to be left out there.
fn metadata(section: &Section<'_>) -> Option<(MetadataRule, Vec<SmolStr>)> {
    let part = match section.text_or_section("metadata")? {
        Ok(column) => return Some((MetadataRule::Column(column, Arc::default()), Vec::new())),
        Err(part) => part,
    };
    part.text("correlation");
    part.text("causation");
    let mut view = view(&part);
    let rule = match (part.text("column"), keys(&part, "data")) {
        (Some(column), None) => Some((MetadataRule::Column(column, Arc::new(view)), Vec::new())),
        (None, Some(keys)) if !keys.is_empty() => {
            view.only = Some(keys.clone());
            Some((MetadataRule::Data(Arc::new(view)), keys))
        }
        _ => {
            part.mistake(
                "should have either `column`, or `data` with the members that are metadata",
            );
            None
        }
    };
    part.done();
    rule
}

fn data_or_none(
    section: &Section<'_>,
    metadata: Option<&(MetadataRule, Vec<SmolStr>)>,
) -> DataRule {
    let mut rule = data(section).unwrap_or_else(|| {
        section.need("data");
        DataRule {
            column: String::new(),
            content_type: None,
            decode: Vec::new(),
            encryption: None,
            view: Arc::default(),
        }
    });
    if let Some((MetadataRule::Data(_), keys)) = metadata {
        Arc::make_mut(&mut rule.view).omit.extend(keys.iter().cloned());
    }
    rule
}

fn data(section: &Section<'_>) -> Option<DataRule> {
    let part = match section.text_or_section("data")? {
        Ok(column) => {
            return Some(DataRule {
                column,
                content_type: None,
                decode: vec![Decode::Json],
                encryption: None,
                view: Arc::default(),
            });
        }
        Err(part) => part,
    };
    let decode = part.texts("decode").unwrap_or_else(|| vec!["json".to_owned()]);
    let decode = decode.iter().filter_map(|name| match name.as_str() {
        "json" => Some(Decode::Json),
        "zlib" => Some(Decode::Zlib),
        "gzip" => Some(Decode::Gzip),
        other => {
            part.mistake(format!(
                "there is no decoding `{other}`; there are `zlib`, `gzip` and `json`"
            ));
            None
        }
    });
    let rule = DataRule {
        decode: decode.collect(),
        column: part.need("column"),
        content_type: part.text("content-type"),
        encryption: part.text("encryption"),
        view: Arc::new(view(&part)),
    };
    part.done();
    Some(rule)
}

fn view(part: &Section<'_>) -> View {
    let unwrap = part.texts("unwrap").and_then(|names| {
        if let [kind, value] = names.as_slice() {
            return Some((SmolStr::new(kind), SmolStr::new(value)));
        }
        part.mistake("`unwrap` should name two members: the type's and the value's");
        None
    });
    View {
        unwrap,
        variant: part.flag("variant"),
        inside: keys(part, "inside").unwrap_or_default(),
        omit: keys(part, "omit").unwrap_or_default(),
        only: keys(part, "only"),
    }
}

fn snapshots(part: Section<'_>) -> Snapshots {
    let snapshots = Snapshots {
        table: part.need("table"),
        filter: part.text("where"),
        aggregate: part.need("aggregate"),
        category: part.text("category"),
        version: part.need("version"),
        reducer: part.text("reducer"),
        time: time(&part, "time"),
        data: data_or_none(&part, None),
    };
    part.done();
    snapshots
}

fn checkpoints(part: Section<'_>) -> Checkpoints {
    let checkpoints = Checkpoints {
        table: part.need("table"),
        filter: part.text("where"),
        name: part.need("name"),
        position: part.need("position"),
        greatest: part.flag("greatest"),
        status: part.text("status"),
        updated: time(&part, "updated"),
        errors: part.text("errors"),
        errors_with: part.text("errors-with"),
        error: part.text("error"),
        history: part.section("history").map(history),
    };
    part.done();
    checkpoints
}

fn history(part: Section<'_>) -> History {
    if !part.has("time") {
        part.mistake("`time` is missing");
    }
    let history = History {
        table: part.need("table"),
        name: part.need("name"),
        position: part.need("position"),
        time: time(&part, "time"),
    };
    part.done();
    history
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let text = "\
name: mine
detect:
  table: log
  columns: [a, b]
events:
  aggregat: a
  version: {column: v, first: one}
  type: kind
  time: {column: at, format: julian}
  data: {column: body, decode: [lz4]}
";
        let mistakes: Vec<String> =
            layout(text).unwrap_err().iter().map(ToString::to_string).collect();
        let all = mistakes.join("\n");
        for (line, word) in [(6, "`aggregate` is missing"), (6, "`aggregat`"), (7, "`one`")] {
            assert!(all.contains(&format!("line {line}: ")) && all.contains(word), "{all}");
        }
        assert!(all.contains("julian") && all.contains("lz4"), "{all}");
        assert_eq!(mistakes.len(), 5, "{all}");
    }

    #[test]
    fn what_is_not_yaml_or_not_a_mapping_says_so() {
        assert!(layout("a: [").unwrap_err()[0].to_string().contains("not YAML"));
        assert!(layout("just words").unwrap_err()[0].to_string().contains("key: value"));
        assert!(layout("").is_err());
        let empty = layout("name: x").unwrap_err();
        assert_eq!(empty.len(), 2, "{empty:?}");
    }
}
