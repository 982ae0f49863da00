//! What `whoami` says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// As whom, where, and who said so. Never the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Whoami {
    /// Whose token it is.
    pub user: User,
    /// The user's organization.
    pub organization: Organization,
    /// The tenant, if it is known.
    pub tenant_id: Option<String>,
    /// Where it is.
    pub url: String,
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// Where a Project declares it.
    pub declared_in: Option<String>,
    /// Where the credentials came from.
    pub credentials: String,
    /// When the token ends, if it says.
    pub token_expires_at: Option<Timestamp>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct User {
    /// The e-mail address.
    pub email: String,
    /// The name; empty where the API says none.
    pub name: String,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}
