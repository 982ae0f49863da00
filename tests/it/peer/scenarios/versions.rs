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

/// 7: instances return to the older version; what customers set themselves survives.
fn reverting_the_commit_rolls_back(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    let first = world.instance("erp-01")["integration"]["id"].clone();
    let changed = definition(&VARIABLES).replace("Orders to the ERP", "Orders and returns");
    write_integration(&world.environment, &changed);
    world.run("apply --auto-approve").expect(0);
    assert_eq!(world.versions(), 2);
    assert_eq!(world.instance("erp-01")["integration"]["versionNumber"], 2);
    world.edit_value("erp-01", "Batch Size", "250");

    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    let instance = world.instance("erp-01");
    assert_eq!(
        instance["integration"]["id"], first,
        "the version that was, not a third"
    );
    assert_eq!(instance["needsDeploy"], false);
    assert_eq!(value(&instance, "Batch Size"), "250");
    assert_eq!(world.versions(), 2);
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
}
