//! Newtypes for everything that names or counts, so that none can stand in for another.

use std::fmt;

use smol_str::SmolStr;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(SmolStr);

        impl $name {
            /// Wraps the text as the store wrote it.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(SmolStr::new(text))
            }

            /// The text as the store wrote it: not sanitised for a terminal.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(SmolStr::from(text))
            }
        }
    };
}

text_id! {
    /// The library's own name for an aggregate, in its own spelling.
    AggregateId
}
text_id! {
    /// The kind of an aggregate, such as `Order`; empty where the layout knows none.
    Category
}
text_id! {
    /// The event's type exactly as the library recorded it.
    EventType
}
text_id! {
    /// The identifier that the library gave to one event.
    EventId
}

/// Names one aggregate within a store: some layouts use an id twice in different categories.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AggregateKey {
    /// The kind of the aggregate.
    pub category: Category,
    /// The id within that kind, or within the store where the layout needs no kind.
    pub id: AggregateId,
}

impl AggregateKey {
    /// The key of `id` in `category`.
    pub fn new(category: impl AsRef<str>, id: impl AsRef<str>) -> Self {
        Self { category: Category::new(category), id: AggregateId::new(id) }
    }

    /// Whether the id names the category already, as many libraries have it: `order-4711` of `Order`.
    pub fn id_says_category(&self) -> bool {
        let (category, id) = (self.category.as_str(), self.id.as_str());
        let Some((start, rest)) = id.split_at_checked(category.len()) else { return false };
        start.eq_ignore_ascii_case(category) && !rest.starts_with(char::is_alphanumeric)
    }

    /// What a sentence calls it: `Cart 7`, and `order-4711` rather than `Order order-4711`.
    pub fn called(&self) -> String {
        if self.id_says_category() { self.id.to_string() } else { self.to_string() }
    }
}

impl fmt::Display for AggregateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.category.as_str().is_empty() {
            write!(f, "{}", self.id)
        } else {
            write!(f, "{} {}", self.category, self.id)
        }
    }
}

/// An event's place in its aggregate: 1 is the first event, 0 is before everything.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The version before this one; 0 stays 0.
    #[must_use]
    pub fn prev(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An event's place in the whole store; starts and gaps are the library's own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub i64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
