//! One declared integration against the tenant.

pub(crate) mod components;
pub(crate) mod definition;
pub(crate) mod equal;
pub(crate) mod index;
pub(crate) mod interrupted;

use crate::definition::Definition;
use crate::diff::identity::{self, Candidate, Claim};
use crate::diff::{ChangeSet, Comparable, Comparison};
use crate::diff::{
    Found, Inputs, IntegrationChanges, MarketplaceChange, Refusal, Stop, Verdict, labels,
};
use crate::kinds::integration::IntegrationKind;
use crate::model::{
    Adopt, Desired, DesiredIntegration, Field, FieldChange, FieldPath, Integration,
    LiveRecord as _, Marker, Observed, PublishWhen, PublishedVersion, Visibility,
};
use definition::DraftState;
use index::Index;

/// The marker of a declared resource.
pub(crate) fn marker(inputs: &Inputs<'_>, name: &crate::model::ResourceName) -> Marker {
    Marker {
        project: inputs.desired.project.name.clone(),
        name: name.clone(),
    }
}

/// Compares one integration.
pub(crate) fn compare(
    index: &Index<'_>,
    desired: &DesiredIntegration,
) -> Verdict<IntegrationChanges> {
    let inputs = index.inputs;
    // Taken apart so that a new field does not compile before it is compared.
    let DesiredIntegration {
        name,
        bare: _,
        definition: _,
        adopt: _,
        description: _,
        publish: _,
        available: _,
        marketplace: _,
        protect: _,
        drift: _,
        rollout: _,
        location: _,
    } = desired;
    let Some(definition) = inputs.definitions.get(name) else {
        return Err(Stop::refused("its definition could not be read"));
    };
    let git = effective(desired, definition);
    let changes = existing(inputs, desired, &git, identify(index, desired, &git)?)?;
    components::check(inputs, definition, changes)
}

/// The definition with what the manifest sets in its place.
fn effective(desired: &DesiredIntegration, definition: &Definition) -> Definition {
    match &desired.description {
        Some(description) => definition.clone().with_description(description),
        None => definition.clone(),
    }
}

fn identify<'a>(
    index: &Index<'a>,
    desired: &DesiredIntegration,
    git: &Definition,
) -> Verdict<Found<&'a Integration>> {
    let inputs = index.inputs;
    let marker = marker(inputs, &desired.name);
    let wanted_name = match &desired.adopt {
        Some(Adopt::Name(name)) => name.as_str(),
        Some(Adopt::Id(_)) | None => git.name(),
    };
    let listing = &inputs.tenant.integrations;
    // What a customer built is out of scope, unless a manifest names this very one.
    let named_by_id =
        |live: &Integration| desired.adopt == Some(Adopt::Id(live.id.as_str().to_owned()));
    let candidates: Vec<_> = index
        .candidates(desired, &marker, git.name())
        .into_iter()
        .filter(|live| !live.customer_owned || named_by_id(live))
        .map(|live| Candidate {
            object: live,
            id: live.id.as_str(),
            labels: &live.labels,
            matches: live.name.trim() == git.name(),
            named: live.name.trim() == wanted_name.trim(),
            interrupted: live.name.trim() == git.name() && interrupted::is(inputs, desired, live),
            in_use: live.object().in_use,
        })
        .collect();
    let claim = Claim {
        marker,
        adopt: desired.adopt.as_ref(),
        adopt_matches: inputs.adopt,
        declared: &index.declared,
        noun: "integration",
        member: false,
    };
    identity::resolve(&claim, &candidates, listing)
}

fn missing(
    inputs: &Inputs<'_>,
    desired: &DesiredIntegration,
    git: &Definition,
) -> IntegrationChanges {
    let declared = git.labels();
    let marker = marker(inputs, &desired.name);
    IntegrationChanges {
        live: Found::Missing,
        generated: git.is_code_native(),
        display_name: git.name().to_owned(),
        fields: Vec::new(),
        import: true,
        description: desired.description.clone(),
        labels: Some(labels::full(
            &[],
            declared.as_deref(),
            &marker,
            Some(desired.protect),
        )),
        publish: desired.publish == PublishWhen::Changed,
        submitted: git.digest(),
        newest: None,
        available: desired.available,
        marketplace: marketplace(desired, None),
        published_before: false,
        unpublished: true,
        blocked: None,
        withdraws: false,
        components_unlisted: false,
    }
}

fn existing(
    inputs: &Inputs<'_>,
    desired: &DesiredIntegration,
    git: &Definition,
    found: Found<&Integration>,
) -> Verdict<IntegrationChanges> {
    let (live, found) = match found {
        Found::Owned(live) => (live, Found::Owned(live.id.clone())),
        Found::Adopted(live) => (live, Found::Adopted(live.id.clone())),
        Found::Recovered(live) => (live, Found::Recovered(live.id.clone())),
        Found::Missing => return Ok(missing(inputs, desired, git)),
    };
    let submitted = git.digest();
    let (import, mut fields) = match definition::compare(git, &submitted, live) {
        DraftState::Unknown(why) => return Err(Stop::Unknown(why)),
        DraftState::Same | DraftState::Grown => (false, Vec::new()),
        DraftState::Differs(fields) => (true, fields),
    };
    let newest = match live.newest() {
        Observed::Unknown(why) => return Err(Stop::Unknown(why.to_string())),
        Observed::Absent => None,
        Observed::Known(version) => Some(version),
    };
    if let Some(refusal) = stays_on_offer(desired, live, newest) {
        return Err(refusal.into());
    }
    let marker = marker(inputs, &desired.name);
    let declared = git.labels();
    let protect = desired.protect;
    let labels = match labels::target(&live.labels, declared.as_deref(), &marker, protect) {
        // An import may drop labels that the definition does not carry.
        None if import => Some(labels::full(
            &live.labels,
            declared.as_deref(),
            &marker,
            Some(protect),
        )),
        target => target,
    };
    let due = publish_due(live, newest, &submitted);
    let changed = desired.publish == PublishWhen::Changed
        && (due || (import && !is_made_of(newest, &submitted)));
    if changed && !import {
        fields.push(unpublished(newest));
    }
    let settings = settings(desired, newest, changed, &mut fields);
    let withdraws = withdrawn(inputs, desired, newest, &mut fields);
    Ok(IntegrationChanges {
        live: found,
        generated: git.is_code_native(),
        display_name: git.name().to_owned(),
        fields,
        import,
        description: desired.description.clone().filter(|_| import),
        labels,
        publish: changed,
        submitted,
        newest: newest.map(|version| version.id.clone()),
        available: settings.0,
        marketplace: settings.1,
        withdraws,
        published_before: newest.is_some(),
        unpublished: due,
        blocked: None,
        components_unlisted: false,
    })
}

/// What is protected is neither withdrawn nor hidden.
fn stays_on_offer(
    desired: &DesiredIntegration,
    live: &Integration,
    newest: Option<&PublishedVersion>,
) -> Option<Refusal> {
    let newest = newest?;
    let end = labels::guardian(&live.labels, desired.protect)?;
    let wanted = desired.marketplace.as_ref().and_then(|one| one.visibility);
    let offered = newest
        .visibility
        .is_some_and(|one| one != Visibility::Hidden);
    let what = if desired.available == Some(false) && newest.available {
        "`available: false` would withdraw its newest version"
    } else if wanted == Some(Visibility::Hidden) && offered {
        "`visibility: hidden` would take it out of the marketplace"
    } else {
        return None;
    };
    let refusal = Refusal::new(format!("it is protected, and {what}"));
    Some(refusal.hint(format!("to do so, {end}")))
}

/// The newest version is what git says, even where the draft has changed since: an import brings
/// the draft back to it, and another version would mean the same.
fn is_made_of(newest: Option<&PublishedVersion>, submitted: &str) -> bool {
    newest.is_some_and(|version| version.record.submitted.as_deref() == Some(submitted))
}

/// The draft means what git says, but no version was made of it.
fn publish_due(live: &Integration, newest: Option<&PublishedVersion>, submitted: &str) -> bool {
    match newest {
        None => true,
        Some(version) => {
            version.record.submitted.as_deref() != Some(submitted)
                && has_unpublished_changes(live, version)
        }
    }
}

/// By the server's flag, or because the draft reads otherwise than when the version was made.
pub(crate) fn has_unpublished_changes(live: &Integration, newest: &PublishedVersion) -> bool {
    let then = newest.record.canonical.as_deref();
    let now = || crate::definition::canonical_digest(live.definition.known()?).ok();
    live.has_unpublished_changes || (then.is_some() && now().is_some_and(|now| then != Some(&now)))
}

fn unpublished(newest: Option<&PublishedVersion>) -> FieldChange {
    let before = newest.map(|version| format!("version {} of something else", version.number));
    FieldChange::shown(
        Field::PublishedVersion,
        before,
        Some("a version of this definition"),
    )
}

/// Availability and marketplace: set on a version that is made anyway, or where they differ.
fn settings(
    desired: &DesiredIntegration,
    newest: Option<&PublishedVersion>,
    publishes: bool,
    fields: &mut Vec<FieldChange>,
) -> (Option<bool>, Option<MarketplaceChange>) {
    let available = desired
        .available
        .filter(|wanted| publishes || newest.is_some_and(|version| version.available != *wanted));
    if let (Some(wanted), Some(version)) = (desired.available, newest)
        && version.available != wanted
    {
        let shown = |available: bool| if available { "available" } else { "withdrawn" };
        fields.push(FieldChange::shown(
            Field::Availability,
            Some(shown(version.available)),
            Some(shown(wanted)),
        ));
    }
    let before = fields.len();
    let marketplace = marketplace(desired, newest);
    if let (Some(wanted), Some(version)) = (&marketplace, newest) {
        marketplace_fields(wanted, version, fields);
    }
    let differs = fields.len() > before;
    (available, marketplace.filter(|_| publishes || differs))
}

/// What a rollout takes back is taken off the offer.
fn withdrawn(
    inputs: &Inputs<'_>,
    desired: &DesiredIntegration,
    newest: Option<&PublishedVersion>,
    fields: &mut Vec<FieldChange>,
) -> bool {
    let version = inputs
        .admissions
        .and_then(|all| all.withdrawn(&desired.name));
    let newest = newest.filter(|it| Some(it.number) == version && it.available);
    if newest.is_none() {
        return false;
    }
    let field = FieldChange::shown(Field::Availability, Some("available"), Some("withdrawn"));
    fields.push(field);
    true
}

/// The declared settings, with live values where nothing is declared.
fn marketplace(
    desired: &DesiredIntegration,
    newest: Option<&PublishedVersion>,
) -> Option<MarketplaceChange> {
    let declared = desired.marketplace.as_ref()?;
    let live_overview = || {
        newest
            .and_then(|version| version.overview.clone())
            .unwrap_or_default()
    };
    Some(MarketplaceChange {
        visibility: declared
            .visibility
            .or_else(|| newest.and_then(|version| version.visibility))
            .unwrap_or(Visibility::Hidden),
        overview: declared
            .overview
            .as_deref()
            .map_or_else(live_overview, str::to_owned),
        allow_multiple_instances: declared
            .allow_multiple_instances
            .or_else(|| newest.map(|version| version.allow_multiple_instances))
            .unwrap_or(false),
    })
}

fn marketplace_fields(
    wanted: &MarketplaceChange,
    live: &PublishedVersion,
    fields: &mut Vec<FieldChange>,
) {
    if live.visibility != Some(wanted.visibility) {
        let before = live.visibility.map(|visibility| visibility.to_string());
        let after = Some(wanted.visibility.to_string());
        fields.push(FieldChange::shown(
            FieldPath::marketplace("visibility"),
            before,
            after,
        ));
    }
    // Outer white space does not survive every editor on the way.
    let overview = live.overview.clone().unwrap_or_default();
    if overview.trim() != wanted.overview.trim() {
        fields.push(FieldChange::shown(
            FieldPath::marketplace("overview"),
            Some(overview),
            Some(wanted.overview.clone()),
        ));
    }
    if live.allow_multiple_instances != wanted.allow_multiple_instances {
        fields.push(FieldChange::shown(
            FieldPath::marketplace("allowMultipleInstances"),
            Some(live.allow_multiple_instances.to_string()),
            Some(wanted.allow_multiple_instances.to_string()),
        ));
    }
}

impl Comparable for IntegrationKind {
    type Declared = DesiredIntegration;
    type Changes = IntegrationChanges;
    type Index<'a> = Index<'a>;

    fn declared(desired: &Desired) -> &[DesiredIntegration] {
        &desired.integrations
    }

    fn of(changes: &ChangeSet) -> &[Comparison<IntegrationChanges>] {
        &changes.integrations
    }

    fn put(changes: &mut ChangeSet, compared: Vec<Comparison<IntegrationChanges>>) {
        changes.integrations = compared;
    }

    fn index<'a>(inputs: &'a Inputs<'a>, _so_far: &'a ChangeSet) -> Index<'a> {
        Index::new(inputs)
    }

    fn compare(index: &Index<'_>, declared: &DesiredIntegration) -> Verdict<IntegrationChanges> {
        compare(index, declared)
    }
}
