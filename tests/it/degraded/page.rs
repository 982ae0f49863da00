//! The table in `docs/daemon.md` names tests that there are.

use std::collections::BTreeSet;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/daemon.md");

/// Every function below these folders that is a test, by its name.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["src", "crates", "tests/it"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = walkdir::WalkDir::new(folder).into_iter().flatten();
        for file in files.filter(|file| file.path().extension().is_some_and(|it| it == "rs")) {
            let text = std::fs::read_to_string(file.path()).unwrap();
            for (attribute, function) in text.lines().zip(text.lines().skip(1)) {
                let function = function.trim().trim_start_matches("async ");
                let name = function
                    .strip_prefix("fn ")
                    .and_then(|it| it.split('(').next());
                if attribute.contains("test") && attribute.trim().starts_with("#[") {
                    names.extend(name.map(str::to_owned));
                }
            }
        }
    }
    names
}

#[test]
fn every_row_names_a_test_that_there_is() {
    let (_, table) = PAGE.split_once("## When something is down").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    let known = tests();
    let mut seen = 0;
    for row in rows {
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: Vec<_> = last.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test: {row}");
        for name in named {
            assert!(known.contains(name), "there is no test {name}: {row}");
        }
        seen += 1;
    }
    assert_eq!(seen, 6);
}
