//! What the repository says about itself, held against what it is.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what a helper finds broken fails its test"
)]
#![expect(
    clippy::disallowed_macros,
    reason = "a test says on stdout what it skipped or measured"
)]

mod changelog;
mod files;
mod licences;
mod markdown;

use std::collections::BTreeSet;
use std::path::Path;

use files::{File, all_files, read, root};

fn markdown_files() -> Vec<File> {
    all_files()
        .into_iter()
        .filter(|file| file.path.ends_with(".md"))
        .collect()
}

#[test]
fn the_changelog_keeps_to_its_format() {
    assert_eq!(
        changelog::faults(&read("CHANGELOG.md")),
        Vec::<String>::new()
    );
}

#[test]
fn every_link_leads_somewhere() {
    let files = markdown_files();
    assert!(files.len() >= 8, "only {} pages found", files.len());
    let broken: Vec<String> = files.iter().flat_map(markdown::broken_links).collect();
    assert!(broken.is_empty(), "{}\n", broken.join("\n"));
}

#[test]
fn every_command_of_the_pages_is_a_target_of_the_makefile() {
    let makefile = read("Makefile");
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        .map(|(name, _)| name)
        .collect();
    for file in markdown_files() {
        for named in markdown::make_targets(file.text()) {
            assert!(
                targets.contains(named.as_str()),
                "{}: `make {named}`",
                file.path
            );
        }
    }
}

#[test]
fn the_two_commands_of_the_readme_are_there() {
    let named = markdown::make_targets(&read("README.md"));
    assert_eq!(named.first().map(String::as_str), Some("quickstart"));
    assert_eq!(named.get(1).map(String::as_str), Some("test"));
}

#[test]
fn every_decision_is_listed_once() {
    let index = read("docs/adr/README.md");
    let mut numbers = BTreeSet::new();
    for file in all_files() {
        let Some(name) = file
            .path
            .strip_prefix("docs/adr/")
            .filter(|name| *name != "README.md")
        else {
            continue;
        };
        let number = name.split_once('-').map_or(name, |(number, _)| number);
        assert!(
            number.len() == 4 && number.parse::<u16>().is_ok(),
            "{name}: no number"
        );
        assert!(numbers.insert(number.to_owned()), "{number} is taken twice");
        let link = format!("]({name})");
        assert_eq!(
            index.matches(&link).count(),
            1,
            "{name} in docs/adr/README.md"
        );
    }
    assert!(numbers.contains("0000"), "{numbers:?}");
}

#[test]
fn no_file_names_a_machine() {
    // Put together here, so that this file does not name one either.
    let forbidden = [
        ["/wo", "rk/"],
        ["/tmp/ba", "sh"],
        ["/ro", "ot/"],
        ["/Use", "rs/"],
    ];
    for file in all_files() {
        for word in forbidden.map(|parts| parts.concat()) {
            let line = file.text().lines().position(|line| line.contains(&word));
            assert!(
                line.is_none(),
                "{}:{}: {word}",
                file.path,
                line.unwrap_or_default() + 1
            );
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let root = read("Cargo.toml");
    assert!(root.contains("\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    let manifests = all_files();
    let ours = (manifests.iter())
        .filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/Cargo.toml"));
    assert!(ours.clone().count() > 5);
    for file in ours {
        let text = file.text();
        assert!(
            text.contains("\n[lints]\nworkspace = true\n"),
            "{}",
            file.path
        );
    }
}

#[test]
fn nothing_is_a_copy_of_the_reference_material() {
    let shared = root().join("../shared");
    if !shared.is_dir() {
        println!("skipped: there is no ../shared here");
        return;
    }
    let theirs = files::digests(&shared);
    assert!(!theirs.is_empty());
    for file in all_files().iter().filter(|file| !file.bytes.is_empty()) {
        let digest = files::digest(&file.bytes);
        assert!(!theirs.contains(&digest), "{} is a copy", file.path);
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let main = read("tests/it/main.rs");
    for file in all_files() {
        let Some(name) = file
            .path
            .strip_prefix("tests/it/")
            .and_then(|n| n.strip_suffix(".rs"))
        else {
            continue;
        };
        if !name.contains('/') && name != "main" {
            let declared = main.lines().any(|line| line == format!("mod {name};"));
            assert!(
                declared,
                "tests/it/{name}.rs is not a module of tests/it/main.rs"
            );
        }
    }
}

#[test]
fn scripts_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let scripts = all_files()
        .into_iter()
        .filter(|file| file.bytes.starts_with(b"#!"));
    let mut count = 0;
    for file in scripts {
        count += 1;
        let path = root().join(&file.path);
        let mode = std::fs::metadata(&path)
            .expect("it exists")
            .permissions()
            .mode();
        assert!(mode & 0o111 != 0, "{} is not executable", file.path);
        if first_line(&file.bytes).ends_with(b"bash") {
            assert!(parses(&path), "{} is not valid bash", file.path);
        }
    }
    assert!(count >= 2, "only {count} scripts found");
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
}

fn parses(script: &Path) -> bool {
    let status = std::process::Command::new("bash")
        .arg("-n")
        .arg(script)
        .status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn every_dependency_is_explained_with_its_licence() {
    let page = read("docs/adr/0000-dependencies.md");
    for (name, licence) in licences::direct() {
        let row = format!("| `{name}` |");
        let line = page.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("0000-dependencies.md has no row `{name}`"));
        assert!(
            line.ends_with(&format!("| {licence} |")),
            "`{name}` is under {licence}: {line}"
        );
    }
}

#[test]
fn every_licence_of_the_tree_is_allowed_and_no_other() {
    let allowed = licences::allowed(&read("deny.toml"));
    let mut needed = BTreeSet::new();
    for (name, licence) in licences::tree() {
        let Some(used) = licences::satisfied(&licence, &allowed) else {
            panic!("{name} is under {licence}, which deny.toml does not allow");
        };
        needed.extend(used);
    }
    // The roots of trust that rustls-platform-verifier bundles on other systems.
    needed.insert("CDLA-Permissive-2.0".to_owned());
    let unused: Vec<_> = allowed.difference(&needed).collect();
    assert!(
        unused.is_empty(),
        "deny.toml allows what nothing needs: {unused:?}"
    );
}
