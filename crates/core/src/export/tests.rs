//! What is made of a tenant, and that a plan of it holds adoptions alone.

mod connection;
mod customer;
mod parts;
mod reading;

use std::sync::Arc;

use super::*;
use crate::diff::testing::{Valued as _, World, definition, name, unread};
use crate::diff::{self, Inputs};
use crate::manifest;
use crate::model::{
    Adopt, Customer, CustomerId, DigestKey, LiveInput, Observed, Secret, SecretRecords,
    SecretValues, SecretWrites, Severity, VariableStatus, VersionId, Visibility,
};
use crate::plan::{self, Action, Plan};
use crate::validate;
use parts::options;

fn exported(world: &World) -> Export {
    export(&world.tenant, &options()).unwrap()
}

fn file<'a>(export: &'a Export, path: &str) -> &'a str {
    let found = export.files.iter().find(|file| file.path == path);
    let paths: Vec<_> = export.files.iter().map(|file| &file.path).collect();
    &found
        .unwrap_or_else(|| panic!("{path} is not among {paths:?}"))
        .text
}

fn notes(export: &Export) -> String {
    let line = |note: &Note| format!("{:?}: {}: {}", note.code, note.about, note.message);
    export.notes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The plan of what was exported, on the same tenant.
fn plan_of(world: &World, export: &Export) -> Plan {
    let files = export
        .files
        .iter()
        .map(|file| SourceFile::new(file.path.as_str(), file.text.clone().into_bytes()));
    let files = files.collect::<Vec<_>>();
    let loaded = manifest::load(&files);
    let (definitions, findings) = validate::offline(&loaded.desired);
    let mut findings = findings.iter().chain(&loaded.diagnostics);
    assert_eq!(findings.find(|it| it.severity == Severity::Error), None);
    let mut secrets = SecretValues::default();
    for reference in &loaded.secrets {
        secrets.insert(reference.clone(), Ok(Secret::new("s3cret".to_owned())));
    }
    let mut tenant = world.tenant.clone();
    for instance in &loaded.desired.instances {
        let meant =
            |it: &&Instance| matches!(&instance.adopt, Some(Adopt::Id(id)) if id == it.id.as_str());
        let live = tenant.instances.items.iter().find(meant);
        if let Some(live) = live {
            let listing = crate::model::Listing::complete(vec![live.customer.clone()]);
            tenant.customers.insert(instance.customer.clone(), listing);
        }
    }
    let records = SecretRecords::new(DigestKey::new([7; 32]));
    let inputs = Inputs {
        records: &records,
        unrecorded: SecretWrites::Never,
        desired: &loaded.desired,
        definitions: &definitions,
        secrets: &secrets,
        tenant: &tenant,
        catalogue: None,
        adopt: false,
        admissions: None,
    };
    let context = plan::Context {
        project: "p".to_owned(),
        environment: "prod".to_owned(),
        organization: "o1".to_owned(),
        revision: None,
        observed_at: jiff::Timestamp::UNIX_EPOCH,
        server_now: None,
        provenance: crate::model::VersionRecord::default(),
        reads: 0,
        policy: crate::model::Policy::default(),
        allow_delete: false,
        closed: None,
        only: None,
        part: Default::default(),
    };
    plan::build(&inputs, &diff::diff(&inputs), &context)
}

/// Demands that a plan of the export holds adoptions alone.
#[track_caller]
fn demand_adoptions_only(world: &World) -> Export {
    let export = exported(world);
    let plan = plan_of(world, &export);
    let shown = plan::render::human(&plan, plan::render::HumanOptions::default());
    for resource in &plan.resources {
        let quiet = resource
            .actions
            .iter()
            .all(|action| *action == Action::Adopt);
        assert!(quiet && resource.changes.is_empty(), "{shown}");
    }
    assert_eq!(plan.summary.blocked, 0, "{shown}");
    export
}

fn world() -> World {
    let mut world = World::new();
    world.live("i1", &definition("Acme ERP", "https://a"));
    world
}

#[test]
fn a_tenant_becomes_files() {
    let mut world = world();
    world
        .live_instance("n1", "i1", "smith")
        .holds("Endpoint", "https://erp.smith.example");
    let export = demand_adoptions_only(&world);
    let paths: Vec<_> = export.files.iter().map(|file| file.path.as_str()).collect();
    insta::assert_snapshot!(paths.join("\n"), @"
    instances/smith-hardware-n1.yaml
    integrations/acme-erp.definition.yml
    integrations/acme-erp.yaml
    project.yaml
    ");
    insta::assert_snapshot!(file(&export, "project.yaml"), @"
    apiVersion: prism-gitops/v1
    kind: Project
    metadata:
      name: p
    ");
    insta::assert_snapshot!(file(&export, "integrations/acme-erp.yaml"), @"
    apiVersion: prism-gitops/v1
    kind: Integration
    metadata:
      name: acme-erp
    spec:
      definition: acme-erp.definition.yml
      adopt:
        id: i1
    ");
    insta::assert_snapshot!(file(&export, "instances/smith-hardware-n1.yaml"), @r#"
    apiVersion: prism-gitops/v1
    kind: Instance
    metadata:
      name: smith-hardware-n1
    spec:
      integration: acme-erp
      customer:
        externalId: smith
      displayName: n1
      config:
        Batch Size: "100"
        Endpoint: https://erp.smith.example
      adopt:
        id: n1
    "#);
    assert_eq!(notes(&export), "");
}

#[test]
fn names_come_from_markers_and_else_from_what_people_see() {
    let mut world = world();
    world.tenant.integrations.items[0].labels = vec!["gitops:p/erp".to_owned()];
    for id in ["n1", "n2", "n3"] {
        let live = world.live_instance(id, "i1", "smith");
        live.name = "Smith Hardware ERP".to_owned();
    }
    world.tenant.instances.items[2].labels =
        vec!["gitops:p/smith-hardware-erp".to_owned(), "paid".to_owned()];
    let export = demand_adoptions_only(&world);
    let paths: Vec<_> = export.files.iter().map(|file| file.path.as_str()).collect();
    insta::assert_snapshot!(paths.join("\n"), @"
    instances/smith-hardware-erp-2.yaml
    instances/smith-hardware-erp-3.yaml
    instances/smith-hardware-erp.yaml
    integrations/erp.definition.yml
    integrations/erp.yaml
    project.yaml
    ");
    assert!(file(&export, "instances/smith-hardware-erp.yaml").contains("id: n3"));
    assert!(!file(&export, "instances/smith-hardware-erp.yaml").contains("gitops:"));

    world.tenant.instances.items.reverse();
    world.tenant.integrations.items.reverse();
    assert_eq!(
        exported(&world).files,
        export.files,
        "the order of the lists does not matter"
    );
}

#[test]
fn secrets_never_reach_a_file() {
    let text = definition("Acme ERP", "https://a").replace(
        "requiredConfigVars:\n",
        "requiredConfigVars:\n- {key: API Key, dataType: string}\n- {key: Login, dataType: connection, \
         connection: {key: k, component: {key: c, version: LATEST, isPublic: true}}}\n- {key: Sales, dataType: \
         connection, connection: {key: k, component: {key: c, version: LATEST, isPublic: true}}}\n",
    );
    let mut world = World::new();
    world.live("i1", &text);
    let live = world
        .live_instance("n1", "i1", "smith")
        .holds("API Key", "s3cret");
    if let Observed::Known(config) = &mut live.config {
        let input = |name: &str, value: Option<&str>, has_value| LiveInput {
            name: name.to_owned(),
            value: value.map(str::to_owned),
            has_value,
        };
        let login = config.get_mut("Login").unwrap();
        login.inputs = vec![
            input("username", Some("smith"), true),
            input("pin", Some(""), true),
            input("password", Some("s3cret"), true),
            input("realm", None, false),
        ];
        login.status = Some(VariableStatus::Active);
        let sales = config.get_mut("Sales").unwrap();
        sales.oauth = true;
        sales.status = Some(VariableStatus::Active);
        sales.inputs = vec![input("access_token", Some("s3cret"), true)];
    }
    let export = demand_adoptions_only(&world);
    assert!(
        export
            .files
            .iter()
            .all(|file| !file.text.contains("s3cret"))
    );
    insta::assert_snapshot!(file(&export, "instances/smith-hardware-n1.yaml"), @r#"
    apiVersion: prism-gitops/v1
    kind: Instance
    metadata:
      name: smith-hardware-n1
    spec:
      integration: acme-erp
      customer:
        externalId: smith
      displayName: n1
      config:
        API Key:
          secret:
            env: SMITH_HARDWARE_N1_API_KEY
        Batch Size: "100"
        Login:
          connection:
            password:
              secret:
                env: SMITH_HARDWARE_N1_LOGIN_PASSWORD
            pin:
              secret:
                env: SMITH_HARDWARE_N1_LOGIN_PIN
            username: smith
        Sales:
          connection: pending
      adopt:
        id: n1
    "#);
    let variables: Vec<_> = export
        .secrets
        .iter()
        .map(|it| it.variable.as_str())
        .collect();
    insta::assert_snapshot!(variables.join("\n"), @"
    SMITH_HARDWARE_N1_API_KEY
    SMITH_HARDWARE_N1_LOGIN_PASSWORD
    SMITH_HARDWARE_N1_LOGIN_PIN
    ");
}

#[test]
fn what_is_out_of_step_is_held_back_and_noted() {
    let mut world = world();
    world.tenant.integrations.items[0].has_unpublished_changes = true;
    world
        .live("i2", &definition("Drafted", "https://a"))
        .versions
        .items
        .clear();
    let live = world
        .live_instance("n1", "i1", "smith")
        .holds("Endpoint", "https://x");
    live.needs_deploy = true;
    let live = world
        .live_instance("n2", "i1", "jones")
        .holds("Endpoint", "https://x");
    (live.enabled, live.deployed) = (false, false);
    let export = demand_adoptions_only(&world);
    insta::assert_snapshot!(notes(&export), @r#"
    HeldBack: instance "n1" of Smith Hardware (n1): what is configured was never deployed: `deploy: never` keeps it so; remove the line to deploy it
    HeldBack: integration "Acme ERP" (i1): its draft has changes that were never published: `publish: never` keeps it so; remove the line to publish it
    HeldBack: integration "Drafted" (i2): it was never published: `publish: never` keeps it so; remove the line to publish it
    "#);
    assert!(file(&export, "integrations/acme-erp.yaml").contains("publish: never"));
    assert!(file(&export, "instances/smith-hardware-n1.yaml").contains("deploy: never"));
    assert!(file(&export, "instances/jones-logistics-n2.yaml").contains("state: disabled"));
}

#[test]
fn an_older_version_is_pinned_and_a_shown_one_is_described() {
    let mut world = world();
    let live = &mut world.tenant.integrations.items[0];
    let mut newer = live.versions.items[0].clone();
    newer.id = VersionId::new("i1-v2");
    newer.number = 2;
    newer.visibility = Some(Visibility::Listed);
    newer.overview = Some("# Acme\n".to_owned());
    live.versions.items.insert(0, newer);
    world
        .live_instance("n1", "i1", "smith")
        .holds("Endpoint", "https://x");
    let live = world
        .live_instance("n2", "i1", "jones")
        .holds("Endpoint", "https://x");
    live.version.id = VersionId::new("i1-v2");
    live.version.number = 2;
    let export = demand_adoptions_only(&world);
    assert!(
        file(&export, "instances/smith-hardware-n1.yaml").contains("version:\n    number: 1\n")
    );
    assert!(!file(&export, "instances/jones-logistics-n2.yaml").contains("version:"));
    insta::assert_snapshot!(file(&export, "integrations/acme-erp.yaml"), @"
    apiVersion: prism-gitops/v1
    kind: Integration
    metadata:
      name: acme-erp
    spec:
      definition: acme-erp.definition.yml
      adopt:
        id: i1
      marketplace:
        visibility: listed
        overview: acme-erp.overview.md
    ");
    assert_eq!(
        file(&export, "integrations/acme-erp.overview.md"),
        "# Acme\n"
    );
}

#[test]
fn what_is_not_ours_is_left_out_unless_asked_for() {
    let mut world = world();
    world
        .live("i2", &definition("Designed", "https://a"))
        .customer_owned = true;
    world.live("i3", &definition("Foreign", "https://a")).labels = vec!["gitops:q/f".to_owned()];
    world
        .live("i4", &definition("Coded", "https://a"))
        .code_native = true;
    let by_customer = world
        .live_instance("n1", "i1", "smith")
        .holds("Endpoint", "https://x");
    by_customer.designed_by_customer = true;
    world
        .live_instance("n2", "i3", "jones")
        .holds("Endpoint", "https://x");
    let export = demand_adoptions_only(&world);
    insta::assert_snapshot!(notes(&export), @r#"
    LeftOut: instance "n1" of Smith Hardware (n1): a customer deployed it; --all takes it along
    LeftOut: integration "Coded" (i4): it is generated from code, and belongs with its code; --all takes it along
    LeftOut: integration "Designed" (i2): a customer built it; --all takes it along
    LeftOut: integration "Foreign" (i3): it belongs to another project: gitops:q/f
    "#);
    assert!(
        file(&export, "instances/jones-logistics-n2.yaml").contains("integration:\n    id: i3\n")
    );

    world.tenant.integrations.items.truncate(3);
    let all = Options {
        all: true,
        ..options()
    };
    let export = export_with(&world, &all);
    assert_eq!((export.integrations, export.instances), (2, 2));
    let plan = plan_of(&world, &export);
    assert!(
        !plan.has_changes() && plan.summary.blocked == 0,
        "what a customer built can be adopted by id"
    );
}

fn export_with(world: &World, options: &Options) -> Export {
    export(&world.tenant, options).unwrap()
}

#[test]
fn customers_are_named_by_what_is_theirs_alone() {
    let mut world = world();
    let customer = |id: &str, external: Option<&str>, name: &str| Customer {
        id: CustomerId::new(id),
        name: name.to_owned(),
        external_id: external.map(str::to_owned),
    };
    let customers = [
        customer("c1", Some("x-1"), "One"),
        customer("c2", Some("x-2"), "Two"),
        customer("c3", Some("x-2"), "Three"),
        customer("c4", None, "Four"),
        customer("c5", None, "Four"),
    ];
    for (place, customer) in customers.into_iter().enumerate() {
        let live = world.live_instance(&format!("n{place}"), "i1", "smith");
        live.holds("Endpoint", "https://x").customer = customer;
    }
    let export = demand_adoptions_only(&world);
    let found: Vec<String> = export
        .files
        .iter()
        .filter(|file| file.path.starts_with("instances/"))
        .filter_map(|file| {
            Some(
                file.text
                    .split_once("customer:\n")?
                    .1
                    .lines()
                    .next()?
                    .trim()
                    .to_owned(),
            )
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"), @"
    id: c4
    id: c5
    externalId: x-1
    name: Three
    name: Two
    ");
}

#[test]
fn what_the_checks_would_refuse_is_left_unmanaged() {
    let mut world = world();
    world
        .live_instance("n1", "i1", "smith")
        .holds("Batch Size", "many");
    let live = world
        .live_instance("n2", "i1", "jones")
        .holds("Endpoint", "https://x");
    if let Observed::Known(config) = &mut live.config {
        config.get_mut("Batch Size").unwrap().shared = true;
    }
    world.live("i2", &definition("Odd", "https://a")).definition =
        Observed::Known(Arc::from("{definitionVersion: 7, name: Odd, flows: 7}"));
    let export = exported(&world);
    insta::assert_snapshot!(notes(&export), @r#"
    LeftOut: instance "n2" of Jones Logistics (n2): config "Batch Size": its connection is shared across instances
    LeftOut: instance smith-hardware-n1: its present value is left unmanaged: config variable "Batch Size" takes a number
    LeftOut: integration odd: its definition is refused: `flows` is a single value, and must be a list
    "#);
    assert!(!file(&export, "instances/smith-hardware-n1.yaml").contains("Batch"));
}

#[test]
fn nothing_is_exported_of_half_a_tenant() {
    let mut world = world();
    world.tenant.instances.incomplete = unread();
    let error = export(&world.tenant, &options()).unwrap_err();
    insta::assert_snapshot!(error, @"the tenant could not be read to its end: page 2 failed");

    world.tenant.instances.incomplete = None;
    world.tenant.integrations.items[0].definition = Observed::Unknown("it timed out".into());
    world.live_instance("n1", "i1", "smith").config = Observed::Unknown("it timed out".into());
    let export = exported(&world);
    assert!(export.has_unread());
    assert_eq!((export.integrations, export.instances), (0, 0));
}
