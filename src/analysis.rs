//! Questions about states and histories: what changed, and which event put every value there.
//!
//! Pure: takes values and gives answers; knows nothing of stores, timelines in memory, or how an answer is shown.

mod blame;
mod filter;
mod query;

pub use crate::model::diff::{Change, Op, PatchError, diff, patch, to_rfc6902};
pub use crate::text::jq::{MatchError, QueryError, with_room};
pub use blame::{Blamed, blame};
pub use filter::{FILTER_USAGE, Filter, FilterError, Matcher, filter_value, filter_words};
pub use query::Predicate;
