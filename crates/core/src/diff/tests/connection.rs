//! Which live connection a manifest means, what differs, and what that is to an instance.

use super::*;
use crate::diff::testing::{inputs, shown};
use crate::diff::{Bound, ConnectionChanges, Reach, TargetCustomer};
use crate::model::{
    ConnectionInput, ConnectionRecord, ConnectionScope, ConnectionValueId, CustomerId, ManagedBy,
    WriteValue,
};

fn changes(world: &World) -> ConnectionChanges {
    match world.diff().connections.remove(0).verdict {
        Ok(changes) => changes,
        other => panic!("{other:?}"),
    }
}

fn verdict(world: &World) -> String {
    identity(&world.diff().connections[0].verdict, |changes| {
        &changes.live
    })
}

fn live(world: &mut World) -> &mut ConnectionRecord {
    let live = world.live_connection("s1", "erp");
    live.labels = vec!["gitops:p/erp".to_owned()];
    live
}

#[test]
fn a_connection_is_found_by_its_stable_key_and_needs_consent() {
    let cases: &[(&str, Arrange, &str)] = &[
        ("none", |_| {}, "missing"),
        (
            "marked",
            |w| {
                live(w);
            },
            "owned s1",
        ),
        (
            "without a marker",
            |w| live(w).labels.clear(),
            "refused: connection s1 exists and is not managed yet",
        ),
        (
            "without a marker, with consent",
            |w| {
                live(w).labels.clear();
                w.adopt = true;
            },
            "adopted s1",
        ),
        (
            "without a marker, named by its id",
            |w| {
                live(w).labels.clear();
                w.desired.connections[0].adopt = adopt_id("s1");
            },
            "adopted s1",
        ),
        (
            "another project's",
            |w| {
                live(w).labels = vec!["gitops:q/erp".to_owned()];
                w.adopt = true;
            },
            "refused: connection s1 belongs to another project: gitops:q/erp",
        ),
        (
            "the one that is named has another stable key",
            |w| {
                w.live_connection("s2", "crm");
                w.desired.connections[0].adopt = adopt_id("s2");
            },
            "refused: connection s2 has the stableKey \"crm\", not \"erp\"",
        ),
        (
            "the marked one has another stable key",
            |w| "crm".clone_into(&mut live(w).stable_key),
            "refused: connection s1 has the stableKey \"crm\", not \"erp\"",
        ),
        (
            "another manifest's",
            |w| {
                live(w).labels = vec!["gitops:p/crm".to_owned()];
                "crm".clone_into(&mut w.declare_connection("crm").stable_key);
            },
            "refused: connection s1 is managed as \"crm\" already",
        ),
    ];
    expect_verdicts(cases);
}

#[test]
fn what_could_not_be_read_is_unknown_and_what_is_not_there_is_said() {
    let cases: &[(&str, Arrange, &str)] = &[
        (
            "the list ends too early",
            |w| w.tenant.connections.as_mut().unwrap().incomplete = unread(),
            "unknown: page 2 failed",
        ),
        (
            "not read",
            |w| w.tenant.connections = None,
            "unknown: the connections were not read",
        ),
        (
            "no such connection of the component",
            |w| {
                let all = w.tenant.connection_types.values_mut();
                all.for_each(|it| *it = Observed::Absent);
            },
            "refused: this tenant has no connection \"basic\" of public component \"sftp\"",
        ),
    ];
    expect_verdicts(cases);
}

fn expect_verdicts(cases: &[(&str, Arrange, &str)]) {
    for (case, arrange, expected) in cases {
        let mut world = World::new();
        world.declare_connection("erp");
        arrange(&mut world);
        assert_eq!(verdict(&world), *expected, "{case}");
    }
}

#[test]
fn what_is_given_at_creation_cannot_change() {
    let cases: &[(&str, Arrange, &str)] = &[
        (
            "component",
            |w| "ftp".clone_into(&mut live(w).kind.as_mut().unwrap().component),
            "refused: its connection is \"basic\" of public component \"ftp\", not \"basic\" of public component \"sftp\", and cannot be changed",
        ),
        (
            "scope",
            |w| live(w).scope = Some(ConnectionScope::Organization),
            "refused: its scope is organization, not customer, and cannot be changed",
        ),
        (
            "managedBy",
            |w| {
                live(w);
                w.desired.connections[0].managed_by = Some(ManagedBy::Customer);
            },
            "refused: its managedBy is org, not customer, and cannot be changed",
        ),
        (
            "managedBy is not declared",
            |w| live(w).managed_by = Some(ManagedBy::Customer),
            "owned s1",
        ),
        (
            "what the API does not say",
            |w| live(w).kind = None,
            "owned s1",
        ),
    ];
    for (case, arrange, expected) in cases {
        let mut world = World::new();
        world.declare_connection("erp");
        arrange(&mut world);
        assert_eq!(verdict(&world), *expected, "{case}");
    }
}

#[test]
fn what_is_declared_is_compared_and_the_rest_is_left_alone() {
    let mut world = World::new();
    let declared = world.declare_connection("erp");
    declared.inputs = inputs(&[("host", "a"), ("port", "22")]);
    declared.value_for("smith", &[("user", "smith")]);
    let live = live(&mut world);
    live.inputs = shown(&[("host", "a"), ("port", "22"), ("path", "/in")]);
    "Shared".clone_into(&mut live.text);
    live.holds_for("v1", "smith", &[("user", "smith"), ("folder", "/smith")]);
    live.holds_for("v2", "jones", &[("user", "jones")]);
    let same = changes(&world);
    assert_eq!(paths(&same.fields), [""; 0]);
    assert!(same.description.is_none() && same.inputs.is_none());
    assert!(same.values.iter().all(|it| it.inputs.is_none()));

    let declared = &mut world.desired.connections[0];
    "ERP".clone_into(&mut declared.display_name);
    declared.description = Some("For all".to_owned());
    declared.inputs = inputs(&[("host", "b"), ("port", "22")]);
    declared.customers[0].inputs = inputs(&[("user", "smith2")]);
    let differs = changes(&world);
    assert_eq!(
        paths(&differs.fields),
        [
            "key",
            "description",
            "input \"host\"",
            "customer \"smith\" input \"user\""
        ]
    );
    assert_eq!(
        differs.description.as_deref(),
        Some("For all [gitops:p/erp]")
    );
    let written = |write: &Option<crate::model::ConfigWrite>| match &write.as_ref()?.value {
        WriteValue::Inputs(all) => {
            let all = all
                .iter()
                .map(|(name, it)| format!("{name}={}", it.expose()));
            Some(all.collect::<Vec<_>>().join(" "))
        }
        other => panic!("{other:?}"),
    };
    // All that is declared of it, and nothing else.
    assert_eq!(written(&differs.inputs).as_deref(), Some("host=b port=22"));
    let values: Vec<_> = differs
        .values
        .iter()
        .map(|it| written(&it.inputs))
        .collect();
    assert_eq!(values, [Some("user=smith2".to_owned()), None]);
}

#[test]
fn inputs_that_were_not_read_to_their_end_are_unknown_where_they_matter() {
    let mut world = World::new();
    world.declare_connection("erp");
    live(&mut world).inputs.incomplete = unread();
    assert_eq!(verdict(&world), "owned s1");
    world.desired.connections[0].inputs = inputs(&[("host", "a")]);
    assert_eq!(verdict(&world), "unknown: its inputs: page 2 failed");
    world.desired.connections[0].inputs.clear();
    world.desired.connections[0].value_for("smith", &[("user", "smith")]);
    world.tenant.connections.as_mut().unwrap().items[0]
        .values
        .incomplete = unread();
    let expected = "unknown: its values for customers: page 2 failed";
    assert_eq!(verdict(&world), expected);
}

#[test]
fn a_customer_that_is_not_there_or_has_two_values_stops_it() {
    let mut world = World::new();
    world
        .declare_connection("erp")
        .value_for("smith", &[("user", "a")]);
    let found = live(&mut world);
    found.holds_for("v1", "smith", &[]);
    found.holds_for("v2", "smith", &[]);
    assert_eq!(
        verdict(&world),
        "refused: it has 2 values for customer \"smith\": v1, v2"
    );
    world.desired.connections[0].customers[0].customer =
        crate::model::CustomerRef::ExternalId("smit".to_owned());
    let none = Listing::default();
    let wanted = world.desired.connections[0].customers[0].customer.clone();
    world.tenant.customers.insert(wanted, none);
    assert_eq!(
        verdict(&world),
        "refused: customer \"smith\": no customer with externalId \"smit\" exists in this tenant"
    );
}

/// An instance whose variable `ERP` is bound to the declared connection.
fn bound() -> World {
    let mut world = World::new();
    let text = acme().replace(
        "- key: Batch Size\n  dataType: number\n  defaultValue: '100'\n",
        "- key: ERP\n  dataType: connection\n",
    );
    world.declare("acme", &text);
    world
        .declare_instance("shop", "acme", "smith")
        .set("Endpoint", scalar("https://e"))
        .set("ERP", ConfigValue::SharedConnection(name("erp")));
    world
        .declare_connection("erp")
        .value_for("smith", &[("user", "smith")]);
    world.live("i1", &text).labels = vec!["gitops:p/acme".to_owned()];
    let instance = world.live_instance("n1", "i1", "smith");
    instance.labels = vec!["gitops:p/shop".to_owned()];
    instance.name = "shop".to_owned();
    instance.holds("Endpoint", "https://e");
    world
}

fn bind(world: &mut World, value: &str) {
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!("it is known");
    };
    let variable = config.get_mut("ERP").unwrap();
    variable.bound = Some(ConnectionValueId::new(value));
    variable.shared = true;
}

#[test]
fn an_instance_is_bound_to_the_value_of_its_customer() {
    let mut world = bound();
    live(&mut world)
        .holds_for("v2", "jones", &[])
        .holds_for("v1", "smith", &[("user", "smith")]);
    let unbound = instance(&world);
    assert_eq!(paths(&unbound.fields), ["config \"ERP\""]);
    let [write] = &unbound.config[..] else {
        panic!("{:?}", unbound.config);
    };
    assert!(matches!(&write.value, WriteValue::Shared(id) if id.as_str() == "v1"));
    bind(&mut world, "v1");
    assert_eq!(paths(&instance(&world).fields), [""; 0]);
    // Of the wrong customer.
    bind(&mut world, "v2");
    assert_eq!(paths(&instance(&world).fields), ["config \"ERP\""]);
}

#[test]
fn a_value_that_the_plan_creates_is_bound_to_behind_it() {
    let world = bound();
    let compared = instance(&world);
    assert!(compared.config.is_empty());
    let expected = Bound {
        key: "ERP".to_owned(),
        connection: name("erp"),
        customer: TargetCustomer::Existing(CustomerId::new("c-smith")),
    };
    assert_eq!(compared.bound, [expected]);
}

#[test]
fn what_has_no_value_for_the_customer_blocks_the_instance() {
    let mut world = bound();
    world.desired.connections[0].customers.clear();
    live(&mut world);
    assert_eq!(
        instance_verdict(&world),
        "refused: Connection/erp has no value for customer \"Smith Hardware\""
    );
    let organization = ConnectionScope::Organization;
    world.desired.connections[0].scope = organization;
    world.tenant.connections.as_mut().unwrap().items[0].scope = Some(organization);
    assert_eq!(
        instance_verdict(&world),
        "refused: Connection/erp has no value of the organization that an instance can be bound to"
    );
    world.tenant.connections.as_mut().unwrap().items[0]
        .values
        .incomplete = unread();
    assert_eq!(
        instance_verdict(&world),
        "unknown: Connection/erp: page 2 failed"
    );
    world.tenant.connections.as_mut().unwrap().items[0]
        .labels
        .clear();
    assert_eq!(
        instance_verdict(&world),
        "refused: Connection/erp is blocked: connection s1 exists and is not managed yet"
    );
}

#[test]
fn a_write_says_how_many_deployed_instances_it_reaches() {
    let mut world = bound();
    live(&mut world).holds_for("v1", "smith", &[("user", "old")]);
    bind(&mut world, "v1");
    let reach = |world: &World| changes(world).reach;
    let some = |deployed, more| Reach { deployed, more };
    assert_eq!(reach(&world), some(1, false));
    world.tenant.instances.items[0].deployed = false;
    assert_eq!(reach(&world), some(0, false));
    world.tenant.instances.items[0].deployed = true;
    world.tenant.instances.incomplete = unread();
    assert_eq!(reach(&world), some(1, true));
}

#[test]
fn a_secret_that_is_not_there_stops_it_and_a_consent_is_pending() {
    let mut world = World::new();
    let secret = SecretRef::Env("ERP_KEY".to_owned());
    let declared = world.declare_connection("erp");
    let input = ConnectionInput::Secret(secret.clone());
    declared.inputs.insert("apiKey".to_owned(), input);
    let why = SecretError {
        reference: secret.clone(),
        why: "it is not set".to_owned(),
    };
    world.secrets.insert(secret.clone(), Err(why));
    live(&mut world);
    assert_eq!(
        verdict(&world),
        "refused: inputs: secret env:ERP_KEY: it is not set"
    );
    world
        .secrets
        .insert(secret, Ok(Secret::new("s3cret".to_owned())));
    let missing = changes(&world);
    assert!(missing.fields[0].sensitive && missing.inputs.is_some());
    // What only a person can do.
    let mut world = World::new();
    world.declare_connection("erp").scope = ConnectionScope::Organization;
    let found = live(&mut world);
    found.scope = Some(ConnectionScope::Organization);
    found.status = Some(VariableStatus::Pending);
    assert_eq!(changes(&world).pending, ["erp"]);
}
