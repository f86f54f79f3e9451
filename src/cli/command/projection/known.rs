//! Which projections can be run on a store: those that come with the program, and those of a file.

use std::sync::Arc;

use super::Declared;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::projection::{Projection, Projector};
use crate::sample::projection;
use crate::store::own::StoreWriter;
use crate::text;

/// The projections of these names, whatever events the store has.
pub(super) fn named(
    store: &str,
    declared: &Declared,
    names: &[String],
    context: &Context,
) -> Outcome<Vec<Projector>> {
    let all: Vec<_> = every(declared)?.into_iter().map(|(found, _)| found).collect();
    let chain = context.upcast().chain()?;
    let find = |name: &String| {
        let found = all.iter().find(|one| one.name() == name);
        let found = found.cloned().ok_or_else(|| unknown(store, name, &all))?;
        Ok(Projector::new(found, chain.clone()))
    };
    names.iter().map(find).collect()
}

/// Those of the file, and of those that come with the program, the ones that are made for the events of the store.
pub(super) fn fitting(
    writer: &dyn StoreWriter,
    declared: &Declared,
    context: &Context,
) -> Outcome<Vec<Projector>> {
    let types = writer.reader()?.census()?.types;
    let chain = context.upcast().chain()?;
    let becomes = |one, name: &str| {
        let made = chain.iter().flat_map(|chain| chain.becomes(one));
        made.into_iter().any(|made| made.as_str() == name)
    };
    let has = |name: &str| types.iter().any(|(one, _)| one.as_str() == name || becomes(one, name));
    let fits = every(declared)?
        .into_iter()
        .filter(|(_, needs)| needs.as_ref().is_none_or(|known| known.is_for(has)));
    let fits: Vec<_> = fits.map(|(found, _)| Projector::new(found, chain.clone())).collect();
    if fits.is_empty() {
        let store = writer.name();
        return Err(Failure::usage(format!(
            "no projection that comes with foldback is made for the events of {store}"
        ))
        .hint("declare your own, and name the file with --projections FILE: `foldback projection run --help` shows how"));
    }
    Ok(fits)
}

/// Every one there is, and whether it came with the program.
type Every = Vec<(Arc<dyn Projection>, Option<projection::Known>)>;

fn every(declared: &Declared) -> Outcome<Every> {
    let mut all: Every = Vec::new();
    if let Some(path) = &declared.projections {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("{} cannot be read: {error}", path.display()))
        })?;
        let read = crate::projection::declared(&text).map_err(|mistakes| {
            Failure::usage(format!("{}: {}", path.display(), mistakes.join("\n")))
        })?;
        all.extend(read.into_iter().map(|one| (Arc::new(one) as _, None)));
    }
    for known in projection::known() {
        // A person's own takes the place of one that comes with the program.
        if all.iter().all(|(one, _)| one.name() != known.projection.name()) {
            all.push((Arc::clone(&known.projection), Some(known)));
        }
    }
    Ok(all)
}

fn unknown(store: &str, name: &str, all: &[Arc<dyn Projection>]) -> Failure {
    let failure = Failure::usage(format!("there is no projection `{name}` to run on {store}"));
    let names = all.iter().map(|one| one.name());
    match text::nearest(name, names.clone()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!(
            "these come with foldback: {}; your own are read with --projections FILE",
            names.collect::<Vec<_>>().join(", ")
        )),
    }
}
