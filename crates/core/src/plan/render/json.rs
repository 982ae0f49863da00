//! The form for programs: the types of [`prism_gitops_api::plan`].

use std::collections::BTreeMap;

use prism_gitops_api as api;
use prism_gitops_api::plan::{AppliedResource, Authorize, Line, Resource};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::Results;
use super::members::{self, is_member};
use crate::model::{Address, Disposition};
use crate::plan::{OnHold, Plan, PlannedResource, simulation};

/// The links at which people consent to the pending connections of each resource.
pub type Links = BTreeMap<Address, Vec<Authorize>>;

/// The disposition of each resource in a run that begins now.
pub type Dispositions = BTreeMap<Address, Disposition>;

/// The JSON document as a value, to look into.
#[must_use]
pub fn json(plan: &Plan, results: Option<&Results>) -> Value {
    #[expect(clippy::expect_used, reason = "all its keys are texts")]
    serde_json::to_value(document(plan, results)).expect("a document becomes a value")
}

/// The JSON document to write out, one resource after the other; with the results after an apply.
#[must_use]
pub fn document<'a>(plan: &'a Plan, results: Option<&'a Results>) -> Document<'a> {
    Document {
        plan,
        results,
        links: None,
        dispositions: None,
        members: Members::One,
    }
}

/// What [`document()`] gives. It is never in memory as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    plan: &'a Plan,
    results: Option<&'a Results>,
    links: Option<&'a Links>,
    dispositions: Option<&'a Dispositions>,
    members: Members,
}

/// How the members of fleets are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Members {
    /// One by one, among the resources.
    One,
    /// Those of which the same is said together.
    Together,
}

impl<'a> Document<'a> {
    /// The same, with the members of fleets in groups. It cannot be applied.
    #[must_use]
    pub fn in_groups(self) -> Self {
        let members = Members::Together;
        Self { members, ..self }
    }

    /// Whether a resource is listed by itself. What failed is: the errors differ.
    fn lists(&self, resource: &PlannedResource) -> bool {
        let failed = |results: &Results| {
            let result = results.resources.get(&resource.address);
            result.is_some_and(|it| !it.is_done())
        };
        self.members == Members::One || !is_member(resource) || self.results.is_some_and(failed)
    }

    /// The same, with the links that were asked for.
    #[must_use]
    pub fn with_links(self, links: Option<&'a Links>) -> Self {
        Self { links, ..self }
    }

    /// The same, with the disposition of each resource.
    #[must_use]
    pub fn with_dispositions(self, dispositions: &'a Dispositions) -> Self {
        Self {
            dispositions: Some(dispositions),
            ..self
        }
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plan = whole(self.plan, Resources(*self));
        let each = self.members == Members::One;
        let simulations = self.plan.simulations.iter();
        plan.simulations = simulations
            .map(|it| simulation::document(it, each))
            .collect();
        plan.members = match self.members {
            Members::One => None,
            Members::Together => Some(members::groups_of(self.plan)),
        };
        match self.results {
            None => plan.serialize(serializer),
            Some(results) => {
                let closed = results.closed.clone();
                api::plan::Applied { plan, closed }.serialize(serializer)
            }
        }
    }
}

fn whole<R>(plan: &Plan, resources: R) -> api::plan::Plan<R> {
    api::plan::Plan {
        format_version: api::FormatVersion::default(),
        mode: plan.mode,
        project: plan.project.clone(),
        environment: plan.environment.clone(),
        organization: plan.organization.clone(),
        revision: plan.revision.clone(),
        observed_at: plan.observed_at,
        digest: plan.digest.clone(),
        policy: plan.policy.clone(),
        unread: plan.unread.clone(),
        summary: plan.summary,
        impact: plan.impact,
        cost: plan.cost,
        resources,
        later: plan.later.iter().map(Into::into).collect(),
        losses: plan.losses.clone(),
        fleets: plan.fleets.clone(),
        members: None,
        violations: plan.violations.clone(),
        diagnostics: plan.diagnostics.iter().map(Into::into).collect(),
        rollouts: plan.rollouts.iter().map(Into::into).collect(),
        simulations: Vec::new(),
    }
}

struct Resources<'a>(Document<'a>);

/// One of the two, by what the document is.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum One {
    Planned(api::plan::PlannedResource),
    Applied(AppliedResource),
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document {
            plan,
            results,
            links,
            dispositions,
            members: _,
        } = self.0;
        let one = |resource: &PlannedResource| {
            let planned = Resource {
                disposition: dispositions.and_then(|all| all.get(&resource.address).copied()),
                ..Resource::from(resource)
            };
            let of = |links: &Links| links.get(&resource.address).cloned().unwrap_or_default();
            let authorize = links.map(of);
            match results {
                None => One::Planned(api::plan::PlannedResource { planned, authorize }),
                Some(results) => One::Applied(AppliedResource {
                    planned,
                    result: results.resources.get(&resource.address).cloned(),
                    authorize,
                }),
            }
        };
        let listed = plan.resources.iter().filter(|it| self.0.lists(it));
        // Errors may all be the same: those of members are listed up to a number.
        let mut failed = 0;
        let few = listed.filter(|it| {
            failed += usize::from(self.0.members == Members::Together && is_member(it));
            failed <= members::FAILED || !is_member(it)
        });
        serializer.collect_seq(few.map(one))
    }
}

impl From<&PlannedResource> for Resource {
    fn from(resource: &PlannedResource) -> Self {
        let source = resource.source.as_ref().map(|source| Line {
            file: source.file.to_string(),
            line: source.line,
        });
        // What is left as it is rests on nothing.
        let touched = !resource.actions.is_empty();
        let preconditions = resource.preconditions.iter().filter(|_| touched);
        let pending_consents = resource.pending_consents.as_ref();
        Self {
            address: (&resource.address).into(),
            display_name: resource.display_name.clone(),
            customer: resource.customer.clone(),
            status: resource.sync,
            health: resource.health,
            disposition: None,
            actions: resource.actions.clone(),
            reason: resource.why().into_owned(),
            hint: resource.hint.clone(),
            source,
            changes: resource.changes.iter().map(Into::into).collect(),
            orphan: resource.orphan,
            pending: pending_consents
                .map(|it| it.variables.clone())
                .unwrap_or_default(),
            preconditions: preconditions.cloned().collect(),
            writes: resource.writes.clone(),
            held: resource.on_hold.as_ref().map(held),
        }
    }
}

fn held(on_hold: &OnHold) -> api::plan::Held {
    api::plan::Held {
        until: on_hold.hold.ends(),
        reason: on_hold.note.clone(),
        because: on_hold.because.as_ref().map(Into::into),
    }
}
