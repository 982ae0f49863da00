//! Hostile input: the answer is a diagnostic, soon, and never a panic.

use std::fmt::Write as _;

use prism_gitops::manifest::{self, Loaded};
use prism_gitops::model::SourceFile;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::Index;

use super::SECRET;

const MANIFESTS: &str = "\
apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  environments:
    prod-us: {url: https://app.prismatic.io, auth: {refreshToken: {env: TOKEN}}}
  policy:
    guards: {updates: 30%, creates: 500}
    windows: [{kind: deny, schedule: 0 17 * * FRI, duration: 64h}]
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  customer: {externalId: cust-0042}
  labels: [production]
  config: &config
    Endpoint: https://erp.smith.example
    Size: {seed: \"200\"}
    Report: {value: {columns: [a, b]}}
    Sync: {schedule: \"*/5 * * * *\", timeZone: America/Chicago}
    ERP: {connection: {username: smith, password: {secret: {file: /run/smith}}}}
";

fn one(bytes: impl AsRef<[u8]>) -> Loaded {
    manifest::load(&[SourceFile::new("a.yaml", bytes.as_ref())])
}

/// What is found in a file, as `place code: message`.
fn findings(bytes: impl AsRef<[u8]>) -> String {
    let diagnostics = one(bytes).diagnostics.into_iter();
    let lines = diagnostics.map(|one| {
        let place = one.location.unwrap_or_default();
        format!("{place} {}: {}", one.code, one.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn instances(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = write!(
            text,
            "---\napiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: i-{number}}}\n\
             spec:\n  integration: {{name: Acme}}\n  customer: {{externalId: c-{number}}}\n  \
             config:\n    Endpoint: https://{number}.example\n    Sync: {{schedule: \"*/5 * * * *\"}}\n"
        );
    }
    text
}

#[test]
fn an_empty_project_is_no_mistake() {
    for loaded in [
        manifest::load(&[]),
        one(""),
        one("# only\n# comments\n"),
        one("---\n---\n...\n"),
        one("\u{FEFF}"),
    ] {
        assert_eq!(loaded.diagnostics, []);
        assert_eq!(loaded.desired, Default::default());
    }
}

#[test]
fn every_encoding_and_line_break_reads_the_same() {
    let expected = one(MANIFESTS);
    assert_eq!(expected.diagnostics, []);
    assert_eq!(expected.desired.instances.len(), 1);
    let units: Vec<u16> = MANIFESTS.encode_utf16().collect();
    let little = units.iter().flat_map(|unit| unit.to_le_bytes());
    let big = units.iter().flat_map(|unit| unit.to_be_bytes());
    for bytes in [
        [b"\xEF\xBB\xBF", MANIFESTS.as_bytes()].concat(),
        [0xFF, 0xFE].into_iter().chain(little).collect(),
        [0xFE, 0xFF].into_iter().chain(big).collect(),
        MANIFESTS.replace('\n', "\r\n").into_bytes(),
        MANIFESTS.replace('\n', "\r").into_bytes(),
    ] {
        assert_eq!(one(bytes), expected);
    }
}

#[test]
fn anchors_and_merge_keys_are_applied() {
    let text = format!(
        "{MANIFESTS}---\n{}",
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: jones}\nspec:\n  \
         integration: &i {name: Acme ERP}\n  customer: &c {externalId: c1}\n  config:\n    \
         <<: {A: &a one, B: two}\n    B: *a\n"
    );
    let loaded = one(text);
    assert_eq!(loaded.diagnostics, []);
    let config = &loaded.desired.instances[0].config;
    let values: Vec<_> = config.values().map(|entry| &entry.value).collect();
    assert_eq!(config.len(), 2);
    assert_eq!(values[0], values[1]);
}

#[test]
fn what_is_not_text_is_named_by_its_line() {
    insta::assert_snapshot!(findings(b"a: b\nc: \xFF\n"), @"a.yaml:2 encoding: not UTF-8 text: an invalid byte on line 2");
    insta::assert_snapshot!(findings(b"\x7FELF\x02\x01\x01\0\0\0"), @"a.yaml:1 encoding: a NUL character on line 1: a binary file, or UTF-16 without its byte-order mark");
    insta::assert_snapshot!(findings(b"\xFF\xFEa"), @"a.yaml encoding: not valid UTF-16 text");
    let unread = manifest::load(&[SourceFile::unreadable("a.yaml", "permission denied")]);
    assert_eq!(
        unread.diagnostics[0].message,
        "cannot be read: permission denied"
    );
    assert!(unread.has_errors());
}

#[test]
fn bombs_stop_at_their_bounds() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{items}]");
    }
    assert!(findings(bomb).contains("more than 1000000 values after aliases are expanded"));
    assert!(findings("- ".repeat(20_000)).contains("nested deeper than 128 levels"));
    assert!(findings("a: {".repeat(20_000)).contains("yaml-syntax"));
    insta::assert_snapshot!(findings(vec![b' '; 50 * 1024 * 1024]), @"a.yaml too-large: larger than 16 MiB");
}

#[test]
fn a_huge_line_is_not_repeated() {
    let text = format!(
        "apiVersion: prism-gitops/v1\nkind: {}\n",
        "x".repeat(200_000)
    );
    let loaded = one(text);
    let [diagnostic] = loaded.diagnostics.as_slice() else {
        panic!("not one");
    };
    assert!(diagnostic.message.len() < 200, "{}", diagnostic.message);
    assert!(diagnostic.line.as_ref().unwrap().len() < 300);
}

#[test]
fn ten_thousand_instances_in_one_file_are_all_read() {
    let loaded = one(instances(10_000));
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.desired.instances.len(), 10_000);
}

#[test]
fn of_a_thousand_mistakes_the_first_are_shown_and_all_are_counted() {
    let text = instances(1_000).replace("{name: Acme}", "nowhere");
    let loaded = one(text);
    let (rest, shown) = loaded.diagnostics.split_last().unwrap();
    assert_eq!(shown.len(), 100);
    assert!(shown.iter().all(|one| one.line.is_some()));
    assert!(rest.message.contains("900"), "{}", rest.message);
}

/// The document around a connection with a secret in it.
const BEFORE: &str = "\
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: {name: Acme ERP}
  state: \"enabled\"
  customer: {externalId: 'c1'}
  version: {number: 12}
  config:
    Size: {seed: \"200\"}
";
const CONNECTION: &str =
    "    ERP:\n      connection:\n        user: hunter2\n        pw: hunter2\n";
const AFTER: &str =
    "    Sync: {schedule: \"*/5 * * * *\"}\n    X: 'y'\n  labels: [\"a\"]\n  force: 'true'\n";

/// Cuts, doubles and changes characters of valid manifests.
fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::new()),
        "[\\[\\]{}:,&*!|>'\"%@`#\\- \\n\\t]{1,3}",
        any::<char>().prop_map(String::from),
        Just("\n---\n".to_owned()),
        Just("null".to_owned()),
        Just("[]".to_owned()),
    ];
    vec((any::<Index>(), 0..12_usize, piece), 1..6).prop_map(move |edits| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, length, piece) in edits {
            let start = at.index(chars.len() + 1).min(chars.len());
            let end = (start + length).min(chars.len());
            chars.splice(start..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        one(bytes);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
        one(text);
    }

    #[test]
    fn mutated_manifests_never_panic(text in mutated(MANIFESTS)) {
        let loaded = one(&text);
        // Places are real ones: a line of the file, or the file as a whole.
        let lines = text.split(['\n', '\r']).count() + 1;
        for diagnostic in loaded.diagnostics {
            let line = diagnostic.location.unwrap().line;
            assert!(usize::try_from(line).unwrap() <= lines);
        }
    }

    /// Secrets are not repeated, even where quotes and brackets around them are lost.
    #[test]
    fn secrets_between_mistakes_are_not_repeated(
        before in mutated(BEFORE),
        after in mutated(AFTER),
    ) {
        let text = format!("{before}{CONNECTION}{after}");
        let diagnostics = format!("{:?}", one(&text).diagnostics);
        assert!(!diagnostics.contains(SECRET), "{text}\n{diagnostics}");
    }
}
