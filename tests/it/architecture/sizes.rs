//! How long files and functions are.

use std::path::{Path, PathBuf};

use super::rust::{Token, closing, tokens};

/// Lengths in lines, each with its place.
pub(super) struct Sizes {
    files: Vec<(usize, String)>,
    functions: Vec<(usize, String)>,
}

impl Sizes {
    pub(super) fn new(sources: &[(PathBuf, String)]) -> Self {
        let mut sizes = Self {
            files: Vec::new(),
            functions: Vec::new(),
        };
        for (path, text) in sources {
            sizes
                .files
                .push((text.lines().count(), path.display().to_string()));
            sizes.functions.extend(functions(path, &tokens(text)));
        }
        sizes.files.sort();
        sizes.functions.sort();
        sizes
    }

    /// Median and ninth decile, for people.
    pub(super) fn summary(&self) -> String {
        let line = |what: &str, all: &[(usize, String)]| {
            let at = |share: usize| all.get(all.len() * share / 100).map_or(0, |(n, _)| *n);
            let longest = all.last().map_or(0, |(n, _)| *n);
            let (count, median, p90) = (all.len(), at(50), at(90));
            format!("{count} {what}: median {median} lines, 90% within {p90}, longest {longest}")
        };
        format!(
            "{}\n{}",
            line("files", &self.files),
            line("functions", &self.functions)
        )
    }

    /// What is longer than it may be.
    pub(super) fn over(&self, file: usize, function: usize) -> Vec<String> {
        let over = |all: &[(usize, String)], limit: usize, what: &str| -> Vec<String> {
            all.iter()
                .filter(|(lines, _)| *lines > limit)
                .map(|(lines, place)| {
                    format!(
                        "{place}: {lines} lines, and a {what} may have {limit}: split it by concern"
                    )
                })
                .collect()
        };
        [
            over(&self.files, file, "file"),
            over(&self.functions, function, "function"),
        ]
        .concat()
    }
}

/// Every function with a body.
fn functions(path: &Path, tokens: &[Token]) -> Vec<(usize, String)> {
    let starts = tokens.windows(2).enumerate();
    starts
        .filter(|(_, pair)| pair[0].text == "fn" && pair[1].is_name())
        .filter_map(|(at, pair)| {
            let open = body(tokens, at)?;
            let (first, last) = (pair[0].line, tokens[closing(tokens, open)].line);
            let place = format!("{}:{first}: fn {}", path.display(), pair[1].text);
            Some((last - first + 1, place))
        })
        .collect()
}

/// The index of the brace that opens the body of the function at `at`.
fn body(tokens: &[Token], mut at: usize) -> Option<usize> {
    loop {
        match tokens.get(at)?.text.as_str() {
            "{" => return Some(at),
            ";" => return None,
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
}

#[test]
fn lengths_are_counted_and_limits_kept() {
    let source = "fn a() {\n}\ntrait T { fn b(&self) -> [u8; 4]; }\nfn c(x: fn(u8)) {\n\n  {}\n}\n";
    let sizes = Sizes::new(&[("src/x.rs".into(), source.to_owned())]);
    insta::assert_snapshot!(sizes.summary(), @r"
    1 files: median 7 lines, 90% within 7, longest 7
    2 functions: median 4 lines, 90% within 4, longest 4
    ");
    insta::assert_snapshot!(sizes.over(6, 3).join("\n"), @r"
    src/x.rs: 7 lines, and a file may have 6: split it by concern
    src/x.rs:4: fn c: 4 lines, and a function may have 3: split it by concern
    ");
    assert!(sizes.over(7, 4).is_empty());
}
