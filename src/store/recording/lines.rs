//! Cutting a text into the lines of a recording, or into the elements of one JSON array, as it is read.
//!
//! It looks at no line's content, holds one at a time and stops when asked.

use std::io::{self, BufRead, Read as _};

use crate::store::{Stop, StoreError};

/// How many lines, or how many bytes of one, are read before somebody is asked whether to stop.
const STEP: u64 = 4096;
const STEP_BYTES: u64 = 1 << 20;

/// What a line is given to: its number from 1, where it begins, and its text.
pub(super) type Each<'a> = &'a mut dyn FnMut(u64, u64, &[u8]);

/// How far a text was read in whole lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// Where the first unread byte is.
    pub(super) offset: u64,
    /// How many lines (or elements) lie before it.
    pub(super) lines: u64,
}

/// How reading ended.
#[derive(Debug, Default)]
pub(super) struct End {
    /// The text after the last line's end.
    pub(super) rest: Vec<u8>,
    /// Why reading stopped before the end.
    pub(super) broken: Option<String>,
}

/// The first byte that says something.
pub(super) fn first_byte(input: &mut dyn BufRead) -> Option<u8> {
    let start = input.fill_buf().ok()?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Reads lines on from where `reached` says, which moves along.
pub(super) fn read_lines(
    input: &mut dyn BufRead,
    reached: &mut Reached,
    stop: &Stop,
    each: Each<'_>,
) -> Result<End, StoreError> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if reached.lines.is_multiple_of(STEP) {
            stop.check()?;
        }
        let broken = match whole_line(input, &mut line, stop)? {
            Ok(true) => {
                reached.lines += 1;
                each(reached.lines, reached.offset, &line);
                reached.offset += line.len() as u64;
                continue;
            }
            Ok(false) => None,
            Err(error) => Some(error.to_string()),
        };
        return Ok(End { rest: line, broken });
    }
}

/// Reads up to a line's end and says whether it came.
fn whole_line(
    input: &mut dyn BufRead,
    line: &mut Vec<u8>,
    stop: &Stop,
) -> Result<io::Result<bool>, StoreError> {
    loop {
        let read = match input.take(STEP_BYTES).read_until(b'\n', line) {
            Ok(read) => read as u64,
            Err(error) => return Ok(Err(error)),
        };
        if line.ends_with(b"\n") || read < STEP_BYTES {
            return Ok(Ok(line.ends_with(b"\n")));
        }
        stop.check()?;
    }
}

/// Reads the elements of one array.
pub(super) fn read_array(
    input: &mut dyn BufRead,
    reached: &mut Reached,
    stop: &Stop,
    each: Each<'_>,
) -> Result<End, StoreError> {
    let mut cut = Cut::default();
    loop {
        stop.check()?;
        let chunk = match input.fill_buf() {
            Ok([]) => break,
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Ok(End { broken: Some(error.to_string()), ..End::default() });
            }
        };
        let length = chunk.len();
        if let Err(why) = cut.chunk(chunk, reached, each) {
            return Ok(End { broken: Some(why), ..End::default() });
        }
        input.consume(length);
        reached.offset += length as u64;
    }
    let broken = (cut.place != Place::After).then(|| "the text ends inside the array".to_owned());
    Ok(End { rest: Vec::new(), broken })
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Before,
    Between,
    Text,
    Escape,
    After,
}

/// An array that is being cut up.
#[derive(Debug, Default)]
struct Cut {
    place: Place,
    depth: usize,
    /// The element so far, and where it begins.
    element: Vec<u8>,
    begin: u64,
}

impl Cut {
    /// Takes the bytes that stand at `reached`.
    fn chunk(&mut self, chunk: &[u8], reached: &mut Reached, each: Each<'_>) -> Result<(), String> {
        let mut from = 0;
        for (at, byte) in chunk.iter().copied().enumerate() {
            let offset = reached.offset + at as u64;
            self.place = match (self.place, byte) {
                (Place::Before, b'[') => {
                    (from, self.begin) = (at + 1, offset + 1);
                    Place::Between
                }
                (Place::Text, b'\\') => Place::Escape,
                (Place::Text, b'"') => Place::Between,
                (Place::Escape, _) | (Place::Between, b'"') => Place::Text,
                (Place::Between, b'{' | b'[') => {
                    self.depth += 1;
                    Place::Between
                }
                (Place::Between, b',' | b']') if self.depth == 0 => {
                    self.element.extend_from_slice(chunk.get(from..at).unwrap_or_default());
                    let blank = self.element.trim_ascii().is_empty();
                    if blank && (byte == b',' || reached.lines > 0) {
                        return Err(format!("an element is missing at byte {}", offset + 1));
                    }
                    if !blank {
                        reached.lines += 1;
                        each(reached.lines, self.begin, &self.element);
                    }
                    self.element.clear();
                    (from, self.begin) = (at + 1, offset + 1);
                    if byte == b']' { Place::After } else { Place::Between }
                }
                (Place::Between, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    Place::Between
                }
                (Place::After, byte) if !byte.is_ascii_whitespace() => {
                    return Err(format!("more text after the array, at byte {}", offset + 1));
                }
                (place, _) => place,
            };
        }
        if !matches!(self.place, Place::Before | Place::After) {
            self.element.extend_from_slice(chunk.get(from..).unwrap_or_default());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str, chunk: usize) -> (Vec<(u64, String)>, Option<String>) {
        let mut found = Vec::new();
        let mut input = io::BufReader::with_capacity(chunk, text.as_bytes());
        let each = &mut |_: u64, offset: u64, element: &[u8]| {
            found.push((offset, String::from_utf8(element.to_vec()).unwrap()));
        };
        let end = read_array(&mut input, &mut Reached::default(), &Stop::default(), each).unwrap();
        (found, end.broken)
    }

    #[test]
    fn what_is_wrong_with_an_array_is_told_and_its_beginning_is_read() {
        let told = |text: &str| {
            let (found, broken) = cut(text, 7);
            (found.len(), broken.unwrap_or_default())
        };
        assert_eq!(told(" [ ] "), (0, String::new()));
        assert_eq!(told(r#"[{"a":"],"},2"#), (1, "the text ends inside the array".to_owned()));
        assert_eq!(told("[1,,2]"), (1, "an element is missing at byte 4".to_owned()));
        assert_eq!(told("[1,]"), (1, "an element is missing at byte 4".to_owned()));
        assert_eq!(told("[1] [2]"), (1, "more text after the array, at byte 5".to_owned()));
    }

    #[test]
    fn reading_stops_when_asked_and_goes_on_where_it_was() {
        let text = "x\n".repeat(10_000);
        let (stop, mut reached) = (Stop::default(), Reached::default());
        let mut input = text.as_bytes();
        let mut count = 0;
        let end = read_lines(&mut input, &mut reached, &stop, &mut |number, _, _| {
            count += 1;
            if number == 5000 {
                stop.interrupter().interrupt();
            }
        });
        assert!(end.unwrap_err().is_interrupted());
        assert_eq!((count, reached), (8192, Reached { offset: 16_384, lines: 8192 }));
        stop.begin();
        let each = &mut |_: u64, _: u64, _: &[u8]| count += 1;
        read_lines(&mut input, &mut reached, &stop, each).unwrap();
        assert_eq!((count, reached.lines), (10_000, 10_000));
    }

    proptest! {
        #[test]
        fn every_element_stands_where_it_is_said_to(
            elements in prop::collection::vec(r#"([0-9]{1,3}|"[a\]\[,{}]{0,4}(\\"|\\\\)?"|\{"a":\[1,"\]"\]\}) ?"#, 0..9),
            chunk in 1_usize..40,
        ) {
            let text = format!("\n[{}]\n", elements.join(","));
            let (found, broken) = cut(&text, chunk);
            prop_assert_eq!(broken, None);
            prop_assert_eq!(found.len(), elements.len());
            for ((offset, element), expected) in found.iter().zip(&elements) {
                prop_assert_eq!(element, expected);
                prop_assert!(text[*offset as usize..].starts_with(element.as_str()));
            }
        }
    }
}
