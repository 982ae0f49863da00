//! A live tenant → the manifests and definitions that declare it as it is.
//!
//! ```text
//! Tenant ─integration, instance─► Desired ─exclude (what validate refuses)─► documents ─► files
//!                                    └────────────────────────────────────► secrets, notes
//! ```
//!
//! Pure. The other direction of [`crate::manifest`] and [`crate::diff`], and held against both: what is
//! written is read back as the same, and a plan of it holds adoptions alone.
//!
//! # Invariants
//!
//! - Nothing is exported of a list that was not read to its end.
//! - A value that may be secret is never in a file: a reference replaces it.
//! - What is left out is in the notes, with the reason.
//! - The order in which the tenant lists things does not matter.

mod document;
mod env;
pub(crate) mod names;
mod part;
mod refused;
pub(crate) mod secrecy;

#[cfg(test)]
mod tests;

pub use env::ENV_TEMPLATE;
pub use part::Missing;
pub use prism_gitops_api::export::{Note, NoteCode, SecretNeeded};
use secrecy::is_masked_input;

use std::collections::BTreeSet;

use crate::kinds::connection::export as connection;
use crate::kinds::customer::export as customer;
use crate::kinds::instance::export as instance;
use crate::kinds::integration::export as integration;
use crate::model::{
    Address, ConnectionRecord, ConnectionsWanted, CustomerRecord, CustomersWanted, Desired,
    Instance, Integration, IntegrationWanted, LiveConfigVariable, LiveInput, Marker, Places,
    Project, ResourceName, Scope, SourceFile, Tenant,
};
use crate::yaml::write::{Tree, write};
use crate::yaml::{Limits, parse};
use names::Variables;

/// What to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// The project that the markers name, and that the resources become part of.
    pub project: ResourceName,
    /// Also what customers built or deployed, and what was generated from code.
    pub all: bool,
    /// Also the customers; instances then refer to them by their manifests.
    pub customers: bool,
    /// Also the shared connections; instances then refer to them by their manifests.
    pub connections: bool,
    /// Also a `Project` document.
    pub with_project: bool,
    /// What is written for values that may be secret.
    pub secrets: SecretValuesAs,
    /// Only these, by the names that the export gives them; everything if there is none.
    pub only: BTreeSet<Address>,
    /// What the folder declares already, and what is written may refer to.
    pub declared: BTreeSet<Address>,
    /// The template of variables that the folder has.
    pub env_template: Option<String>,
}

/// What replaces a value that may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretValuesAs {
    /// A reference; the user provides its value.
    #[default]
    References,
    /// Nothing: the value stays as it is in the tenant, and is not managed.
    Nothing,
}

/// What was made of a tenant.
#[derive(Debug, Clone, Default)]
pub struct Export {
    /// The files, in the order of their paths.
    pub files: Vec<ExportedFile>,
    /// How many integrations are declared in them.
    pub integrations: usize,
    /// How many instances.
    pub instances: usize,
    /// How many customers.
    pub customers: usize,
    /// How many shared connections.
    pub connections: usize,
    /// The secrets that have to be provided, in the order of the variables.
    pub secrets: Vec<SecretNeeded>,
    /// How many values are left out because they may be secret.
    pub omitted: usize,
    /// What is worth knowing, in the order of what it is about.
    pub notes: Vec<Note>,
    /// What was asked for and cannot be exported; then nothing should be written.
    pub missing: Missing,
}

impl Export {
    /// Whether something is missing because it could not be read.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        self.notes.iter().any(|note| note.code == NoteCode::Unread)
    }
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFile {
    /// Relative to the folder, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Why there is no export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tenant could not be read to its end: {0}")]
pub struct Incomplete(String);

/// What has to be read of a tenant: everything, and customers and shared connections where they are asked for.
#[must_use]
pub fn scope(latest_components: bool, customers: bool, connections: bool) -> Scope {
    Scope {
        connections: connections.then(ConnectionsWanted::default),
        all_customers: customers.then_some(CustomersWanted { limits: true }),
        integrations: vec![IntegrationWanted {
            every: true,
            definition: true,
            ..IntegrationWanted::default()
        }],
        latest_components,
        ..Scope::default()
    }
}

/// The projects that own something in a tenant, in their order.
#[must_use]
pub fn projects(tenant: &Tenant) -> Vec<ResourceName> {
    let integrations = tenant
        .integrations
        .items
        .iter()
        .flat_map(Integration::markers);
    let instances = tenant.instances.items.iter().flat_map(Instance::markers);
    let customers = tenant.all_customers.iter().flat_map(|all| &all.items);
    let customers = customers.flat_map(CustomerRecord::markers);
    let connections = tenant.connections.iter().flat_map(|all| &all.items);
    let connections = connections.flat_map(ConnectionRecord::markers);
    let markers = integrations.chain(instances).chain(customers);
    let markers = markers.chain(connections);
    let all: BTreeSet<_> = markers.map(|it| it.project).collect();
    all.into_iter().collect()
}

/// Whether any of these files has a `Project` document.
#[must_use]
pub fn has_project(files: &[SourceFile]) -> bool {
    let texts = files.iter().filter_map(|file| file.content.as_ref().ok());
    texts
        .filter_map(|bytes| crate::yaml::decode(bytes).ok())
        .filter(|text| text.contains("Project"))
        .filter_map(|text| parse(&text, Limits::default()).ok())
        .flatten()
        .filter_map(|document| Some(document.get("kind")?.as_scalar()?.text.clone()))
        .any(|kind| kind == "Project")
}

/// The labels of a live object as a manifest may have them, those of ours left out.
pub(crate) fn all_labels_of(live: &[String]) -> Option<Vec<String>> {
    customer::labels(live)
}

/// Whether the value of a live input is a mask, or may be secret.
#[must_use]
pub fn hides(live: &LiveInput) -> bool {
    let text = live.value.as_deref().unwrap_or_default();
    is_masked_input(live) || secrecy::is_secret(&live.name, text)
}

/// The live value of a config variable that is no connection, as a manifest says it; `None` where there is none.
///
/// # Errors
///
/// Why it must not be in a file.
pub(crate) fn config_tree(
    key: &str,
    live: &LiveConfigVariable,
) -> Result<Option<Tree>, &'static str> {
    let value = instance::config::open(key, live)?;
    Ok(value.map(|value| document::config_value(&value)))
}

/// Makes manifests and definitions of a tenant that was read with [`scope`].
///
/// # Errors
///
/// [`Incomplete`] where a list was not read to its end: what is missing must not look deleted.
pub fn export(tenant: &Tenant, options: &Options) -> Result<Export, Incomplete> {
    let gaps = [
        &tenant.integrations.incomplete,
        &tenant.instances.incomplete,
        (tenant.all_customers.as_ref()).map_or(&None, |all| &all.incomplete),
        (tenant.connections.as_ref()).map_or(&None, |all| &all.incomplete),
    ];
    if let Some(why) = gaps.into_iter().flatten().next() {
        return Err(Incomplete(why.to_string()));
    }
    let mut report = Report::default();
    let integrations = integration::all(tenant, options, &mut report);
    let customers = customer::all(tenant, options, &mut report);
    let mut variables = Variables::default();
    let secrets = (&mut variables, &mut report);
    let connections = connection::all(tenant, options, &customers, secrets);
    let known = instance::Known {
        references: &integrations.references,
        customers: &customers,
        connections: &connections,
    };
    let instances = instance::all(tenant, options, &known, (&mut variables, &mut report));
    let mut desired = Desired {
        places: Places::new(),
        project: Project {
            name: options.project.clone(),
            ..Project::default()
        },
        customers: customers.declared,
        connections: connections.declared,
        integrations: integrations.declared,
        instances,
        fleets: Vec::new(),
    };
    refused::exclude(&mut desired, &integrations.references, &mut report);
    let missing = part::leave(&mut desired, options, &integrations.references, &mut report);
    integration::note_secrets(&desired, &mut report);
    let files = files(&desired, options, &report.omitted);
    let mut export = report.finish(files, &desired, options);
    export.missing = missing;
    Ok(export)
}

/// The marker that this project's objects bear, or why an object is not ours.
pub(crate) fn ours(
    markers: impl Iterator<Item = Marker>,
    project: &ResourceName,
) -> Result<Option<ResourceName>, String> {
    let mut own = None;
    for marker in markers {
        if marker.project != *project {
            return Err(format!("it belongs to another project: {marker}"));
        }
        own = own.or(Some(marker.name));
    }
    Ok(own)
}

/// The path of an integration's manifest.
pub(crate) fn integration_path(name: &ResourceName) -> String {
    format!("integrations/{name}.yaml")
}

/// The path of a customer's manifest.
pub(crate) fn customer_path(name: &ResourceName) -> String {
    format!("customers/{name}.yaml")
}

/// The path of a shared connection's manifest.
pub(crate) fn connection_path(name: &ResourceName) -> String {
    format!("connections/{name}.yaml")
}

/// The path of an instance's manifest.
pub(crate) fn instance_path(name: &ResourceName) -> String {
    format!("instances/{name}.yaml")
}

fn files(desired: &Desired, options: &Options, omitted: &[SecretNeeded]) -> Vec<ExportedFile> {
    let mut files = Vec::new();
    let mut add = |path: String, text: String| files.push(ExportedFile { path, text });
    if options.with_project {
        add(
            "project.yaml".to_owned(),
            write(&document::project(&desired.project.name)),
        );
    }
    for declared in &desired.customers {
        let path = customer_path(&declared.name);
        add(path, write(&document::customer(declared)));
    }
    for declared in &desired.connections {
        let path = connection_path(&declared.name);
        let text = write(&document::connection(declared));
        add(
            path.clone(),
            format!("{}{text}", undeclared(omitted, &path)),
        );
    }
    for declared in &desired.integrations {
        let name = &declared.name;
        let beside = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let overview = declared
            .marketplace
            .as_ref()
            .and_then(|it| it.overview.clone());
        let overview_path = overview.is_some().then(|| format!("{name}.overview.md"));
        let definition = beside(&declared.definition.path);
        let tree = document::integration(declared, &definition, overview_path.as_deref());
        add(integration_path(name), write(&tree));
        add(
            declared.definition.path.to_string(),
            declared.definition.text.to_string(),
        );
        if let Some((path, text)) = overview_path.zip(overview) {
            add(format!("integrations/{path}"), text.to_string());
        }
    }
    for declared in &desired.instances {
        let path = instance_path(&declared.name);
        let text = format!(
            "{}{}",
            undeclared(omitted, &path),
            write(&document::instance(declared))
        );
        add(path, text);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Comments on what a file leaves out. Keys are quoted, so that none ends its line.
fn undeclared(omitted: &[SecretNeeded], path: &str) -> String {
    let of_file = omitted.iter().filter(|it| it.file == path);
    let mut keys: Vec<&str> = of_file.map(|it| it.key.as_str()).collect();
    keys.dedup();
    let line =
        |key: &str| format!("# Not declared, and so left as it is: the secret config {key:?}\n");
    keys.into_iter().map(line).collect()
}

/// Collects what is said besides the files.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) secrets: Vec<SecretNeeded>,
    /// Values that are left out because they may be secret.
    pub(crate) omitted: Vec<SecretNeeded>,
    notes: Vec<Note>,
}

impl Report {
    pub(crate) fn note(
        &mut self,
        code: NoteCode,
        about: &str,
        message: impl Into<String>,
        file: Option<String>,
    ) {
        self.notes.push(Note {
            about: about.to_owned(),
            code,
            message: message.into(),
            file,
        });
    }

    /// Keeps what is about these files.
    fn about(&mut self, files: &BTreeSet<String>) {
        let is_of = |file: &String| files.contains(file);
        self.notes
            .retain(|note| note.file.as_ref().is_some_and(is_of));
        self.omitted.retain(|one| is_of(&one.file));
    }

    fn finish(
        mut self,
        mut files: Vec<ExportedFile>,
        desired: &Desired,
        options: &Options,
    ) -> Export {
        // What was left out in the end needs no secret.
        let needed = desired.secret_refs();
        self.secrets.retain(|secret| {
            needed.contains(&crate::model::SecretRef::Env(secret.variable.clone()))
        });
        self.secrets.sort();
        self.notes.sort();
        self.notes.dedup();
        let before = options.env_template.as_deref();
        if let Some(text) = env::template(before, &self.secrets, &self.omitted) {
            let path = ENV_TEMPLATE.to_owned();
            files.insert(0, ExportedFile { path, text });
        }
        Export {
            missing: Missing::new(),
            files,
            integrations: desired.integrations.len(),
            instances: desired.instances.len(),
            customers: desired.customers.len(),
            connections: desired.connections.len(),
            secrets: self.secrets,
            omitted: self.omitted.len(),
            notes: self.notes,
        }
    }
}
