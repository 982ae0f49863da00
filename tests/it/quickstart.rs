//! The examples do what they say: each is a complete project that a user can copy.

use std::path::{Path, PathBuf};

use prism_gitops::manifest;
use prism_gitops::model::SourceFile;

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

/// How each environment of an example is chosen; one that declares none, or one, needs no choice.
fn choices(example: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(example).into_iter();
    let files = files.map(|entry| entry.unwrap().into_path());
    let manifests = files.filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    let read =
        |path: PathBuf| SourceFile::new(path.to_str().unwrap(), std::fs::read(&path).unwrap());
    let files: Vec<SourceFile> = manifests.map(read).collect();
    match manifest::environments(&files) {
        several if several.len() > 1 => several.iter().map(|it| format!(" --env {it}")).collect(),
        _ => vec![String::new()],
    }
}

#[test]
fn every_example_is_valid_applies_and_converges() {
    let examples = examples();
    assert!(!examples.is_empty(), "there is no example to try");
    for example in examples {
        for choice in choices(&example) {
            let environment = Environment::new();
            environment.copy(&example);
            let shown = format!("{}{choice}", example.display());
            let valid = environment.run("validate");
            assert_eq!(valid.code, 0, "{shown}\n{}", valid.shown());
            let line = |verb: &str| environment.run(&format!("{verb} --sandbox{choice}"));
            let plan = line("plan --detailed-exitcode");
            assert_eq!(plan.code, 2, "{shown}\n{}", plan.shown());
            let apply = line("apply --auto-approve");
            assert!(done_or_left_over(apply.code), "{shown}\n{}", apply.shown());
            let again = line("plan --detailed-exitcode");
            assert!(done_or_left_over(again.code), "{shown}\n{}", again.shown());
        }
    }
}
