//! The journeys in `tests/journeys`, walked as they are written there, so that the prose cannot drift from what holds.
//!
//! A journey is prose, the store it is on, the sizes of the screen, and lines that begin with a hyphen: what a person
//! does and sees. In such a line a verb holds for everything in backquotes that follows it, up to the next verb:
//!
//! - *presses* keys, as a keymap writes them; *types* a text; *clicks* where a text stands;
//! - *sees* a text, or `not` so; *copies* one; *waits* for so many steps of a playhead that plays;
//! - *runs* a command, whose output is what is seen then; somebody else *appends* a line to the store.

use std::path::{Path, PathBuf};
use std::process::Command;

use foldback::session::{OpenOptions, Session};
use foldback::tui::{Colours, Headless, Options, Source};
use ratatui::buffer::{Buffer, Cell};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Presses,
    Types,
    Clicks,
    Sees,
    Not,
    Copies,
    Waits,
    Runs,
    Appends,
}

impl Verb {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "presses" => Self::Presses,
            "types" => Self::Types,
            "clicks" => Self::Clicks,
            "sees" => Self::Sees,
            "not" => Self::Not,
            "copies" => Self::Copies,
            "waits" => Self::Waits,
            "runs" => Self::Runs,
            "appends" => Self::Appends,
            _ => return None,
        })
    }
}

/// One thing that is done or seen, and the line that says so.
type Step = (usize, Verb, String);

struct Journey {
    store: String,
    sizes: Vec<(u16, u16)>,
    steps: Vec<(Option<(u16, u16)>, Step)>,
}

fn size(text: &str) -> Option<(u16, u16)> {
    let (columns, rows) = text.trim().split_once('x')?;
    Some((columns.parse().ok()?, rows.parse().ok()?))
}

impl Journey {
    fn read(text: &str) -> Self {
        let mut journey = Self { store: String::new(), sizes: Vec::new(), steps: Vec::new() };
        for (line, number) in text.lines().zip(1..) {
            if let Some(store) = line.strip_prefix("Store: ") {
                store.trim_matches('`').clone_into(&mut journey.store);
            } else if let Some(sizes) = line.strip_prefix("Sizes: ") {
                journey.sizes = sizes.split(',').map(|text| size(text).unwrap()).collect();
            } else if let Some(line) = line.strip_prefix("- ") {
                journey.read_steps(line, number);
            }
        }
        assert!(
            !journey.store.is_empty() && !journey.sizes.is_empty() && !journey.steps.is_empty()
        );
        journey
    }

    fn read_steps(&mut self, line: &str, number: usize) {
        let (only, line) = match line.strip_prefix("at ").and_then(|rest| rest.split_once(": ")) {
            Some((only, rest)) => (Some(size(only).unwrap()), rest),
            None => (None, line),
        };
        let mut verb = None;
        let mut said = 0;
        for (part, quoted) in line.split('`').zip([false, true].into_iter().cycle()) {
            if quoted {
                let verb = verb
                    .unwrap_or_else(|| panic!("line {number}: what is to be done with `{part}`?"));
                self.steps.push((only, (number, verb, part.to_owned())));
                said += 1;
            } else {
                let words = part.split(|letter: char| !letter.is_alphabetic());
                verb = words.rev().find_map(Verb::read).or(verb);
            }
        }
        assert!(
            said > 0 && line.matches('`').count() % 2 == 0,
            "line {number} says nothing: {line}"
        );
    }
}

/// A store that may be written to, and where it is; a sample needs no copy.
fn place(store: &str, folder: &Path) -> PathBuf {
    if store.starts_with("demo:") {
        return PathBuf::from(store);
    }
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(store);
    let to = folder.join(from.file_name().unwrap());
    std::fs::copy(&from, &to).unwrap();
    to
}

struct Walk {
    screen: Headless,
    store: PathBuf,
    /// What a command said, until somebody looks at the screen again.
    printed: Option<String>,
}

impl Walk {
    fn begin(store: PathBuf, size: (u16, u16)) -> Self {
        let name = store.to_string_lossy().into_owned();
        let open = store.clone();
        let source =
            Source::new(name.clone(), move || Session::open(&open, &OpenOptions::default()));
        let source = match name.strip_prefix("demo:") {
            Some(name) => {
                let sample = foldback::store::demo::find(name).unwrap();
                source.beginning_with(sample.first())
            }
            None => source,
        };
        let options = Options { colours: Colours::All, ..Options::default() };
        let mut screen = Headless::new(source, &options, size).unwrap();
        screen.start();
        screen.settle();
        Self { screen, store, printed: None }
    }

    fn shown(&mut self) -> String {
        if let Some(printed) = &self.printed {
            return printed.clone();
        }
        self.screen.draw();
        self.screen.settle();
        lines(self.screen.draw())
    }

    fn take(&mut self, verb: Verb, what: &str) -> Result<(), String> {
        if !matches!(verb, Verb::Sees | Verb::Not | Verb::Runs) {
            self.printed = None;
        }
        match verb {
            Verb::Presses => what.split_whitespace().for_each(|key| self.press(key)),
            Verb::Types => what.chars().for_each(|letter| match letter {
                ' ' => self.press("space"),
                letter => self.press(letter.encode_utf8(&mut [0; 4])),
            }),
            Verb::Clicks => {
                let shown = self.shown();
                let (row, line) = shown
                    .lines()
                    .enumerate()
                    .find(|(_, line)| line.contains(what))
                    .ok_or("it is not there")?;
                let column = line.split(what).next().unwrap_or_default().chars().count();
                self.screen.click(column as u16, row as u16);
                self.screen.settle();
            }
            Verb::Sees if !self.shown().contains(what) => return Err("it is not there".to_owned()),
            Verb::Not if self.shown().contains(what) => return Err("it is there".to_owned()),
            Verb::Sees | Verb::Not => {}
            Verb::Copies => match self.screen.copied() {
                Some(copied) if copied == what => {}
                copied => return Err(format!("what is copied is {copied:?}")),
            },
            Verb::Waits => {
                for _ in 0..what.parse::<u32>().unwrap() {
                    self.screen.ring().ok_or("nothing plays")?;
                    self.screen.settle();
                }
            }
            Verb::Runs => self.printed = Some(self.run(what)),
            Verb::Appends => {
                use std::io::Write as _;
                let mut file = std::fs::OpenOptions::new().append(true).open(&self.store).unwrap();
                writeln!(file, "{what}").unwrap();
                // Longer than the loop lets pass between two looks, even after one that took its time.
                for _ in 0..40 {
                    self.screen.tick();
                    self.screen.settle();
                }
            }
        }
        Ok(())
    }

    fn press(&mut self, key: &str) {
        self.screen.press(key).unwrap();
        self.screen.settle();
    }

    fn run(&self, line: &str) -> String {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("foldback"), "only foldback is run: {line}");
        let words =
            words.map(|word| if word == "STORE" { self.store.as_os_str() } else { word.as_ref() });
        let output = Command::new(env!("CARGO_BIN_EXE_foldback")).args(words).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8(text).unwrap()
    }
}

fn lines(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width.max(1));
    let line =
        |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned();
    buffer.content().chunks(width).map(line).collect::<Vec<_>>().join("\n")
}

fn walk(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journeys").join(name);
    let journey = Journey::read(&std::fs::read_to_string(&path).unwrap());
    for size in &journey.sizes {
        let folder = tempfile::tempdir().unwrap();
        let mut walk = Walk::begin(place(&journey.store, folder.path()), *size);
        for (only, (line, verb, what)) in &journey.steps {
            if only.is_some_and(|only| only != *size) {
                continue;
            }
            if let Err(told) = walk.take(*verb, what) {
                let shown = walk.shown();
                panic!("{name}, line {line}, at {size:?}: {verb:?} `{what}`, but {told}:\n{shown}");
            }
        }
    }
}

macro_rules! journeys {
    ($($test:ident $file:literal,)*) => {
        $(#[test] fn $test() { walk($file); })*

        #[test]
        fn every_journey_is_walked() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journeys");
            let mut names: Vec<String> = std::fs::read_dir(folder).unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            assert_eq!(names, [$($file),*]);
        }
    };
}

journeys! {
    every_event_of_a_type_on_one_day "audit-every-event-of-a-type.md",
    noon_and_now_compared "audit-noon-and-now.md",
    payloads_that_nobody_can_read "audit-what-cannot-be-read.md",
    what_an_older_release_wrote "audit-what-release-1-wrote.md",
    who_changed_a_value_and_when "audit-who-changed-this.md",
    a_history_as_it_is_played "demo-a-film.md",
    a_history_of_twenty_thousand_events "demo-a-long-history.md",
    themes_help_and_a_closer_look "demo-themes-and-help.md",
    a_guest_who_cannot_leave "incident-a-guest-who-cannot-leave.md",
    a_projection_that_stands "incident-a-projection-that-stands.md",
    one_conversation_over_all_aggregates "incident-a-refund-twice.md",
    a_total_below_zero "incident-a-total-below-zero.md",
    a_store_that_goes_on "incident-while-it-goes-on.md",
    a_store_of_another_library "libraries-of-others.md",
}

#[test]
#[should_panic(expected = "what is to be done with `x`")]
fn a_line_that_nobody_understands_is_refused() {
    Journey::read("Store: `demo:bank`\nSizes: 80x24\n- likes `x`\n");
}
