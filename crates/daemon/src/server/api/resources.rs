//! Resources: a page of them, or one with what was done to it.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse as _, Response};

use super::{history, page as asked, shaped_one};
use crate::api::http::{ErrorCode, PageSize, RESOURCES_PAGE, ResourcesQuery as Which, ShapeQuery};
use crate::api::resource::{self as told, OneResource, Resources};
use crate::api::{Health, SyncStatus, Words};
use crate::controller::Status;
use crate::controller::resources::ResourceStatus;
use crate::model::{Address, Kind, ResourceName};
use crate::server::environments::Chosen;
use crate::server::{ServerState, reply};

/// Which resources, in words that are known.
struct Wanted {
    kind: Option<Kind>,
    sync: Option<SyncStatus>,
    health: Option<Health>,
    limit: usize,
}

impl Wanted {
    fn of(which: &Which) -> Result<Self, String> {
        Ok(Self {
            kind: word("kind", which.kind.as_deref())?,
            sync: word("sync", which.sync.as_deref())?,
            health: word("health", which.health.as_deref())?,
            limit: page("limit", which.limit, RESOURCES_PAGE)?,
        })
    }

    fn takes(&self, resource: &ResourceStatus) -> bool {
        self.kind.is_none_or(|kind| kind == resource.address.kind)
            && self.sync.is_none_or(|sync| sync == resource.sync)
            && self.health.is_none_or(|health| health == resource.health)
    }
}

fn word<T: Words>(name: &str, given: Option<&str>) -> Result<Option<T>, String> {
    let Some(given) = given else {
        return Ok(None);
    };
    let known = || T::ALL.iter().map(|word| word.word()).collect::<Vec<_>>();
    let found = T::named(given);
    let wrong = || format!("{name} is one of {}", known().join(", "));
    found.map(Some).ok_or_else(wrong)
}

/// The length of a page.
pub(super) fn page(
    name: &str,
    given: Option<usize>,
    (usual, most): PageSize,
) -> Result<usize, String> {
    match given.unwrap_or(usual) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(format!("{name} is a number from 1 to {most}")),
    }
}

/// A page of the resources as last seen, in the order of their addresses.
pub(super) async fn list(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    which: Result<Query<Which>, QueryRejection>,
    asker: asked::Asker,
) -> Response {
    if is_for_the_page(raw.as_deref()) {
        return asked::resources(&state, raw.as_deref(), &asker);
    }
    let which = match which {
        Ok(Query(which)) => which,
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong.body_text()),
    };
    let wanted = match Wanted::of(&which) {
        Ok(wanted) => wanted,
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong),
    };
    match state.environments.chosen(which.environment.as_deref()) {
        Ok(chosen) => Json(page_of(chosen, &wanted, which.after.as_ref())).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Whether a query asks for the shape of the page.
pub(super) fn is_for_the_page(raw: Option<&str>) -> bool {
    let pairs = raw.unwrap_or_default().split('&');
    pairs.into_iter().any(|pair| pair == "shape=page")
}

/// One environment's by address; those of several by environment and address.
fn page_of(chosen: Chosen<'_>, wanted: &Wanted, after: Option<&String>) -> Resources {
    let statuses = chosen.each().iter().map(|one| one.status.borrow().clone());
    let statuses: Vec<Status> = statuses.collect();
    let several = matches!(chosen, Chosen::All(_));
    let key = |status: &Status, resource: &ResourceStatus| match several {
        true => format!("{}/{}", status.environment, resource.address),
        false => resource.address.to_string(),
    };
    let each = statuses.iter().flat_map(|status| {
        let resources = status.resources.iter();
        let taken = resources.filter(|resource| wanted.takes(resource));
        taken.map(move |resource| (key(status, resource), status, resource))
    });
    let mut found: Vec<_> = each.collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let total = found.len();
    if let Some(after) = after {
        found.retain(|(key, ..)| key > after);
    }
    let more = found.len() > wanted.limit;
    found.truncate(wanted.limit);
    let next = found.last().map(|(key, ..)| key.clone()).filter(|_| more);
    let told = |(_, status, resource): &(String, &Status, &ResourceStatus)| told::ResourceStatus {
        environment: several.then(|| status.environment.clone()),
        ..told::ResourceStatus::from(*resource)
    };
    let (generation, generations) = match &*statuses {
        [status] if !several => (Some(status.generation), None),
        all => {
            let each = all.iter();
            let each = each.map(|one| (one.environment.clone(), one.generation));
            (None, Some(each.collect()))
        }
    };
    Resources {
        total,
        resources: found.iter().map(told).collect(),
        next,
        generation,
        generations,
    }
}

/// One resource, and what was done to it last.
pub(super) async fn one(
    State(state): State<ServerState>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(raw): RawQuery,
    whose: Result<Query<ShapeQuery>, QueryRejection>,
    asker: asked::Asker,
) -> Response {
    if is_for_the_page(raw.as_deref()) {
        let address = path
            .ok()
            .and_then(|Path((kind, name))| address(&kind, &name));
        return match address {
            Some(address) => asked::resource(&state, address, raw.as_deref(), &asker).await,
            None => reply::error(ErrorCode::UnknownResource, "there is no such resource"),
        };
    }
    let served = match shaped_one(&state, whose) {
        Ok(one) => one,
        Err(refusal) => return refusal.into_response(),
    };
    let Ok(Path((kind, name))) = path else {
        return reply::error(ErrorCode::InvalidRequest, "the path is not UTF-8");
    };
    let found = address(&kind, &name).and_then(|address| {
        let resources = served.status.borrow().resources.clone();
        let found = resources.iter().find(|one| one.address == address);
        found.cloned()
    });
    let Some(resource) = found else {
        return reply::error(ErrorCode::UnknownResource, "there is no such resource");
    };
    // A single one may have been called otherwise before it had a name.
    let several = state.environments.all().len() > 1;
    let environment = several.then(|| served.name.clone());
    let past = history::of(&state.api, environment, resource.address.clone());
    let (history, problem) = match past.await {
        Ok(writes) => (writes, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let body = OneResource {
        resource: (&resource).into(),
        history: history.iter().map(Into::into).collect(),
        history_problem: problem,
    };
    Json(body).into_response()
}

/// The address of two parts of a path, in any case of the kind.
pub(super) fn address(kind: &str, name: &str) -> Option<Address> {
    Some(Address {
        kind: Kind::named(kind)?,
        name: ResourceName::parse_addressed(name).ok()?,
    })
}
