//! The chain: all steps by the type and the schema version that they take.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::explain::{Explanation, Part, Taken};
use super::graph::{self, ChainError};
use super::schema::{self, Schema};
use super::{Upcaster, splice};
use crate::model::{Event, EventType, Finding, Payload, Value};
use crate::text::digest::digest;

/// Steps that were checked as a whole, ready to be asked.
pub struct Chain {
    name: String,
    mark: SmolStr,
    unversioned: SmolStr,
    types: HashMap<EventType, OfType, foldhash::fast::FixedState>,
}

/// What is known of one type of event.
#[derive(Default)]
struct OfType {
    /// The newest version; none where every event of the type becomes another, or nothing.
    newest: Option<SmolStr>,
    /// The steps by the version that they take. There are few: they are looked through.
    steps: Vec<Arc<dyn Upcaster>>,
}

/// What becomes of a recorded event.
#[derive(Debug)]
pub enum Upcast {
    /// It is in the newest schema, or of a type that no step knows.
    Recorded,
    /// These stand for it, in this order; none where it was dropped.
    Made(Vec<Event>),
}

/// The schema version of events that record none, where nobody says otherwise.
pub(super) const UNVERSIONED: &str = "1";

impl Chain {
    /// A chain of these steps, called `name`; every mistake there is, where there is one. `newest` are the versions that
    /// are to be the newest of their types; where a type is not among them, it is the highest that is named.
    pub fn new(
        name: &str,
        steps: Vec<Box<dyn Upcaster>>,
        newest: &[Schema],
    ) -> Result<Self, Vec<ChainError>> {
        let found = graph::check(&steps, newest)?;
        let mut chain = Self {
            name: name.to_owned(),
            mark: mark(name, &steps, newest),
            unversioned: SmolStr::new_static(UNVERSIONED),
            types: HashMap::default(),
        };
        for schema in found {
            chain.types.entry(schema.event_type).or_default().newest = Some(schema.version);
        }
        for step in steps {
            let of = chain.types.entry(step.takes().event_type.clone()).or_default();
            of.steps.push(Arc::from(step));
        }
        Ok(chain)
    }

    /// Says of which version events are that record none; 1 where nobody does.
    #[must_use]
    pub fn unversioned(mut self, version: impl AsRef<str>) -> Self {
        self.unversioned = SmolStr::new(version);
        self
    }

    /// Takes what its document says for what tells it from other chains.
    pub(super) fn written_as(self, text: &str) -> Self {
        Self { mark: digest(&[text]), ..self }
    }

    /// What tells it from other chains, in eight characters: another where its document says anything else, or, of one
    /// that was put together in Rust, where its name or the schemas of its steps are others. So a chain whose steps in
    /// Rust do something else from now on should be called something else too: the snapshots that it made before are
    /// not used then.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// What it is called: the name of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The newest version of a type, where a step leads to it.
    pub fn newest(&self, event_type: &EventType) -> Option<&str> {
        self.types.get(event_type)?.newest.as_deref()
    }

    /// Whether a step takes or makes events of this type.
    pub fn knows(&self, event_type: &EventType) -> bool {
        self.types.contains_key(event_type)
    }

    /// The types that steps take or make.
    pub fn types(&self) -> impl Iterator<Item = &EventType> {
        self.types.keys()
    }

    /// The types that events of one may become by any of its steps, itself the first.
    pub fn becomes<'a>(&'a self, event_type: &'a EventType) -> Vec<&'a EventType> {
        let mut found = vec![event_type];
        let mut at = 0;
        while let Some(one) = found.get(at).copied() {
            at += 1;
            let steps = self.types.get(one).into_iter().flat_map(|of| &of.steps);
            for made in steps.flat_map(|step| step.makes()) {
                if !found.contains(&&made.event_type) {
                    found.push(&made.event_type);
                }
            }
        }
        found
    }

    /// The type and the schema version of an event.
    pub fn schema_of(&self, event: &Event) -> Schema {
        Schema::of(event, &self.unversioned)
    }

    /// Turns an event into what the newest schema has for it. Where that fails, the finding says at which step and why;
    /// the event itself is as it was.
    pub fn upcast(&self, event: &Event) -> Result<Upcast, Finding> {
        let Some(of) = self.types.get(&event.event_type) else { return Ok(Upcast::Recorded) };
        if of.is_newest(event.schema.as_ref().unwrap_or(&self.unversioned)) {
            return Ok(Upcast::Recorded);
        }
        let Some(way) = self.way(event, false)? else { return Ok(Upcast::Recorded) };
        Ok(Upcast::Made(way.parts.into_iter().map(|part| part.event).collect()))
    }

    /// The same, with what every step did; `None` where there is nothing to do.
    pub fn explain(&self, event: &Event) -> Result<Option<Explanation>, Finding> {
        self.way(event, true)
    }

    fn way(&self, event: &Event, told: bool) -> Result<Option<Explanation>, Finding> {
        let schema = self.schema_of(event);
        let known = self.types.get(&schema.event_type);
        if known.is_none_or(|of| of.is_newest(&schema.version)) {
            return Ok(None);
        }
        // What cannot be read is said by whoever reads it; there is nothing to be turned into something.
        let Ok(data) = event.data.value() else { return Ok(None) };
        let way = Explanation { from: schema.clone(), parts: Vec::new(), dropped: Vec::new() };
        let mut walk = Walk { chain: self, event, recorded: data, told, way };
        walk.go(schema, data.clone(), &[]).map_err(|finding| event.finding(finding))?;
        Ok(Some(walk.way))
    }
}

fn mark(name: &str, steps: &[Box<dyn Upcaster>], newest: &[Schema]) -> SmolStr {
    let mut said = vec![name.to_owned()];
    for step in steps {
        let made = step.makes().iter().map(ToString::to_string);
        said.extend(std::iter::once(format!("from {}", step.takes())).chain(made));
    }
    said.extend(newest.iter().map(|schema| format!("newest {schema}")));
    digest(&said)
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("name", &self.name).finish_non_exhaustive()
    }
}

impl OfType {
    fn is_newest(&self, version: &str) -> bool {
        self.newest.as_deref().is_some_and(|newest| schema::same(newest, version))
    }

    fn step(&self, version: &str) -> Option<&dyn Upcaster> {
        let takes = |step: &&Arc<dyn Upcaster>| schema::same(&step.takes().version, version);
        self.steps.iter().find(takes).map(AsRef::as_ref)
    }
}

/// One event on its way.
struct Walk<'a> {
    chain: &'a Chain,
    event: &'a Event,
    recorded: &'a Value,
    /// Whether each step is to say what it did.
    told: bool,
    way: Explanation,
}

impl Walk<'_> {
    /// Goes on from `schema` to the newest. The steps were checked: there is no way round in circles.
    fn go(&mut self, schema: Schema, data: Value, taken: &[Taken]) -> Result<(), Finding> {
        let chain = self.chain;
        let of = chain.types.get(&schema.event_type);
        let Some(of) = of.filter(|of| !of.is_newest(&schema.version)) else {
            self.arrive(schema, data, taken);
            return Ok(());
        };
        let Some(step) = of.step(&schema.version) else { return Err(no_step(chain, of, &schema)) };
        let failed = |why: String| {
            let to: Vec<_> = step.makes().iter().map(ToString::to_string).collect();
            let message = format!("{schema} cannot become {}: {why}", to.join(" and "));
            Finding::error("upcast-failed", message).hint(format!(
                "it is shown as it was recorded, and not folded; the step is in {}",
                chain.name
            ))
        };
        let made = if self.told {
            step.explain(&data, self.event).map_err(failed)?
        } else {
            let values = step.upcast(&data, self.event).map_err(failed)?;
            values.into_iter().map(|value| (value, Vec::new())).collect()
        };
        let makes = step.makes();
        if made.len() != makes.len() {
            let (made, makes) = (made.len(), makes.len());
            return Err(failed(format!(
                "the step made {made} events, and says that it makes {makes}"
            )));
        }
        if makes.is_empty() {
            self.way.dropped.push(schema.clone());
        }
        for ((value, deeds), to) in made.into_iter().zip(makes) {
            let mut taken = taken.to_vec();
            if self.told {
                taken.push(Taken { from: schema.clone(), to: to.clone(), deeds });
            }
            self.go(to.clone(), value, &taken)?;
        }
        Ok(())
    }

    fn arrive(&mut self, schema: Schema, data: Value, taken: &[Taken]) {
        let text = splice::text(&self.event.data, self.recorded, &data);
        let mut event = self.event.clone();
        event.event_type = schema.event_type;
        event.schema = Some(schema.version);
        event.data = Payload::made(data, text, self.event.version);
        self.way.parts.push(Part { event, steps: taken.to_vec() });
    }
}

fn no_step(chain: &Chain, of: &OfType, schema: &Schema) -> Finding {
    let known: Vec<_> = of.steps.iter().map(|step| format!("v{}", step.takes().version)).collect();
    let newest = of.newest.as_ref().map_or(String::new(), |v| format!(", and the newest is v{v}"));
    let message = format!(
        "no step takes {schema}: {} has steps from {}{newest}",
        chain.name,
        if known.is_empty() { "no version of it".to_owned() } else { known.join(", ") }
    );
    Finding::error("upcast-missing", message).hint("write a step for it, or take it as the newest")
}
