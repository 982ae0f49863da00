//! Running flows: nothing runs, but an execution with steps and logs is left behind.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::execution::{Execution, LogLine};
use super::instance::Instance;
use super::integration::{Integration, identity};
use super::table::Key;
use super::{Change, Moment, Refusal, World};
use crate::behaviour::RunRule;
use crate::definition::Flow;

impl World {
    /// Runs a flow of an instance, ended as the switches say.
    pub(crate) fn run(
        &mut self,
        moment: Moment<'_>,
        instance: Uuid,
        flow: &str,
        test: bool,
    ) -> Change<Arc<Execution>> {
        let instance = self
            .instances
            .get(instance)
            .map(Arc::clone)
            .ok_or(Refusal::NotFound)?;
        let record = self.running(&instance)?;
        let mut flows = record.definition.flows.iter();
        let flow = flows
            .find(|known| identity(known) == flow)
            .ok_or(Refusal::NotFound)?;
        let rule = self.rule_for(moment, &instance, &record, flow);
        let id = self.new_id();
        let at = self.tick(moment.now);
        let mut execution = outcome(&instance, flow, rule, at);
        (execution.id, execution.test, execution.version) = (id, test, record.id);
        self.instances
            .update(instance.id, |instance| instance.executed_at = Some(at));
        Ok(self.executions.insert(execution))
    }

    /// Runs a flow again that ran before, on the version that its instance has by now.
    pub(crate) fn replay(&mut self, moment: Moment<'_>, execution: Uuid) -> Change<Arc<Execution>> {
        let before = self.executions.get(execution).map(Arc::clone);
        let before = before.ok_or(Refusal::NotFound)?;
        let again = self.run(moment, before.instance, &before.flow, before.test)?;
        let again = self
            .executions
            .update(again.id, |it| it.replay_of = Some(before.id));
        again.ok_or(Refusal::NotFound)
    }

    /// Runs what was due since it was last looked at: every flow of every deployed instance that is on, once in a
    /// span. A choice where nothing is known: webhooks and schedules of customers are not simulated.
    pub(crate) fn run_due(&mut self, moment: Moment<'_>, every: SignedDuration) {
        let instances: Vec<Arc<Instance>> = (self.instances.iter())
            .filter(|it| it.enabled && !it.system)
            .map(Arc::clone)
            .collect();
        for instance in instances {
            let (Some(deployed), Ok(record)) = (instance.deployed_at, self.running(&instance))
            else {
                continue;
            };
            let ran = self.executions.with(&Key::Instance(instance.id));
            let ran = ran.map(|it| it.started_at).fold(deployed, Timestamp::max);
            let due = |at: &Timestamp| at.checked_add(every).ok().filter(|at| *at <= moment.now);
            let times = std::iter::successors(due(&ran), due).take(MOST_DUE);
            for at in times.collect::<Vec<_>>() {
                for flow in &record.definition.flows {
                    let rule = self.rule_for(moment, &instance, &record, flow);
                    let mut execution = outcome(&instance, flow, rule, at);
                    (execution.id, execution.version) = (self.new_id(), record.id);
                    self.executions.insert(execution);
                }
            }
        }
    }

    /// What runs of an instance: the version that is deployed, even if another one is configured.
    fn running(&self, instance: &Instance) -> Change<Arc<Integration>> {
        let mut versions = self.integrations.with(&Key::Sequence(instance.sequence));
        let deployed = Some(instance.deployed_version).filter(|number| *number > 0);
        let running = versions.find(|it| deployed.is_some() && it.number == deployed);
        running.map_or_else(|| self.record_of(instance), |it| Ok(Arc::clone(it)))
    }

    /// How a run of a flow ends.
    fn rule_for<'a>(
        &self,
        moment: Moment<'a>,
        instance: &Instance,
        record: &Integration,
        flow: &Flow,
    ) -> Option<&'a RunRule> {
        let whose = self.customers.get(instance.customer);
        let whose = whose.and_then(|it| it.external_id.as_deref());
        let mut rules = moment.behaviour.runs.iter();
        rules.find(|rule| {
            (rule.version).is_none_or(|number| record.number == Some(number))
                && (rule.flow.as_ref()).is_none_or(|name| *name == flow.name)
                && (rule.customer.as_deref()).is_none_or(|id| whose == Some(id))
        })
    }

    /// The working copy or version, with the flow, that a flow id identifies.
    pub(crate) fn find_flow(&self, id: Uuid) -> Option<(Arc<Integration>, Flow)> {
        self.integrations.iter().find_map(|record| {
            let flow = record.flow(id)?;
            Some((Arc::clone(record), flow.clone()))
        })
    }

    /// The instance and the flow that a flow config id identifies.
    pub(crate) fn find_flow_config(&self, id: Uuid) -> Option<(Arc<Instance>, Flow)> {
        self.instances.iter().find_map(|instance| {
            let record = self.integrations.get(instance.version)?;
            let mut flows = record.definition.flows.iter();
            let flow = flows.find(|flow| instance.flow_id(flow) == id)?;
            Some((Arc::clone(instance), flow.clone()))
        })
    }
}

/// At most this many runs of a flow are made up for at once.
const MOST_DUE: usize = 100;

fn outcome(instance: &Instance, flow: &Flow, rule: Option<&RunRule>, at: Timestamp) -> Execution {
    let lasts = SignedDuration::from_secs(rule.map_or(0, |rule| rule.seconds.into()));
    let error = rule.and_then(|rule| rule.error.clone());
    let mut steps: Vec<String> = flow.steps.iter().map(|step| step.name.clone()).collect();
    if error.is_some() {
        // A failed run stops in the step after its trigger.
        steps.truncate(2);
    }
    let mut execution = Execution {
        id: Uuid::nil(),
        instance: instance.id,
        version: instance.version,
        flow: identity(flow).to_owned(),
        test: false,
        replay_of: None,
        started_at: at,
        ends_at: at.saturating_add(lasts).unwrap_or(at),
        error,
        steps,
        logs: Vec::new(),
    };
    execution.logs = logs(&execution, flow);
    execution
}

fn logs(execution: &Execution, flow: &Flow) -> Vec<LogLine> {
    let line = |at, severity: &str, message: String, step: Option<&String>| LogLine {
        at,
        severity: severity.to_owned(),
        message,
        step: step.cloned(),
    };
    let (start, end) = (execution.started_at, execution.ends_at);
    let steps = execution.steps.iter();
    let ran = steps.map(|step| line(start, "DEBUG", format!("Ran step {step}"), Some(step)));
    let mut logs = vec![line(
        start,
        "INFO",
        format!("Starting flow {}", flow.name),
        None,
    )];
    logs.extend(ran);
    logs.push(match &execution.error {
        Some(message) => line(end, "ERROR", message.clone(), execution.steps.last()),
        None => line(end, "INFO", format!("Finished flow {}", flow.name), None),
    });
    logs
}
