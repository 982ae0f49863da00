//! Masks every known secret in texts, in any encoding.
//!
//! A server may quote in an error what it was sent, now or earlier; a program that was asked
//! for a secret may print it; a parser may show the text that it stumbled on. Which form it
//! has then is not known: JSON in JSON, percent or HTML escapes, base64 of a header.
//!
//! # How
//!
//! A text is read in several views: as it is, and with escapes undone, again and again until
//! none is left. In each view letters are compared without case, quotes, backslashes and blanks
//! do not count, and runs of base64 and of hexadecimal digits are decoded at every alignment;
//! what they hold is read in the same views again.
//! Known is every piece of [`PIECE`] bytes of every secret, so one look-up for each byte of the
//! text finds any number of secrets, whole or cut off, at the same price.
//!
//! # What is left alone
//!
//! - In texts of ours, which quote files and names, only entire secrets are masked. Otherwise an author of
//!   the files could discover a secret piece by piece, by what is masked.
//! - Pieces of everyday texts (`https://`, `password`): a secret that holds one does not hide
//!   the word everywhere; the rest of the secret is still found.
//! - Secrets of less than [`PIECE`] bytes (quotes and blanks not counted) are taken out as a whole only, and where they are
//!   letters alone not from the midst of a word. Below [`WORD`] bytes they are looked for as
//!   whole words and in the words of others only: `1` as a secret must not make our own
//!   messages unreadable, and is none.
//!
//! [`known`] is the process-wide memory. Every `Secret` is recorded in it.

mod decode;
mod index;
mod json;
mod pieces;
mod quick;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{OnceLock, PoisonError, RwLock};

use decode::View;
use index::Index;

use crate::harmless;

pub use json::Redacting;

/// What replaces a secret.
pub const MASK: &str = "[secret]";

/// The shortest piece of a secret that gives it away.
pub const PIECE: usize = 8;

/// Shorter secrets are words that only others' texts are searched for.
pub const WORD: usize = 4;

/// The shortest run of base64 that holds a secret which is looked for within words.
const BASE64: usize = 6;
/// The same in hexadecimal digits.
const HEX: usize = 8;
/// How often digits are decoded: base64 of a header in base64 of a body is twice.
const DECODED: usize = 2;

/// The author of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    We,
    Others,
}

/// The secrets to take out. Only their number is ever shown.
#[derive(Default)]
pub struct Redactor(RwLock<Index>);

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

/// The secrets that this process has come to know.
#[must_use]
pub fn known() -> &'static Redactor {
    static KNOWN: OnceLock<Redactor> = OnceLock::new();
    KNOWN.get_or_init(Redactor::default)
}

impl Redactor {
    /// From now on takes this out too.
    pub fn learn(&self, secret: &str) {
        if secret.is_empty() || self.read().knows(secret) {
            return;
        }
        let mut index = self.0.write().unwrap_or_else(PoisonError::into_inner);
        index.learn(secret);
    }

    /// Words of others (a server, a program) without the secrets.
    #[must_use]
    pub fn foreign<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.apply(text, Author::Others)
    }

    /// A text of ours, of which parts may be from elsewhere, without the secrets.
    #[must_use]
    pub fn ours<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_clean(text) {
            Cow::Borrowed(text)
        } else {
            self.apply(text, Author::We)
        }
    }

    /// Whether nothing is to be done, found out without much work.
    fn is_clean(&self, text: &str) -> bool {
        let index = self.read();
        index.is_empty() || text.is_empty() || !quick::touches(&index, text.as_bytes())
    }

    /// Whether a value is, holds or is a part of a known secret.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        matches!(self.ours(text), Cow::Owned(_))
    }

    /// Takes the secrets out of every text within a document.
    pub fn clean(&self, document: &mut serde_json::Value) {
        use serde_json::Value;
        match document {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => {
                if let Cow::Owned(clean) = self.ours(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.clean(member)),
        }
    }

    /// A text of JSON without the secrets in its values; it stays JSON.
    #[must_use]
    pub fn json<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let clean = match self.ours(text) {
            Cow::Borrowed(text) => Cow::Borrowed(text),
            Cow::Owned(masked) => match serde_json::from_str(text) {
                Ok(mut document) => {
                    self.clean(&mut document);
                    Cow::Owned(document.to_string())
                }
                Err(_) => Cow::Owned(masked),
            },
        };
        match harmless::json(&clean) {
            Cow::Borrowed(_) => clean,
            Cow::Owned(harmless) => Cow::Owned(harmless),
        }
    }

    fn apply<'a>(&self, text: &'a str, author: Author) -> Cow<'a, str> {
        let index = self.read();
        if index.is_empty() || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut found = Vec::new();
        for view in View::all(text) {
            search(&index, &view, author, &mut found);
        }
        drop(index);
        masked(text, found)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Index> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds secrets in a view, and in what its digits hold.
fn search(index: &Index, view: &View, author: Author, found: &mut Vec<Range<usize>>) {
    of_length(index, view, author, found);
    index.whole(view, author, found);
    if author == Author::Others {
        index.cut_at_the_end(view, found);
    }
    search_digits(index, view, author, DECODED, found);
}

/// Finds secrets in what the digits of a view hold, and in the digits and escapes of that: everything looked
/// at here is looked at by [`quick::touches`] too, or it would say that nothing is to be found.
fn search_digits(
    index: &Index,
    view: &View,
    author: Author,
    depth: usize,
    found: &mut Vec<Range<usize>>,
) {
    let Some(deeper) = depth.checked_sub(1) else {
        return;
    };
    for inner in view.inner().into_iter().flat_map(View::layers) {
        of_length(index, &inner, author, found);
        index.whole(&inner, Author::We, found);
        search_digits(index, &inner, author, deeper, found);
    }
}

/// Finds secrets that are long enough to have pieces.
fn of_length(index: &Index, view: &View, author: Author, found: &mut Vec<Range<usize>>) {
    match author {
        Author::We => index.entire(view, found),
        Author::Others => index.pieces(view, found),
    }
}

/// The text with a mask in place of each of these ranges of bytes.
fn masked(text: &str, mut ranges: Vec<Range<usize>>) -> Cow<'_, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut open: Option<Range<usize>> = None;
    let mut close = |range: Range<usize>, out: &mut String| {
        let (start, end) = (floor(text, range.start), ceiling(text, range.end));
        if start > at || at == 0 || !out.ends_with(MASK) {
            out.push_str(text.get(at..start).unwrap_or_default());
            out.push_str(MASK);
        }
        at = end.max(at);
    };
    for range in ranges {
        open = Some(match open {
            Some(before) if range.start <= before.end => before.start..before.end.max(range.end),
            Some(before) => {
                close(before, &mut out);
                range
            }
            None => range,
        });
    }
    if let Some(last) = open {
        close(last, &mut out);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceiling(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests;
