//! A projection whose rows tell which events they were made of: one that is lost, doubled or out of turn shows.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use foldback::model::{AggregateKey, Payload, Version};
use foldback::store::StoreErrorKind;
use foldback::store::own::{Expected, NewEvent, StoreWriter};

use super::place::Place;

/// The projection's name.
pub(crate) const NAME: &str = "tally";
/// Another that does the same.
pub(crate) const TWIN: &str = "twin";
/// Aggregates there are.
const AGGREGATES: usize = 23;
/// Events that are appended together.
const TOGETHER: usize = 20;
/// One event in so many cannot be projected.
const POISON: usize = 37;
const MODULUS: u64 = 1_000_003;

/// A row an aggregate: how many events, and a sum in which their order counts.
pub(crate) type Rows = BTreeMap<String, (u64, u64)>;

/// How far the projection is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stand {
    pub(crate) generation: u64,
    pub(crate) position: usize,
    /// The generation that is made, and how far that is.
    pub(crate) rebuild: Option<(u64, usize)>,
}

/// A store with the projection, and all that was appended to it.
pub(crate) struct Tally {
    pub(crate) place: Place,
    writer: Box<dyn StoreWriter>,
    /// The aggregate of each event, in the order of their positions, which begin at 1.
    appended: Vec<String>,
}

impl Tally {
    /// In a store that is not there yet.
    pub(crate) fn new(place: Place) -> Self {
        let tally = format!(
            "{{Counted: {{row: 'if .data.poison then error(\"it is poison\") else
               {{n: (($row.n // 0) + 1), sum: ((($row.sum // 0) * 31 + .position) % {MODULUS})}} end'}}}}"
        );
        let declared = format!("{NAME}: {tally}\n{TWIN}: {tally}\n");
        std::fs::write(place.dir.path().join("tally.yaml"), declared).unwrap();
        let writer = place.writer();
        Self { place, writer, appended: Vec::new() }
    }

    /// `foldback projection WHAT` of it.
    pub(crate) fn command(&self, what: &str, batch: usize) -> Command {
        let mut command = self.place.command(&["projection", what]);
        command.arg(NAME).arg("--projections").arg(self.place.dir.path().join("tally.yaml"));
        command.args(["--attempts", "1", "--batch", &batch.to_string()]);
        command
    }

    /// Appends so many events, each acknowledged.
    pub(crate) fn append(&mut self, events: usize) {
        let until = self.appended.len() + events;
        while self.appended.len() < until {
            let count = TOGETHER.min(until - self.appended.len());
            let id = format!("count-{:02}", self.appended.len() / 7 % AGGREGATES);
            let batch: Vec<NewEvent> = (0..count)
                .map(|at| {
                    let poison = is_poison(self.appended.len() + at + 1);
                    let text = format!("{{\"poison\":{poison}}}").into_bytes();
                    NewEvent::new("Counted", Payload::json(text, Arc::default(), Version(1)))
                })
                .collect();
            let key = AggregateKey::new("Count", &id);
            let appended = loop {
                match self.writer.append(&key, &batch, Expected::Any) {
                    // Several write without a pause, and a file lets nobody wait in a queue.
                    Err(error) if error.kind == StoreErrorKind::Locked => {}
                    appended => break appended.unwrap(),
                }
            };
            self.appended.extend(std::iter::repeat_n(id, count));
            let position = appended.position.unwrap().0;
            assert_eq!(position, self.appended.len() as i64, "nobody else appends");
        }
    }

    /// The last position.
    pub(crate) fn head(&self) -> usize {
        self.appended.len()
    }

    /// How far it is.
    pub(crate) fn stand(&mut self) -> Stand {
        let records = self.writer.projections().unwrap();
        let record = records.into_iter().find(|record| record.name == NAME);
        record.map_or(Stand { generation: 0, position: 0, rebuild: None }, |record| Stand {
            generation: record.generation,
            position: record.position.0 as usize,
            rebuild: record.rebuild.map(|made| (made.generation, made.position.0 as usize)),
        })
    }

    /// How far the projection of that name is.
    pub(crate) fn position(&mut self, name: &str) -> usize {
        let records = self.writer.projections().unwrap();
        records.iter().find(|one| one.name == name).map_or(0, |one| one.position.0 as usize)
    }

    /// The rows of one generation.
    pub(crate) fn rows(&mut self, name: &str, generation: u64) -> Rows {
        let rows = self.writer.rows(name, generation, None, 2 * AGGREGATES).unwrap();
        let read = |row: &Payload| {
            let row: serde_json::Value = serde_json::from_slice(row.bytes()).unwrap();
            (row["n"].as_u64().unwrap(), row["sum"].as_u64().unwrap())
        };
        rows.iter().map(|(key, row)| (key.to_string(), read(row))).collect()
    }

    /// How far it is, once its rows, those of a rebuild and the dead letters were found to be what the events up to there
    /// come to, and no others to be there.
    pub(crate) fn checked(&mut self) -> Stand {
        loop {
            let stand = self.stand();
            let shown = self.rows(NAME, stand.generation);
            let made = stand.rebuild.map(|(generation, _)| self.rows(NAME, generation));
            let letters = self.writer.dead_letters(NAME).unwrap();
            let known = [Some(stand.generation), stand.rebuild.map(|(made, _)| made)];
            let newest = known.into_iter().flatten().max().unwrap_or_default();
            let others = (0..=newest + 2).filter(|other| !known.contains(&Some(*other)));
            let orphans: Vec<_> = others.filter(|at| !self.rows(NAME, *at).is_empty()).collect();
            // A server may still write down what a program had sent before it was killed.
            if self.stand() != stand {
                continue;
            }
            assert_eq!(shown, self.expected(stand.position), "{stand:?}");
            if let (Some(made), Some((_, position))) = (made, stand.rebuild) {
                assert_eq!(made, self.expected(position), "{stand:?}");
            }
            let letters: Vec<_> = letters.iter().map(|one| one.position.0 as usize).collect();
            let poison: Vec<_> = (1..=stand.position).filter(|at| is_poison(*at)).collect();
            assert_eq!(letters, poison, "{stand:?}");
            assert_eq!(orphans, [0; 0], "{stand:?}");
            return stand;
        }
    }

    /// Looks that the tables hold nothing but what is shown.
    pub(crate) fn nothing_is_left_over(&self) {
        for table in ["projection_rows", "dead_letters"] {
            let sql = format!(
                "SELECT count(*) FROM {table} o JOIN projections p ON p.name = o.projection WHERE o.generation <> p.generation"
            );
            assert_eq!(self.place.number(&sql), 0, "{table}");
        }
        assert_eq!(self.place.number("SELECT count(*) FROM rebuilds"), 0);
    }

    /// The rows as they should be at a position.
    fn expected(&self, position: usize) -> Rows {
        let mut rows = Rows::new();
        for (at, id) in (1..=position).zip(&self.appended) {
            if !is_poison(at) {
                let (n, sum) = rows.entry(id.clone()).or_default();
                (*n, *sum) = (*n + 1, (*sum * 31 + at as u64) % MODULUS);
            }
        }
        rows
    }
}

fn is_poison(position: usize) -> bool {
    position.is_multiple_of(POISON)
}
