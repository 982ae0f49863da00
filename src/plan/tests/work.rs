//! How the work grows with the tenant: counted, so that no clock and no machine matters.

use crate::diff::testing::{World, definition};
use crate::model::tally::looks;
use crate::plan::tests::context;
use crate::plan::{adoptions, build};

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
        world.declare_instance(&key, &format!("feed-{feed}"), "smith");
        let live = world.live_instance(&key, &format!("i{feed}"), "smith");
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

#[test]
fn twice_as_many_instances_are_about_twice_the_work() {
    for adopt in [false, true] {
        let (once, twice) = (each(2_000, adopt), each(4_000, adopt));
        // Sorted collections look once more for each doubling; anything that looks at
        // everything for each thing would be far above.
        assert!(
            twice < once * 1.15,
            "{once:.1} looks for each of 2,000 instances, {twice:.1} of 4,000 (adoption: {adopt})"
        );
    }
}
