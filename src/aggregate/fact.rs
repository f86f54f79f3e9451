//! The events of an aggregate as a type: which there are, in which schema version, and how each is written down.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::Payload;

/// Why a stored event is none of those that a program knows.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No event has that type.
    #[error("there is no handler for events of this type; those known are {}", known.join(", "))]
    NoHandler {
        /// All types that have one.
        known: &'static [&'static str],
    },
    /// The type is known in another schema version.
    #[error("it is of schema version {stored}, and the handler is for schema version {known}")]
    Schema {
        /// What is stored.
        stored: String,
        /// What is known.
        known: u32,
    },
    /// The type is known, and the payload is not what belongs to it.
    #[error("its data does not fit: {0}")]
    Data(#[from] serde_json::Error),
}

/// The events of one kind of aggregate. [`events!`](crate::events) makes it for an enum.
pub trait Facts: Sized {
    /// The names of all types.
    const TYPES: &'static [&'static str];

    /// The name of its type.
    fn event_type(&self) -> &'static str;

    /// The schema version of its data.
    fn schema(&self) -> u32;

    /// Its data as JSON.
    fn to_json(&self) -> Result<String, serde_json::Error>;

    /// Reads a stored event. One that says no schema version is of the first.
    fn read(event_type: &str, schema: Option<&str>, data: &Payload) -> Result<Self, ReadError>;
}

/// What [`events!`](crate::events) writes an event's data with.
#[doc(hidden)]
pub fn written<T: Serialize>(data: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(data)
}

/// What [`events!`](crate::events) reads an event's data with.
#[doc(hidden)]
pub fn read_as<T: DeserializeOwned>(
    stored: Option<&str>,
    known: u32,
    data: &Payload,
) -> Result<T, ReadError> {
    let stored = stored.unwrap_or("1");
    if stored.parse() != Ok(known) {
        return Err(ReadError::Schema { stored: stored.to_owned(), known });
    }
    Ok(serde_json::from_slice(data.bytes())?)
}

/// An enum of events: each variant is named as its type, carries what is stored as its data, and says its schema version.
///
/// ```
/// #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
/// pub struct Opened {
///     pub owner: String,
/// }
///
/// foldback::events! {
///     /// What happens to a box.
///     #[derive(Clone, Debug)]
///     pub enum BoxEvent {
///         /// Somebody has it now.
///         Opened(Opened) = 1,
///     }
/// }
///
/// use foldback::aggregate::Facts as _;
/// let event = BoxEvent::from(Opened { owner: "ana".into() });
/// assert_eq!((event.event_type(), event.to_json().unwrap()), ("Opened", r#"{"owner":"ana"}"#.into()));
/// ```
#[macro_export]
macro_rules! events {
    (
        $(#[$of_enum:meta])*
        $sight:vis enum $name:ident {
            $($(#[$of_variant:meta])* $variant:ident($data:ty) = $schema:literal),+ $(,)?
        }
    ) => {
        $(#[$of_enum])*
        $sight enum $name {
            $($(#[$of_variant])* $variant($data)),+
        }

        $(impl From<$data> for $name {
            fn from(data: $data) -> Self {
                Self::$variant(data)
            }
        })+

        impl $crate::aggregate::Facts for $name {
            const TYPES: &'static [&'static str] = &[$(stringify!($variant)),+];

            fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($variant)),+
                }
            }

            fn schema(&self) -> u32 {
                match self {
                    $(Self::$variant(_) => $schema),+
                }
            }

            fn to_json(&self) -> ::std::result::Result<String, $crate::aggregate::JsonError> {
                match self {
                    $(Self::$variant(data) => $crate::aggregate::written(data)),+
                }
            }

            fn read(
                event_type: &str,
                schema: Option<&str>,
                data: &$crate::model::Payload,
            ) -> ::std::result::Result<Self, $crate::aggregate::ReadError> {
                match event_type {
                    $(stringify!($variant) => {
                        $crate::aggregate::read_as(schema, $schema, data).map(Self::$variant)
                    })+
                    _ => Err($crate::aggregate::ReadError::NoHandler { known: Self::TYPES }),
                }
            }
        }
    };
}
