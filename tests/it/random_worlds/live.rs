//! Lives through a world, and says what does not hold in it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use prism_gitops::controller::pass::Planned;
use prism_gitops::model::Health;
use prism_gitops::plan::{InstanceOperation, Operation, Output, Plan};
use prism_gitops::sandbox::{FaultRule, FaultScript};
use serde_json::{Value, json};

use super::case::{Case, Declared, Deed, Flow, Meddling};
use super::planted::Bug;
use super::report::Heard;
use super::saving;
use crate::drift::whole;
use crate::drift::world::{World, shown};

/// The number of passes after the one in which something failed.
const PASSES: usize = 3;

/// Lives through it. `bug` is put between client and server, for tests of this test.
///
/// Panics count as faults, and so does a secret in the words of one.
pub(super) async fn through(case: &Case, bug: &Bug) -> Result<(), String> {
    listened(tracing::Level::DEBUG, life(case, bug)).await
}

/// Lives, and listens to what is said as gravely as this.
pub(super) async fn listened(
    level: tracing::Level,
    life: impl Future<Output = Result<(), String>>,
) -> Result<(), String> {
    let heard = Heard::listen(level);
    let life = AssertUnwindSafe(life).catch_unwind();
    let outcome = life.await.unwrap_or_else(|_| Err(heard.panic()));
    match outcome {
        Err(fault) if whole::reveals(&fault) => Err("a secret is in a panic".to_owned()),
        Ok(()) if heard.reveals() => Err("a secret is in the log".to_owned()),
        outcome => outcome,
    }
}

async fn life(case: &Case, bug: &Bug) -> Result<(), String> {
    let mut world = World::with(case.server.clone(), bug.answers.clone());
    world.allow_delete = case.saving.is_some();
    if case.bystander {
        bystander(&world).await;
    }
    case.before.write(&world);
    strike(&mut world, case, case.first.as_ref(), bug).await?;
    converge(&world, case, &case.before).await?;
    demand_no_removal(&world, case)?;
    if let Some(meddling) = &case.meddling {
        meddle(&world, meddling).await;
    }
    let deployed = deployed(&ours(&world).await);
    catch_up(case).await;
    world.forget_calls();
    case.after.write(&world);
    match &case.saving {
        Some(saving) => saving::strike(&world, case, saving, bug).await?,
        None => strike(&mut world, case, case.second.as_ref(), bug).await?,
    }
    converge(&world, case, &case.after).await?;
    demand_no_removal(&world, case)?;
    let tenant = ours(&world).await;
    let left = self::deployed(&tenant);
    let lost = deployed.iter().find(|id| !left.contains(id));
    demand(lost.is_none(), || {
        format!("{lost:?} was deployed and is gone")
    })?;
    let (integrations, versions, _) = whole::count_in(&tenant);
    // A version cannot be taken away: of two machines each may have published, and both use the older.
    let writers = if case.twin { 2 } else { 1 };
    let most = integrations * case.texts() * writers;
    demand(versions <= most, || {
        format!("{versions} versions, {most} at most")
    })
}

/// A pass in which something goes wrong, and the end of that process.
async fn strike(
    world: &mut World,
    case: &Case,
    rule: Option<&FaultRule>,
    bug: &Bug,
) -> Result<(), String> {
    let rules = rule.cloned().into_iter().collect();
    world.set_faults(FaultScript { rules });
    if case.twin {
        two_machines(world).await?;
        world.set_faults(FaultScript::default());
        return Ok(());
    }
    match world.try_plan(false).await {
        Ok(planned) => until_killed(world, case, &planned).await?,
        Err(error) => secretless(&format!("{error:?} {error}"))?,
    }
    world.set_faults(FaultScript::default());
    world.restart();
    if bug.forgets {
        world.forget_writes();
    }
    Ok(())
}

/// Carries out a plan, to its end or the process's.
async fn until_killed(world: &World, case: &Case, planned: &Planned) -> Result<(), String> {
    if let Some(killed) = case.killed {
        world.line.crash_at(killed.nth, killed.after_commit);
    }
    tokio::select! {
        biased;
        () = world.line.died() => {}
        outcome = carry_out(world, case, planned, 1) => drop(outcome?),
    }
    world.line.mend();
    Ok(())
}

/// Two machines apply the same files at the same moment.
async fn two_machines(world: &World) -> Result<(), String> {
    let twin = world.twin();
    let pass = async |world: &World| match world.try_plan(false).await {
        Ok(planned) => {
            let outcome = world.carry_out(&planned).await;
            whole::demand_secrecy(&planned.plan, Some(&outcome), "of two");
            Ok(())
        }
        Err(error) => secretless(&format!("{error:?} {error}")),
    };
    let (one, other) = futures::join!(pass(world), pass(&twin));
    one.and(other)
}

/// Waits until reads show all there is.
async fn catch_up(case: &Case) {
    let lag = case.server.read_lag_ms.max(case.server.list_lag_ms);
    tokio::time::sleep(Duration::from_millis(lag)).await;
}

/// The integration and the instance of another writer.
async fn bystander(world: &World) {
    let definition = Flow::default().named("Elsewhere");
    let import = json!({ "definition": definition });
    let id = world.change("importIntegration", import).await;
    let published = json!({ "id": id });
    let version = world.change("publishIntegration", published).await;
    let query = "{ customers(externalId: \"cust-0001\") { nodes { id } } }";
    let customers = world.ask(query, json!({})).await;
    let customer = &customers["customers"]["nodes"][0]["id"];
    let input = json!({"name": "Bystander", "customer": customer, "integration": version});
    world.change("createInstance", input).await;
}

/// Nothing that was made is taken away again, unless another writer made the same.
fn demand_no_removal(world: &World, case: &Case) -> Result<(), String> {
    let removed = world.calls("deleteInstance") + world.calls("deleteIntegration");
    demand(case.twin || removed == 0, || {
        format!("{removed} instances or integrations were removed")
    })
}

/// The tenant without what the bystander has.
pub(super) async fn ours(world: &World) -> Value {
    let mut tenant = world.tenant().await;
    for (kind, name) in [("integrations", "Elsewhere"), ("instances", "Bystander")] {
        let records = tenant[kind].as_array_mut().unwrap();
        records.retain(|record| record["name"] != name);
    }
    let instances = tenant["instances"].as_array_mut().unwrap();
    instances.retain(|record| record["name"] != "Elsewhere");
    tenant
}

/// The ids of the instances that were ever deployed.
fn deployed(tenant: &Value) -> Vec<Value> {
    let instances = tenant["instances"].as_array().unwrap().iter();
    let deployed = instances.filter(|it| it["system"] != true && !it["deployed_at"].is_null());
    deployed.map(|it| it["id"].clone()).collect()
}

/// Passes until nothing is left to do; then everything that must hold of a tenant at rest.
async fn converge(world: &World, case: &Case, declared: &Declared) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..=PASSES {
        let planned = world.try_plan(false).await;
        let planned = planned.map_err(|error| format!("no plan: {error:?}"))?;
        let plan = &planned.plan;
        let waits = plan.has_leftovers() && !(case.may_double() && waits_for_dedupe(plan));
        if plan.is_empty() && !waits {
            catch_up(case).await;
            return at_rest(world, case, declared).await;
        }
        last = shown(plan);
        last.push_str(&carry_out(world, case, &planned, 0).await?);
        // What the other machine did just before may be refused to this one, and not show to it yet.
        if case.twin {
            catch_up(case).await;
        }
    }
    Err(format!("no end after {PASSES} passes:\n{last}"))
}

/// Whether all that is left is blocked because two of it are in use.
fn waits_for_dedupe(plan: &Plan) -> bool {
    let stops = |health| matches!(health, Health::Blocked | Health::Unknown);
    let mut stopped = plan.resources.iter().filter(|one| stops(one.health));
    plan.summary.pending == 0 && stopped.all(|one| one.reason.contains("bear the marker"))
}

/// Carries out a plan whose deploys must be justified. Answers what failed of it.
///
/// `again` may be sent again: what a throttle or a refused connection kept from the server.
async fn carry_out(
    world: &World,
    case: &Case,
    planned: &Planned,
    again: usize,
) -> Result<String, String> {
    whole::demand_secrecy(&planned.plan, None, "a plan");
    // What was read late may have been deployed since.
    if case.server.read_lag_ms + case.server.list_lag_ms == 0 {
        justified(&planned.plan, &world.tenant().await)?;
    }
    let before = world.calls("deployInstance");
    let outcome = world.carry_out(planned).await;
    // Of the plan that was looked at before.
    secretless(&format!("{outcome:?}"))?;
    let made = world.calls("deployInstance") - before;
    let steps = deploys(&planned.plan).count();
    // Where writes find what reads find, a deploy of what is new is asked for until it is found.
    let refused = case.server.writes_lag;
    demand(refused || made <= steps + again, || {
        format!("{made} deploys were sent, {steps} were planned")
    })?;
    Ok(match outcome.failed() {
        true => format!("\n{:#?}", outcome.steps),
        false => String::new(),
    })
}

fn deploys(plan: &Plan) -> impl Iterator<Item = (&Output<prism_gitops::model::InstanceId>, bool)> {
    plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::Instance(InstanceOperation::Deploy { instance, .. }) => {
            Some((instance, !step.after.is_empty()))
        }
        Operation::Customer(_)
        | Operation::Connection(_)
        | Operation::Instance(_)
        | Operation::Integration(_) => None,
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

async fn at_rest(world: &World, case: &Case, declared: &Declared) -> Result<(), String> {
    let tenant = ours(world).await;
    let (integrations, _, instances) = whole::count_in(&tenant);
    let expected = (declared.flows.len(), declared.instances.len());
    let counted = (integrations, instances);
    match counted == expected {
        true => {}
        false if case.may_double() && counted >= expected => doubled(world).await?,
        false => {
            let (integrations, instances) = counted;
            return Err(format!(
                "{integrations} integrations and {instances} instances instead of {expected:?}"
            ));
        }
    }
    whole::demand_markers_in(&tenant, 0, "at rest");
    quiet(world).await?;
    match case.twin {
        true => quiet(&world.twin()).await,
        false => Ok(()),
    }
}

/// What two machines made of one is said, once both are old: nothing is removed behind a person's back.
async fn doubled(world: &World) -> Result<(), String> {
    tokio::time::sleep(Duration::from_secs(90)).await;
    let planned = world.try_plan(false).await;
    let planned = planned.map_err(|error| format!("no plan of what is doubled: {error:?}"))?;
    let found = planned.plan.diagnostics.iter();
    let codes: Vec<_> = found.map(|it| it.code).collect();
    // Of several in use none is chosen: then the resource is blocked and its plan says so.
    let text = shown(&planned.plan);
    let said = codes.contains(&"doubled") || text.contains("bear the marker");
    demand(said, || format!("two of one, and nothing is said:\n{text}"))
}

/// Nothing is left to do, and nothing is done.
async fn quiet(world: &World) -> Result<(), String> {
    let sent = world.writes();
    let planned = world.try_plan(false).await;
    let planned = planned.map_err(|error| format!("no plan at rest: {error:?}"))?;
    world.carry_out(&planned).await;
    demand(world.writes() == sent, || {
        format!("writes at rest:\n{}", shown(&planned.plan))
    })
}

pub(super) fn secretless(text: &str) -> Result<(), String> {
    demand(!whole::reveals(text), || {
        "a secret is in an error".to_owned()
    })
}

pub(super) fn demand(holds: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fault()) }
}

/// What another writer does to one live object.
async fn meddle(world: &World, meddling: &Meddling) {
    let query = "{ instances(isSystem: false) { nodes { id name labels } } }";
    let answer = world.ask(query, json!({})).await;
    let nodes = answer["instances"]["nodes"].as_array().unwrap().iter();
    let nodes: Vec<_> = nodes.filter(|it| it["name"] != "Bystander").collect();
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
    /// Two machines, and lists that lag object by object, or by more than either machine saw since its own writes
    /// show to it at once; or a lost reply, after which neither knows which of two objects is its own: nothing is
    /// removed that our own reply did not name.
    fn may_double(&self) -> bool {
        let mut rules = [&self.first, &self.second].into_iter().flatten();
        let creates = |name: &str| name.starts_with("create") || name.starts_with("import");
        let loses_one = rules.any(|rule| rule.operation.as_deref().is_none_or(creates));
        let unproven = self.server.lag_one_in > 1 || self.server.own_writes_at_once;
        self.twin && (unproven || loses_one)
    }

    /// How many versions of one integration its two texts are worth.
    fn texts(&self) -> usize {
        let changed = self.before.flows != self.after.flows;
        1 + usize::from(changed)
    }
}
