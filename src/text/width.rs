//! How many terminal cells a text takes, and how to fit it into fewer.
//!
//! Counted as ratatui draws: grapheme cluster by grapheme cluster, control characters as nothing.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::sanitize::{is_plain, pieces, sanitize};

const ELLIPSIS: char = '…';

/// The cells of `text` on a screen.
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.graphemes(true).map(cells).sum() }
}

/// The cells of one grapheme cluster.
pub(super) fn cells(cluster: &str) -> usize {
    if cluster.contains(char::is_control) {
        return 0;
    }
    // ratatui gives these two, which grow together with the letter before them, a cell more.
    let more = cluster.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    cluster.width() + more
}

/// `text` if it fits into `limit` cells, otherwise its beginning with `…` at the end.
///
/// Looks at no more of a long text than it shows.
pub fn truncate(text: &str, limit: usize) -> Cow<'_, str> {
    let Some(cut) = overflow(text, limit) else { return Cow::Borrowed(text) };
    if limit == 0 {
        return Cow::Borrowed("");
    }
    let mut out = String::with_capacity(cut + ELLIPSIS.len_utf8());
    out.push_str(text.get(..cut).unwrap_or_default());
    out.push(ELLIPSIS);
    Cow::Owned(out)
}

/// `text` if it fits into `limit` cells, otherwise its beginning and end with `…` between: for ids, which differ at
/// both ends.
pub fn truncate_middle(text: &str, limit: usize) -> Cow<'_, str> {
    if overflow(text, limit).is_none() {
        return Cow::Borrowed(text);
    }
    if limit == 0 {
        return Cow::Borrowed("");
    }
    let tail_cells = (limit - 1) / 2;
    let tail =
        fitting(text.grapheme_indices(true).rev(), tail_cells).map_or(text.len(), |(at, _)| at);
    let head_cells = limit - 1 - width(text.get(tail..).unwrap_or_default());
    let head = fitting(text.grapheme_indices(true), head_cells)
        .map_or(0, |(at, cluster)| at + cluster.len());
    let mut out = String::from(text.get(..head).unwrap_or_default());
    out.push(ELLIPSIS);
    out.push_str(text.get(tail..).unwrap_or_default());
    Cow::Owned(out)
}

/// `text` sanitised, and its beginning and end with `…` between if that does not fit into `limit` cells.
///
/// Looks at no more of a long text than it shows: a name of 5,000 letters stands in many lines.
pub fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    let whole = || match sanitize(text) {
        Cow::Borrowed(text) => truncate_middle(text, limit),
        Cow::Owned(text) => Cow::Owned(truncate_middle(&text, limit).into_owned()),
    };
    // Every piece takes a cell at least.
    if text.len() <= 2 * limit {
        return whole();
    }
    let Some(head) = pieces(text).nth(limit + 1).map(|(at, _)| at) else {
        return whole();
    };
    let tail = text.grapheme_indices(true).rev().nth(limit).map_or(0, |(at, _)| at);
    if tail <= head {
        return whole();
    }
    let ends = [text.get(..head), text.get(tail..)].map(|part| sanitize(part.unwrap_or_default()));
    Cow::Owned(truncate_middle(&ends.concat(), limit).into_owned())
}

/// `text` in exactly `size` cells: cut with `…` or filled with spaces at its end.
pub fn pad(text: &str, size: usize) -> Cow<'_, str> {
    let cut = truncate(text, size);
    match size - width(&cut) {
        0 => cut,
        missing => {
            let mut out = cut.into_owned();
            out.extend(std::iter::repeat_n(' ', missing));
            Cow::Owned(out)
        }
    }
}

/// `text` in exactly `size` cells: cut with `…` at its end or filled with spaces at its start, for numbers.
pub fn pad_start(text: &str, size: usize) -> Cow<'_, str> {
    let cut = truncate(text, size);
    match size - width(&cut) {
        0 => cut,
        missing => {
            let mut out = " ".repeat(missing);
            out.push_str(&cut);
            Cow::Owned(out)
        }
    }
}

/// A range of a text, widened to whole grapheme clusters: half of one is drawn as something else.
pub fn clusters_around(text: &str, range: Range<usize>) -> Range<usize> {
    if is_plain(text) {
        return range;
    }
    let bounds = || text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]);
    let start = bounds().take_while(|at| *at <= range.start).last();
    let end = bounds().find(|at| *at >= range.end);
    start.unwrap_or(range.start)..end.unwrap_or(range.end)
}

/// Where to cut a text that does not fit into `limit` cells so that `…` fits behind it; `None` where it fits.
fn overflow(text: &str, limit: usize) -> Option<usize> {
    if text.len() <= limit && is_plain(text) {
        return None;
    }
    let mut used = 0;
    let mut cut = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        used += cells(cluster);
        if used > limit {
            return Some(cut);
        }
        if used < limit {
            cut = at + cluster.len();
        }
    }
    None
}

/// The last cluster that still fits.
fn fitting<'a>(
    clusters: impl Iterator<Item = (usize, &'a str)>,
    limit: usize,
) -> Option<(usize, &'a str)> {
    let mut used = 0;
    clusters
        .take_while(|(_, cluster)| {
            used += cells(cluster);
            used <= limit
        })
        .last()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_counted_by_grapheme() {
        assert_eq!(width("order-4711"), 10);
        assert_eq!(width("注文"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("👩‍🚀"), 2);
        assert_eq!(width("👍🏽🇨🇭"), 4);
        assert_eq!(width("a\tb"), 2);
    }

    #[test]
    fn a_text_is_cut_between_graphemes() {
        assert_eq!(truncate("ItemRemoved", 11), "ItemRemoved");
        assert_eq!(truncate("ItemRemoved", 10), "ItemRemov…");
        assert_eq!(truncate("注文完了", 4), "注…");
        assert_eq!(truncate("注文完了", 1), "…");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }

    #[test]
    fn an_id_is_cut_in_its_middle() {
        assert_eq!(truncate_middle("9f1c2d3e-77aa", 13), "9f1c2d3e-77aa");
        assert_eq!(truncate_middle("9f1c2d3e-77aa", 9), "9f1c…77aa");
        assert_eq!(truncate_middle("9f1c2d3e-77aa", 8), "9f1c…7aa");
        assert_eq!(truncate_middle("9f1c2d3e-77aa", 1), "…");
        assert_eq!(truncate_middle("注文注文注文", 6), "注…文");
    }

    #[test]
    fn a_range_takes_whole_clusters() {
        assert_eq!(clusters_around("order", 1..3), 1..3);
        assert_eq!(clusters_around("ae\u{301}b", 1..2), 1..4);
        assert_eq!(clusters_around("-👩\u{200d}🚀-", 5..6), 1..12);
        assert_eq!(clusters_around("注文", 3..6), 3..6);
    }

    #[test]
    fn padding_fills_or_cuts_to_the_size() {
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(pad_start("42", 4), "  42");
        assert_eq!(pad("注文完了", 4), "注… ");
    }

    proptest! {
        #[test]
        fn shortening_shows_what_cutting_all_of_it_does(text in "[\\PC\u{1b}\u{202e}\na-z👩注]{0,120}", limit in 0..30_usize) {
            let clean = sanitize(&text);
            prop_assert_eq!(shorten(&text, limit), truncate_middle(&clean, limit));
        }

        #[test]
        fn nothing_is_wider_than_its_place(text in "\\PC{0,24}", limit in 0..30_usize) {
            let cut = truncate(&text, limit);
            prop_assert!(width(&cut) <= limit);
            prop_assert_eq!(cut.as_ref() == text, width(&text) <= limit);
            let middle = truncate_middle(&text, limit);
            prop_assert!(width(&middle) <= limit);
            prop_assert_eq!(middle.as_ref() == text, width(&text) <= limit);
            prop_assert_eq!(width(&pad(&text, limit)), limit);
            prop_assert_eq!(width(&pad_start(&text, limit)), limit);
        }
    }
}
