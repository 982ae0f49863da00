//! How the work grows with the tenant: counted, so that no clock and no machine matters.

use crate::diff::testing::{Configured as _, Valued as _, World, definition, scalar};
use crate::model::Observed;
use crate::model::tally::looks;
use crate::plan::tests::context;
use crate::plan::{Context, PlannedResource, adoptions, build};

/// As many instances, one integration for twenty, all of them ours unless they are to be adopted.
fn world(count: usize, adopt: bool) -> World {
    let mut world = World::new();
    world.adopt = adopt;
    for number in 0..count / 20 {
        let key = format!("feed-{number}");
        let text = definition(&format!("Feed {number}"), "https://x");
        world.declare(&key, &text);
        let live = world.live(&format!("i{number}"), &text);
        if !adopt {
            live.labels = vec![format!("gitops:p/{key}")];
        }
    }
    for number in 0..count {
        let feed = number % (count / 20);
        let key = format!("shop-{number}");
        world
            .declare_instance(&key, &format!("feed-{feed}"), "smith")
            .set("Endpoint", scalar("https://e"));
        let live = world.live_instance(&key, &format!("i{feed}"), "smith");
        live.holds("Endpoint", "https://e");
        if !adopt {
            live.labels = vec![format!("gitops:p/{key}")];
        }
    }
    world
}

/// Looks at names and ids for comparing and planning, for each instance.
fn each(count: usize, adopt: bool) -> f64 {
    let world = world(count, adopt);
    let looks = looks(|| {
        let plan = world.with(|inputs, changes| {
            let make = if adopt { adoptions } else { build };
            make(inputs, changes, &context())
        });
        let expected = if adopt { count + count / 20 } else { 0 };
        assert_eq!(plan.steps.len(), expected);
    });
    looks as f64 / count as f64
}

/// The same for a plan that may not touch the integrations, which all changed: every instance waits.
fn each_waiting(count: usize) -> f64 {
    let mut world = world(count, false);
    for (number, live) in world.tenant.integrations.items.iter_mut().enumerate() {
        let text = definition(&format!("Feed {number}"), "https://y");
        live.definition = Observed::Known(text.into());
    }
    let only = (0..count).map(|number| format!("Instance/shop-{number}"));
    let context = Context {
        only: Some(only.collect()),
        part: Default::default(),
        ..context()
    };
    let looks = looks(|| {
        let plan = world.with(|inputs, changes| build(inputs, changes, &context));
        assert_eq!((plan.later.len(), plan.steps.len()), (count / 20, 0));
        let waits = |one: &PlannedResource| one.reason.contains("this plan leaves alone");
        assert_eq!(
            plan.resources.iter().filter(|one| waits(one)).count(),
            count
        );
    });
    looks as f64 / count as f64
}

/// The same for instances of which none exists yet.
fn each_new(count: usize) -> f64 {
    let mut world = world(count, false);
    world.tenant.instances.items.clear();
    let looks = looks(|| {
        let plan = world.with(|inputs, changes| build(inputs, changes, &context()));
        assert_eq!(plan.summary.create, count as u64);
    });
    looks as f64 / count as f64
}

/// Sorted collections look once more for each doubling; anything that looks at
/// everything for each thing would be far above.
fn demand_linear(what: &str, each: impl Fn(usize) -> f64) {
    let (once, twice) = (each(1_000), each(2_000));
    assert!(
        twice < once * 1.15,
        "{what}: {once:.1} looks for each of 1,000 instances, {twice:.1} of 2,000"
    );
}

#[test]
fn twice_as_many_instances_are_about_twice_the_work() {
    demand_linear("nothing to do", |count| each(count, false));
    demand_linear("adoption", |count| each(count, true));
    demand_linear("everything waits", each_waiting);
    demand_linear("everything is new", each_new);
}
