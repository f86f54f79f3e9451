//! foldback, a time-travel debugger for event-sourced systems.
//!
//! State is a *fold* of events; foldback goes *back*. The library opens a store, rebuilds any aggregate at any version,
//! and tells what each event changed and which event put every value there; [`cli`] and [`tui`] are its two front ends.
//!
//! # The screen, by the names of its types
//!
//! ```text
//!  foldback  shop.db · eventsourcing (Python) on SQLite · read-only         panel::header   model::StoreFacts
//! ╭ Aggregates ─────── 380 ╮╭ Order order-4711 ──────────────── merge · guessed ╮
//! │ ⌕ 47                   ││ v17 of 42   2026-03-02 14:34:12Z   +3.2 s         │ panel::rail    model::rail, model::travel
//! │ ▌order-4711         42 ││ ▁▂▁▁▃▅▇▂▁▁▁▁▂▁   density      timeline::Outline   │
//! │  order-4712         17 ││ ●──●──●──┃──●──✗   one mark an event              │
//! │                        │╰───────────────────────────────────────────────────╯
//! │  panel::aggregates     │╭ State at v17 ──────────────╮╭ Change v16 → v17 ───╮
//! │  model::list           ││ ▾ items  2                 ││ ~ .total  59 → 19   │ panel::change  analysis::Change
//! │  store::AggregatePage  ││ ~ total  19   v17 Removed  │╰─────────────────────╯
//! │                        ││   panel::state             │╭ Event v17 Removed ──╮
//! │                        ││   model::tree, fold::State ││ { "sku": "p-3" }    │ panel::event   model::Event
//! ╰────────────────────────╯╰────────────────────────────╯╰─────────────────────╯
//!  ←→ step   g go to   / find   : command                                        panel::footer   keymap
//! ```
//!
//! Everything between the header and the footer comes from one answer, [`session::Moment`].
//!
//! # The modules, and what each must not know
//!
//! Each may use those above it. `tests/it/architecture.rs` fails where one does not.
//!
//! | module | what it is | must not know |
//! |---|---|---|
//! | [`model`] | plain data: events, ids, payloads, values that share what did not change, paths, times, findings | I/O |
//! | [`text`] | what is done to text before it is shown: sanitising, widths, numbers for people, JSON by the window | who shows it |
//! | [`task`] | background lanes: the newest job of a slot, cancelled, counted; what ends a thread | what the jobs do |
//! | [`config`] | what a person sets once and for all; every mistake with its line | where it stands, what keys there are |
//! | [`store`] | [`store::EventStore`] and its backends; which library wrote a store; foldback's own store | folding |
//! | [`upcast`] | events of old schema versions as the newest one writes them: the chain, what each step changed, whether readers understand writers | files, stores, folding |
//! | [`fold`] | [`fold::Reducer`]: from (state, event) to state, and how far that can be trusted | where events come from |
//! | [`timeline`] | any version of one aggregate: keyframes, the window at the playhead, the outline | I/O |
//! | [`analysis`] | diff, blame, jq conditions: pure questions | stores |
//! | [`metrics`] | what is measured while the engine runs: taken on any thread, sampled into the store once a second | what it is measured on, who looks at it |
//! | [`projection`] | read models that are fed from a store: run, tried again, put aside, made anew | what is projected, who looks at it |
//! | [`aggregate`] | the write side for a program's own types: raise, load, save, snapshot | which aggregates there are |
//! | [`sample`] | the shop, the bank and the warehouse that demos and tests tell their stories with; the shop can go on; the worst that a store may hold | files, but for what a store writes |
//! | [`session`] | what both front ends call: open, ask, be answered, cancel | terminals, arguments |
//! | [`tui`] | the screen: loop, actions, keymap, panels | stores, but for what a session says |
//! | [`cli`] | the commands: arguments, output, exit statuses | drawing |
//!
//! Where does the next thing go? A library's tables: a file in `assets/layouts`. A backend: `store`, and it has to pass
//! `store::conformance`. A question about states: `analysis`. A command: one file in `cli/command`. A key: a line in
//! `assets/keymap.yaml`, and an action if it does something new. What takes time on the screen: an effect in
//! `tui/effect.rs`, done on a lane, so that no key waits for it. What a person sets once: [`config`], and the sample in
//! the README.

pub mod aggregate;
pub mod analysis;
pub mod cli;
pub mod config;
pub mod fold;
pub mod metrics;
pub mod model;
pub mod projection;
pub mod sample;
pub mod session;
pub mod store;
pub mod task;
pub mod text;
pub mod timeline;
pub mod tui;
pub mod upcast;
