//! Which live object a manifest means.
//!
//! Marker, then `adopt.id`, then `adopt.name` or an exact match of the display name. Only the marker is
//! proof, and only if no other project's marker is beside it; everything else is an adoption, except objects
//! that a run of ours wrote and could not mark. Of two candidates neither is chosen.

use std::collections::BTreeSet;

use super::{Found, Refusal, Stop, Verdict};
use crate::model::{Adopt, Listing, Marker, ResourceName};

/// The identity of a live object.
pub(crate) struct Candidate<'a, T> {
    pub(crate) object: &'a T,
    pub(crate) id: &'a str,
    pub(crate) labels: &'a [String],
    /// Whether it matches by display name, for instances within their customer and integration.
    pub(crate) matches: bool,
    /// Whether it has the name that `adopt.name` asks for.
    pub(crate) named: bool,
    /// Whether only an interrupted run of ours can have left it in this state, without its marker.
    pub(crate) interrupted: bool,
    /// Whether customers may depend on it: an instance that was ever deployed, an integration with a version.
    /// An unknown counts as in use.
    pub(crate) in_use: bool,
}

/// Which of several objects with one marker is the one that is managed; `None` where that is for a
/// person to say. Of two that two runs made at the same time, the one in use, else the older; lists
/// come in the order in which things were created.
pub(crate) fn canonical<'a, T>(
    marked: impl Iterator<Item = &'a T> + Clone,
    in_use: impl Fn(&T) -> bool,
) -> Option<&'a T> {
    let mut used = marked.clone().filter(|one| in_use(one));
    match (used.next(), used.next()) {
        (Some(one), None) => Some(one),
        (None, _) => marked.into_iter().next(),
        (Some(_), Some(_)) => None,
    }
}

/// The identity of a declared resource.
pub(crate) struct Claim<'a> {
    pub(crate) marker: Marker,
    pub(crate) adopt: Option<&'a Adopt>,
    /// `--adopt`: matches may be taken over.
    pub(crate) adopt_matches: bool,
    /// All names of this kind that the project declares.
    pub(crate) declared: &'a BTreeSet<&'a ResourceName>,
    /// `integration` or `instance`, for messages.
    pub(crate) noun: &'static str,
    /// A member of a fleet, or a manifest in place of one: what this project marked otherwise is moved.
    pub(crate) member: bool,
}

type Answer<'a, T> = Verdict<Found<&'a T>>;

/// Finds the object of a claim among the candidates.
pub(crate) fn resolve<'a, T>(
    claim: &Claim<'_>,
    candidates: &[Candidate<'a, T>],
    listing: &Listing<T>,
) -> Answer<'a, T> {
    let marker = claim.marker.to_string();
    let marked: Vec<_> = candidates
        .iter()
        .filter(|c| c.labels.contains(&marker))
        .collect();
    match marked.as_slice() {
        [one] => {
            return match foreign(claim, one) {
                Some(refusal) => Err(refusal.into()),
                None => Ok(Found::Owned(one.object)),
            };
        }
        [] => {}
        many => {
            return match canonical(many.iter().copied(), |one| one.in_use) {
                Some(one) => Ok(Found::Owned(one.object)),
                None => Err(doubled(claim, many).into()),
            };
        }
    }
    match claim.adopt {
        Some(Adopt::Id(id)) => by_id(claim, candidates, listing, id),
        Some(Adopt::Name(_)) => by_match(
            claim,
            candidates.iter().filter(|c| c.named).collect(),
            listing,
            true,
        ),
        None => {
            let matches = candidates.iter().filter(|c| c.matches).collect();
            by_match(claim, matches, listing, claim.adopt_matches)
        }
    }
}

fn by_id<'a, T>(
    claim: &Claim<'_>,
    candidates: &[Candidate<'a, T>],
    listing: &Listing<T>,
    id: &str,
) -> Answer<'a, T> {
    let Some(candidate) = candidates.iter().find(|c| c.id == id) else {
        return match &listing.incomplete {
            Some(why) => Err(Stop::Unknown(why.to_string())),
            None => {
                let reason = format!("no {} with id {id} exists in this tenant", claim.noun);
                Err(Refusal::new(reason)
                    .hint("correct `adopt.id`, or remove it to create a new one")
                    .into())
            }
        };
    };
    match owner_in_the_way(claim, candidate) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(Found::Adopted(candidate.object)),
    }
}

fn by_match<'a, T>(
    claim: &Claim<'_>,
    matches: Vec<&Candidate<'a, T>>,
    listing: &Listing<T>,
    allowed: bool,
) -> Answer<'a, T> {
    // Objects that another manifest of this project owns are that manifest's.
    let open: Vec<_> = matches
        .into_iter()
        .filter(|c| !owned_by_sibling(claim, c))
        .collect();
    match (open.as_slice(), &listing.incomplete) {
        ([], None) => Ok(Found::Missing),
        // With pages missing, neither "none" nor "only one" is certain.
        (_, Some(why)) => Err(Stop::Unknown(why.to_string())),
        ([one], None) => match owner_in_the_way(claim, one) {
            Some(refusal) => Err(refusal.into()),
            None if one.interrupted => Ok(Found::Recovered(one.object)),
            None if allowed || is_moved(claim, one) => Ok(Found::Adopted(one.object)),
            None => Err(needs_consent(claim, one).into()),
        },
        (many, None) => Err(ambiguous(claim, many, "match").into()),
    }
}

/// Whether it is this project's already, under a name that nothing declares any more.
fn is_moved<T>(claim: &Claim<'_>, candidate: &Candidate<'_, T>) -> bool {
    claim.member
        && Marker::among(candidate.labels).any(|marker| marker.project == claim.marker.project)
}

fn owned_by_sibling<T>(claim: &Claim<'_>, candidate: &Candidate<'_, T>) -> bool {
    Marker::among(candidate.labels).any(|marker| {
        marker.project == claim.marker.project
            && marker.name != claim.marker.name
            && claim.declared.contains(&marker.name)
    })
}

/// Two projects that write one object would undo each other's changes for ever.
pub(crate) fn foreign<T>(claim: &Claim<'_>, candidate: &Candidate<'_, T>) -> Option<Refusal> {
    let ours = &claim.marker;
    let theirs = Marker::among(candidate.labels).find(|it| it.project != ours.project)?;
    let noun = claim.noun;
    let id = candidate.id;
    Some(
        Refusal::new(format!(
            "{noun} {id} bears the markers of two projects: {ours} and {theirs}"
        ))
        .hint("release it in one of the two, and remove its manifest there"),
    )
}

/// Another project's object, or one that this project declared under another name.
pub(crate) fn owner_in_the_way<T>(
    claim: &Claim<'_>,
    candidate: &Candidate<'_, T>,
) -> Option<Refusal> {
    let noun = claim.noun;
    let marker = Marker::among(candidate.labels).find(|marker| *marker != claim.marker)?;
    if marker.project != claim.marker.project {
        return Some(
            Refusal::new(format!(
                "{noun} {} belongs to another project: {marker}",
                candidate.id
            ))
            .hint("if it is this project under a former name, `prism-gitops migrate project` takes it along; else release it there first"),
        );
    }
    let by_its_id = matches!(claim.adopt, Some(Adopt::Id(id)) if id == candidate.id);
    if (by_its_id || claim.member) && !claim.declared.contains(&marker.name) {
        return None;
    }
    Some(
        Refusal::new(format!(
            "{noun} {} is managed as {:?} already",
            candidate.id,
            marker.name.as_str()
        ))
        .hint(format!(
            "`metadata.name` must stay {:?}; to rename it there, set `adopt: {{id: {}}}`",
            marker.name.as_str(),
            candidate.id
        )),
    )
}

pub(crate) fn needs_consent<T>(claim: &Claim<'_>, candidate: &Candidate<'_, T>) -> Refusal {
    let refusal = Refusal::new(format!(
        "{} {} exists and is not managed yet",
        claim.noun, candidate.id
    ));
    if claim.member {
        return refusal.hint(
            "take it over with `--adopt` or `prism-gitops adopt`, or leave its customer out of the fleet",
        );
    }
    refusal.hint(
        format!(
            "take it over with `--adopt` or `adopt: {{id: {}}}` in the manifest, or rename one of the two",
            candidate.id
        ),
    )
}

fn several<T>(claim: &Claim<'_>, many: &[&Candidate<'_, T>], verb: &str) -> Refusal {
    let ids: Vec<&str> = many.iter().map(|c| c.id).collect();
    Refusal::new(format!(
        "{} {}s {verb}: {}",
        many.len(),
        claim.noun,
        ids.join(", ")
    ))
}

/// Several in use bear the marker.
fn doubled<T>(claim: &Claim<'_>, many: &[&Candidate<'_, T>]) -> Refusal {
    several(claim, many, "bear the marker").hint(format!(
        "more than one of them is in use: see them with `prism-gitops dedupe`, and remove one with \
         `dedupe --remove ID --reason TEXT`, or take {} off the others",
        claim.marker
    ))
}

fn ambiguous<T>(claim: &Claim<'_>, many: &[&Candidate<'_, T>], verb: &str) -> Refusal {
    let refusal = several(claim, many, verb);
    if claim.member {
        return refusal.hint(
            "a member is the only instance of the integration that its customer has, or the one with its display name: rename or remove the others",
        );
    }
    refusal.hint(format!(
        "say which one with `adopt: {{id: …}}`, and take {} off the others",
        claim.marker
    ))
}
