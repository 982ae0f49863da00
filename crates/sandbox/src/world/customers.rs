//! Creating, changing and deleting customers.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::customer::Customer;
use super::integration::Attachment;
use super::table::Key;
use super::{Change, Moment, Refusal, WHOLE, World};

/// What may be set on a customer. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomerFields {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) embedded_designer: Option<bool>,
    pub(crate) workflow_copilot: Option<bool>,
    pub(crate) execution_limit: Option<i64>,
    pub(crate) starred: Option<bool>,
    pub(crate) attach: Option<Attachment>,
    pub(crate) detach: Option<Attachment>,
}

/// Sets `target` if there is something to set.
pub(crate) fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

impl CustomerFields {
    /// Makes of the texts what is kept of them.
    fn keep(&mut self, moment: Moment<'_>) {
        moment.some_text(&mut self.name);
        moment.some_text(&mut self.description);
        moment.some_text(&mut self.external_id);
        moment.some_texts(&mut self.labels);
    }

    fn apply(self, customer: &mut Customer) {
        set(&mut customer.name, self.name);
        set(&mut customer.description, self.description);
        if let Some(external) = self.external_id {
            customer.external_id = (!external.is_empty()).then_some(external);
        }
        set(&mut customer.labels, self.labels);
        set(&mut customer.avatar_url, self.avatar_url.map(Some));
        set(&mut customer.embedded_designer, self.embedded_designer);
        set(&mut customer.workflow_copilot, self.workflow_copilot);
        set(
            &mut customer.execution_limit,
            self.execution_limit.map(Some),
        );
        set(&mut customer.starred, self.starred);
        customer.attachments.extend(self.attach);
        if let Some(gone) = self.detach {
            customer
                .attachments
                .retain(|attachment| *attachment != gone);
        }
    }
}

impl World {
    pub(super) fn add_system_customer(&mut self, now: Timestamp) {
        let id = self.new_id();
        let at = self.tick(now);
        let mut customer = blank(id, at);
        "Prismatic Test Customer".clone_into(&mut customer.name);
        customer.system = true;
        self.customers.insert(customer);
    }

    /// Creates a customer.
    pub(crate) fn create_customer(
        &mut self,
        moment: Moment<'_>,
        mut fields: CustomerFields,
    ) -> Change<Arc<Customer>> {
        fields.keep(moment);
        self.check_customer(None, &fields)?;
        let id = self.new_id();
        let at = self.tick(moment.now);
        let mut customer = blank(id, at);
        fields.apply(&mut customer);
        Ok(self.customers.insert(customer))
    }

    /// Changes a customer.
    pub(crate) fn update_customer(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        mut fields: CustomerFields,
    ) -> Change<Arc<Customer>> {
        fields.keep(moment);
        if self.customers.get(id).is_none() {
            return Err(Refusal::NotFound);
        }
        self.check_customer(Some(id), &fields)?;
        let at = self.tick(moment.now);
        let changed = self.customers.update(id, |customer| {
            fields.apply(customer);
            customer.updated_at = at;
        });
        changed.ok_or(Refusal::NotFound)
    }

    /// Deletes a customer, and its instances where deletes cascade.
    pub(crate) fn delete_customer(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
    ) -> Change<Arc<Customer>> {
        if self
            .customers
            .get(id)
            .is_none_or(|customer| customer.system)
        {
            return Err(Refusal::NotFound);
        }
        let instances = self.instances.with(&Key::Customer(id));
        let instances: Vec<Uuid> = instances.map(|instance| instance.id).collect();
        if !instances.is_empty() && !moment.behaviour.delete_cascades {
            let count = instances.len();
            let message = format!("The customer still has {count} instance(s).");
            return Err(Refusal::field(WHOLE, message));
        }
        for instance in instances {
            self.delete_instance(moment, instance)?;
        }
        self.tick(moment.now);
        self.customers.remove(id).ok_or(Refusal::NotFound)
    }

    fn check_customer(&self, own: Option<Uuid>, fields: &CustomerFields) -> Change<()> {
        if let Some(name) = &fields.name {
            if name.trim().is_empty() {
                return Err(Refusal::field("name", "This field may not be blank."));
            }
            self.check_free(own, &Key::Name(name.clone()), "name", name)?;
        }
        match &fields.external_id {
            Some(external) if !external.is_empty() => self.check_free(
                own,
                &Key::External(external.clone()),
                "externalId",
                external,
            ),
            _ => Ok(()),
        }
    }

    fn check_free(&self, own: Option<Uuid>, key: &Key, field: &str, text: &str) -> Change<()> {
        match self.customers.first(key) {
            Some(other) if Some(other.id) != own => {
                let message = format!("Another customer already has \"{text}\" here.");
                Err(Refusal::field(field, message))
            }
            _ => Ok(()),
        }
    }
}

fn blank(id: Uuid, at: Timestamp) -> Customer {
    Customer {
        id,
        name: String::new(),
        description: String::new(),
        external_id: None,
        labels: Vec::new(),
        avatar_url: None,
        embedded_designer: false,
        workflow_copilot: false,
        execution_limit: None,
        starred: false,
        attachments: Vec::new(),
        system: false,
        created_at: at,
        updated_at: at,
    }
}
