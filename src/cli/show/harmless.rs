//! Values of the server as text that a terminal cannot be fooled with.

use std::fmt::Write as _;

/// A text in one line of printable characters.
///
/// What would move the cursor, colour, hide or reorder text is written as its
/// escape: names and labels may come from anybody who can write to the tenant.
pub(crate) fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => clean.push_str("\\n"),
            '\r' => clean.push_str("\\r"),
            '\t' => clean.push_str("\\t"),
            letter if letter.is_control() || deceives(letter) => {
                // Writing to a string cannot fail.
                let _ = write!(clean, "\\u{{{:x}}}", u32::from(letter));
            }
            letter => clean.push(letter),
        }
    }
    clean
}

/// The same, where line breaks and tabs are welcome.
pub(crate) fn harmless_lines(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let parts = line.split('\t').map(harmless);
        parts.collect::<Vec<_>>().join("\t")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Line separators, marks of direction, and characters without a width.
fn deceives(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_printable_characters_is_left() {
        for (text, shown) in [
            ("Café Aurore 日本", "Café Aurore 日本"),
            ("\u{1b}[2J\u{1b}]0;x\u{7}", "\\u{1b}[2J\\u{1b}]0;x\\u{7}"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("a\u{202e}txt.exe", "a\\u{202e}txt.exe"),
        ] {
            assert_eq!(harmless(text), shown);
        }
        assert_eq!(harmless_lines("a\r\n\tb\u{1b}c\n"), "a\n\tb\\u{1b}c\n");
    }
}
