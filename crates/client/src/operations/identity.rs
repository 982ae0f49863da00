//! The identity of the token. Nothing else is requested along with it: a token for another organization than
//! the expected one must not read anything of that one.

use serde::Deserialize;

use super::Operation;
use crate::error::{Effect, ErrorKind, PlatformError};
use crate::graphql::or_default;
use crate::model::Identity;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "authenticatedUser",
    repeat: Repeat::Read,
    document: include_str!("identity.graphql"),
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    authenticated_user: User,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    #[serde(default, deserialize_with = "or_default")]
    email: String,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    tenant_id: Option<String>,
    org: Option<Organization>,
}

#[derive(Deserialize)]
struct Organization {
    id: String,
    name: String,
}

pub(crate) async fn run(session: &Session) -> PlatformResult<Identity> {
    let data: Data = session.read(&OPERATION.call(&())?).await?;
    let user = data.authenticated_user;
    let organization = user.org.ok_or(PlatformError {
        operation: OPERATION.name,
        kind: ErrorKind::Forbidden {
            message: "the token belongs to a user of a customer; \
                      one of the organization is needed"
                .to_owned(),
        },
        effect: Effect::None,
    })?;
    Ok(Identity {
        email: user.email,
        name: user.name,
        organization_id: organization.id,
        organization: organization.name,
        tenant_id: user.tenant_id.filter(|id| !id.is_empty()),
    })
}
