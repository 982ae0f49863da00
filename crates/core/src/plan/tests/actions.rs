//! Which actions a resource gets, and what is said of it.

use super::*;
use crate::model::SyncStatus;

fn of(world: &World, address: &str) -> (SyncStatus, String) {
    let plan = plan(world);
    let mut resources = plan.resources.iter();
    let found = resources.find(|it| it.address.to_string() == address);
    let found = found.unwrap();
    let actions: Vec<_> = found.actions.iter().map(|it| it.as_str()).collect();
    (
        found.sync,
        format!("[{}] {}", actions.join(", "), found.reason),
    )
}

#[test]
fn an_instance_is_switched_on_last_where_nobody_has_to_consent_first() {
    let cases: [(&str, Arrange, &str); 4] = [
        ("in step", |_| {}, "Synced [] matches"),
        (
            "switched off by hand",
            |w| w.tenant.instances.items[0].enabled = false,
            "OutOfSync [enable] differs",
        ),
        (
            "never deployed, and off",
            |w| {
                let live = &mut w.tenant.instances.items[0];
                (live.enabled, live.deployed, live.needs_deploy) = (false, false, true);
            },
            "OutOfSync [deploy, enable] differs",
        ),
        (
            "not deployed",
            |w| w.tenant.instances.items[0].needs_deploy = true,
            "OutOfSync [deploy] what is configured is not deployed",
        ),
    ];
    for (case, arrange, expected) in cases {
        let mut world = in_step();
        arrange(&mut world);
        let (sync, told) = of(&world, "Instance/shop");
        assert_eq!(format!("{sync:?} {told}"), expected, "{case}");
    }
}

#[test]
fn taking_over_is_an_update_where_more_than_the_marker_is_written() {
    let adopted = |world: &mut World| {
        world.desired.instances[0].adopt = adopt_name("shop");
        world.tenant.instances.items[0].labels = vec!["paid".to_owned()];
    };
    let cases: [(&str, Arrange, &str); 3] = [
        (
            "the marker alone",
            |_| {},
            "[adopt] exists and is taken over",
        ),
        (
            "and a value",
            |w| {
                w.desired.instances[0].set("Endpoint", scalar("https://other"));
            },
            "[adopt, configure, deploy] exists, is taken over, and differs",
        ),
        (
            "and labels",
            |w| w.desired.instances[0].labels = Some(vec!["erp".to_owned()]),
            "[update] exists, is taken over, and differs",
        ),
    ];
    for (case, arrange, expected) in cases {
        let mut world = in_step();
        adopted(&mut world);
        arrange(&mut world);
        let found = of(&world, "Instance/shop").1;
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn an_integration_is_out_of_step_until_it_is_whole() {
    let sync = |world: &World| of(world, "Integration/acme").0;
    assert_eq!(sync(&in_step()), SyncStatus::Synced);
    assert_eq!(sync(&fresh()), SyncStatus::OutOfSync);
    let mut other = in_step();
    other.tenant.integrations.items[0].description = "by hand".to_owned();
    other.desired.integrations[0].description = Some("ours".to_owned());
    assert_eq!(sync(&other), SyncStatus::OutOfSync);
}
