//! A small world for the tests of this module and of `plan`: one line per fact.

mod connections;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

pub use connections::{connection_type, inputs, shown};

use super::{Admissions, ChangeSet, Inputs, diff};
use crate::definition::{Definition, Definitions};
use crate::model::{
    Adopt, Asked, ConfigEntry, ConfigValue, Customer, CustomerId, CustomerRecord, CustomerRef,
    DefinitionFile, Desired, DesiredCustomer, DesiredInstance, DesiredIntegration, DigestKey,
    Identity, Instance, InstanceId, InstanceState, InstanceVersion, Integration, IntegrationId,
    IntegrationRef, Listing, LiveConfigVariable, Location, Observed, Policy, Project, PublishWhen,
    PublishedVersion, ResourceName, SecretRecords, SecretValues, SecretWrites, SequenceId, Tenant,
    VersionId, VersionRecord, VersionRef,
};

pub fn name(text: &str) -> ResourceName {
    ResourceName::parse(text).unwrap()
}

/// A definition with one flow that calls `url`, and one variable `Endpoint`.
pub fn definition(display: &str, url: &str) -> String {
    format!(
        "definitionVersion: 7
name: {display}
description: Keeps orders in step
requiredConfigVars:
- key: Endpoint
  dataType: string
- key: Batch Size
  dataType: number
  defaultValue: '100'
flows:
- name: Sync
  isSynchronous: false
  steps:
  - name: Trigger
    isTrigger: true
    action: {{component: {{key: webhook-triggers, version: LATEST, isPublic: true}}, key: webhook}}
    inputs: {{}}
  - name: Fetch
    action: {{component: {{key: http, version: LATEST, isPublic: true}}, key: httpGet}}
    inputs:
      url: {{type: value, value: '{url}'}}
"
    )
}

/// What is declared, and what is live.
pub struct World {
    pub desired: Desired,
    pub tenant: Tenant,
    pub secrets: SecretValues,
    pub records: SecretRecords,
    pub unrecorded: SecretWrites,
    pub adopt: bool,
    pub admissions: Option<Admissions>,
}

impl World {
    /// A project `p`, and a tenant with the customers Smith and Jones.
    pub fn new() -> Self {
        let customer = |key: &str, display: &str| {
            let customer = Customer {
                id: CustomerId::new(format!("c-{key}")),
                name: display.to_owned(),
                external_id: Some(key.to_owned()),
            };
            (
                CustomerRef::ExternalId(key.to_owned()),
                Listing::complete(vec![customer]),
            )
        };
        Self {
            desired: Desired {
                project: Project {
                    name: name("p"),
                    environments: IndexMap::new(),
                    policy: Policy::default(),
                    notify: Vec::new(),
                    apply: Default::default(),
                },
                customers: Vec::new(),
                connections: Vec::new(),
                integrations: Vec::new(),
                instances: Vec::new(),
                fleets: Vec::new(),
                places: Default::default(),
            },
            tenant: Tenant {
                identity: Identity {
                    email: "bot@acme.example".to_owned(),
                    name: "Bot".to_owned(),
                    organization_id: "o1".to_owned(),
                    organization: "Acme".to_owned(),
                    tenant_id: None,
                },
                integrations: Listing::default(),
                instances: Listing::default(),
                customers: BTreeMap::from([
                    customer("smith", "Smith Hardware"),
                    customer("jones", "Jones Logistics"),
                ]),
                interrupted: BTreeMap::new(),
                all_customers: None,
                connections: None,
                connection_types: BTreeMap::new(),
                near_customers: Vec::new(),
            },
            secrets: SecretValues::default(),
            records: SecretRecords::new(DigestKey::new([7; 32])),
            unrecorded: SecretWrites::Once,
            adopt: false,
            admissions: None,
        }
    }

    /// Declares a customer by its external id, and has all customers read.
    pub fn declare_customer(&mut self, key: &str, external: &str) -> &mut DesiredCustomer {
        self.tenant.all_customers.get_or_insert_default();
        self.desired.customers.push(DesiredCustomer {
            name: name(key),
            external_id: external.to_owned(),
            display_name: key.to_owned(),
            description: None,
            labels: None,
            concurrent_execution_limit: None,
            adopt: None,
            drift: None,
            location: Location {
                file: "all.yaml".into(),
                line: 5,
                column: 1,
                length: 0,
            },
        });
        self.desired.customers.last_mut().unwrap()
    }

    /// A live customer without labels.
    pub fn live_customer(&mut self, id: &str, name: &str) -> &mut CustomerRecord {
        let all = self.tenant.all_customers.get_or_insert_default();
        all.items.push(CustomerRecord {
            customer: Customer {
                id: CustomerId::new(id),
                name: name.to_owned(),
                external_id: None,
            },
            description: String::new(),
            labels: Vec::new(),
            concurrent_execution_limit: Asked::Known(None),
            updated_at: None,
        });
        all.items.last_mut().unwrap()
    }

    /// Declares an integration.
    pub fn declare(&mut self, key: &str, text: &str) -> &mut DesiredIntegration {
        self.desired.integrations.push(DesiredIntegration {
            name: name(key),
            bare: false,
            definition: DefinitionFile {
                path: format!("{key}.yml").into(),
                text: text.into(),
            },
            adopt: None,
            description: None,
            publish: PublishWhen::Changed,
            available: None,
            marketplace: None,
            protect: false,
            rollout: None,
            drift: None,
            location: Location {
                file: "all.yaml".into(),
                line: 1,
                column: 1,
                length: 0,
            },
        });
        self.desired.integrations.last_mut().unwrap()
    }

    /// Declares an instance of a managed integration for a customer.
    pub fn declare_instance(
        &mut self,
        key: &str,
        integration: &str,
        customer: &str,
    ) -> &mut DesiredInstance {
        self.desired.instances.push(DesiredInstance {
            name: name(key),
            integration: IntegrationRef::Managed(name(integration)),
            version: VersionRef::Latest,
            customer: CustomerRef::ExternalId(customer.to_owned()),
            display_name: key.to_owned(),
            description: None,
            labels: None,
            state: InstanceState::Enabled,
            config: Default::default(),
            flows: Default::default(),
            global_debug: None,
            deploy: PublishWhen::Changed,
            force: false,
            adopt: None,
            protect: false,
            member: None,
            displaces: None,
            outside_rollout: None,
            drift: None,
            location: Location {
                file: "all.yaml".into(),
                line: 9,
                column: 1,
                length: 0,
            },
        });
        self.desired.instances.last_mut().unwrap()
    }

    /// A live integration without labels, published once as version 1 of its draft.
    pub fn live(&mut self, id: &str, text: &str) -> &mut Integration {
        let definition = Definition::parse(text, "live.yml").unwrap();
        let version = PublishedVersion {
            id: VersionId::new(format!("{id}-v1")),
            number: 1,
            available: true,
            created_at: None,
            record: VersionRecord::default(),
            visibility: None,
            overview: None,
            allow_multiple_instances: false,
            required: Asked::Known(definition.required_variables()),
        };
        self.tenant.integrations.items.push(Integration {
            id: IntegrationId::new(id),
            name: definition.name().to_owned(),
            description: definition.description().to_owned(),
            labels: Vec::new(),
            sequence: Some(SequenceId::new(format!("{id}-seq"))),
            customer_owned: false,
            code_native: false,
            has_unpublished_changes: false,
            definition: Observed::Known(text.into()),
            versions: Listing::complete(vec![version]),
        });
        self.tenant.integrations.items.last_mut().unwrap()
    }

    /// A live, deployed, enabled instance of version 1 of an integration.
    pub fn live_instance(&mut self, id: &str, integration: &str, customer: &str) -> &mut Instance {
        let live = self
            .tenant
            .integrations
            .items
            .iter()
            .find(|i| i.id.as_str() == integration);
        let live = live.unwrap();
        let customer =
            self.tenant.customers[&CustomerRef::ExternalId(customer.to_owned())].items[0].clone();
        let config = live.versions.items[0]
            .required
            .known()
            .unwrap()
            .iter()
            .map(|declared| {
                let variable = LiveConfigVariable {
                    value: declared.default_value.clone(),
                    status: None,
                    time_zone: None,
                    schedule_type: None,
                    inputs: Vec::new(),
                    shared: false,
                    bound: None,
                    scoped: None,
                    oauth: false,
                    declared: Arc::new(declared.clone()),
                };
                (declared.key.clone(), variable)
            });
        let instance = Instance {
            id: InstanceId::new(id),
            name: id.to_owned(),
            description: String::new(),
            labels: Vec::new(),
            enabled: true,
            needs_deploy: false,
            deployed: true,
            config_state: None,
            in_failed_state: false,
            system_suspended: false,
            last_deployed_at: None,
            updated_at: None,
            designed_by_customer: false,
            version: InstanceVersion {
                id: VersionId::new(format!("{integration}-v1")),
                number: 1,
                sequence: live.sequence.clone(),
                integration_name: live.name.clone(),
            },
            customer,
            config: Observed::Known(config.collect()),
            flows: Asked::NotAsked,
            global_debug: Some(false),
        };
        self.tenant.instances.items.push(instance);
        self.tenant.instances.items.last_mut().unwrap()
    }

    pub fn definitions(&self) -> Definitions {
        let parse = |i: &DesiredIntegration| {
            (
                i.name.clone(),
                Definition::parse(&i.definition.text, &i.definition.path).unwrap(),
            )
        };
        self.desired.integrations.iter().map(parse).collect()
    }

    /// The differences, and anything else derived from the inputs.
    pub fn with<T>(&self, then: impl FnOnce(&Inputs<'_>, &ChangeSet) -> T) -> T {
        let definitions = self.definitions();
        let inputs = Inputs {
            desired: &self.desired,
            definitions: &definitions,
            secrets: &self.secrets,
            records: &self.records,
            unrecorded: self.unrecorded,
            tenant: &self.tenant,
            catalogue: None,
            adopt: self.adopt,
            admissions: self.admissions.as_ref(),
        };
        then(&inputs, &diff(&inputs))
    }

    pub fn diff(&self) -> ChangeSet {
        self.with(|_, changes| changes.clone())
    }
}

pub trait Configured {
    /// Declares a value.
    fn set(&mut self, key: &str, value: ConfigValue) -> &mut Self;
    /// Declares a value to begin with.
    fn seed(&mut self, key: &str, value: ConfigValue) -> &mut Self;
}

impl Configured for DesiredInstance {
    fn set(&mut self, key: &str, value: ConfigValue) -> &mut Self {
        let entry = ConfigEntry {
            value,
            seed: false,
            location: self.location.clone(),
        };
        Arc::make_mut(&mut self.config).insert(key.to_owned(), Arc::new(entry));
        self
    }

    fn seed(&mut self, key: &str, value: ConfigValue) -> &mut Self {
        let entry = ConfigEntry {
            value,
            seed: true,
            location: self.location.clone(),
        };
        Arc::make_mut(&mut self.config).insert(key.to_owned(), Arc::new(entry));
        self
    }
}

pub trait Valued {
    /// Gives a variable a live value.
    fn holds(&mut self, key: &str, value: &str) -> &mut Self;
}

impl Valued for Instance {
    fn holds(&mut self, key: &str, value: &str) -> &mut Self {
        if let Observed::Known(config) = &mut self.config {
            config.get_mut(key).unwrap().value = Some(value.to_owned());
        }
        self
    }
}

pub fn scalar(text: &str) -> ConfigValue {
    ConfigValue::Scalar(text.to_owned())
}

pub fn adopt_name(text: &str) -> Option<Adopt> {
    Some(Adopt::Name(text.to_owned()))
}

pub fn adopt_id(text: &str) -> Option<Adopt> {
    Some(Adopt::Id(text.to_owned()))
}

pub fn unread() -> Option<Arc<str>> {
    Some("page 2 failed".into())
}
