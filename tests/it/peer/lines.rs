//! The same command lines on both servers, with an equal tenant: the exit code, and what a JSON
//! document says, agree. What the API leaves to a server (ids, times, nulls, what a never-published
//! draft is numbered) may differ.

use serde_json::Value;

use super::project::write_project;
use super::server::Kind;
use super::world::World;
use crate::cli::environment::Run;

/// Fields of which the API does not say what they are in this tenant.
const FREE: [&str; 13] = [
    "configState",
    "deployedVersion",
    "executionId",
    "body",
    "category",
    "message",
    "extensions",
    "steps",
    "statusCode",
    "headers",
    "execution",
    "versionAttributes",
    "totalCount",
];

/// Reads of everything, by every kind of filter there is; `true` where a line succeeds.
const READS: [(&str, bool); 45] = [
    ("whoami", true),
    ("get integrations", true),
    ("get integrations --name Acme\u{a0}ERP", true),
    ("get integrations --name-contains erp", true),
    ("get integrations --description-contains ORDERS", true),
    ("get integrations --has-instances", true),
    ("get integrations --has-unpublished-changes", true),
    ("get integrations --label gitops:default/acme", true),
    ("get integrations --sort -name --first 1", true),
    ("get integration Acme\u{a0}ERP", true),
    ("get integration Nothing", false),
    ("get instances", true),
    ("get instances --name erp-01", true),
    ("get instances --name-contains ERP", true),
    ("get instances --customer Smith\u{a0}Hardware", true),
    ("get instances --customer-external-id cust-0002", true),
    ("get instances --integration Acme\u{a0}ERP", true),
    ("get instances --enabled", true),
    ("get instances --needs-deploy", true),
    ("get instances --sort -name", true),
    ("get instances --first 1", true),
    ("get instance erp-01", true),
    ("get instance erp-09", false),
    ("get instance ERP-01", false),
    ("get flows --integration ACME\u{a0}ERP", false),
    ("get customer SMITH\u{a0}HARDWARE", false),
    ("get customers", true),
    ("get customers --name Smith\u{a0}Hardware", true),
    ("get customers --name-contains SMITH", true),
    ("get customers --external-id cust-0003", true),
    ("get customers --description-contains freight", true),
    ("get customers --sort -name --first 2", true),
    ("get customer Jones\u{a0}Logistics", true),
    ("get customer nobody", false),
    ("get components --key nothing-of-the-kind", true),
    ("get component nothing-of-the-kind", false),
    ("get flows --integration Acme\u{a0}ERP", true),
    ("get versions Acme\u{a0}ERP --version-is-available", true),
    // The peer lists the draft among the versions.
    ("get versions Acme\u{a0}ERP", true),
    ("get versions Nothing", false),
    ("get integrations --version-sequence-id nonsense", false),
    (
        "api {integrations(versionSequenceId:\"nonsense\"){nodes{name}}}",
        false,
    ),
    ("get execution bm90aGluZw==", false),
    (
        "api {customers(first:2,isSystem:false,sortBy:[{field:NAME,direction:ASC}]){nodes{name}}}",
        true,
    ),
    ("api {nothing}", false),
];

struct Pair {
    sandbox: World,
    peer: World,
}

impl Pair {
    /// Both servers with the project applied.
    fn start(flags: &[&str]) -> Option<Self> {
        let peer = World::start_with(Kind::Peer, flags)?;
        let sandbox = World::start(Kind::Sandbox)?;
        let pair = Self { sandbox, peer };
        for world in [&pair.sandbox, &pair.peer] {
            // One by one: what is made at once comes in no order.
            for instances in 1..=3 {
                write_project(&world.environment, instances);
                world.run("apply --auto-approve").expect(0);
            }
        }
        Some(pair)
    }

    /// Runs a line on both; a no-break space means a space within an argument.
    fn run(&self, line: &str) -> [Run; 2] {
        let args: Vec<String> = line
            .split(' ')
            .map(|it| it.replace('\u{a0}', " "))
            .collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        [&self.sandbox, &self.peer].map(|world| world.environment.run_args(&args, ""))
    }

    /// What differs in what a line does on the two.
    fn difference(&self, line: &str, succeeds: bool) -> Option<String> {
        let [sandbox, peer] = self.run(&format!("{line} -o json"));
        let told = || {
            format!(
                "{line}\nsandbox: {}\npeer: {}",
                sandbox.shown(),
                peer.shown()
            )
        };
        if sandbox.code != peer.code || (sandbox.code == 0) != succeeds {
            return Some(told());
        }
        let parse = |run: &Run| serde_json::from_str::<Value>(&run.stdout).unwrap_or_default();
        let at = differs(&parse(&sandbox), &parse(&peer), "")?;
        Some(format!(
            "{line}: {at}\nsandbox: {}\npeer: {}",
            sandbox.stdout, peer.stdout
        ))
    }
}

/// The first place where two documents disagree.
fn differs(left: &Value, right: &Value, at: &str) -> Option<String> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(a), Value::Object(b)) => {
            let missing = a.keys().chain(b.keys()).find(|key| {
                !FREE.contains(&key.as_str()) && (!a.contains_key(*key) || !b.contains_key(*key))
            });
            if let Some(key) = missing {
                return Some(format!("{at}.{key} is only in one"));
            }
            let shared = a.iter().filter(|(key, _)| !FREE.contains(&key.as_str()));
            shared
                .filter_map(|(key, value)| differs(value, b.get(key)?, &format!("{at}.{key}")))
                .next()
        }
        (Value::Array(a), Value::Array(b)) if a.len() != b.len() => {
            Some(format!("{at} holds {} and {}", a.len(), b.len()))
        }
        (Value::Array(a), Value::Array(b)) => {
            let (a, b) = (ordered(a), ordered(b));
            let mut pairs = a.iter().zip(&b).enumerate();
            pairs.find_map(|(index, (a, b))| differs(a, b, &format!("{at}[{index}]")))
        }
        (Value::String(a), Value::String(b)) if normal(a) == normal(b) => None,
        _ if left == right => None,
        _ => Some(format!("{at} is {left} and {right}")),
    }
}

/// Texts are sets (labels) and have no order, nor have config variables; other records have.
fn ordered(items: &[Value]) -> Vec<Value> {
    let mut items = items.to_vec();
    let key = |it: &Value| it["requiredConfigVariable"]["key"].to_string();
    if items.iter().all(Value::is_string) {
        items.sort_by_key(ToString::to_string);
    }
    items.sort_by_key(key);
    items
}

/// A text without ids, cursors, times, addresses and names of people: each server has its own.
fn normal(text: &str) -> String {
    let own = |word: &str| {
        let is_time = word.len() > 18 && word.as_bytes()[4] == b'-' && word.contains('T');
        let marks = ["http://", "@", "Person", "User"];
        word.len() > 30
            || is_time
            || word.ends_with('=')
            || marks.iter().any(|it| word.contains(it))
    };
    let words = text.split_whitespace();
    let words = words.filter(|word| !["Sandbox", "Peer"].contains(word));
    let words: Vec<&str> = words
        .map(|word| if own(word) { "…" } else { word })
        .collect();
    words.join(" ")
}

#[test]
fn every_read_agrees() {
    let Some(pair) = Pair::start(&[]) else { return };
    let wrong: Vec<String> = READS
        .iter()
        .filter_map(|(line, succeeds)| pair.difference(line, *succeeds))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The verbs that write, and the plans between them.
#[test]
fn every_verb_agrees() {
    let Some(pair) = Pair::start(&[]) else { return };
    let wrong: Vec<String> = [
        ("validate .", true),
        ("plan .", true),
        ("import acme.yml --integration Acme\u{a0}ERP", true),
        (
            "publish Acme\u{a0}ERP --comment again --commit-hash 1a2b3c4",
            true,
        ),
        ("publish Nothing", false),
        ("update integration Acme\u{a0}ERP --description New", true),
        (
            "update instance erp-01 --description New --labels a,gitops:default/erp-01",
            true,
        ),
        ("deploy erp-01", true),
        ("disable ERP-01", false),
        ("disable erp-01", true),
        ("disable erp-01", true),
        ("get instances --enabled", true),
        ("enable erp-01", true),
        ("deploy nothing", false),
        (
            "test flow Orders --integration Acme\u{a0}ERP --payload {}",
            true,
        ),
        ("test flow Nothing --integration Acme\u{a0}ERP", false),
        (
            "release Integration/acme Instance/erp-01 --auto-approve",
            true,
        ),
        ("plan .", true),
        ("adopt . --auto-approve", true),
        ("apply . --adopt --auto-approve", true),
        ("plan . --detailed-exitcode", true),
    ]
    .iter()
    .filter_map(|(line, succeeds)| pair.difference(line, *succeeds))
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_exported_agrees_and_plans_to_nothing() {
    let Some(pair) = Pair::start(&[]) else { return };
    let trees = [&pair.sandbox, &pair.peer].map(|world| {
        world.run("export out").expect(0);
        let out = world.environment.project().join("out");
        let plan = world.run("plan out --detailed-exitcode").expect(0);
        assert!(plan.stdout.contains("No changes"), "{}", plan.shown());
        tree(&out)
    });
    assert_eq!(trees[0], trees[1]);
}

/// Files by path, without the ids in them.
fn tree(folder: &std::path::Path) -> Vec<(String, String)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = files
        .into_iter()
        .map(Result::unwrap)
        .filter(|it| it.file_type().is_file());
    files
        .map(|file| {
            let path = file
                .path()
                .strip_prefix(folder)
                .unwrap()
                .display()
                .to_string();
            let text = std::fs::read_to_string(file.path()).unwrap();
            let lines = text.lines().map(|line| match line.split_once("id: ") {
                Some((key, _)) => format!("{key}id: …"),
                None => line.to_owned(),
            });
            (path, lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

/// A record that a server returns as null hides no other, and is reported.
#[test]
fn a_null_among_records_is_told_after_the_others() {
    let Some(world) = World::start_with(Kind::Peer, &["--null-nodes"]) else {
        return;
    };
    let list = world.run("get customers -o name").expect(1);
    assert_eq!(list.stdout.lines().count(), 6, "{}", list.shown());
    assert!(list.stderr.contains("null in place of"), "{}", list.stderr);
    let page = world
        .run("get customers --first 3 -o json")
        .expect(1)
        .json();
    assert_eq!(page["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let said = page["error"]["causes"].to_string();
    assert!(said.contains("null in place of 1 record"), "{said}");
    let lookup = world.run("get customer nobody").expect(1);
    assert!(!lookup.stderr.contains("there is no"), "{}", lookup.stderr);
}

/// What time heals: a proxy without a server, a reply cut short, a write that has to wait.
const FAULTS: &str = r#"[{"field": "instances", "kind": "unavailable"},
    {"field": "integrations", "kind": "truncated"},
    {"field": "write", "nth": 2, "kind": "throttle-after"}]"#;

/// Any other behaviour of a server within the schema does not change the outcome.
#[test]
fn a_server_may_be_odd_in_every_way_the_api_allows() {
    for flags in [
        &["--page-size", "1"][..],
        &["--strict-attributes"],
        &["--mask", "NA", "--unique-names"],
        &["--lifetime", "1"],
        &["--faults", FAULTS],
    ] {
        let Some(world) = World::start_with(Kind::Peer, flags) else {
            return;
        };
        write_project(&world.environment, 3);
        world.run("apply --auto-approve").expect(0);
        let versions = world.run("get integrations --all-versions --version-is-available -o name");
        assert_eq!(versions.stdout.lines().count(), 1, "{flags:?}");
        let instances = world.run("get instances -o name");
        assert_eq!(instances.stdout.lines().count(), 3, "{flags:?}");
        assert_eq!(
            world.writes("apply --auto-approve", 0),
            [""; 0],
            "{flags:?}"
        );
        world.run("plan --detailed-exitcode").expect(0);
    }
}
