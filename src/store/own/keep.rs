//! Which snapshots go, where only so many are kept.

use crate::model::Version;

/// Who folds, whatever the version of its state and the chain that events went through: `Order` of `Order@2+1f0c9a2b`.
fn kind(reducer: &str) -> &str {
    let is_mark = |mark: &str| mark.len() == 8 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_version =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let behind = reducer.rsplit_once('+').filter(|(_, mark)| is_mark(mark));
    let name = behind.map_or(reducer, |(name, _)| name);
    name.rsplit_once('@').filter(|(_, version)| is_version(version)).map_or(name, |(name, _)| name)
}

/// Which of an aggregate's snapshots are too many, where `keep` of the kind of `reducer` stay, at least one: those that
/// `reducer` made itself, the newest first, and then the newest of its other versions.
pub(in crate::store) fn too_many(
    mut stored: Vec<(Version, String)>,
    reducer: &str,
    keep: u32,
) -> Vec<(Version, String)> {
    stored.retain(|(_, name)| kind(name) == kind(reducer));
    stored.sort_by_key(|(version, name)| (name != reducer, std::cmp::Reverse(*version)));
    stored.split_off(stored.len().min(keep.max(1) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_what_folds_whatever_its_version() {
        for (name, wanted) in [
            ("merge", "merge"),
            ("merge+1f0c9a2b", "merge"),
            ("Order@2", "Order"),
            ("Order@12+1f0c9a2b", "Order"),
            ("order.js", "order.js"),
            ("a+b", "a+b"),
            ("ana@home", "ana@home"),
            ("Order@", "Order@"),
        ] {
            assert_eq!(kind(name), wanted, "{name}");
        }
    }

    #[test]
    fn those_of_other_versions_are_counted_and_go_first() {
        let stored = || {
            let of = |(version, name): &(u64, &str)| (Version(*version), (*name).to_owned());
            let all = [(1, "O@2"), (9, "O@1"), (3, "O@2"), (8, "O@2+1f0c9a2b"), (9, "merge")];
            all.iter().map(of).collect::<Vec<_>>()
        };
        let gone = |keep| {
            let gone = too_many(stored(), "O@2", keep);
            gone.into_iter().map(|(version, name)| format!("{version} {name}")).collect::<Vec<_>>()
        };
        assert_eq!(gone(0), ["1 O@2", "9 O@1", "8 O@2+1f0c9a2b"]);
        assert_eq!(gone(2), ["9 O@1", "8 O@2+1f0c9a2b"]);
        assert_eq!(gone(3), ["8 O@2+1f0c9a2b"]);
        assert!(gone(4).is_empty());
    }
}
