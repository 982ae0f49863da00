//! What voids a reviewed plan, and what does not.

use insta::assert_snapshot;

use super::*;
use crate::diff::testing::{Configured as _, Valued as _, World, scalar};
use crate::model::{InstanceState, Observed, PrunePolicy, Secret, SecretRef};
use crate::plan::render::json;
use crate::plan::tests::{acme, context, in_step};
use crate::plan::{Context, build};

/// Two instances out of step, one to be made, one that matches, and an orphan to be switched off.
fn world() -> World {
    let mut world = in_step();
    for key in ["drifted", "quiet", "gone"] {
        let live = world.live_instance(&format!("n-{key}"), "i1", "jones");
        live.labels = vec![format!("gitops:p/{key}")];
        live.name = key.to_owned();
        live.holds("Endpoint", "https://e");
        if key != "gone" {
            world
                .declare_instance(key, "acme", "jones")
                .set("Endpoint", scalar("https://e"));
        }
    }
    world
        .declare_instance("new", "acme", "smith")
        .set("Endpoint", scalar("https://e"));
    instance(&mut world, "n1").holds("Endpoint", "https://old");
    instance(&mut world, "n-drifted").description = "by hand".to_owned();
    world.desired.instances[1].description = Some("from git".to_owned());
    world
}

fn instance<'a>(world: &'a mut World, id: &str) -> &'a mut crate::model::Instance {
    let live = &mut world.tenant.instances.items;
    live.iter_mut().find(|it| it.id.as_str() == id).unwrap()
}

fn about() -> Context {
    let mut context = context();
    context.policy.prune = PrunePolicy::Disable;
    context
}

fn plan_of(world: &World, context: &Context) -> Plan {
    world.with(|inputs, changes| build(inputs, changes, context))
}

/// A plan that was saved and read back.
fn saved(world: &World) -> Reviewed {
    let text = json(&plan_of(world, &about()), None).to_string();
    let reviewed: Reviewed = serde_json::from_str(&text).unwrap();
    reviewed.fit().unwrap();
    reviewed
}

/// The plan made anew after something happened, and what moved.
fn after(happens: impl FnOnce(&mut World, &mut Context)) -> (Plan, String) {
    let mut world = world();
    let reviewed = saved(&world);
    let mut context = Context {
        only: Some(reviewed.addresses()),
        part: Default::default(),
        ..about()
    };
    happens(&mut world, &mut context);
    let fresh = plan_of(&world, &context);
    let moved = recheck(&reviewed, &fresh).err().unwrap_or_default();
    let lines: Vec<String> = moved
        .iter()
        .map(|it| without_digests(&it.to_string()))
        .collect();
    (fresh, lines.join("\n"))
}

/// A digest says only that something moved, and moves with every new field.
fn without_digests(line: &str) -> String {
    let mut parts = line.split("sha256:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        format!("{text}sha256:…{rest}")
    })
}

#[test]
fn a_plan_that_is_read_back_is_the_plan() {
    let plan = plan_of(&world(), &about());
    let then = saved(&world());
    assert_eq!(then, Reviewed::from(&plan));
    let touched: Vec<_> = then.addresses().into_iter().collect();
    assert_snapshot!(touched.join(" "), @"Instance/drifted Instance/gone Instance/new Instance/shop");
}

type Happens = fn(&mut World, &mut Context);

#[test]
fn what_happens_elsewhere_voids_nothing() {
    let cases: [(&str, Happens, &str); 8] = [
        ("nothing", |_, _| {}, ""),
        (
            "another instance drifts",
            |w, _| _ = instance(w, "n-quiet").holds("Endpoint", "x"),
            "Instance/quiet",
        ),
        (
            "another is declared",
            |w, _| {
                w.declare_instance("newer", "acme", "jones")
                    .set("Endpoint", scalar("https://e"));
            },
            "Instance/newer",
        ),
        (
            "a value that is not declared changes",
            |w, _| _ = instance(w, "n1").holds("Batch Size", "7"),
            "",
        ),
        (
            "a stranger's object appears",
            |w, _| _ = w.live_instance("n9", "i1", "jones"),
            "",
        ),
        (
            "the customer is called otherwise",
            |w, _| instance(w, "n-drifted").customer.name = "Jones & Co".to_owned(),
            "",
        ),
        (
            "time passes and the commit moves on",
            |_, c| {
                c.observed_at = jiff::Timestamp::MAX;
                c.revision = Some("r2".to_owned());
                c.reads = 99;
            },
            "",
        ),
        (
            "pages come in another order",
            |w, _| w.tenant.instances.items.reverse(),
            "",
        ),
    ];
    for (case, happens, later) in cases {
        let (fresh, moved) = after(happens);
        assert_eq!(moved, "", "{case}");
        assert_eq!(fresh.digest, saved(&world()).digest, "{case}");
        let left: Vec<String> = fresh.later.iter().map(ToString::to_string).collect();
        assert_eq!(left.join(" "), later, "{case}");
        let stranger = |step: &crate::plan::Step| fresh.later.contains(&step.address);
        assert!(!fresh.steps.iter().any(stranger), "{case}");
    }
}

fn moved(happens: Happens) -> String {
    after(happens).1
}

#[test]
fn what_a_step_rests_on_voids_the_plan_and_is_named() {
    assert_snapshot!(moved(|w, _| _ = instance(w, "n1").holds("Endpoint", "https://by-hand")), @r#"Instance/shop: config "Endpoint" was "https://old", is "https://by-hand""#);
    assert_snapshot!(moved(|w, _| _ = instance(w, "n1").holds("Endpoint", "https://e")), @r#"Instance/shop: the plan for it was "configure, deploy", is "matches""#);
    assert_snapshot!(moved(|w, _| instance(w, "n1").enabled = false), @r#"
    Instance/shop: state was "as declared", is "disabled"
    Instance/shop: the plan for it was "configure, deploy", is "configure, deploy, enable"
    "#);
    assert_snapshot!(moved(|w, _| instance(w, "n1").needs_deploy = true), @r#"Instance/shop: waits for a deploy was "no", is "yes""#);
    assert_snapshot!(moved(|w, _| instance(w, "n1").config = Observed::Unknown("HTTP 502".into())), @r#"Instance/shop: the plan for it was "configure, deploy", is "could not be read: HTTP 502""#);
    assert_snapshot!(moved(|w, _| w.tenant.instances.items.retain(|it| it.id.as_str() != "n1")), @r#"
    Instance/shop: config "Endpoint" was "https://old", is nothing
    Instance/shop: object was "n1", is "none"
    Instance/shop: waits for a deploy was "no", is nothing
    Instance/shop: the plan for it was "configure, deploy", is "create, deploy"
    "#);
    assert_snapshot!(moved(|w, _| instance(w, "n-gone").enabled = false), @r#"Instance/gone: the plan for it was "disable", is "no manifest declares it any more""#);
    assert_snapshot!(moved(|w, _| instance(w, "n-gone").labels.push("gitops:protect".to_owned())), @r#"Instance/gone: the plan for it was "disable", is "no manifest declares it any more; kept: it is protected by its label""#);
    assert_snapshot!(moved(|w, _| instance(w, "n-gone").labels.clear()), @r#"Instance/gone: the plan for it was "disable", is "neither declared nor ours any more""#);
    assert_snapshot!(moved(|w, _| w.live_instance("n7", "i1", "smith").labels = vec!["gitops:p/new".to_owned()]), @r#"
    Instance/new: displayName was "as declared", is "n7"
    Instance/new: object was "none", is "n7"
    Instance/new: waits for a deploy was nothing, is "no"
    Instance/new: the plan for it was "create, deploy", is "update, configure, deploy"
    "#);
    assert_snapshot!(moved(|w, _| w.tenant.instances.incomplete = Some("page 2 failed".into())), @r#"
    Instance/gone: the plan for it was "disable", is "no manifest declares it any more; kept: not all instances could be read"
    Instance/new: the plan for it was "create, deploy", is "could not be read: page 2 failed"
    "#);
}

#[test]
fn what_the_files_say_otherwise_voids_the_plan_and_is_named() {
    assert_snapshot!(moved(|w, _| _ = w.desired.instances[0].set("Endpoint", scalar("https://new"))), @r#"Instance/shop: config "Endpoint", as declared, was "https://e", is "https://new""#);
    assert_snapshot!(moved(|w, _| w.desired.instances[0].state = InstanceState::Disabled), @r#"
    Instance/shop: state was "as declared", is "enabled"
    Instance/shop: waits for a deploy was "no", is nothing
    Instance/shop: the plan for it was "configure, deploy", is "configure, disable"
    "#);
    assert_snapshot!(moved(|w, _| w.desired.instances[3].display_name = "Newest".to_owned()), @r#"Instance/new: what is written was "sha256:…", is "sha256:…""#);
    assert_snapshot!(moved(|w, _| _ = w.desired.instances.remove(3)), @r#"Instance/new: the plan for it was "create, deploy", is "neither declared nor ours any more""#);
    assert_snapshot!(moved(|w, _| {
        let other = acme().replace("https://a.example", "https://b.example");
        w.desired.integrations[0].definition.text = other.into();
    }), @r#"
    Instance/drifted: the plan for it was "update", is "needs Integration/acme first, which this plan leaves alone"
    Instance/new: the plan for it was "create, deploy", is "needs Integration/acme first, which this plan leaves alone"
    Instance/shop: the plan for it was "configure, deploy", is "needs Integration/acme first, which this plan leaves alone"
    "#);
    assert_snapshot!(moved(|_, c| c.policy.prune = PrunePolicy::Orphan), @r#"
    policy was "sha256:…", is "sha256:…"
    Instance/gone: the plan for it was "disable", is "no manifest declares it any more; kept: the policy is `prune: orphan`"
    "#);
    assert_snapshot!(moved(|_, c| c.organization = "another".to_owned()), @r#"organization was "o1", is "another""#);
    assert_snapshot!(moved(|_, c| c.environment = "staging".to_owned()), @r#"environment was "prod", is "staging""#);
}

#[test]
fn an_import_rests_on_the_whole_draft_and_a_version_on_those_before_it() {
    let mut world = in_step();
    let other = acme().replace("https://a.example", "https://b.example");
    world.desired.integrations[0].definition.text = other.into();
    let reviewed = saved(&world);
    let only = Some(reviewed.addresses());
    let context = Context { only, ..about() };
    let live = &mut world.tenant.integrations.items[0];
    let edited = acme().replace("'100'", "'200'");
    live.definition = Observed::Known(edited.as_str().into());
    live.versions.items[0].number = 2;
    let fresh = plan_of(&world, &context);
    let moved = recheck(&reviewed, &fresh).unwrap_err();
    let fields: Vec<_> = moved.iter().map(|it| it.field.as_str()).collect();
    assert_snapshot!(fields.join("\n"), @r#"
    definition config variable "Batch Size" › defaultValue
    draft
    newest version
    "#);
}

#[test]
fn secrets_move_without_being_shown() {
    let mut world = world();
    let reference = SecretRef::Env("KEY".to_owned());
    world.desired.instances[0].set(
        "Endpoint",
        crate::model::ConfigValue::Secret(reference.clone()),
    );
    let rotate = |world: &mut World, text: &str| {
        let secret = Ok(Secret::new(text.to_owned()));
        world.secrets.insert(reference.clone(), secret);
    };
    rotate(&mut world, "canary");
    let reviewed = saved(&world);
    rotate(&mut world, "canary-two");
    let only = Some(reviewed.addresses());
    let context = Context { only, ..about() };
    assert_eq!(recheck(&reviewed, &plan_of(&world, &context)), Ok(()));
    instance(&mut world, "n1").enabled = false;
    let moved = recheck(&reviewed, &plan_of(&world, &context)).unwrap_err();
    assert!(!format!("{moved:?}{reviewed:?}").contains("canary"));
}

#[test]
fn a_forged_plan_is_refused_or_names_a_part_of_what_the_files_say() {
    let world = world();
    let forge = |change: &dyn Fn(&mut Reviewed)| {
        let mut forged = saved(&world);
        change(&mut forged);
        assert_eq!(forged.fit(), Err(Unfit::Altered));
        forged.digest = digest::of(&forged);
        forged.fit().unwrap();
        let only = Some(forged.addresses());
        let fresh = plan_of(&world, &Context { only, ..about() });
        (recheck(&forged, &fresh), fresh)
    };
    let (moved, _) = forge(&|it| {
        let shop = it
            .resources
            .iter_mut()
            .find(|it| it.address == "Instance/shop");
        shop.unwrap().changes[0].after = Some("https://evil".to_owned());
    });
    assert!(moved.is_err());
    let (moved, _) = forge(&|it| it.resources[0].actions = vec!["delete".to_owned()]);
    assert!(moved.is_err());
    let (moved, _) = forge(&|it| {
        let mut ghost = it.resources[1].clone();
        ghost.address = "Instance/ghost\u{1b}[2J".to_owned();
        it.resources.push(ghost);
    });
    let moved = moved.unwrap_err();
    assert!(!moved.iter().any(|it| it.to_string().contains('\u{1b}')));
    // A part of the plan is a plan: its steps are those that the files ask for.
    let whole = plan_of(&world, &about());
    let (part, fresh) = forge(&|it| it.resources.retain(|it| it.address == "Instance/shop"));
    assert_eq!(part, Ok(()));
    let steps = |plan: &Plan| -> Vec<String> {
        let shop = plan.steps.iter();
        let shop = shop.filter(|step| step.address.to_string() == "Instance/shop");
        shop.map(|step| format!("{:?}", step.operation)).collect()
    };
    assert_eq!(steps(&fresh), steps(&whole));
    assert_eq!(fresh.steps.len(), steps(&fresh).len());
}

#[test]
fn an_address_stands_in_a_plan_once() {
    let mut twice = saved(&world());
    let again = twice.resources[0].clone();
    twice.resources.push(again);
    assert!(matches!(twice.fit(), Err(Unfit::Twice(_))));
}

#[test]
fn what_others_have_done_is_told_from_what_moved() {
    let reviewed = saved(&world());
    let part = |arrange: fn(&mut World)| {
        let mut world = world();
        arrange(&mut world);
        is_part(&reviewed, &plan_of(&world, &about()))
    };
    assert!(part(|_| {}), "all of it is left");
    assert!(part(|world| {
        instance(world, "n-drifted").description = "from git".to_owned();
    }));
    assert!(
        !part(|world| {
            instance(world, "n1").holds("Endpoint", "https://older");
        }),
        "from another starting point"
    );
    assert!(
        !part(|world| world.desired.instances.truncate(1)),
        "something else goes"
    );
}
