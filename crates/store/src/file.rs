//! The records of one tenant as a file: JSON with a version.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::folder::{make_private, replace_private};
use super::secrets::Place;
use crate::model::{DigestKey, Secret, SecretRecords, ValueDigest, ValueId, ValueRecord};

const VERSION: u32 = 1;
/// Of a file whose key is kept elsewhere.
const KEYED: u32 = 2;

/// What a file says before its content is looked at.
#[derive(Deserialize)]
struct Header {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    place: Place,
    /// In hexadecimal digits. Beside the records, so that neither outlives the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Where the key is derived from a secret that is not here: what else it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// Says whether it is the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<ValueDigest>,
    values: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    id: ValueId,
    #[serde(flatten)]
    record: ValueRecord,
}

/// Why a file counts as missing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// It holds something else.
    #[error("it is damaged")]
    Damaged,
    /// It was written by another version of this program.
    #[error("it has the version {0}, and this program knows {VERSION} only")]
    Version(u32),
    /// It was copied.
    #[error("it is about another tenant")]
    Place,
    /// It was made without a key of the operator, or with another one.
    #[error("it was made with another --state-key, or without one")]
    Key,
}

/// Reads records; `None` where there are none.
pub(super) fn read(
    file: &Path,
    place: &Place,
    secret: Option<&Secret>,
) -> Result<Option<SecretRecords>, Unusable> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Unusable::Unreadable(error)),
    };
    let header: Header = serde_json::from_slice(&bytes).map_err(|_| Unusable::Damaged)?;
    if ![VERSION, KEYED].contains(&header.version) {
        return Err(Unusable::Version(header.version));
    }
    let content: Content = serde_json::from_slice(&bytes).map_err(|_| Unusable::Damaged)?;
    if content.place != *place {
        return Err(Unusable::Place);
    }
    let key = key(&content, secret)?;
    let mut records = SecretRecords::new(key);
    for Entry { id, record } in content.values {
        records.insert(id, record);
    }
    Ok(Some(records))
}

/// The key that the records were made with, if it is the operator's or the file's own.
fn key(content: &Content, secret: Option<&Secret>) -> Result<DigestKey, Unusable> {
    let keyed = content.version == KEYED;
    match (&content.key, &content.salt, secret) {
        (Some(_), ..) if keyed => Err(Unusable::Damaged),
        (Some(key), None, None) => {
            let bytes = unhex(key).ok_or(Unusable::Damaged)?;
            Ok(DigestKey::new(bytes))
        }
        (None, Some(salt), Some(secret)) => {
            let salt = unhex(salt).ok_or(Unusable::Damaged)?;
            let key = DigestKey::derived(secret, salt);
            let same = content.check.as_ref() == Some(&key.check());
            same.then_some(key).ok_or(Unusable::Key)
        }
        (None, None, _) => Err(Unusable::Damaged),
        _ => Err(Unusable::Key),
    }
}

/// Writes records: beside the file, then in its place.
pub(super) fn write(file: &Path, place: &Place, records: &SecretRecords) -> io::Result<()> {
    let entry = |(id, record): (&ValueId, &ValueRecord)| Entry {
        id: id.clone(),
        record: record.clone(),
    };
    let key = records.key();
    let salt = key.salt();
    let content = Content {
        version: if salt.is_some() { KEYED } else { VERSION },
        place: place.clone(),
        key: salt.is_none().then(|| crate::model::hex(key.expose())),
        salt: salt.map(|salt| crate::model::hex(salt)),
        check: salt.map(|_| key.check()),
        values: records.iter().map(entry).collect(),
    };
    replace_private(file, |out| {
        serde_json::to_writer_pretty(&mut *out, &content)?;
        out.write_all(b"\n")
    })
}

/// Keeps other processes from replacing a file between our reading and our
/// writing it, until it is dropped. A file system without locks has none: there
/// the last writer wins, and what is lost is written to the tenant once more.
pub(super) fn lock(file: &Path) -> io::Result<File> {
    make_private(file.parent().unwrap_or(Path::new(".")))?;
    let mut options = File::options();
    let options = std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options
        .create(true)
        .append(true)
        .open(file.with_extension("lock"))?;
    let _ = lock.lock();
    Ok(lock)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 2 * key.len() || !text.is_ascii() {
        return None;
    }
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(key)
}
