//! The sandbox's reading and writing of definitions, held against real files and against `PyYAML`.

#![expect(
    clippy::expect_used,
    reason = "what a helper finds broken fails its test"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use prism_gitops::definition::{Definition, compare};
use prism_gitops::sandbox::definition::{
    Canonical, Catalogue, ComponentVersion, Value, canonicalise, load, render,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// Knows every component; the newest version of each is 3.
struct Everything;

impl Catalogue for Everything {
    fn resolve(&self, _: &str, _: bool, version: ComponentVersion) -> Result<i64, String> {
        Ok(match version {
            ComponentVersion::Number(number) => number,
            ComponentVersion::Latest | ComponentVersion::Absent => 3,
        })
    }
}

/// The folder of real definitions, where this checkout has one beside it.
fn corpus() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    if folder.is_dir() {
        return Some(folder);
    }
    skip("there is no corpus of real definitions beside this checkout");
    None
}

fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

fn real_definitions() -> Vec<(String, String)> {
    let Some(folder) = corpus() else {
        return Vec::new();
    };
    let mut found: Vec<_> = std::fs::read_dir(folder.join("integrations"))
        .expect("the corpus has integrations")
        .map(|entry| {
            let path = entry.expect("readable").path();
            let name = path
                .file_name()
                .expect("named")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read_to_string(path).expect("UTF-8"))
        })
        .collect();
    found.sort();
    found
}

fn canonical(text: &str) -> Result<Canonical, String> {
    canonicalise(text, &Everything).map_err(|problems| {
        let messages: Vec<_> = problems
            .into_iter()
            .map(|problem| problem.message)
            .collect();
        messages.join("\n")
    })
}

#[test]
fn the_captured_pair_comes_out_byte_for_byte() {
    let Some(folder) = corpus() else { return };
    let read =
        |name: &str| std::fs::read_to_string(folder.join("pairs").join(name)).expect("there");
    let submitted = read("tf-acceptance-v7.submitted.yml");
    let value = canonical(&submitted).expect("imports").value;
    assert_eq!(
        render(&value, false),
        read("tf-acceptance-v7.canonical.yml")
    );
}

#[test]
fn every_real_definition_imports_and_its_canonical_form_is_final() {
    for (name, text) in real_definitions() {
        let first = canonical(&text).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let again = canonical(&render(&first.value, false)).expect("imports again");
        assert_eq!(first, again, "{name}");
        let json = serde_json::to_string(&first).expect("serialises");
        assert_eq!(
            first,
            serde_json::from_str(&json).expect("deserialises"),
            "{name}"
        );
    }
}

#[test]
fn a_real_definition_keeps_all_the_author_wrote() {
    for (name, text) in real_definitions() {
        let written = load(&text).expect("loads");
        let kept = canonical(&text).expect("imports").value;
        assert_subset(&written, &kept, &name);
    }
}

/// Everything written is kept, but for `LATEST` and the empty list that is dropped.
fn assert_subset(written: &Value, kept: &Value, place: &str) {
    match (written, kept) {
        (Value::Map(map), Value::Map(_)) => {
            for (key, value) in map {
                let here = format!("{place} > {key}");
                let empty = key == "requiredConfigVars" && value.items().is_empty();
                match kept.get(key) {
                    Some(kept) => assert_subset(value, kept, &here),
                    None => assert!(empty || *value == Value::Null, "{here} is gone"),
                }
            }
        }
        (Value::List(left), Value::List(right)) => {
            assert_eq!(left.len(), right.len(), "{place}");
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                assert_subset(left, right, &format!("{place} > {index}"));
            }
        }
        (Value::Str(latest), Value::Int(3)) if latest == "LATEST" => {}
        _ => assert_eq!(written, kept, "{place}"),
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        // Long enough to fold, with blanks, escapes and line breaks where folding goes wrong.
        "[a-z é\"\\\\\n\t\u{2028}😀]{0,200}",
        "( {1,5}[a-z]{1,90}){0,5} {0,3}",
        Just(String::new()),
        prop::sample::select(vec![
            "yes", "010", "1:30", "~", "<<", "=", "- a", "a: b", "#"
        ])
        .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Int(number.into())),
        any::<f64>()
            .prop_filter("NaN equals nothing", |number| !number.is_nan())
            .prop_map(Value::Float),
        text().prop_map(Value::Str),
        prop::sample::select(vec!["2020-01-02", "2020-01-02 03:04:05.000600-01:30"])
            .prop_map(|text| Value::Timestamp(text.to_owned())),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map(text(), inner, 0..6).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_rendered_loads_as_the_same_value(value in value()) {
        let text = render(&value, false);
        prop_assert!(text.is_ascii());
        prop_assert_eq!(load(&text), Ok(value));
    }

    #[test]
    fn a_value_survives_json(value in value()) {
        let json = serde_json::to_string(&value).expect("serialises");
        prop_assert_eq!(serde_json::from_str::<Value>(&json).expect("deserialises"), value);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = canonical(&text);
    }
}

/// Reads JSON strings, one a line; answers with what `PyYAML` writes for each, or null where it
/// refuses. Aliases are written out, as the sandbox does.
const PYYAML: &str = r#"
import json, sys, yaml
class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data): return True
for line in sys.stdin:
    try:
        text = yaml.dump(yaml.safe_load(json.loads(line)), Dumper=Dumper, default_style='"')
    except Exception:
        text = None
    print(json.dumps(text))
"#;

/// What `PyYAML` makes of each text, or `None` where this machine has no `PyYAML`.
fn pyyaml(texts: &[String]) -> Option<Vec<Option<String>>> {
    let python = |script: &str| {
        let mut command = Command::new("python3");
        command
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    };
    let installed = python("import yaml")
        .status()
        .is_ok_and(|status| status.success());
    if !installed {
        skip("python3 has no yaml module to compare with");
        return None;
    }
    let mut child = python(PYYAML).spawn().expect("python3 starts");
    let mut stdin = child.stdin.take().expect("piped");
    let lines: String = texts
        .iter()
        .map(|text| format!("{}\n", serde_json::json!(text)))
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("python3 ends");
    writer.join().expect("no panic").expect("written");
    let answers = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<_> = answers
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), texts.len());
    Some(answers)
}

fn samples(strategy: &impl Strategy<Value = String>, count: usize) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let mut sample = || strategy.new_tree(&mut runner).expect("generates").current();
    (0..count).map(|_| sample()).collect()
}

/// Asserts that `PyYAML` and the sandbox make the same of each text.
fn assert_same_as_pyyaml(texts: &[String]) {
    let Some(answers) = pyyaml(texts) else { return };
    for (text, theirs) in texts.iter().zip(answers) {
        let ours = load(text).ok().map(|value| render(&value, false));
        assert_eq!(ours, theirs, "for {text:?}: {:?}", load(text));
    }
}

#[test]
fn pyyaml_writes_real_definitions_alike() {
    let texts: Vec<_> = real_definitions()
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_same_as_pyyaml(&texts);
}

#[test]
fn pyyaml_writes_hostile_values_alike() {
    assert_same_as_pyyaml(&samples(
        &value().prop_map(|value| render(&value, false)),
        1500,
    ));
}

#[test]
fn pyyaml_reads_plain_scalars_alike() {
    let strategy = prop_oneof![
        "[-+]?[0-9_.:]{1,8}",
        "[-+]?0[box]?[0-9a-f_]{1,6}",
        "[-+]?[0-9]{0,2}\\.[0-9_]{0,3}([eE][-+]?[0-9]{1,3})?",
        "[0-9]{4}-[01]?[0-9]-[0-3]?[0-9]([Tt ][0-9]{1,2}:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,8})?( ?(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?)?",
        "(yes|no|on|off|true|false|null|y|n|Yes|NO|oN|True|~|<<|=|\\.inf|-\\.INF|\\.NaN)[a-z]?",
    ];
    let tag = prop::sample::select(vec![
        "",
        "",
        "",
        "! ",
        "!!int ",
        "!!float ",
        "!!bool ",
        "!!str ",
        "!!timestamp ",
        "!!null ",
    ]);
    // A colon at the end would make it a key.
    let strategy = strategy.prop_filter("a value", |scalar| !scalar.ends_with(':'));
    let texts = (tag, strategy).prop_map(|(tag, scalar)| format!("- {tag}{scalar}"));
    assert_same_as_pyyaml(&samples(&texts, 4000));
}

#[test]
fn pyyaml_reads_merge_keys_and_folding_alike() {
    let texts = [
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd: {<<: *b, <<: *a, x: 9}",
        "a: >-\n  one\n  two\n\n    indented\n\n\n  three\nb: >+\n  x\n\nc: |2\n    y\n\n",
        "a: plain\n  over lines\n\n  and more\nb: \"quoted\\\n  joined\n  folded\\n\"\nc: 'it''s\n\n  ok'",
        "{=: 1, '=': 2, \"<<\": 3}",
        "- ! '12'\n- !!map {a: 1}\n- !!seq [1]\n- !<tag:yaml.org,2002:int> '7'",
    ];
    assert_same_as_pyyaml(&texts.map(str::to_owned));
}

#[test]
fn pyyaml_ends_block_scalars_alike() {
    let mut texts = Vec::new();
    for style in ["", "|", "|-", "|+", "|2", ">", ">-", ">+"] {
        for body in ["x", "x\n", "x\n\n  y", "x  ", "x \n  z "] {
            for end in [
                "", "\n", "\n ", "\n  ", "\n\n", "\n\n  ", "\n# c", "\nb: 1", "\r\n",
            ] {
                texts.push(format!("a: {style}\n  {body}{end}"));
            }
        }
    }
    assert_same_as_pyyaml(&texts);
}

fn is_empty(value: Option<&Value>) -> bool {
    value.is_none_or(|value| match value {
        Value::Null => true,
        Value::Str(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    })
}

/// What a server may add to the inputs of connections and steps by itself.
fn add_meta(value: &mut Value, place: &str) {
    match value {
        Value::Map(map) => {
            if place == "inputs" {
                for input in map.values_mut() {
                    if let Value::Map(input) = input {
                        let meta = [
                            ("orgOnly", false),
                            ("visibleToCustomerDeployer", true),
                            ("writeOnly", true),
                        ];
                        let meta = meta.map(|(key, value)| (key.to_owned(), Value::Bool(value)));
                        if is_empty(input.get("value")) {
                            let meta = Value::Map(meta.into());
                            input.entry("meta".to_owned()).or_insert(meta);
                        }
                    }
                }
            }
            for (key, value) in map.iter_mut() {
                add_meta(value, key);
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| add_meta(item, "")),
        _ => {}
    }
}

/// Takes the inputs without a value away, as a server may that holds only what says something.
fn drop_empty(value: &mut Value, place: &str) {
    match value {
        Value::Map(map) => {
            if place == "inputs" {
                // The old form has the values themselves.
                let says = |input: &Value| {
                    !matches!(input, Value::Map(_)) || !is_empty(input.get("value"))
                };
                map.retain(|_, input| input.get("meta").is_some() || says(input));
            }
            for (key, value) in map.iter_mut() {
                drop_empty(value, key);
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| drop_empty(item, "")),
        _ => {}
    }
}

type Habit = fn(&mut Value, &str);

#[test]
fn an_input_without_a_value_says_the_same_however_a_server_writes_it() {
    let habits: [(&str, Habit); 2] = [("adds meta", add_meta), ("drops it", drop_empty)];
    for (name, text) in real_definitions() {
        let Ok(git) = Definition::parse(&text, &name) else {
            continue;
        };
        for (habit, change) in habits {
            let mut live = canonical(&text).expect("imports").value;
            change(&mut live, "");
            let live = Definition::parse_canonical(&render(&live, false)).expect("reads");
            assert_eq!(compare(&git, &live), [], "{name}, {habit}");
        }
    }
}
