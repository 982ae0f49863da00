//! Definitions that use components which the tenant has, lacks, or does not report.

use prism_gitops::model::Health;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript};

use super::project::{DEFINITION, INSTANCE, INTEGRATION};
use super::world::{World, digest, shown};

/// A tenant that refuses what its catalogue has not, with the project applied.
async fn applied() -> World {
    let behaviour = Behaviour {
        strict_components: true,
        ..Behaviour::default()
    };
    let world = World::with(behaviour, None);
    world.files.write("acme.yml", DEFINITION);
    world.files.write("overview.md", "Brings orders over.\n");
    world.files.write("acme.yaml", INTEGRATION);
    world.files.write("smith.yaml", INSTANCE);
    world.apply().await;
    world.demand_convergence("the first apply").await;
    world
}

/// Another integration that is fine, and an instance that stays on version 1 of the first.
fn others(world: &World) {
    let other = DEFINITION.replace("Acme ERP", "Other");
    world.files.write("other.yml", other);
    let pinned = INSTANCE
        .replace("name: smith}", "name: jones}")
        .replace(
            "integration: acme",
            "integration: acme\n  version: {number: 1}",
        )
        .replace("cust-0001", "cust-0002");
    world.files.write("jones.yaml", pinned);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_in_step_is_not_asked_for_components() {
    let world = applied().await;
    let before = world.calls("components");
    world.demand_convergence("nothing").await;
    world
        .files
        .write("smith.yaml", INSTANCE.replace("All stores", "Some stores"));
    world.apply().await;
    assert_eq!(world.calls("components"), before);
}

#[tokio::test(start_paused = true)]
async fn what_an_import_needs_is_asked_for_in_one_request() {
    let world = applied().await;
    let before = world.calls("components");
    for count in 0..12 {
        let text = DEFINITION.replace("Acme ERP", &format!("Number {count}"));
        world.files.write(format!("more/{count}.yml"), text);
    }
    let plan = world.plan().await;
    assert_eq!(plan.summary.publish, 12, "{}", shown(&plan));
    assert_eq!(world.calls("components"), before + 1);
}

#[tokio::test(start_paused = true)]
async fn a_missing_component_stops_what_depends_on_it_and_nothing_else() {
    let world = applied().await;
    others(&world);
    let broken = DEFINITION
        .replace("key: http, version: LATEST", "key: htttp, version: LATEST")
        .replace(
            "webhook-triggers, version: LATEST",
            "webhook-triggers, version: 99",
        );
    world.files.write("acme.yml", broken);
    let imports = world.calls("importIntegration");
    let plan = world.plan().await;
    insta::assert_snapshot!(digest(&plan), @r#"
    Integration/other: create publish []
    Instance/jones: create deploy [description, labels, config "Endpoint", config "Batch Size", config "Token", config "Warehouses", config "Mapping", config "Timing", config "Login" input "username", config "Login" input "password"]
    "#);
    let stopped: Vec<_> = (plan.resources.iter())
        .filter(|resource| resource.health == Health::Blocked)
        .map(|it| {
            format!(
                "{}: {} [{}]",
                it.address,
                it.reason,
                it.hint.as_deref().unwrap_or("-")
            )
        })
        .collect();
    insta::assert_snapshot!(stopped.join("\n"), @r#"
    Integration/acme: component "webhook-triggers" has no version 99 (acme.yml:39:28); no public component "htttp" exists in this tenant (acme.yml:44:28) ["webhook-triggers": its newest versions are 3, 2; "htttp": did you mean "http"?]
    Instance/smith: waits for a version of Integration/acme, which is blocked [-]
    "#);
    world.apply().await;
    assert_eq!(
        world.calls("importIntegration"),
        imports + 1,
        "only the other one"
    );

    world.files.write(
        "acme.yml",
        DEFINITION.replace("value: /orders", "value: /other"),
    );
    world.apply().await;
    world.demand_convergence("a component that is there").await;
}

#[tokio::test(start_paused = true)]
async fn components_that_cannot_be_read_are_not_missing() {
    let world = applied().await;
    world.files.write(
        "acme.yml",
        DEFINITION.replace("value: /orders", "value: /other"),
    );
    let fault = Fault::Error {
        message: "the catalogue is down".to_owned(),
    };
    world.set_faults(FaultScript {
        rules: vec![FaultRule::every("components", fault)],
    });
    let plan = world.plan().await;
    assert_eq!(plan.summary.publish, 0, "{}", shown(&plan));
    let unknown = plan.resources.iter().map(|it| it.health == Health::Unknown);
    assert_eq!(
        unknown.collect::<Vec<_>>(),
        [true, true],
        "{}",
        shown(&plan)
    );
    insta::assert_snapshot!(plan.unread.join("\n"), @r"
    Integration/acme: could not be read: the components that it uses: the catalogue is down
    Instance/smith: could not be read: Integration/acme: the components that it uses: the catalogue is down
    ");

    let imports = world.calls("importIntegration");
    world.apply().await;
    assert_eq!(
        world.calls("importIntegration"),
        imports,
        "unknown is not there"
    );
    world.set_faults(FaultScript::default());
    world.apply().await;
    assert_eq!(world.calls("importIntegration"), imports + 1);
    world.demand_convergence("the catalogue is back").await;
}
