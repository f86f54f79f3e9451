//! The pure parts, each beside something known: reading JSON beside `serde_json`, a diff beside one that looks
//! everywhere, a jump beside a fold from nothing.

#![allow(missing_docs, reason = "criterion's macros make public functions without any")]
#![allow(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

mod events;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use foldback::analysis::{blame, diff};
use foldback::fold::{Merge, Reducer, State};
use foldback::model::{Event, Path, Value, Version, json};
use foldback::text::json::Pretty;

fn history(events: u64) -> Vec<Event> {
    (1..=events).map(|version| events::event("order-1", version)).collect()
}

fn folded(history: &[Event]) -> State {
    let (mut merge, mut state) = (Merge::new(), State::empty());
    for event in history {
        merge.apply(&mut state, event).unwrap();
    }
    state
}

fn reading(c: &mut Criterion) {
    let text = events::payload(4711);
    let mut group = c.benchmark_group("read one payload");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("foldback", |b| {
        b.iter(|| json::read(black_box(text.as_bytes()), Version(1)));
    });
    group.bench_function("serde_json", |b| {
        b.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes())));
    });
    group.finish();
}

fn folding(c: &mut Criterion) {
    let history = history(10_000);
    let mut group = c.benchmark_group("fold 10,000 events");
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("merge", |b| b.iter(|| folded(black_box(&history))));
    group.bench_function("merge, every state kept", |b| {
        b.iter_batched(
            || Vec::with_capacity(history.len()),
            |mut kept| {
                let (mut merge, mut state) = (Merge::new(), State::empty());
                for event in &history {
                    merge.apply(&mut state, event).unwrap();
                    kept.push(state.clone());
                }
                kept
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("only reading the payloads", |b| {
        b.iter(|| {
            for event in &history {
                black_box(json::read(event.data.bytes(), event.version).unwrap());
            }
        });
    });
    group.finish();
}

/// The same value without anything shared.
fn apart(value: &Value) -> Value {
    json::read(json::to_string(value).as_bytes(), Version::ZERO).unwrap()
}

fn differing(c: &mut Criterion) {
    let history = history(1000);
    let before = folded(&history[..999]);
    let mut after = before.clone();
    Merge::new().apply(&mut after, &history[999]).unwrap();
    let (lone_before, lone_after) = (apart(before.value()), apart(after.value()));
    let mut group = c.benchmark_group("diff of neighbours");
    group.bench_function("shared", |b| b.iter(|| diff(black_box(before.value()), after.value())));
    group.bench_function("nothing shared", |b| {
        b.iter(|| diff(black_box(&lone_before), &lone_after));
    });
    group.finish();
    c.bench_function("blame of a whole state", |b| {
        b.iter(|| blame(black_box(&after), &Path::root()));
    });
}

fn showing(c: &mut Criterion) {
    let numbers: Vec<String> = (0..1_000_000).map(|number| number.to_string()).collect();
    let text = format!("[{}]", numbers.join(","));
    let value = json::read(text.as_bytes(), Version(1)).unwrap();
    let pretty = Pretty::new(&value);
    let mut group = c.benchmark_group("45 lines from the middle of a million");
    group.sample_size(10);
    group.bench_function("foldback", |b| b.iter(|| pretty.lines(black_box(500_000..500_045), 100)));
    group.bench_function("counting all lines, once", |b| b.iter(|| Pretty::new(black_box(&value))));
    group.bench_function("building all lines", |b| {
        b.iter(|| json::to_pretty(black_box(&value)).lines().skip(500_000).take(45).count());
    });
    group.finish();
}

criterion_group!(benches, reading, folding, differing, showing);
criterion_main!(benches);
