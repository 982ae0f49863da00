//! What is found without a tenant.

mod components;
mod fleets;

use serde_json::json;

use super::offline;
use crate::diff::testing::{Configured as _, World, adopt_id, definition, scalar};
use crate::model::{
    Auth, ConfigValue, ConnectionInput, Environment, ExecPolicy, Location, Schedule, SecretRef,
    Severity, VersionRef,
};

fn world() -> World {
    let text = definition("Acme", "https://a").replace(
        "- key: Batch Size",
        "- key: Verbose
  dataType: boolean
  defaultValue: 'false'
- key: Region
  dataType: picklist
  pickList: [eu, us]
- key: Tags
  dataType: string
  collectionType: valuelist
- key: When
  dataType: schedule
- key: Since
  dataType: date
- key: Seen
  dataType: timestamp
- key: Sizes
  dataType: number
  collectionType: valuelist
- key: Regions
  dataType: picklist
  pickList: [eu, us]
  collectionType: valuelist
- key: Headers
  dataType: string
  collectionType: keyvaluelist
- key: Form
  dataType: jsonForm
- key: Template
  dataType: code
  codeLanguage: json
- key: Page
  dataType: code
  codeLanguage: html
- key: Script
  dataType: code
- key: Login
  dataType: connection
  connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}
  inputs: {username: {type: value, value: ''}, password: {type: value, value: ''}}
- key: Batch Size",
    );
    let mut world = World::new();
    world.declare("acme", &text);
    world.declare_instance("shop", "acme", "smith");
    world
}

fn findings(world: &World) -> Vec<String> {
    let (_, diagnostics) = offline(&world.desired);
    let show = |d: crate::model::Diagnostic| {
        let hint = d.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        let place = d.location.map(|at| at.to_string()).unwrap_or_default();
        format!("{place} {:?} {}: {}{hint}", d.severity, d.code, d.message)
    };
    diagnostics.into_iter().map(show).collect()
}

/// Each value is refused with these words, or taken.
fn judge(cases: impl IntoIterator<Item = (&'static str, ConfigValue, Option<&'static str>)>) {
    for (key, value, expected) in cases {
        let mut world = world();
        let shown = format!("{key} {value:?}");
        world.desired.instances[0].set(key, value);
        let found = findings(&world);
        match expected {
            None => assert!(found.is_empty(), "{shown}: {found:?}"),
            Some(what) => {
                let message = format!("config variable {key:?} takes {what}");
                assert!(
                    found.len() == 1 && found[0].contains(&message),
                    "{shown}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn values_must_be_of_the_kind_their_variable_takes() {
    let list = || ConfigValue::List(vec!["a".into()]);
    let cases = [
        ("Batch Size", scalar("many"), Some("a number")),
        ("Batch Size", scalar("1e3"), None),
        ("Verbose", scalar("yes"), Some("true or false")),
        ("Verbose", scalar("true"), None),
        ("Region", scalar("mars"), Some("one of the values on offer")),
        ("Region", scalar("eu"), None),
        ("Tags", scalar("a"), Some("a list")),
        ("Tags", list(), None),
        ("Endpoint", list(), Some("a single value")),
        (
            "Endpoint",
            ConfigValue::Secret(SecretRef::Env("X".into())),
            None,
        ),
        (
            "Endpoint",
            ConfigValue::PendingConnection,
            Some("a single value"),
        ),
        ("When", scalar("*/5 * * * *"), None),
        ("When", list(), Some("a schedule")),
        ("Login", scalar("x"), Some("a connection")),
        ("Login", ConfigValue::PendingConnection, None),
    ];
    judge(cases);
}

#[test]
fn spellings_and_items_of_lists_are_looked_at() {
    let list = || ConfigValue::List(vec!["a".into()]);
    let of = |items: &[&str]| ConfigValue::List(items.iter().map(ToString::to_string).collect());
    let structured = ConfigValue::Structured;
    judge([
        ("When", scalar("soon"), Some("a schedule")),
        ("When", scalar("0 0 31 2 *"), Some("a schedule")),
        ("Batch Size", scalar("nan"), Some("a number")),
        ("Batch Size", scalar("inf"), Some("a number")),
        ("Batch Size", scalar(""), Some("a number")),
        ("Batch Size", scalar("-1.5"), None),
        ("Verbose", scalar("True"), Some("true or false")),
        ("Region", scalar("EU"), Some("one of the values on offer")),
        ("Since", scalar("2026-01-31"), None),
        ("Since", scalar("2026-02-31"), Some("a date")),
        ("Since", scalar("31.1.2026"), Some("a date")),
        ("Seen", scalar("2026-01-31T17:00:00Z"), None),
        ("Seen", scalar("2026-01-31T17:00:00+01:00"), None),
        ("Seen", scalar("2026-01-31 17:00:00"), None),
        ("Seen", scalar("yesterday"), Some("a date and a time")),
        ("Sizes", of(&["1", "2.5"]), None),
        ("Sizes", of(&["1", "two"]), Some("a list of numbers")),
        ("Regions", of(&["eu", "us"]), None),
        (
            "Regions",
            of(&["eu", "mars"]),
            Some("a list of the values on offer"),
        ),
        ("Regions", of(&[]), None),
        (
            "Headers",
            structured(json!([{"key": "a", "value": "b"}])),
            None,
        ),
        (
            "Headers",
            structured(json!([{"key": "a"}])),
            Some("a list of keys and values"),
        ),
        (
            "Headers",
            structured(json!({"a": "b"})),
            Some("a list of keys and values"),
        ),
        ("Headers", list(), Some("a list of keys and values")),
        ("Headers", of(&[]), None),
        ("Tags", structured(json!({"a": 1})), Some("a list")),
    ]);
}

#[test]
fn texts_that_hold_structures_are_looked_at() {
    let structured = ConfigValue::Structured;
    judge([
        ("Form", structured(json!({"a": 1})), None),
        ("Form", scalar("{\"a\": 1}"), None),
        ("Form", scalar("{a: 1"), Some("a structured value")),
        ("Template", scalar("[1, 2]"), None),
        ("Template", structured(json!({"a": 1})), None),
        ("Template", scalar("<a>"), Some("a structured value")),
        ("Page", scalar("<a>"), None),
        ("Page", structured(json!({"a": 1})), Some("a single value")),
        ("Script", structured(json!({"a": 1})), None),
        ("Script", scalar("x = 1"), None),
        (
            "Endpoint",
            structured(json!({"a": 1})),
            Some("a single value"),
        ),
        (
            "Endpoint",
            ConfigValue::Schedule(Schedule::cron("* * * * *")),
            Some("a single value"),
        ),
    ]);
}

/// An export writes what is live, and the live spelling may be an undocumented one.
#[test]
fn a_doubtful_spelling_is_a_warning_and_a_wrong_kind_an_error() {
    for (key, value, severity) in [
        ("Since", scalar("31.1.2026"), "Warning"),
        ("Seen", scalar("yesterday"), "Warning"),
        ("When", scalar("hourly"), "Warning"),
        ("Form", scalar("{a: 1"), "Warning"),
        ("Since", ConfigValue::List(Vec::new()), "Error"),
        ("When", ConfigValue::List(Vec::new()), "Error"),
        ("Batch Size", scalar("many"), "Error"),
    ] {
        let mut world = world();
        world.desired.instances[0].set(key, value);
        let found = findings(&world);
        assert!(
            found[0].contains(&format!("{severity} config-type")),
            "{found:?}"
        );
    }
}

#[test]
fn seeds_are_checked_like_other_values() {
    let mut world = world();
    world.desired.instances[0].seed("Batch Size", scalar("many"));
    assert_eq!(
        findings(&world),
        ["all.yaml:9:1 Error config-type: config variable \"Batch Size\" takes a number"]
    );
}

#[test]
fn a_misspelt_connection_input_is_warned_of() {
    let warning = "all.yaml:9:1 Warning unknown-connection-input: the connection \"Login\" names \
                   no input \"usernme\" in its definition (did you mean \"username\"?)";
    for (names, expected) in [
        (&["username", "password"][..], None),
        (&["usernme", "password"], Some(warning)),
        // It may be the component's, though the definition does not name it.
        (&["tenant"], None),
        (&["username", "username2"], None),
    ] {
        let mut world = world();
        let input = |name: &&str| {
            let text = ConnectionInput::Plain("x".to_owned());
            ((*name).to_owned(), text)
        };
        let inputs = ConfigValue::Connection(names.iter().map(input).collect());
        world.desired.instances[0].set("Login", inputs);
        assert_eq!(
            findings(&world).first().map(String::as_str),
            expected,
            "{names:?}"
        );
    }
}

#[test]
fn unknown_variables_are_errors_unless_the_version_is_pinned() {
    let mut world = world();
    world.desired.instances[0].set("endpoint", scalar("x"));
    assert_eq!(
        findings(&world),
        [
            "all.yaml:9:1 Error unknown-config-variable: \"Acme\" has no config variable \
          \"endpoint\" (did you mean \"Endpoint\"?)"
        ]
    );
    world.desired.instances[0].version = VersionRef::Number(3);
    assert!(findings(&world).is_empty());
}

#[test]
fn twins_are_warned_of_and_double_adoption_is_refused() {
    let mut world = World::new();
    for key in ["one", "two"] {
        world.declare(key, &definition("Acme", "https://a")).adopt = adopt_id("i1");
        world.declare_instance(key, "one", "smith").display_name = "Same".to_owned();
    }
    let (_, found) = offline(&world.desired);
    let summary: Vec<_> = found.iter().map(|d| (d.severity, d.code)).collect();
    assert_eq!(
        summary,
        [
            (Severity::Error, "adopted-twice"),
            (Severity::Warning, "duplicate-display-name"),
            (Severity::Warning, "duplicate-instance"),
        ]
    );
}

#[test]
fn programs_are_named_only_where_the_project_allows_them() {
    let only = |name: &str| ExecPolicy::Only([name.to_owned()].into());
    let found = |policy: ExecPolicy| {
        let mut world = world();
        world.desired.project.policy.exec = policy;
        let program = SecretRef::Exec {
            program: "vault".to_owned(),
            args: vec!["kv".to_owned()],
        };
        world.desired.instances[0].set("Endpoint", ConfigValue::Secret(program));
        let all = findings(&world);
        all.into_iter()
            .filter(|one| one.contains("exec"))
            .collect::<Vec<_>>()
    };
    assert!(found(ExecPolicy::Any).is_empty() && found(only("vault")).is_empty());
    assert_eq!(found(only("op")).len(), 1);
    insta::assert_snapshot!(found(ExecPolicy::Never).join("\n"), @r#"all.yaml:9:1 Error exec-not-allowed: the Project does not allow secrets from the program "vault" (add it to the Project: policy: {secrets: {exec: ["vault"]}})"#);
}

#[test]
fn the_token_of_an_environment_is_no_value() {
    let file = |path: &str| SecretRef::File(path.to_owned());
    let mut world = world();
    let prod = Environment {
        url: None,
        tenant_id: None,
        organization: None,
        auth: Some(Auth::RefreshToken(file("secrets/token"))),
        location: Location::file("project.yaml"),
    };
    (world.desired.project.environments).insert("prod".to_owned(), prod);
    for (path, is_found) in [
        ("secrets/token", true),
        ("./secrets//x/../token", true),
        ("secrets/other", false),
        ("../secrets/token", false),
    ] {
        world.desired.instances[0].set("Endpoint", ConfigValue::Secret(file(path)));
        let found = findings(&world);
        let is_named = found.iter().any(|it| it.contains("token-as-value"));
        assert_eq!(is_named, is_found, "{path}: {found:?}");
    }
}
