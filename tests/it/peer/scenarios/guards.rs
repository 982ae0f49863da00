//! What must not happen by mistake.

use crate::peer::against_both;
use crate::peer::project::{instance_name, write_project};
use crate::peer::server::Kind;
use crate::peer::world::{World, names};

against_both!(
    a_removed_file_orphans_and_an_empty_folder_writes_nothing,
    too_many_deletions_are_refused,
    a_wrong_organization_stops_before_anything_is_read,
);

/// 8, first half: what git no longer declares is reported and left alone.
fn a_removed_file_orphans_and_an_empty_folder_writes_nothing(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    let project = world.environment.project();
    std::fs::remove_file(project.join("erp-02.yaml")).unwrap();
    let run = world.run("plan").expect(0);
    assert!(run.stdout.contains("erp-02"), "{}", run.shown());
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    for file in ["erp-01.yaml", "acme.yaml", "acme.yml"] {
        std::fs::remove_file(project.join(file)).unwrap();
    }
    world.proxy.take();
    world.run("apply --auto-approve");
    assert!(world.proxy.take().iter().all(|call| !call.mutation));
    assert_eq!(world.instances().len(), 2);
}

/// 8, second half: 4 of 13 objects are 31%.
fn too_many_deletions_are_refused(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let prune = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: default}\n\
                 spec:\n  policy: {prune: delete}\n";
    world.environment.write("project.yaml", prune);
    write_project(&world.environment, 12);
    world.run("apply --auto-approve").expect(0);
    for number in 9..=12 {
        let file = format!("{}.yaml", instance_name(number));
        std::fs::remove_file(world.environment.project().join(file)).unwrap();
    }
    assert_eq!(
        world.writes("apply --auto-approve --allow-delete", 4),
        [""; 0]
    );
    assert_eq!(world.instances().len(), 12);
}

/// 9: nothing but `authenticatedUser` is asked of a tenant that is not the one meant.
fn a_wrong_organization_stops_before_anything_is_read(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 1);
    let guarded = format!(
        "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: default}}\nspec:\n  \
         environments: {{prod: {{url: {}, organization: Somebody Else}}}}\n",
        world.proxy.url
    );
    world.environment.write("project.yaml", &guarded);
    for line in ["plan", "apply --auto-approve"] {
        world.proxy.take();
        let run = world.run(line);
        assert_eq!(run.code, 4, "{}", run.shown());
        assert_eq!(
            names(world.proxy.take().iter()),
            ["authenticatedUser"],
            "{line}"
        );
        assert!(run.stderr.contains("Somebody Else"), "{}", run.shown());
    }
}
