//! Reads the process's environment and prism's profile file. Decides nothing.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::credentials::{self, CredentialsError, Flags, Inputs};
use super::profile::ProfileFile;
use super::trust::Trust;
use crate::model::{Environment, SecretValues};
use crate::prismatic::Connection;

/// Finds the credentials of this process.
///
/// # Errors
///
/// [`CredentialsError`] where nothing holds a token, or two places contradict each other.
pub fn connection(
    flags: &Flags,
    environment: Option<&Environment>,
    secrets: &SecretValues,
) -> Result<Connection, CredentialsError> {
    let env = variables();
    let profiles = profile_file(&env, std::env::home_dir().as_deref());
    credentials::resolve(&Inputs {
        env: &env,
        profiles: &profiles,
        flags,
        environment,
        secrets,
        trust: &Trust::default(),
    })
}

/// The variables that matter, as far as they are text.
fn variables() -> BTreeMap<String, String> {
    (credentials::VARIABLES.into_iter())
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect()
}

fn profile_file(env: &BTreeMap<String, String>, home: Option<&Path>) -> ProfileFile {
    let named = (env.get(credentials::CONFIG_FILE))
        .filter(|path| !path.trim().is_empty())
        .map(PathBuf::from);
    let usual = || Some(home?.join(".config/prism/config.yml"));
    let Some(path) = named.or_else(usual) else {
        return ProfileFile::Missing;
    };
    let shown = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => ProfileFile::Text { path: shown, text },
        Err(error) if error.kind() == ErrorKind::NotFound => ProfileFile::Missing,
        Err(error) => ProfileFile::Unreadable {
            path: shown,
            why: format!("it cannot be read: {error}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_or_in_its_usual_place() {
        let home = tempfile::tempdir().unwrap();
        let none = BTreeMap::new();
        let missing = profile_file(&none, Some(home.path()));
        assert!(matches!(missing, ProfileFile::Missing));

        let usual = home.path().join(".config/prism");
        std::fs::create_dir_all(&usual).unwrap();
        std::fs::write(usual.join("config.yml"), "usual").unwrap();
        let blank = BTreeMap::from([(credentials::CONFIG_FILE.to_owned(), "  ".to_owned())]);
        for env in [&none, &blank] {
            let found = profile_file(env, Some(home.path()));
            assert!(matches!(found, ProfileFile::Text { text, .. } if text == "usual"));
        }

        let named = home.path().to_str().unwrap().to_owned();
        let folder = BTreeMap::from([(credentials::CONFIG_FILE.to_owned(), named)]);
        let found = profile_file(&folder, None);
        assert!(matches!(found, ProfileFile::Unreadable { .. }));
    }
}
