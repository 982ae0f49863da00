//! Creating, changing and deleting instances.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use uuid::Uuid;

use super::configure::{self, NewSetting, Omitted};
use super::customers::set;
use super::instance::{FlowSetting, Instance};
use super::integration::Integration;
use super::table::Key;
use super::{Change, Moment, Refusal, World};
use crate::behaviour::Duplicates;

/// What may be set on an instance. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct InstanceFields {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) enabled: Option<bool>,
    /// A version, or a working copy for its newest available version.
    pub(crate) integration: Option<Uuid>,
    pub(crate) settings: Option<Vec<NewSetting>>,
    pub(crate) flows: Option<Vec<(Uuid, FlowSetting)>>,
    pub(crate) global_debug: Option<bool>,
    pub(crate) starred: Option<bool>,
    pub(crate) logs_disabled: Option<bool>,
    pub(crate) step_results_disabled: Option<bool>,
    /// Leave `needsDeploy` as it is.
    pub(crate) preserve_deploy_state: bool,
}

impl InstanceFields {
    /// Makes of the texts what is kept of them.
    fn keep(&mut self, moment: Moment<'_>) {
        moment.some_text(&mut self.name);
        moment.some_text(&mut self.description);
        moment.some_texts(&mut self.labels);
    }

    fn apply(self, instance: &mut Instance) {
        set(&mut instance.name, self.name);
        set(&mut instance.description, self.description);
        set(&mut instance.labels, self.labels);
        set(&mut instance.enabled, self.enabled);
        set(&mut instance.global_debug, self.global_debug);
        set(&mut instance.starred, self.starred);
        set(&mut instance.logs_disabled, self.logs_disabled);
        set(
            &mut instance.step_results_disabled,
            self.step_results_disabled,
        );
    }
}

impl World {
    /// Creates an instance. It is not deployed.
    pub(crate) fn create_instance(
        &mut self,
        moment: Moment<'_>,
        customer: Uuid,
        integration: Uuid,
        mut fields: InstanceFields,
    ) -> Change<Arc<Instance>> {
        if self.customers.get(customer).is_none() {
            return Err(Refusal::field("customer", "Record not found."));
        }
        fields.keep(moment);
        let record = self.version_for(integration)?;
        self.check_name(moment, customer, None, fields.name.as_deref())?;
        let mut instance = blank(Uuid::nil(), customer, &record, Timestamp::UNIX_EPOCH);
        let (settings, flows) = (fields.settings.take(), fields.flows.take());
        configure(moment, &record, &mut instance, settings, flows)?;
        fields.apply(&mut instance);
        instance.enabled = moment.behaviour.enabled_at_create;
        instance.id = self.new_id();
        instance.created_at = self.tick(moment.now);
        instance.updated_at = instance.created_at;
        Ok(self.instances.insert(instance))
    }

    /// Changes an instance. Config variables that are given replace all that were set before.
    pub(crate) fn update_instance(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        mut fields: InstanceFields,
    ) -> Change<Arc<Instance>> {
        let instance = self
            .instances
            .get(id)
            .map(Arc::clone)
            .ok_or(Refusal::NotFound)?;
        fields.keep(moment);
        self.check_name(moment, instance.customer, Some(id), fields.name.as_deref())?;
        let record = match fields.integration {
            Some(integration) => self.version_for(integration)?,
            None => self.record_of(&instance)?,
        };
        if record.sequence != instance.sequence {
            let message = "The version belongs to another integration.";
            return Err(Refusal::field("integration", message));
        }
        let mut changed = Instance::clone(&instance);
        changed.version = record.id;
        let (settings, flows) = (fields.settings.take(), fields.flows.take());
        configure(moment, &record, &mut changed, settings, flows)?;
        let preserve = fields.preserve_deploy_state;
        fields.apply(&mut changed);
        self.replace_instance(moment, changed, preserve)
    }

    /// Deletes an instance and what it left behind.
    pub(crate) fn delete_instance(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
    ) -> Change<Arc<Instance>> {
        let instance = self.instances.get(id).ok_or(Refusal::NotFound)?;
        if instance.system {
            return Err(Refusal::field(
                "id",
                "A test instance goes with its integration.",
            ));
        }
        self.tick(moment.now);
        self.remove_instance(id).ok_or(Refusal::NotFound)
    }

    /// The record that an instance is configured with.
    pub(crate) fn record_of(&self, instance: &Instance) -> Change<Arc<Integration>> {
        let record = self.integrations.get(instance.version);
        record.map(Arc::clone).ok_or(Refusal::NotFound)
    }

    pub(super) fn remove_instance(&mut self, id: Uuid) -> Option<Arc<Instance>> {
        let executions = self.executions.with(&Key::Instance(id));
        for execution in executions.map(|execution| execution.id).collect::<Vec<_>>() {
            self.executions.remove(execution);
        }
        self.instances.remove(id)
    }

    pub(super) fn add_test_instance(&mut self, draft: &Integration) {
        let customer = self.system_customer();
        let mut instance = blank(draft.test_instance, customer, draft, draft.created_at);
        instance.name.clone_from(&draft.name);
        (instance.system, instance.enabled) = (true, true);
        self.instances.insert(instance);
    }

    /// Puts a changed instance in place of the one it was made from.
    pub(super) fn replace_instance(
        &mut self,
        moment: Moment<'_>,
        changed: Instance,
        preserve_deploy_state: bool,
    ) -> Change<Arc<Instance>> {
        let at = self.tick(moment.now);
        let replaced = self.instances.update(changed.id, |instance| {
            let differs = changed.version != instance.version
                || changed.values != instance.values
                || changed.flows != instance.flows
                || (moment.behaviour.metadata_needs_deploy
                    && described(&changed) != described(instance));
            let needs_deploy = instance.needs_deploy || (differs && !preserve_deploy_state);
            let silent = !moment.behaviour.config_moves_updated_at
                && changed.values != instance.values
                && changed.version == instance.version
                && described(&changed) == described(instance);
            let at = if silent { instance.updated_at } else { at };
            *instance = changed;
            instance.needs_deploy = needs_deploy;
            instance.updated_at = at;
        });
        replaced.ok_or(Refusal::NotFound)
    }

    /// The version that an id given for an instance means.
    fn version_for(&self, id: Uuid) -> Change<Arc<Integration>> {
        let record = self.integrations.get(id);
        let record = record.ok_or_else(|| Refusal::field("integration", "Record not found."))?;
        if !record.is_draft() {
            return Ok(Arc::clone(record));
        }
        let offered = self
            .versions(record.sequence)
            .filter(|version| version.available);
        offered.last().map(Arc::clone).ok_or_else(|| {
            let message = "The integration has no published version that is available.";
            Refusal::field("integration", message)
        })
    }

    fn check_name(
        &self,
        moment: Moment<'_>,
        customer: Uuid,
        own: Option<Uuid>,
        name: Option<&str>,
    ) -> Change<()> {
        let Some(name) = name else { return Ok(()) };
        if name.trim().is_empty() {
            return Err(Refusal::field("name", "This field may not be blank."));
        }
        if moment.behaviour.duplicate_instance_names == Duplicates::Allowed {
            return Ok(());
        }
        let mut siblings = self.instances.with(&Key::Customer(customer));
        if siblings.any(|other| other.name == name && Some(other.id) != own) {
            let message = format!("The customer already has an instance named \"{name}\".");
            return Err(Refusal::field("name", message));
        }
        Ok(())
    }
}

fn configure(
    moment: Moment<'_>,
    record: &Integration,
    instance: &mut Instance,
    settings: Option<Vec<NewSetting>>,
    flows: Option<Vec<(Uuid, FlowSetting)>>,
) -> Change<()> {
    if let Some(settings) = settings {
        configure::write(moment, record, instance, &settings, Omitted::Reset)?;
    }
    if let Some(flows) = flows {
        let flows = flows.into_iter().map(|(id, flow)| (id, moment.flow(flow)));
        configure::write_flows(record, instance, flows.collect())?;
    }
    Ok(())
}

/// The visible settings of an instance and its switch, without what runs in it.
fn described(instance: &Instance) -> (&str, &str, &[String], bool) {
    (
        &instance.name,
        &instance.description,
        &instance.labels,
        instance.enabled,
    )
}

fn blank(id: Uuid, customer: Uuid, record: &Integration, at: Timestamp) -> Instance {
    Instance {
        id,
        name: String::new(),
        description: String::new(),
        customer,
        version: record.id,
        sequence: record.sequence,
        values: IndexMap::new(),
        flows: IndexMap::new(),
        enabled: false,
        needs_deploy: true,
        deployed_version: 0,
        deploys: 0,
        deployed_at: None,
        executed_at: None,
        labels: Vec::new(),
        system: false,
        starred: false,
        global_debug: false,
        logs_disabled: false,
        step_results_disabled: false,
        created_at: at,
        updated_at: at,
    }
}
