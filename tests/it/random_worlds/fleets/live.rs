//! Lives through the story of a fleet, and judges every pass of it.

use std::sync::Arc;
use std::time::Duration;

use prism_gitops::controller::delays::Delays;
use prism_gitops::controller::persistence::Persistence;
use prism_gitops::controller::phases::Choices;
use prism_gitops::controller::queue::Reason;
use prism_gitops::controller::reconciler::Reconciler;
use prism_gitops::plan::Plan;
use prism_gitops::sandbox::{Behaviour, FaultScript, RunRule, Seed};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::case::{Case, Deed, Event, Now, Pass, Runner, external};
use super::rules::Rules;
use super::truth::Truth;
use crate::drift::world::{World, shown};
use crate::random_worlds::live::listened;
use crate::random_worlds::planted::Bug;
use crate::soak;

/// The number of passes that a project takes to come to rest, where nothing moves in waves.
const FIRST: usize = 4;
/// The number of passes that a rollout takes to its end.
const LAST: usize = 16;
/// How long runs are looked at in each of them: longer than any soak and any run.
const WHILE: Duration = Duration::from_secs(130 * 60);

/// Lives through it. `bug` is put between client and server, for tests of this test.
pub(in crate::random_worlds) async fn through(case: &Case, bug: &Bug) -> Result<(), String> {
    listened(tracing::Level::ERROR, async {
        let mut life = Life::begin(case, bug);
        life.first().await?;
        for (place, event) in case.story.iter().enumerate() {
            let lived = life.event(event).await;
            lived.map_err(|fault| format!("{fault}\nin event {place}: {event:?}"))?;
        }
        life.last().await
    })
    .await
}

struct Life<'a> {
    case: &'a Case,
    now: Now<'a>,
    world: World,
    rules: Rules,
    /// The daemon, while its process lives.
    daemon: Option<Reconciler>,
    /// What the daemon's folder of state holds.
    remembered: Persistence,
    /// A person lets the tool take over what is there.
    adopts: bool,
}

impl<'a> Life<'a> {
    fn begin(case: &'a Case, bug: &Bug) -> Self {
        let now = Now::begin(case);
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.yaml");
        std::fs::write(&seed, now.seed()).unwrap();
        let world = World::seeded(Seed::File(seed), case.server.clone(), bug.answers.clone());
        let life = Self {
            case,
            now,
            world,
            rules: Rules::default(),
            daemon: None,
            remembered: Persistence::in_memory(),
            adopts: false,
        };
        life.save();
        life
    }

    fn save(&self) {
        for (name, text) in self.now.files() {
            self.world.files.write(name, text);
        }
    }

    /// All members have the first version, and ran it.
    async fn first(&mut self) -> Result<(), String> {
        for _ in 0..FIRST {
            let plan = self.ci(&Pass::plain()).await?;
            if plan.is_some_and(|it| it.is_empty() && !it.has_leftovers()) {
                break;
            }
        }
        self.run().await;
        sleep(self.lasting() + Duration::from_secs(60)).await;
        let truth = Truth::read(&self.world).await?;
        self.rules.see(&truth, &self.now);
        Ok(())
    }

    fn lasting(&self) -> Duration {
        Duration::from_secs(u64::from(self.case.lasting) * 60)
    }

    async fn event(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Publish(text) => self.now.text = *text,
            Event::Value(value) => self.now.value = *value,
            Event::Flip(place) => {
                self.now.member[*place] = !self.now.member[*place];
                self.relabel(*place).await;
            }
            Event::Relabel(place, wave) => {
                self.now.wave[*place] = *wave;
                self.relabel(*place).await;
            }
            Event::Run => self.run().await,
            Event::Wait(minutes) => sleep(Duration::from_secs(minutes * 60)).await,
            Event::Deed(place, deed) => self.deed(*place, *deed).await,
            Event::Pass(pass) => {
                self.pass(pass).await?;
            }
        }
        self.save();
        Ok(())
    }

    /// The labels of a customer of no manifest are changed where it is.
    async fn relabel(&self, place: usize) {
        if self.case.customers[place].manifest {
            return;
        }
        let query = "query($id: String) { customers(externalId: $id) { nodes { id } } }";
        let found = self.world.ask(query, json!({"id": external(place)})).await;
        let id = &found["customers"]["nodes"][0]["id"];
        let input = json!({"id": id, "labels": self.now.labels(place)});
        self.world.change("updateCustomer", input).await;
    }

    /// Every flow runs, and those that fail do.
    async fn run(&self) {
        let Ok(truth) = Truth::read(&self.world).await else {
            return;
        };
        let seconds = self.case.lasting * 60;
        let rule = |version, customer, fails: bool| RunRule {
            flow: None,
            version,
            customer,
            error: fails.then(|| "HTTP 422".to_owned()),
            seconds,
        };
        let failing = (0..self.case.customers.len()).filter(|it| self.case.customers[*it].failing);
        let mut runs: Vec<RunRule> = failing
            .map(|it| rule(None, Some(external(it)), true))
            .collect();
        let bad = truth.versions.iter();
        let bad = bad.filter(|(_, it)| self.case.bad.contains(&it.text));
        runs.extend(bad.map(|(number, _)| rule(Some(*number), None, true)));
        runs.push(rule(None, None, false));
        self.world.set_behaviour(Behaviour {
            runs,
            page_limit: 100,
            ..self.case.server.clone()
        });
        for instance in self.instances().await {
            let url = &instance["flowConfigs"]["nodes"][0]["webhookUrl"];
            if instance["enabled"] == true && instance["deployedVersion"] != 0 {
                self.world.trigger(url.as_str().unwrap()).await;
            }
        }
        self.world.set_behaviour(self.case.server.clone());
    }

    /// All live instances.
    async fn instances(&self) -> Vec<Value> {
        let query = "{ instances(isSystem: false) { nodes { id enabled labels deployedVersion \
                     customer { externalId } flowConfigs { nodes { webhookUrl } } } } }";
        let mut answer = self.world.ask(query, json!({})).await;
        match answer["instances"]["nodes"].take() {
            Value::Array(nodes) => nodes,
            other => panic!("{other}"),
        }
    }

    /// What a person does to the instance of a customer.
    async fn deed(&mut self, place: usize, deed: Deed) {
        let wide = Behaviour {
            page_limit: 100,
            ..self.case.server.clone()
        };
        self.world.set_behaviour(wide);
        let all = self.instances().await;
        let newest = self.newest().await;
        self.world.set_behaviour(self.case.server.clone());
        let whose = external(place);
        let mut own = all.into_iter();
        let Some(instance) = own.find(|it| it["customer"]["externalId"] == whose.as_str()) else {
            return;
        };
        let id = &instance["id"];
        let (mutation, input) = match deed {
            Deed::Disable => ("updateInstance", json!({"id": id, "enabled": false})),
            Deed::Rename => ("updateInstance", json!({"id": id, "name": "Somebody's"})),
            Deed::Configure => {
                let values = json!([{"key": "Rows", "value": "99"}]);
                let input = json!({"id": id, "configVariables": values});
                ("updateInstanceConfigVariables", input)
            }
            Deed::Redeploy => ("deployInstance", json!({"id": id})),
            Deed::Strip => {
                let labels = instance["labels"].as_array().unwrap().iter();
                let kept = labels.filter(|it| !it.to_string().contains("moved="));
                let kept: Vec<_> = kept.collect();
                ("updateInstance", json!({"id": id, "labels": kept}))
            }
            Deed::Upgrade => match newest {
                Some(version) => {
                    self.rules.by_hand.insert(whose);
                    ("updateInstance", json!({"id": id, "integration": version}))
                }
                None => return,
            },
            Deed::Delete => ("deleteInstance", json!({"id": id})),
        };
        if matches!(deed, Deed::Upgrade | Deed::Redeploy) {
            self.finishes(&external(place)).await;
        }
        self.world.change(mutation, input).await;
        if deed == Deed::Upgrade {
            self.world.change("deployInstance", json!({"id": id})).await;
        }
        let truth = Truth::read(&self.world).await;
        if let Ok(truth) = truth {
            self.rules.see(&truth, &self.now);
        }
    }

    /// Notes a move that was killed before its deploy, which a person is about to make.
    async fn finishes(&mut self, customer: &str) {
        let Ok(truth) = Truth::read(&self.world).await else {
            return;
        };
        let unfinished = truth.instances.get(customer).filter(|it| !it.settled);
        if let Some(it) = unfinished {
            let of_version = (it.id.clone(), it.version);
            self.rules.finished_by_hand.insert(of_version);
        }
    }

    /// The id of the newest version that is available.
    async fn newest(&self) -> Option<Value> {
        let query = "{ integrations(name: \"Flow\") { nodes { versionSequence { nodes { \
                     id versionNumber versionIsAvailable } } } } }";
        let answer = self.world.ask(query, json!({})).await;
        let versions = &answer["integrations"]["nodes"][0]["versionSequence"]["nodes"];
        let versions = versions.as_array()?.iter();
        let available = versions.filter(|it| it["versionIsAvailable"] == true);
        let newest = available.max_by_key(|it| it["versionNumber"].as_i64());
        newest.map(|it| it["id"].clone())
    }

    /// One run of the tool, judged. Answers its plan where CI made one.
    async fn pass(&mut self, pass: &Pass) -> Result<Option<Plan>, String> {
        let before = Truth::read(&self.world).await?;
        self.rules.see(&before, &self.now);
        let rules = pass.fault.clone().into_iter().collect();
        self.world.set_faults(FaultScript { rules });
        if let Some(killed) = pass.killed {
            self.world.line.crash_at(killed.nth, killed.after_commit);
        }
        let plan = match pass.by {
            Runner::Ci => {
                let planned = self.by_ci(pass.forgets).await;
                match (planned, &pass.fault) {
                    (Err(why), None) if pass.killed.is_none() => return Err(why),
                    (planned, _) => planned.ok(),
                }
            }
            Runner::Daemon => {
                self.by_daemon(pass.forgets).await;
                None
            }
        };
        self.world.line.mend();
        self.world.set_faults(FaultScript::default());
        let after = Truth::read(&self.world).await?;
        let judged = self.rules.judge(&before, &after, pass, &self.now);
        judged.map_err(|fault| match &plan {
            Some(plan) => format!("{fault}\n{}", shown(plan)),
            None => fault,
        })?;
        Ok(plan)
    }

    async fn ci(&mut self, pass: &Pass) -> Result<Option<Plan>, String> {
        self.pass(pass).await
    }

    /// A run in CI: another machine each time if its state is not kept.
    async fn by_ci(&mut self, forgets: bool) -> Result<Plan, String> {
        self.world.restart();
        let other = forgets.then(|| self.world.twin());
        let machine = other.as_ref().unwrap_or(&self.world);
        let planned = machine.try_plan(self.adopts).await;
        let planned = planned.map_err(|error| format!("no plan: {error:?}"))?;
        tokio::select! {
            biased;
            () = machine.line.died() => {}
            outcome = machine.carry_out(&planned) => drop(outcome),
        }
        Ok(planned.plan)
    }

    /// A pass of the daemon, which lives on unless it is killed.
    async fn by_daemon(&mut self, forgets: bool) {
        if forgets {
            self.daemon = None;
            self.remembered = Persistence::in_memory();
        }
        let (world, remembered) = (&self.world, &self.remembered);
        let daemon = self
            .daemon
            .get_or_insert_with(|| daemon(world, remembered.clone()));
        let (_stop, stopped) = watch::channel(false);
        let died = tokio::select! {
            biased;
            () = world.line.died() => true,
            _ = daemon.pass(Reason::Sync, stopped) => false,
        };
        if died {
            self.daemon = None;
        }
    }

    /// Everything runs and is watched, until nothing is left to do; then everything that must hold at rest.
    async fn last(&mut self) -> Result<(), String> {
        let bad = self.case.bad.contains(&self.now.text);
        // Where an import takes the labels off, and the process dies after it and its state is lost, nothing says whose the
        // integration is: the plan asks a person.
        self.adopts = self.case.server.import_drops_labels;
        let mut idle = 0;
        let mut left = String::new();
        for _ in 0..LAST {
            self.run().await;
            sleep(WHILE).await;
            let writes = self.world.writes();
            let plan = self.ci(&Pass::plain()).await?;
            let plan = plan.ok_or("no plan without a fault")?;
            let at_rest = plan.is_empty() && !plan.has_leftovers();
            idle = match self.world.writes() == writes {
                true => idle + 1,
                false => 0,
            };
            // What fails is waited for in vain.
            if at_rest || (bad && idle == 2) {
                return self.at_rest(&plan).await;
            }
            left = shown(&plan);
        }
        Err(format!("no end after {LAST} passes:\n{left}"))
    }

    async fn at_rest(&mut self, plan: &Plan) -> Result<(), String> {
        let truth = Truth::read(&self.world).await?;
        let rested = self.rules.at_rest(&truth, &self.now);
        rested.map_err(|fault| format!("{fault}\n{}", shown(plan)))?;
        let writes = self.world.writes();
        self.pass(&Pass {
            by: Runner::Daemon,
            forgets: true,
            ..Pass::plain()
        })
        .await?;
        match self.world.writes() == writes {
            true => Ok(()),
            false => Err("the daemon writes at rest".to_owned()),
        }
    }
}

async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

fn daemon(world: &World, remembered: Persistence) -> Reconciler {
    let clock = Arc::new(world.clock());
    let stages = soak::stages(world, clock.clone(), remembered, Choices::default());
    Reconciler::new(
        world.files.clone(),
        Arc::new(stages),
        clock,
        soak::status(),
        Duration::from_secs(60),
        Delays::seeded(1),
    )
}
