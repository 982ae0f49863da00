//! Links, anchors and commands of a Markdown page.

use std::collections::BTreeSet;
use std::path::Path;

use super::files::{File, root};

/// Relative links that lead nowhere, each with its place.
pub(super) fn broken_links(file: &File) -> Vec<String> {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    links(file.text())
        .into_iter()
        .filter(|(_, link)| !link.contains("://") && !link.starts_with("mailto:"))
        .filter_map(|(line, link)| {
            let (target, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = root().join(if target.is_empty() {
                Path::new(&file.path).to_path_buf()
            } else {
                folder.join(target)
            });
            let fault = fault(&path, anchor)?;
            Some(format!("{}:{line}: {link}: {fault}", file.path))
        })
        .collect()
}

fn fault(path: &Path, anchor: &str) -> Option<&'static str> {
    if !path.exists() {
        return Some("there is no such file");
    }
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    (!anchor.is_empty() && !anchors(&text()).contains(anchor)).then_some("there is no such heading")
}

/// Lines with their numbers, and whether they are in a fenced block; the fences themselves left out.
fn lines(text: &str) -> impl Iterator<Item = (usize, bool, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fence).then_some((at + 1, fenced, line))
    })
}

fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    lines(text)
        .filter(|(_, fenced, _)| !fenced)
        .map(|(number, _, line)| (number, line))
}

/// The targets of `[text](target)`, code spans left out.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let plain: String = line.split('`').step_by(2).collect();
        for part in plain.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                found.push((number, target.to_owned()));
            }
        }
    }
    found
}

/// The anchors that GitHub gives to headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let heading = |line: &str| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len()).then(|| slug(title))
    };
    prose(text).filter_map(|(_, line)| heading(line)).collect()
}

fn slug(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let lower = title.trim().to_lowercase();
    lower
        .chars()
        .filter(kept)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The targets of `make` that a page names: in code spans, and at the start of a line of a block.
pub(super) fn make_targets(text: &str) -> Vec<String> {
    lines(text)
        .flat_map(|(_, fenced, line)| match fenced {
            true => vec![line.trim_start_matches("$ ")],
            false => line.split('`').skip(1).step_by(2).collect(),
        })
        .filter_map(|code| code.strip_prefix("make "))
        .flat_map(|words| words.split_whitespace().take_while(|word| is_target(word)))
        .map(str::to_owned)
        .collect()
}

fn is_target(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

#[test]
fn links_in_code_do_not_count() {
    let text = "[a](x.md) and [b](y.md#z)\n```\n[c](no)\n```\n`[d](no)` [e](e)\n";
    let found = links(text);
    assert_eq!(
        found
            .iter()
            .map(|(line, link)| (*line, link.as_str()))
            .collect::<Vec<_>>(),
        [(1, "x.md"), (1, "y.md#z"), (5, "e")]
    );
}

#[test]
fn headings_become_anchors_as_on_github() {
    let text = "# Prism, `plan` & more\n```\n# no\n```\n## 2. Exit codes\n";
    assert_eq!(
        anchors(text).into_iter().collect::<Vec<_>>(),
        ["2-exit-codes", "prism-plan--more"]
    );
}

#[test]
fn broken_links_are_found() {
    let text = "[a](README.md) [b](docs/none.md) [c](#here) [d](#gone) [e](https://x.y)\n# Here\n";
    let file = File {
        path: "README.md".into(),
        bytes: text.into(),
    };
    assert_eq!(
        broken_links(&file),
        [
            "README.md:1: docs/none.md: there is no such file",
            // The page on disk counts, not the text above.
            "README.md:1: #here: there is no such heading",
            "README.md:1: #gone: there is no such heading",
        ]
    );
}

#[test]
fn commands_are_found_in_spans_and_blocks() {
    let text =
        "Run `make test` and\nmake do.\n```sh\n$ make fmt-check lint  # both\nmake doc\n```\n";
    assert_eq!(make_targets(text), ["test", "fmt-check", "lint", "doc"]);
}
