//! The state file: the whole world as JSON, replaced in one step after every change.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::SandboxError;
use super::world::World;

/// The form of the file. A file of another form is refused, never guessed at.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    world: &'a World,
}

#[derive(Deserialize)]
struct Form {
    format: u32,
}

#[derive(Deserialize)]
struct Read {
    world: World,
}

/// The world in a file; `None` if there is no file.
pub(crate) fn load(path: &Path) -> Result<Option<World>, SandboxError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(SandboxError::ReadState {
                path: path.into(),
                source,
            });
        }
    };
    let corrupt = |source| SandboxError::CorruptState {
        path: path.into(),
        source,
    };
    let Form { format } = serde_json::from_slice(&bytes).map_err(corrupt)?;
    if format != FORMAT {
        return Err(SandboxError::StateFormat {
            path: path.into(),
            format,
        });
    }
    let Read { world } = serde_json::from_slice(&bytes).map_err(corrupt)?;
    Ok(Some(world))
}

/// The bytes of a state file.
pub(crate) fn encode(world: &World) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Written {
        format: FORMAT,
        world,
    })
}

/// Puts a state file in place of the one there, whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
