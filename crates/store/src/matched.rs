//! What was declared of each resource when it last matched, by digest: one small file for each environment.
//!
//! Kept only where new files wait for a person, so that a restart still distinguishes what a person approved from
//! what is new. With a missing or damaged file, or one that another build wrote, a person is asked again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::folder::{make_private, replace_private};
use super::lock::name_for;
use crate::model::{Address, Kind, ResourceName};

const VERSION: u32 = 1;

#[derive(serde::Serialize, serde::Deserialize)]
struct Content {
    version: u32,
    /// Digests are comparable only within a build.
    build: String,
    matched: BTreeMap<String, u64>,
}

/// Where that of an environment is kept.
#[derive(Debug, Clone)]
pub struct MatchedFile {
    path: PathBuf,
}

impl MatchedFile {
    /// The file of an environment in a state folder. It need not be there.
    #[must_use]
    pub fn in_folder(folder: &Path, environment: &str) -> Self {
        Self {
            path: folder.join(name_for("matched", environment, "json")),
        }
    }

    /// The digests, as far as there are any that this build can compare.
    #[must_use]
    pub fn read(&self) -> BTreeMap<Address, u64> {
        let bytes = fs::read(&self.path).unwrap_or_default();
        let content = serde_json::from_slice::<Content>(&bytes).ok();
        let ours = content.filter(|it| it.version == VERSION && it.build == build());
        let matched = ours.map(|it| it.matched).unwrap_or_default();
        let known = |(text, digest): (String, u64)| Some((address(&text)?, digest));
        matched.into_iter().filter_map(known).collect()
    }

    /// Keeps digests: beside the file, then in its place.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub fn keep(&self, matched: &BTreeMap<Address, u64>) -> io::Result<()> {
        make_private(self.path.parent().unwrap_or(Path::new(".")))?;
        let content = Content {
            version: VERSION,
            build: build(),
            matched: (matched.iter())
                .map(|(address, digest)| (address.to_string(), *digest))
                .collect(),
        };
        replace_private(&self.path, |out| {
            serde_json::to_writer(&mut *out, &content)?;
            out.write_all(b"\n")
        })
    }
}

fn address(text: &str) -> Option<Address> {
    let (kind, name) = text.split_once('/')?;
    Some(Address {
        kind: Kind::named(kind)?,
        name: ResourceName::parse_addressed(name).ok()?,
    })
}

fn build() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back_and_what_another_build_wrote_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = MatchedFile::in_folder(folder.path(), "prod");
        assert!(file.read().is_empty());
        let name = ResourceName::parse_addressed("acme/smith").unwrap();
        let matched = BTreeMap::from([(Address::instance(name), u64::MAX)]);
        file.keep(&matched).unwrap();
        assert_eq!(file.read(), matched);
        assert!(
            MatchedFile::in_folder(folder.path(), "dev")
                .read()
                .is_empty()
        );
        let text = fs::read_to_string(&file.path).unwrap();
        let other = text.replace(&build(), "0.0.0-other");
        fs::write(&file.path, other).unwrap();
        assert!(file.read().is_empty());
        fs::write(&file.path, "damaged").unwrap();
        assert!(file.read().is_empty());
    }
}
