//! What exists is taken over without being touched, and what strays from git is brought back.

use serde_json::json;

use crate::peer::against_both;
use crate::peer::project::write_project;
use crate::peer::server::Kind;
use crate::peer::world::{World, value};

against_both!(zero_change_adoption, edits_are_seen_named_and_healed);

/// 1: a tenant made by hand is exported, and adopted by labels alone.
fn zero_change_adoption(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 3);
    world.run("apply --auto-approve").expect(0);
    world
        .run("release Integration/acme Instance/erp-01 Instance/erp-02 Instance/erp-03 --auto-approve")
        .expect(0);
    let before = world.instances();
    assert!(
        before
            .iter()
            .all(|it| !it["labels"].to_string().contains("gitops:")),
        "{before:?}"
    );

    world.run("export exported").expect(0);
    assert_eq!(
        world.writes("plan exported --detailed-exitcode", 0),
        [""; 0]
    );
    let writes = world.writes("apply exported --adopt --auto-approve", 0);
    assert_eq!(writes.len(), 4, "{writes:?}");
    assert!(
        writes
            .iter()
            .all(|it| ["updateIntegration", "updateInstance"].contains(&it.as_str())),
        "{writes:?}"
    );
    let after = world.instances();
    for (before, after) in before.iter().zip(&after) {
        for same in [
            "id",
            "lastDeployedAt",
            "needsDeploy",
            "enabled",
            "configVariables",
            "integration",
        ] {
            assert_eq!(before[same], after[same], "{same}");
        }
    }
    assert_eq!(world.versions(), 1);
    assert_eq!(world.writes("apply exported --auto-approve", 0), [""; 0]);
}

/// 6: an edit in the designer and edits in the console are seen, named and healed.
fn edits_are_seen_named_and_healed(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    let integration = &world.integrations()[0];
    let text = integration["definition"].as_str().unwrap();
    let edited = text.replace("Orders to the ERP", "Edited in the designer");
    assert_ne!(text, edited);
    let mutation = "mutation($input: ImportIntegrationInput!) {
        importIntegration(input: $input) { errors { messages } } }";
    let input = json!({"integrationId": integration["id"], "definition": edited});
    world.api(mutation, &json!({ "input": input }));
    world.edit_value("erp-01", "Endpoint", "https://by-hand.example");
    world.edit_instance("erp-02", json!({"enabled": false}));

    let plan = world.run("plan --detailed-exitcode").expect(2);
    for named in [
        "description",
        "Edited in the designer",
        "https://by-hand.example",
        "erp-02",
        "enable",
    ] {
        assert!(plan.stdout.contains(named), "{named}: {}", plan.shown());
    }
    world.run("apply --auto-approve").expect(0);
    assert_eq!(
        value(&world.instance("erp-01"), "Endpoint"),
        "https://erp-1.example"
    );
    assert_eq!(world.instance("erp-02")["enabled"], true);
    let healed = &world.integrations()[0];
    assert!(
        healed["definition"]
            .as_str()
            .unwrap()
            .contains("Orders to the ERP")
    );
    assert_eq!(healed["hasUnpublishedChanges"], false);
    assert_eq!(world.versions(), 1, "what is published was never changed");
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
}
