use super::*;
use crate::diff::testing;
use crate::journal::SETTLE;
use crate::model::Listing;

fn second(number: i64) -> Timestamp {
    Timestamp::from_second(number).unwrap()
}

fn moment(seconds: u64) -> Moment {
    Moment {
        boot: Some("boot".to_owned()),
        at: Duration::from_secs(seconds),
    }
}

fn mark(shown: Shown) -> Mark {
    Mark {
        written: moment(100),
        written_at: second(1000),
        shown,
    }
}

fn tenant() -> Tenant {
    let mut world = testing::World::new();
    world.live("a", &testing::definition("Acme", "https://a"));
    world.live_instance("i", "a", "smith");
    let live = world.tenant.instances.items.last_mut().unwrap();
    live.updated_at = Some(second(500));
    live.last_deployed_at = Some(second(400));
    world.tenant
}

fn instance(updated: i64, deployed: i64, version: &str) -> Shown {
    Shown::Instance {
        id: InstanceId::new("i"),
        updated_at: Some(second(updated)),
        version: Some(VersionId::new(version)),
        enabled: Some(true),
        last_deployed_at: Some(second(deployed)),
    }
}

#[test]
fn a_reading_honours_what_is_as_new_as_the_reply_or_newer() {
    let tenant = tenant();
    for (shown, expected) in [
        (instance(500, 400, "a-v1"), Honoured::Yes),
        (instance(499, 400, "other"), Honoured::Yes),
        (instance(501, 400, "a-v1"), Honoured::No),
        // The time did not move and the fields are old.
        (instance(500, 400, "a-v2"), Honoured::No),
        (instance(400, 401, "a-v1"), Honoured::No),
    ] {
        let mark = mark(shown);
        assert_eq!(mark.honoured_by(&tenant), expected, "{mark:?}");
    }
}

#[test]
fn what_is_missing_is_old_only_where_the_list_is_whole() {
    let mut tenant = tenant();
    let made = mark(Shown::Integration {
        id: IntegrationId::new("b"),
    });
    assert_eq!(made.honoured_by(&tenant), Honoured::No);
    tenant.integrations.incomplete = Some("a page is missing".into());
    assert_eq!(made.honoured_by(&tenant), Honoured::Unread);
    let version = |number| {
        let integration = IntegrationId::new("a");
        mark(Shown::Version {
            integration,
            number,
        })
    };
    assert_eq!(version(1).honoured_by(&tenant), Honoured::Yes);
    assert_eq!(version(2).honoured_by(&tenant), Honoured::No);
    let gone = mark(Shown::InstanceGone {
        id: InstanceId::new("i"),
    });
    assert_eq!(gone.honoured_by(&tenant), Honoured::No);
    tenant.instances = Listing::complete(Vec::new());
    assert_eq!(gone.honoured_by(&tenant), Honoured::Yes);
}

#[test]
fn a_marker_that_was_put_back_has_to_show_where_the_integration_does() {
    let mut tenant = tenant();
    let of = |id: &str| {
        let id = IntegrationId::new(id);
        let marker = "gitops:p/acme".to_owned();
        mark(Shown::Marked { id, marker })
    };
    assert_eq!(of("a").honoured_by(&tenant), Honoured::No);
    assert_eq!(of("gone").honoured_by(&tenant), Honoured::Yes);
    tenant.integrations.items[0].labels = vec!["gitops:p/acme".to_owned()];
    assert_eq!(of("a").honoured_by(&tenant), Honoured::Yes);
}

#[test]
fn a_mark_outlives_its_first_reading_and_not_everything() {
    let terms = Terms::of(Duration::ZERO, SETTLE);
    let mark = mark(instance(500, 400, "a-v1"));
    let spent = |seconds| mark.is_spent(terms, &moment(seconds), second(0));
    assert!(!spent(120) && spent(121), "twice the time of settling");
    let elsewhere = Moment {
        boot: Some("other".to_owned()),
        at: Duration::ZERO,
    };
    assert!(!mark.is_spent(terms, &elsewhere, second(1020)));
    assert!(mark.is_spent(terms, &elsewhere, second(1021)));
}
