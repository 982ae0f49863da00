//! Tables of aligned columns, written in parts.
//!
//! The first part decides how wide the columns are. On a terminal they are
//! made to fit and longer cells are cut; elsewhere nothing is cut, and a later
//! cell that is wider moves its line and no other.

use unicode_width::UnicodeWidthStr as _;

use crate::harmless::owned as harmless;

/// Between two columns.
const GAP: &str = "  ";
/// No column is made narrower than this to fit.
const NARROWEST: usize = 4;
/// No more letters than this share a column, however many of them have no width.
const LETTERS: usize = 8;

/// A table on its way.
#[derive(Debug)]
pub(crate) struct Table {
    heading: Option<Vec<String>>,
    /// The terminal's columns; `None` elsewhere.
    room: Option<usize>,
    widths: Option<Vec<usize>>,
}

impl Table {
    /// A table with this heading, if any, that fits `room` columns, if given.
    pub(crate) fn new(heading: Option<Vec<String>>, room: Option<usize>) -> Self {
        Self {
            heading,
            room,
            widths: None,
        }
    }

    /// More lines; the first time with the heading above them.
    pub(crate) fn rows(&mut self, rows: &[Vec<String>]) -> String {
        let heading = self.heading.take();
        let clean = rows
            .iter()
            .map(|row| row.iter().map(|cell| harmless(cell)).collect());
        let lines: Vec<Vec<String>> = heading.into_iter().chain(clean).collect();
        if self.widths.is_none() {
            self.widths = Some(widths(&lines, self.room));
        }
        let widths = self.widths.as_deref().unwrap_or_default();
        let lines = lines
            .iter()
            .map(|line| format_line(line, widths, self.room.is_some()));
        lines.collect()
    }
}

/// How wide each column is: its widest cell, cut down where all together are too wide.
fn widths(lines: &[Vec<String>], room: Option<usize>) -> Vec<usize> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let Some(room) = room else { return widths };
    let room = room.saturating_sub(GAP.len() * columns.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

fn format_line(cells: &[String], widths: &[usize], cut: bool) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let cell = if cut { fit(cell, *width) } else { cell.clone() };
        line.push_str(&cell);
        let missing = width.saturating_sub(cell.width());
        line.extend(std::iter::repeat_n(' ', missing));
        line.push_str(GAP);
    }
    format!("{}\n", line.trim_end())
}

/// A text truncated to `width` columns, and marked as truncated.
fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    // The whole is measured, not its letters: some change the width of those before them.
    let ends = text.char_indices().take(LETTERS * width);
    let mut kept = "";
    for (place, letter) in ends {
        let more = &text[..place + letter.len_utf8()];
        if more.width() >= width {
            break;
        }
        kept = more;
    }
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&[&str]]) -> Vec<Vec<String>> {
        let line = |line: &&[&str]| line.iter().map(|cell| (*cell).to_owned()).collect();
        lines.iter().map(line).collect()
    }

    fn heading() -> Option<Vec<String>> {
        Some(rows(&[&["NAME", "CUSTOMER"]]).remove(0))
    }

    #[test]
    fn columns_line_up_under_any_script() {
        let mut table = Table::new(heading(), None);
        insta::assert_snapshot!(table.rows(&rows(&[&["日本", "x"], &["Café\u{1b}[2J", "y"]])), @r"
        NAME           CUSTOMER
        日本           x
        Café\u{1b}[2J  y
        ");
        assert_eq!(table.rows(&rows(&[&["a", "b"]])), "a              b\n");
    }

    #[test]
    fn a_cell_fits_whatever_it_is_made_of() {
        for text in [
            "日本日本日本",
            "❤\u{fe0f}❤\u{fe0f}❤\u{fe0f}❤\u{fe0f}",
            "👨\u{200d}👩\u{200d}👧👨\u{200d}👩\u{200d}👧",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "🇩🇪🇫🇷🇯🇵🇬🇧",
            &format!("a{}bcdefg", "\u{301}".repeat(1000)),
        ] {
            for width in 1..7 {
                let cut = fit(text, width);
                assert!(cut.width() <= width, "{cut} in {width}");
                assert!(cut == text || cut.ends_with('…'), "{cut}");
            }
        }
        assert_eq!(fit("日本日本", 5), "日本…");
        assert_eq!(fit("日本日本", 4), "日…");
    }

    #[test]
    fn a_table_fits_the_terminal() {
        let long = "a very long name that goes on and on";
        let mut table = Table::new(heading(), Some(24));
        let text = table.rows(&rows(&[&[long, "Smith Hardware"], &["x", "y"]]));
        insta::assert_snapshot!(text, @r"
        NAME         CUSTOMER
        a very lon…  Smith Hard…
        x            y
        ");
        assert!(text.lines().all(|line| line.width() <= 24), "{text}");
        let later = table.rows(&rows(&[&["日本日本日本日本", long]]));
        assert!(later.trim_end().width() <= 24, "{later}");
    }
}
