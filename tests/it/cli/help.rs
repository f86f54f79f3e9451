//! What the program says about itself.

use super::{foldback, run, seen, text};

const COMMANDS: [&str; 26] = [
    "demo",
    "info",
    "aggregates",
    "events",
    "state",
    "diff",
    "log",
    "blame",
    "history",
    "replay",
    "upcast",
    "append",
    "snapshot",
    "projection",
    "projection status",
    "projection run",
    "projection rebuild",
    "projection pause",
    "projection resume",
    "projection rows",
    "projection dead-letters",
    "import",
    "export",
    "completions",
    "man",
    "metrics",
];

#[test]
fn help_teaches() {
    insta::assert_snapshot!("start", text(&foldback().output().unwrap().stdout));
    insta::assert_snapshot!("help", seen("--help"));
    for command in COMMANDS {
        let name = command.replace(' ', "_");
        insta::assert_snapshot!(format!("help_{name}"), seen(&format!("{command} --help")));
    }
    for part in ["check", "show"] {
        let help = seen(&format!("upcast {part} --help"));
        insta::assert_snapshot!(format!("help_upcast_{part}"), help);
    }
    for (line, same) in [("help", "--help"), ("help state", "state --help")] {
        assert_eq!(text(&run(line.split(' ')).stdout), text(&run(same.split(' ')).stdout));
    }
    insta::assert_snapshot!("help_nonsense", seen("help stat"));
    assert_eq!(
        seen("-h").lines().skip(1).collect::<Vec<_>>(),
        seen("--help").lines().skip(1).collect::<Vec<_>>()
    );
}

#[test]
fn every_example_in_the_help_can_be_typed() {
    for command in COMMANDS {
        let help = seen(&format!("{command} --help"));
        let examples: Vec<_> =
            help.lines().filter_map(|line| line.strip_prefix("  foldback ")).collect();
        assert!(examples.len() >= 2, "{command}");
        for example in examples {
            let typed = first_command(example);
            let script = format!("\"$0\" {typed} --help");
            let ran = std::process::Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_foldback")])
                .output()
                .unwrap();
            assert!(ran.status.success(), "{example}: {}", text(&ran.stderr));
        }
    }
}

/// What stands before the first pipe or redirection that is not quoted.
fn first_command(example: &str) -> &str {
    let is_outside = |at: &usize| example[..*at].matches('\'').count().is_multiple_of(2);
    let end = example.match_indices([' ', '|', '>']).map(|(at, _)| at);
    let mut end =
        end.filter(|at| example[*at..].starts_with(" | ") || example[*at..].starts_with(" > "));
    &example[..end.find(is_outside).unwrap_or(example.len())]
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    insta::assert_snapshot!("man", text(&run(["man"]).stdout));
    let directory = tempfile::tempdir().unwrap();
    let pages = directory.path().join("man1");
    let ran = foldback().arg("man").arg(&pages).output().unwrap();
    assert!(ran.status.success());
    let mut names: Vec<_> = std::fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut expected: Vec<_> =
        COMMANDS.iter().map(|name| format!("foldback-{}.1", name.replace(' ', "-"))).collect();
    expected.extend(["", "-upcast-check", "-upcast-show"].map(|of| format!("foldback{of}.1")));
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn every_shell_gets_all_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = text(&run(["completions", shell]).stdout);
        for command in COMMANDS {
            let word = command.rsplit(' ').next().unwrap();
            assert!(script.contains(word), "{shell} does not complete {command}");
        }
    }
    insta::assert_snapshot!("completions_fish", text(&run(["completions", "fish"]).stdout));
}
