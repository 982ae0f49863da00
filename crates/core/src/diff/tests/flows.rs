//! What is set for flows.

use std::sync::Arc;

use super::*;
use crate::model::{
    Asked, Echo, FlowEntry, FlowSettings, FlowWrite, InstanceId, LiveFlow, Location, Secret,
    SecretRef, ValueOwner, flow_variable, keys_text,
};

fn live(name: &str, keys: &[&str], payload: &str) -> LiveFlow {
    LiveFlow {
        id: format!("id-{name}"),
        name: name.to_owned(),
        stable_key: Some(format!("stable-{name}")),
        api_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        settings: FlowSettings {
            test_payload: Some(payload.to_owned()).filter(|text| !text.is_empty()),
            uses_lre: Some(false),
            ..FlowSettings::default()
        },
    }
}

fn entry(keys: Option<&[&str]>, payload: Option<&str>) -> FlowEntry {
    let reference = |name: &&str| SecretRef::Env((*name).to_owned());
    FlowEntry {
        api_keys: keys.map(|keys| keys.iter().map(reference).collect()),
        settings: FlowSettings {
            test_payload: payload.map(str::to_owned),
            ..FlowSettings::default()
        },
        location: Location::default(),
    }
}

/// A world in step but for its flows. The secret of a variable is `value of NAME`.
fn world(declared: &[(&str, FlowEntry)], live: Asked<Vec<LiveFlow>>) -> World {
    let mut world = in_step();
    for name in ["A", "B"] {
        let secret = Secret::new(format!("value of {name}"));
        world
            .secrets
            .insert(SecretRef::Env(name.to_owned()), Ok(secret));
    }
    let flows = declared.iter().cloned();
    let flows = flows.map(|(name, entry)| (name.to_owned(), Arc::new(entry)));
    world.desired.instances[0].flows = Arc::new(flows.collect());
    world.tenant.instances.items[0].flows = live;
    world
}

#[test]
fn what_is_declared_of_a_flow_is_compared() {
    let sync = |keys: &[&str]| Asked::Known(vec![live("Sync", keys, "{}"), live("Other", &[], "")]);
    let keys: &[&str] = &["A", "B"];
    for (declared, now, fields) in [
        (
            entry(Some(keys), None),
            sync(&["value of B", "value of A"]),
            vec![],
        ),
        (entry(None, Some("{}")), sync(&["anything"]), vec![]),
        (
            entry(Some(&["A"]), None),
            sync(&["value of B"]),
            vec!["flow \"Sync\" apiKeys"],
        ),
        (
            entry(Some(&[]), None),
            sync(&["value of B"]),
            vec!["flow \"Sync\" apiKeys"],
        ),
        (
            entry(None, Some("[]")),
            sync(&[]),
            vec!["flow \"Sync\" testPayload"],
        ),
    ] {
        for name in ["Sync", "stable-Sync"] {
            let changes = instance(&world(&[(name, declared.clone())], now.clone()));
            let found: Vec<String> = changes
                .fields
                .iter()
                .map(|it| it.path.to_string())
                .collect();
            let expected: Vec<String> = fields.iter().map(|it| it.replace("Sync", name)).collect();
            assert_eq!(found, expected, "{declared:?}");
            assert_eq!(changes.flows.differs, !fields.is_empty());
            let shown = format!("{:?}", changes.fields);
            assert!(!shown.contains("value of"), "{shown}");
        }
    }
}

#[test]
fn flows_are_asked_for_where_they_are_declared_and_unknown_is_no_difference() {
    let declared = [("Sync", entry(Some(&["A"]), None))];
    let needs = |world: &World| world.with(|_, changes| changes.needs.flows.len());
    assert_eq!(needs(&world(&[], Asked::NotAsked)), 0);
    assert_eq!(needs(&world(&declared, Asked::NotAsked)), 1);
    let unread = world(&declared, Asked::Unknown("no permission".into()));
    assert_eq!(needs(&unread), 0);
    unread.with(|_, changes| {
        let stop = changes.instances[0].verdict.as_ref().unwrap_err();
        assert!(matches!(stop, Stop::Unknown(why) if why.contains("no permission")));
    });
}

#[test]
fn a_flow_that_the_version_does_not_have_is_refused_with_the_nearest() {
    let declared = [("Snyc", entry(Some(&["A"]), None))];
    world(&declared, Asked::Known(vec![live("Sync", &[], "")])).with(|_, changes| {
        let Err(Stop::Refused(refusal)) = &changes.instances[0].verdict else {
            panic!("{changes:?}")
        };
        assert_eq!(refusal.reason, "its version has no flow \"Snyc\"");
        assert_eq!(refusal.hint.as_deref(), Some("did you mean \"Sync\"?"));
    });
}

#[test]
fn keys_that_are_not_shown_are_known_by_the_record_of_the_last_write() {
    let masked = || Asked::Known(vec![live("Sync", &["****"], "")]);
    let declared = [("Sync", entry(Some(&["A"]), None))];
    let notes = |world: &World| -> Vec<Option<String>> {
        let fields = instance(world).fields;
        fields
            .iter()
            .map(|it| it.note.as_deref().map(str::to_owned))
            .collect()
    };
    let mut world = world(&declared, masked());
    let once = "no record of the last value written".to_owned();
    assert_eq!(notes(&world), [Some(once)]);
    for (written, expected) in [
        ("value of A", vec![]),
        ("older", vec![Some("changed".to_owned())]),
    ] {
        let write = FlowWrite {
            flow: "Sync".to_owned(),
            api_keys: Some(vec![Secret::new(written.to_owned())]),
            settings: FlowSettings::default(),
        };
        let mut echo = Echo::default();
        let shown = keys_text(std::iter::once("****"));
        echo.insert(&flow_variable("Sync"), Some("apiKeys"), Some(shown));
        let id = InstanceId::new("n1");
        (world.records).learn(
            &ValueOwner::Instance(id.clone()),
            &[write.record().unwrap()],
            &echo,
        );
        assert_eq!(notes(&world), expected, "{written}");
    }
}

#[test]
fn a_change_never_loses_keys_that_are_not_shown() {
    let flows = Asked::Known(vec![live("Sync", &["****"], ""), live("Other", &[], "old")]);
    let other = ("Other", entry(None, Some("new")));
    world(std::slice::from_ref(&other), flows.clone()).with(|_, changes| {
        let Err(Stop::Refused(refusal)) = &changes.instances[0].verdict else {
            panic!("{changes:?}")
        };
        assert!(refusal.reason.contains("\"Sync\""), "{}", refusal.reason);
    });
    let both = [other, ("Sync", entry(Some(&["A"]), None))];
    assert!(instance(&world(&both, flows)).flows.differs);
}
