//! Tenants described in a file; `docs/sandbox.md` has the form.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::generate::{self, Population};
use super::{demo, invalid, reason};
use crate::SandboxError;
use crate::behaviour::Behaviour;
use crate::definition;
use crate::json::plain;
use crate::world::catalogue::NewComponent;
use crate::world::component::{Action, Connection};
use crate::world::customers::CustomerFields;
use crate::world::integrations::Import;
use crate::world::table::Key;
use crate::world::{Moment, World};

/// A tenant.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Described {
    organization: Option<String>,
    user: Option<Person>,
    customers: Vec<DescribedCustomer>,
    components: Vec<DescribedComponent>,
    integrations: Vec<DescribedIntegration>,
    generate: Option<Population>,
    pub(super) behaviour: Option<Behaviour>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Person {
    name: String,
    email: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DescribedCustomer {
    name: String,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DescribedComponent {
    key: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default = "yes")]
    public: bool,
    #[serde(default = "first")]
    versions: Vec<i64>,
    /// Those versions that are not available.
    #[serde(default)]
    withdrawn: Vec<i64>,
    #[serde(default)]
    labels: Vec<String>,
    /// The external id of the customer that it belongs to.
    #[serde(default)]
    customer: Option<String>,
    #[serde(default)]
    actions: Vec<Action>,
    #[serde(default)]
    connections: Vec<Connection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DescribedIntegration {
    /// A definition, relative to the seed file.
    definition: String,
    #[serde(default)]
    publish: bool,
}

fn yes() -> bool {
    true
}

fn first() -> Vec<i64> {
    vec![1]
}

/// Reads a seed file, YAML or JSON.
pub(super) fn read(path: &Path) -> Result<Described, SandboxError> {
    let text = text(path)?;
    let value = definition::load(&text).map_err(|problems| {
        let problem = problems.first().map(|problem| problem.message.clone());
        invalid(path, problem.unwrap_or_default())
    })?;
    serde_json::from_value(plain(&value)).map_err(|error| invalid(path, error.to_string()))
}

fn text(path: &Path) -> Result<String, SandboxError> {
    fs::read_to_string(path).map_err(|source| SandboxError::ReadSeed {
        path: path.into(),
        source,
    })
}

impl Described {
    /// The tenant that the file describes.
    pub(super) fn world(&self, path: &Path, moment: Moment<'_>) -> Result<World, SandboxError> {
        let organization = self.organization.as_deref().unwrap_or("Acme Inc");
        let mut world = World::new(organization, moment.now);
        if let Some(person) = &self.user {
            world.user.name.clone_from(&person.name);
            world.user.email.clone_from(&person.email);
        }
        demo::common_components(&mut world, moment);
        for customer in &self.customers {
            let created = world.create_customer(moment, customer.fields());
            created.map_err(|refusal| {
                invalid(
                    path,
                    format!("customer {}: {}", customer.name, reason(&refusal)),
                )
            })?;
        }
        for component in &self.components {
            let added = component.add(&mut world, moment);
            added.map_err(|reason| invalid(path, reason))?;
        }
        for integration in &self.integrations {
            integration.add(&mut world, path, moment)?;
        }
        if let Some(population) = &self.generate {
            generate::fill(&mut world, population, moment).map_err(|it| invalid(path, it))?;
        }
        Ok(world)
    }
}

impl DescribedCustomer {
    fn fields(&self) -> CustomerFields {
        CustomerFields {
            name: Some(self.name.clone()),
            description: self.description.clone(),
            external_id: self.external_id.clone(),
            labels: Some(self.labels.clone()),
            ..CustomerFields::default()
        }
    }
}

impl DescribedComponent {
    fn add(&self, world: &mut World, moment: Moment<'_>) -> Result<(), String> {
        let customer = match &self.customer {
            None => None,
            Some(external) => {
                let found = world.customers.first(&Key::External(external.clone()));
                let id = found.map(|customer| customer.id);
                Some(id.ok_or_else(|| format!("component {}: no customer {external}", self.key))?)
            }
        };
        let mut versions = self.versions.clone();
        versions.sort_unstable();
        for number in versions {
            let new = NewComponent {
                key: self.key.clone(),
                label: self.label.clone(),
                description: self.description.clone(),
                category: self.category.clone(),
                public: self.public,
                number,
                labels: self.labels.clone(),
                customer,
                withdrawn: self.withdrawn.contains(&number),
                actions: self.actions.clone(),
                connections: self.connections.clone(),
            };
            world.add_component(moment, new);
        }
        Ok(())
    }
}

impl DescribedIntegration {
    fn add(&self, world: &mut World, path: &Path, moment: Moment<'_>) -> Result<(), SandboxError> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let definition = text(&folder.join(&self.definition))?;
        let import = Import {
            definition,
            ..Import::default()
        };
        let refused = |refusal| {
            invalid(
                path,
                format!("integration {}: {}", self.definition, reason(&refusal)),
            )
        };
        let draft = world.import_new(moment, &import).map_err(refused)?;
        if self.publish {
            world
                .publish(moment, draft.id, None, None)
                .map_err(refused)?;
        }
        Ok(())
    }
}
