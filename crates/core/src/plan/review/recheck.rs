//! What moved between the review of a plan and a plan that was made anew.

use std::collections::{BTreeMap, VecDeque};

use prism_gitops_api::plan::Change;

use super::{Reviewed, ReviewedResource};
use crate::plan::{Plan, PlannedResource, Precondition};

/// Something that is not any more as it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Of which resource, by its address; `None` for the plan as a whole.
    pub address: Option<String>,
    /// What.
    pub field: String,
    /// As it was reviewed; `None` where there was nothing, or nothing that may be shown.
    pub before: Option<String>,
    /// As it is now.
    pub now: Option<String>,
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |value: &Option<String>| match value {
            Some(value) => format!("{:?}", crate::plan::render::shorten(value, 80)),
            None => "nothing".to_owned(),
        };
        if let Some(address) = &self.address {
            write!(f, "{}: ", crate::plan::render::shorten(address, 120))?;
        }
        let (before, now) = (shown(&self.before), shown(&self.now));
        write!(f, "{} was {before}, is {now}", self.field)
    }
}

/// Whether a plan that was made anew for the reviewed resources does a part of what was reviewed and
/// nothing else: others have done the rest.
#[must_use]
pub fn is_part(reviewed: &Reviewed, fresh: &Plan) -> bool {
    let now = Reviewed::from(fresh);
    let whole = |it: &Reviewed| {
        (
            it.mode.clone(),
            it.project.clone(),
            it.environment.clone(),
            it.organization.clone(),
            it.policy.clone(),
        )
    };
    let mut left = now.touched();
    whole(reviewed) == whole(&now)
        && fresh.violations.is_empty()
        && left.all(|resource| reviewed.touched().any(|it| it == resource))
}

/// Compares a plan that was made anew for the reviewed resources alone.
///
/// # Errors
///
/// What moved, never empty: of the plan as a whole first, then in the order of the reviewed resources.
pub fn recheck(reviewed: &Reviewed, fresh: &Plan) -> Result<(), Vec<Moved>> {
    let now = Reviewed::from(fresh);
    if now.digest == reviewed.digest && reviewed.fit().is_ok() {
        return Ok(());
    }
    let mut found = Findings::default();
    found.headings(reviewed, &now);
    let texts = fresh.resources.iter().map(|it| it.address.to_string());
    let by_address: BTreeMap<String, &PlannedResource> = texts.zip(&fresh.resources).collect();
    for then in reviewed.touched() {
        found.address = Some(then.address.clone());
        match by_address.get(&then.address) {
            Some(resource) => found.resource(then, resource),
            None => found.plan(then, "neither declared nor ours any more"),
        }
    }
    if found.moved.is_empty() {
        found.address = None;
        let digests = (Some(reviewed.digest.clone()), Some(now.digest));
        found.push("digest", digests);
    }
    Err(found.moved)
}

/// Collects what moved, resource by resource.
#[derive(Default)]
struct Findings {
    address: Option<String>,
    moved: Vec<Moved>,
}

impl Findings {
    fn push(&mut self, field: &str, (before, now): (Option<String>, Option<String>)) {
        self.moved.push(Moved {
            address: self.address.clone(),
            field: field.to_owned(),
            before,
            now,
        });
    }

    fn headings(&mut self, then: &Reviewed, now: &Reviewed) {
        let fields = [
            ("purpose", &then.mode, &now.mode),
            ("project", &then.project, &now.project),
            ("environment", &then.environment, &now.environment),
            ("organization", &then.organization, &now.organization),
            ("policy", &then.policy, &now.policy),
        ];
        for (field, then, now) in fields.into_iter().filter(|(_, then, now)| then != now) {
            self.push(field, (Some(then.clone()), Some(now.clone())));
        }
    }

    fn plan(&mut self, then: &ReviewedResource, now: &str) {
        let planned = then.actions.join(", ");
        self.push("the plan for it", (Some(planned), Some(now.to_owned())));
    }

    fn resource(&mut self, then: &ReviewedResource, resource: &PlannedResource) {
        let now = ReviewedResource::from(resource);
        if now == *then {
            return;
        }
        let before = self.moved.len();
        for (path, then, now) in paired(&then.changes, &now.changes, |it| &it.path) {
            self.field(path, then, now);
        }
        for (what, then, now) in paired(&then.preconditions, &now.preconditions, |it| &it.what) {
            let seen = |it: Option<&Precondition>| it.map(|it| it.seen.clone());
            if then != now {
                self.push(what, (seen(then), seen(now)));
            }
        }
        if now.actions.is_empty() {
            self.moved.truncate(before);
            self.plan(then, &resource.reason);
        } else if then.actions != now.actions {
            self.plan(then, &now.actions.join(", "));
        } else if self.moved.len() == before {
            self.push("what is written", (then.writes.clone(), now.writes));
        }
    }

    /// A field whose live side moved, or else whose declared one did.
    fn field(&mut self, path: &str, then: Option<&Change>, now: Option<&Change>) {
        let same = || Some("as declared".to_owned());
        match (then, now) {
            (Some(then), Some(now)) if live(then) != live(now) => {
                self.push(path, (live(then), live(now)));
            }
            (Some(then), Some(now)) if then != now => {
                let declared = format!("{path}, as declared,");
                self.push(&declared, (then.after.clone(), now.after.clone()));
            }
            (Some(then), None) => self.push(path, (live(then), same())),
            (None, Some(now)) => self.push(path, (same(), live(now))),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

/// What may be shown of the live side.
fn live(change: &Change) -> Option<String> {
    let told = || change.sensitive.then(|| "(sensitive)".to_owned());
    let note = change.note.as_ref().map(|note| format!("({note})"));
    change.before.clone().or(note).or_else(told)
}

/// Both sides of everything, by its key and by its place among those of the same key.
fn paired<'a, T>(
    then: &'a [T],
    now: &'a [T],
    key: impl Fn(&T) -> &String,
) -> Vec<(&'a str, Option<&'a T>, Option<&'a T>)> {
    let mut left: BTreeMap<&str, VecDeque<&T>> = BTreeMap::new();
    for one in now {
        left.entry(key(one)).or_default().push_back(one);
    }
    let mut pairs = Vec::new();
    for one in then {
        let other = left
            .get_mut(key(one).as_str())
            .and_then(VecDeque::pop_front);
        pairs.push((key(one).as_str(), Some(one), other));
    }
    let rest = left.into_iter();
    let rest = rest.flat_map(|(key, all)| all.into_iter().map(move |one| (key, None, Some(one))));
    pairs.extend(rest);
    pairs
}
