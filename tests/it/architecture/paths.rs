//! The paths that a source mentions, in `use` and elsewhere, made absolute.

use super::rust::{Token, closing};

/// A path, segment by segment. Our own begin with `crate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

impl Mention {
    pub(super) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// All paths of a file of the module `here` (`["plan", "build"]`).
pub(super) fn mentions(tokens: &[Token], here: &[String]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut scan = Scan {
        tokens,
        at: 0,
        inline: Vec::new(),
    };
    while scan.at < tokens.len() {
        scan.step(here, &mut found);
    }
    found
}

struct Scan<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Inline modules that are open, each with the index of its closing brace.
    inline: Vec<(String, usize)>,
}

impl Scan<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    fn step(&mut self, here: &[String], found: &mut Vec<Mention>) {
        self.inline.retain(|(_, end)| self.at <= *end);
        let mut module = here.to_vec();
        module.extend(self.inline.iter().map(|(name, _)| name.clone()));
        let token = &self.tokens[self.at];
        if token.text == "use" {
            self.at += 1;
            let first = found.len();
            self.tree(&[], found);
            found[first..]
                .iter_mut()
                .for_each(|mention| absolute(mention, &module));
        } else if token.text == "mod" && self.text(self.at + 2) == "{" {
            let name = self.text(self.at + 1).to_owned();
            self.inline.push((name, closing(self.tokens, self.at + 2)));
            self.at += 3;
        } else if token.is_name() {
            let line = token.line;
            let segments = self.plain_path();
            if segments.len() > 1 {
                let mut mention = Mention { segments, line };
                absolute(&mut mention, &module);
                found.push(mention);
            }
        } else {
            self.at += 1;
        }
    }

    /// `a::b::c` outside a `use`; generic arguments end it and are read on their own.
    fn plain_path(&mut self) -> Vec<String> {
        let mut segments = vec![self.text(self.at).to_owned()];
        self.at += 1;
        while self.text(self.at) == "::" && self.tokens.get(self.at + 1).is_some_and(Token::is_name)
        {
            segments.push(self.text(self.at + 1).to_owned());
            self.at += 2;
        }
        segments
    }

    /// One tree of a `use`: a path that ends in a name, `*`, or `{…}`.
    fn tree(&mut self, prefix: &[String], found: &mut Vec<Mention>) {
        let mut segments = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            match self.text(self.at).to_owned().as_str() {
                "::" => self.at += 1,
                "{" => return self.group(&segments, found),
                "" | ";" | "," | "}" => break,
                "as" => self.at += 2,
                name => {
                    if name != "self" || segments.is_empty() {
                        segments.push(name.to_owned());
                    }
                    self.at += 1;
                }
            }
        }
        found.push(Mention { segments, line });
    }

    fn group(&mut self, prefix: &[String], found: &mut Vec<Mention>) {
        let end = closing(self.tokens, self.at);
        self.at += 1;
        while self.at < end {
            self.tree(prefix, found);
            if self.text(self.at) == "," {
                self.at += 1;
            }
        }
        self.at = end + 1;
    }
}

/// Resolves `self` and `super`.
fn absolute(mention: &mut Mention, module: &[String]) {
    let mut base: Vec<String> = module.to_vec();
    let mut rest = mention.segments.as_slice();
    if !matches!(rest.first().map(String::as_str), Some("self" | "super")) {
        return;
    }
    while let [first, more @ ..] = rest {
        match first.as_str() {
            "self" => {}
            "super" => drop(base.pop()),
            _ => break,
        }
        rest = more;
    }
    let segments = base.into_iter().chain(rest.iter().cloned());
    mention.segments = std::iter::once("crate".to_owned())
        .chain(segments)
        .collect();
}

fn read(source: &str, here: &[&str]) -> Vec<String> {
    let here: Vec<String> = here.iter().map(ToString::to_string).collect();
    let tokens = super::rust::tokens(source);
    mentions(&tokens, &here).iter().map(Mention::text).collect()
}

#[test]
fn use_trees_are_expanded() {
    let source = "pub(crate) use crate::{model::{Address, Kind as K}, plan::*, diff::{self, x}};
        use ::std::{fs, time::Duration}; use tokio;";
    assert_eq!(
        read(source, &[]),
        [
            "crate::model::Address",
            "crate::model::Kind",
            "crate::plan::*",
            "crate::diff",
            "crate::diff::x",
            "std::fs",
            "std::time::Duration",
            "tokio",
        ]
    );
}

#[test]
fn relative_paths_become_absolute() {
    let source = "use super::Plan; use self::x::Y; use super::super::cli::Z;
        mod inner { use super::W; fn f() { super::super::g::h() } } use super::V;";
    assert_eq!(
        read(source, &["plan", "build"]),
        [
            "crate::plan::Plan",
            "crate::plan::build::x::Y",
            "crate::cli::Z",
            "crate::plan::build::W",
            "crate::plan::g::h",
            "crate::plan::V",
        ]
    );
}

#[test]
fn paths_outside_use_count_too() {
    let source = "fn f(x: crate::model::Tenant) -> std::io::Result<tokio::fs::File> {
        tracing::info!(\"no::path\"); x.y::<crate::cli::Z>(); $crate::w::v; a.b }";
    assert_eq!(
        read(source, &[]),
        [
            "crate::model::Tenant",
            "std::io::Result",
            "tokio::fs::File",
            "tracing::info",
            "crate::cli::Z",
            "crate::w::v",
        ]
    );
}
