//! What is found without a tenant.

mod components;

use super::offline;
use crate::diff::testing::{Configured as _, World, adopt_id, definition, scalar};
use crate::model::{ConfigValue, SecretRef, Severity, VersionRef};

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
- key: Login
  dataType: connection
  connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}
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
