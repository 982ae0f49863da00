//! What is read for an export.

use super::*;

#[test]
fn everything_of_every_integration_is_read() {
    let mut world = World::new();
    let live = world
        .live("i1", &definition("Acme ERP", "https://a"))
        .clone();
    for latest_components in [false, true] {
        let scope = scope(latest_components, false, false);
        assert!(scope.wants_definition(&live));
        assert_eq!(scope.versions_of(&live), Default::default());
        assert_eq!(scope.latest_components, latest_components);
    }
}

#[test]
fn the_project_is_found_in_files_and_in_markers() {
    let file = |text: &str| SourceFile::new("a.yaml", text.as_bytes().to_vec());
    assert!(has_project(&[file("kind: Project\nmetadata: {name: a}\n")]));
    assert!(!has_project(&[
        file("kind: Instance # Project\n"),
        file("Project: [")
    ]));
    let mut world = world();
    world.tenant.integrations.items[0].labels = vec!["gitops:b/x".to_owned()];
    world.live_instance("n1", "i1", "smith").labels = vec!["gitops:a/x".to_owned()];
    let found: Vec<_> = projects(&world.tenant)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, ["a", "b"]);
}
