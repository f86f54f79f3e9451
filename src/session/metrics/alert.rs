//! When a metric was above its threshold: found in what was measured, so that it can be told of any moment.

use chrono::TimeDelta;

use super::super::Span;
use super::Alert;
use crate::model::Timestamp;

/// An alert that was raised above a threshold is cleared at or below this part of it: what swings about the threshold
/// raises one alert, not many.
pub(super) const CLEARED_AT: f64 = 0.9;

/// How long nothing may be measured before an alert is cleared: what is not done any more is not slow.
const QUIET: TimeDelta = TimeDelta::seconds(60);

/// A value at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) time: Timestamp,
    pub(super) value: f64,
    /// How long it stands for: a value that is not followed by another is forgotten a minute after that.
    pub(super) lasts: TimeDelta,
}

impl Measured {
    /// When it is forgotten.
    pub(super) fn ends(&self) -> Timestamp {
        let lasts = self.lasts.checked_add(&QUIET).unwrap_or(self.lasts);
        self.time.checked_add_signed(lasts).unwrap_or(Timestamp::MAX_UTC)
    }
}

/// The alerts that touch a span, in values at rising moments. An alert that was raised before the span is found as far
/// back as the values go; `goes_back` says that there are others before them, so that what is too much at the first of
/// them may have been so before.
pub(super) fn alerts(
    values: impl IntoIterator<Item = Measured>,
    above: f64,
    span: Span,
    goes_back: bool,
) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    let mut raised: Option<(Alert, Timestamp)> = None;
    let values = values.into_iter().take_while(|one| one.time <= span.to);
    for (place, one) in values.enumerate() {
        if let Some((alert, ends)) = raised.take_if(|(_, ends)| *ends < one.time) {
            alerts.push(Alert { cleared: Some(ends), ..alert });
        }
        match &mut raised {
            None if one.value > above => {
                let before = goes_back && place == 0;
                let alert = Alert { raised: one.time, before, cleared: None, worst: one.value };
                raised = Some((alert, one.ends()));
            }
            Some((alert, ends)) if one.value > above * CLEARED_AT => {
                alert.worst = alert.worst.max(one.value);
                *ends = one.ends();
            }
            Some((alert, _)) => {
                alerts.push(Alert { cleared: Some(one.time), ..*alert });
                raised = None;
            }
            None => {}
        }
    }
    alerts.extend(
        raised.map(|(alert, ends)| Alert { cleared: (ends <= span.to).then_some(ends), ..alert }),
    );
    alerts.retain(|alert| alert.cleared.is_none_or(|cleared| cleared >= span.from));
    alerts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_756_800_000 + second, 0).unwrap()
    }

    /// The alerts above 10 in values a second apart, within a part of them: when raised, when cleared, the worst.
    fn found(values: &[f64], from: i64, to: i64) -> Vec<(i64, Option<i64>, f64)> {
        let lasts = TimeDelta::seconds(1);
        let timed = values
            .iter()
            .zip(0..)
            .filter(|(value, _)| !value.is_nan())
            .map(|(value, second)| Measured { time: at(second), value: *value, lasts });
        let second = |time: Timestamp| (time - at(0)).num_seconds();
        alerts(timed, 10.0, Span { from: at(from), to: at(to) }, false)
            .into_iter()
            .map(|alert| (second(alert.raised), alert.cleared.map(second), alert.worst))
            .collect()
    }

    #[test]
    fn it_rises_is_cleared_and_rises_again() {
        let values = [1.0, 10.0, 11.0, 30.0, 9.5, 10.5, 9.0, 8.0, 12.0, 12.5];
        assert_eq!(found(&values, 0, 9), [(2, Some(6), 30.0), (8, None, 12.5)]);
        // At the threshold it is none, and what swings between the threshold and a little below it is one.
        assert_eq!(found(&[10.0, 10.0], 0, 9), []);
        assert_eq!(found(&[11.0, 9.1, 11.0, 9.1], 0, 3), [(0, None, 11.0)]);
    }

    #[test]
    fn one_that_began_before_the_span_is_told_with_its_beginning() {
        let values = [1.0, 20.0, 20.0, 20.0, 20.0, 1.0, 1.0, 20.0];
        assert_eq!(found(&values, 3, 7), [(1, Some(5), 20.0), (7, None, 20.0)]);
        // One that was over before the span is not told, one that comes after it is not known.
        assert_eq!(found(&values, 6, 6), []);
        assert_eq!(found(&values, 3, 4), [(1, None, 20.0)]);
    }

    #[test]
    fn one_that_may_have_begun_before_what_is_known_says_so() {
        let lasts = TimeDelta::seconds(1);
        let values = [20.0, 1.0, 20.0];
        let timed = || {
            let measured =
                |(value, second): (&f64, i64)| Measured { time: at(second), value: *value, lasts };
            values.iter().zip(0..).map(measured).collect::<Vec<_>>()
        };
        let span = Span { from: at(0), to: at(9) };
        let before = |goes_back| -> Vec<bool> {
            alerts(timed(), 10.0, span, goes_back).iter().map(|alert| alert.before).collect()
        };
        assert_eq!(before(true), [true, false]);
        assert_eq!(before(false), [false, false]);
    }

    #[test]
    fn what_is_not_measured_any_more_is_cleared_after_a_minute() {
        let mut values = vec![20.0];
        values.extend([f64::NAN; 70]);
        assert_eq!(found(&values, 0, 30), [(0, None, 20.0)]);
        assert_eq!(found(&values, 0, 70), [(0, Some(61), 20.0)]);
        // And what comes after that is another.
        values.push(20.0);
        assert_eq!(found(&values, 0, 80), [(0, Some(61), 20.0), (71, None, 20.0)]);
    }
}
