//! Versions are published when the definition means something else, and only then.

use crate::peer::against_both;
use crate::peer::project::{VARIABLES, definition, write_integration, write_project};
use crate::peer::server::Kind;
use crate::peer::world::{World, value};

against_both!(publishing_is_idempotent, reverting_the_commit_rolls_back);

/// 2: what means the same is not published again. The crashes are in `crashes`.
fn publishing_is_idempotent(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 1);
    world.run("apply --auto-approve").expect(0);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    let again = definition(&VARIABLES)
        .replace(
            "name: Acme ERP\ndescription: Orders to the ERP",
            "description: 'Orders to the ERP'\nname: \"Acme ERP\"",
        )
        .replace(
            "version: LATEST, isPublic: true",
            "isPublic: true, version: LATEST",
        );
    write_integration(&world.environment, &format!("# said otherwise\n{again}"));
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    assert_eq!(world.versions(), 1);
}

/// 7: instances run again what they ran before; what customers set themselves survives.
fn reverting_the_commit_rolls_back(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    let first = world.instance("erp-01")["integration"].clone();
    let changed = definition(&VARIABLES).replace("Orders to the ERP", "Orders and returns");
    write_integration(&world.environment, &changed);
    world.run("apply --auto-approve").expect(0);
    assert_eq!(world.instance("erp-01")["integration"]["versionNumber"], 2);
    world.edit_value("erp-01", "Batch Size", "250");

    // What the integration is goes back: a version is never changed, so that means a new one.
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    for name in ["erp-01", "erp-02"] {
        let instance = world.instance(name);
        assert_eq!(instance["integration"]["definition"], first["definition"]);
        assert_eq!(instance["needsDeploy"], false);
    }
    assert_eq!(value(&world.instance("erp-01"), "Batch Size"), "250");
    assert_eq!(world.versions(), 3);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);

    // Which version an instance runs goes back: to that very version, and nothing is published.
    let pin = |from: &str, to: &str| {
        world.environment.edit("erp-01.yaml", from, to);
        world.run("apply --auto-approve").expect(0);
        world.instance("erp-01")
    };
    let pinned = pin(
        "integration: acme",
        "integration: acme\n  version: {number: 2}",
    );
    assert_eq!(pinned["integration"]["versionNumber"], 2);
    let back = pin("{number: 2}", "{number: 1}");
    assert_eq!(back["integration"]["id"], first["id"]);
    assert_eq!(back["needsDeploy"], false);
    assert_eq!(value(&back, "Batch Size"), "250");
    assert_eq!(world.versions(), 3);
}
