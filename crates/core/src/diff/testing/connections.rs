//! Shared connections of the small world.

use indexmap::IndexMap;

use super::{World, name};
use crate::model::{
    ConnectionId, ConnectionInput, ConnectionRecord, ConnectionScope, ConnectionType,
    ConnectionValue, ConnectionValueId, Customer, CustomerId, CustomerRef, DesiredConnection,
    DesiredConnectionValue, Listing, LiveInput, Location, ManagedBy, Observed, VariableStatus,
};

impl World {
    /// Declares a connection with values for customers, and has all connections read.
    pub fn declare_connection(&mut self, key: &str) -> &mut DesiredConnection {
        self.tenant.connections.get_or_insert_default();
        let kind = connection_type();
        let id = Observed::Known("type-1".to_owned());
        self.tenant.connection_types.insert(kind.clone(), id);
        self.desired.connections.push(DesiredConnection {
            name: name(key),
            stable_key: key.to_owned(),
            display_name: key.to_owned(),
            kind,
            scope: ConnectionScope::Customer,
            managed_by: None,
            description: None,
            inputs: IndexMap::new(),
            customers: Vec::new(),
            redeploy: false,
            adopt: None,
            drift: None,
            location: Location {
                file: "all.yaml".into(),
                line: 7,
                column: 1,
                length: 0,
            },
        });
        self.desired.connections.last_mut().unwrap()
    }

    /// A live connection with values for customers, and without labels.
    pub fn live_connection(&mut self, id: &str, stable_key: &str) -> &mut ConnectionRecord {
        let all = self.tenant.connections.get_or_insert_default();
        all.items.push(ConnectionRecord {
            id: ConnectionId::new(id),
            display_name: stable_key.to_owned(),
            stable_key: stable_key.to_owned(),
            text: String::new(),
            labels: Vec::new(),
            kind: Some(connection_type()),
            scope: Some(ConnectionScope::Customer),
            managed_by: Some(ManagedBy::Org),
            status: None,
            oauth: false,
            inputs: Listing::default(),
            values: Listing::default(),
            in_use: false,
        });
        all.items.last_mut().unwrap()
    }
}

pub fn connection_type() -> ConnectionType {
    ConnectionType {
        component: "sftp".to_owned(),
        public: true,
        connection: "basic".to_owned(),
    }
}

/// Inputs that are no secrets.
pub fn inputs(all: &[(&str, &str)]) -> IndexMap<String, ConnectionInput> {
    let all = all.iter();
    all.map(|(name, text)| {
        let input = ConnectionInput::Plain((*text).to_owned());
        ((*name).to_owned(), input)
    })
    .collect()
}

/// Inputs as the API shows them.
pub fn shown(all: &[(&str, &str)]) -> Listing<LiveInput> {
    let all = all.iter().map(|(name, text)| LiveInput {
        name: (*name).to_owned(),
        value: Some((*text).to_owned()),
        has_value: true,
    });
    Listing::complete(all.collect())
}

impl DesiredConnection {
    /// Declares a value for a customer.
    pub fn value_for(&mut self, external: &str, all: &[(&str, &str)]) -> &mut Self {
        self.customers.push(DesiredConnectionValue {
            customer: CustomerRef::ExternalId(external.to_owned()),
            written: external.to_owned(),
            inputs: inputs(all),
            location: self.location.clone(),
        });
        self
    }
}

impl ConnectionRecord {
    /// Gives it a value for one of the customers of the world.
    pub fn holds_for(&mut self, id: &str, external: &str, all: &[(&str, &str)]) -> &mut Self {
        self.values.items.push(ConnectionValue {
            id: ConnectionValueId::new(id),
            customer: Some(Customer {
                id: CustomerId::new(format!("c-{external}")),
                name: external.to_owned(),
                external_id: Some(external.to_owned()),
            }),
            status: Some(VariableStatus::Active),
            inputs: shown(all),
        });
        self
    }
}
