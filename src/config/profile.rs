//! prism's profile file, in both of its formats.
//!
//! Strict about what is used, as prism is: a file that prism would refuse is
//! refused here too. What is not used (`scope`, `expiresIn`) is passed over.

use std::collections::BTreeMap;

use crate::model::Secret;
use crate::yaml::{self, Limits, Node};

/// The file as the edge found it. No `Debug`: it holds tokens.
#[derive(Clone)]
pub enum ProfileFile {
    /// There is none.
    Missing,
    /// It is there.
    Text {
        /// Its path, for messages.
        path: String,
        /// What it holds.
        text: String,
    },
    /// It is there and cannot be read. Matters only where a profile is needed.
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        why: String,
    },
}

/// Why the profile file cannot be used. Never shows what it holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("prism's configuration at {path}: {why}")]
pub struct ProfileError {
    /// The file.
    pub path: String,
    /// What is wrong, in lower case.
    pub why: String,
}

/// The file, understood.
pub(super) struct Profiles {
    pub(super) path: String,
    /// The name of the default profile.
    pub(super) default: String,
    pub(super) all: BTreeMap<String, Profile>,
}

/// One profile.
pub(super) struct Profile {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Secret,
    pub(super) tenant_id: Option<String>,
    pub(super) url: String,
}

impl Profiles {
    /// Reads the file; `None` where there is none or it is empty.
    ///
    /// `url` is the stack of a file of the old format, which does not name one.
    pub(super) fn read(file: &ProfileFile, url: &str) -> Result<Option<Self>, ProfileError> {
        let (path, text) = match file {
            ProfileFile::Missing => return Ok(None),
            ProfileFile::Unreadable { path, why } => {
                return Err(ProfileError {
                    path: path.clone(),
                    why: why.clone(),
                });
            }
            ProfileFile::Text { path, text } => (path, text),
        };
        let outcome = document(text).and_then(|root| match root {
            Some(root) => profiles(&root, path, url).map(Some),
            None => Ok(None),
        });
        outcome.map_err(|why| ProfileError {
            path: path.clone(),
            why,
        })
    }
}

fn document(text: &str) -> Result<Option<Node>, String> {
    // The parser's own words may quote the text, which holds tokens.
    let documents = yaml::parse(text, Limits::default())
        .map_err(|error| format!("line {} is not valid YAML", error.span.line))?;
    if documents.len() > 1 {
        return Err("it holds more than one document".to_owned());
    }
    Ok((documents.into_iter().next()).filter(|root| !root.is_null()))
}

fn profiles(root: &Node, path: &str, url: &str) -> Result<Profiles, String> {
    if root.as_mapping().is_none() {
        return Err("it is not a mapping".to_owned());
    }
    let old = root.get("version").is_none()
        && root.get("profiles").is_none()
        && root.get("accessToken").is_some();
    let (default, all) = if old {
        let only = profile(root, "default", Some(url))?;
        (
            "default".to_owned(),
            BTreeMap::from([("default".to_owned(), only)]),
        )
    } else {
        (required(root, "defaultProfile", "the file")?, all(root)?)
    };
    if !all.contains_key(&default) {
        return Err(format!("the default profile {default:?} does not exist"));
    }
    Ok(Profiles {
        path: path.to_owned(),
        default,
        all,
    })
}

fn all(root: &Node) -> Result<BTreeMap<String, Profile>, String> {
    let version = required(root, "version", "the file")?;
    if version != "1" {
        return Err(format!("version {version:?} is not known; only 1 is"));
    }
    let entries = (root.get("profiles"))
        .and_then(Node::as_mapping)
        .ok_or("`profiles` is missing or not a mapping")?;
    (entries.iter())
        .map(|entry| {
            let name = entry.key.text.clone();
            let profile = profile(&entry.value, &name, None)?;
            Ok((name, profile))
        })
        .collect()
}

fn profile(node: &Node, name: &str, url: Option<&str>) -> Result<Profile, String> {
    let place = format!("profile {name:?}");
    Ok(Profile {
        access_token: Secret::new(required(node, "accessToken", &place)?),
        refresh_token: Secret::new(required(node, "refreshToken", &place)?),
        tenant_id: match node.get("tenantId") {
            None => None,
            Some(_) => Some(required(node, "tenantId", &place)?),
        },
        url: match url {
            Some(url) => url.to_owned(),
            None => required(node, "prismaticUrl", &place)?,
        },
    })
}

fn required(node: &Node, key: &str, place: &str) -> Result<String, String> {
    let value = node
        .get(key)
        .ok_or_else(|| format!("{place} has no `{key}`"))?;
    let text = value.as_scalar().map(|scalar| scalar.text.trim());
    match text {
        Some(text) if !text.is_empty() && !value.is_null() => Ok(text.to_owned()),
        _ => Err(format!("`{key}` of {place} is not a text")),
    }
}
