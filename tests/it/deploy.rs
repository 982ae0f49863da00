//! What is shipped besides the binary, held to by the tools that judge it.
//!
//! A tool that this machine lacks is skipped and said so; what can be read from
//! the files alone is always checked.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what a helper finds broken fails its test"
)]
#![expect(
    clippy::disallowed_macros,
    reason = "a test says on stdout what it skipped or measured"
)]

mod compose;
mod files;
mod kubernetes;
mod lines;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use files::root;

const UNIT: &str = include_str!("../../deploy/systemd/prism-gitops.service");
const DOCKERFILE: &str = include_str!("../../deploy/Dockerfile");
const DOCKERIGNORE: &str = include_str!("../../deploy/Dockerfile.dockerignore");
const CARGO: &str = include_str!("../../Cargo.toml");

/// The worst exposure that `systemd-analyze security` may find, in tenths: 2.0.
const EXPOSURE: &str = "--threshold=20";

/// Runs a tool; `None`, and a word about it, where it is not installed.
fn tool(name: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(name).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: {name} is not installed");
            None
        }
        Err(error) => panic!("{name} does not start: {error}"),
    }
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|text| String::from_utf8_lossy(text))
        .join("\n")
}

/// The unit in a folder of its own, with a command that exists on this machine.
fn runnable_unit(folder: &Path) -> PathBuf {
    let path = folder.join("prism-gitops.service");
    let text = UNIT.replace("/usr/local/bin/prism-gitops", "/bin/true");
    std::fs::write(&path, text).expect("a temporary file can be written");
    path
}

#[test]
fn the_unit_exposes_little() {
    let unit = root().join("deploy/systemd/prism-gitops.service");
    let unit = unit.to_str().expect("the path is UTF-8");
    let arguments = ["security", "--offline=true", "--no-pager", EXPOSURE, unit];
    if let Some(output) = tool("systemd-analyze", &arguments) {
        let said = said(&output);
        let verdict = said.lines().find(|line| line.contains("exposure level"));
        println!("{}", verdict.unwrap_or("no verdict"));
        assert!(output.status.success(), "{said}");
    }
}

#[test]
fn systemd_understands_every_line_of_the_unit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let unit = runnable_unit(folder.path());
    let unit = unit.to_str().expect("the path is UTF-8");
    if let Some(output) = tool("systemd-analyze", &["verify", "--no-pager", unit]) {
        let said = said(&output);
        // Other units of the machine are its own affair.
        let ours: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("prism-gitops"))
            .collect();
        assert!(output.status.success() && ours.is_empty(), "{said}");
    }
}

#[test]
fn hadolint_has_nothing_to_say_about_the_image() {
    let file = root().join("deploy/Dockerfile");
    let file = file.to_str().expect("the path is UTF-8");
    if let Some(output) = tool("hadolint", &["--no-color", file]) {
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn the_image_is_empty_but_for_us_and_runs_as_nobody() {
    let last_stage = DOCKERFILE.rsplit("\nFROM ").next().unwrap_or_default();
    assert!(last_stage.starts_with("scratch\n"), "{last_stage}");
    let user = last_stage
        .lines()
        .find_map(|line| line.strip_prefix("USER "));
    assert_eq!(
        user,
        Some("65532:65532"),
        "by number, so that Kubernetes can tell it is not root"
    );
    assert!(!last_stage.contains("\nRUN "), "there is no shell in it");
}

#[test]
fn the_image_is_built_with_a_compiler_that_is_new_enough() {
    let floor = value_after(CARGO, "rust-version = \"");
    let image = value_after(DOCKERFILE, "FROM rust:");
    assert!(
        image >= floor,
        "the image has Rust {image:?}, Cargo.toml asks for {floor:?}"
    );
}

/// The `1.89` behind a text, as numbers that compare.
fn value_after(text: &str, before: &str) -> Vec<u32> {
    let rest = text
        .split_once(before)
        .map(|(_, rest)| rest)
        .expect("the text has it");
    let version: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    version
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect()
}

#[test]
fn the_image_is_given_every_file_that_its_build_reads() {
    let given: Vec<&str> = DOCKERIGNORE
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .collect();
    for path in &given {
        assert!(
            root().join(path).exists(),
            "{path} is given to the build and does not exist"
        );
    }
    for needed in ["Cargo.toml", "Cargo.lock", "src", "crates", "scripts/dist"] {
        assert!(
            given.contains(&needed),
            "{needed} is missing in Dockerfile.dockerignore"
        );
    }
}

#[test]
fn the_image_with_git_runs_as_the_same_nobody() {
    let stages: Vec<&str> = DOCKERFILE.split("\nFROM ").collect();
    let git = stages.iter().find(|stage| stage.contains(" AS git\n"));
    let git = git.expect("there is a stage called git");
    for part in ["git openssh-client", "\nUSER 65532:65532\n", "--uid 65532"] {
        assert!(git.contains(part), "{part}");
    }
    let place = stages.iter().position(|stage| stage == git);
    assert!(
        place < Some(stages.len() - 1),
        "the plain image is the default"
    );
}

#[test]
fn every_yaml_file_is_one() {
    let found = files::all(&["deploy"], &[".yaml", ".yml"]);
    assert!(found.len() > 15, "only {} files", found.len());
    for (name, text) in found {
        assert!(
            !files::documents(&name, &text).is_empty(),
            "{name} is empty"
        );
    }
}

#[test]
fn actionlint_has_nothing_to_say_about_the_workflow() {
    let file = root().join("deploy/ci/github-actions.yml");
    let file = file.to_str().expect("the path is UTF-8");
    if let Some(output) = tool("actionlint", &["-no-color", file]) {
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// Exit codes are handled one by one: what is not named ends the job.
#[test]
fn every_pipeline_tells_the_exit_codes_apart() {
    for (name, text) in files::all(&["deploy/ci"], &[".yml"]) {
        for line in text.lines().filter(|line| line.contains("|| code=$?")) {
            let known = line.contains(" plan ") || line.contains(" apply ");
            assert!(known, "{name}: {line}");
        }
        let count = |part: &str| text.matches(part).count();
        assert_eq!(count("|| code=$?"), 2, "{name}");
        assert_eq!(count("*) exit \"$code\" ;;"), 2, "{name}");
        assert_eq!(
            (count("  2) "), count("  3) "), count("  4)")),
            (1, 2, 2),
            "{name}"
        );
        assert!(
            text.contains("plan.json") && text.contains("--plan "),
            "{name}"
        );
        // What is refused can be approved, by its digest alone.
        assert!(text.contains("PRISM_GITOPS_APPROVE"), "{name}");
    }
}
