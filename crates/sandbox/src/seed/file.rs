//! Tenants described in a file; `docs/sandbox.md` has the form.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::generate::{self, Population};
use super::{demo, invalid, reason};
use crate::SandboxError;
use crate::behaviour::Behaviour;
use crate::definition;
use crate::json::plain;
use crate::world::catalogue::NewComponent;
use crate::world::component::{Action, Connection};
use crate::world::customers::CustomerFields;
use crate::world::integration::Integration;
use crate::world::integrations::Import;
use crate::world::table::Key;
use crate::world::{Change, Moment, World};

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
    /// Its id, as the API writes it.
    #[serde(default)]
    id: Option<String>,
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
    /// The id of its working copy, as the API writes it.
    #[serde(default)]
    id: Option<String>,
    /// A definition, relative to the seed file.
    #[serde(default)]
    definition: Option<String>,
    /// The definition itself, in place of a file.
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    publish: bool,
    /// How many versions are published of it, all alike.
    #[serde(default)]
    versions: usize,
    /// One more version for each of these commits, which say that they were published from it.
    #[serde(default)]
    commits: Vec<String>,
    /// Its labels, besides those of the definition.
    #[serde(default)]
    labels: Vec<String>,
}

/// At most this many versions are made of one integration.
const MOST_VERSIONS: usize = 1000;

fn yes() -> bool {
    true
}

fn first() -> Vec<i64> {
    vec![1]
}

/// Reads a seed file, YAML or JSON.
pub(super) fn read(path: &Path) -> Result<Described, SandboxError> {
    parse(path, &text(path)?)
}

/// Reads a seed that is a text, YAML or JSON. `path` is for what is said of it.
pub(super) fn parse(path: &Path, text: &str) -> Result<Described, SandboxError> {
    let value = definition::load(text).map_err(|problems| {
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
    /// `path` is for what is said of it, `folder` is where its definitions are.
    pub(super) fn world(
        &self,
        (path, folder): (&Path, &Path),
        moment: Moment<'_>,
    ) -> Result<World, SandboxError> {
        let organization = self.organization.as_deref().unwrap_or("Acme Inc");
        let mut world = World::new(organization, moment.now);
        if let Some(person) = &self.user {
            world.user.name.clone_from(&person.name);
            world.user.email.clone_from(&person.email);
        }
        demo::common_components(&mut world, moment);
        for customer in &self.customers {
            world.give_id(customer.id.as_deref());
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
            integration.add(&mut world, (path, folder), moment)?;
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
    fn add(
        &self,
        world: &mut World,
        (path, folder): (&Path, &Path),
        moment: Moment<'_>,
    ) -> Result<(), SandboxError> {
        let (name, definition) = match (&self.definition, &self.text) {
            (Some(file), _) => (file.as_str(), text(&folder.join(file))?),
            (None, Some(text)) => ("text", text.clone()),
            (None, None) => {
                return Err(invalid(path, "an integration needs `definition` or `text`"));
            }
        };
        let refused = |refusal| invalid(path, format!("integration {name}: {}", reason(&refusal)));
        self.import(world, definition, moment).map_err(refused)
    }

    fn import(&self, world: &mut World, definition: String, moment: Moment<'_>) -> Change<()> {
        let import = Import {
            definition,
            ..Import::default()
        };
        world.give_id(self.id.as_deref());
        let draft = world.import_new(moment, &import)?.id;
        let attributes = |commit: &String| json!({"commitHash": commit}).to_string();
        let commits = self.commits.iter().map(attributes).map(Some);
        let plain = self.versions.max(usize::from(self.publish));
        let plain = std::iter::repeat_n(None, plain.min(MOST_VERSIONS));
        for attributes in plain.chain(commits) {
            world.publish(moment, draft, None, attributes)?;
        }
        if !self.labels.is_empty() {
            let labelled = |it: &mut Integration| it.labels.extend(self.labels.iter().cloned());
            world.integrations.update(draft, labelled);
        }
        Ok(())
    }
}
