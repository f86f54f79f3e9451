//! What one question may take: so many steps, so much of the stack, and no longer than somebody wants the answer.
//!
//! The evaluator has no bounds of its own, and an expression can run without end. It looks its terms up in a table at
//! every step, though; so the table that it is given counts, and unwinds out of the evaluation where it went too far.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jaq_core::data::{DataT, HasLut};
use jaq_core::native::{Fun, run, v};
use jaq_core::{Exn, Lut, ValX};
use jaq_json::Val;

/// How many steps one evaluation may take, and how that is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    most: u64,
    pub(super) told: &'static str,
}

/// Those of a question: seconds, and more than any question of a single event needs.
pub(super) const QUESTION: Steps =
    Steps { most: 5_000_000, told: "it takes more than 5 million steps" };
/// Those of what is done to every event of a store: a tenth of a second, and more than that needs.
pub(crate) const CHANGE: Steps =
    Steps { most: 500_000, told: "it takes more than 500 thousand steps" };
/// Stack that one question may take, and what it is given: what nested values need when they are let go is not counted.
const DEEP: usize = 64 << 20;
const STACK: usize = 512 << 20;
/// What may be spent of that before the first question is asked.
const SPENT: usize = 1 << 20;

/// Why an evaluation was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// It took more steps than any question needs.
    Steps,
    /// It called itself too often.
    Depth,
    /// Nobody wants the answer any more.
    Stopped,
}

/// The kind of data that the evaluator carries along: its terms, and what is left for them.
pub(super) struct Bounded;

impl DataT for Bounded {
    type V<'a> = Val;
    type Data<'a> = Data<'a>;
}

#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    terms: &'a Lut<Bounded>,
    meter: &'a Meter,
}

impl<'a> HasLut<'a, Bounded> for Data<'a> {
    fn lut(&self) -> &'a Lut<Bounded> {
        self.meter.step();
        self.terms
    }
}

/// Does work that asks many questions on a stack that is large enough for each, so that none has to make its own.
pub fn with_room<T>(work: impl FnOnce() -> T) -> T {
    stacker::grow(STACK, work)
}

/// What one evaluation has taken.
#[derive(Debug)]
pub(super) struct Meter {
    steps: Cell<u64>,
    most: u64,
    /// Where its stack began.
    base: usize,
    stop: Arc<AtomicBool>,
}

impl Meter {
    /// Evaluates with the bounds of one question. `work` gets what its terms are looked up with.
    pub(super) fn within<T>(
        terms: &Lut<Bounded>,
        steps: Steps,
        stop: &Arc<AtomicBool>,
        work: impl FnOnce(Data<'_>) -> T,
    ) -> Result<T, Beyond> {
        stacker::maybe_grow(STACK - SPENT, STACK, || {
            let (most, stop) = (steps.most, Arc::clone(stop));
            let meter = Self { steps: Cell::new(0), most, base: here(), stop };
            let data = Data { terms, meter: &meter };
            // What was evaluated half is gone with the stack that it stood on.
            catch_unwind(AssertUnwindSafe(|| work(data))).map_err(|thrown| {
                match thrown.downcast::<Beyond>() {
                    Ok(beyond) => *beyond,
                    Err(defect) => resume_unwind(defect),
                }
            })
        })
    }

    fn step(&self) {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        let beyond = if steps > self.most {
            Beyond::Steps
        } else if self.base.abs_diff(here()) > DEEP {
            Beyond::Depth
        } else if self.stop.load(Ordering::Relaxed) {
            Beyond::Stopped
        } else {
            return;
        };
        // What is let go on the way out looks nothing up.
        resume_unwind(Box::new(beyond));
    }
}

/// About where the stack ends now.
#[inline(never)]
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&mark)).addr()
}

/// Functions that would run without a step, or print.
pub(super) fn functions() -> [Fun<Bounded>; 2] {
    [
        run(("range", v(3), |mut cv| {
            let by = cv.0.pop_var();
            let to = cv.0.pop_var();
            let from = cv.0.pop_var();
            let meter = cv.0.data().meter;
            Box::new(range(from, to, by, meter))
        })),
        // An expression has no terminal to write to.
        run(("stderr_empty", v(0), |_| Box::new(std::iter::empty()))),
    ]
}

/// The numbers from one on, and by how much, up to another and without it.
fn range(from: Val, to: Val, by: Val, meter: &Meter) -> impl Iterator<Item = ValX<'_, Val>> {
    let zero = Val::from(0_isize);
    let mut next = Some(from);
    std::iter::from_fn(move || {
        meter.step();
        let here = next.take()?;
        let goes_on = match by.cmp(&zero) {
            std::cmp::Ordering::Greater => here < to,
            std::cmp::Ordering::Less => here > to,
            std::cmp::Ordering::Equal => here != to,
        };
        if !goes_on {
            return None;
        }
        match here.clone() + by.clone() {
            Ok(after) => {
                next = Some(after);
                Some(Ok(here))
            }
            Err(error) => Some(Err(Exn::from(error))),
        }
    })
}
