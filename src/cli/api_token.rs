//! The token of the daemon's API: given by its location, never by value.

use std::path::Path;

use super::error::CliError;
use crate::model::{Secret, SecretRef};
use crate::source::secrets::{self, Permission};

/// Shorter tokens can be guessed.
const SHORTEST: usize = 16;

/// Where `env:NAME` and `file:PATH` point to.
pub(crate) fn place(text: &str) -> Option<SecretRef> {
    match text.split_once(':') {
        Some(("file", path)) if !path.is_empty() => Some(SecretRef::File(path.to_owned())),
        Some(("env", name)) if !name.is_empty() => Some(SecretRef::Env(name.to_owned())),
        _ => None,
    }
}

/// Looks the token up; files are below `root`.
pub(crate) async fn look_up(text: Option<&str>, root: &Path) -> Result<Option<Secret>, CliError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let reference = place(text).ok_or_else(|| {
        CliError::user("--api-token: write file:PATH or env:NAME")
            .hint("the token itself does not belong on a command line")
    })?;
    let values = secrets::resolve([reference.clone()].into(), root, &Permission::operator()).await;
    let token = values
        .get(&reference)
        .map_err(|error| CliError::user("--api-token").because(&error))?;
    let token = Secret::new(token.expose().trim().to_owned());
    let plain = token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    if token.expose().len() < SHORTEST || !plain {
        return Err(CliError::user(
            "--api-token: the token has fewer than 16 characters, or other than visible ASCII ones",
        )
        .hint("make one with `openssl rand -hex 32`"));
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_is_named_by_its_place_and_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("long"), "0123456789abcdef\n").unwrap();
        std::fs::write(folder.path().join("short"), "0123\n").unwrap();
        let found = look_up(Some("file:long"), folder.path()).await.unwrap();
        assert_eq!(found.unwrap().expose(), "0123456789abcdef");
        assert!(look_up(None, folder.path()).await.unwrap().is_none());
        for wrong in ["0123456789abcdef", "file:", "file:short", "file:none"] {
            let error = look_up(Some(wrong), folder.path()).await.unwrap_err();
            assert!(error.message().starts_with("--api-token"), "{wrong}");
            assert!(!error.message().contains("0123"), "{wrong}");
        }
    }
}
