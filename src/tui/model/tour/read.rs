//! From `assets/tour.yaml` to steps; every mistake is found and told with its line.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::goal::{Goal, Lost};
use super::words::Words;
use super::{Said, Step, Tour};
use crate::text;
use crate::tui::keymap::Keymap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    steps: Vec<StepRow>,
    lost: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepRow {
    goal: Spanned<String>,
    name: String,
    #[serde(rename = "do")]
    does: Spanned<String>,
    seen: Spanned<String>,
    brief: BriefRow,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BriefRow {
    #[serde(rename = "do")]
    does: Spanned<String>,
    seen: Spanned<String>,
}

/// Reads a tour; the errors are all its mistakes, each a sentence with its line.
pub(super) fn read(yaml: &str, keymap: &Keymap) -> Result<Tour, Vec<String>> {
    let file: File = serde_saphyr::from_str(yaml).map_err(|error| vec![error.to_string()])?;
    let mut reader = Reader { keymap, wrong: Vec::new() };
    let mut steps: Vec<Step> = Vec::new();
    for row in &file.steps {
        let Some(goal) = reader.named(&row.goal.value, &row.goal, "goal", Goal::ALL) else {
            continue;
        };
        if steps.iter().any(|step| step.goal == goal) {
            reader.tell(&row.goal, &format!("`{}` is the goal of two steps", row.goal.value));
        }
        let usual = reader.said(&row.does, &row.seen);
        let brief = reader.said(&row.brief.does, &row.brief.seen);
        steps.push(Step { goal, name: row.name.clone(), usual, brief });
    }
    let mut lost = Vec::new();
    for (name, template) in &file.lost {
        let Some(which) = reader.named(name, template, "way to be lost", Lost::ALL) else {
            continue;
        };
        lost.push((which, reader.words(template)));
    }
    let goals = Goal::ALL.iter().filter(|(goal, _)| !steps.iter().any(|step| step.goal == *goal));
    let ways = Lost::ALL.iter().filter(|(way, _)| !lost.iter().any(|(other, _)| other == way));
    let missing = goals.map(|(_, name)| *name).chain(ways.map(|(_, name)| *name));
    let missing: Vec<String> = missing.map(|name| format!("`{name}` is missing")).collect();
    reader.wrong.extend(missing);
    if reader.wrong.is_empty() {
        return Ok(Tour { steps, lost, at: 0, seen: false, astray: None, on: false });
    }
    Err(reader.wrong)
}

struct Reader<'a> {
    keymap: &'a Keymap,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn tell(&mut self, at: &Spanned<String>, told: &str) {
        self.wrong.push(format!("line {}: {told}", at.referenced.line()));
    }

    fn named<T: Copy>(
        &mut self,
        name: &str,
        at: &Spanned<String>,
        of: &str,
        all: &[(T, &'static str)],
    ) -> Option<T> {
        let found = all.iter().find(|(_, known)| *known == name);
        if found.is_none() {
            let near = text::nearest(name, all.iter().map(|(_, known)| *known));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let told = format!("there is no {of} `{}`{near}", text::sanitize(name));
            self.tell(at, &told);
        }
        found.map(|(found, _)| *found)
    }

    fn said(&mut self, does: &Spanned<String>, seen: &Spanned<String>) -> Said {
        Said { does: self.words(does), seen: self.words(seen) }
    }

    fn words(&mut self, template: &Spanned<String>) -> Words {
        Words::read(&template.value, self.keymap).unwrap_or_else(|wrong| {
            for told in wrong {
                self.tell(template, &told);
            }
            Words::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../../../assets/tour.yaml");

    fn wrong(from: &str, to: &str) -> Vec<String> {
        let keymap = Keymap::standard().unwrap();
        assert!(FILE.contains(from), "{from}");
        read(&FILE.replacen(from, to, 1), &keymap).err().unwrap_or_default()
    }

    #[test]
    fn the_tour_is_sound_and_has_six_steps() {
        let tour = read(FILE, &Keymap::standard().unwrap()).unwrap();
        assert_eq!(tour.place(), (1, 6));
        assert!(
            tour.steps.iter().map(|step| step.goal).eq(Goal::ALL.iter().map(|(goal, _)| *goal))
        );
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        let line = |part: &str| FILE.lines().position(|line| line.contains(part)).unwrap() + 1;
        let told = wrong("goal: at-refund", "goal: at-refnud");
        assert!(told[0].starts_with(&format!("line {}: ", line("goal: at-refund"))), "{told:?}");
        assert!(told[0].contains("did you mean `at-refund`?"), "{told:?}");
        assert_eq!(told[1], "`at-refund` is missing");
        let told = wrong("{find-aggregate} 4711", "{find-agregate} 4711");
        let place = format!("line {}: ", line("other-aggregate:"));
        assert!(told[0].starts_with(&place) && told[0].contains("find-aggregate"), "{told:?}");
        let told = wrong("goal: at-refund", "goal: total-chosen");
        assert!(told.iter().any(|told| told.contains("the goal of two steps")), "{told:?}");
        assert!(wrong("    name: Go there", "    title: Go there")[0].contains("title"));
        assert!(wrong("  other-screen:", "  other-scren:")[0].contains("`other-screen`"));
    }
}
