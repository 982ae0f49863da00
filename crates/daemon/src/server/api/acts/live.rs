//! What is done to one live object: the loop does it between two passes, and who asks waits for it a while.

#![expect(
    clippy::result_large_err,
    reason = "a refusal is the answer itself, and is moved once"
)]

use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{key, once, wrong};
use crate::api::http::{EnvironmentQuery, ErrorCode};
use crate::api::page::{AskedStatus, HoldWanted, RolloutCommand};
use crate::controller::acts::{Ask, Deed};
use crate::model::{Address, check_reason};
use crate::server::api::{One, commands, page, resources, whose_one};
use crate::server::{Served, ServerState, reply};

/// How long who asks waits, below the time that any answer may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// Puts a resource on hold.
pub(in crate::server::api) async fn hold(
    State(state): State<ServerState>,
    One(served): One,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let key = key(&headers, &format!("{} hold", served.name));
    let doing = async {
        let form = "{\"address\": …, \"reason\": …, \"until\": …}";
        let wanted: HoldWanted = commands::wanted(&headers, body, form).await?;
        check_reason("a hold", &wanted.reason).map_err(|why| wrong("reason", &why))?;
        if wanted.until <= state.clock.now() {
            return Err(wrong("until", "that is in the past"));
        }
        let about = found(&served, &wanted.address.0)?;
        done(
            &served,
            ask(about, Deed::Hold(wanted.until), Some(wanted.reason)),
        )
        .await
    };
    once(&state, key, doing).await
}

/// Which hold.
#[derive(Debug, Deserialize)]
pub(in crate::server::api) struct Which {
    environment: Option<String>,
    address: String,
}

/// Ends a hold.
pub(in crate::server::api) async fn release(
    State(state): State<ServerState>,
    which: Result<Query<Which>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Query(which) = match which {
        Ok(which) => which,
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong.body_text()),
    };
    let served = match state.environments.one(which.environment.as_deref()) {
        Ok(one) => one.clone(),
        Err(refusal) => return refusal.into_response(),
    };
    let key = key(
        &headers,
        &format!("{} unhold {}", served.name, which.address),
    );
    let doing = async {
        let wanted: RolloutCommand = commands::wanted(&headers, body, "{\"reason\": …}").await?;
        let about = found(&served, &which.address)?;
        done(&served, ask(about, Deed::Unhold, wanted.reason)).await
    };
    once(&state, key, doing).await
}

/// Pauses, resumes or aborts a rollout.
pub(in crate::server::api) async fn rollout(
    State(state): State<ServerState>,
    which: Result<Path<(String, String)>, PathRejection>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(Path((integration, name))) = which else {
        return page::unreadable();
    };
    let served = match whose_one(&state, whose) {
        Ok(one) => one.clone(),
        Err(refusal) => return refusal.into_response(),
    };
    let key = key(
        &headers,
        &format!("{} rollout {integration} {name}", served.name),
    );
    let doing = async {
        let form = "{\"version\": …, \"reason\": …}";
        let wanted: RolloutCommand = commands::wanted(&headers, body, form).await?;
        if let Some(reason) = &wanted.reason {
            check_reason("an act on a rollout", reason).map_err(|why| wrong("reason", &why))?;
        }
        let version = wanted.version.as_deref().and_then(|it| it.parse().ok());
        let deed = match (name.as_str(), version) {
            ("pause", _) => Deed::RolloutPause,
            ("resume", _) => Deed::RolloutResume,
            ("abort", Some(version)) => Deed::RolloutAbort(version),
            ("abort", None) => return Err(wrong("version", "which version is taken back?")),
            _ => {
                let message = "it is one of pause, resume, abort";
                return Err(reply::error(ErrorCode::NotFound, message));
            }
        };
        let about = found(&served, &format!("Integration/{integration}"))?;
        done(&served, ask(about, deed, wanted.reason)).await
    };
    once(&state, key, doing).await
}

/// A live object that the last pass saw.
struct Found {
    address: Address,
    display_name: String,
    customer: Option<String>,
    id: String,
}

fn found(served: &Served, address: &str) -> Result<Found, Response> {
    let status = served.status.borrow().clone();
    let page = status.page.as_deref();
    let parsed = address.split_once('/');
    let parsed = parsed.and_then(|(kind, name)| resources::address(kind, name));
    let found = parsed.zip(page).and_then(|(address, page)| {
        let text = address.to_string();
        let row = page.row(&text)?;
        let id = page.details.get(&text)?.id.clone()?;
        Some(Found {
            address,
            display_name: row.display_name.clone(),
            customer: row.customer.clone(),
            id,
        })
    });
    found.ok_or_else(|| {
        let message = "there is no such resource in Prismatic, as of the last pass";
        reply::error(ErrorCode::UnknownResource, message)
    })
}

fn ask(found: Found, deed: Deed, reason: Option<String>) -> Ask {
    Ask {
        deed,
        address: found.address,
        display_name: found.display_name,
        customer: found.customer,
        id: found.id,
        reason,
    }
}

async fn done(served: &Served, ask: Ask) -> Result<(AskedStatus, String), Response> {
    let Some(answered) = served.control.act(ask) else {
        return Err(reply::error(
            ErrorCode::Busy,
            "too many requests wait for the loop",
        ));
    };
    Ok(match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(Ok(()))) => (
            AskedStatus::Done,
            "a pass begins now and shows it".to_owned(),
        ),
        Ok(Ok(Err(error))) => (AskedStatus::Failed, error),
        Ok(Err(_)) => (AskedStatus::Failed, "the daemon is stopping".to_owned()),
        Err(_) => (
            AskedStatus::Asked,
            "it is done after the pass that is under way".to_owned(),
        ),
    })
}
