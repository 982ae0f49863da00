//! Comma-separated values by RFC 4180: lines end in CRLF, quotes are doubled.
//!
//! Values are as the server has them, but for what would act where it is read: line breaks and
//! control characters are spelt out, and a cell that a spreadsheet would take for a formula
//! begins with `'`.

use crate::harmless;

/// A line with its end.
pub(crate) fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells
        .into_iter()
        .map(|cell| quoted(&harmless::cell(&cell)))
        .collect();
    match cells.as_slice() {
        // An empty line is no record to most readers.
        [only] if only.is_empty() => "\"\"\r\n".to_owned(),
        _ => format!("{}\r\n", cells.join(",")),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_have_to_be_and_left_alone_otherwise() {
        for (cells, expected) in [
            (vec!["a", "b c", ""], "a,b c,\r\n"),
            (vec!["a,b", "say \"x\""], "\"a,b\",\"say \"\"x\"\"\"\r\n"),
            (vec!["two\nlines", "cr\r"], "two\\nlines,cr\\r\r\n"),
            (vec!["=1+1", "-2", "@x"], "'=1+1,-2,'@x\r\n"),
            (vec!["\u{1b}[0m", " x"], "\\u{1b}[0m,\" x\"\r\n"),
            (vec![""], "\"\"\r\n"),
        ] {
            let line = line(cells.into_iter().map(str::to_owned));
            assert_eq!(line, expected);
        }
    }
}
