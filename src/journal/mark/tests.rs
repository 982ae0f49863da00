use super::*;
use crate::diff::testing;
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
    world.live_integration("a", "acme");
    world.live_instance("i", "a", "cust-1");
    let live = world.tenant.instances.items.last_mut().unwrap();
    live.updated_at = Some(second(500));
    live.last_deployed_at = Some(second(400));
    world.tenant
}
