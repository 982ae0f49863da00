//! Customers, where they are asked for.

use super::*;

fn world() -> World {
    let mut world = World::new();
    world.live("i1", &definition("Acme ERP", "https://a"));
    let live = world.live_customer("c-smith", "Smith Hardware");
    live.customer.external_id = Some("smith".to_owned());
    live.labels = vec!["paid".to_owned(), "canary".to_owned()];
    live.description = "Tools".to_owned();
    live.concurrent_execution_limit = crate::model::Asked::Known(Some(10));
    world.live_customer("c-none", "By hand");
    let other = world.live_customer("c-other", "Other");
    other.customer.external_id = Some("other".to_owned());
    other.labels = vec!["gitops:q/other".to_owned()];
    world.live_instance("n1", "i1", "smith");
    world.live_instance("n2", "i1", "jones");
    world
}

fn with_customers(world: &World) -> Export {
    let options = Options {
        customers: true,
        ..options()
    };
    export(&world.tenant, &options).unwrap()
}

#[test]
fn customers_are_declared_and_instances_refer_to_them() {
    let world = world();
    let export = with_customers(&world);
    assert_eq!(export.customers, 1);
    insta::assert_snapshot!(file(&export, "customers/smith-hardware.yaml"), @"
    apiVersion: prism-gitops/v1
    kind: Customer
    metadata:
      name: smith-hardware
    spec:
      externalId: smith
      name: Smith Hardware
      description: Tools
      labels:
        - canary
        - paid
      concurrentExecutionLimit: 10
    ");
    insta::assert_snapshot!(notes(&export), @r#"
    LeftOut: customer "By hand" (c-none): it has no externalId, which a manifest finds it by
    LeftOut: customer "Other" (c-other): it belongs to another project: gitops:q/other
    "#);
    let customer = |path: &str| {
        let mut lines = file(&export, path).lines();
        lines
            .find(|line| line.contains("customer:"))
            .unwrap()
            .trim()
            .to_owned()
    };
    assert_eq!(
        customer("instances/smith-hardware-n1.yaml"),
        "customer: smith-hardware"
    );
    let plan = plan_of(&world, &export);
    let only_adopts = |step: &plan::Step| step.action == Action::Adopt;
    assert!(plan.steps.iter().all(only_adopts), "{:?}", plan.steps);
}

#[test]
fn without_being_asked_for_nothing_is_said_of_customers() {
    let export = exported(&world());
    assert_eq!(export.customers, 0);
    let text = file(&export, "instances/smith-hardware-n1.yaml");
    assert!(text.contains("externalId: smith"), "{text}");
    assert!(
        export
            .files
            .iter()
            .all(|file| !file.path.starts_with("customers/"))
    );
}
