//! A chain as a person writes it, in YAML. Every mistake is told at once, each with its line.

use super::Upcaster;
use super::chain::Chain;
use super::schema::Schema;
use super::step::{EVENT, Step, What, Work};
use crate::model::{Path, Segment};
use crate::text::jq::{CHANGE, Expression};
use crate::text::yaml::{Document, Mistakes, Section};

pub use crate::text::yaml::Mistake;

/// Reads a chain that stands in a file called `name`.
///
/// ```yaml
/// unversioned: 1                # of which schema version events are that record none; 1 where it is left out
/// newest: {OrderCreated: 2}     # only where it is not the highest that a step makes
/// steps:
///   - event: OrderCreated
///     from: 1
///     to: 2                     # or {event: OrderOpened, schema: 1}; or `into:`, a list of {event, schema, do}; or `drop: true`
///     do:
///       - rename: {path: .customer, to: customer_id}
///       - move: {from: .street, to: .shipping_address.street}
///       - default: {path: .currency, value: EUR}
///       - compute: {path: .total, jq: .quantity * .unit_price}
///       - split: {path: .name, into: {first_name: 'split(" ")[0]', last_name: 'split(" ")[1]'}}
///       - drop: {path: .legacy, optional: true}
/// ```
pub fn read(name: &str, yaml: &str) -> Result<Chain, Vec<Mistake>> {
    let document = Document::read(yaml).map_err(|mistake| vec![mistake])?;
    let mistakes = Mistakes::default();
    let mut reader = Reader { mistakes: &mistakes, steps: Vec::new(), newest: Vec::new() };
    let unversioned = document.section("the chain", &mistakes).and_then(|top| reader.top(top));
    let (steps, newest) = (reader.steps, reader.newest);
    let chain = match Chain::new(name, steps, &newest) {
        Ok(chain) => Some(chain),
        Err(errors) => {
            for error in errors {
                mistakes.add(error.line.unwrap_or_default(), error.message);
            }
            None
        }
    };
    let mistakes = mistakes.into_sorted();
    match chain {
        Some(chain) if mistakes.is_empty() => {
            let chain = chain.written_as(yaml);
            Ok(unversioned.into_iter().fold(chain, Chain::unversioned))
        }
        _ => Err(mistakes),
    }
}

struct Reader<'a> {
    mistakes: &'a Mistakes,
    steps: Vec<Box<dyn Upcaster>>,
    newest: Vec<Schema>,
}

impl Reader<'_> {
    fn top(&mut self, top: Section<'_>) -> Option<String> {
        let unversioned = top.text("unversioned");
        if let Some(newest) = top.section("newest") {
            for (event, line, version) in newest.any_texts() {
                match version {
                    Some(version) => self.newest.push(Schema::new(event, version)),
                    None => self.mistakes.add(line, format!("`newest`: `{event}` has no version")),
                }
            }
        }
        let steps = top.sections("steps");
        if steps.is_empty() {
            top.mistake("`steps` is missing: a list of {event, from, to, do}");
        }
        for step in steps {
            self.step(&step);
            step.done();
        }
        top.done();
        unversioned
    }

    fn step(&mut self, section: &Section<'_>) {
        let takes = Schema::new(section.need("event"), section.need("from"));
        let mut step = Step { takes, makes: Vec::new(), works: Vec::new(), line: section.line };
        let ways = [section.has("to"), section.has("into"), section.has("drop")];
        if ways.iter().filter(|way| **way).count() != 1 {
            section.mistake(
                "one of `to` (a schema version), `into` (several events) and `drop: true` says what it becomes",
            );
        }
        if let Some(to) = section.text_or_section("to") {
            let made = match to {
                Ok(version) => Schema::new(step.takes.event_type.as_str(), version),
                Err(named) => {
                    let made = Schema::new(named.need("event"), named.need("schema"));
                    named.done();
                    made
                }
            };
            step.makes.push(made);
            step.works.push(self.works(section));
        } else if section.has("do") {
            section.mistake("`do` stands beside `to`, or in a part of `into`");
        }
        for part in section.sections("into") {
            step.makes.push(Schema::new(part.need("event"), part.need("schema")));
            step.works.push(self.works(&part));
            part.done();
        }
        if section.has("drop") && !section.flag("drop") {
            section.mistake("`drop` is `true` where the event is to be dropped, or is left out");
        }
        if !step.takes.event_type.as_str().is_empty() && !step.takes.version.is_empty() {
            self.steps.push(Box::new(step));
        }
    }

    fn works(&self, section: &Section<'_>) -> Vec<Work> {
        section.sections("do").iter().filter_map(|work| self.work(work)).collect()
    }

    fn work(&self, section: &Section<'_>) -> Option<Work> {
        const KINDS: [&str; 6] = ["rename", "move", "default", "compute", "split", "drop"];
        let known: Vec<_> = KINDS.into_iter().filter(|kind| section.has(kind)).collect();
        let [kind] = known[..] else {
            let told = format!("each of `do` is one of `{}`", KINDS.join("`, `"));
            self.mistakes.add(section.line, told);
            return None;
        };
        let of = section.section(kind)?;
        let what = match kind {
            "rename" => {
                let to = of.need("to");
                Self::path(&of, "path").map(|path| What::Rename(path, to.into()))
            }
            "move" => {
                Self::path(&of, "from").zip(Self::path(&of, "to")).map(|(a, b)| What::Move(a, b))
            }
            "default" => {
                if !of.has("value") && of.json("value").is_none() {
                    of.mistake("`value` is missing");
                }
                Self::path(&of, "path").zip(of.json("value")).map(|(at, v)| What::Default(at, v))
            }
            "compute" => {
                let by = self.expression(&of, &of.need("jq"), of.line);
                Self::path(&of, "path").zip(by).map(|(path, by)| What::Compute(path, by))
            }
            "split" => self.split(&of),
            _ => Self::path(&of, "path").map(What::Drop),
        };
        let can_be_missing = !matches!(kind, "default" | "compute");
        let optional = can_be_missing && of.flag("optional");
        of.done();
        let line = section.line;
        Some(Work { what: what?, optional, line })
    }

    fn split(&self, of: &Section<'_>) -> Option<What> {
        let path = Self::path(of, "path");
        if !of.has("into") {
            of.mistake("`into` is missing: the new names, each with a jq expression");
        }
        let mut into = Vec::new();
        for (name, line, jq) in of.section("into")?.any_texts() {
            match jq {
                Some(jq) => {
                    let by = self.expression(of, jq, line);
                    into.extend(by.map(|by| (name.into(), by)));
                }
                None => self.mistakes.add(line, format!("`split`: `{name}` has no jq expression")),
            }
        }
        Some(What::Split(path?, into))
    }

    fn path(of: &Section<'_>, key: &'static str) -> Option<Path> {
        let text = of.need(key);
        let path = match Path::parse(&text) {
            Ok(path) => path,
            Err(_) if text.is_empty() => return None,
            Err(error) => {
                of.mistake(error);
                return None;
            }
        };
        if !matches!(path.segments().last(), Some(Segment::Key(_))) {
            of.mistake(format!("`{key}` should name a member of an object, and is `{text}`"));
            return None;
        }
        Some(path)
    }

    fn expression(&self, of: &Section<'_>, text: &str, line: u64) -> Option<Expression> {
        if text.is_empty() {
            return None;
        }
        match Expression::compile(text, &[EVENT]) {
            Ok(expression) => Some(expression.within(CHANGE)),
            Err(error) => {
                let line = if line > 0 { line } else { of.line };
                self.mistakes.add(line, error.to_string());
                None
            }
        }
    }
}
