//! The licences of the dependencies, as cargo knows them.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::files::root;

/// What `deny.toml` clarifies the only package without a licence in its manifest to.
const UNNAMED: &str = "MIT";

/// Name and licence of every dependency that a `Cargo.toml` of ours names.
pub(super) fn direct() -> Vec<(String, String)> {
    let metadata = metadata();
    let packages = array(&metadata["packages"]);
    let ours: BTreeSet<&str> = (array(&metadata["workspace_members"]).iter())
        .filter_map(Value::as_str)
        .collect();
    let nodes = array(&metadata["resolve"]["nodes"]).iter();
    let edges: BTreeSet<&str> = nodes
        .filter(|node| ours.contains(text(node, "id")))
        .flat_map(|node| array(&node["deps"]))
        .map(|dependency| text(dependency, "pkg"))
        .collect();
    packages
        .iter()
        .map(|package| (text(package, "id"), package))
        .filter(|(id, _)| edges.contains(id) && !ours.contains(id))
        .map(|(_, package)| named(package))
        .collect()
}

/// Name and licence of every package of the tree for this machine.
pub(super) fn tree() -> Vec<(String, String)> {
    array(&metadata()["packages"]).iter().map(named).collect()
}

fn named(package: &Value) -> (String, String) {
    let licence = package["license"].as_str().unwrap_or(UNNAMED);
    (text(package, "name").to_owned(), licence.to_owned())
}

/// The list `allow` of `deny.toml`.
pub(super) fn allowed(deny: &str) -> BTreeSet<String> {
    let (_, rest) = deny
        .split_once("\nallow = [")
        .expect("deny.toml has an allow list");
    let (list, _) = rest.split_once(']').expect("the list ends");
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The allowed licences that satisfy an SPDX expression; `None` where none do.
pub(super) fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> Option<Vec<String>> {
    // Old manifests write `MIT/Apache-2.0`.
    let expression = expression.replace('/', " OR ");
    if let Some((left, right)) = split(&expression, " AND ") {
        let (left, right) = (satisfied(left, allowed)?, satisfied(right, allowed)?);
        return Some([left, right].concat());
    }
    if let Some((left, right)) = split(&expression, " OR ") {
        let mut ways = [satisfied(left, allowed), satisfied(right, allowed)];
        // One way is enough; the most common one shows what the others are needed for.
        ways.sort_by_key(|way| way.as_ref().is_none_or(|used| *used != ["MIT"]));
        return ways.into_iter().flatten().next();
    }
    let licence = expression.trim().trim_matches(['(', ')']).trim();
    if licence.contains(" OR ") || licence.contains(" AND ") {
        return satisfied(licence, allowed);
    }
    allowed.contains(licence).then(|| vec![licence.to_owned()])
}

/// Splits at the first operator outside brackets.
fn split<'a>(expression: &'a str, operator: &str) -> Option<(&'a str, &'a str)> {
    expression
        .match_indices(operator)
        .map(|(at, _)| (&expression[..at], &expression[at + operator.len()..]))
        .find(|(left, _)| left.matches('(').count() == left.matches(')').count())
}

fn metadata() -> Value {
    let host = run("rustc", &["-vV"]);
    let host = host
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("rustc has a host");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let platform = format!("--filter-platform={host}");
    let arguments = [
        "metadata",
        "--format-version=1",
        "--offline",
        "--locked",
        &platform,
    ];
    serde_json::from_str(&run(&cargo, &arguments)).expect("cargo speaks JSON")
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo and rustc write UTF-8")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn expressions_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "Unicode-3.0"].map(str::to_owned).into();
    let read = |expression| satisfied(expression, &allowed).map(|used| used.join("+"));
    for (expression, expected) in [
        ("ISC", Some("ISC")),
        ("GPL-3.0", None),
        ("Unlicense/MIT", Some("MIT")),
        ("ISC OR MIT", Some("MIT")),
        ("GPL-3.0 OR ISC", Some("ISC")),
        ("ISC AND GPL-3.0", None),
        (
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            Some("MIT+Unicode-3.0"),
        ),
        ("Apache-2.0 WITH LLVM-exception", None),
    ] {
        assert_eq!(read(expression).as_deref(), expected, "{expression}");
    }
}
