//! The sandbox inside this process, for `--sandbox`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::referred;
use crate::cli::args::{FOLDER, TenantArgs};
use crate::cli::error::CliError;
use crate::controller::pass;
use crate::manifest;
use crate::model::Secret;
use crate::prismatic::transport::Transport;
use crate::prismatic::{BaseUrl, Connection, TokenSource};
use crate::runtime::clock::Clock;
use crate::sandbox::{Options, Sandbox, Seed};
use crate::source::dir::DirSource;
use crate::store::make_private;

/// What a new sandbox holds, where the arguments say it.
pub(super) async fn seed(args: &TenantArgs, root: &Path) -> Result<Option<Seed>, CliError> {
    if let Some(seed) = &args.reach.sandbox_seed {
        return Ok(Some(Seed::named(seed)));
    }
    if !args.reach.seed_from_project || state(root, args.env.as_deref()).exists() {
        return Ok(None);
    }
    let source = DirSource::new(root, manifest::references);
    let loaded = pass::load(&source, args.env.as_deref()).await?;
    Ok(Some(Seed::Text {
        text: referred::described(&loaded.desired).to_string(),
        folder: root.to_owned(),
    }))
}

/// Where the sandbox of a folder is kept: environments are tenants of their own.
fn state(root: &Path, environment: Option<&str>) -> PathBuf {
    root.join(FOLDER).join(match environment {
        Some(name) => format!("sandbox-{name}.json"),
        None => "sandbox.json".to_owned(),
    })
}

/// Opens the sandbox of a folder, and makes a new one where there is none.
pub(super) fn open(
    (root, environment): (&Path, Option<&str>),
    seed: Option<Seed>,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<dyn Transport>, Connection), CliError> {
    let folder = root.join(FOLDER);
    make_private(&folder).map_err(|error| {
        CliError::world(format!("cannot make the folder {}", folder.display())).because(&error)
    })?;
    let state = state(root, environment);
    let mut options = Options::new(clock);
    options.state = Some(state.clone());
    options.seed = seed.unwrap_or(options.seed);
    let sandbox = Sandbox::open(options).map_err(|error| {
        CliError::user(format!("cannot open the sandbox in {}", state.display()))
            .because(&error)
            .hint("delete the file to begin with a new sandbox")
    })?;
    Ok((Arc::new(sandbox.transport()), connection()?))
}

/// The address is never dialled: requests go through the transport.
fn connection() -> Result<Connection, CliError> {
    let url = BaseUrl::parse("http://localhost:8787")
        .map_err(|error| CliError::bug("the sandbox's address is refused").because(&error))?;
    Ok(Connection {
        url,
        tenant_id: None,
        token: TokenSource::Refresh(Secret::for_one("sandbox".to_owned())),
        access: None,
        origin: "the embedded sandbox".to_owned(),
    })
}
