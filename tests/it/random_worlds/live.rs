//! Lives through a world, and says what does not hold in it.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use prism_gitops::controller::pass::Planned;
use prism_gitops::plan::{Operation, Output, Plan};
use prism_gitops::sandbox::{FaultRule, FaultScript};
use serde_json::{Value, json};

use super::case::{Case, Declared, Deed, Meddling};
use super::report::Heard;
use crate::drift::line::Bend;
use crate::drift::whole;
use crate::drift::world::{World, shown};

/// So many passes after the one in which something failed.
const PASSES: usize = 3;

/// Lives through it. `bug` stands between client and server, for tests of this test.
///
/// Panics count as faults, and so does a secret in the words of one.
pub(super) async fn through(case: &Case, bug: Option<Bend>) -> Result<(), String> {
    let heard = Heard::listen();
    let life = AssertUnwindSafe(life(case, bug)).catch_unwind();
    let outcome = life.await.unwrap_or_else(|_| Err(heard.panic()));
    match outcome {
        Err(fault) if fault.contains(whole::CANARY) => Err("a secret is in a panic".to_owned()),
        Ok(()) if heard.logged(whole::CANARY) => Err("a secret is in the log".to_owned()),
        outcome => outcome,
    }
}

async fn life(case: &Case, bug: Option<Bend>) -> Result<(), String> {
    let mut world = World::with(case.server.clone(), bug);
    case.before.write(&world);
    strike(&mut world, case.first.as_ref()).await?;
    settle(&world, &case.before).await?;
    if let Some(meddling) = &case.meddling {
        meddle(&world, meddling).await;
    }
    case.after.write(&world);
    strike(&mut world, case.second.as_ref()).await?;
    settle(&world, &case.after).await?;
    let tenant = world.tenant().await;
    let (integrations, versions, _) = whole::count_in(&tenant);
    let most = integrations * case.texts();
    demand(versions <= most, || {
        format!("{versions} versions, {most} at most")
    })
}

/// A pass in which something goes wrong, and the end of that process.
async fn strike(world: &mut World, rule: Option<&FaultRule>) -> Result<(), String> {
    let rules = rule.cloned().into_iter().collect();
    world.set_faults(FaultScript { rules });
    match world.try_plan(false).await {
        Ok(planned) => carry_out(world, &planned, 1).await?,
        Err(error) => {
            secretless(&format!("{error:?} {error}"))?;
            String::new()
        }
    };
    world.set_faults(FaultScript::default());
    world.restart();
    Ok(())
}

/// Passes until nothing is left to do; then everything that must hold of a tenant at rest.
async fn settle(world: &World, declared: &Declared) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..=PASSES {
        let planned = world.try_plan(false).await;
        let planned = planned.map_err(|error| format!("no plan: {error:?}"))?;
        let plan = &planned.plan;
        if plan.is_empty() && !plan.has_leftovers() {
            return at_rest(world, declared).await;
        }
        last = shown(plan);
        last.push_str(&carry_out(world, &planned, 0).await?);
    }
    Err(format!("no end after {PASSES} passes:\n{last}"))
}

/// Carries out a plan whose deploys must be justified. Answers what failed of it.
///
/// `again` may be sent again: what a throttle or a refused connection kept from the server.
async fn carry_out(world: &World, planned: &Planned, again: usize) -> Result<String, String> {
    whole::demand_secrecy(&planned.plan, None, "a plan");
    justified(&planned.plan, &world.tenant().await)?;
    let before = world.calls("deployInstance");
    let outcome = world.carry_out(planned).await;
    whole::demand_secrecy(&planned.plan, Some(&outcome), "an outcome");
    let made = world.calls("deployInstance") - before;
    let steps = deploys(&planned.plan).count();
    demand(made <= steps + again, || {
        format!("{made} deploys were sent, {steps} were planned")
    })?;
    Ok(match outcome.failed() {
        true => format!("\n{:#?}", outcome.steps),
        false => String::new(),
    })
}

fn deploys(plan: &Plan) -> impl Iterator<Item = (&Output<prism_gitops::model::InstanceId>, bool)> {
    plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::DeployInstance { instance, .. } => Some((instance, !step.after.is_empty())),
        _ => None,
    })
}

/// A deploy by itself, after nothing else is written, is one that the server waits for.
fn justified(plan: &Plan, tenant: &Value) -> Result<(), String> {
    let instances = tenant["instances"].as_array().unwrap();
    for (instance, after_writes) in deploys(plan) {
        let Output::Known(id) = instance else {
            continue;
        };
        let id = record_id(id);
        let live = instances.iter().find(|it| id == it["id"]);
        let live = live.ok_or("a deploy of what is not there")?;
        let waits = live["needs_deploy"] == true || live["deployed_at"].is_null();
        demand(after_writes || waits, || {
            format!("a deploy without a reason:\n{}", shown(plan))
        })?;
    }
    Ok(())
}

/// The id as the tenant's records hold it: global ids name the kind before it.
fn record_id(id: &prism_gitops::model::InstanceId) -> String {
    use base64::Engine as _;
    let text = id.to_string();
    let decoded = base64::engine::general_purpose::STANDARD.decode(&text);
    let plain = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let plain = plain.unwrap_or(text);
    plain.rsplit(':').next().unwrap_or_default().to_owned()
}

async fn at_rest(world: &World, declared: &Declared) -> Result<(), String> {
    let tenant = world.tenant().await;
    let (integrations, _, instances) = whole::count_in(&tenant);
    let expected = (declared.flows.len(), declared.instances.len());
    demand((integrations, instances) == expected, || {
        format!("{integrations} integrations and {instances} instances instead of {expected:?}")
    })?;
    whole::demand_markers(world, 0, "at rest").await;
    let sent = world.writes();
    let planned = world.try_plan(false).await;
    let planned = planned.map_err(|error| format!("no plan at rest: {error:?}"))?;
    world.carry_out(&planned).await;
    demand(world.writes() == sent, || {
        format!("writes at rest:\n{}", shown(&planned.plan))
    })
}

fn secretless(text: &str) -> Result<(), String> {
    demand(!text.contains(whole::CANARY), || {
        "a secret is in an error".to_owned()
    })
}

fn demand(holds: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fault()) }
}

/// What somebody does to one live object.
async fn meddle(world: &World, meddling: &Meddling) {
    let query = "{ instances(isSystem: false) { nodes { id labels } } }";
    let answer = world.ask(query, json!({})).await;
    let nodes = answer["instances"]["nodes"].as_array().unwrap();
    let Some(node) = nodes.get(meddling.place % nodes.len().max(1)) else {
        return;
    };
    let id = &node["id"];
    let (mutation, input) = match meddling.deed {
        Deed::Enable => ("updateInstance", json!({"id": id, "enabled": true})),
        Deed::Disable => ("updateInstance", json!({"id": id, "enabled": false})),
        Deed::Rename => ("updateInstance", json!({"id": id, "name": "Somebody's"})),
        Deed::Label => {
            let mut labels = node["labels"].as_array().unwrap().clone();
            labels.push(json!("somebody"));
            ("updateInstance", json!({"id": id, "labels": labels}))
        }
        Deed::Configure => {
            let values = json!([{"key": "Rows", "value": "99"}]);
            let input = json!({"id": id, "configVariables": values});
            ("updateInstanceConfigVariables", input)
        }
        Deed::Delete => ("deleteInstance", json!({"id": id})),
    };
    world.change(mutation, input).await;
}

impl Case {
    /// How many versions of one integration its two texts are worth.
    fn texts(&self) -> usize {
        let changed = self.before.flows != self.after.flows;
        1 + usize::from(changed)
    }
}
