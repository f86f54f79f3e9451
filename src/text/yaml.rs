//! A YAML document with the line of every part, read so that all its mistakes are reported and not only the first.
//!
//! It does not know what stands in it: sections are asked for keys, and what nobody asked for is a mistake.

use std::cell::RefCell;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::model::{Value, Version, json};

/// One mistake and the line it is on; line 0 where the document as a whole is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.message)
    }
}

#[derive(Debug)]
enum Node {
    Nothing,
    Scalar(String, Sort),
    List(Vec<Part>),
    Map(Vec<(String, u64, Part)>),
}

/// What a scalar is, so that it can stand in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Text,
    Number,
    Truth,
}

#[derive(Debug)]
struct Part {
    node: Node,
    line: u64,
    column: u64,
}

impl Part {
    /// Gives numbers the text that they have in the document: `2.0` and `0.080` are not `2` and `0.08`.
    fn exactly(&mut self, lines: &[&str]) {
        let (line, column) = (self.line as usize, self.column as usize);
        match &mut self.node {
            Node::Scalar(text, Sort::Number) => {
                let rest = lines.get(line.wrapping_sub(1)).unwrap_or(&"").chars();
                let word: String = rest
                    .skip(column.saturating_sub(1))
                    .take_while(|c| c.is_ascii_alphanumeric() || "+-.".contains(*c))
                    .collect();
                if let Ok(Value::Number(_)) = json::read(word.as_bytes(), Version::ZERO) {
                    *text = word;
                }
            }
            Node::List(items) => items.iter_mut().for_each(|item| item.exactly(lines)),
            Node::Map(members) => {
                for (_, _, member) in members {
                    member.exactly(lines);
                }
            }
            _ => {}
        }
    }

    /// The same as JSON; the line of a number that JSON does not have, where there is one.
    fn to_json(&self, out: &mut String) -> Result<(), u64> {
        match &self.node {
            Node::Nothing => out.push_str("null"),
            Node::Scalar(text, Sort::Text) => json::write_string(out, text),
            Node::Scalar(text, Sort::Truth) => out.push_str(text),
            Node::Scalar(text, Sort::Number) => {
                if json::read(text.as_bytes(), Version::ZERO).is_err() {
                    return Err(self.line);
                }
                out.push_str(text);
            }
            Node::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    out.push(if at == 0 { '[' } else { ',' });
                    item.to_json(out)?;
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Node::Map(members) => {
                for (at, (key, _, member)) in members.iter().enumerate() {
                    out.push(if at == 0 { '{' } else { ',' });
                    json::write_string(out, key);
                    out.push(':');
                    member.to_json(out)?;
                }
                out.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
        Ok(())
    }
}

/// A whole document.
#[derive(Debug)]
pub(crate) struct Document(Part);

impl Document {
    /// Reads YAML text; what is not YAML at all is one mistake.
    pub(crate) fn read(text: &str) -> Result<Self, Mistake> {
        // A column may be called `no` or `on`.
        let options = serde_saphyr::options! { strict_booleans: true };
        match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) {
            Ok(part) => {
                let mut part = Part::from(part);
                part.exactly(&text.lines().collect::<Vec<_>>());
                Ok(Self(part))
            }
            Err(error) => Err(Mistake {
                line: error.location().map_or(0, |place| place.line()),
                message: format!("this is not YAML: {}", error.without_snippet()),
            }),
        }
    }

    /// Its top level as a section, and where mistakes go.
    pub(crate) fn section<'a>(&'a self, name: &str, mistakes: &'a Mistakes) -> Option<Section<'a>> {
        mistakes.section(name, &self.0)
    }
}

/// Collects mistakes while a document is read.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(RefCell<Vec<Mistake>>);

impl Mistakes {
    /// Notes one.
    pub(crate) fn add(&self, line: u64, message: impl Into<String>) {
        self.0.borrow_mut().push(Mistake { line, message: message.into() });
    }

    /// All of them by line.
    pub(crate) fn into_sorted(self) -> Vec<Mistake> {
        let mut all = self.0.into_inner();
        all.sort();
        all
    }

    fn section<'a>(&'a self, name: &str, part: &'a Part) -> Option<Section<'a>> {
        let Node::Map(members) = &part.node else {
            self.add(part.line, format!("{name} should hold `key: value` pairs"));
            return None;
        };
        Some(Section {
            name: name.to_owned(),
            members,
            line: part.line,
            asked: RefCell::default(),
            mistakes: self,
        })
    }
}

/// A mapping that is asked for its keys; [`Section::done`] complains about the rest.
pub(crate) struct Section<'a> {
    name: String,
    members: &'a [(String, u64, Part)],
    pub(crate) line: u64,
    asked: RefCell<Vec<&'static str>>,
    mistakes: &'a Mistakes,
}

impl<'a> Section<'a> {
    fn part(&self, key: &'static str) -> Option<&'a Part> {
        self.asked.borrow_mut().push(key);
        let (_, _, part) = self.members.iter().find(|(name, ..)| name == key)?;
        (!matches!(part.node, Node::Nothing)).then_some(part)
    }

    /// Notes a mistake about this section.
    pub(crate) fn mistake(&self, message: impl fmt::Display) {
        self.mistakes.add(self.line, format!("{}: {message}", self.name));
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.part(key).is_some()
    }

    /// The text of `key`.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        let part = self.part(key)?;
        match &part.node {
            Node::Scalar(text, _) if !text.trim().is_empty() => Some(text.clone()),
            _ => {
                self.mistakes.add(part.line, format!("{}: `{key}` should be a text", self.name));
                None
            }
        }
    }

    /// The text of `key`, which has to be there.
    pub(crate) fn need(&self, key: &'static str) -> String {
        if !self.has(key) {
            self.mistake(format!("`{key}` is missing"));
        }
        self.text(key).unwrap_or_default()
    }

    /// The whole number under `key`.
    pub(crate) fn whole(&self, key: &'static str) -> Option<i64> {
        let text = self.text(key)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.mistakes.add(
                self.part(key).map_or(self.line, |part| part.line),
                format!("{}: `{key}` should be a whole number and is `{text}`", self.name),
            );
        }
        number
    }

    /// Whether `key` says `true`; `false` where it is missing.
    pub(crate) fn flag(&self, key: &'static str) -> bool {
        match self.text(key).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                self.mistakes.add(
                    self.part(key).map_or(self.line, |part| part.line),
                    format!("{}: `{key}` should be true or false and is `{other}`", self.name),
                );
                false
            }
        }
    }

    /// The texts under `key`; one text stands for a list of one.
    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let part = self.part(key)?;
        let mut texts = Vec::new();
        let list = match &part.node {
            Node::List(items) => items.as_slice(),
            _ => std::slice::from_ref(part),
        };
        for item in list {
            match &item.node {
                Node::Scalar(text, _) => texts.push(text.clone()),
                _ => self
                    .mistakes
                    .add(item.line, format!("{}: `{key}` should hold texts", self.name)),
            }
        }
        Some(texts)
    }

    /// The value under `key` as JSON; `null` where nothing stands behind it.
    pub(crate) fn json(&self, key: &'static str) -> Option<String> {
        self.asked.borrow_mut().push(key);
        let (_, _, part) = self.members.iter().find(|(name, ..)| name == key)?;
        let mut out = String::new();
        match part.to_json(&mut out) {
            Ok(()) => Some(out),
            Err(line) => {
                let told = format!("{}: `{key}` has a number that JSON does not have", self.name);
                self.mistakes.add(line, told);
                None
            }
        }
    }

    /// The keys that stand here, each with its line, whatever they are; none of them is a mistake then.
    pub(crate) fn any_texts(&self) -> Vec<(&'a str, u64, Option<&'a str>)> {
        let text = |part: &'a Part| match &part.node {
            Node::Scalar(text, _) if !text.trim().is_empty() => Some(text.as_str()),
            _ => None,
        };
        self.members.iter().map(|(key, line, part)| (key.as_str(), *line, text(part))).collect()
    }

    /// The sections that stand here, each with its line, whatever they are called; what is no section is a mistake.
    pub(crate) fn any_sections(&self) -> Vec<(&'a str, u64, Option<Section<'a>>)> {
        let section = |(name, line, part): &'a (String, u64, Part)| {
            (name.as_str(), *line, self.mistakes.section(&format!("`{name}`"), part))
        };
        self.members.iter().map(section).collect()
    }

    /// The section under `key`.
    pub(crate) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        self.mistakes.section(&format!("`{key}`"), self.part(key)?)
    }

    /// The section under `key`, or the text of it where it is only one.
    pub(crate) fn text_or_section(&self, key: &'static str) -> Option<Result<String, Section<'a>>> {
        match &self.part(key)?.node {
            Node::Scalar(..) => self.text(key).map(Ok),
            _ => self.section(key).map(Err),
        }
    }

    /// The sections listed under `key`.
    pub(crate) fn sections(&self, key: &'static str) -> Vec<Section<'a>> {
        let Some(part) = self.part(key) else { return Vec::new() };
        let name = format!("`{key}`");
        match &part.node {
            Node::List(items) => {
                items.iter().filter_map(|item| self.mistakes.section(&name, item)).collect()
            }
            _ => self.mistakes.section(&name, part).into_iter().collect(),
        }
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn done(self) {
        let asked = self.asked.borrow();
        for (key, line, _) in self.members {
            if asked.contains(&key.as_str()) {
                continue;
            }
            let mut known: Vec<&str> = asked.clone();
            known.sort_unstable();
            known.dedup();
            let message = format!(
                "{} has no key `{key}`; its keys are {}",
                self.name,
                known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
            );
            self.mistakes.add(*line, message);
        }
    }
}

impl From<Spanned<Node>> for Part {
    fn from(spanned: Spanned<Node>) -> Self {
        let at = spanned.referenced;
        Self { line: at.line(), column: at.column(), node: spanned.value }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string(), Sort::Truth))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string(), Sort::Number))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string(), Sort::Number))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string(), Sort::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_owned(), Sort::Text))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Node>>()? {
            items.push(Part::from(item));
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let value = map.next_value::<Spanned<Node>>()?;
            members.push((key.value, key.referenced.line(), Part::from(value)));
        }
        Ok(Node::Map(members))
    }
}
