//! Connections that instances share (scoped config variables), and their values for customers.
//!
//! The schema says what they take and answer (FACTS §10, §19). Choices where nothing is known: a connection of the
//! organization has one value, of no customer; a customer may be given a second one; a write merges inputs by name,
//! and calls for no deploy but where it asks for one; what is in use cannot be deleted.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::config::{ResolvedInput, is_secret_name};
use super::instance::{Instance, StoredInput};
use super::table::{Key, Record};
use super::{Change, Moment, Refusal, WHOLE, World};
use crate::definition::ConnectionRef;

/// A connection that instances share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scoped {
    pub(crate) id: Uuid,
    pub(crate) key: String,
    pub(crate) stable_key: String,
    pub(crate) description: String,
    /// In upper case.
    pub(crate) managed_by: String,
    /// In upper case.
    pub(crate) scope: String,
    /// The customer that it belongs to; the organization if none.
    pub(crate) customer: Option<Uuid>,
    pub(crate) connection: Option<ConnectionRef>,
    pub(crate) inputs: IndexMap<String, StoredInput>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The value of a shared connection for one customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SharedValue {
    pub(crate) id: Uuid,
    pub(crate) scoped: Uuid,
    pub(crate) customer: Option<Uuid>,
    pub(crate) key: Option<String>,
    pub(crate) test: bool,
    pub(crate) inputs: IndexMap<String, StoredInput>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Record for Scoped {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        vec![Key::Name(self.stable_key.clone())]
    }
}

impl Record for SharedValue {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        let customer = self.customer.map(Key::Customer);
        customer
            .into_iter()
            .chain([Key::Sequence(self.scoped)])
            .collect()
    }
}

/// An input as it came in.
#[derive(Debug, Clone)]
pub(crate) struct NewInput {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) value: Option<String>,
}

/// What a shared connection is created with.
#[derive(Debug, Clone)]
pub(crate) struct NewScoped {
    pub(crate) key: String,
    pub(crate) stable_key: String,
    pub(crate) description: String,
    pub(crate) managed_by: Option<String>,
    pub(crate) scope: String,
    pub(crate) customer: Option<Uuid>,
    /// The id of a connection of a component.
    pub(crate) connection: Option<Uuid>,
    pub(crate) inputs: Vec<NewInput>,
}

/// What may be set on a shared connection. `None` leaves a field as it is.
#[derive(Debug, Clone)]
pub(crate) struct ScopedFields {
    pub(crate) key: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) inputs: Vec<NewInput>,
    pub(crate) redeploy: bool,
}

/// What a value is created with.
#[derive(Debug, Clone)]
pub(crate) struct NewValue {
    pub(crate) scoped: Uuid,
    pub(crate) customer: Option<Uuid>,
    pub(crate) key: Option<String>,
    pub(crate) test: bool,
    pub(crate) inputs: Vec<NewInput>,
}

/// A word of an enum that is given as text, in upper case.
fn word(field: &str, text: &str, allowed: &[&str]) -> Change<String> {
    let upper = text.to_uppercase();
    match allowed.contains(&upper.as_str()) {
        true => Ok(upper),
        false => Err(Refusal::field(
            field,
            format!("\"{text}\" is not a valid choice."),
        )),
    }
}

/// Writes inputs over those that are there. A masked text that comes back leaves the secret it stands for.
fn write(
    moment: Moment<'_>,
    inputs: &mut IndexMap<String, StoredInput>,
    news: Vec<NewInput>,
) -> Change<()> {
    let mask = &moment.behaviour.masked_text;
    for new in news {
        let kind = new
            .kind
            .unwrap_or_else(|| "value".to_owned())
            .to_lowercase();
        if kind != "value" {
            let message = format!("The input \"{}\" is of no type that fits here.", new.name);
            return Err(Refusal::field("inputs", message));
        }
        let value = new.value.unwrap_or_default();
        if is_secret_name(&new.name) && !mask.is_empty() && value == *mask {
            continue;
        }
        let value = moment.text(&value);
        inputs.insert(new.name, StoredInput { kind, value });
    }
    Ok(())
}

/// Inputs as they are answered.
pub(crate) fn resolved<'a>(
    inputs: impl Iterator<Item = (&'a String, &'a StoredInput)>,
) -> Vec<ResolvedInput> {
    let one = |(name, input): (&String, &StoredInput)| ResolvedInput {
        name: name.clone(),
        kind: input.kind.clone(),
        value: input.value.clone(),
        write_only: is_secret_name(name),
    };
    inputs.map(one).collect()
}

impl World {
    /// The shared connection with a stable key.
    pub(crate) fn with_stable_key(&self, key: &str) -> Option<&Arc<Scoped>> {
        self.scoped.first(&Key::Name(key.to_owned()))
    }

    /// Creates a shared connection.
    pub(crate) fn create_scoped(
        &mut self,
        moment: Moment<'_>,
        new: NewScoped,
    ) -> Change<Arc<Scoped>> {
        for (field, text) in [("key", &new.key), ("stableKey", &new.stable_key)] {
            if text.trim().is_empty() {
                return Err(Refusal::field(field, "This field may not be blank."));
            }
        }
        if self.with_stable_key(&new.stable_key).is_some() {
            let message = format!("\"{}\" is taken already.", new.stable_key);
            return Err(Refusal::field("stableKey", message));
        }
        let managed_by = new.managed_by.as_deref().unwrap_or("ORG");
        let connection = new.connection.map(|id| self.connection(id)).transpose()?;
        let mut inputs = IndexMap::new();
        write(moment, &mut inputs, new.inputs)?;
        let (managed_by, scope) = (
            word("managedBy", managed_by, &["ORG", "CUSTOMER"])?,
            word("variableScope", &new.scope, &["ORG", "CUSTOMER"])?,
        );
        let of_organization = scope == "ORG";
        let id = self.new_id();
        let at = self.tick(moment.now);
        let created = self.scoped.insert(Scoped {
            id,
            key: moment.text(&new.key),
            stable_key: new.stable_key,
            description: moment.text(&new.description),
            managed_by,
            scope,
            customer: new.customer,
            connection,
            inputs,
            created_at: at,
            updated_at: at,
        });
        if of_organization {
            let value = NewValue {
                scoped: created.id,
                customer: None,
                key: None,
                test: false,
                inputs: Vec::new(),
            };
            self.create_shared_value(moment, value)?;
        }
        Ok(created)
    }

    /// The connection of a component with this id.
    fn connection(&self, id: Uuid) -> Change<ConnectionRef> {
        let all = self.components.iter().flat_map(|component| {
            let connections = component.connections.iter();
            connections.map(move |connection| (component, connection))
        });
        let mut found = all.filter(|(component, connection)| {
            super::id::part(component.id, "connection", &connection.key) == id
        });
        match found.next() {
            Some((component, connection)) => Ok(ConnectionRef {
                component_key: component.key.clone(),
                key: connection.key.clone(),
                is_public: component.public,
            }),
            None => Err(Refusal::field("connection", "Record not found.")),
        }
    }

    /// Changes a shared connection.
    pub(crate) fn update_scoped(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        fields: ScopedFields,
    ) -> Change<Arc<Scoped>> {
        let scoped = self.scoped.get(id).ok_or(Refusal::NotFound)?;
        let mut inputs = scoped.inputs.clone();
        write(moment, &mut inputs, fields.inputs)?;
        let at = self.tick(moment.now);
        let changed = self.scoped.update(id, |scoped| {
            scoped.inputs = inputs;
            let texts = [
                (&mut scoped.key, fields.key),
                (&mut scoped.description, fields.description),
            ];
            for (kept, new) in texts {
                if let Some(new) = new {
                    *kept = moment.text(&new);
                }
            }
            scoped.updated_at = at;
        });
        let changed = changed.ok_or(Refusal::NotFound)?;
        if fields.redeploy {
            let users = self.users_of(&changed);
            self.redeploy(moment, users);
        }
        Ok(changed)
    }

    /// Deletes a shared connection that nothing uses, with its values.
    pub(crate) fn delete_scoped(&mut self, moment: Moment<'_>, id: Uuid) -> Change<Arc<Scoped>> {
        let scoped = self
            .scoped
            .get(id)
            .map(Arc::clone)
            .ok_or(Refusal::NotFound)?;
        if self.is_in_use(&scoped) {
            return Err(Refusal::field(WHOLE, "The connection is in use."));
        }
        let values = self.shared_values.with(&Key::Sequence(id));
        for value in values.map(|value| value.id).collect::<Vec<_>>() {
            self.shared_values.remove(value);
        }
        self.tick(moment.now);
        self.scoped.remove(id).ok_or(Refusal::NotFound)
    }

    /// Creates the value of a shared connection for a customer.
    pub(crate) fn create_shared_value(
        &mut self,
        moment: Moment<'_>,
        new: NewValue,
    ) -> Change<Arc<SharedValue>> {
        if self.scoped.get(new.scoped).is_none() {
            return Err(Refusal::field("scopedConfigVariable", "Record not found."));
        }
        let unknown = |id: Uuid| self.customers.get(id).is_none();
        if new.customer.is_some_and(unknown) {
            return Err(Refusal::field("customer", "Record not found."));
        }
        let mut inputs = IndexMap::new();
        write(moment, &mut inputs, new.inputs)?;
        let id = self.new_id();
        let at = self.tick(moment.now);
        Ok(self.shared_values.insert(SharedValue {
            id,
            scoped: new.scoped,
            customer: new.customer,
            key: new.key,
            test: new.test,
            inputs,
            created_at: at,
            updated_at: at,
        }))
    }

    /// Writes inputs of a value.
    pub(crate) fn update_shared_value(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        (news, redeploy): (Vec<NewInput>, bool),
    ) -> Change<Arc<SharedValue>> {
        let value = self.shared_values.get(id).ok_or(Refusal::NotFound)?;
        let mut inputs = value.inputs.clone();
        write(moment, &mut inputs, news)?;
        let at = self.tick(moment.now);
        let changed = self.shared_values.update(id, |value| {
            value.inputs = inputs;
            value.updated_at = at;
        });
        if redeploy {
            let users = self.bound_to(id).map(|it| it.id).collect();
            self.redeploy(moment, users);
        }
        changed.ok_or(Refusal::NotFound)
    }

    /// Deletes a value that nothing uses.
    pub(crate) fn delete_shared_value(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
    ) -> Change<Arc<SharedValue>> {
        if self.bound_to(id).next().is_some() {
            return Err(Refusal::field(WHOLE, "The value is in use."));
        }
        self.tick(moment.now);
        self.shared_values.remove(id).ok_or(Refusal::NotFound)
    }

    /// The instances that are bound to a value.
    pub(crate) fn bound_to(&self, value: Uuid) -> impl Iterator<Item = &Arc<Instance>> {
        self.instances.iter().filter(move |instance| {
            let mut settings = instance.values.values();
            settings.any(|setting| setting.shared == Some(value))
        })
    }

    /// The instances that use a connection: by one of its values, or since their definition names it.
    pub(crate) fn users_of(&self, scoped: &Scoped) -> Vec<Uuid> {
        let values: Vec<Uuid> = (self.shared_values.with(&Key::Sequence(scoped.id)))
            .map(|value| value.id)
            .collect();
        let uses = |instance: &&Arc<Instance>| {
            let mut settings = instance.values.values();
            let bound = settings.any(|it| it.shared.is_some_and(|id| values.contains(&id)));
            bound || self.names(instance.version, &scoped.stable_key)
        };
        let all = self.instances.iter().filter(|it| !it.system).filter(uses);
        all.map(|instance| instance.id).collect()
    }

    fn names(&self, record: Uuid, stable_key: &str) -> bool {
        let record = self.integrations.get(record);
        record.is_some_and(|record| {
            let mut variables = record.definition.required_config_vars.iter();
            variables.any(|variable| variable.scoped.as_deref() == Some(stable_key))
        })
    }

    /// Whether an instance or a definition uses a connection.
    pub(crate) fn is_in_use(&self, scoped: &Scoped) -> bool {
        let named = || {
            let mut records = self.integrations.iter();
            records.any(|record| self.names(record.id, &scoped.stable_key))
        };
        !self.users_of(scoped).is_empty() || named()
    }

    /// Deploys those that were deployed before. One that cannot be stays as it is.
    fn redeploy(&mut self, moment: Moment<'_>, instances: Vec<Uuid>) {
        for id in instances {
            let deployed = self
                .instances
                .get(id)
                .is_some_and(|it| it.deployed_at.is_some());
            if deployed {
                let _ = self.deploy(moment, id, false);
            }
        }
    }

    /// The status of a connection itself, in upper case; `None` where each customer has a value.
    pub(crate) fn scoped_status(&self, scoped: &Scoped) -> Option<String> {
        (scoped.scope == "ORG").then(|| self.status_of(scoped, &resolved(scoped.inputs.iter())))
    }

    /// The status of a value, in upper case.
    pub(crate) fn shared_status(&self, value: &SharedValue) -> String {
        let Some(scoped) = self.scoped.get(value.scoped) else {
            return "ERROR".to_owned();
        };
        let own = value.inputs.iter();
        let others = scoped
            .inputs
            .iter()
            .filter(|(name, _)| !value.inputs.contains_key(*name));
        self.status_of(scoped, &resolved(own.chain(others)))
    }

    fn status_of(&self, scoped: &Scoped, inputs: &[ResolvedInput]) -> String {
        let consents = scoped
            .connection
            .as_ref()
            .is_some_and(|it| self.asks_consent(it));
        let filled = !inputs.is_empty() && inputs.iter().all(|input| !input.value.is_empty());
        let active = filled && !consents;
        if active { "ACTIVE" } else { "PENDING" }.to_owned()
    }

    /// Refuses a value that is not there, or another customer's.
    pub(crate) fn check_shared(&self, field: &str, value: Uuid, customer: Uuid) -> Change<()> {
        let found = self.shared_values.get(value);
        match found.filter(|value| value.customer.is_none_or(|id| id == customer)) {
            Some(_) => Ok(()),
            None => Err(Refusal::field(
                field,
                "The customer config variable does not exist.",
            )),
        }
    }
}
