//! What is taken over of a resource, and as what.

use super::*;
use crate::diff::testing::{Configured as _, Valued as _, World, definition, scalar};
use crate::model::{ConfigValue, Secret, SecretRef};
use crate::promote;
use crate::yaml::write::flow;

fn world() -> World {
    let text = definition("Acme ERP", "https://a.example");
    let mut world = World::new();
    world.declare("acme", &text);
    world
        .declare_instance("shop", "acme", "smith")
        .set("Endpoint", scalar("https://e"));
    world.live("i1", &text).labels = vec!["gitops:p/acme".to_owned()];
    let live = world.live_instance("n1", "i1", "smith");
    live.labels = vec!["gitops:p/shop".to_owned(), "paid".to_owned()];
    live.name = "Shop of Smith".to_owned();
    live.enabled = false;
    live.holds("Endpoint", "https://other.example/${{x}}");
    world
}

fn accepted(world: &World) -> Acceptance {
    let changes = world.diff().instances.remove(0).verdict.unwrap().fields;
    let name = crate::diff::testing::name("shop");
    decide(
        &world.desired,
        &world.tenant,
        (&Address::instance(name), "n1"),
        &changes,
    )
    .unwrap()
}

fn lines(acceptance: &Acceptance) -> Vec<String> {
    let one = |value: &Value| format!("{} = {}", value.keys.join("."), flow(&value.tree));
    acceptance.values.iter().map(one).collect()
}

#[test]
fn what_differs_is_taken_as_a_manifest_says_it() {
    let mut world = world();
    world.desired.instances[0].labels = Some(vec!["free".to_owned()]);
    let acceptance = accepted(&world);
    assert_eq!(
        lines(&acceptance),
        [
            "displayName = Shop of Smith",
            "labels = [paid]",
            "config.Endpoint = \"https://other.example/$${{x}}\"",
            "state = disabled"
        ]
    );
    assert_eq!(acceptance.left, []);
    assert_eq!(acceptance.fields.len(), 4);
}

#[test]
fn a_secret_is_never_taken() {
    let left = || vec![("config \"Endpoint\"".to_owned(), SECRET)];
    let mut world = world();
    let reference = SecretRef::Env("KEY".to_owned());
    let secret = Secret::new("value-of-key".to_owned());
    world.secrets.insert(reference.clone(), Ok(secret));
    world.desired.instances[0].set("Endpoint", ConfigValue::Secret(reference));
    let acceptance = accepted(&world);
    let mut all = lines(&acceptance).into_iter();
    assert!(all.all(|line| !line.contains("Endpoint")));
    assert_eq!(acceptance.left, left());
    // A text that is declared in the open, in place of which there is a secret now.
    world.desired.instances[0].set("Endpoint", scalar("https://e"));
    world.tenant.instances.items[0].holds("Endpoint", "https://smith:hunter2@e.example");
    assert_eq!(accepted(&world).left, left());
}

#[test]
fn the_file_changes_in_these_places_and_nowhere_else() {
    let text = "# Smith\napiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: shop}\nspec:\n  \
        integration: {id: i}   # theirs\n  customer: {externalId: smith}\n  config:\n    \
        # where orders go\n    Endpoint: https://e  # old\n    Other: x\n";
    let files = [crate::model::SourceFile::new("shop.yaml", text.as_bytes())];
    let acceptance = accepted(&world());
    let address = Address::instance(crate::diff::testing::name("shop"));
    let changed = promote::with_values(&files, None, &manifest(&address), &acceptance.values);
    let changed = changed.unwrap();
    insta::assert_snapshot!(changed[0].difference, @r#"
    --- a/shop.yaml
    +++ b/shop.yaml
    @@ -4,8 +4,10 @@
     metadata: {name: shop}
     spec:
    +  state: disabled
    +  displayName: Shop of Smith
       integration: {id: i}   # theirs
       customer: {externalId: smith}
       config:
         # where orders go
    -    Endpoint: https://e  # old
    +    Endpoint: "https://other.example/$${{x}}"  # old
         Other: x
    "#);
}
