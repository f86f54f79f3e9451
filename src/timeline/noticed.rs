//! What folding an aggregate noticed: the first many findings, and how many events had more.

use std::collections::BTreeMap;

use crate::model::{Finding, Version};

/// Findings that are kept: enough to see what is wrong, and a bound where every one of a million events has some.
const KEPT: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Noticed {
    kept: BTreeMap<Version, Vec<Finding>>,
    count: usize,
    /// The first version whose findings were let go, and how many events there were with some.
    gone: Option<(Version, u64)>,
}

impl Noticed {
    pub(super) fn note(&mut self, version: Version, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        if self.count >= KEPT {
            let (_, events) = self.gone.get_or_insert((version, 0));
            *events += 1;
            return;
        }
        self.count += findings.len();
        self.kept.entry(version).or_default().extend(findings);
    }

    /// What was noticed at `version`; `None` where that was let go.
    pub(super) fn at(&self, version: Version) -> Option<&[Finding]> {
        match (self.kept.get(&version), self.gone) {
            (Some(findings), _) => Some(findings),
            (None, Some((first, _))) if version >= first => None,
            (None, _) => Some(&[]),
        }
    }

    pub(super) fn upto(&self, version: Version) -> Vec<Finding> {
        let mut found: Vec<Finding> =
            self.kept.range(..=version).flat_map(|(_, found)| found).cloned().collect();
        if let Some((first, events)) = self.gone
            && version >= first
        {
            let message =
                format!("from v{first} on, {events} more events have findings of their own");
            found.push(
                Finding::warning("more-findings", message)
                    .hint("look at the events, or at their versions, for each one's"),
            );
        }
        found
    }
}
