//! Which lines of a file may be shown beside a finding.
//!
//! A manifest may hold connection inputs that should not be seen, and a file
//! that does not parse cannot say where they are. So this judges the text
//! alone: a line is withheld if it, or a line it is indented under, speaks of
//! something secret. It errs on the side of withholding.

/// Longer lines are cut for showing.
const LONGEST: usize = 240;

/// Words that make a line, and what is below it, something not to show.
const WORDS: [&str; 13] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "token",
    "credential",
    "apikey",
    "api key",
    "api_key",
    "api-key",
    "private",
    "connection:",
    "auth",
];

/// The lines of one file.
pub(super) struct Lines<'a> {
    lines: Vec<&'a str>,
    withheld: Vec<bool>,
}

impl<'a> Lines<'a> {
    /// Splits a text as YAML does.
    pub(super) fn new(text: &'a str) -> Self {
        let lines = split(text);
        let withheld = withheld(&lines);
        Self { lines, withheld }
    }

    /// A line by its number, from 1, if it may be shown and reaches the column that is meant.
    pub(super) fn show(&self, number: u32, column: u32) -> Option<String> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        if *self.withheld.get(index)? {
            return None;
        }
        let line = self
            .lines
            .get(index)
            .filter(|line| !line.trim().is_empty())?;
        let Some((end, _)) = line.char_indices().nth(LONGEST) else {
            return Some((*line).to_owned());
        };
        let reached = usize::try_from(column).is_ok_and(|column| column <= LONGEST);
        reached.then(|| line.get(..end).map(|start| format!("{start}…")))?
    }
}

/// A text for people, with an ellipsis in place of each line that may hold a secret.
#[must_use]
pub fn shown(text: &str) -> String {
    // What follows the last line break is no line.
    let lines = Lines::new(text.strip_suffix('\n').unwrap_or(text));
    let each = lines.lines.iter().zip(&lines.withheld);
    let shown = each.map(|(line, withheld)| if *withheld { "…" } else { line });
    let mut shown = shown.collect::<Vec<_>>().join("\n");
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown
}

/// YAML breaks lines at `\n`, `\r\n` and a lone `\r`.
fn split(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        lines.extend(line.split('\r'));
    }
    lines
}

/// Whether each line is withheld.
fn withheld(lines: &[&str]) -> Vec<bool> {
    let mut enclosing: Vec<(usize, bool)> = Vec::new();
    // Brackets that a withheld line left open: indentation says nothing inside them.
    let mut open = 0_i64;
    let mut withheld = Vec::with_capacity(lines.len());
    for line in lines {
        let content = line.trim_start();
        if content.is_empty() {
            withheld.push(open > 0 || enclosing.last().is_some_and(|(_, secret)| *secret));
            continue;
        }
        let depth = depth(line, content);
        while enclosing.last().is_some_and(|(outer, _)| *outer >= depth) {
            enclosing.pop();
        }
        let under = enclosing.last().is_some_and(|(_, secret)| *secret);
        let secret = under || open > 0 || is_telling(content);
        enclosing.push((depth, secret));
        if secret {
            open = (open + balance(content)).max(0);
        }
        withheld.push(secret);
    }
    withheld
}

/// How deep a line is. An item of a list may be as far left as the key it belongs to.
fn depth(line: &str, content: &str) -> usize {
    let indent = line.len() - content.len();
    2 * indent + usize::from(content.starts_with('-'))
}

fn is_telling(content: &str) -> bool {
    let content = content.to_lowercase();
    // `"connection" :` and the like, as JSON writes them.
    content.contains("connection\"") || WORDS.iter().any(|word| content.contains(word))
}

fn balance(content: &str) -> i64 {
    content
        .bytes()
        .map(|byte| match byte {
            b'{' | b'[' => 1,
            b'}' | b']' => -1,
            _ => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let lines = Lines::new(text);
        (1..)
            .take(lines.lines.len())
            .filter_map(|number| lines.show(number, 1))
            .collect()
    }

    #[test]
    fn lines_under_something_secret_are_withheld() {
        let text = "a: 1\nERP:\n  connection:\n    user: smith\n\n    pw: |\n      x\nb: 2\n";
        assert_eq!(shown(text), ["a: 1", "ERP:", "b: 2"]);
        assert_eq!(
            shown("x: {connection: {\npw: hunter2,\nq: r}}\ny: 1"),
            ["y: 1"]
        );
        assert_eq!(shown("connection:\n- pw\nc: 1"), ["c: 1"]);
    }

    #[test]
    fn lines_are_split_as_yaml_does_and_cut() {
        assert_eq!(shown("a\r\nb\rc\nd"), ["a", "b", "c", "d"]);
        let long = "x".repeat(10_000);
        let lines = Lines::new(&long);
        assert_eq!(lines.show(1, 3).unwrap().chars().count(), LONGEST + 1);
        assert_eq!(lines.show(1, 9_000), None);
        assert_eq!(lines.show(2, 1), None);
        assert_eq!(lines.show(0, 0), None);
    }
}
