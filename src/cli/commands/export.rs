//! `export`: a live tenant to a folder of manifests and definitions.

mod folder;
mod report;

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Variables;
use crate::cli::args::{ExportArgs, ExportSecrets};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::progress;
use crate::cli::project;
use crate::cli::runtime;
use crate::cli::tenant;
use crate::cli::ui::Ui;
use crate::controller::pass;
use crate::export::{self, Export, Options, SecretValuesAs};
use crate::manifest;
use crate::model::{Address, Kind, ResourceName, SourceFile, Tenant};
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ExportArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let export = runtime::or_interrupt(&signals, make(ui, args, variables)).await?;
    folder::write(&args.path, &export.files, args.force)?;
    report::write(ui, &args.path, &export)?;
    Ok(if export.has_unread() {
        Exit::Leftovers
    } else {
        Exit::Done
    })
}

/// Everything before the first file is written.
async fn make(ui: &Ui, args: &ExportArgs, variables: &Variables) -> Result<Export, CliError> {
    let partial = !args.addresses.is_empty();
    folder::check(&args.path, args.force || partial)?;
    let files = existing(&args.path).await?;
    let desired = manifest::load_for(&files, args.tenant.env.as_deref()).desired;
    let there: BTreeSet<Address> = desired.addresses().collect();
    let declared = desired.project;
    let root = project::root(&args.path);
    if args.tenant.reach.sandbox {
        folder::create(&root)?;
    }
    let chosen = tenant::choose(ui, &args.tenant, &declared, &root, variables).await?;
    let waiting = progress::waiting(ui, "Reading the tenant");
    let scope = export::scope(
        args.latest_components,
        wants_customers(args),
        wants_connections(args),
    );
    let organization = chosen.organization.as_deref();
    let live = pass::observe(chosen.platform.as_ref(), organization, &scope).await;
    drop(waiting);
    let live = live.map_err(|error| CliError::from(error).of(&chosen.connection))?;
    let has_project = export::has_project(&files);
    let name = match (&args.project, has_project) {
        (Some(name), true) if *name != declared.name => {
            return Err(CliError::user(format!(
                "the folder declares the project {:?}, not {:?}",
                declared.name.as_str(),
                name.as_str()
            ))
            .hint("leave out --project, or write to another folder"));
        }
        (_, true) => declared.name,
        (Some(name), false) => name.clone(),
        (None, false) => name_of(&live)?,
    };
    let options = Options {
        project: name,
        all: args.all,
        customers: wants_customers(args),
        connections: wants_connections(args),
        only: args.addresses.iter().cloned().collect(),
        declared: there,
        env_template: folder::env_template(&args.path)?,
        with_project: !has_project,
        secrets: match args.secrets {
            ExportSecrets::Refer => SecretValuesAs::References,
            ExportSecrets::Omit => SecretValuesAs::Nothing,
        },
    };
    let export = export::export(&live, &options).map_err(|error| {
        CliError::world("nothing was exported")
            .because(&error)
            .hint("run it again; nothing was written")
    })?;
    found(&export)?;
    if partial {
        folder::none_is_there(&args.path, &export.files, args.force)?;
    }
    readable_again(files, &export, args.tenant.env.as_deref())?;
    Ok(export)
}

/// Customers are read where one is asked for by its address, too.
fn wants_customers(args: &ExportArgs) -> bool {
    let is_customer = |address: &Address| address.kind == Kind::Customer;
    args.customers || args.addresses.iter().any(is_customer)
}

/// The same of shared connections.
fn wants_connections(args: &ExportArgs) -> bool {
    let is_connection = |address: &Address| address.kind == Kind::Connection;
    args.connections || args.addresses.iter().any(is_connection)
}

/// Refuses addresses of nothing.
fn found(export: &Export) -> Result<(), CliError> {
    let Some((address, near)) = export.missing.first() else {
        return Ok(());
    };
    let message = format!("the tenant holds nothing that an export would call {address}");
    let hint = match near {
        Some(near) => format!("did you mean {near}? Nothing was written"),
        None => {
            "export everything to another folder to see the names; nothing was written".to_owned()
        }
    };
    Err(CliError::user(message).hint(hint))
}

/// The files that are there.
async fn existing(path: &Path) -> Result<Vec<SourceFile>, CliError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    Ok(project::source(path).snapshot().await?.files)
}

/// The project of a tenant that no file names: the one whose markers it has, else the organization's name.
fn name_of(live: &Tenant) -> Result<ResourceName, CliError> {
    let projects = export::projects(live);
    match projects.as_slice() {
        [one] => Ok(one.clone()),
        [] => Ok(ResourceName::slug(&live.identity.organization)
            .unwrap_or_else(|| crate::model::Project::default().name)),
        several => {
            let names: Vec<&str> = several.iter().map(ResourceName::as_str).collect();
            Err(
                CliError::user("the tenant holds objects of several projects")
                    .hint(format!("choose one with --project: {}", names.join(", "))),
            )
        }
    }
}

/// Refuses to write files that could not be read again together with the existing ones.
fn readable_again(
    mut files: Vec<SourceFile>,
    export: &Export,
    environment: Option<&str>,
) -> Result<(), CliError> {
    let new = |path: &str| export.files.iter().any(|file| file.path == path);
    files.retain(|file| !new(&file.path));
    files.extend(
        export
            .files
            .iter()
            .map(|file| SourceFile::new(file.path.as_str(), file.text.clone().into_bytes())),
    );
    let loaded = manifest::load_for(&files, environment);
    if loaded.has_errors() {
        return Err(CliError::files(loaded.diagnostics)
            .hint("the export would not fit what the folder holds; write to an empty one"));
    }
    Ok(())
}
