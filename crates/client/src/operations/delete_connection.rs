//! Deletes a shared connection. One that is already gone is a success.

use super::{Input, Operation};
use crate::error::ErrorKind;
use crate::model::ConnectionId;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "deleteScopedConfigVariable",
    repeat: Repeat::Idempotent,
    document: include_str!("delete_connection.graphql"),
};

pub(crate) async fn run(session: &Session, id: &ConnectionId) -> PlatformResult<()> {
    let input = serde_json::json!({"id": id});
    match session.remove(&OPERATION.call(&Input { input })?).await {
        Err(error) if matches!(error.kind, ErrorKind::NotFound { .. }) => Ok(()),
        outcome => outcome,
    }
}
