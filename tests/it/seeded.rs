//! The bugs of `tests/seeded`: each still applies, and names a test. `make seeded-bugs` plants them.

use std::path::{Path, PathBuf};
use std::process::Command;

fn patches() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeded");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut all: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn every_bug_still_applies() {
    let all = patches();
    assert_eq!(all.len(), 18, "{all:?}");
    for patch in all {
        let mut git = Command::new("git");
        git.current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["apply", "--check"])
            .arg(&patch);
        let output = git.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", patch.display());
    }
}

#[test]
fn every_bug_names_the_test_that_goes_red() {
    for patch in patches() {
        let text = std::fs::read_to_string(&patch).unwrap();
        let red = text.lines().find_map(|line| line.strip_prefix("Red: "));
        let red = red.unwrap_or_else(|| panic!("{}: no `Red:` line", patch.display()));
        let name = red.rsplit("::").next().unwrap();
        let (package, _) = red.split_once(' ').unwrap();
        let folder = match package.strip_prefix("prism-gitops-") {
            Some(member) => Path::new("crates").join(member),
            None => Path::new("tests").join(package),
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let found = walkdir::WalkDir::new(folder).into_iter().any(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
            text.contains(&format!("fn {name}("))
        });
        assert!(found, "{}: there is no test {red}", patch.display());
    }
}
