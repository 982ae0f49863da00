//! `render`: the manifests as they are in one environment.

use crate::cli::args::RenderArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::tenant;
use crate::cli::ui::Ui;
use crate::manifest::{self, ManifestAddress, Rendered};
use crate::model::SourceFile;
use crate::source::Source as _;
use crate::yaml::write::write;

/// Runs the command. It reads files and nothing else.
pub(super) async fn run(ui: &Ui, args: &RenderArgs) -> Result<Exit, CliError> {
    let snapshot = project::source(&args.path).snapshot().await?;
    let environment = chosen(&snapshot.files, args.env.as_deref())?;
    let loaded = manifest::load_for(&snapshot.files, environment.as_deref());
    if loaded.has_errors() {
        return Err(CliError::files(loaded.diagnostics));
    }
    let all = manifest::rendered(&snapshot.files, environment.as_deref());
    let wanted = wanted(all, &args.addresses)?;
    let texts: Vec<String> = wanted.iter().map(|one| write(&one.tree)).collect();
    ui.result(&texts.join("---\n"))?;
    Ok(Exit::Done)
}

/// The environment that was named, or the only one.
fn chosen(files: &[SourceFile], asked: Option<&str>) -> Result<Option<String>, CliError> {
    // Only its environments are of interest, and several of them are no error of the files.
    let project = manifest::load_for(files, asked).desired.project;
    let chosen = tenant::environment_of(asked, &project)?;
    Ok(chosen.map(|(name, _)| name.to_owned()))
}

fn hint(missing: &ManifestAddress) -> String {
    let fleet = match missing {
        ManifestAddress::Resource(address) => address.name.fleet(),
        ManifestAddress::Fleet(_) => None,
    };
    match fleet {
        Some(fleet) => format!("a member is declared by the template of its fleet: Fleet/{fleet}"),
        None => "`render` without an address lists all; a definition without a manifest has none"
            .to_owned(),
    }
}

/// Those that were asked for, in their own order; all if none was.
fn wanted(all: Vec<Rendered>, addresses: &[ManifestAddress]) -> Result<Vec<Rendered>, CliError> {
    let is_there =
        |address: &ManifestAddress| all.iter().any(|one| one.address.as_ref() == Some(address));
    if let Some(missing) = addresses.iter().find(|address| !is_there(address)) {
        return Err(
            CliError::user(format!("no manifest declares {missing} here")).hint(hint(missing)),
        );
    }
    let asked = |one: &Rendered| {
        one.address
            .as_ref()
            .is_some_and(|it| addresses.contains(it))
    };
    Ok(all
        .into_iter()
        .filter(|one| addresses.is_empty() || asked(one))
        .collect())
}
