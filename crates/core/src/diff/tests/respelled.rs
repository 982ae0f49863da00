//! Values that the server holds in another spelling than it was given.

use super::*;
use crate::model::{ConfigWrite, Echo, InstanceId, ValueOwner, WriteValue};

/// The world after a write whose reply showed something.
fn after_write(wrote: &str, showed: Option<&str>) -> World {
    let mut world = in_step();
    let mut echo = Echo::default();
    if let Some(showed) = showed {
        echo.insert("Endpoint", None, Some(showed.to_owned()));
    }
    let write = ConfigWrite {
        key: "Endpoint".to_owned(),
        value: WriteValue::Text(wrote.to_owned()),
    };
    let id = InstanceId::new("n1");
    world.records.learn(
        &ValueOwner::Instance(id.clone()),
        std::slice::from_ref(&write),
        &echo,
    );
    world
}

#[test]
fn what_the_server_made_of_a_value_is_that_value() {
    for (wrote, showed, now, wanted, writes) in [
        ("a-b", Some("A-B"), "A-B", "a-b", false),
        ("+1 (555) 1", Some("+15551"), "+15551", "+1 (555) 1", false),
        // Changed by another writer since.
        ("a-b", Some("A-B"), "x", "a-b", true),
        // Git says something else since.
        ("a-b", Some("A-B"), "A-B", "a-c", true),
        // The server returned the value unchanged: the live value was written by another writer.
        ("a-b", Some("a-b"), "A-B", "a-b", true),
        ("a-b", None, "A-B", "a-b", true),
    ] {
        let mut world = after_write(wrote, showed);
        world.desired.instances[0].set("Endpoint", scalar(wanted));
        world.tenant.instances.items[0].holds("Endpoint", now);
        let changes = instance(&world);
        assert_eq!(
            !changes.config.is_empty(),
            writes,
            "{wrote} {showed:?} {now} {wanted}"
        );
        let respelled: &[&str] = if writes {
            &[]
        } else {
            &["config \"Endpoint\""]
        };
        assert_eq!(changes.respelled, respelled);
    }
}

#[test]
fn outer_white_space_is_no_difference_and_is_said() {
    let mut world = in_step();
    let declared = &mut world.desired.instances[0];
    declared.set("Endpoint", scalar("https://e\n"));
    declared.description = Some("Orders of Smith\n".to_owned());
    world.tenant.instances.items[0].description = "Orders of Smith".to_owned();
    let changes = instance(&world);
    assert!(
        changes.config.is_empty() && changes.fields.is_empty(),
        "{changes:?}"
    );
    assert_eq!(changes.description, None);
    assert_eq!(changes.respelled, ["description", "config \"Endpoint\""]);
}
