//! What was done, from the history. The disk is asked off the async threads.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};

use super::Api;
use super::resources::page;
use crate::api::history::{History, Pass};
use crate::api::http::{ErrorCode, HISTORY_PAGE, HistoryQuery as Which};
use crate::model::Address;
use crate::model::history::WriteRecord;
use crate::server::{ServerState, reply};
use crate::store::history::{HistoryError, HistoryQuery, HistoryReader};

/// The maximum number of writes of a pass in an answer.
const WRITES: usize = 50;
/// The maximum number of writes of one resource in an answer.
const TAIL: usize = 10;

/// A page of passes, the newest first.
pub(super) async fn history(
    State(state): State<ServerState>,
    which: Result<Query<Which>, QueryRejection>,
) -> Response {
    let which = match which {
        Ok(Query(which)) => which,
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong.body_text()),
    };
    if which.before.is_some_and(|before| before < 1) {
        return reply::error(ErrorCode::InvalidRequest, "before is a number from 1");
    }
    let limit = match page("limit", which.limit, HISTORY_PAGE) {
        Ok(limit) => limit,
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong),
    };
    match ask(&state.api, move |reader| passes(reader, &which, limit)).await {
        Ok(found) => Json(found.unwrap_or_default()).into_response(),
        Err(problem) => reply::error(ErrorCode::HistoryUnread, &problem),
    }
}

fn passes(
    reader: &dyn HistoryReader,
    which: &Which,
    limit: usize,
) -> Result<History, HistoryError> {
    let mut passes = reader.passes(&HistoryQuery {
        environment: which.environment.clone(),
        before: which.before,
        failed: which.failed,
        limit: limit + 1,
        ..HistoryQuery::default()
    })?;
    let more = passes.len() > limit;
    passes.truncate(limit);
    let next = passes.last().map(|pass| pass.id).filter(|_| more);
    let mut told = Vec::new();
    for pass in passes {
        let writes = reader.writes(&HistoryQuery {
            pass: Some(pass.id),
            limit: WRITES,
            ..HistoryQuery::default()
        })?;
        told.push(Pass {
            record: pass,
            writes: writes.iter().map(Into::into).collect(),
        });
    }
    Ok(History { passes: told, next })
}

/// What was done to a resource last, the newest first; in one environment where it is named.
pub(super) async fn of(
    api: &Api,
    environment: Option<String>,
    address: Address,
) -> Result<Vec<WriteRecord>, String> {
    let query = HistoryQuery {
        environment,
        address: Some(address),
        limit: TAIL,
        ..HistoryQuery::default()
    };
    let writes = ask(api, move |reader| reader.writes(&query)).await?;
    Ok(writes.unwrap_or_default())
}

/// Without a history the answer is empty; any other failure is reported.
pub(super) async fn ask<T: Send + 'static>(
    api: &Api,
    question: impl FnOnce(&dyn HistoryReader) -> Result<T, HistoryError> + Send + 'static,
) -> Result<Option<T>, String> {
    let Some(reader) = api.past.as_ref().map(Arc::clone) else {
        return Ok(None);
    };
    let answer = tokio::task::spawn_blocking(move || question(reader.as_ref())).await;
    match answer {
        Ok(Ok(answer)) => Ok(Some(answer)),
        Ok(Err(HistoryError::Missing(_))) => Ok(None),
        Ok(Err(error)) => {
            let hint = error.hint();
            tracing::warn!(event = "history.unread", error = %error, hint, "the history cannot be read");
            // Without the path: it must not be exposed.
            Err("the history cannot be read; the log says why".to_owned())
        }
        Err(_) => Err("the history cannot be read; a defect".to_owned()),
    }
}
