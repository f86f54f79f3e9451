//! A chosen line and the window around it: the one way in which lists, trees and texts scroll.

use std::ops::Range;

/// A cursor in `len` lines of which `height` are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scroll {
    /// The chosen line.
    pub(crate) cursor: usize,
    /// The first line shown.
    pub(crate) offset: usize,
}

impl Scroll {
    /// Moves the cursor and keeps it in sight.
    pub(crate) fn move_by(&mut self, by: isize, len: usize, height: usize) {
        self.cursor = self.cursor.saturating_add_signed(by);
        self.settle(len, height);
    }

    /// Puts the cursor on a line and keeps it in sight.
    pub(crate) fn move_to(&mut self, line: usize, len: usize, height: usize) {
        self.cursor = line;
        self.settle(len, height);
    }

    /// Brings cursor and window back inside, with a line or two of what comes next in sight.
    pub(crate) fn settle(&mut self, len: usize, height: usize) {
        self.cursor = self.cursor.min(len.saturating_sub(1));
        let margin = (height / 6).min(2);
        let lowest = (self.cursor + margin + 1).saturating_sub(height);
        let highest = self.cursor.saturating_sub(margin);
        self.offset = self.offset.clamp(lowest.min(highest), highest.max(lowest));
        self.offset = self.offset.min(len.saturating_sub(height));
    }

    /// Moves the window and takes the cursor along only where it would get out of sight.
    pub(crate) fn wheel(&mut self, by: isize, len: usize, height: usize) {
        self.offset = self.offset.saturating_add_signed(by).min(len.saturating_sub(height));
        let last = (self.offset + height.max(1) - 1).min(len.saturating_sub(1));
        self.cursor = self.cursor.clamp(self.offset.min(last), last);
    }

    /// Moves the window of a text, which has no cursor.
    pub(crate) fn slide(&mut self, by: isize, len: usize, height: usize) {
        self.offset = self.offset.saturating_add_signed(by).min(len.saturating_sub(height));
        self.cursor = self.offset;
    }

    /// The lines that are shown.
    pub(crate) fn window(&self, len: usize, height: usize) -> Range<usize> {
        let start = self.offset.min(len);
        start..(start + height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_sight_and_inside() {
        let mut scroll = Scroll::default();
        for by in [3, 50, -7, 1000, -1000, 12, -2] {
            scroll.move_by(by, 100, 10);
            assert!(scroll.window(100, 10).contains(&scroll.cursor), "{scroll:?}");
        }
        scroll.move_to(99, 100, 10);
        assert_eq!(scroll.window(100, 10), 90..100);
        scroll.settle(0, 10);
        assert_eq!((scroll.cursor, scroll.window(0, 10)), (0, 0..0));
    }

    #[test]
    fn the_wheel_takes_the_cursor_along_at_the_edge() {
        let mut scroll = Scroll { cursor: 5, offset: 0 };
        scroll.wheel(3, 100, 10);
        assert_eq!(scroll, Scroll { cursor: 5, offset: 3 });
        scroll.wheel(20, 100, 10);
        assert_eq!(scroll, Scroll { cursor: 23, offset: 23 });
        scroll.wheel(-23, 100, 10);
        assert_eq!(scroll, Scroll { cursor: 9, offset: 0 });
        scroll.wheel(1, 4, 10);
        assert_eq!(scroll, Scroll { cursor: 3, offset: 0 });
    }
}
