//! Widths are what ratatui will take, cluster for cluster.

use foldback::text;
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// The cells that ratatui fills with `text`.
fn drawn(text: &str) -> usize {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 400, 1));
    usize::from(buffer.set_stringn(0, 0, text, usize::MAX, Style::new()).0)
}

#[test]
fn known_widths_are_drawn_widths() {
    for text in ["order", "注文", "e\u{301}", "👩‍🚀🏳️‍🌈1️⃣👍🏽🇨🇭", "ｶﾞ", "नमस्ते", "لا", "각", "…·●▸─"]
    {
        assert_eq!(text::width(text), drawn(text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn any_width_is_the_drawn_width(text in any::<String>()) {
        prop_assert_eq!(text::width(&text), drawn(&text));
        // Once sanitised, ratatui drops nothing.
        let shown = text::sanitize(&text);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 400, 1));
        buffer.set_string(0, 0, &shown, Style::new());
        let drawn: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        prop_assert_eq!(drawn.replace(' ', ""), shown.replace(' ', ""));
    }
}
