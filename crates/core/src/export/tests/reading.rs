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
