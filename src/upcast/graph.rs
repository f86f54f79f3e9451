//! Whether the steps make a chain: nothing missing, nothing twice, no way round in circles, none that leads nowhere.

use std::cmp::Ordering;
use std::fmt;

use super::Upcaster;
use super::schema::{self, Schema};

/// Why steps are no chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainError {
    /// What is wrong, with the types and versions it is about.
    pub message: String,
    /// The line of the step that it is about, where that is written in a document.
    pub line: Option<u64>,
}

impl std::error::Error for ChainError {}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The newest version of each type that has one, or everything that is wrong.
pub(super) fn check(
    steps: &[Box<dyn Upcaster>],
    declared: &[Schema],
) -> Result<Vec<Schema>, Vec<ChainError>> {
    let graph = Graph { steps, declared };
    let mut errors = graph.twice();
    let circles = graph.circles();
    errors.extend(graph.backwards(&circles));
    errors.extend(circles.into_iter().map(|(_, error)| error));
    let mut newest = Vec::new();
    for schema in graph.each_type() {
        match graph.newest(&schema) {
            Ok(found) => newest.extend(found),
            Err(error) => errors.push(error),
        }
    }
    for schema in &newest {
        errors.extend(graph.ends(schema));
        errors.extend(graph.beyond(schema));
    }
    errors.dedup();
    if errors.is_empty() { Ok(newest) } else { Err(errors) }
}

struct Graph<'a> {
    steps: &'a [Box<dyn Upcaster>],
    declared: &'a [Schema],
}

impl<'a> Graph<'a> {
    fn taking(&self, schema: &Schema) -> Option<(usize, &'a dyn Upcaster)> {
        let mut steps = self.steps.iter().enumerate();
        steps.find(|(_, step)| step.takes().is(schema)).map(|(at, step)| (at, step.as_ref()))
    }

    /// Every schema that a step takes or makes, or that is declared, with the line of the first that names it.
    fn named(&self) -> impl Iterator<Item = (&'a Schema, Option<u64>)> {
        let of = |step: &'a dyn Upcaster| {
            let line = step.line();
            std::iter::once(step.takes()).chain(step.makes()).map(move |schema| (schema, line))
        };
        let steps = self.steps.iter().flat_map(move |step| of(step.as_ref()));
        steps.chain(self.declared.iter().map(|schema| (schema, None)))
    }

    /// One schema of each type.
    fn each_type(&self) -> Vec<Schema> {
        let mut types: Vec<Schema> = Vec::new();
        for (schema, _) in self.named() {
            if types.iter().all(|known| known.event_type != schema.event_type) {
                types.push(schema.clone());
            }
        }
        types
    }

    /// Two steps that take the same.
    fn twice(&self) -> Vec<ChainError> {
        let mut errors = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let takes = step.takes();
            let Some((first, other)) = self.taking(takes).filter(|(first, _)| *first < at) else {
                continue;
            };
            let lines = match (other.line(), step.line()) {
                (Some(first), Some(_)) => format!("; the first is in line {first}"),
                _ => format!("; they are the steps {} and {}", first + 1, at + 1),
            };
            let message = format!("two steps take {takes}, and only one can{lines}");
            errors.push(ChainError { message, line: step.line() });
        }
        errors
    }

    /// Ways that come back to where they began, each told once, with the steps that are on it.
    fn circles(&self) -> Vec<(Vec<usize>, ChainError)> {
        let mut found: Vec<(Vec<usize>, ChainError)> = Vec::new();
        for start in 0..self.steps.len() {
            if found.iter().any(|(on, _)| on.contains(&start)) {
                continue;
            }
            if let Some(on) = self.way_back(start, start, &mut vec![start], &mut Vec::new()) {
                let steps = on.iter().filter_map(|at| self.steps.get(*at));
                let mut names: Vec<String> = steps.map(|step| step.takes().to_string()).collect();
                names.extend(names.first().cloned());
                let message = format!("the steps lead round in a circle: {}", names.join(" → "));
                let line = self.steps.get(start).and_then(|step| step.line());
                found.push((on, ChainError { message, line }));
            }
        }
        found
    }

    /// The steps from `at` back to `goal`, where there is a way.
    fn way_back(
        &self,
        at: usize,
        goal: usize,
        way: &mut Vec<usize>,
        seen: &mut Vec<usize>,
    ) -> Option<Vec<usize>> {
        for made in self.steps.get(at)?.makes() {
            let Some((next, _)) = self.taking(made) else { continue };
            if next == goal {
                return Some(way.clone());
            }
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            way.push(next);
            if let Some(found) = self.way_back(next, goal, way, seen) {
                return Some(found);
            }
            way.pop();
        }
        None
    }

    /// Steps that make an older version of the type they take; those of a circle are told of with it.
    fn backwards(&self, circles: &[(Vec<usize>, ChainError)]) -> Vec<ChainError> {
        let mut errors = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            if circles.iter().any(|(on, _)| on.contains(&at)) {
                continue;
            }
            let takes = step.takes();
            let older = |made: &&Schema| {
                made.event_type == takes.event_type
                    && schema::compare(&made.version, &takes.version) == Some(Ordering::Less)
            };
            if let Some(made) = step.makes().iter().find(older) {
                let message = format!("the step from {takes} leads back to v{}", made.version);
                errors.push(ChainError { message, line: step.line() });
            }
        }
        errors
    }

    /// The newest version of the type of `of`: the declared one, else the highest that no step takes. `None` where
    /// everything of that type becomes something else.
    fn newest(&self, of: &Schema) -> Result<Option<Schema>, ChainError> {
        let same = |schema: &Schema| schema.event_type == of.event_type;
        if let Some(declared) = self.declared.iter().find(|schema| same(schema)) {
            return Ok(Some(declared.clone()));
        }
        let mut newest: Option<&Schema> = None;
        for (schema, line) in self.named().filter(|(schema, _)| same(schema)) {
            if self.taking(schema).is_some() {
                continue;
            }
            let Some(known) = newest else {
                newest = Some(schema);
                continue;
            };
            match schema::compare(&known.version, &schema.version) {
                Some(Ordering::Less) => newest = Some(schema),
                Some(_) => {}
                None if known.version == schema.version => {}
                None => {
                    let message = format!(
                        "nobody can tell which is the newest of {known} and v{}: `newest:` says so",
                        schema.version
                    );
                    return Err(ChainError { message, line });
                }
            }
        }
        Ok(newest.cloned())
    }

    /// Versions of a type at which the way ends before the newest: there a step is missing.
    fn ends(&self, newest: &Schema) -> Vec<ChainError> {
        let mut errors = Vec::new();
        let mut told: Vec<&Schema> = Vec::new();
        for (schema, line) in self.named() {
            if schema.event_type != newest.event_type
                || schema.is(newest)
                || self.taking(schema).is_some()
                || told.iter().any(|known| known.is(schema))
            {
                continue;
            }
            told.push(schema);
            let message = match schema::compare(&schema.version, &newest.version) {
                Some(Ordering::Greater) => {
                    format!(
                        "a step makes {schema}, which is newer than its newest, v{}",
                        newest.version
                    )
                }
                _ => format!(
                    "a step is missing: none takes {schema}, and the newest of it is v{}",
                    newest.version
                ),
            };
            errors.push(ChainError { message, line });
        }
        errors
    }

    /// A newest version that no step makes though steps take older ones; steps that take what is newer than it, so that
    /// no event comes to them.
    fn beyond(&self, newest: &Schema) -> Vec<ChainError> {
        let mut errors = Vec::new();
        for step in self.steps {
            let takes = step.takes();
            if takes.event_type == newest.event_type
                && (takes.is(newest)
                    || schema::compare(&takes.version, &newest.version) == Some(Ordering::Greater))
            {
                let message = format!(
                    "no event comes to the step from {takes}: the newest is v{}",
                    newest.version
                );
                errors.push(ChainError { message, line: step.line() });
            }
        }
        let made = self.steps.iter().any(|step| step.makes().iter().any(|made| made.is(newest)));
        if let Some(step) =
            self.steps.iter().find(|step| step.takes().event_type == newest.event_type && !made)
        {
            let message = format!("no step leads to {newest}, which is to be the newest");
            errors.push(ChainError { message, line: step.line() });
        }
        errors
    }
}
