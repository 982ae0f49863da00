//! Connections: before what uses them, one write for each value, and deleted only when nothing is bound to them.

use super::*;
use crate::diff::testing::{inputs, name, shown, unread};
use crate::model::{ConnectionValueId, Health, Observed};
use crate::plan::{adoptions, release};

const SHARED: &str = "- key: ERP\n  dataType: connection\n- key: Mail\n  dataType: connection\n  useScopedConfigVar: mail\n";

/// An integration that uses `mail`, an instance of it that is bound to `erp`, and neither is there.
fn onboarding() -> World {
    let text = acme().replace("flows:", &format!("{SHARED}flows:"));
    let mut world = World::new();
    world.declare("acme", &text);
    world
        .declare_instance("shop", "acme", "smith")
        .set("Endpoint", scalar("https://e"))
        .set("ERP", ConfigValue::SharedConnection(name("erp")));
    let erp = world.declare_connection("erp");
    erp.inputs = inputs(&[("host", "a")]);
    erp.value_for("smith", &[("user", "smith")]);
    world.declare_connection("mail").scope = crate::model::ConnectionScope::Organization;
    world
}

#[test]
fn connections_come_before_what_uses_them() {
    let plan = plan(&onboarding());
    let place = |address: &str, what: &str| {
        let mut steps = plan.steps.iter();
        let found = steps.find(|it| it.address.to_string() == address && operation(it) == what);
        found.unwrap_or_else(|| panic!("no {what} of {address}:\n{}", steps_of(&plan)))
    };
    let value = place("Connection/erp", "CreateValue");
    assert_eq!(value.after, [place("Connection/erp", "Create").id]);
    // What a definition names has to be there when it is imported.
    let mail = place("Connection/mail", "Create").id;
    assert!(place("Integration/acme", "Import").after.contains(&mail));
    assert!(!place("Integration/acme", "Create").after.contains(&mail));
    assert!(place("Instance/shop", "Create").after.contains(&value.id));
    assert_eq!(plan.summary.create, 4);
}

fn steps_of(plan: &Plan) -> String {
    steps(plan)
}

/// Both are there, `erp` is bound to, and one input differs.
fn rotated() -> World {
    let mut world = World::new();
    let erp = world.declare_connection("erp");
    erp.value_for("smith", &[("user", "new")]);
    let live = world.live_connection("s1", "erp");
    live.labels = vec!["gitops:p/erp".to_owned()];
    live.holds_for("v1", "smith", &[("user", "old"), ("path", "/in")]);
    world
}

#[test]
fn one_value_is_one_write_that_asks_for_deploys_only_where_that_is_declared() {
    let mut world = rotated();
    let first = plan(&world);
    assert_eq!(steps(&first), "0 Connection/erp UpdateValue");
    assert_eq!(first.steps[0].action, Action::Configure);
    assert_eq!(first.resources[0].reason, "differs");
    let shown = format!("{:?}", first.steps[0].operation);
    assert!(shown.contains("redeploy: false"), "{shown}");
    world.desired.connections[0].redeploy = true;
    let second = plan(&world);
    let shown = format!("{:?}", second.steps[0].operation);
    assert!(shown.contains("redeploy: true"), "{shown}");
    assert_ne!(first.digest, second.digest, "it does something else");
}

fn pruning(allow: bool) -> Context {
    Context {
        policy: Policy {
            prune: PrunePolicy::Delete,
            ..Policy::default()
        },
        allow_delete: allow,
        ..context()
    }
}

#[test]
fn what_may_be_bound_to_is_never_deleted() {
    let base = || {
        let mut world = in_step();
        world.declare_connection("mail");
        let mail = world.live_connection("s0", "mail");
        mail.labels = vec!["gitops:p/mail".to_owned()];
        let live = world.live_connection("s1", "erp");
        live.labels = vec!["gitops:p/erp".to_owned()];
        live.holds_for("v1", "smith", &[]);
        world
    };
    let reason = |arrange: Arrange, context: &Context| {
        let mut world = base();
        arrange(&mut world);
        let plan = world.with(|inputs, changes| build(inputs, changes, context));
        let erp = plan.resources.iter().find(|it| it.orphan).unwrap();
        let deletes = plan.steps.iter().any(|it| it.action == Action::Delete);
        (deletes, erp.reason.clone())
    };
    let (deletes, why) = reason(|_| {}, &pruning(true));
    assert!(deletes, "{why}");
    let kept: &[(Arrange, Context, &str)] = &[
        (|_| {}, context(), "the policy is `prune: orphan`"),
        (|_| {}, pruning(false), "deleting needs --allow-delete"),
        (
            |w| w.tenant.connections.as_mut().unwrap().items[1].in_use = true,
            pruning(true),
            "Prismatic says that it is in use",
        ),
        (
            |w| {
                w.tenant.connections.as_mut().unwrap().items[1]
                    .values
                    .incomplete = unread();
            },
            pruning(true),
            "what is bound to it could not be read to its end",
        ),
        (
            |w| w.tenant.instances.items[0].config = Observed::Unknown("busy".into()),
            pruning(true),
            "what is bound to it could not be read to its end",
        ),
        (
            |w| {
                let Observed::Known(config) = &mut w.tenant.instances.items[0].config else {
                    panic!("it is known");
                };
                let value = Some(ConnectionValueId::new("v1"));
                config.get_mut("Endpoint").unwrap().bound = value;
            },
            pruning(true),
            "instances are bound to it",
        ),
        (
            |w| {
                let text = acme().replace(
                    "flows:",
                    "- key: ERP\n  dataType: connection\n  useScopedConfigVar: erp\nflows:",
                );
                w.desired.integrations[0].definition.text = text.into();
            },
            pruning(true),
            "a definition of this project uses it",
        ),
    ];
    for (arrange, context, expected) in kept {
        let (deletes, why) = reason(*arrange, context);
        assert!(!deletes && why.contains(expected), "{expected}: {why}");
    }
}

#[test]
fn a_marker_is_put_on_and_taken_off_behind_the_text() {
    let mut world = World::new();
    world.declare_connection("erp").adopt = crate::diff::testing::adopt_id("s1");
    let live = world.live_connection("s1", "erp");
    "Shared".clone_into(&mut live.text);
    live.inputs = shown(&[("host", "a")]);
    let plan = world.with(|inputs, changes| adoptions(inputs, changes, &context()));
    let operation = |plan: &Plan| format!("{:?}", plan.steps[0].operation);
    let put = operation(&plan);
    assert!(
        put.contains(r#"description: Some("Shared [gitops:p/erp]"), inputs: None"#),
        "{put}"
    );
    world.tenant.connections.as_mut().unwrap().items[0].labels = vec!["gitops:p/erp".to_owned()];
    let address = [crate::model::Address::connection(name("erp"))];
    let plan = release(&world.tenant, &name("p"), &address, &context()).unwrap();
    let off = operation(&plan);
    assert!(off.contains(r#"description: Some("Shared")"#), "{off}");
}

#[test]
fn a_blocked_connection_blocks_what_is_bound_to_it() {
    let mut world = onboarding();
    world.live_connection("s1", "erp");
    let plan = plan(&world);
    let blocked = plan
        .resources
        .iter()
        .filter(|it| it.health == Health::Blocked);
    let blocked: Vec<_> = blocked.map(|it| it.address.to_string()).collect();
    assert_eq!(blocked, ["Connection/erp", "Instance/shop"]);
}
