//! The environments that are served, and which of them a request is about.
//!
//! # Invariants
//!
//! - With one environment nothing has to be named, and every answer is about it.
//! - With several, a read reports on all unless one is named; a request that can only be about one, and a
//!   request to pause or resume, has to name it.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::reply;
use crate::api::PerEnvironment;
use crate::api::http::ErrorCode;
use crate::controller::Status;
use crate::controller::control::Control;

/// One environment, as the server sees it.
#[derive(Debug, Clone)]
pub struct Served {
    /// Its name, as its status has it.
    pub name: String,
    /// What is known of it.
    pub status: watch::Receiver<Status>,
    /// Passes a wish on to its loop.
    pub control: Control,
}

impl Served {
    /// The environment that a status is about.
    #[must_use]
    pub fn new(status: watch::Receiver<Status>, control: Control) -> Self {
        let name = status.borrow().environment.clone();
        Self {
            name,
            status,
            control,
        }
    }
}

/// The environments that are served, in the order in which they were asked for.
#[derive(Debug, Clone)]
pub struct Environments(Arc<[Served]>);

/// Which of them a request is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Chosen<'a> {
    /// The one that was named, or the only one.
    One(&'a Served),
    /// All of them, since none was named.
    All(&'a [Served]),
}

/// Why it is about none.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It names one that is not served.
    Unknown(String),
    /// It has to name one.
    Unnamed(String),
    /// It asks for something that does not exist.
    Wrong(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown(message) => reply::error(ErrorCode::UnknownEnvironment, &message),
            Self::Unnamed(message) => reply::error(ErrorCode::EnvironmentRequired, &message),
            Self::Wrong(message) => reply::error(ErrorCode::InvalidRequest, &message),
        }
    }
}

impl Environments {
    /// At least one; no name twice.
    #[must_use]
    pub fn new(served: Vec<Served>) -> Self {
        Self(served.into())
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Served] {
        &self.0
    }

    /// Which a request is about that may be about all.
    pub(super) fn chosen(&self, name: Option<&str>) -> Result<Chosen<'_>, Refusal> {
        match (name, &*self.0) {
            (Some(name), all) => {
                let found = all.iter().find(|one| one.name == name);
                found.map(Chosen::One).ok_or_else(|| self.unknown(name))
            }
            (None, [only]) => Ok(Chosen::One(only)),
            (None, all) => Ok(Chosen::All(all)),
        }
    }

    /// Which a request is about that can only be about one.
    pub(super) fn one(&self, name: Option<&str>) -> Result<&Served, Refusal> {
        match self.chosen(name)? {
            Chosen::One(one) => Ok(one),
            Chosen::All(_) => Err(Refusal::Unnamed(format!(
                "several environments are kept in step here ({}): say which, as in ?environment=NAME",
                self.names()
            ))),
        }
    }

    fn unknown(&self, name: &str) -> Refusal {
        let names = self.names();
        Refusal::Unknown(format!(
            "no environment {name:?} is kept in step here, but {names}"
        ))
    }

    fn names(&self) -> String {
        let names = self.0.iter().map(|one| one.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

impl<'a> Chosen<'a> {
    /// Those it is about.
    pub(super) fn each(self) -> &'a [Served] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::All(all) => all,
        }
    }

    /// The answer about one, or those about several.
    pub(super) fn answer<T>(self, about: impl FnMut(&Served) -> T) -> PerEnvironment<T> {
        match self {
            Self::One(one) => {
                let mut about = about;
                PerEnvironment::One(about(one))
            }
            Self::All(all) => PerEnvironment::Several {
                environments: all.iter().map(about).collect(),
            },
        }
    }
}
