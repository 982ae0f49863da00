//! Two states of the tenant held against each other.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::World;

impl World {
    /// The objects that were made, changed or removed since an earlier state.
    pub(crate) fn changed_since(&self, before: &Self) -> HashSet<Uuid> {
        let mut changed = self.customers.changed_since(&before.customers);
        changed.extend(self.components.changed_since(&before.components));
        changed.extend(self.integrations.changed_since(&before.integrations));
        changed.extend(self.instances.changed_since(&before.instances));
        changed.extend(self.executions.changed_since(&before.executions));
        changed.extend(self.scoped.changed_since(&before.scoped));
        changed.extend(self.shared_values.changed_since(&before.shared_values));
        changed
    }

    /// The tenant with those objects that lag as they were. What an instance refers to is always there.
    pub(crate) fn mixed_with(&self, old: &Self, lags: &dyn Fn(Uuid) -> bool) -> Self {
        let mut mixed = Self {
            customers: self.customers.mixed_with(&old.customers, lags),
            components: self.components.mixed_with(&old.components, lags),
            integrations: self.integrations.mixed_with(&old.integrations, lags),
            instances: self.instances.mixed_with(&old.instances, lags),
            executions: self.executions.mixed_with(&old.executions, lags),
            scoped: self.scoped.mixed_with(&old.scoped, lags),
            shared_values: self.shared_values.mixed_with(&old.shared_values, lags),
            ..self.clone()
        };
        let instances: Vec<_> = mixed.instances.iter().map(Arc::clone).collect();
        for instance in instances {
            let (version, customer) = (instance.version, instance.customer);
            if mixed.integrations.get(version).is_none() {
                let known = [self, old].map(|world| world.integrations.get(version));
                if let Some(record) = known.into_iter().flatten().next() {
                    mixed.integrations.insert(record.as_ref().clone());
                }
            }
            if mixed.customers.get(customer).is_none() {
                let known = [self, old].map(|world| world.customers.get(customer));
                if let Some(record) = known.into_iter().flatten().next() {
                    mixed.customers.insert(record.as_ref().clone());
                }
            }
        }
        mixed
    }

    /// Whether there is an object with this id.
    pub(crate) fn has(&self, id: Uuid) -> bool {
        self.customers.get(id).is_some()
            || self.components.get(id).is_some()
            || self.integrations.get(id).is_some()
            || self.instances.get(id).is_some()
            || self.scoped.get(id).is_some()
            || self.shared_values.get(id).is_some()
    }
}
