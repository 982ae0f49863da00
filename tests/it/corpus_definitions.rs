//! Definitions against real ones, and scalars against `PyYAML` itself.
//!
//! The real files are not part of the project. Where they, or Python with
//! `PyYAML`, are missing, the tests say so and pass.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use prism_gitops::definition::{
    Change, ChangeKind, Definition, canonical_digest, compare, text_diff,
};

fn corpus() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    if !path.is_dir() {
        say_skipped("there is no corpus of definitions beside the project");
        return None;
    }
    Some(path.to_owned())
}

fn say_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Name and text of every definition.
fn files(corpus: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(corpus.join("integrations"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn member(corpus: &Path, name: &str) -> Definition {
    let text = fs::read_to_string(corpus.join("pairs").join(name))
        .or_else(|_| fs::read_to_string(corpus.join("integrations").join(name)))
        .unwrap();
    parse(&text, name)
}

fn parse(text: &str, name: &str) -> Definition {
    Definition::parse(text, name).unwrap_or_else(|found| panic!("{name}: {found:#?}"))
}

#[test]
fn every_definition_is_read_and_equals_itself() {
    let Some(corpus) = corpus() else { return };
    let files = files(&corpus);
    assert_eq!(files.len(), 52);
    for (name, text) in files {
        let definition = parse(&text, &name);
        assert!(!definition.name().is_empty(), "{name}");
        assert!(!definition.components().is_empty(), "{name}");
        assert_eq!(compare(&definition, &definition), [], "{name}");
        assert_eq!(text_diff(&definition, &definition), "", "{name}");
        let warnings = definition.warnings();
        let codes = warnings.iter().map(|w| w.code);
        // Some of these people's files do hold something that looks like a secret.
        let codes: Vec<_> = codes
            .filter(|code| *code != "secret-in-definition")
            .collect();
        // One file begins with a stack trace, which YAML takes for a key.
        let expected = if name == "slack-interactivity-router--51d10f19.yml" {
            vec!["unknown-key"]
        } else {
            vec![]
        };
        assert_eq!(codes, expected, "{name}");
    }
}

/// What is expected of one pair: how many changes of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    added: usize,
    removed: usize,
    changed: usize,
    versions: usize,
}

impl Tally {
    fn of(changes: &[Change]) -> Self {
        let mut tally = Self::default();
        for change in changes {
            match change.kind {
                ChangeKind::Added => tally.added += 1,
                ChangeKind::Removed => tally.removed += 1,
                ChangeKind::Changed if change.path.ends_with(" version") => tally.versions += 1,
                ChangeKind::Changed => tally.changed += 1,
                ChangeKind::Moved | ChangeKind::Renamed => panic!("{change}"),
            }
        }
        tally
    }

    fn swapped(self) -> Self {
        Self {
            added: self.removed,
            removed: self.added,
            ..self
        }
    }
}

/// The changes that each pair must have. The counts are those of the pair
/// list's `other` column except where a comment says why not.
fn expected(first: &str) -> Tally {
    match first {
        // All nine differences besides the version are the server's own additions and omissions.
        // All 25 of hubspot are LATEST against a number.
        "tf-acceptance-v7.submitted.yml"
        | "tf-reordered-v1.a.yml"
        | "hubspot-example-integration--2d3b7046.yml" => Tally::default(),
        "slack-interactivity-router--51d10f19.yml" => Tally {
            added: 1,
            ..Tally::default()
        },
        "test-integration--7a2d9f93.yml" => Tally {
            removed: 1,
            changed: 2,
            ..Tally::default()
        },
        "jira-example-integration--49e32978.yml" => Tally {
            added: 3,
            ..Tally::default()
        },
        "process-login-logs--6f870799.yml" => Tally {
            versions: 4,
            ..Tally::default()
        },
        // Map form against list form: what a map form's values become is the server's affair.
        "pokemon--4212ec91.yml" => Tally {
            changed: 1,
            ..Tally::default()
        },
        // 17 naive differences, of which two are `name: ""` that the designer added.
        "salesforce-example--2e5569f0.yml" => Tally {
            added: 9,
            removed: 3,
            changed: 3,
            versions: 0,
        },
        other => panic!("a pair without expectations: {other}"),
    }
}

#[test]
fn every_pair_has_exactly_its_changes() {
    let Some(corpus) = corpus() else { return };
    let pairs = fs::read_to_string(corpus.join("PAIRS.tsv")).unwrap();
    for row in pairs.lines().skip(1) {
        let mut columns = row.split('\t');
        let (a, b) = (columns.next().unwrap(), columns.next().unwrap());
        let (left, right) = (member(&corpus, a), member(&corpus, b));
        let forth = compare(&left, &right);
        assert_eq!(Tally::of(&forth), expected(a), "{a} → {b}: {forth:#?}");
        let back = compare(&right, &left);
        assert_eq!(
            Tally::of(&back),
            expected(a).swapped(),
            "{b} → {a}: {back:#?}"
        );
    }
}

#[test]
fn respelling_keeps_the_digest() {
    let Some(corpus) = corpus() else { return };
    let digest = |name| member(&corpus, name).digest();
    assert_eq!(
        digest("tf-reordered-v1.a.yml"),
        digest("tf-reordered-v1.b.yml")
    );
}

/// Runs a Python script on some input; `None`, said aloud, where there is no `PyYAML`.
fn python(script: &str, input: &serde_json::Value) -> Option<serde_json::Value> {
    let probe = Command::new("python3")
        .args(["-c", "import yaml; assert yaml.__version__ >= '6'"])
        .stderr(Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        say_skipped("there is no python3 with PyYAML 6");
        return None;
    }
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_servers_spelling_of_every_definition_has_the_same_digest() {
    let Some(corpus) = corpus() else { return };
    let script = "
import json, sys, yaml
load = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
print(json.dumps([yaml.safe_dump(yaml.load(t, load), default_style='\"')
                  for t in json.load(sys.stdin)]))";
    let files = files(&corpus);
    let texts = files.iter().map(|(_, text)| text.as_str()).collect();
    let Some(spelled) = python(script, &texts) else {
        return;
    };
    for ((name, text), canonical) in files.iter().zip(spelled.as_array().unwrap()) {
        assert_eq!(
            canonical_digest(canonical.as_str().unwrap()),
            Ok(parse(text, name).digest()),
            "{name}"
        );
    }
}

/// Plain scalars near every rule of YAML 1.1, the same in every run.
fn scalars() -> Vec<String> {
    const PARTS: [&str; 40] = [
        "0", "1", "7", "8", "59", "60", "2020", "01", "13", "-", "+", ".", "_", ":", "e", "E",
        "e+", "e-", "0x", "0b", "0o", "a", "F", "T", "t", "Z", " ", "yes", "No", "on", "oFF",
        "true", "null", "~", ".inf", ".NaN", "=", "<<", "y", "-05:00",
    ];
    let mut random = fastrand::Rng::with_seed(1);
    let mut all: Vec<String> = PARTS.map(str::to_owned).to_vec();
    for _ in 0..2_500 {
        let parts = (0..random.usize(1..7)).map(|_| PARTS[random.usize(..PARTS.len())]);
        all.push(parts.collect());
    }
    for _ in 0..400 {
        let (y, m, d) = (random.u32(0..2100), random.u32(0..14), random.u32(0..33));
        let (h, min, s) = (random.u32(0..26), random.u32(0..62), random.u32(0..62));
        all.push(format!("{y:04}-{m:02}-{d:02}"));
        all.push(format!(
            "{y:04}-{m}-{d:02}T{h}:{min:02}:{s:02}.{}",
            random.u32(..)
        ));
        all.push(format!("{y:04}-{m:02}-{d} {h}:{min:02}:{s:02} +{h}:30"));
        all.push(format!(
            "{}.{}e+{}",
            random.u64(..),
            random.u64(..),
            random.u32(0..320)
        ));
        all.push(format!("{h}:{min:02}:{s}"));
        all.push(format!("{h}:{min}.{s}"));
    }
    // What ends a plain scalar, or begins something else, is not one.
    all.retain(|text| {
        text.trim() == text
            && !text.ends_with(':')
            && !text.contains(": ")
            && !["- ", "-: "].iter().any(|head| text.starts_with(head))
            && text != "-"
    });
    all
}

#[test]
fn scalars_are_what_pyyaml_says() {
    let script = r#"
import datetime, json, sys, yaml
def said(text):
    try:
        value = yaml.safe_load("documentation: " + text)["documentation"]
    except Exception:
        return {"error": True}
    if value is None:
        return {"null": True}
    if isinstance(value, bool):
        return {"text": str(value).lower()}
    return {"text": str(value)}
print(json.dumps([said(t) for t in json.load(sys.stdin)]))"#;
    let scalars = scalars();
    let input = scalars.iter().map(String::as_str).collect();
    let Some(answers) = python(script, &input) else {
        return;
    };
    let empty = canonical_digest("{}").unwrap();
    for (written, answer) in scalars.iter().zip(answers.as_array().unwrap()) {
        let ours = canonical_digest(&format!("documentation: {written}"));
        match answer["text"].as_str() {
            Some(text) => {
                let quoted = serde_json::json!({ "documentation": text });
                assert_eq!(
                    ours,
                    canonical_digest(&quoted.to_string()),
                    "{written:?} is {text:?}"
                );
            }
            None if answer["null"] == true => assert_eq!(ours, Ok(empty.clone()), "{written:?}"),
            None => assert!(ours.is_err(), "{written:?} is refused"),
        }
    }
}
