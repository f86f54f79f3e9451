//! Whether readers and writers of different schema versions understand one another, by what a whole store holds.
//!
//! The modes are those of Confluent's Schema Registry, each over all recorded versions (what it calls *transitive*), and
//! *reads* is what Avro's schema resolution asks: a reader finds every field that it counts on, of a kind it knows.
//! <https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html>,
//! <https://avro.apache.org/docs/1.12.0/specification/#schema-resolution>

use std::cmp::Ordering;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::chain::{Chain, Upcast};
use super::schema::{self, Schema};
use super::shape::{Difference, Place, Shape, Told};
use crate::model::{Event, EventType};

/// Who has to understand whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// New readers understand what old writers wrote: every recorded event upcasts, and has the newest shape then.
    #[default]
    Backward,
    /// Old readers understand what new writers write.
    Forward,
    /// Both.
    Full,
}

impl Mode {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::Full => "full",
        }
    }
}

/// Something that somebody does not understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Backward or forward: which of the two does not hold.
    pub mode: Mode,
    /// A name for its kind: `upcast-failed`, `field-missing`, `kind-differs`.
    pub code: &'static str,
    /// The schema of the events.
    pub data: Schema,
    /// The schema that the reader knows.
    pub reader: Schema,
    /// Which field, where it is one.
    pub path: Option<String>,
    /// What is so.
    pub message: String,
    /// In how many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// An event in which it is so.
    pub example: Place,
}

/// What is known of one type of event.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The newest schema: what its readers and writers go by.
    pub newest: Schema,
    /// The recorded versions, oldest first, and how many events each has.
    pub recorded: Vec<(Schema, u64)>,
    /// Whether the newest was recorded at all; where not, nobody can say what it looks like but the chain.
    pub is_recorded: bool,
    /// What is not understood.
    pub broken: Vec<Broken>,
}

/// What was recorded in one schema.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The schema.
    pub schema: Schema,
    /// What the events look like that can be read.
    pub shape: Shape,
    /// How many events there are.
    pub events: u64,
}

/// The schema, why, how often, and the first event of which it was so.
type Failure = (Schema, String, u64, Place);

/// What a store holds, by type and schema version, gathered event by event.
#[derive(Debug, Default)]
pub struct Compatibility {
    recorded: IndexMap<(EventType, SmolStr), Recorded>,
    /// What the chain made of each recorded schema.
    made: Vec<(Schema, Schema, Shape)>,
    failed: Vec<Failure>,
    events: u64,
}

impl Compatibility {
    /// Takes in one more event.
    pub fn take(&mut self, chain: &Chain, event: &Event) {
        self.events += 1;
        let schema = chain.schema_of(event);
        let name = (schema.event_type.clone(), schema.version.clone());
        let recorded = self.recorded.entry(name).or_insert_with(|| Recorded {
            schema: schema.clone(),
            shape: Shape::default(),
            events: 0,
        });
        recorded.events += 1;
        match event.data.value() {
            Ok(data) => recorded.shape.take(data, event),
            Err(error) => return self.fail(schema, error.to_string(), event),
        }
        match chain.upcast(event) {
            Ok(Upcast::Recorded) => {}
            Ok(Upcast::Made(events)) => {
                for made in events {
                    let to = chain.schema_of(&made);
                    let Ok(data) = made.data.value() else { continue };
                    let known = self.made.iter_mut().find(|(a, b, _)| *a == schema && *b == to);
                    if let Some((.., shape)) = known {
                        shape.take(data, event);
                    } else {
                        let mut shape = Shape::default();
                        shape.take(data, event);
                        self.made.push((schema.clone(), to, shape));
                    }
                }
            }
            Err(finding) => self.fail(schema, finding.message, event),
        }
    }

    fn fail(&mut self, schema: Schema, why: String, event: &Event) {
        let of = |(known, ..): &Failure| *known == schema;
        let is = |one: &Failure| of(one) && one.1 == why;
        // Each event may fail in words of its own: those after the first many are counted with the last of them.
        let full = self.failed.iter().filter(|one| of(one)).count() >= REASONS;
        let same = self.failed.iter().position(is);
        let last = self.failed.iter().rposition(of).filter(|_| full);
        match same.or(last).and_then(|at| self.failed.get_mut(at)) {
            Some((_, _, count, _)) => *count += 1,
            None => self.failed.push((schema, why, 1, Place::of(event))),
        }
    }

    /// How many events were looked at.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// What was recorded, by type and version.
    pub fn recorded(&self) -> impl Iterator<Item = &Recorded> {
        self.recorded.values()
    }

    /// A verdict for each type that is recorded, or that the chain makes of one that is, by name.
    pub fn verdicts(&self, chain: &Chain, mode: Mode) -> Vec<Verdict> {
        let recorded = self.recorded().map(|one| &one.schema);
        let all = recorded.chain(self.made.iter().map(|(_, to, _)| to));
        let types: BTreeSet<&EventType> = all.map(|schema| &schema.event_type).collect();
        types.into_iter().map(|of| self.verdict(chain, mode, of)).collect()
    }

    fn verdict(&self, chain: &Chain, mode: Mode, of: &EventType) -> Verdict {
        let mut recorded: Vec<(Schema, u64)> =
            self.of_type(of).map(|one| (one.schema.clone(), one.events)).collect();
        recorded.sort_by(|(a, _), (b, _)| {
            schema::compare(&a.version, &b.version).unwrap_or_else(|| a.version.cmp(&b.version))
        });
        // Of a type that no step knows, the highest is the newest.
        let highest = recorded.last().map(|(schema, _)| schema.version.as_str());
        let newest = chain.newest(of).or(highest).unwrap_or_default();
        let newest = Schema::new(of.as_str(), newest);
        let is_recorded = recorded.iter().any(|(schema, _)| schema.is(&newest));
        let mut broken = Vec::new();
        if mode != Mode::Forward {
            self.backward(chain, &newest, &mut broken);
        }
        // Where all of a type become something else, nobody writes it any more.
        if mode != Mode::Backward && (chain.newest(of).is_some() || !chain.knows(of)) {
            self.forward(&newest, &mut broken);
        }
        Verdict { newest, recorded, is_recorded, broken }
    }

    fn of_type<'a>(&'a self, of: &'a EventType) -> impl Iterator<Item = &'a Recorded> {
        self.recorded().filter(move |one| one.schema.event_type == *of)
    }

    fn find(&self, of: &Schema) -> Option<&Recorded> {
        self.recorded().find(|one| one.schema.is(of))
    }

    /// Every recorded event becomes one of the newest schema, and has what readers of that count on.
    fn backward(&self, chain: &Chain, newest: &Schema, broken: &mut Vec<Broken>) {
        let of = &newest.event_type;
        for (schema, why, count, example) in
            self.failed.iter().filter(|(schema, ..)| schema.event_type == *of)
        {
            broken.push(Broken {
                mode: Mode::Backward,
                code: "upcast-failed",
                data: schema.clone(),
                reader: newest.clone(),
                path: None,
                message: why.clone(),
                count: *count,
                of: self.find(schema).map_or(*count, |one| one.events),
                example: example.clone(),
            });
        }
        let Some(reader) = self.find(newest) else { return };
        let mut against = |from: &Schema, data: &Shape| {
            let found = reader.shape.reads(data).into_iter();
            broken.extend(found.map(|one| differs(Mode::Backward, from, newest, one)));
        };
        for (from, _, data) in self.made.iter().filter(|(_, to, _)| to.is(newest)) {
            against(from, data);
        }
        if !chain.knows(of) {
            for one in self.of_type(of).filter(|one| !one.schema.is(newest)) {
                against(&one.schema, &one.shape);
            }
        }
    }

    /// Readers of every older recorded schema find what they count on in what is written now.
    fn forward(&self, newest: &Schema, broken: &mut Vec<Broken>) {
        let made = || self.made.iter().find(|(_, to, _)| to.is(newest)).map(|(.., shape)| shape);
        let written = self.find(newest).map(|one| &one.shape).or_else(made);
        let Some(data) = written else { return };
        for one in self.of_type(&newest.event_type) {
            let order = schema::compare(&one.schema.version, &newest.version);
            if one.schema.is(newest) || order == Some(Ordering::Greater) {
                continue;
            }
            let found = one.shape.reads(data).into_iter();
            broken.extend(found.map(|found| differs(Mode::Forward, newest, &one.schema, found)));
        }
    }
}

/// Reasons that are told apart for one schema.
const REASONS: usize = 8;

fn differs(mode: Mode, data: &Schema, reader: &Schema, found: Difference) -> Broken {
    let Difference { path, told, count: (count, of), example } = found;
    let (code, message) = match (told, mode) {
        (Told::Missing, Mode::Forward) => (
            "field-missing",
            format!("{path} is not in v{}, and v{} always had it", data.version, reader.version),
        ),
        (Told::Missing, _) => (
            "field-missing",
            format!(
                "{path} is missing where v{} became v{}, and v{} always has it",
                data.version, reader.version, reader.version
            ),
        ),
        (Told::Kind(kind, known), _) => {
            let known = known.join(" or ");
            ("kind-differs", format!("{path} is {kind}, and in v{} only {known}", reader.version))
        }
    };
    let (data, reader) = (data.clone(), reader.clone());
    Broken { mode, code, data, reader, path: Some(path), message, count, of, example }
}
