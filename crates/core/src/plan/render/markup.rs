//! Foreign text in Markdown: it never acts as markup, never mentions a user, and never breaks out of its cell
//! or line.

use crate::harmless::line;

/// Invisible, and keeps the text around it from being read as one word.
const BREAK: char = '\u{200B}';

/// Text in a sentence or a table cell.
#[must_use]
pub fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            c @ ('\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$') => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Mentions, references to issues, and addresses.
            c @ ('@' | '#') => out.extend([c, BREAK]),
            c => out.push(c),
        }
    }
    // Bare links.
    out.replace("://", ":\u{200B}//")
        .replace("www.", "www\u{200B}.")
}

/// Text in a code span, which shows it as it is. Not for table cells: a bar ends those even here.
#[must_use]
pub fn code(text: &str) -> String {
    let text = line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // A span may neither touch a backtick nor be blank, and gives up one space at either end.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_no_markup_and_mentions_nobody() {
        let shown = |text: &str| prose(text).replace(BREAK, "·");
        for (text, expected) in [
            ("plain text, 100%", "plain text, 100%"),
            (
                "a|b `c` *d* _e_ ~f~",
                "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~",
            ),
            ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
            ("@team fixes #12", "@·team fixes #·12"),
            ("![x](https://evil)", "!\\[x\\](https:·//evil)"),
            ("www.evil.example :tada:", "www·.evil.example :tada:"),
            ("two\nlines | --- |", "two\\\\nlines \\| --- \\|"),
            ("\u{202E}gnorw\u{1b}[2J", "\\\\u{202e}gnorw\\\\u{1b}\\[2J"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn code_cannot_be_left() {
        for (text, expected) in [
            ("plain", "`plain`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("` @team", "`` ` @team ``"),
            ("", "`  `"),
            (" x", "`  x `"),
            ("two\nlines", "`two\\nlines`"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
    }
}
