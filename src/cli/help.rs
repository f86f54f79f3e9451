//! Help that is put together: commands in groups, what is shown when nothing is typed, and the nearest name for a typo.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::CommandFactory as _;

use super::args::Cli;
use super::failure::Failure;
use crate::text;

/// The commands by what they are for. A test holds that each stands in exactly one group.
pub(super) const GROUPS: [(&str, &[&str]); 7] = [
    ("To try it out", &["demo"]),
    ("What is in a store", &["info", "aggregates", "events", "metrics"]),
    ("One aggregate in time", &["state", "diff", "log", "blame", "history", "replay"]),
    ("In a store of foldback's own", &["append", "snapshot", "projection"]),
    ("Schemas of events", &["upcast"]),
    ("Between stores", &["import", "export"]),
    ("For your shell", &["completions", "man"]),
];

const WORDS: &str = "\
What to write for:
  STORE      a SQLite file, or a recording: .jsonl, .jsonl.zst;
             `-` is a recording that is piped in; demo:shop is a sample to try
  AGGREGATE  its id, as `foldback aggregates STORE` lists them
  VERSION    a number; first, last; -3: three before the last; 0: before all;
             or a time in UTC: 2026-03-02T14:34:12Z, '2026-03-02 14:34', -2h
  PATH       as in jq: .items[0].price; or a JSON pointer: /items/0/price

Exit status:
  0    done
  1    the answer is no: `upcast check` found something, `replay` a snapshot
       that cannot be right, an event stopped a projection
  2    wrong usage, or something named that is not there
  3    the store could not be opened or read
  4    a write was refused, or the output could not be written
  70   a defect in foldback
  130  stopped by Ctrl-C; 143 by SIGTERM: 128 and the number of the signal

Every command explains itself, with examples: foldback help state";

/// The whole command line, ready to read arguments and to be documented.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let list = grouped(&command);
    command
        .help_template("{about}\n\n{usage-heading} {usage}\n\n{before-help}{options}{after-help}")
        .before_help(list.trim_end().to_owned())
        .override_usage("foldback STORE              look at it on the screen\n       foldback COMMAND STORE …    print")
        .after_help(WORDS)
}

fn grouped(command: &clap::Command) -> String {
    let mut out = String::new();
    for (title, names) in GROUPS {
        out.push_str(title);
        out.push_str(":\n");
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(out, "  {name:<12} {about}");
        }
        out.push('\n');
    }
    out
}

/// What `foldback` alone says.
pub(crate) const START: &str = "\
foldback goes back in time in an event store: any aggregate at any version, what
each event changed, and which event put every value there. It never writes to a
store that it did not create.

  foldback shop.db                   look at it on the screen; ? shows the keys
  foldback info shop.db              what is in it, and which library wrote it
  foldback aggregates shop.db        whose history there is
  foldback log shop.db order-4711    every event of one, and what it changed
  foldback state shop.db order-4711  its state now; --at 17, --at -2h: as it was
  foldback blame shop.db order-4711  which event put each value there

  foldback demo                      a sample store to try; as STORE: demo:shop

All commands: foldback help
";

/// `help` and `help state`, which people type, as the `--help` and `state --help` that they mean.
pub(crate) fn asked(arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_none_or(|first| first != "help") {
        return arguments;
    }
    let mut rest = arguments.into_iter();
    let program = rest.next();
    let command = rest.skip(1).filter(|word| !word.to_string_lossy().starts_with('-'));
    program.into_iter().chain(command).chain([OsString::from("--help")]).collect()
}

/// Whether the first word was meant as a command and is none; the reader of arguments would take it for something else.
pub(crate) fn mistyped(words: &[String]) -> Option<Failure> {
    let command = Cli::command();
    let names = || command.get_subcommands().map(clap::Command::get_name);
    // What is neither a flag nor a flag's value.
    let mut takes_value = false;
    let mut plain = words.iter().map(String::as_str).filter(|word| {
        let is_value = std::mem::take(&mut takes_value);
        takes_value = matches!(*word, "--layout" | "--upcast" | "--color" | "--theme" | "--config");
        !is_value && !word.starts_with('-')
    });
    let word = plain.next()?;
    if names().any(|name| name == word) {
        return None;
    }
    let next = plain.next();
    if let Some(name) = next.filter(|next| names().any(|name| name == *next)) {
        return Some(
            Failure::usage(format!("`{word}` stands where a command is expected"))
                .hint(format!("the command comes first: foldback {name} {word}")),
        );
    }
    let is_store = word.contains(['/', '.', '\\', ':']) || std::path::Path::new(word).exists();
    if is_store && next.is_none() {
        return None;
    }
    let failure = Failure::usage(format!("there is no command `{word}`"));
    Some(match text::nearest(word, names()) {
        Some(name) => failure.hint(format!("did you mean `{name}`?")),
        None => failure.hint("`foldback help` lists the commands; a store is given as a path"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group_and_teaches_by_example() {
        let mut grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let command = command();
        let mut all: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
        for command in command.get_subcommands() {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = after.lines().filter(|line| line.starts_with("  foldback ")).count();
            assert!(examples >= 2, "{} has {examples} examples", command.get_name());
        }
    }

    /// What is laid out by hand is laid out for a terminal of the usual width.
    #[test]
    fn nothing_is_wider_than_a_terminal() {
        let command = command();
        let text = |text: Option<&clap::builder::StyledStr>| {
            text.map(ToString::to_string).unwrap_or_default()
        };
        let of_commands = command.get_subcommands().map(|one| text(one.get_after_help()));
        let own =
            [START.to_owned(), text(command.get_before_help()), text(command.get_after_help())];
        for line in own
            .into_iter()
            .chain(of_commands)
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(text::width(&line) <= 80, "{line}");
        }
    }

    #[test]
    fn help_is_asked_for_in_two_ways() {
        let asked = |line: &str| {
            let words = line.split(' ').map(OsString::from).collect();
            asked(words).join(std::ffi::OsStr::new(" ")).into_string().unwrap()
        };
        assert_eq!(asked("foldback help"), "foldback --help");
        assert_eq!(asked("foldback help --json state"), "foldback state --help");
        assert_eq!(asked("foldback help projection run"), "foldback projection run --help");
        assert_eq!(asked("foldback state help"), "foldback state help");
    }

    #[test]
    fn the_reader_of_arguments_agrees_with_itself() {
        command().debug_assert();
    }

    #[test]
    fn a_mistyped_command_is_told_from_a_store() {
        let said = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(ToString::to_string).collect();
            mistyped(&words).map(|failure| failure.hint.unwrap_or_default())
        };
        assert_eq!(said(&["inof", "x.db"]).as_deref(), Some("did you mean `info`?"));
        assert_eq!(said(&["x.db", "--theme", "light", "--layout", "own.yaml"]), None);
        assert_eq!(
            said(&["--json", "aggregate", "x.db"]).as_deref(),
            Some("did you mean `aggregates`?")
        );
        assert_eq!(
            said(&["x.db", "info"]).as_deref(),
            Some("the command comes first: foldback info x.db")
        );
        assert_eq!(said(&["--color", "never", "info", "x.db"]), None);
        assert_eq!(said(&["no-such.db"]), None);
        assert_eq!(said(&[]), None);
    }
}
