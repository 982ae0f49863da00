//! What a person put on hold is in no step of any plan, and how it differs is.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{acme, context, operation};
use crate::diff::Admissions;
use crate::diff::testing::{
    Configured as _, Valued as _, World, adopt_id, definition, name, scalar,
};
use crate::model::{Address, CustomerRef, InstanceState, Kind, LiveHold, PrunePolicy};
use crate::plan::render::{HumanOptions, human, json, markdown, summary_line};
use crate::plan::{
    Context, Fate, HoldNote, Part, Plan, Reviewed, Twin, Twins, adoptions, build, dedupe, migrate,
    recheck, release,
};
use crate::rollout::{Derived, Phase};

const NOON: &str = "2026-11-30T12:00:00Z";
const HOLD: &str = "gitops:hold=2026-11-30T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn before_noon() -> Context {
    Context {
        server_now: Some(at("2026-11-30T11:00:00Z")),
        ..context()
    }
}

fn planned(world: &World, context: &Context) -> Plan {
    world.with(|inputs, changes| build(inputs, changes, context))
}

/// An integration that is ours and in step, and nothing else.
fn base() -> World {
    let mut world = World::new();
    world.declare("acme", &acme());
    world.live("i1", &acme()).labels = vec!["gitops:p/acme".to_owned()];
    world
}

/// `smith` and `jones` are ours and both differ in a value; `acme` is in step.
fn drifted() -> World {
    let mut world = base();
    for key in ["smith", "jones"] {
        let live = world.live_instance(&format!("n-{key}"), "i1", key);
        live.labels = vec![format!("gitops:p/{key}")];
        live.name = key.to_owned();
        live.holds("Endpoint", "https://old");
        world
            .declare_instance(key, "acme", key)
            .set("Endpoint", scalar("https://a"));
    }
    world
}

fn hold(world: &mut World, id: &str, label: &str) {
    let mut all = world.tenant.instances.items.iter_mut();
    let live = all.find(|it| it.id.as_str() == id).unwrap();
    live.labels.push(label.to_owned());
}

/// Whom the steps are for.
fn written(plan: &Plan) -> Vec<String> {
    let all: BTreeSet<String> = (plan.steps.iter())
        .map(|step| format!("{} {}", step.address, operation(step)))
        .collect();
    all.into_iter().collect()
}

#[test]
fn what_is_on_hold_is_not_written_and_its_difference_is_shown() {
    let mut world = drifted();
    hold(&mut world, "n-smith", HOLD);
    let mut plan = planned(&world, &before_noon());
    assert_eq!(
        written(&plan),
        ["Instance/jones Configure", "Instance/jones Deploy"]
    );
    let note = HoldNote {
        until: at(NOON),
        text: "incident 4711, alice".to_owned(),
    };
    plan.note_holds(&[(Address::instance(name("smith")), note)].into());
    let text = human(&plan, HumanOptions::default());
    for line in [
        "! Instance/smith for Smith Hardware: held until 2026-11-30T12:00:00Z (incident 4711, alice); differs",
        "    config \"Endpoint\"  https://old → https://a",
        "~ Instance/jones for Jones Logistics: configure, deploy",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(text.contains(" 0 pending, 1 held."), "{text}");
    let text = markdown(&plan);
    assert!(
        text.contains("| `!` | held | `Instance/smith` for Smith Hardware | held until"),
        "{text}"
    );
    assert!(text.contains("incident 4711, alice"), "{text}");
    let document = json(&plan, None);
    let smith = &document["resources"][2];
    assert_eq!(smith["address"], "Instance/smith");
    assert_eq!(smith["held"]["until"], NOON);
    assert_eq!(smith["held"]["reason"], "incident 4711, alice");
    assert_eq!(smith["actions"], serde_json::json!([]));
    assert_eq!(smith["changes"][0]["after"], "https://a");
    assert_eq!(document["summary"]["held"], 1);
    assert_eq!(document["resources"][1].get("held"), None);
    assert!(plan.has_leftovers());
}

#[test]
fn a_reason_belongs_to_its_own_hold() {
    let mut world = drifted();
    hold(&mut world, "n-smith", HOLD);
    let mut plan = planned(&world, &before_noon());
    let note = HoldNote {
        until: at("2026-11-29T12:00:00Z"),
        text: "another incident".to_owned(),
    };
    plan.note_holds(&[(Address::instance(name("smith")), note)].into());
    let smith = plan.resources.iter().find(|it| it.on_hold.is_some());
    assert_eq!(
        smith.unwrap().why(),
        "held until 2026-11-30T12:00:00Z; differs"
    );
}

#[test]
fn it_ends_by_itself_and_its_label_goes_with_the_next_write_of_labels() {
    let mut world = drifted();
    hold(&mut world, "n-smith", HOLD);
    for (now, writes_smith) in [
        (Some("2026-11-30T11:59:59Z"), false),
        (Some(NOON), true),
        (None, false),
    ] {
        let context = Context {
            server_now: now.map(at),
            ..context()
        };
        let plan = planned(&world, &context);
        let smith = written(&plan).iter().any(|it| it.contains("smith"));
        assert_eq!(smith, writes_smith, "{now:?}");
    }
    // Nothing but the old label: no write for its sake.
    let after = Context {
        server_now: Some(at(NOON)),
        ..context()
    };
    let mut calm = base();
    calm.declare_instance("smith", "acme", "smith");
    let live = calm.live_instance("n-smith", "i1", "smith");
    live.labels = vec!["gitops:p/smith".to_owned(), HOLD.to_owned()];
    live.name = "smith".to_owned();
    live.holds("Endpoint", "https://e");
    assert!(planned(&calm, &after).is_empty());
    // Where labels are written anyhow it goes; one in force, of another time, does not.
    calm.desired.instances[0].labels = Some(vec!["paid".to_owned()]);
    let set = format!("{:?}", planned(&calm, &after).steps[0].operation);
    let expected = r#"labels: Some(["gitops:p/smith", "paid"])"#;
    assert!(set.contains(expected), "{set}");
}

#[test]
fn holds_of_every_kind_and_every_way_to_be_written() {
    let both = |plan: &Plan| (written(plan).join("\n"), plan.summary.held);
    // A prune, a switch, an upgrade and its deploy, a customer's details.
    let mut world = drifted();
    world.desired.project.policy.prune = PrunePolicy::Disable;
    world.desired.instances.remove(1);
    hold(&mut world, "n-jones", HOLD);
    let mut context = before_noon();
    context.policy.prune = PrunePolicy::Disable;
    let (steps, held) = both(&planned(&world, &context));
    assert!(!steps.contains("jones") && held == 1, "{steps}");
    world.tenant.instances.items[1].labels.pop();
    assert!(
        both(&planned(&world, &context))
            .0
            .contains("Instance/jones Switch")
    );

    let mut world = drifted();
    world.desired.instances[0].state = InstanceState::Disabled;
    hold(&mut world, "n-smith", "gitops:hold=next week");
    assert!(!both(&planned(&world, &context)).0.contains("smith"));

    let mut world = base();
    world.declare_customer("smith", "smith").labels = Some(vec!["paid".to_owned()]);
    let live = world.live_customer("c-smith", "smith");
    live.customer.external_id = Some("smith".to_owned());
    live.labels = vec!["gitops:p/smith".to_owned(), HOLD.to_owned()];
    assert_eq!(both(&planned(&world, &context)), (String::new(), 1));
}

#[test]
fn what_waits_for_something_on_hold_is_held_with_it() {
    let mut world = drifted();
    world.desired.integrations[0].definition.text = definition("Acme ERP", "https://new").into();
    world.tenant.integrations.items[0]
        .labels
        .push(HOLD.to_owned());
    let plan = planned(&world, &before_noon());
    let text = human(&plan, HumanOptions::default());
    for part in [
        "! Integration/acme \"Acme ERP\": held until 2026-11-30T12:00:00Z; ",
        "! Instance/smith for Smith Hardware: waits for Integration/acme, held until 2026-11-30T12:00:00Z; ",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(plan.is_empty());
    assert_eq!(plan.summary.held, 3);
    // Not even a part of the plan gets around it.
    let part = Part {
        targets: vec!["Instance/smith".to_owned()],
        ..Part::default()
    };
    let context = Context {
        part,
        ..before_noon()
    };
    let plan = planned(&world, &context);
    assert!(plan.is_empty());
    assert_eq!(plan.summary.held, 2);
}

/// A hold on an integration leaves its definition alone. What its own rollout takes back is taken back all the same: else the
/// members that went back would be moved again.
#[test]
fn a_hold_does_not_stop_the_way_back_of_a_rollout() {
    let mut world = drifted();
    world.desired.integrations[0].definition.text = definition("Acme ERP", "https://new").into();
    let number = world.tenant.integrations.items[0].versions.items[0].number;
    world.tenant.integrations.items[0]
        .labels
        .push(HOLD.to_owned());
    let steps = |world: &World| {
        let plan = planned(world, &before_noon());
        let own = plan
            .steps
            .iter()
            .filter(|it| it.address.kind == Kind::Integration);
        let own = own.map(operation).collect::<Vec<_>>().join(" ");
        (own, plan)
    };
    assert_eq!(steps(&world).0, "");
    let mut derived = Derived::new(Some(number), None, Phase::GoingBack, "2 members fail");
    derived.withdraw = Some(number);
    let mut admissions = Admissions::default();
    admissions.take_in(&name("acme"), &derived);
    world.admissions = Some(admissions);
    let (own, plan) = steps(&world);
    assert_eq!(own, "SetAvailability", "nothing else of it");
    let acme = plan
        .resources
        .iter()
        .find(|it| it.address.kind == Kind::Integration);
    assert_eq!(
        acme.unwrap().why(),
        "held until 2026-11-30T12:00:00Z; its version is withdrawn all the same: a hold does not stop the way back \
         of a rollout"
    );
    // What is pending of a hold waits in a daemon as well.
    assert!(!acme.unwrap().on_hold.as_ref().unwrap().pending);
}

#[test]
fn nothing_on_hold_is_adopted_released_migrated_or_removed_as_a_double() {
    let mut world = base();
    world.declare_instance("smith", "acme", "smith").adopt = adopt_id("n1");
    let live = world.live_instance("n1", "i1", "smith");
    live.holds("Endpoint", "https://e");
    live.labels = vec![HOLD.to_owned()];
    let context = before_noon();
    for plan in [
        world.with(|inputs, changes| adoptions(inputs, changes, &context)),
        planned(&world, &context),
    ] {
        assert!(!written(&plan).iter().any(|it| it.contains("smith")));
        assert_eq!(plan.summary.held, 1);
    }
    world.tenant.instances.items[0]
        .labels
        .push("gitops:p/smith".to_owned());
    let address = Address::instance(name("smith"));
    let project = name("p");
    let released = release(
        &world.tenant,
        &project,
        std::slice::from_ref(&address),
        &context,
    )
    .unwrap();
    assert!(released.is_empty() && released.summary.held == 1);
    let moved = migrate(&world.tenant, (&project, &name("q")), &context).unwrap();
    assert_eq!(written(&moved), ["Integration/acme Update"]);
    let twin = |id: &str, labels: &[&str]| Twin {
        id: id.to_owned(),
        name: id.to_owned(),
        customer: None,
        created_at: Some(at("2026-11-30T10:00:00Z")),
        in_use: Some(false),
        executed: Some(false),
        labels: labels.iter().map(ToString::to_string).collect(),
    };
    let twins = vec![
        twin("a", &["gitops:p/smith"]),
        twin("b", &["gitops:p/smith", HOLD]),
    ];
    let marker = crate::model::Marker::parse("gitops:p/smith").unwrap();
    let all = vec![Twins {
        address,
        marker,
        twins,
    }];
    let fates = dedupe(all, context.server_now, &BTreeSet::from(["b".to_owned()]));
    assert_eq!(fates[0].twins[1].1, Fate::Left("it is on hold"));
}

#[test]
fn a_hold_is_no_drift_of_labels_and_survives_their_reconciliation() {
    let mut world = drifted();
    world.desired.instances[0].labels = Some(vec!["paid".to_owned()]);
    hold(&mut world, "n-smith", "paid");
    hold(&mut world, "n-smith", HOLD);
    let plan = planned(&world, &before_noon());
    let smith = plan
        .resources
        .iter()
        .find(|it| it.on_hold.is_some())
        .unwrap();
    assert!(
        !smith.changes.iter().any(|it| it.path.as_str() == "labels"),
        "{:?}",
        smith.changes
    );
    let adopted = world.with(|inputs, changes| adoptions(inputs, changes, &before_noon()));
    assert!(adopted.is_empty());
    assert!(LiveHold::is(HOLD));
}

#[test]
fn a_reviewed_plan_is_stale_once_something_of_it_is_on_hold() {
    let mut world = drifted();
    let reviewed = Reviewed::from(&planned(&world, &before_noon()));
    hold(&mut world, "n-smith", HOLD);
    let only = Some(reviewed.addresses());
    let fresh = planned(
        &world,
        &Context {
            only,
            ..before_noon()
        },
    );
    let moved = recheck(&reviewed, &fresh).unwrap_err();
    let shown: Vec<String> = moved.iter().map(ToString::to_string).collect();
    let expected = r#"Instance/smith: the plan for it was "configure, deploy", is "held until 2026-11-30T12:00:00Z; differs""#;
    assert!(shown.join("\n").contains(expected), "{shown:?}");
}

#[test]
fn many_on_hold_are_few_lines() {
    let mut world = base();
    for n in 0..200 {
        let key = format!("m{n}");
        let live = world.live_instance(&format!("n{n}"), "i1", "smith");
        live.labels = vec![format!("gitops:p/{key}"), HOLD.to_owned()];
        live.name.clone_from(&key);
        live.holds("Endpoint", "https://old");
        let declared = world.declare_instance(&key, "acme", "smith");
        declared.customer = CustomerRef::ExternalId("smith".to_owned());
        declared.set("Endpoint", scalar("https://a"));
    }
    let plan = planned(&world, &before_noon());
    assert_eq!(plan.summary.held, 200);
    let text = human(&plan, HumanOptions::default());
    assert!(text.lines().count() < 12, "{text}");
    let line = summary_line(&plan);
    assert!(
        line.ends_with("1 unchanged, 0 blocked, 0 pending, 200 held."),
        "{line}"
    );
}
