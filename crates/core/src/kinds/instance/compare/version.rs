//! Which version of which integration an instance shall run.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diff::{
    ChangeSet, Comparison, Found, Inputs, InstanceChanges, IntegrationChanges, Refusal, Stop,
    TargetVersion,
};
use crate::kinds::instance::compare::index::Index;
use crate::model::{
    Address, Asked, DesiredInstance, Instance, InstanceVersion, Integration, IntegrationRef,
    Observed, PublishedVersion, RequiredVariable, ResourceName, SequenceId, VersionId, VersionRef,
};

/// A version to run, and what goes with it.
pub(crate) struct Target<'a> {
    pub(crate) version: TargetVersion,
    /// Other versions of the same content: an instance that runs one of them stays on it.
    pub(crate) equals: Vec<VersionId>,
    /// The integration it belongs to, where the API says.
    pub(crate) sequence: Option<SequenceId>,
    /// That integration exists.
    pub(crate) exists: bool,
    /// The variables it requires; `None` where the API did not say.
    pub(crate) required: Option<&'a [RequiredVariable]>,
    /// Why the API did not say, where it was asked.
    pub(crate) unread: Option<Arc<str>>,
    pub(crate) integration_name: String,
}

impl Target<'_> {
    /// Whether an instance on this version has to move.
    pub(crate) fn is_left_by(&self, current: &VersionId) -> bool {
        match &self.version {
            TargetVersion::Published(_) => true,
            TargetVersion::Existing { id, .. } => id != current && !self.equals.contains(current),
        }
    }

    /// No instance moves to a version whose variables could not be read: one might lack a value.
    pub(crate) fn may_be_moved_to(&self) -> Result<(), Stop> {
        match &self.unread {
            Some(why) => Err(Stop::Unknown(format!(
                "what {:?} requires in that version: {why}",
                self.integration_name
            ))),
            None => Ok(()),
        }
    }

    /// The version that an instance has now, in place of the one that it shall come to.
    pub(crate) fn kept<'b>(
        &self,
        live: &Instance,
        variables: &'b [RequiredVariable],
    ) -> Target<'b> {
        Target {
            version: TargetVersion::Existing {
                id: live.version.id.clone(),
                number: live.version.number,
            },
            equals: Vec::new(),
            sequence: self.sequence.clone(),
            exists: self.exists,
            required: Some(variables),
            unread: None,
            integration_name: self.integration_name.clone(),
        }
    }

    /// Whether an instance is of this integration; `None` where the API does not say.
    pub(crate) fn covers(&self, instance: &InstanceVersion) -> Option<bool> {
        match (&self.sequence, &instance.sequence) {
            (Some(ours), Some(theirs)) => Some(ours == theirs),
            _ if !self.exists => Some(false),
            _ => None,
        }
    }
}

/// Resolves the integration and the version of an instance.
pub(crate) fn target<'a>(
    index: &'a Index<'_>,
    desired: &DesiredInstance,
) -> Result<Target<'a>, Stop> {
    match &desired.integration {
        IntegrationRef::Managed(name) => match index.admitted(&desired.name) {
            Some(number) => managed(index, name, &VersionRef::Number(number)),
            None => managed(index, name, &desired.version),
        },
        IntegrationRef::Name(name) => {
            let named =
                |live: &&Integration| live.name.trim() == name.trim() && !live.customer_owned;
            let found: Vec<_> = index
                .tenant()
                .integrations
                .items
                .iter()
                .filter(named)
                .collect();
            unmanaged(index, &found, &format!("named {name:?}"), &desired.version)
        }
        IntegrationRef::Id(id) => {
            let found: Vec<_> = index.integration(id).into_iter().collect();
            unmanaged(index, &found, &format!("with id {id}"), &desired.version)
        }
    }
}

pub(crate) fn managed<'a>(
    index: &'a Index<'_>,
    name: &ResourceName,
    wanted: &VersionRef,
) -> Result<Target<'a>, Stop> {
    let address = Address::integration(name.clone());
    let changes = match index.verdict(name) {
        Some(verdict) => verdict.as_ref().map_err(|stop| stop.of(&address))?,
        None => return Err(Stop::refused(format!("{address} is not declared"))),
    };
    let live = changes
        .live
        .id()
        .and_then(|id| index.integration(id.as_str()));
    let newly_published = changes.publish && changes.available != Some(false);
    if *wanted == VersionRef::Latest && newly_published {
        if changes.blocked.is_some() {
            return Err(Stop::refused(format!(
                "waits for a version of {address}, which is blocked"
            )));
        }
        return Ok(as_declared(index, name, changes));
    }
    let Some(live) = live else {
        return Err(Refusal::new(format!("{address} has no published version"))
            .hint("set `publish: changed` on the integration, or publish it by hand")
            .into());
    };
    let withdrawn = (changes.available == Some(false)).then_some(changes);
    let (version, equals) = pick(live, wanted, withdrawn)?;
    let required = match &version.required {
        Asked::Known(required) => Some(required.as_slice()),
        // The newest version was made from the current definition.
        _ if !changes.import
            && !changes.publish
            && !changes.unpublished
            && (changes.newest.as_ref())
                .is_some_and(|newest| *newest == version.id || equals.contains(newest)) =>
        {
            index.declared_variables(name)
        }
        Asked::NotAsked | Asked::Unknown(_) => None,
    };
    Ok(of(live, (version, equals), required))
}

/// The version that would be published of the current definition.
pub(crate) fn as_declared<'a>(
    index: &'a Index<'_>,
    name: &ResourceName,
    changes: &IntegrationChanges,
) -> Target<'a> {
    let live = changes.live.id();
    let live = live.and_then(|id| index.integration(id.as_str()));
    Target {
        version: TargetVersion::Published(name.clone()),
        equals: Vec::new(),
        sequence: live.and_then(|live| live.sequence.clone()),
        exists: live.is_some(),
        required: index.declared_variables(name),
        unread: None,
        integration_name: changes.display_name.clone(),
    }
}

fn unmanaged<'a>(
    index: &'a Index<'_>,
    found: &[&'a Integration],
    which: &str,
    wanted: &VersionRef,
) -> Result<Target<'a>, Stop> {
    let incomplete = index.tenant().integrations.incomplete.as_deref();
    let live = match (found, incomplete) {
        ([one], None) => one,
        // A second one may be on a page that could not be read.
        (_, Some(why)) => return Err(Stop::Unknown(why.to_owned())),
        ([], None) => {
            return Err(Stop::refused(format!(
                "no integration {which} exists in this tenant"
            )));
        }
        (many, None) => {
            let ids: Vec<_> = many.iter().map(|live| live.id.as_str()).collect();
            let count = many.len();
            return Err(
                Refusal::new(format!("{count} integrations {which}: {}", ids.join(", ")))
                    .hint("say which one with `integration: {id: …}`")
                    .into(),
            );
        }
    };
    let (version, equals) = pick(live, wanted, None)?;
    Ok(of(
        live,
        (version, equals),
        version.required.known().map(Vec::as_slice),
    ))
}

fn of<'a>(
    live: &Integration,
    (version, equals): (&PublishedVersion, Vec<VersionId>),
    required: Option<&'a [RequiredVariable]>,
) -> Target<'a> {
    let unread = match (&required, &version.required) {
        (None, Asked::Unknown(why)) => Some(Arc::clone(why)),
        _ => None,
    };
    Target {
        version: TargetVersion::Existing {
            id: version.id.clone(),
            number: version.number,
        },
        equals,
        sequence: live.sequence.clone(),
        exists: true,
        required,
        unread,
        integration_name: live.name.clone(),
    }
}

/// The wanted version among those that were read, and those of the same content.
///
/// Two machines that publish one change at the same moment make two equal versions. The older one is meant, since
/// that is what both see.
fn pick<'a>(
    live: &'a Integration,
    wanted: &VersionRef,
    withdrawn: Option<&IntegrationChanges>,
) -> Result<(&'a PublishedVersion, Vec<VersionId>), Stop> {
    let leaves = |version: &PublishedVersion| {
        withdrawn.is_some_and(|changes| changes.newest.as_ref() == Some(&version.id))
    };
    let found = live.versions.items.iter().find(|version| match wanted {
        VersionRef::Latest => version.available && !leaves(version),
        VersionRef::Number(number) => version.number == *number,
        VersionRef::Commit(commit) => version.record.is_from(commit),
    });
    match (found, live.versions.missing::<()>()) {
        (Some(version), _) if *wanted == VersionRef::Latest => {
            let all = equal_to(version, live).filter(|it| it.available && !leaves(it));
            let all: Vec<_> = all.collect();
            let oldest = all.last().copied().unwrap_or(version);
            let others = all.iter().filter(|it| it.id != oldest.id);
            Ok((oldest, others.map(|it| it.id.clone()).collect()))
        }
        (Some(version), _) => Ok((version, Vec::new())),
        (None, Observed::Unknown(why)) => Err(Stop::Unknown(why.to_string())),
        (None, _) => Err(no_such_version(live, wanted)),
    }
}

/// A version and those right before it that were made of the same, the newest first.
pub(crate) fn equal_to<'a>(
    version: &'a PublishedVersion,
    live: &'a Integration,
) -> impl Iterator<Item = &'a PublishedVersion> {
    let older = live.versions.items.iter();
    let older = older.skip_while(|it| it.number >= version.number);
    std::iter::once(version).chain(older.take_while(|it| it.is_equal_to(version)))
}

fn no_such_version(live: &Integration, wanted: &VersionRef) -> Stop {
    let name = &live.name;
    let reason = match wanted {
        VersionRef::Latest => format!("{name:?} has no available published version"),
        VersionRef::Commit(commit) => {
            format!("no version of {name:?} was published from commit {commit}")
        }
        VersionRef::Number(number) => format!("{name:?} has no version {number} in this tenant"),
    };
    let newest = live.versions.items.first();
    let refusal = Refusal::new(reason);
    match newest {
        Some(version) if *wanted == VersionRef::Latest => refusal
            .hint(format!(
                "version {} is withdrawn; `available: true` on the integration restores it",
                version.number
            ))
            .into(),
        Some(version) => refusal
            .hint(format!("the newest version is {}", version.number))
            .into(),
        None => refusal.hint("publish a version first").into(),
    }
}

/// Versions that instances would move to, and of which it was not asked yet what they require.
///
/// A reading of the tenant leaves most of them out: an instance that stays has what it needs.
pub(crate) fn unread(inputs: &Inputs<'_>, changes: &ChangeSet) -> BTreeSet<VersionId> {
    let pairs = changes.with_declared(inputs.desired);
    let moving: Vec<_> = pairs.filter(|(_, diff)| moves(diff)).collect();
    if moving.is_empty() {
        return BTreeSet::new();
    }
    let index = Index::new(inputs, changes);
    (moving.into_iter())
        .filter_map(|(desired, _)| target(&index, desired).ok())
        .filter(|target| target.required.is_none() && target.unread.is_none())
        .filter_map(|target| match target.version {
            TargetVersion::Existing { id, .. } => Some(id),
            TargetVersion::Published(_) => None,
        })
        .collect()
}

/// Whether an instance gets another version, as far as that could be found out.
fn moves(diff: &Comparison<InstanceChanges>) -> bool {
    match &diff.verdict {
        Ok(changes) => changes.upgrade || changes.live == Found::Missing,
        Err(Stop::Unknown(_)) => true,
        Err(Stop::Refused(_)) => false,
    }
}
