//! The keys as a document lists them.

use super::{Context, Keymap, KeymapError, label};

/// A place of the screen and the keys that hold there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysOf {
    /// The place, as the help calls it.
    pub place: &'static str,
    /// Keys as a person sees them, and what they do; neighbours that do the same are together.
    pub keys: Vec<(Vec<String>, String)>,
}

/// The keys that come with foldback, by place; a place without any of its own is left out.
pub(crate) fn listed() -> Result<Vec<KeysOf>, KeymapError> {
    let keymap = Keymap::standard()?;
    let of = |context: Context, place: &'static str| {
        let mut keys: Vec<(Vec<String>, String)> = Vec::new();
        for binding in keymap.of(context) {
            let on = binding.on.iter().map(|on| label(on));
            match keys.last_mut() {
                Some((known, desc)) if *desc == binding.desc => known.extend(on),
                _ => keys.push((on.collect(), binding.desc.clone())),
            }
        }
        KeysOf { place, keys }
    };
    let all = Context::ALL.iter().map(|(context, _, place)| of(*context, place));
    Ok(all.filter(|place| !place.keys.is_empty()).collect())
}
