//! What was reviewed of a plan, and whether a later plan still does exactly that.
//!
//! Pure. A reviewed plan is never replayed: a new one is made of the files and
//! the tenant as they are now, only for the resources that were reviewed, and
//! [`recheck`] compares the two. What is carried out is the new one.
//!
//! # Invariants
//!
//! - A plan passes only if its digest is the reviewed one, so it writes what was
//!   reviewed, seen from the same starting point, or nothing is written.
//! - Nothing in a reviewed plan becomes a write. A forged one can at most be refused, or
//!   name a part of what the files declare.

mod recheck;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use prism_gitops_api::plan::Change;
use serde::Deserialize;

pub use recheck::{Moved, is_part, recheck};

use super::{FORMAT_VERSION, Plan, PlannedResource, Precondition, digest};

/// Labels are a set: in which order a server gives them says nothing.
pub(super) fn labels(labels: &[String]) -> Precondition {
    let mut labels = labels.to_vec();
    labels.sort();
    Precondition::new("labels", labels.join(", "))
}

/// What the digest of a plan covers, as a plan has it or as its document was read back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// The format of the document.
    pub format_version: String,
    /// What it was made for, by its word.
    #[serde(rename = "purpose")]
    pub mode: String,
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The id of the organization.
    pub organization: String,
    /// The digest of the project's policy.
    pub policy: String,
    /// The digest of the plan.
    pub digest: String,
    /// The resources; those that nothing is done to play no part.
    pub resources: Vec<ReviewedResource>,
    /// What it left alone although something was to be done to it, as it was of another part of the project. Its digest does
    /// not cover that.
    #[serde(default)]
    pub later: Vec<String>,
}

/// What is covered of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewedResource {
    /// Its address as text.
    pub address: String,
    /// What is done, by its words.
    pub actions: Vec<String>,
    /// What differs.
    pub changes: Vec<Change>,
    /// What the steps rest on besides.
    #[serde(default, rename = "restsOn")]
    pub preconditions: Vec<Precondition>,
    /// The digest of everything that is written.
    #[serde(default)]
    pub writes: Option<String>,
}

impl From<&PlannedResource> for ReviewedResource {
    fn from(resource: &PlannedResource) -> Self {
        let words = resource.actions.iter().map(|action| action.as_str());
        // What is left as it is rests on nothing.
        let touched = resource
            .preconditions
            .iter()
            .filter(|_| !resource.actions.is_empty());
        Self {
            address: resource.address.to_string(),
            actions: words.map(str::to_owned).collect(),
            changes: resource.changes.iter().map(Into::into).collect(),
            preconditions: touched.cloned().collect(),
            writes: resource.writes.clone(),
        }
    }
}

impl From<&Plan> for Reviewed {
    fn from(plan: &Plan) -> Self {
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            mode: plan.mode.as_str().to_owned(),
            project: plan.project.clone(),
            environment: plan.environment.clone(),
            organization: plan.organization.clone(),
            policy: plan.policy.clone(),
            digest: plan.digest.clone(),
            resources: plan.resources.iter().map(Into::into).collect(),
            later: plan.later.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Why a document is not one that can be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Another version of the program wrote it.
    #[error("it has the format {0:?}, and this program reads {FORMAT_VERSION:?}")]
    Format(String),
    /// It does not hold what its digest was made of.
    #[error(
        "its digest does not fit what it holds: it was changed, or another version of the program made it"
    )]
    Altered,
    /// Something is in it twice.
    #[error("it has {0} more than once")]
    Twice(String),
}

/// What a format is compatible within: a higher minor number only adds.
pub(super) fn major(format: &str) -> &str {
    format.split_once('.').map_or(format, |(major, _)| major)
}

impl Reviewed {
    /// Checks that it is whole, before anything is compared with it.
    ///
    /// # Errors
    ///
    /// [`Unfit`] with the first thing that is wrong with it.
    pub fn fit(&self) -> Result<(), Unfit> {
        if major(&self.format_version) != major(FORMAT_VERSION) {
            return Err(Unfit::Format(self.format_version.clone()));
        }
        let mut seen = BTreeSet::new();
        for resource in &self.resources {
            if !seen.insert(&resource.address) {
                return Err(Unfit::Twice(resource.address.clone()));
            }
        }
        if digest::of(self) != self.digest {
            return Err(Unfit::Altered);
        }
        Ok(())
    }

    /// The addresses of what something is done to.
    #[must_use]
    pub fn addresses(&self) -> BTreeSet<String> {
        let touched = self.touched().map(|resource| resource.address.clone());
        touched.collect()
    }

    /// The resources that something is done to.
    pub(super) fn touched(&self) -> impl Iterator<Item = &ReviewedResource> {
        let touched = |resource: &&ReviewedResource| !resource.actions.is_empty();
        self.resources.iter().filter(touched)
    }
}
