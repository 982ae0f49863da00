//! Resources: a page of them, or one with what was done to it.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::{Whose, past, whose_one};
use crate::controller::Status;
use crate::controller::resources::ResourceStatus;
use crate::model::{Address, Kind, ResourceName};
use crate::server::environments::Chosen;
use crate::server::{ServerState, reply};

/// How many a page has unless told otherwise, and at most.
const PAGE: (usize, usize) = (100, 1000);

/// Which resources.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    environment: Option<String>,
    kind: Option<String>,
    sync: Option<String>,
    health: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

const SYNCS: [&str; 3] = ["Synced", "OutOfSync", "Unknown"];
const HEALTHS: [&str; 8] = [
    "Healthy",
    "Progressing",
    "Degraded",
    "Suspended",
    "Missing",
    "Unknown",
    "Blocked",
    "Pending",
];

impl Which {
    fn check(&self) -> Result<(), String> {
        let kinds = Kind::ALL.map(|kind| kind.to_string());
        word(
            "kind",
            self.kind.as_deref(),
            &kinds.each_ref().map(String::as_str),
        )?;
        word("sync", self.sync.as_deref(), &SYNCS)?;
        word("health", self.health.as_deref(), &HEALTHS)?;
        page("limit", self.limit, PAGE).map(|_| ())
    }

    fn takes(&self, resource: &ResourceStatus) -> bool {
        let is = |wanted: &Option<String>, found: String| {
            let wanted = wanted.as_deref();
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&found))
        };
        is(&self.kind, resource.address.kind.to_string())
            && is(&self.sync, resource.sync.to_string())
            && is(&self.health, resource.health.to_string())
    }
}

fn word(name: &str, given: Option<&str>, known: &[&str]) -> Result<(), String> {
    match given {
        Some(given) if !known.iter().any(|word| word.eq_ignore_ascii_case(given)) => {
            Err(format!("{name} is one of {}", known.join(", ")))
        }
        _ => Ok(()),
    }
}

/// The length of a page.
pub(super) fn page(
    name: &str,
    given: Option<usize>,
    (usual, most): (usize, usize),
) -> Result<usize, String> {
    match given.unwrap_or(usual) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(format!("{name} is a number from 1 to {most}")),
    }
}

/// A page of the resources as last seen, in the order of their addresses.
pub(super) async fn list(
    State(state): State<ServerState>,
    which: Result<Query<Which>, QueryRejection>,
) -> Response {
    let which = match which {
        Ok(Query(which)) => which,
        Err(wrong) => return reply::error(StatusCode::BAD_REQUEST, &wrong.body_text()),
    };
    if let Err(wrong) = which.check() {
        return reply::error(StatusCode::BAD_REQUEST, &wrong);
    }
    match state.environments.chosen(which.environment.as_deref()) {
        Ok(chosen) => Json(page_of(chosen, &which)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// One environment's by address; those of several by environment and address.
fn page_of(chosen: Chosen<'_>, which: &Which) -> Value {
    let statuses = chosen.each().iter().map(|one| one.status.borrow().clone());
    let statuses: Vec<Status> = statuses.collect();
    let several = matches!(chosen, Chosen::All(_));
    let key = |status: &Status, resource: &ResourceStatus| match several {
        true => format!("{}/{}", status.environment, resource.address),
        false => resource.address.to_string(),
    };
    let each = statuses.iter().flat_map(|status| {
        let resources = status.resources.iter();
        let taken = resources.filter(|resource| which.takes(resource));
        taken.map(move |resource| (key(status, resource), status, resource))
    });
    let mut found: Vec<_> = each.collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let total = found.len();
    if let Some(after) = &which.after {
        found.retain(|(key, ..)| key > after);
    }
    let limit = which.limit.unwrap_or(PAGE.0);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|(key, ..)| key.clone()).filter(|_| more);
    let resources = found.iter().map(|(_, status, resource)| {
        let mut value = json!(resource);
        if several {
            value["environment"] = status.environment.clone().into();
        }
        value
    });
    let resources: Vec<_> = resources.collect();
    let mut body = json!({ "total": total, "resources": resources, "next": next });
    match &*statuses {
        [status] if !several => body["generation"] = status.generation.into(),
        several => {
            let each = several.iter();
            let each = each.map(|one| (one.environment.clone(), one.generation.into()));
            body["generations"] = Value::Object(each.collect());
        }
    }
    body
}

/// One resource, and what was done to it last.
pub(super) async fn one(
    State(state): State<ServerState>,
    path: Result<Path<(String, String)>, PathRejection>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Response {
    let served = match whose_one(&state, whose) {
        Ok(one) => one,
        Err(refusal) => return refusal.into_response(),
    };
    let Ok(Path((kind, name))) = path else {
        return reply::error(StatusCode::BAD_REQUEST, "the path is not UTF-8");
    };
    let found = address(&kind, &name).and_then(|address| {
        let resources = served.status.borrow().resources.clone();
        let found = resources.iter().find(|one| one.address == address);
        found.cloned()
    });
    let Some(resource) = found else {
        return reply::error(StatusCode::NOT_FOUND, "there is no such resource");
    };
    // A single one may have been called otherwise before it had a name.
    let several = state.environments.all().len() > 1;
    let environment = several.then(|| served.name.clone());
    let past = past::of(&state.api, environment, resource.address.clone());
    let (history, problem) = match past.await {
        Ok(writes) => (writes, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let body = json!({ "resource": resource, "history": history, "historyProblem": problem });
    Json(body).into_response()
}

/// The address of two parts of a path, in any case of the kind.
fn address(kind: &str, name: &str) -> Option<Address> {
    Some(Address {
        kind: Kind::named(kind)?,
        name: ResourceName::parse(name).ok()?,
    })
}
