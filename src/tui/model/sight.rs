//! What is worked out of a moment before it comes to the screen, where that costs as much as the moment is large.
//!
//! Made in the background: the screen's own thread then pays for what it shows.

use std::sync::Arc;

use super::tree::Touches;
use super::woven::Woven;
use crate::model::{Event, Payload, Value};
use crate::session::{Moment, Upcasted};
use crate::text::json::Pretty;

/// The lines of an event's payload and metadata; nothing where they cannot be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Laid {
    /// Of what happened.
    pub(crate) data: Option<Arc<Pretty>>,
    /// Of what was recorded around it.
    pub(crate) metadata: Option<Arc<Pretty>>,
    /// Of what became of it, event by event.
    pub(crate) upcasted: Vec<Arc<Pretty>>,
}

impl Laid {
    /// Those of an event, whose payloads are read by this.
    pub(crate) fn of(event: &Event) -> Self {
        let laid =
            |payload: &Payload| payload.value().ok().map(|value| Arc::new(Pretty::new(value)));
        let metadata = event.metadata.as_ref().and_then(laid);
        Self { data: laid(&event.data), metadata, upcasted: Vec::new() }
    }

    /// Those of a moment's event, and of what became of it.
    fn of_moment(moment: &Moment) -> Self {
        let Some(event) = &moment.event else { return Self::default() };
        Self::of_both(event, moment.upcasted.as_ref())
    }

    /// Those of an event, and of what became of it.
    pub(crate) fn of_both(event: &Event, upcasted: Option<&Upcasted>) -> Self {
        let way = upcasted.into_iter().flatten().flat_map(|way| &way.parts);
        let values = way.filter_map(|part| part.event.data.value().ok());
        let upcasted = values.map(|value| Arc::new(Pretty::new(value))).collect();
        Self { upcasted, ..Self::of(event) }
    }
}

/// What a moment is seen by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    /// What its event did to the state.
    pub(crate) touches: Arc<Touches>,
    /// Its event.
    pub(crate) laid: Laid,
    /// It and the one that it is compared with as one, where both are shown.
    pub(crate) woven: Option<Arc<Woven>>,
}

impl Sight {
    /// That of a moment.
    pub(crate) fn of(moment: &Moment) -> Self {
        Self { touches: Arc::new(Touches::of(moment)), laid: Laid::of_moment(moment), woven: None }
    }

    /// Works out both together.
    pub(crate) fn weave(&mut self, before: &Value, after: &Value) {
        self.woven = Some(Arc::new(Woven::new(before, after)));
    }
}
