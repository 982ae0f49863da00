//! Some objects of a tenant, and what they refer to.

use super::*;
use crate::model::Address;

pub(super) fn options() -> Options {
    Options {
        project: name("p"),
        all: false,
        customers: false,
        connections: false,
        with_project: true,
        secrets: SecretValuesAs::References,
        only: BTreeSet::new(),
        declared: BTreeSet::new(),
        env_template: None,
    }
}

fn world() -> World {
    let mut world = World::new();
    world.live("i1", &definition("Acme ERP", "https://a"));
    world
        .live_instance("n1", "i1", "smith")
        .holds("Endpoint", "https://smith:pw@erp.example/a");
    world
        .live_instance("n2", "i1", "jones")
        .holds("Endpoint", "https://x");
    world
}

fn part(world: &World, only: &[&str], declared: &[&str]) -> Export {
    let address = |text: &&str| match text.split_once('/').unwrap() {
        ("Instance", key) => Address::instance(name(key)),
        ("Integration", key) => Address::integration(name(key)),
        (_, key) => Address::customer(name(key)),
    };
    let set = |texts: &[&str]| texts.iter().map(address).collect();
    let options = Options {
        only: set(only),
        declared: set(declared),
        ..options()
    };
    export(&world.tenant, &options).unwrap()
}

fn paths(export: &Export) -> Vec<&str> {
    export.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn one_instance_refers_to_what_is_declared_or_by_id() {
    let world = world();
    let only = ["Instance/smith-hardware-n1"];
    let alone = part(&world, &only, &[]);
    assert_eq!(
        paths(&alone),
        [
            ".env.example",
            "instances/smith-hardware-n1.yaml",
            "project.yaml"
        ]
    );
    let manifest = "instances/smith-hardware-n1.yaml";
    assert!(file(&alone, manifest).contains("integration:\n    id: i1\n"));
    let variable = &alone.secrets[0].variable;
    assert!(file(&alone, ".env.example").contains(&format!("\n{variable}=\n")));
    let beside = part(&world, &only, &["Integration/acme-erp"]);
    assert!(file(&beside, manifest).contains("integration: acme-erp\n"));
    let both = part(
        &world,
        &["Instance/jones-logistics-n2", "Integration/acme-erp"],
        &[],
    );
    assert_eq!(
        paths(&both),
        [
            "instances/jones-logistics-n2.yaml",
            "integrations/acme-erp.definition.yml",
            "integrations/acme-erp.yaml",
            "project.yaml"
        ]
    );
    let plan = plan_of(&world, &both);
    assert!(plan.steps.iter().all(|step| step.action == Action::Adopt));
}

#[test]
fn what_there_is_not_is_named_with_what_was_probably_meant() {
    let export = part(&world(), &["Instance/smith-hardware-n2", "Customer/x"], &[]);
    let missing: Vec<String> = (export.missing.iter())
        .map(|(address, near)| format!("{address} {near:?}"))
        .collect();
    assert_eq!(missing.len(), 2, "{missing:?}");
    let near = export.missing.iter().find_map(|(_, near)| near.clone());
    assert_eq!(near.unwrap().to_string(), "Instance/smith-hardware-n1");
}

#[test]
fn secrets_that_are_left_out_are_named_and_the_rest_is_managed() {
    let options = Options {
        secrets: SecretValuesAs::Nothing,
        ..options()
    };
    let world = world();
    let export = export(&world.tenant, &options).unwrap();
    let template = file(&export, ".env.example");
    assert!(
        template.contains("\n# SMITH_HARDWARE_N1_ENDPOINT=\n"),
        "{template}"
    );
    let plan = plan_of(&world, &export);
    assert!(plan.steps.iter().all(|step| step.action == Action::Adopt));
    assert!(
        !export
            .files
            .iter()
            .any(|file| file.text.contains("smith:pw"))
    );
}

/// No manifest can declare it: keys are never templates.
#[test]
fn a_variable_whose_name_looks_like_a_template_is_left_out() {
    let options = Options {
        secrets: SecretValuesAs::Nothing,
        ..options()
    };
    let mut world = world();
    let Observed::Known(config) = &mut world.tenant.instances.items[1].config else {
        panic!()
    };
    let variable = config["Endpoint"].clone();
    config.insert("Region ${{ row.x }}".to_owned(), variable);
    let export = export(&world.tenant, &options).unwrap();
    assert!(notes(&export).contains("looks like a template"));
    assert!(export.files.iter().all(|file| !file.text.contains("row.x")));
    let plan = plan_of(&world, &export);
    assert!(plan.steps.iter().all(|step| step.action == Action::Adopt));
}
