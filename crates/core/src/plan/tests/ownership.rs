//! Adoption and orphans.

use super::*;

#[test]
fn orphans_are_reported_and_left_alone() {
    let mut world = in_step();
    world.desired.instances.clear();
    let plan = plan(&world);
    assert!(plan.is_empty());
    assert_snapshot!(human(&plan, HumanOptions::default()), @"
    ? Instance/shop for Smith Hardware: no manifest declares it any more; kept: the policy is `prune: orphan`
        hint: declare it again, or take its marker off with `prism-gitops release`

    No changes. The tenant matches the manifests.
    Orphaned: 1 object with this project's marker and no manifest.
    ");
}

#[test]
fn orphans_are_pruned_only_where_everything_allows_it() {
    let pruned = |prune: PrunePolicy, allow_delete: bool, arrange: fn(&mut World)| {
        let mut world = in_step();
        world.desired.instances.clear();
        arrange(&mut world);
        let policy = Policy {
            prune,
            ..Policy::default()
        };
        let context = Context {
            policy,
            allow_delete,
            ..context()
        };
        let plan = world.with(|inputs, changes| build(inputs, changes, &context));
        let orphan = plan
            .resources
            .iter()
            .find(|resource| resource.orphan)
            .unwrap();
        match orphan.actions.as_slice() {
            [] => orphan.reason.rsplit("kept: ").next().unwrap().to_owned(),
            actions => format!("{actions:?}"),
        }
    };
    let keep = |_: &mut World| {};
    assert_eq!(
        pruned(PrunePolicy::Orphan, true, keep),
        "the policy is `prune: orphan`"
    );
    assert_eq!(pruned(PrunePolicy::Disable, false, keep), "[Disable]");
    assert_eq!(
        pruned(PrunePolicy::Delete, false, keep),
        "deleting needs --allow-delete"
    );
    assert_eq!(pruned(PrunePolicy::Delete, true, keep), "[Delete]");
    let unread = |w: &mut World| w.tenant.instances.incomplete = Some("HTTP 502".into());
    assert_eq!(
        pruned(PrunePolicy::Delete, true, unread),
        "not all instances could be read"
    );
    let protect = |w: &mut World| {
        w.tenant.instances.items[0]
            .labels
            .push("gitops:protect".into());
    };
    assert_eq!(
        pruned(PrunePolicy::Delete, true, protect),
        "it is protected by its label"
    );
    let empty = |w: &mut World| {
        w.desired.integrations.clear();
        w.tenant.integrations.items.clear();
    };
    assert_eq!(
        pruned(PrunePolicy::Delete, true, empty),
        "the files declare nothing at all"
    );
}

#[test]
fn adoption_alone_is_no_change() {
    let mut world = in_step();
    world.tenant.integrations.items[0].labels.clear();
    world.tenant.instances.items[0].labels.clear();
    world.desired.integrations[0].adopt = adopt_name("Acme ERP");
    world.desired.instances[0].adopt = adopt_name("shop");
    let plan = plan(&world);
    assert!(!plan.has_changes() && !plan.is_empty());
    assert_eq!((plan.summary.adopt, plan.impact.instances), (2, 0));
    assert!(summary_line(&plan).starts_with("Plan: 2 to adopt, 0 to create"));
    let actions: BTreeSet<Action> = plan.steps.iter().map(|step| step.action).collect();
    assert_eq!(actions, BTreeSet::from([Action::Adopt]));
}
