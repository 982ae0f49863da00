//! A query in the user's own words.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::client::PrismaticClient;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Call;

/// What the API answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RawAnswer {
    /// The data; null where there is none.
    pub data: Value,
    /// Top-level errors with their paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Value>,
}

impl PrismaticClient {
    /// Sends a document as it is. It may be a mutation, so it is repeated only
    /// where it certainly had no effect.
    ///
    /// # Errors
    ///
    /// [`super::super::error::PlatformError`] where there is no GraphQL answer,
    /// or the token is refused. Errors in the answer are part of it.
    pub async fn query(
        &self,
        document: &str,
        variables: &Map<String, Value>,
    ) -> PlatformResult<RawAnswer> {
        let call = Call::new("api", Repeat::Once, document, variables)?;
        let answer = self.session.parts::<Value>(&call).await?;
        let error = |error: &crate::graphql::GraphQlError| {
            let mut shown = json!({"message": error.message});
            if !error.path.is_empty() {
                shown["path"] = Value::Array(error.path.clone());
            }
            shown
        };
        Ok(RawAnswer {
            errors: answer.errors.iter().map(error).collect(),
            data: answer.data.unwrap_or_default(),
        })
    }
}
