//! Holds for every world: the plan does not depend on the order of inputs, and contains nothing foreign.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::{Instance, InstanceId};

/// The state of one instance, on either side.
#[derive(Debug, Clone, Copy)]
struct Fate {
    declared: bool,
    live: bool,
    /// Its marker: ours, another project's, or none.
    marker: Option<&'static str>,
    enabled: bool,
    endpoint: &'static str,
    deploy_due: bool,
}

fn fate() -> impl Strategy<Value = Fate> {
    let marker = select(vec![None, Some("p"), Some("p"), Some("q")]);
    let endpoint = select(vec!["https://e", "https://old"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, marker, endpoint).prop_map(
        |((declared, live, enabled, deploy_due), marker, endpoint)| Fate {
            declared,
            live,
            marker,
            enabled,
            endpoint,
            deploy_due,
        },
    )
}

fn world_of(fates: &[Fate]) -> World {
    let mut world = in_step();
    world.desired.instances.clear();
    let template = world.tenant.instances.items.remove(0);
    for (index, fate) in fates.iter().enumerate() {
        let key = format!("n{index}");
        if fate.declared {
            world
                .declare_instance(&key, "acme", ["smith", "jones"][index % 2])
                .set("Endpoint", scalar("https://e"));
        }
        if fate.live {
            let live = live(&template, &key, *fate, &world, index);
            world.tenant.instances.items.push(live);
        }
    }
    world
}

fn live(template: &Instance, key: &str, fate: Fate, world: &World, index: usize) -> Instance {
    let customer = crate::model::CustomerRef::ExternalId(["smith", "jones"][index % 2].to_owned());
    let mut live = Instance {
        id: InstanceId::new(format!("id-{key}")),
        name: key.to_owned(),
        labels: fate
            .marker
            .map(|it| format!("gitops:{it}/{key}"))
            .into_iter()
            .collect(),
        enabled: fate.enabled,
        needs_deploy: fate.deploy_due,
        customer: world.tenant.customers[&customer].items[0].clone(),
        ..template.clone()
    };
    live.holds("Endpoint", fate.endpoint);
    live
}

fn about(prune: PrunePolicy) -> Context {
    let mut context = context();
    context.policy.prune = prune;
    context.allow_delete = true;
    context
}

fn made(world: &World, prune: PrunePolicy) -> Plan {
    world.with(|inputs, changes| build(inputs, changes, &about(prune)))
}

/// Everything that a plan says and does.
fn bytes(plan: &Plan) -> String {
    let all = HumanOptions {
        color: false,
        all: true,
        verbose: true,
    };
    let (json, human, markdown) = (json(plan, None), human(plan, all), markdown(plan));
    format!("{json}\n{human}\n{markdown}\n{:?}", plan.digest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn order_never_matters(
        fates in prop::collection::vec(fate(), 0..8),
        prune in select(vec![PrunePolicy::Orphan, PrunePolicy::Disable, PrunePolicy::Delete]),
        turn in 0_usize..8,
    ) {
        let world = world_of(&fates);
        let first = made(&world, prune);
        prop_assert_eq!(bytes(&first), bytes(&made(&world, prune)), "the same input");
        let mut other = world_of(&fates);
        let (files, pages) = (&mut other.desired.instances, &mut other.tenant.instances.items);
        let (file, page) = (turn % files.len().max(1), turn % pages.len().max(1));
        files.rotate_left(file);
        files.reverse();
        pages.rotate_left(page);
        pages.reverse();
        prop_assert_eq!(bytes(&first), bytes(&made(&other, prune)), "another order");
    }

    #[test]
    fn what_is_not_ours_is_never_written(
        fates in prop::collection::vec(fate(), 0..8),
        prune in select(vec![PrunePolicy::Orphan, PrunePolicy::Disable, PrunePolicy::Delete]),
    ) {
        let plan = made(&world_of(&fates), prune);
        for (index, fate) in fates.iter().enumerate() {
            if fate.live && fate.marker != Some("p") {
                let id = format!("InstanceId(\"id-n{index}\")");
                let touched = |step: &&Step| format!("{:?}", step.operation).contains(&id);
                prop_assert!(!plan.steps.iter().any(|step| touched(&step)), "{:?}", plan.steps);
            }
        }
    }
}
