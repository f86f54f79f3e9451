//! `foldback events`: what happened, in the store's order or in that of one aggregate.

mod feed;
mod list;

use std::ffi::OsString;

use clap::Args;

use self::feed::Feed;
use self::list::List;
use crate::analysis::{MatchError, Predicate, with_room};
use crate::cli::context::{self, Between, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::model::shape::{self, Form};
use crate::model::{Event, Position};
use crate::session::Session;
use crate::text;
use crate::text::shell::quoted;
use crate::upcast::{Chain, Upcast};

/// List events: of the whole store, or of one aggregate
#[derive(Debug, Args)]
#[command(after_help = "\
EXPR is a jq expression, asked of each event in the shape that --json prints:
  {position, aggregate, category, version, type, id, time, schema,
   data, metadata}
What is not there is null, and null is less than any number; this leaves it out:
  (.data.total // 0) < 0
An expression that does not come to an end is given up after 5 million steps on
one event, or by Ctrl-C; how much memory it takes is not limited.
Events are chosen and shown as they were recorded, also where there is a chain
of upcasters; --upcasted shows what it makes of those that were chosen.

Examples:
  foldback events shop.db order-4711
  foldback events shop.db --type ItemRemoved --from -2h
  foldback events shop.db --where '.metadata.user == \"ana\" and .version > 1'
  foldback events shop.db --follow --json | jq -r .type")]
pub(crate) struct Arguments {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// Only this aggregate's events
    aggregate: Option<String>,
    /// Only events after this position
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    after: Option<i64>,
    /// Only events at or after this time: 2026-03-02T14:34:12Z, '2026-03-02 14:34' (UTC), -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// Only events at or before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<String>,
    /// Only this type, in full or as it is shown; may be given several times
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only events for which this jq expression is true
    #[arg(long = "where", value_name = "EXPR", allow_hyphen_values = true)]
    predicate: Option<String>,
    /// Wait for new events and print them as they come, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// At most so many
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
    /// Payloads exactly as recorded, with the library's own wrapping
    #[arg(long, conflicts_with = "upcasted")]
    recorded: bool,
    /// As the chain of --upcast has them: of one that became several each, of one that was dropped none
    #[arg(long)]
    upcasted: bool,
}

/// Which events are wanted, beyond what the store itself can choose.
struct Wanted {
    after: Option<Position>,
    between: Between,
    /// The types by name, and whether any event had each.
    types: Vec<(String, bool)>,
    predicate: Option<Predicate>,
    form: Form,
    asked: u64,
    failed: u64,
    first_failure: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mut wanted = wanted(arguments, context)?;
    if arguments.follow && context::is_piped(&arguments.store) {
        return Err(Failure::usage(
            "--follow waits for what is added to a file, and this is a pipe",
        )
        .hint("leave --follow out: a pipe is read to its end before anything is shown"));
    }
    let mut session = context.open(&arguments.store)?;
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let chain = if arguments.upcasted { Some(super::upcast::chain(&session)?) } else { None };
    let (mut feed, mut list) = begin(arguments, &wanted, &mut session, left)?;
    let (mut found, mut searched) = (0_u64, 0);
    let mut progress = context.progress_beside_lines("reading events");
    while left > 0 {
        let page = feed.next(&mut session, &mut progress)?;
        let mut looked_at = 0;
        let mut matching = Vec::new();
        with_room(|| -> Outcome {
            for event in page.events {
                looked_at += 1;
                if wanted.matches(&event, &session)? {
                    matching.push(event);
                }
                if matching.len() == left {
                    break;
                }
            }
            Ok(())
        })?;
        left -= matching.len();
        found += matching.len() as u64;
        searched += if left == 0 { looked_at } else { page.examined };
        if let Some(chain) = &chain {
            matching = with_room(|| upcasted(chain, matching, context))?;
        }
        list.print(&mut context.out, &session, &matching, wanted.form)?;
        context.go_on()?;
        if !feed.is_at_end() {
            continue;
        }
        if !arguments.follow {
            break;
        }
        context.out.flush()?;
        if !feed.wait(&mut session, &context.signal)? {
            context.out.warning(replaced(&session))?;
            (feed, list) = begin(arguments, &wanted, &mut session, left)?;
        }
    }
    drop(progress);
    if let Some(first) = &wanted.first_failure {
        let of = text::human::plural(wanted.asked, "event");
        let text =
            format!("--where failed on {} of {of}, which are left out; {first}", wanted.failed);
        context.out.warning(text)?;
    }
    if left > 0 {
        check_types(&wanted, found, arguments, &mut session, context)?;
    }
    if wanted.is_search() {
        context.out.searched(searched, "event", found, arguments.limit)?;
    } else if found == 0 && left > 0 {
        context.out.note("no event matches")?;
    }
    Ok(())
}

/// What becomes of events; one that cannot be upcasted stands as it was recorded, with the reason.
fn upcasted(chain: &Chain, events: Vec<Event>, context: &Context) -> Outcome<Vec<Event>> {
    let mut made = Vec::with_capacity(events.len());
    for mut event in events {
        context.go_on()?;
        match chain.upcast(&event) {
            Ok(Upcast::Recorded) => made.push(event),
            Ok(Upcast::Made(events)) => made.extend(events),
            Err(finding) => {
                event.findings.push(finding);
                made.push(event);
            }
        }
    }
    Ok(made)
}

fn wanted(arguments: &Arguments, context: &Context) -> Outcome<Wanted> {
    let compile = |text| Predicate::compile(text).map(|one| one.stopped_by(context.signal.flag()));
    let predicate = arguments.predicate.as_deref().map(compile).transpose();
    let predicate = predicate.map_err(|error| {
        Failure::usage(format!("{error}\n{}\n{}^", error.expression, " ".repeat(error.at - 1)))
            .hint(format!(
                "an event looks like one line of `foldback events {} --json --limit 1`",
                quoted(&arguments.store.to_string_lossy())
            ))
    })?;
    let between = context.between(arguments.from.as_deref(), arguments.to.as_deref())?;
    Ok(Wanted {
        after: arguments.after.map(Position),
        between,
        types: arguments.types.iter().map(|name| (name.clone(), false)).collect(),
        predicate,
        form: if arguments.recorded { Form::Recorded } else { Form::Seen },
        asked: 0,
        failed: 0,
        first_failure: None,
    })
}

/// What reads the events, and what shows them.
fn begin(
    arguments: &Arguments,
    wanted: &Wanted,
    session: &mut Session,
    left: usize,
) -> Outcome<(Feed, List)> {
    check_places(arguments, wanted, session)?;
    let key = match &arguments.aggregate {
        Some(name) => Some(session.find(name)?.key),
        None => None,
    };
    let list = List::new(session.capabilities(), key.is_none());
    Ok((Feed::new(key, wanted, left, arguments.follow), list))
}

/// What is said where another history has taken the place of the one that is followed.
fn replaced(session: &Session) -> String {
    let info = session.store_info();
    format!(
        "{} holds another history now, and is read as {}: what follows is from its beginning",
        info.name, info.title
    )
}

/// Places that the layout does not record are refused before anything is read.
fn check_places(arguments: &Arguments, wanted: &Wanted, session: &Session) -> Outcome {
    let has = session.capabilities();
    let title = &session.store_info().title;
    if arguments.after.is_some() && !has.position {
        let failure =
            Failure::usage(format!("{title} records no positions, so --after finds nothing"));
        return Err(failure.hint("leave --after out; events come in the order they were written"));
    }
    wanted.between.check(session)
}

/// A type that no event had may be a mistake; only then everything is counted to find the one that was meant.
fn check_types(
    wanted: &Wanted,
    found: u64,
    arguments: &Arguments,
    session: &mut Session,
    context: &mut Context,
) -> Outcome {
    if wanted.types.iter().all(|(_, seen)| *seen) {
        return Ok(());
    }
    let census = context.census(session)?;
    let all: Vec<&str> =
        census.types.iter().flat_map(|(one, _)| [session.short_type(one), one.as_str()]).collect();
    let is_there = |name: &str| all.contains(&name);
    for (name, _) in wanted.types.iter().filter(|(name, seen)| !seen && !is_there(name)) {
        let message = format!("no event in {} has the type `{name}`", session.store_info().name);
        let hint = match text::nearest(name, all.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`foldback info {}` lists the types", context::shown(&arguments.store)),
        };
        if found == 0 {
            return Err(Failure::usage(message).hint(hint));
        }
        context.out.warning(format!("{message}; {hint}"))?;
    }
    Ok(())
}

impl Wanted {
    /// Whether events are chosen by what is in them, which looks at more of them than it shows.
    fn is_search(&self) -> bool {
        self.is_chosen_here() || self.between.is_bound()
    }

    /// Whether events are chosen by what a store does not choose by.
    fn is_chosen_here(&self) -> bool {
        self.predicate.is_some() || !self.types.is_empty()
    }

    fn matches(&mut self, event: &Event, session: &Session) -> Outcome<bool> {
        let mut is_type = self.types.is_empty();
        for (name, seen) in &mut self.types {
            if event.event_type.as_str() == name || session.short_type(&event.event_type) == name {
                (is_type, *seen) = (true, true);
            }
        }
        if !self.between.holds(event.time.as_ref())
            || self.after.is_some_and(|after| event.position.is_none_or(|at| at <= after))
            || !is_type
        {
            return Ok(false);
        }
        let Some(predicate) = &self.predicate else { return Ok(true) };
        self.asked += 1;
        let place = || format!("{} v{}", event.key().called(), event.version);
        match predicate.matches(&shape::event_to_string(event, self.form)) {
            Ok(matches) => Ok(matches),
            Err(MatchError::Failed(reason)) => {
                self.failed += 1;
                self.first_failure
                    .get_or_insert_with(|| format!("the first is {}: {reason}", place()));
                Ok(false)
            }
            Err(MatchError::Endless(reason)) => Err(Failure::usage(format!(
                "--where does not come to an end on {}: {reason}",
                place()
            ))
            .hint("ask less of one event, or write a function that ends")),
            Err(MatchError::Stopped) => Err(Failure::silent(Status::Stopped)),
        }
    }
}
