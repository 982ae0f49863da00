//! Escapes text of others before it is shown: the one place that does so.
//!
//! Names, labels, messages and file names come from any user who can write to the tenant or open a
//! pull request. Put into our output as they are, a line break could forge a line of a plan, an
//! escape sequence hide one, a mark of direction make a name look like another, and `::add-mask::`
//! at the start of a line be an order to the program that runs a pipeline.
//!
//! What would act instead of being read is written as its escape: `\n`, `\u{202e}`. Each text of
//! others passes [`line()`] where it is put into ours; [`terminal`] is the last gate for all that
//! goes to a terminal or a log, and [`cell`] the one for tables that spreadsheets read.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text in one line of printable characters that is no order to anything.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let mut before = None;
    for letter in text.chars() {
        push(&mut clean, letter, before);
        before = Some(letter);
    }
    Cow::Owned(without_orders(&clean).into_owned())
}

/// The same as a text of its own.
#[must_use]
pub fn owned(text: &str) -> String {
    line(text).into_owned()
}

/// The same, where line breaks and tabs are welcome. No line of it is an order.
#[must_use]
pub fn lines(text: &str) -> String {
    let lines = text.split('\n').map(|one| {
        let one = one.strip_suffix('\r').unwrap_or(one);
        let parts = one.split('\t').map(line);
        let whole = parts.collect::<Vec<_>>().join("\t");
        without_orders(&whole).into_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The first `most` characters of a text in one line, with a blank for each line break.
#[must_use]
pub fn brief(text: &str, most: usize) -> String {
    let blank = |c: char| {
        if matches!(c, '\n' | '\r' | '\t') {
            ' '
        } else {
            c
        }
    };
    let joined: String = text.chars().map(blank).collect();
    line(&joined).chars().take(most).collect()
}

/// A cell of a table that a spreadsheet may read: in one line, and no formula.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let clean = line(text);
    let formula = clean.trim_start().starts_with([
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    if formula && clean.parse::<f64>().is_err() {
        Cow::Owned(format!("'{clean}"))
    } else {
        clean
    }
}

/// The last gate: our text with all that it took from others, for a terminal or a log.
///
/// Line breaks and tabs pass; with `color` the few styles that we use ourselves pass too.
#[must_use]
pub fn terminal(text: &str, color: bool) -> Cow<'_, str> {
    gate(text, color, |_| false)
}

/// The last gate for Markdown, in which we break words by blanks without a width.
#[must_use]
pub fn markdown(text: &str) -> Cow<'_, str> {
    gate(text, false, |letter| letter == '\u{200b}')
}

/// A text of JSON in which nothing acts where it is printed; it means the same.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    let layout = |c: char| matches!(c, '\n' | '\r' | '\t');
    if !text.contains("##") && !text.chars().any(|c| deceives(c) && !layout(c)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if deceives(letter) && !layout(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(clean, "\\u{unit:04x}");
            }
        } else {
            clean.push(letter);
        }
    }
    Cow::Owned(clean.replace("##", "#\\u0023"))
}

fn gate(text: &str, color: bool, passes: fn(char) -> bool) -> Cow<'_, str> {
    if is_plain_but_for_layout(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let (mut rest, mut before) = (text, None);
    while let Some(next) = rest.chars().next() {
        let styled = if color { style(rest) } else { 0 };
        let (kept, after) = rest.split_at(styled.max(next.len_utf8()));
        if styled > 0 || passes(next) || matches!(next, '\n' | '\t') {
            clean.push_str(kept);
        } else if next == '\r' {
            clean.push_str("\\r");
        } else {
            push(&mut clean, next, before);
        }
        before = Some(next);
        rest = after;
    }
    let ordered: Vec<_> = clean.split('\n').map(without_orders).collect();
    Cow::Owned(ordered.join("\n"))
}

/// A whole line of a log, which others must not break in two.
#[must_use]
pub fn log_line(text: &str, color: bool) -> String {
    let (body, end) = match text.strip_suffix('\n') {
        Some(body) => (body, "\n"),
        None => (text, ""),
    };
    let single = body.replace("\r\n", "\\n").replace('\n', "\\n");
    format!("{}{end}", terminal(&single, color))
}

/// Whether a character hides, moves, reorders or means nothing that a reader could see.
#[must_use]
pub fn deceives(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
        || (u32::from(letter) & 0xFFFE) == 0xFFFE
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| deceives(c) || selects(c))
        && !text.contains("##")
        && !text.trim_start().starts_with("::")
}

/// Most of what is printed needs no work.
fn is_plain_but_for_layout(text: &str) -> bool {
    let fine = |c: char| matches!(c, '\n' | '\t') || !deceives(c) && !selects(c);
    text.chars().all(fine) && !text.contains("##") && !text.contains("::")
}

fn selects(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}')
}

/// A variation selector is for a sign before it, and for one only.
fn push(clean: &mut String, letter: char, before: Option<char>) {
    match letter {
        '\n' => clean.push_str("\\n"),
        '\r' => clean.push_str("\\r"),
        '\t' => clean.push_str("\\t"),
        '\u{fe0e}' | '\u{fe0f}' if before.is_some_and(|c| !c.is_ascii() && !selects(c)) => {
            clean.push(letter);
        }
        letter if deceives(letter) || selects(letter) => {
            // Writing to a string cannot fail.
            let _ = write!(clean, "\\u{{{:x}}}", u32::from(letter));
        }
        letter => clean.push(letter),
    }
}

/// Orders to what runs a pipeline: `::name …` at the start of a line, `##[name]` and
/// `##name[…]` anywhere.
fn without_orders(line: &str) -> Cow<'_, str> {
    let blank = line.len() - line.trim_start().len();
    let begins = line.get(blank..).is_some_and(|rest| rest.starts_with("::"));
    if !begins && !line.contains("##") {
        return Cow::Borrowed(line);
    }
    let line = if begins {
        Cow::Owned(format!(
            "{}\\u{{3a}}{}",
            line.get(..blank).unwrap_or_default(),
            line.get(blank + 1..).unwrap_or_default()
        ))
    } else {
        Cow::Borrowed(line)
    };
    let mut parts = line.split("##");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let order = name.starts_with('[');
        clean.push_str(if order { "#\\u{23}" } else { "##" });
        clean.push_str(part);
    }
    Cow::Owned(clean)
}

/// The length of one of our own styles that a text begins with, or 0. Our styles never conceal, blink or set
/// a background.
fn style(text: &str) -> usize {
    const START: &str = "\u{1b}[";
    let Some(inside) = text.strip_prefix(START) else {
        return 0;
    };
    let Some(end) = inside.bytes().take(12).position(|byte| byte == b'm') else {
        return 0;
    };
    let numbers = inside.get(..end).unwrap_or("x");
    let ours = |number: &str| {
        matches!(number, "" | "0" | "1" | "2" | "4" | "22" | "24" | "39")
            || matches!(number.parse::<u8>(), Ok(31..=37 | 91..=97))
    };
    if numbers.split(';').all(ours) {
        START.len() + end + 1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_spelt_out() {
        for (text, expected) in [
            ("naïve 日本語 ❤\u{fe0f}", "naïve 日本語 ❤\u{fe0f}"),
            ("a\nNo changes.", "a\\nNo changes."),
            ("a\r\n\tb", "a\\r\\n\\tb"),
            ("a\u{1b}[8mb", "a\\u{1b}[8mb"),
            ("\u{9b}31m\u{85}", "\\u{9b}31m\\u{85}"),
            ("gnp\u{202e}exe\u{2066}", "gnp\\u{202e}exe\\u{2066}"),
            (
                "a\u{61c}b\u{200b}c\u{feff}d\u{2060}",
                "a\\u{61c}b\\u{200b}c\\u{feff}d\\u{2060}",
            ),
            ("\u{e0041}\u{2028}\u{2029}", "\\u{e0041}\\u{2028}\\u{2029}"),
            ("a\u{fe0f}b\u{fe01}", "a\\u{fe0f}b\\u{fe01}"),
            ("::add-mask::x", "\\u{3a}:add-mask::x"),
            ("  ::stop-commands::x", "  \\u{3a}:stop-commands::x"),
            ("x ##[add-mask]y", "x #\\u{23}[add-mask]y"),
            (
                "x ##vso[task.setvariable]y",
                "x #\\u{23}vso[task.setvariable]y",
            ),
            ("### Title ## [x] a::b", "### Title ## [x] a::b"),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
        }
        assert_eq!(lines("a\r\n\tb\u{1b}c\n::x"), "a\n\tb\\u{1b}c\n\\u{3a}:x");
        assert_eq!(brief("two\nlines\u{1b}", 20), "two lines\\u{1b}");
        assert_eq!(brief("abc", 2), "ab");
    }

    #[test]
    fn the_last_gate_lets_our_styles_pass_and_no_others() {
        for (text, color, expected) in [
            ("a\n\tx", false, "a\n\tx"),
            ("a\u{1b}[2Jb", true, "a\\u{1b}[2Jb"),
            ("\u{1b}]0;pwned\u{7}", true, "\\u{1b}]0;pwned\\u{7}"),
            ("\u{1b}[1;31mred\u{1b}[0m", true, "\u{1b}[1;31mred\u{1b}[0m"),
            ("\u{1b}[1mred", false, "\\u{1b}[1mred"),
            ("\u{1b}[8mhidden", true, "\\u{1b}[8mhidden"),
            ("\u{1b}[1", true, "\\u{1b}[1"),
            ("a\r\nb", false, "a\\r\nb"),
            ("a\n ::error::x", false, "a\n \\u{3a}:error::x"),
            ("a::b ##[x]", false, "a::b #\\u{23}[x]"),
        ] {
            assert_eq!(terminal(text, color), expected, "{text:?} {color}");
        }
        assert_eq!(markdown("@\u{200b}x\u{200c}"), "@\u{200b}x\\u{200c}");
        assert_eq!(
            json("{\"a\": \"##[x]\u{9b}\u{e0041}\"}"),
            r##"{"a": "#\u0023[x]\u009b\udb40\udc41"}"##
        );
        assert_eq!(log_line("a\nb\u{1b}[2J\n", false), "a\\nb\\u{1b}[2J\n");
    }

    #[test]
    fn a_cell_is_no_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("+49 170", "'+49 170"),
            (" =x", "' =x"),
            ("-2", "-2"),
            ("-2.5e3", "-2.5e3"),
            ("a=b", "a=b"),
            ("\t=x", "\\t=x"),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_acts(text in "[ -~]{0,4}[\u{0}-\u{ff}\u{2000}-\u{206f}:#\\[a\u{e0000}-\u{e007f}]{0,12}") {
            let shown = line(&text);
            prop_assert!(!shown.chars().any(deceives), "{:?}", shown);
            prop_assert!(!shown.trim_start().starts_with("::"));
            prop_assert!(!shown.contains("##["));
            prop_assert_eq!(line(&shown).into_owned(), shown.clone().into_owned());
            let last = terminal(&text, true);
            prop_assert!(!last.lines().any(|line| line.trim_start().starts_with("::")));
            let passes = |c: char| matches!(c, '\n' | '\t' | '\u{1b}');
            let acts = last.chars().any(|c| deceives(c) && !passes(c));
            prop_assert!(!acts, "{:?}", last);
        }
    }
}
