//! Every settable field: set → apply → nothing to do → change → exactly that → apply → nothing to do.

use super::project::{DEFINITION, INSTANCE, INTEGRATION};
use super::world::{World, digest, shown};
use super::{applied, integration_applied};

/// A change of one field, and what a plan has to say about it.
struct Case {
    file: &'static str,
    text: &'static str,
    from: &'static str,
    to: &'static str,
    plan: &'static str,
}

const fn integration(from: &'static str, to: &'static str, plan: &'static str) -> Case {
    Case {
        file: "acme.yaml",
        text: INTEGRATION,
        from,
        to,
        plan,
    }
}

const fn instance(from: &'static str, to: &'static str, plan: &'static str) -> Case {
    Case {
        file: "smith.yaml",
        text: INSTANCE,
        from,
        to,
        plan,
    }
}

async fn check(world: &World, case: &Case) {
    assert!(
        case.text.contains(case.from),
        "{:?} is not in {}",
        case.from,
        case.file
    );
    world
        .files
        .write(case.file, case.text.replacen(case.from, case.to, 1));
    let plan = world.plan().await;
    assert_eq!(
        digest(&plan),
        case.plan,
        "\n{} → {}\n{}",
        case.from,
        case.to,
        shown(&plan)
    );
    world.apply().await;
    world.demand_convergence(case.to).await;
    // And back again.
    world.files.write(case.file, case.text);
    world.apply().await;
    world.demand_convergence(case.from).await;
}

#[tokio::test(start_paused = true)]
async fn every_field_of_an_integration() {
    // Without an instance, which a withdrawn version would block.
    let world = integration_applied().await;
    for case in [
        integration(
            "description: Orders to the ERP",
            "description: Other",
            "Integration/acme: import publish marketplace [definition description]",
        ),
        integration(
            "available: true",
            "available: false",
            "Integration/acme: marketplace [availability]",
        ),
        integration(
            "visibility: listed",
            "visibility: deployable",
            "Integration/acme: marketplace [marketplace visibility]",
        ),
        integration(
            "allowMultipleInstances: false",
            "allowMultipleInstances: true",
            "Integration/acme: marketplace [marketplace allowMultipleInstances]",
        ),
        integration("publish: changed", "publish: never", ""),
        Case {
            file: "overview.md",
            text: "Brings orders over.\n",
            from: "orders",
            to: "invoices",
            plan: "Integration/acme: marketplace [marketplace overview]",
        },
        Case {
            file: "acme.yml",
            text: DEFINITION,
            from: "value: /orders",
            to: "value: /invoices",
            plan: "Integration/acme: import publish marketplace \
                   [definition flow \"Orders\" › step \"Fetch\" › input \"url\"]",
        },
    ] {
        check(&world, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_field_of_an_instance() {
    let world = applied().await;
    for case in [
        instance(
            "displayName: Smith ERP",
            "displayName: Other",
            "Instance/smith: update [displayName]",
        ),
        instance(
            "description: All stores",
            "description: Other",
            "Instance/smith: update [description]",
        ),
        instance(
            "labels: [production]",
            "labels: [production, north]",
            "Instance/smith: update [labels]",
        ),
        instance(
            "globalDebug: false",
            "globalDebug: true",
            "Instance/smith: update [globalDebug]",
        ),
        instance(
            "state: enabled",
            "state: disabled",
            "Instance/smith: disable [state]",
        ),
        instance(
            "integration: acme",
            "integration: acme\n  version: {number: 1}",
            "",
        ),
        instance(
            "integration: acme",
            "integration: acme\n  deploy: never",
            "",
        ),
        instance("integration: acme", "integration: acme\n  force: true", ""),
    ] {
        check(&world, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_config_value() {
    let world = applied().await;
    for case in [
        instance(
            "https://erp.smith",
            "https://erp2.smith",
            "Instance/smith: configure deploy [config \"Endpoint\"]",
        ),
        instance("{seed: \"200\"}", "{seed: \"300\"}", ""),
        instance(
            "{seed: \"200\"}",
            "300",
            "Instance/smith: configure deploy [config \"Batch Size\"]",
        ),
        instance(
            "[chicago, denver]",
            "[denver, chicago]",
            "Instance/smith: configure deploy [config \"Warehouses\"]",
        ),
        instance(
            "{order: id}",
            "{order: number}",
            "Instance/smith: configure deploy [config \"Mapping\"]",
        ),
        instance(
            "*/5 * * * *",
            "*/9 * * * *",
            "Instance/smith: configure deploy [config \"Timing\"]",
        ),
        instance(
            "America/Chicago",
            "Europe/Berlin",
            "Instance/smith: configure deploy [config \"Timing\"]",
        ),
        instance(
            "username: smith",
            "username: other",
            "Instance/smith: configure deploy [config \"Login\" input \"username\"]",
        ),
        instance(
            "{env: TOKEN}",
            "{env: TOKEN2}",
            "Instance/smith: configure deploy [config \"Token\"]",
        ),
    ] {
        check(&world, &case).await;
    }
}
