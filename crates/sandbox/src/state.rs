//! The state file: the whole world as JSON, replaced in one step after every change.
//!
//! Several processes may work on one file, such as a daemon and a plan beside it. The file is the source of
//! truth: a writer locks its folder, reads what others have written since, and only then writes.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
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

/// Distinguishes one version of the file from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

/// The stamp of the file as it is; `None` if there is no such file.
pub(crate) fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp {
        inode: found.ino(),
        length: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
    })
}

/// Keeps others from changing the file for as long as the result lives. Waits for them.
pub(crate) fn lock(path: &Path) -> std::io::Result<File> {
    let folder = folder(path);
    fs::create_dir_all(folder)?;
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new("."))
}

/// Puts a state file in place of the one there, whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = folder(path);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
