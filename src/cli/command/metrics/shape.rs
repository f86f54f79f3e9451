//! The metrics as JSON: one a line.

use serde::Serialize;

use super::{state, word};
use crate::model::{Timestamp, time};
use crate::session::{Alert, Known, MetricThen, MetricsThen, Reading};

/// One metric as JSON.
#[derive(Serialize)]
pub(super) struct Shape<'a> {
    metric: &'static str,
    #[serde(serialize_with = "time::serialize_maybe")]
    at: Option<Timestamp>,
    #[serde(flatten)]
    now: Numbers,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<f64>,
    by: Vec<By<'a>>,
    threshold: Threshold,
    state: &'static str,
    alerts: Vec<Raised>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct Numbers {
    newest: Option<f64>,
    middle: Option<f64>,
    end: Option<f64>,
    count: u64,
}

#[derive(Serialize)]
struct By<'a> {
    name: &'a str,
    #[serde(flatten)]
    now: Numbers,
}

#[derive(Serialize)]
struct Threshold {
    measure: &'static str,
    above: f64,
}

#[derive(Serialize)]
struct Raised {
    #[serde(rename = "raised", serialize_with = "time::serialize_maybe")]
    since: Option<Timestamp>,
    /// It was before that: it is as far back as was looked.
    before: bool,
    #[serde(serialize_with = "time::serialize_maybe")]
    cleared: Option<Timestamp>,
    worst: f64,
}

impl From<&Reading> for Numbers {
    fn from(reading: &Reading) -> Self {
        let Reading { newest, middle, end, count } = *reading;
        Self { newest, middle, end, count }
    }
}

impl From<&Alert> for Raised {
    fn from(alert: &Alert) -> Self {
        let Alert { raised, before, cleared, worst } = *alert;
        Self { since: Some(raised), before, cleared, worst }
    }
}

impl<'a> Shape<'a> {
    pub(super) fn of(one: &'a MetricThen, then: &MetricsThen) -> Self {
        let nothing = Reading::default();
        let (readings, why) = match &one.known {
            Known::Readings(readings) => (Some(readings), None),
            Known::NotRecorded(why) => (None, Some(why.as_str())),
            Known::NothingYet => (None, None),
        };
        let by = readings.map(|one| one.by.as_slice()).unwrap_or_default();
        Self {
            metric: one.metric.name(),
            at: then.span.map(|span| span.to),
            now: readings.map_or(&nothing, |one| &one.now).into(),
            capacity: readings.and_then(|one| one.capacity),
            by: by.iter().map(|(name, now)| By { name, now: now.into() }).collect(),
            threshold: Threshold { measure: word(one), above: one.threshold.above },
            state: state(one),
            alerts: readings
                .map_or_else(Vec::new, |one| one.alerts.iter().map(Raised::from).collect()),
            why,
        }
    }
}
