//! Asks whether a definition is valid. A mutation by name only.

use serde::Deserialize;

use super::{Input, Operation};
use crate::error::{Effect, ErrorKind, PlatformError, Refusal};
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "validateIntegrationSchema",
    repeat: Repeat::Read,
    document: include_str!("validate_definition.graphql"),
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    is_valid: Option<bool>,
}

pub(crate) async fn run(session: &Session, definition: &str) -> PlatformResult<()> {
    let input = serde_json::json!({"definition": definition});
    let verdict: Verdict = session.write(&OPERATION.call(&Input { input })?).await?;
    if verdict.is_valid == Some(true) {
        return Ok(());
    }
    Err(PlatformError {
        operation: OPERATION.name,
        kind: ErrorKind::Refused(vec![Refusal {
            field: "definition".to_owned(),
            messages: vec!["the server finds it invalid and gives no reason".to_owned()],
        }]),
        effect: Effect::None,
    })
}
