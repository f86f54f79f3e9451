//! A piece of a text, told by what stands around it.

/// Which piece: what stands after one mark and before another, each the first or the last of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Drop everything up to the first of these.
    pub after: Option<String>,
    /// Drop everything up to the last of these.
    pub after_last: Option<String>,
    /// Drop everything from the first of these.
    pub before: Option<String>,
    /// Drop everything from the last of these.
    pub before_last: Option<String>,
}

impl Cut {
    /// The piece; `None` where a mark is missing or nothing is left.
    pub fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut piece = text;
        if let Some(mark) = &self.after {
            piece = piece.split_once(mark.as_str())?.1;
        }
        if let Some(mark) = &self.after_last {
            piece = piece.rsplit_once(mark.as_str())?.1;
        }
        if let Some(mark) = &self.before {
            piece = piece.split_once(mark.as_str())?.0;
        }
        if let Some(mark) = &self.before_last {
            piece = piece.rsplit_once(mark.as_str())?.0;
        }
        (!piece.is_empty()).then_some(piece)
    }

    /// Where it is everything before the first mark: what all texts with the piece `piece` begin with, and the
    /// smallest text beyond all of them, in the order of bytes.
    pub fn range(&self, piece: &str) -> Option<(String, String)> {
        let Self { after: None, after_last: None, before: Some(mark), before_last: None } = self
        else {
            return None;
        };
        let (last, rest) = mark.as_bytes().split_last()?;
        if !last.is_ascii() || *last == 0x7f || !mark.is_ascii() {
            return None;
        }
        let mut end = format!("{piece}{}", String::from_utf8_lossy(rest));
        end.push(char::from(last + 1));
        Some((format!("{piece}{mark}"), end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_what_stands_between_its_marks() {
        let topic =
            Cut { after: Some(":".into()), before_last: Some(".".into()), ..Cut::default() };
        assert_eq!(topic.of("shop.bank:BankAccount.Opened"), Some("BankAccount"));
        assert_eq!(topic.of("shop.bank:Opened"), None);
        assert_eq!(topic.of("Opened"), None);
        assert_eq!(Cut::default().of("all"), Some("all"));
        let short = Cut { after_last: Some(".".into()), ..Cut::default() };
        assert_eq!(short.of("a.b.C"), Some("C"));
        assert_eq!(short.of("a.b."), None);
    }

    #[test]
    fn a_range_holds_exactly_the_texts_with_the_piece() {
        let cut = Cut { before: Some("-".into()), ..Cut::default() };
        let (from, to) = cut.range("cart").unwrap();
        for text in ["cart-", "cart-1", "cart-~\u{fffd}", "cart-a-b"] {
            assert!(from.as_str() <= text && text < to.as_str(), "{text}");
        }
        for text in ["cart", "cart!-1", "cart.", "cart1-1", "cars-1"] {
            assert!(!(from.as_str() <= text && text < to.as_str()), "{text}");
        }
    }
}
