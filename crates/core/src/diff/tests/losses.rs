//! What an upgrade destroys is in its plan.

use std::sync::Arc;

use super::*;
use crate::model::RequiredVariable;

/// The definition with another variable in place of `Endpoint`.
fn required(key: &str, kind: &str) -> String {
    let before = "- key: Endpoint\n  dataType: string\n";
    let text = acme().replace(before, &format!("- {{key: {key}, dataType: {kind}}}\n"));
    assert_ne!(text, acme());
    text
}

/// An instance in step whose integration is about to publish `Base URL` in place of `Endpoint`.
fn renamed(stable_key: Option<&str>) -> World {
    renamed_with(stable_key, "defaultValue: d")
}

fn renamed_with(stable_key: Option<&str>, default: &str) -> World {
    let mut world = in_step();
    world.desired.instances[0].config = Default::default();
    world.tenant.instances.items[0].holds("Endpoint", "https://customer");
    let stable = stable_key.map(|key| format!("stableKey: {key}, "));
    let text = required(
        "Base URL",
        &format!("string, {}{default}", stable.unwrap_or_default()),
    );
    world.desired.integrations[0].definition.text = text.into();
    if let (Some(key), Observed::Known(config)) =
        (stable_key, &mut world.tenant.instances.items[0].config)
    {
        let variable = config.get_mut("Endpoint").unwrap();
        variable.declared = Arc::new(RequiredVariable {
            stable_key: Some(key.to_owned()),
            ..(*variable.declared).clone()
        });
    }
    world
}

#[test]
fn a_value_without_a_variable_in_the_target_is_lost() {
    let changes = instance(&renamed(None));
    assert!(changes.upgrade);
    assert_eq!(changes.losses.values, ["Endpoint"]);
    let field = changes
        .fields
        .iter()
        .find(|it| it.path.as_str() == "config \"Endpoint\"");
    let field = field.unwrap();
    assert_eq!(field.before.as_deref(), Some("https://customer"));
    assert_eq!(
        field.note.as_deref(),
        Some("lost: the target version has no such variable")
    );
}

#[test]
fn a_stable_key_keeps_a_value_through_a_rename() {
    let changes = instance(&renamed(Some("endpoint")));
    assert!(changes.upgrade);
    assert!(changes.losses.is_empty(), "{:?}", changes.losses);
}

/// The variable needs a value, and has the one that it had under its old name.
#[test]
fn a_renamed_variable_without_a_default_keeps_its_value_or_blocks() {
    const NONE: &str = "defaultValue: ''";
    let kept = instance(&renamed_with(Some("endpoint"), NONE));
    assert!(kept.upgrade && kept.missing.is_empty() && kept.losses.is_empty());
    assert_eq!(instance(&renamed_with(None, NONE)).missing, ["Base URL"]);
    let mut emptied = renamed_with(Some("endpoint"), NONE);
    emptied.tenant.instances.items[0].holds("Endpoint", "");
    if let Observed::Known(config) = &mut emptied.tenant.instances.items[0].config {
        let variable = config.get_mut("Endpoint").unwrap();
        variable.status = None;
        variable.declared = Arc::new(RequiredVariable {
            stable_key: Some("endpoint".to_owned()),
            ..(*variable.declared).clone()
        });
    }
    assert_eq!(instance(&emptied).missing, ["Base URL"], "nothing to keep");
}

#[test]
fn the_versions_own_default_is_no_loss() {
    let mut world = renamed(None);
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    let variable = config.get_mut("Endpoint").unwrap();
    variable.value.clone_from(&variable.declared.default_value);
    assert!(instance(&world).losses.is_empty());
}

#[test]
fn a_consent_that_has_to_be_given_again_is_named() {
    let mut world = renamed(None);
    world.desired.integrations[0].definition.text = required("Login", "connection").into();
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    let variable = config.get_mut("Endpoint").unwrap();
    variable.oauth = true;
    variable.status = Some(VariableStatus::Active);
    variable.value = None;
    let changes = instance(&world);
    assert_eq!(changes.losses.values, ["Endpoint"]);
    assert_eq!(changes.losses.consents, ["Login"]);
    assert!(
        changes
            .fields
            .iter()
            .any(|it| it.path.as_str() == "config \"Login\" consent")
    );
}
