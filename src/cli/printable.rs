//! Keeps what other people wrote from steering the terminal.
//!
//! Names, messages and file names come from the tenant and from files that many
//! may propose. A control character in one of them could clear the screen, set
//! the window's title or hide a line of a plan, and a mark that turns the
//! direction of writing could make a name look like another. All text for
//! people passes through here once, on its way out.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with such characters spelt out, as in `\u{1b}`. With `color`, our own
/// colours (SGR sequences) pass; nobody else's do harm.
pub(crate) fn printable(text: &str, color: bool) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = if color { sgr(rest) } else { 0 };
        let (kept, after) = rest.split_at(length.max(next.len_utf8()));
        if length == 0 && is_hostile(next) {
            let _ = write!(clean, "{}", next.escape_unicode());
        } else {
            clean.push_str(kept);
        }
        rest = after;
    }
    Cow::Owned(clean)
}

/// Whether a character steers instead of showing something.
fn is_hostile(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}

/// The length of the colour sequence that a text begins with, or 0.
fn sgr(text: &str) -> usize {
    let Some(inside) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let numbers = inside.find(|c: char| !c.is_ascii_digit() && c != ';');
    match numbers {
        Some(at) if inside[at..].starts_with('m') => "\u{1b}[".len() + at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_spelt_out() {
        for (text, color, expected) in [
            ("naïve 日本語\n\tx", false, "naïve 日本語\n\tx"),
            ("a\u{1b}[2Jb", false, "a\\u{1b}[2Jb"),
            ("a\u{1b}[2Jb", true, "a\\u{1b}[2Jb"),
            ("\u{1b}]0;pwned\u{7}", true, "\\u{1b}]0;pwned\\u{7}"),
            ("gnp\u{202e}exe", true, "gnp\\u{202e}exe"),
            ("a\r\nb", false, "a\\u{d}\nb"),
            ("\u{9b}31m", true, "\\u{9b}31m"),
            ("\u{1b}[1;31mred\u{1b}[0m", true, "\u{1b}[1;31mred\u{1b}[0m"),
            ("\u{1b}[1mred", false, "\\u{1b}[1mred"),
            ("\u{1b}[1", true, "\\u{1b}[1"),
        ] {
            assert_eq!(printable(text, color), expected, "{text:?} {color}");
        }
    }
}
