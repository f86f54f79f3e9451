//! "Did you mean …?"

/// The candidate that a mistyped `word` most likely means; `None` where none is near enough to be worth saying.
///
/// Near is one slip in three letters (an added, missing, wrong or swapped letter), or a word cut short. Upper and
/// lower case count as the same. Of two that are equally near, the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = letters(word);
    if typed.is_empty() {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let meant = letters(candidate);
        let limit = best.map_or(usize::MAX, |(rank, _)| rank.saturating_sub(1));
        if let Some(rank) = rank(&typed, &meant, limit) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A word cut short counts as worse than any slip.
const CUT_SHORT: usize = 4;

/// How far off `meant` is, up to `limit`; `None` where it is farther or not worth saying.
fn rank(typed: &[char], meant: &[char], limit: usize) -> Option<usize> {
    let longer = typed.len().max(meant.len());
    let slips = longer.div_ceil(3).min(3).min(longer.saturating_sub(1) / 2).min(limit);
    if typed.len().abs_diff(meant.len()) <= slips {
        let distance = distance(typed, meant);
        if distance <= slips {
            return Some(distance);
        }
    }
    (limit >= CUT_SHORT && typed.len() >= 2 && meant.starts_with(typed)).then_some(CUT_SHORT)
}

fn letters(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Damerau–Levenshtein distance in which no letter takes part in two slips (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, to) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(from != to)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *to && *from == b[j - 1] {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 9] =
        ["info", "aggregates", "events", "state", "diff", "log", "blame", "import", "export"];

    fn meant(word: &str) -> Option<&'static str> {
        nearest(word, COMMANDS)
    }

    #[test]
    fn a_slip_is_recognised() {
        assert_eq!(meant("evnets"), Some("events"));
        assert_eq!(meant("blaem"), Some("blame"));
        assert_eq!(meant("agregate"), Some("aggregates"));
        assert_eq!(meant("STATE"), Some("state"));
        assert_eq!(meant("lgo"), Some("log"));
        assert_eq!(meant("exprot"), Some("export"));
        assert_eq!(nearest("order-4711", ["order-7411", "order-471"]), Some("order-7411"));
    }

    #[test]
    fn a_word_cut_short_is_recognised_unless_a_slip_is_nearer() {
        assert_eq!(meant("agg"), Some("aggregates"));
        assert_eq!(nearest("log", ["logarithm", "lot"]), Some("lot"));
    }

    #[test]
    fn what_is_far_off_gets_no_answer() {
        assert_eq!(meant("frobnicate"), None);
        assert_eq!(meant("x"), None);
        assert_eq!(meant(""), None);
        assert_eq!(nearest("id", ["ip"]), None);
    }

    #[test]
    fn a_swap_of_neighbours_is_one_slip() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("ab"), &chars("ba")), 1);
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
    }
}
