//! Which chain of upcasters events go through: `--upcast FILE`, else what the configuration says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::configuration;
use super::failure::{Failure, Outcome};
use crate::config::Config;
use crate::upcast::{self, Chain};

/// What `--upcast` says to leave out what the configuration has.
const NONE: &str = "none";

/// Where the chain is that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Option<PathBuf>);

impl Asked {
    /// By `--upcast`.
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        Self(file)
    }

    /// The chain; `None` where there is none, or it is not wanted.
    pub(crate) fn chain(&self) -> Outcome<Option<Arc<Chain>>> {
        match &self.0 {
            Some(_) => self.or(&Config::default()),
            None => self.or(&configuration::find(None)?.0),
        }
    }

    /// The same, where the configuration is read already.
    pub(crate) fn or(&self, config: &Config) -> Outcome<Option<Arc<Chain>>> {
        match (&self.0, &config.upcast) {
            (Some(file), _) if file.as_os_str() == NONE => Ok(None),
            (Some(file), _) => read(file).map(Some),
            (None, Some(file)) => {
                // Beside the file that names it, wherever the command is typed.
                let beside = Path::new(&config.file).parent().unwrap_or(Path::new(""));
                let place = format!("{}:{}", config.file, file.line);
                read(&beside.join(&file.value)).map(Some).map_err(|failure| {
                    let hint = format!("{place} names it; --upcast {NONE} does without for once");
                    failure.hint(hint)
                })
            }
            (None, None) => Ok(None),
        }
    }
}

fn read(file: &Path) -> Outcome<Arc<Chain>> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::usage(format!("the chain of upcasters {name} cannot be read: {error}"))
            .hint("--upcast takes a YAML file; `foldback upcast --help` shows what stands in it")
    })?;
    upcast::read(&name, &text).map(Arc::new).map_err(|mistakes| {
        let place = |line: u64| if line > 0 { format!("{name}:{line}") } else { name.clone() };
        let told = mistakes.iter().map(|one| format!("{}: {}", place(one.line), one.message));
        Failure::usage(told.collect::<Vec<_>>().join("\n"))
            .hint("nothing is upcasted until all of it is right")
    })
}
