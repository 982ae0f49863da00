//! What an integration says of its versions and of what runs them.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::schema::answer::{Answer, Object};
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::page::{Listed, SortKey, Sorts, page};
use crate::world::component::Component;
use crate::world::id;
use crate::world::instance::Instance;
use crate::world::integration::Integration;
use crate::world::table::Key;

use super::integration_list;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Integration", FIELDS);
    bindings.object("IntegrationValidationRules", RULES);
    bindings.object("InstanceStats", STATS);
    bindings.object("VersionDistributionConnection", DISTRIBUTION);
    bindings.object("VersionInstanceCount", COUNT);
    bindings.object("Version", VERSION);
    bindings.listed::<Version>("Version");
}

const FIELDS: Fields<Integration> = &[
    ("hasUnpublishedChanges", |it, _| it.changed.into()),
    ("versionSequenceId", |it, _| it.sequence.to_string().into()),
    ("versionNumber", |it, call| {
        call.world.number(call.moment(), it).into()
    }),
    ("versionIsLatest", |it, call| {
        call.world.is_newest(it).into()
    }),
    ("versionIsAvailable", |it, _| it.available.into()),
    ("versionComment", |it, _| {
        it.publication
            .as_ref()
            .and_then(|it| it.comment.as_ref())
            .into()
    }),
    ("versionAttributes", |it, _| {
        it.publication
            .as_ref()
            .and_then(|it| it.attributes.as_ref())
            .into()
    }),
    ("versionCreatedAt", |it, _| {
        it.publication.as_ref().map(|it| it.at).into()
    }),
    ("versionCreatedBy", |it, call| {
        publisher(it.publication.is_some(), call)
    }),
    ("versionAt", |it, call| {
        Answer::shared(integration_list::version_at(it, call).as_ref())
    }),
    ("versionSequence", |it, call| page(call, sequence(it, call))),
    ("versions", |it, call| page(call, versions(it, call))),
];

/// The records of a sequence that are listed as its versions.
fn sequence(record: &Integration, call: &Call<'_>) -> Vec<Arc<Integration>> {
    let with_draft = call.session.behaviour.versions_include_draft;
    let records = call
        .world
        .integrations
        .with(&Key::Sequence(record.sequence));
    records
        .filter(|record| with_draft || !record.is_draft())
        .map(Arc::clone)
        .collect()
}

/// The instances of a record: all of the sequence, or those of the version.
pub(super) fn instances(record: &Integration, call: &Call<'_>) -> Vec<Arc<Instance>> {
    let key = match record.is_draft() {
        true => Key::Sequence(record.sequence),
        false => Key::Version(record.id),
    };
    call.world.instances.with(&key).map(Arc::clone).collect()
}

fn publisher(published: bool, call: &Call<'_>) -> Answer {
    published
        .then(|| call.world.user.clone())
        .map_or(Answer::Null, Answer::object)
}

/// A version as a type of its own, of an integration or of a component.
///
/// Its id is not that of the record: nothing is known of how the two relate.
pub(super) struct Version {
    id: Uuid,
    number: i64,
    comment: Option<String>,
    available: bool,
    at: jiff::Timestamp,
}

fn versions(record: &Integration, call: &Call<'_>) -> Vec<Arc<Version>> {
    let versions = call.world.versions(record.sequence).filter_map(|version| {
        let publication = version.publication.as_ref()?;
        Some(Arc::new(Version {
            id: id::part(version.id, "version", ""),
            number: version.number?,
            comment: publication.comment.clone(),
            available: version.available,
            at: publication.at,
        }))
    });
    versions.collect()
}

/// The versions of a component.
pub(super) fn component_versions(component: &Component, call: &Call<'_>) -> Vec<Arc<Version>> {
    let rows = call
        .world
        .components
        .with(&Key::Sequence(component.sequence));
    let version = |row: &Arc<Component>| {
        Arc::new(Version {
            id: id::part(row.id, "version", ""),
            number: row.number,
            comment: None,
            available: true,
            at: row.created_at,
        })
    };
    rows.map(version).collect()
}

const VERSION: Fields<Version> = &[
    ("id", |it, _| id::global("Version", it.id).into()),
    ("versionNumber", |it, _| it.number.into()),
    ("comment", |it, _| it.comment.as_ref().into()),
    ("isAvailable", |it, _| it.available.into()),
    ("publishedAt", |it, _| it.at.into()),
    ("publishedBy", |_, call| publisher(true, call)),
];

impl Listed for Version {
    const SORTS: Sorts<Self> = &[
        ("PUBLISHED_AT", |it, _| SortKey::Time(it.at)),
        ("PUBLISHED_BY", |_, _| SortKey::Nothing),
        ("VERSION_NUMBER", |it, _| SortKey::Number(it.number)),
    ];
}

/// What a valid integration must have: nothing in particular.
pub(super) struct Rules;

const RULES: Fields<Rules> = &[("requiredComponents", |_, call| page::<Component>(call, []))];

/// How many instances a sequence has.
pub(super) struct Stats(pub(super) Uuid);
struct Distribution(Uuid);
struct Count(i64, usize);

const STATS: Fields<Stats> = &[
    ("totalInstanceCount", |it, call| {
        call.world.instance_count(it.0).into()
    }),
    ("versionDistribution", |it, _| {
        Answer::object(Distribution(it.0))
    }),
];

const DISTRIBUTION: Fields<Distribution> = &[("nodes", |it, call| {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    let instances = call.world.instances.with(&Key::Sequence(it.0));
    for instance in instances.filter(|instance| !instance.system) {
        let record = call.world.integrations.get(instance.version);
        let number = record.and_then(|record| record.number);
        *counts.entry(number.unwrap_or(0)).or_default() += 1;
    }
    let counts = counts
        .into_iter()
        .map(|(number, count)| Arc::new(Count(number, count)) as Object);
    Answer::Objects(counts.collect())
})];

const COUNT: Fields<Count> = &[
    ("versionNumber", |it, _| it.0.into()),
    ("instanceCount", |it, _| it.1.into()),
];
