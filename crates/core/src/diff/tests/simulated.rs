//! What its next version would do to an instance: every outcome, from the facts of a comparison.

mod connections;

use indexmap::IndexMap;

use super::*;
use crate::diff::{Obstacle, Simulated, SimulatedVersion, Simulation, simulate};
use crate::model::{Asked, ConnectionInput, LiveConfigVariable, PublishWhen};

const LOGIN: &str = "{key: Login, dataType: connection, connection: {component: {key: http, version: LATEST, isPublic: true}, key: basic}";

/// A definition with these config variables.
fn with(variables: &[&str]) -> String {
    let before = "- key: Endpoint\n  dataType: string\n- key: Batch Size\n  dataType: number\n  defaultValue: '100'\n";
    let lines: String = variables.iter().map(|it| format!("- {it}\n")).collect();
    let text = acme().replace(before, &lines);
    assert_ne!(text, acme());
    text
}

/// An instance that runs a version with some variables, while git has others, and declares nothing.
fn moving(before: &[&str], after: &[&str]) -> World {
    let mut world = World::new();
    world.declare("acme", &with(after));
    world.declare_instance("shop", "acme", "smith");
    world.live("i1", &with(before)).labels = vec!["gitops:p/acme".to_owned()];
    let live = world.live_instance("n1", "i1", "smith");
    live.labels = vec!["gitops:p/shop".to_owned()];
    live.name = "shop".to_owned();
    world
}

fn held<'w>(world: &'w mut World, key: &str) -> &'w mut LiveConfigVariable {
    match &mut world.tenant.instances.items[0].config {
        Observed::Known(config) => config.get_mut(key).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A connection that works, with an input that is filled.
fn connected(world: &mut World, oauth: bool) {
    let login = held(world, "Login");
    login.status = Some(VariableStatus::Active);
    login.oauth = oauth;
    login.inputs = vec![LiveInput {
        name: "username".to_owned(),
        value: Some("bot".to_owned()),
        has_value: true,
    }];
}

fn simulated(world: &World) -> Vec<Simulation> {
    world.with(|inputs, changes| simulate(inputs, changes, &|_| true))
}

/// `Published: blocked Region; loses Endpoint`, or `-` where nothing would happen.
fn fate(world: &World) -> String {
    let all = simulated(world);
    let Some(simulation) = all.first() else {
        return "-".to_owned();
    };
    assert_eq!((all.len(), simulation.instances.len()), (1, 1));
    let one: &Simulated = &simulation.instances[0];
    let keys = |all: &[Obstacle]| {
        let key = |it: &Obstacle| it.variable.clone().unwrap_or_else(|| it.reason.clone());
        all.iter().map(key).collect::<Vec<_>>()
    };
    let parts = [
        ("blocked", keys(&one.blocked)),
        ("unknown", keys(&one.unknown)),
        ("consent", one.consents.clone()),
        ("loses", one.losses.clone()),
    ];
    let parts = parts.into_iter().filter(|(_, all)| !all.is_empty());
    let parts: Vec<String> = parts
        .map(|(what, all)| format!("{what} {}", all.join(", ")))
        .collect();
    let from = one.from.map_or("new", |_| "upgrade");
    match parts.is_empty() {
        true => from.to_owned(),
        false => parts.join("; "),
    }
}

fn inputs(all: &[(&str, &str)]) -> IndexMap<String, ConnectionInput> {
    let plain = |(name, value): &(&str, &str)| {
        (
            (*name).to_owned(),
            ConnectionInput::Plain((*value).to_owned()),
        )
    };
    all.iter().map(plain).collect()
}

const URL: &str = "{key: Endpoint, dataType: string}";
const SIZE: &str = "{key: Batch Size, dataType: number, defaultValue: '100'}";

/// What it is, the variables before and after, what is arranged, and the fate.
type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str], Arrange, &'a str);

fn hold(table: &[Row<'_>]) {
    for (what, before, after, arrange, expected) in table {
        let mut world = moving(before, after);
        arrange(&mut world);
        assert_eq!(fate(&world), *expected, "{what}");
    }
}

const NONE: Arrange = |_| {};
const FILLED: Arrange = |world| {
    world.tenant.instances.items[0].holds("Endpoint", "https://e");
};
const DECLARED: Arrange = |world| {
    world.tenant.instances.items[0].holds("Endpoint", "https://e");
    world.desired.instances[0].set("Endpoint", scalar("https://e"));
};
const STABLE: Arrange = |world| {
    let was = held(world, "Endpoint");
    was.value = Some("https://e".to_owned());
    std::sync::Arc::make_mut(&mut was.declared).stable_key = Some("url".to_owned());
};

#[test]
fn variables_that_come() {
    hold(&[
        ("the same", &[SIZE], &[SIZE], NONE, "-"),
        (
            "new, with a default",
            &[SIZE],
            &[SIZE, "{key: Region, dataType: string, defaultValue: eu}"],
            NONE,
            "upgrade",
        ),
        (
            "new, without",
            &[SIZE],
            &[SIZE, "{key: Region, dataType: string}"],
            NONE,
            "blocked Region",
        ),
        (
            "an empty default is none",
            &[SIZE],
            &[SIZE, "{key: Region, dataType: string, defaultValue: ''}"],
            NONE,
            "blocked Region",
        ),
        (
            "two of them",
            &[SIZE],
            &[
                SIZE,
                "{key: Zone, dataType: string}",
                "{key: Region, dataType: string}",
            ],
            NONE,
            "blocked Region, Zone",
        ),
        (
            "a list may be empty",
            &[SIZE],
            &[
                SIZE,
                "{key: Tags, dataType: string, collectionType: valuelist}",
            ],
            NONE,
            "upgrade",
        ),
    ]);
}

#[test]
fn variables_that_go() {
    hold(&[
        (
            "removed, with a value of its own",
            &[URL, SIZE],
            &[SIZE],
            FILLED,
            "loses Endpoint",
        ),
        (
            "removed, without one",
            &[URL, SIZE],
            &[SIZE],
            NONE,
            "upgrade",
        ),
        (
            "removed, and git still says it",
            &[URL, SIZE],
            &[SIZE],
            DECLARED,
            "blocked Endpoint; loses Endpoint",
        ),
        (
            "renamed",
            &[URL],
            &["{key: Base, dataType: string, defaultValue: d}"],
            FILLED,
            "loses Endpoint",
        ),
        (
            "renamed with a stable key",
            &[URL],
            &["{key: Base, stableKey: url, dataType: string, defaultValue: d}"],
            STABLE,
            "upgrade",
        ),
        // The same as the plan of it says.
        (
            "renamed, without a default",
            &[URL],
            &["{key: Base, stableKey: url, dataType: string}"],
            STABLE,
            "upgrade",
        ),
        (
            "its default goes, and it has a value",
            &[SIZE],
            &["{key: Batch Size, dataType: number}"],
            NONE,
            "upgrade",
        ),
        (
            "its default goes, and it has none",
            &[SIZE],
            &["{key: Batch Size, dataType: number}"],
            |world| held(world, "Batch Size").value = None,
            "blocked Batch Size",
        ),
    ]);
}

#[test]
fn variables_that_change() {
    hold(&[
        (
            "another type",
            &[URL],
            &["{key: Endpoint, dataType: number}"],
            FILLED,
            "unknown Endpoint",
        ),
        (
            "another type, without a value",
            &[URL],
            &["{key: Endpoint, dataType: number, defaultValue: '1'}"],
            NONE,
            "upgrade",
        ),
        (
            "one value, then a list",
            &[URL],
            &["{key: Endpoint, dataType: string, collectionType: valuelist}"],
            FILLED,
            "unknown Endpoint",
        ),
        (
            "another type, and git gives it",
            &[URL],
            &["{key: Endpoint, dataType: code}"],
            DECLARED,
            "upgrade",
        ),
        (
            "renamed and of another type",
            &[URL],
            &["{key: Base, stableKey: url, dataType: number, defaultValue: '1'}"],
            STABLE,
            "unknown Base",
        ),
        (
            "not on offer any more",
            &[URL],
            &["{key: Endpoint, dataType: picklist, pickList: [a, b]}"],
            |world| {
                held(world, "Endpoint").value = Some("c".to_owned());
                std::sync::Arc::make_mut(&mut held(world, "Endpoint").declared).data_type =
                    "PICKLIST".to_owned();
            },
            "unknown Endpoint",
        ),
        (
            "still on offer",
            &[URL],
            &["{key: Endpoint, dataType: picklist, pickList: [a, b]}"],
            |world| {
                held(world, "Endpoint").value = Some("b".to_owned());
                std::sync::Arc::make_mut(&mut held(world, "Endpoint").declared).data_type =
                    "PICKLIST".to_owned();
            },
            "upgrade",
        ),
    ]);
}

#[test]
fn a_consent_goes_with_its_connection() {
    let login = format!("{LOGIN}, inputs: {{username: {{type: value, value: ''}}}}}}");
    let mut world = moving(&[&login], &[&login.replace("key: Login", "key: Sign In")]);
    connected(&mut world, true);
    assert_eq!(
        fate(&world),
        "blocked Sign In; consent Sign In; loses Login"
    );
    world.desired.instances[0].set("Sign In", ConfigValue::PendingConnection);
    assert_eq!(fate(&world), "consent Sign In; loses Login");
}

#[test]
fn what_a_connection_was_made_of_is_not_guessed() {
    let login = format!("{LOGIN}, inputs: {{username: {{type: value, value: ''}}}}}}");
    let more = "{key: More, dataType: string, defaultValue: d}";
    let mut world = moving(&[&login], &[&login, more]);
    connected(&mut world, false);
    assert_eq!(fate(&world), "upgrade");
    // The draft was edited after the version was published.
    world.tenant.integrations.items[0].has_unpublished_changes = true;
    assert_eq!(fate(&world), "unknown Login");
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = moving(
        &["{key: A, dataType: string, defaultValue: a}"],
        &["{key: A, dataType: string, defaultValue: b}"],
    );
    assert_eq!(fate(&world), "upgrade");
    world.tenant.instances.items[0].config = Observed::Unknown("page 2 failed".into());
    assert_eq!(fate(&world), "unknown page 2 failed");
    let mut world = in_step();
    world.desired.integrations[0].publish = PublishWhen::Never;
    let live = &mut world.tenant.integrations.items[0];
    let mut newer = live.versions.items[0].clone();
    newer.id = crate::model::VersionId::new("i1-v2");
    newer.number = 2;
    newer.required = Asked::NotAsked;
    live.versions.items.insert(0, newer);
    live.definition = Observed::Known(with(&["{key: B, dataType: string}"]).into());
    world.desired.instances[0].version = VersionRef::Number(2);
    let why = fate(&world);
    assert!(why.starts_with("unknown"), "{why}");
}

#[test]
fn a_secret_that_is_not_there_blocks_its_variable() {
    let size = "{key: Batch Size, dataType: number, defaultValue: '100'}";
    let mut world = moving(
        &[size],
        &[
            size,
            "{key: Token, dataType: string}",
            "{key: Region, dataType: string}",
        ],
    );
    let reference = SecretRef::Env("TOKEN".to_owned());
    let error = SecretError {
        reference: reference.clone(),
        why: "is not set".to_owned(),
    };
    world.secrets.insert(reference.clone(), Err(error));
    world.desired.instances[0].set("Token", ConfigValue::Secret(reference));
    assert_eq!(fate(&world), "blocked Region, Token");
}

#[test]
fn a_new_instance_begins_with_it_or_lacks_a_value() {
    let mut world = moving(
        &["{key: A, dataType: string, defaultValue: a}"],
        &["{key: B, dataType: string}"],
    );
    world.tenant.instances.items.clear();
    assert_eq!(fate(&world), "blocked B");
    world.desired.instances[0].set("B", scalar("b"));
    assert_eq!(fate(&world), "new");
}

#[test]
fn what_is_not_published_is_simulated_all_the_same() {
    let size = "{key: Batch Size, dataType: number, defaultValue: '100'}";
    let arrange: [(Arrange, SimulatedVersion); 3] = [
        (|_| {}, SimulatedVersion::Published),
        (
            |world| world.desired.integrations[0].publish = PublishWhen::Never,
            SimulatedVersion::Unpublished,
        ),
        (
            |world| world.desired.integrations[0].available = Some(false),
            SimulatedVersion::Unpublished,
        ),
    ];
    for (arrange, expected) in arrange {
        let mut world = moving(&[size], &[size, "{key: Region, dataType: string}"]);
        arrange(&mut world);
        let all = simulated(&world);
        assert_eq!(all[0].version, expected);
        assert_eq!(fate(&world), "blocked Region");
    }
}

#[test]
fn only_what_is_wanted_is_simulated() {
    let size = "{key: Batch Size, dataType: number, defaultValue: '100'}";
    let world = moving(&[size], &[size, "{key: Region, dataType: string}"]);
    let none =
        world.with(|inputs, changes| simulate(inputs, changes, &|name| name.as_str() != "acme"));
    assert!(none.is_empty());
}
