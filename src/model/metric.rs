//! What is measured while a store is used: each metric with its name, its unit and the value above which it is an alert.

use std::collections::BTreeMap;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Time to append a batch, durably.
    AppendLatency,
    /// Time to rebuild an aggregate.
    ReplayTime,
    /// Time to store a snapshot.
    SnapshotTime,
    /// Time from an event to its effect in a projection.
    ProjectionLag,
    /// Events that projections failed at.
    ErrorRate,
    /// Room that the store takes.
    StorageSize,
    /// How many events aggregates have.
    EventsPerAggregate,
    /// Events that are recorded.
    EventsPerSecond,
}

/// What the values of a metric count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// How often in a minute.
    PerMinute,
    /// Bytes.
    Bytes,
    /// Events.
    Events,
    /// How often in a second.
    PerSecond,
}

/// Which number of a metric is held against its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// What 99 of 100 values do not exceed.
    P99,
    /// The newest value.
    Value,
    /// The largest value.
    Max,
    /// The newest value as a part of the configured capacity, 0 to 1.
    Share,
}

/// Above what a metric is an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Which number.
    pub measure: Measure,
    /// Above this it is an alert; in the metric's unit, of a share 0 to 1.
    pub above: f64,
}

impl Metric {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 8] = [
        Self::AppendLatency,
        Self::ReplayTime,
        Self::SnapshotTime,
        Self::ProjectionLag,
        Self::ErrorRate,
        Self::StorageSize,
        Self::EventsPerAggregate,
        Self::EventsPerSecond,
    ];

    /// Its name: in the store, in configuration and for a scraper.
    pub fn name(self) -> &'static str {
        match self {
            Self::AppendLatency => "event_append_latency",
            Self::ReplayTime => "event_replay_time",
            Self::SnapshotTime => "snapshot_creation_time",
            Self::ProjectionLag => "projection_lag",
            Self::ErrorRate => "projection_error_rate",
            Self::StorageSize => "event_storage_size",
            Self::EventsPerAggregate => "events_per_aggregate",
            Self::EventsPerSecond => "events_per_second",
        }
    }

    /// The metric of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What it says, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::AppendLatency => "time to append a batch, durably",
            Self::ReplayTime => "time to rebuild an aggregate",
            Self::SnapshotTime => "time to store a snapshot",
            Self::ProjectionLag => "from an event to its effect in a projection",
            Self::ErrorRate => "events that projections failed at",
            Self::StorageSize => "room that the store takes",
            Self::EventsPerAggregate => "how many events aggregates have",
            Self::EventsPerSecond => "events that are recorded",
        }
    }

    /// What its values count.
    pub fn unit(self) -> Unit {
        match self {
            Self::AppendLatency | Self::ReplayTime | Self::SnapshotTime | Self::ProjectionLag => {
                Unit::Seconds
            }
            Self::ErrorRate => Unit::PerMinute,
            Self::StorageSize => Unit::Bytes,
            Self::EventsPerAggregate => Unit::Events,
            Self::EventsPerSecond => Unit::PerSecond,
        }
    }

    /// Whether many values are measured at a time, so that how they are spread can be told.
    pub fn is_spread(self) -> bool {
        self.unit() == Unit::Seconds
    }

    /// Above what it is an alert where nobody says otherwise.
    pub fn threshold(self) -> Threshold {
        let (measure, above) = match self {
            Self::AppendLatency => (Measure::P99, 0.1),
            Self::ReplayTime => (Measure::P99, 0.5),
            Self::SnapshotTime => (Measure::P99, 1.0),
            Self::ProjectionLag => (Measure::P99, 10.0),
            Self::ErrorRate => (Measure::Value, 10.0),
            Self::StorageSize => (Measure::Share, 0.8),
            Self::EventsPerAggregate => (Measure::Max, 10_000.0),
            Self::EventsPerSecond => (Measure::Value, 10_000.0),
        };
        Threshold { measure, above }
    }
}

/// Above what metrics are alerts where somebody says so, and how much room there is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// By metric, in its unit, of a share 0 to 1; the others are alerts where they always are.
    pub above: BTreeMap<Metric, f64>,
    /// Bytes that the store may take.
    pub capacity: Option<f64>,
}

impl Limits {
    /// Above what a metric is an alert.
    pub fn threshold(&self, metric: Metric) -> Threshold {
        let usual = metric.threshold();
        Threshold { above: self.above.get(&metric).copied().unwrap_or(usual.above), ..usual }
    }
}
