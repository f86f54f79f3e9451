//! The commands as a document lists them.

use super::help;

/// Commands that are for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandsFor {
    /// What they are for, as the help says it.
    pub title: &'static str,
    /// The commands.
    pub commands: Vec<Usage>,
}

/// What can be typed after `foldback` for one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Its name and what has to follow, or can: `diff STORE AGGREGATE FROM [TO]`.
    pub line: String,
    /// What it does.
    pub about: String,
    /// The options that it alone takes, in the order of its help.
    pub options: Vec<String>,
}

/// All commands, in the groups of `foldback help`.
pub fn commands() -> Vec<CommandsFor> {
    let mut command = help::command();
    command.build();
    let usages = |name: &&str| {
        let of = command.find_subcommand(name)?;
        Some(match of.get_subcommands().collect::<Vec<_>>()[..] {
            [] => vec![usage("", of)],
            ref parts => parts.iter().map(|part| usage(&format!("{name} "), part)).collect(),
        })
    };
    let of = |(title, names): (&'static str, &[&str])| CommandsFor {
        title,
        commands: names.iter().filter_map(usages).flatten().collect(),
    };
    help::GROUPS.into_iter().map(of).collect()
}

fn usage(before: &str, command: &clap::Command) -> Usage {
    let value = |argument: &clap::Arg| {
        let names = argument.get_value_names().unwrap_or_default();
        names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let mut words = vec![format!("{before}{}", command.get_name())];
    for argument in command.get_positionals() {
        let value = value(argument);
        words.push(if argument.is_required_set() { value } else { format!("[{value}]") });
    }
    let own = command.get_arguments().filter(|one| !one.is_positional());
    let mut options: Vec<String> = Vec::new();
    for option in own.filter(|one| !one.is_global_set() && !one.is_hide_set()) {
        let Some(long) = option.get_long().filter(|long| *long != "help") else { continue };
        let takes = option.get_action().takes_values();
        options.push(if takes {
            format!("--{long} {}", value(option))
        } else {
            format!("--{long}")
        });
    }
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    Usage { line: words.join(" "), about, options }
}
