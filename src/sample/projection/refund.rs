//! The report of refunds: one line for each that was asked for. A second refund for the same request has no place in it.

use serde::{Deserialize, Serialize};

use super::Sample;
use super::fact::{OrderFact, Refund, fact, moment};
use crate::model::Event;
use crate::projection::{ApplyError, Rows};

pub(super) const REPORT: Sample =
    Sample { name: "refund-report", categories: &["Order"], types: &["RefundIssued"], apply };

/// A line of the report.
#[derive(Debug, Deserialize, Serialize)]
struct Line {
    order: String,
    refund: Refund,
    time: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Around {
    causation: Option<String>,
}

fn apply(rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError> {
    let said: OrderFact = fact(event)?;
    let around = event.metadata.as_ref().map(|around| serde_json::from_slice(around.bytes()));
    let around: Around = around.and_then(Result::ok).unwrap_or_default();
    let order = event.aggregate.to_string();
    let refund = said.refunds.into_iter().next_back();
    let refund = refund.ok_or_else(|| ApplyError::because("the refund has no line"))?;
    // Nobody asked for it by an event: it is the order's own.
    let request = around.causation.unwrap_or_else(|| order.clone());
    if let Some(line) = rows.get::<Line>(&request)? {
        return Err(ApplyError::because(format!(
            "the request {request} of {order} has its line already, the refund {} of {}: there is no room for the \
             refund {} of {}",
            line.refund.id, line.refund.amount, refund.id, refund.amount
        )));
    }
    rows.put(&request, &Line { order, refund, time: moment(event) })
}
