//! Values of config variables.

use super::*;
use crate::model::ConnectionInput;

#[test]
fn values_are_compared_as_their_type_means_them() {
    let same: [(&str, &str, &str); 4] = [
        ("Batch Size", "200", "200.0"),
        ("Batch Size", "1e2", "100"),
        ("Endpoint", "x", "x"),
        ("Endpoint", "", ""),
    ];
    for (key, wanted, live) in same {
        let mut world = in_step();
        world.desired.instances[0].set(key, scalar(wanted));
        world.tenant.instances.items[0].holds(key, live);
        assert!(
            instance(&world).config.is_empty(),
            "{key}: {wanted} is {live}"
        );
    }
    for (key, wanted, live) in [
        ("Batch Size", "200", "201"),
        ("Endpoint", "x", "X"),
        // A text that looks like a number is a text.
        ("Endpoint", "1", "1.0"),
        ("Endpoint", "true", "TRUE"),
    ] {
        let mut world = in_step();
        world.desired.instances[0].set(key, scalar(wanted));
        world.tenant.instances.items[0].holds(key, live);
        assert_eq!(
            instance(&world).config.len(),
            1,
            "{key}: {wanted} is not {live}"
        );
    }
}

#[test]
fn lists_and_structures_are_compared_by_value() {
    let value = serde_json::json!({"columns": ["a", "b"], "wide": true});
    let mut world = in_step();
    world.desired.instances[0].set("Endpoint", ConfigValue::Structured(value));
    world.tenant.instances.items[0].holds("Endpoint", r#"{"wide":true, "columns":["a","b"]}"#);
    assert!(instance(&world).config.is_empty());
    world.desired.instances[0].set("Endpoint", ConfigValue::List(vec!["a".into()]));
    world.tenant.instances.items[0].holds("Endpoint", r#"[ "a" ]"#);
    assert!(instance(&world).config.is_empty());
    world.tenant.instances.items[0].holds("Endpoint", "not json");
    assert_eq!(instance(&world).config.len(), 1);
}

#[test]
fn a_seed_yields_to_what_is_there() {
    let mut world = in_step();
    world.desired.instances[0].seed("Endpoint", scalar("https://seed"));
    assert!(instance(&world).config.is_empty());
    world.tenant.instances.items[0].holds("Endpoint", "");
    assert_eq!(instance(&world).config.len(), 1);
}

#[test]
fn secrets_are_compared_and_never_shown() {
    let reference = SecretRef::Env("KEY".to_owned());
    let mut world = in_step();
    world.desired.instances[0].set("Endpoint", ConfigValue::Secret(reference.clone()));
    let error = SecretError {
        reference: reference.clone(),
        why: "is not set".to_owned(),
    };
    world.secrets.insert(reference.clone(), Err(error));
    assert_eq!(
        instance_verdict(&world),
        "refused: config \"Endpoint\": secret env:KEY: is not set"
    );
    world
        .secrets
        .insert(reference, Ok(Secret::new("canary".to_owned())));
    let changes = instance(&world);
    assert!(changes.fields[0].sensitive && changes.fields[0].after.is_none());
    assert!(!format!("{changes:?}").contains("canary"));
    world.tenant.instances.items[0].holds("Endpoint", "canary");
    assert!(instance(&world).config.is_empty());
}

#[test]
fn values_in_doubt_are_hidden_on_either_side_and_can_be_asked_for() {
    let cases = [
        ("Endpoint", "https://a", "Bearer c4nary", false),
        ("Endpoint", "ghp_c4nary0123456", "https://a", false),
        ("Passphrase", "c4nary", "", false),
        ("Authorization", "a", "c4nary", false),
        ("Keyword", "a", "b", true),
    ];
    for (key, live, wanted, shown) in cases {
        let text = acme().replace("- key: Endpoint", &format!("- key: {key}"));
        let mut world = in_step();
        world.desired.integrations[0].definition.text = text.into();
        let declared = &mut world.desired.instances[0];
        declared.config = Default::default();
        declared.set(key, scalar(wanted));
        let instance_live = &mut world.tenant.instances.items[0];
        if let Observed::Known(config) = &mut instance_live.config {
            let mut variable = config["Endpoint"].clone();
            variable.value = Some(live.to_owned());
            config.insert(key.to_owned(), variable);
        }
        let changes = instance(&world);
        let of_it = |field: &&crate::model::FieldChange| {
            field.path.as_str().contains(key) && field.note.is_none()
        };
        let Some(field) = changes.fields.iter().find(of_it) else {
            continue;
        };
        assert_eq!(field.sensitive, !shown, "{key}");
        assert!(!format!("{:?}", changes.fields).contains("c4nary"), "{key}");
        let withheld = field.withheld.expose();
        let both = (!shown).then_some((Some(live), Some(wanted)));
        assert_eq!(withheld, both, "{key}: {:?}", changes.fields);
    }
}

#[test]
fn a_value_that_holds_a_known_secret_is_hidden_whatever_its_name() {
    let mut world = in_step();
    let secret = Secret::new("c4nary-of-another".to_owned());
    world
        .secrets
        .insert(SecretRef::Env("OTHER".to_owned()), Ok(secret));
    world.desired.instances[0].set("Endpoint", scalar("x c4nary-of-another y"));
    let changes = instance(&world);
    assert!(changes.fields[0].sensitive && changes.fields[0].withheld.expose().is_none());
    assert!(!format!("{:?}", changes.fields).contains("c4nary-of"));
}

#[test]
fn required_variables_without_a_value_are_named() {
    let mut world = in_step();
    world.desired.instances[0].config = Default::default();
    assert!(instance(&world).missing.is_empty(), "the live value stands");
    world.tenant.instances.items[0].holds("Endpoint", "");
    assert_eq!(
        instance(&world).missing,
        ["Endpoint"],
        "Batch Size has a default"
    );
    world.tenant.instances.items[0].config_state = Some(ConfigState::FullyConfigured);
    assert!(
        instance(&world).missing.is_empty(),
        "the server knows its own version best"
    );
    let text = acme().replace(
        "- key: Batch Size",
        "- key: Region\n  dataType: string\n- key: Batch Size",
    );
    world.desired.integrations[0].definition.text = text.into();
    assert_eq!(
        instance(&world).missing,
        ["Region"],
        "what it ran without so far, the next version can do without too"
    );
}

#[test]
fn an_empty_default_is_no_value() {
    let cases = [
        ("dataType: string, defaultValue: ''", true),
        ("dataType: picklist, pickList: [a], defaultValue: ''", true),
        ("dataType: connection", true),
        ("dataType: string, defaultValue: x", false),
        (
            "dataType: string, collectionType: valuelist, defaultValue: ''",
            false,
        ),
        ("dataType: schedule, defaultValue: ''", false),
    ];
    for (declared, missing) in cases {
        let mut world = World::new();
        let text = definition("Acme ERP", "https://a").replace(
            "requiredConfigVars:\n",
            &format!("requiredConfigVars:\n- {{key: Extra, {declared}}}\n"),
        );
        world.declare("acme", &text);
        world
            .declare_instance("shop", "acme", "smith")
            .set("Endpoint", scalar("https://a"));
        let expected: &[&str] = if missing { &["Extra"] } else { &[] };
        assert_eq!(instance(&world).missing, expected, "{declared}");
    }
}

#[test]
fn a_connection_that_waits_for_consent_is_pending() {
    let mut world = in_step();
    world.desired.instances[0].set("Endpoint", ConfigValue::PendingConnection);
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    let variable = config.get_mut("Endpoint").unwrap();
    variable.value = None;
    variable.status = Some(VariableStatus::Pending);
    assert_eq!(instance(&world).pending, ["Endpoint"]);
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    config.get_mut("Endpoint").unwrap().status = Some(VariableStatus::Active);
    assert!(instance(&world).pending.is_empty());
}

#[test]
fn a_persons_consent_waits_for_the_inputs_it_rests_on() {
    let mut world = in_step();
    let inputs = [(
        "clientId".to_owned(),
        ConnectionInput::Plain("a".to_owned()),
    )];
    let wanted = ConfigValue::ConsentedConnection(inputs.into());
    world.desired.instances[0].set("Endpoint", wanted);
    let mut check = |status, client: &str, writes: bool, pending: bool| {
        let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
            panic!()
        };
        let variable = config.get_mut("Endpoint").unwrap();
        variable.value = None;
        variable.status = Some(status);
        variable.inputs = vec![LiveInput {
            name: "clientId".to_owned(),
            value: Some(client.to_owned()),
            has_value: true,
        }];
        let changes = instance(&world);
        assert_eq!(!changes.config.is_empty(), writes, "{status:?} {client}");
        assert_eq!(!changes.pending.is_empty(), pending, "{status:?} {client}");
    };
    check(VariableStatus::Pending, "b", true, true);
    check(VariableStatus::Pending, "a", false, true);
    check(VariableStatus::Active, "a", false, false);
    // Whether the consent outlives other inputs is not known.
    check(VariableStatus::Active, "b", true, true);
}

#[test]
fn unknown_variables_are_refused_with_a_suggestion() {
    let mut world = in_step();
    world.desired.instances[0].set("Endpiont", scalar("x"));
    let Err(Stop::Refused(refusal)) = &world.diff().instances[0].verdict else {
        panic!()
    };
    assert_eq!(
        refusal.reason,
        "\"Acme ERP\" has no config variable \"Endpiont\""
    );
    assert_eq!(refusal.hint.as_deref(), Some("did you mean \"Endpoint\"?"));
}
