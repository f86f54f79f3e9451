//! Just enough of Rust to find every path that a source file names.

/// A path as if it were written in full, such as `crate::model::Event`; a macro's name ends with `!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// Its parts.
    pub(super) segments: Vec<String>,
    /// Its line, from 1.
    pub(super) line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(char),
}

/// The paths in `text`, which stands in `file`, but for those in modules that are compiled for tests alone.
pub(super) fn paths(file: &str, text: &str) -> Vec<Path> {
    let depth = file.split('/').count() - 1;
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, depth, found: Vec::new() };
    reader.read();
    reader.found
}

struct Reader<'a> {
    tokens: &'a [(Token, usize)],
    at: usize,
    /// How many modules the current place is below the crate's root.
    depth: usize,
    found: Vec<Path>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| token)
    }

    fn is_sign(&self, ahead: usize, sign: char) -> bool {
        self.peek(ahead) == Some(&Token::Sign(sign))
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek(ahead), Some(Token::Word(found)) if found == word)
    }

    fn read(&mut self) {
        // For every open brace, whether it is a module's.
        let mut braces: Vec<bool> = Vec::new();
        while let Some(token) = self.peek(0).cloned() {
            match token {
                Token::Sign('#') if self.skip_tests() => {}
                Token::Word(word) if word == "mod" && self.is_sign(2, '{') => {
                    braces.push(true);
                    self.depth += 1;
                    self.at += 3;
                }
                Token::Word(_) => self.path(&[]),
                Token::Sign('{') => {
                    braces.push(false);
                    self.at += 1;
                }
                Token::Sign('}') => {
                    self.depth -= usize::from(braces.pop() == Some(true));
                    self.at += 1;
                }
                Token::Sign(_) => self.at += 1,
            }
        }
    }

    /// Skips a module that begins here and is compiled for tests alone; returns whether there was one.
    fn skip_tests(&mut self) -> bool {
        let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
        let here = attribute.iter().enumerate().all(|(ahead, expected)| match self.peek(ahead) {
            Some(Token::Word(word)) => word == expected,
            Some(Token::Sign(sign)) => expected.starts_with(*sign),
            None => false,
        });
        if !here {
            return false;
        }
        let mut ahead = attribute.len();
        while !self.is_word(ahead, "mod") {
            // Other attributes and `pub(…)` may stand between.
            match self.peek(ahead) {
                Some(Token::Sign('{' | ';' | '=')) | None => return false,
                Some(_) => ahead += 1,
            }
        }
        if !self.is_sign(ahead + 2, '{') {
            return false;
        }
        self.at += ahead + 3;
        let mut open = 1;
        while open > 0 && self.peek(0).is_some() {
            open += usize::from(self.is_sign(0, '{'));
            open -= usize::from(self.is_sign(0, '}'));
            self.at += 1;
        }
        true
    }

    /// Reads a path, or a tree of them, that goes on from `before`.
    fn path(&mut self, before: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |(_, line)| *line);
        let mut segments = before.to_vec();
        while let Some(Token::Word(word)) = self.peek(0) {
            segments.push(word.clone());
            self.at += 1;
            if self.is_sign(0, '!') && !self.is_sign(1, '=') {
                if let Some(name) = segments.last_mut() {
                    name.push('!');
                }
                break;
            }
            if !(self.is_sign(0, ':') && self.is_sign(1, ':')) {
                break;
            }
            self.at += 2;
            if self.is_sign(0, '{') {
                self.at += 1;
                while self.peek(0).is_some() && !self.is_sign(0, '}') {
                    if matches!(self.peek(0), Some(Token::Word(_))) {
                        self.path(&segments);
                    } else {
                        self.at += 1;
                    }
                }
                self.at += 1;
                return;
            }
        }
        self.found.push(Path { segments: self.absolute(segments), line });
    }

    fn absolute(&self, mut segments: Vec<String>) -> Vec<String> {
        if segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let ups = segments.iter().take_while(|segment| *segment == "super").count();
        if segments.first().is_some_and(|first| first == "foldback")
            || (ups > 0 && ups == self.depth)
        {
            segments.splice(..ups.max(1), ["crate".to_owned()]);
        }
        segments
    }
}

fn tokens(text: &str) -> Vec<(Token, usize)> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if c == '"' {
            quoted(rest, '"')
        } else if c == '\'' {
            // A character, or the tick of a lifetime.
            let mut after = rest.chars().skip(1);
            let (first, second) = (after.next(), after.next());
            if first == Some('\\') || second == Some('\'') { quoted(rest, '\'') } else { 1 }
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            tokens.push((Token::Word(rest[..end].to_owned()), line));
            end
        } else {
            if !c.is_whitespace() {
                tokens.push((Token::Sign(c), line));
            }
            c.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

fn comment(rest: &str) -> usize {
    let (mut at, mut open) = (2, 1);
    while open > 0 && at < rest.len() {
        if rest.as_bytes()[at..].starts_with(b"/*") {
            (at, open) = (at + 2, open + 1);
        } else if rest.as_bytes()[at..].starts_with(b"*/") {
            (at, open) = (at + 2, open - 1);
        } else {
            at += 1;
        }
    }
    at
}

/// The length of a raw string that begins here, as in `r#"…"#`.
fn raw_string(rest: &str) -> Option<usize> {
    let start = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = start.len() - start.trim_start_matches('#').len();
    let body = start[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(rest.len() - body.len() + length)
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}
