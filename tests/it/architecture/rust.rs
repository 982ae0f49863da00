//! Rust source as tokens, without comments and texts.

use std::collections::BTreeSet;

/// A name or a sign, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

impl Token {
    /// Whether the token is an identifier or keyword.
    pub(super) fn is_name(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Cuts a source into tokens. `::` is one token, every other sign its own.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        out: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    out: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            if self.peek(0) == '\n' {
                self.line += 1;
            }
            self.at += 1;
        }
    }

    fn skip_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.at < self.chars.len() && keep(self.peek(0)) {
            self.skip(1);
        }
        self.chars[start..self.at].iter().collect()
    }

    fn push(&mut self, text: impl Into<String>) {
        self.out.push(Token {
            text: text.into(),
            line: self.line,
        });
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => drop(self.skip_while(|c| c != '\n')),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (':', ':') => {
                self.push("::");
                self.skip(2);
            }
            (c, _) if c.is_whitespace() => self.skip(1),
            (c, _) if c.is_alphanumeric() || c == '_' => self.word(),
            (c, _) => {
                self.push(c);
                self.skip(1);
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.skip(2);
                }
                ('*', '/') => {
                    depth -= 1;
                    self.skip(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.skip(1),
            }
        }
    }

    fn string(&mut self) {
        self.skip(1);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            self.skip(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.skip(1);
    }

    /// A character, or a lifetime: only a character has a closing quote.
    fn quote(&mut self) {
        let character = self.peek(1) == '\\' || self.peek(2) == '\'';
        self.skip(1);
        if character {
            self.skip(if self.peek(0) == '\\' { 2 } else { 1 });
            drop(self.skip_while(|c| c != '\''));
            self.skip(1);
        } else {
            drop(self.skip_while(|c| c.is_alphanumeric() || c == '_'));
        }
    }

    fn word(&mut self) {
        let line = self.line;
        let word = self.skip_while(|c| c.is_alphanumeric() || c == '_');
        let prefix = matches!(word.as_str(), "r" | "b" | "c" | "br" | "cr");
        let hashes = (0..).take_while(|n| self.peek(*n) == '#').count();
        match self.peek(hashes) {
            '"' if prefix && word.contains('r') => self.raw_string(hashes),
            '"' if prefix && hashes == 0 => self.string(),
            '\'' if word == "b" => self.quote(),
            // A raw identifier: `r#type`.
            _ if word == "r" && hashes == 1 => {
                self.skip(1);
                self.word();
            }
            _ => self.out.push(Token { text: word, line }),
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        self.skip(hashes + 1);
        while self.at < self.chars.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|n| self.peek(n) == '#');
            self.skip(1);
            if closes {
                return self.skip(hashes);
            }
        }
    }
}

/// The tokens without `#[cfg(test)]` items, and the files such items name.
pub(super) fn without_tests(tokens: &[Token]) -> (Vec<Token>, BTreeSet<String>) {
    let mut kept = Vec::new();
    let mut test_files = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_cfg_test(&tokens[at..]) {
            let end = end_of_item(tokens, at);
            let words: Vec<&str> = tokens[at..end].iter().map(|t| t.text.as_str()).collect();
            if let Some([.., "mod", name, ";"]) = words.windows(3).next_back() {
                test_files.insert((*name).to_owned());
            }
            at = end;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    (kept, test_files)
}

fn is_cfg_test(tokens: &[Token]) -> bool {
    let expected = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.len() > expected.len() && tokens.iter().zip(expected).all(|(t, e)| t.text == e)
}

/// The index behind the item that begins at `start` with its attributes.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while tokens.get(at).is_some_and(|t| t.text == "#") {
        at = closing(tokens, at + 1) + 1;
    }
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            ";" => return at + 1,
            "{" => return closing(tokens, at) + 1,
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
    at
}

/// The index of the bracket that closes the one at `open`.
pub(super) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

#[test]
fn comments_and_texts_leave_no_token() {
    let source = r####"
        // use crate::a;
        /* /* use crate::b; */ tokio::spawn */
        let x = "crate::c \" tokio" ; let y = r#"crate::d " tokio"#; let z = br"crate::e";
        let c = '"'; let d = '\''; let e = b'"'; fn f<'a>(x: &'a str) {} r#type::x
    "####;
    let words: Vec<String> = tokens(source).into_iter().map(|t| t.text).collect();
    let text = words.join(" ");
    assert!(!text.contains("crate") && !text.contains("tokio"), "{text}");
    assert!(
        text.ends_with("fn f < > ( x : & str ) { } type :: x"),
        "{text}"
    );
}

#[test]
fn lines_are_counted_through_comments_and_texts() {
    let source = "/*\n*/ \"\n\n\" 'a' \n r\"\n\" last";
    assert_eq!(
        tokens(source),
        [Token {
            text: "last".into(),
            line: 6
        }]
    );
}

#[test]
fn test_items_are_left_out_with_the_files_they_name() {
    let source = "use a::b; #[cfg(test)] mod tests { use tokio::x; } fn f() {}
        #[cfg(test)] #[path = \"x.rs\"] mod more; #[cfg(test)] use c::d; struct S;
        #[cfg(feature = \"test\")] mod kept;";
    let (kept, files) = without_tests(&tokens(source));
    let text: Vec<String> = kept.into_iter().map(|t| t.text).collect();
    assert_eq!(
        text.join(" "),
        "use a :: b ; fn f ( ) { } struct S ; # [ cfg ( feature = ) ] mod kept ;"
    );
    assert_eq!(files.into_iter().collect::<Vec<_>>(), ["more"]);
}
