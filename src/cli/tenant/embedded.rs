//! The sandbox inside this process, for `--sandbox`.

use std::path::Path;
use std::sync::Arc;

use crate::cli::args::FOLDER;
use crate::cli::error::CliError;
use crate::model::Secret;
use crate::prismatic::transport::Transport;
use crate::prismatic::{BaseUrl, Connection, TokenSource};
use crate::runtime::clock::Clock;
use crate::sandbox::{Options, Sandbox};
use crate::store::make_private;

/// Opens the sandbox of a folder, and makes a new one where there is none.
pub(super) fn open(
    root: &Path,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<dyn Transport>, Connection), CliError> {
    let folder = root.join(FOLDER);
    make_private(&folder).map_err(|error| {
        CliError::world(format!("cannot make the folder {}", folder.display())).because(&error)
    })?;
    let state = folder.join("sandbox.json");
    let mut options = Options::new(clock);
    options.state = Some(state.clone());
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
