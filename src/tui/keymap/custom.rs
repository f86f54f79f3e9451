//! A person's own keys, over those that come with foldback.

use super::read::{clashes, unknown_context};
use super::{Binding, Context, Keymap};
use crate::config::{KeyRow, Mistake};
use crate::text;
use crate::tui::action::Action;
use crate::tui::input::{Key, chord};

impl Keymap {
    /// This keymap with a person's own keys. An action has the keys that are named for it in a place, and none of those
    /// it had there before; a key that something else had there is taken from it. A row that is wrong changes nothing.
    pub(crate) fn with(mut self, rows: &[KeyRow]) -> (Self, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let mut own: Vec<(u64, Binding)> = Vec::new();
        for row in rows {
            match self.read_row(row) {
                Ok(binding) => own.push((row.run.line, binding)),
                Err(more) => mistakes.extend(more),
            }
        }
        // Of two rows that are at odds, the later one is left out.
        for (line, told) in clashes(&own) {
            own.retain(|(at, _)| *at != line);
            mistakes.push(Mistake { line, told });
        }
        for (line, binding) in own {
            let before = self.bindings.clone();
            self.put(binding.clone());
            if let Some(told) = self.hidden_by(&binding) {
                mistakes.push(Mistake { line, told });
                self.bindings = before;
            }
        }
        (self, mistakes)
    }

    fn read_row(&self, row: &KeyRow) -> Result<Binding, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let place = Context::ALL.iter().find(|(_, name, _)| *name == row.place.value);
        if place.is_none() {
            let told = unknown_context(&row.place.value);
            mistakes.push(Mistake { line: row.place.line, told });
        }
        let line = row.run.line;
        let mut on: Vec<Vec<Key>> = Vec::new();
        for key in &row.on {
            match chord(key) {
                Ok(chord) => on.push(chord),
                Err(error) => mistakes.push(Mistake { line, told: error.to_string() }),
            }
        }
        let run = row.run.value.parse::<Action>().map_err(|error| {
            mistakes.push(Mistake { line, told: error.to_string() });
        });
        let (Some((context, ..)), Ok(run), true) = (place, run, mistakes.is_empty()) else {
            return Err(mistakes);
        };
        let known = self.of(*context).find(|binding| binding.run == run);
        let desc = known.map_or_else(|| run.title().to_lowercase(), |known| known.desc.clone());
        let foot = known.and_then(|known| known.foot.clone());
        Ok(Binding { context: *context, on, run, desc, foot })
    }

    /// Puts a binding where the action's own stood, or at the end.
    fn put(&mut self, own: Binding) {
        for other in self.bindings.iter_mut().filter(|other| other.context == own.context) {
            other.on.retain(|on| !own.on.contains(on));
        }
        let is_same = |known: &&mut Binding| known.context == own.context && known.run == own.run;
        match self.bindings.iter_mut().find(is_same) {
            Some(known) => *known = own,
            None => self.bindings.push(own),
        }
    }

    /// What a new binding hides, or is hidden by, in its place.
    fn hidden_by(&self, own: &Binding) -> Option<String> {
        let told = |keys: &[Key]| keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ");
        self.of(own.context).flat_map(|binding| &binding.on).find_map(|on| {
            let mine = own.on.iter().find(|mine| {
                *mine != on && (mine.starts_with(on) || on.starts_with(mine.as_slice()))
            })?;
            let (short, long) = if mine.len() < on.len() { (mine, on) } else { (on, mine) };
            let told = format!("`{}` hides `{}`, which begins with it", told(short), told(long));
            Some(text::sanitize(&told).into_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::tui::keymap::Meaning;

    fn with(yaml: &str) -> (Keymap, Vec<String>) {
        let config = Config::read("f", yaml);
        assert_eq!(config.mistakes, []);
        let (keymap, mistakes) = Keymap::standard().unwrap().with(&config.keys);
        (keymap, mistakes.iter().map(|one| config.told(one)).collect())
    }

    fn meaning(keymap: &Keymap, key: &str) -> Meaning {
        keymap.meaning(&[Context::Timeline, Context::Everywhere], &chord(key).unwrap())
    }

    #[test]
    fn every_action_takes_other_keys_and_gives_its_own_back() {
        for action in Action::ALL {
            for (context, name, _) in Context::ALL {
                let (keymap, mistakes) =
                    with(&format!("keys:\n  {name}:\n    - {{on: f12, run: {action}}}\n"));
                assert_eq!(mistakes, [""; 0]);
                let keys = chord("f12").unwrap();
                assert_eq!(keymap.meaning(&[*context], &keys), Meaning::Run(*action));
                let bound = keymap.of(*context).filter(|binding| binding.run == *action);
                assert_eq!(bound.map(|binding| binding.on.len()).sum::<usize>(), 1);
            }
        }
    }

    #[test]
    fn a_key_is_taken_from_what_had_it_and_none_is_none() {
        let (keymap, mistakes) =
            with("keys:\n  timeline:\n    - {on: u, run: step-back}\n    - {on: [], run: go-to}\n");
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(meaning(&keymap, "u"), Meaning::Run(Action::StepBack));
        assert_eq!(meaning(&keymap, "left"), Meaning::Nothing);
        assert_eq!(meaning(&keymap, "g"), Meaning::Nothing);
        assert_eq!(meaning(&keymap, "right"), Meaning::Run(Action::StepForward));
    }

    #[test]
    fn all_mistakes_are_told_and_what_is_right_holds() {
        let (keymap, mistakes) = with(
            "keys:\n  timelin:\n    - {on: x, run: play}\n  timeline:\n    - {on: hyper-x, run: play}\n    - {on: f9, run: step-bakc}\n    - {on: f10, run: step-back}\n    - {on: f10, run: step-forward}\n    - {on: right x, run: go-end}\n    - {on: f11, run: go-start}\n",
        );
        assert_eq!(mistakes.len(), 5, "{mistakes:#?}");
        for (line, part) in [
            ("f:3:", "did you mean `timeline`?"),
            ("f:5:", "hyper"),
            ("f:6:", "did you mean `step-back`?"),
            ("f:8:", "`f10` runs both `step-back` and `step-forward`"),
            ("f:9:", "`right` hides `right x`"),
        ] {
            let found = mistakes.iter().any(|told| told.starts_with(line) && told.contains(part));
            assert!(found, "{line} {part}: {mistakes:#?}");
        }
        assert_eq!(meaning(&keymap, "end"), Meaning::Run(Action::GoEnd));
        assert_eq!(meaning(&keymap, "f11"), Meaning::Run(Action::GoStart));
        assert_eq!(meaning(&keymap, "f10"), Meaning::Run(Action::StepBack));
    }
}
