//! Plain data: what an event, a state, a path, a moment and a finding are.
//!
//! Nothing here does I/O, knows where events come from or how they are shown.

pub mod align;
pub mod at;
pub mod diff;
pub mod event;
pub mod finding;
pub(crate) mod flat;
pub mod id;
pub mod json;
pub mod metric;
pub mod path;
pub mod payload;
pub mod shape;
pub mod spread;
pub mod time;
pub mod value;

pub use at::At;
pub use event::Event;
pub use finding::{Finding, Severity};
pub use id::{AggregateId, AggregateKey, Category, EventId, EventType, Position, Version};
pub use metric::{Limits, Measure, Metric, Threshold, Unit};
pub use path::{Path, Segment};
pub use payload::{Payload, PayloadError, View};
pub use spread::Spread;
pub use time::Timestamp;
pub use value::{Map, Slot, Value};
