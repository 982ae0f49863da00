//! The shared connections of all files: which of them are the same, and what refers to them.

use std::collections::HashMap;

use super::fields::quoted;
use super::findings::{Finding, Problem};
use super::resolve::Resolver;
use crate::model::{
    Address, Config, ConfigValue, CustomerRef, Declared as _, DesiredConnection, ResourceName,
};

impl Resolver<'_> {
    /// Connections are distinguished by their stable key, and each has one value for a customer.
    pub(super) fn connection(&mut self, mut connection: DesiredConnection) {
        let others = self.desired.connections.iter();
        let same = others
            .clone()
            .find(|it| it.stable_key == connection.stable_key);
        if let Some(other) = same {
            let (address, place) = (other.address(), &other.location);
            let message = format!(
                "{address} has the stableKey {} too, in {place}",
                quoted(&connection.stable_key)
            );
            let problem = Problem::new("duplicate-connection", message)
                .hint("keep one of the two: both would be the same connection");
            self.find(connection.location.clone(), problem);
            return;
        }
        let mut seen: HashMap<String, String> = HashMap::new();
        for value in &mut connection.customers {
            let managed = ResourceName::parse(&value.written)
                .ok()
                .and_then(|name| self.desired.customers.iter().find(|it| it.name == name));
            let mut external = value.written.clone();
            if let Some(managed) = managed {
                value.customer = CustomerRef::Managed(managed.name.clone());
                external.clone_from(&managed.external_id);
            }
            if let Some(other) = seen.insert(external, value.written.clone()) {
                let message = format!(
                    "{} and {} are one customer",
                    quoted(&other),
                    quoted(&value.written)
                );
                let problem =
                    Problem::new("duplicate-customer", message).hint("keep one of the two");
                self.findings
                    .push(Finding::new(value.location.clone(), problem));
            }
        }
        self.desired.connections.push(connection);
    }

    /// The connections that config values refer to must be declared.
    pub(super) fn shared_connections(&mut self, config: &Config) -> bool {
        let mut found = true;
        for entry in config.values() {
            if let ConfigValue::SharedConnection(name) = &entry.value {
                let address = Some(Address::connection(name.clone()));
                let hint = "declare it: a manifest of `kind: Connection`".to_owned();
                found &= self.is_declared_or(address, &entry.location, hint);
            }
        }
        found
    }
}
