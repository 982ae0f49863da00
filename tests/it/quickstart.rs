//! The examples do what they say: each is a complete project that a user can copy.

use std::path::{Path, PathBuf};

use crate::cli::environment::Environment;

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let paths = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Some examples leave something for a person to do, and say so with exit code 3.
fn done_or_left_over(code: i32) -> bool {
    matches!(code, 0 | 3)
}

#[test]
fn every_example_is_valid_applies_and_converges() {
    let examples = examples();
    assert!(!examples.is_empty(), "there is no example to try");
    for example in examples {
        let environment = Environment::new();
        environment.copy(&example);
        let shown = example.display();
        let valid = environment.run("validate");
        assert_eq!(valid.code, 0, "{shown}\n{}", valid.shown());
        let plan = environment.run("plan --sandbox --detailed-exitcode");
        assert_eq!(plan.code, 2, "{shown}\n{}", plan.shown());
        let apply = environment.run("apply --sandbox --auto-approve");
        assert!(done_or_left_over(apply.code), "{shown}\n{}", apply.shown());
        let again = environment.run("plan --sandbox --detailed-exitcode");
        assert!(done_or_left_over(again.code), "{shown}\n{}", again.shown());
    }
}
