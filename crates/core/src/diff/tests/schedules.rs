//! Schedules: type, value and zone.

use super::*;
use crate::model::{ConfigWrite, Echo, InstanceId, Schedule, ScheduleKind, ValueOwner, WriteValue};

fn world(live: (Option<&str>, &str, Option<&str>), wanted: Schedule) -> World {
    let mut world = in_step();
    world.desired.instances[0].set("Endpoint", ConfigValue::Schedule(wanted));
    let Observed::Known(config) = &mut world.tenant.instances.items[0].config else {
        panic!()
    };
    let variable = config.get_mut("Endpoint").unwrap();
    let (kind, value, zone) = live;
    variable.schedule_type = kind.map(str::to_owned);
    variable.value = Some(value.to_owned());
    variable.time_zone = zone.map(str::to_owned);
    world
}

fn cron(text: &str) -> Schedule {
    Schedule::cron(text)
}

fn typed(kind: ScheduleKind, value: Option<&str>) -> Schedule {
    Schedule {
        kind,
        value: value.map(str::to_owned),
        time_zone: None,
    }
}

#[test]
fn what_is_declared_of_a_schedule_is_compared() {
    let five = "*/5 * * * *";
    for (live, wanted) in [
        ((Some("CUSTOM"), five, None), cron(five)),
        ((Some("CUSTOM"), five, None), cron("*/5  *  * * *")),
        ((Some("CUSTOM"), five, Some("UTC")), cron(five)),
        // A server that does not say how it is meant.
        ((None, five, None), cron(five)),
        ((Some("NONE"), five, None), typed(ScheduleKind::None, None)),
        (
            (Some("HOUR"), "0 * * * *", None),
            typed(ScheduleKind::Hour, Some("0 * * * *")),
        ),
    ] {
        let changes = instance(&world(live, wanted.clone()));
        assert!(changes.config.is_empty(), "{live:?} {wanted:?}");
    }
}

#[test]
fn a_schedule_that_was_switched_by_hand_is_put_right() {
    let five = "*/5 * * * *";
    for (live, wanted, shown) in [
        (
            (Some("NONE"), five, None),
            cron(five),
            "none */5 * * * * → */5 * * * *",
        ),
        (
            (Some("HOUR"), five, None),
            cron(five),
            "hour */5 * * * * → */5 * * * *",
        ),
        (
            (Some("CUSTOM"), five, None),
            typed(ScheduleKind::None, None),
            "*/5 * * * * → none",
        ),
        (
            (Some("DAY"), "0 9 * * *", Some("UTC")),
            Schedule {
                time_zone: Some("Europe/Berlin".to_owned()),
                ..typed(ScheduleKind::Day, Some("0 9 * * *"))
            },
            "day 0 9 * * * (UTC) → day 0 9 * * * (Europe/Berlin)",
        ),
    ] {
        let changes = instance(&world(live, wanted.clone()));
        assert!(
            matches!(&changes.config[0].value, WriteValue::Schedule(it) if *it == wanted),
            "{:?}",
            changes.config
        );
        let field = &changes.fields[0];
        let sides = [&field.before, &field.after].map(|side| side.clone().unwrap_or_default());
        assert_eq!(sides.join(" → "), shown);
    }
}

#[test]
fn what_the_server_made_of_a_schedule_is_that_schedule() {
    let hourly = "0 * * * *";
    for (showed, now, writes) in [
        // A server that derives the type from the cron text.
        (("HOUR", hourly), ("HOUR", hourly), false),
        // Switched off by hand since: the type that it showed after the write is not there any more.
        (("HOUR", hourly), ("NONE", hourly), true),
        (("HOUR", hourly), ("HOUR", "30 * * * *"), true),
        // A server that keeps what it is given.
        (("CUSTOM", hourly), ("CUSTOM", hourly), false),
        (("CUSTOM", hourly), ("HOUR", hourly), true),
    ] {
        let wanted = Schedule {
            time_zone: Some("UTC".to_owned()),
            ..cron(hourly)
        };
        let mut world = world((Some(now.0), now.1, Some("Etc/UTC")), wanted.clone());
        let mut echo = Echo::default();
        echo.schedule("Endpoint", showed.0, "Etc/UTC".to_owned());
        echo.insert("Endpoint", None, Some(showed.1.to_owned()));
        let write = ConfigWrite {
            key: "Endpoint".to_owned(),
            value: WriteValue::Schedule(wanted),
        };
        let id = InstanceId::new("n1");
        (world.records).learn(
            &ValueOwner::Instance(id.clone()),
            std::slice::from_ref(&write),
            &echo,
        );
        let changes = instance(&world);
        assert_eq!(!changes.config.is_empty(), writes, "{showed:?} {now:?}");
        assert_eq!(changes.respelled.is_empty(), writes, "{showed:?} {now:?}");
    }
}

#[test]
fn a_type_of_newer_servers_is_shown_and_written_over_only_where_one_is_declared() {
    let once = || (Some("ONCE"), "2026-12-24T18:00:00Z", None);
    let changes = instance(&world(once(), cron("0 18 * * *")));
    assert_eq!(
        changes.fields[0].before.as_deref(),
        Some("once 2026-12-24T18:00:00Z")
    );
    assert_eq!(changes.config.len(), 1);
    let mut undeclared = world(once(), cron("0 18 * * *"));
    undeclared.desired.instances[0].set("Endpoint", scalar("2026-12-24T18:00:00Z"));
    let changes = instance(&undeclared);
    assert!(changes.config.is_empty() && changes.fields.is_empty());
}
