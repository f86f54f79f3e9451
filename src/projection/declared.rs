//! Projections that a person declares: a YAML file that says in jq, for each event type, which rows change and how.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use smol_str::SmolStr;

use super::{ApplyError, Projection, Rows};
use crate::model::shape::{Form, write_event};
use crate::model::{Category, Event, EventType};
use crate::text::digest::digest;
use crate::text::jq::Expression;
use crate::text::yaml::{Document, Mistake, Mistakes, Section};

/// A projection that was declared.
#[derive(Debug)]
pub struct Declared {
    name: String,
    definition: SmolStr,
    rules: HashMap<EventType, Rule>,
}

/// What an event of one type does.
#[derive(Debug)]
struct Rule {
    /// From the event to the keys of the rows that it changes.
    key: Expression,
    /// From the event, `$row` and `$key` to what the row becomes.
    row: Expression,
}

const VARIABLES: [&str; 2] = ["$row", "$key"];

/// Reads the projections of a file, or says everything that is wrong with it, each with its line.
pub fn declared(text: &str) -> Result<Vec<Declared>, Vec<String>> {
    let told = |mistakes: Vec<Mistake>| mistakes.iter().map(ToString::to_string).collect();
    let document = Document::read(text).map_err(|mistake| told(vec![mistake]))?;
    let mistakes = Mistakes::default();
    let mut all = Vec::new();
    if let Some(top) = document.section("the file", &mistakes) {
        for (name, line, part) in top.any_sections() {
            let Some(part) = part else { continue };
            if part.any_sections().is_empty() {
                mistakes
                    .add(line, format!("`{name}` should name the event types that it is made of"));
            }
            let (rules, definition) = rules(&part, &mistakes);
            all.push(Declared { name: name.to_owned(), definition, rules });
        }
    }
    let mistakes = mistakes.into_sorted();
    if mistakes.is_empty() { Ok(all) } else { Err(told(mistakes)) }
}

/// What its events do, and what tells that from anything else that they might do.
fn rules(of: &Section<'_>, mistakes: &Mistakes) -> (HashMap<EventType, Rule>, SmolStr) {
    let (mut rules, mut said) = (HashMap::new(), BTreeMap::new());
    for (event_type, _, part) in of.any_sections() {
        let Some(part) = part else { continue };
        let key = part.text("key").unwrap_or_else(|| ".aggregate".to_owned());
        let (row, line) = (part.need("row"), part.line);
        part.done();
        if row.is_empty() {
            continue;
        }
        said.insert(event_type, [event_type.to_owned(), key.clone(), row.clone()]);
        let compile = |what: &str, text: &str, variables: &[&str]| {
            let compiled = Expression::compile(text, variables);
            compiled
                .map_err(|error| mistakes.add(line, format!("`{what}` of `{event_type}`: {error}")))
        };
        // Both are looked at before the first `?` of either.
        let (key, row) = (compile("key", &key, &[]), compile("row", &row, &VARIABLES));
        if let (Ok(key), Ok(row)) = (key, row) {
            rules.insert(EventType::new(event_type), Rule { key, row });
        }
    }
    let said: Vec<String> = said.into_values().flatten().collect();
    (rules, digest(&said))
}

impl Projection for Declared {
    fn name(&self) -> &str {
        &self.name
    }

    fn definition(&self) -> SmolStr {
        self.definition.clone()
    }

    fn handles(&self, _category: &Category, event_type: &EventType) -> bool {
        self.rules.contains_key(event_type)
    }

    fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
        let Some(rule) = self.rules.get(&event.event_type) else { return Ok(()) };
        let mut json = String::new();
        write_event(&mut json, event, Form::Seen);
        for key in rule.keys(&json)? {
            let old =
                rows.text(&key)?.map_or("null", |text| std::str::from_utf8(text).unwrap_or("null"));
            match rule.becomes(&json, old, &key)? {
                None => {}
                Some(new) if new == "null" => rows.remove(&key),
                Some(new) => rows.put_text(&key, new),
            }
        }
        Ok(())
    }
}

impl Rule {
    /// The rows that it is about: none, one or several, each a text.
    fn keys(&self, event: &str) -> Result<Vec<String>, ApplyError> {
        let mut found = Vec::new();
        self.key
            .run(event, &[], &mut |value| {
                found.push(value.to_string());
                ControlFlow::Continue(())
            })
            .map_err(|error| failed("key", &error))?;
        let text = |json: String| {
            serde_json::from_str(&json).map_err(|_| {
                ApplyError::because(format!("`key` should yield texts, and yields {json}"))
            })
        };
        found.into_iter().map(text).collect()
    }

    /// What a row becomes, as JSON: `null` where it goes, `None` where it stays as it is.
    fn becomes(&self, event: &str, old: &str, key: &str) -> Result<Option<String>, ApplyError> {
        let key = serde_json::to_string(key).map_err(ApplyError::because)?;
        let (mut found, mut more) = (None, false);
        self.row
            .run(event, &[old, &key], &mut |value| {
                more = found.is_some();
                found.get_or_insert_with(|| value.to_string());
                if more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .map_err(|error| failed("row", &error))?;
        if more {
            return Err(ApplyError::because("`row` yields more than one value"));
        }
        Ok(found)
    }
}

fn failed(what: &str, error: &crate::text::jq::MatchError) -> ApplyError {
    ApplyError::because(format!("`{what}`: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::rows::Ledger;
    use super::*;
    use crate::model::{AggregateId, Payload, Position, Version};

    fn event(event_type: &str, data: &str) -> Event {
        Event {
            position: Some(Position(8)),
            aggregate: AggregateId::new("order-1"),
            category: Category::new("Order"),
            version: Version(3),
            event_type: EventType::new(event_type),
            id: None,
            time: None,
            schema: None,
            data: Payload::json(data.as_bytes(), Arc::default(), Version(3)),
            metadata: None,
            findings: Vec::new(),
        }
    }

    /// The rows after these events, where nothing was written down before.
    fn rows(of: &Declared, events: &[Event]) -> Result<Vec<(String, Option<String>)>, ApplyError> {
        let mut ledger = Ledger::default();
        for event in events {
            while let Err(error) = ledger.apply(|rows| of.apply(rows, event)) {
                let ApplyError::Absent(key) = error else { return Err(error) };
                ledger.fetched(key, None);
            }
        }
        let text = |row: &Payload| String::from_utf8(row.bytes().to_vec()).unwrap();
        let changes = ledger.changes();
        Ok(changes.iter().map(|one| (one.key.to_string(), one.row.as_ref().map(text))).collect())
    }

    const FILE: &str = "
customer-orders:
  OrderCreated:
    key: .data.customer
    row: '{orders: (($row.orders // 0) + 1), last: .aggregate, key: $key}'
  CustomerForgotten:
    key: .data.customer
    row: 'null'
  Noticed:
    key: .data.names[]
    row: 'if .data.seen then .data.seen else empty end'
orders:
  Opened: {row: .data}
";

    #[test]
    fn rows_become_what_the_file_says() {
        let all = declared(FILE).unwrap();
        let names: Vec<_> = all.iter().map(Projection::name).collect();
        assert_eq!(names, ["customer-orders", "orders"]);
        let (order, c1) = (&Category::new("Order"), r#"{"customer":"c-1"}"#);
        assert!(
            all[0].handles(order, &"Noticed".into()) && !all[1].handles(order, &"Noticed".into())
        );
        let twice = [event("OrderCreated", c1), event("OrderCreated", c1)];
        let row = r#"{"orders":2,"last":"order-1","key":"c-1"}"#;
        assert_eq!(rows(&all[0], &twice).unwrap(), [("c-1".into(), Some(row.into()))]);
        let gone = [event("OrderCreated", c1), event("CustomerForgotten", c1)];
        assert_eq!(rows(&all[0], &gone).unwrap(), [("c-1".into(), None)]);
        // Several rows, none, and rows that stay as they are; numbers keep their text.
        let seen = event("Noticed", r#"{"names":["a","b"],"seen":19.90}"#);
        let stays = event("Noticed", r#"{"names":["a"]}"#);
        let both = [("a".into(), Some("19.90".into())), ("b".into(), Some("19.90".into()))];
        assert_eq!(rows(&all[0], &[seen, stays]).unwrap(), both);
        let opened = event("Opened", r#"{"a":1.0}"#);
        let row = ("order-1".into(), Some(r#"{"a":1.0}"#.into()));
        assert_eq!(rows(&all[1], &[opened]).unwrap(), [row]);
    }

    #[test]
    fn an_event_that_says_something_else_is_a_reason() {
        let all = declared(FILE).unwrap();
        let error = rows(&all[0], &[event("OrderCreated", r#"{"customer":7}"#)]).unwrap_err();
        assert_eq!(error.to_string(), "`key` should yield texts, and yields 7");
        let error = rows(&all[0], &[event("OrderCreated", "[]")]).unwrap_err();
        assert!(error.to_string().starts_with("`key`: "), "{error}");
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let wrong = "a:\n  T: {key: '.x', rwo: .}\nb:\n  T: {row: '.data |'}\nc:\n  T: {row: $none, key: '.('}\nd: 7\n";
        let told = declared(wrong).unwrap_err();
        let line =
            |at: usize| told.iter().filter(|one| one.starts_with(&format!("line {at}: "))).count();
        assert_eq!([1, 2, 4, 6, 7].map(line), [0, 2, 1, 2, 1], "{told:#?}");
        assert!(told.iter().any(|one| one.contains("rwo")), "{told:#?}");
    }
}
