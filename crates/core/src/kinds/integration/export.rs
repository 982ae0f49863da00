//! Integrations: which are declared, under which names, and how.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::definition::{Definition, readable};
use crate::export::names::Names;
use crate::export::{NoteCode, Options, Report, integration_path, ours};
use crate::model::{
    Adopt, DefinitionFile, Desired, DesiredIntegration, Integration, IntegrationId, IntegrationRef,
    Location, Marker, Marketplace, Observed, PublishWhen, PublishedVersion, ResourceName,
    SequenceId, Tenant, VersionId, Visibility,
};

/// The integrations of a tenant.
pub(crate) struct Integrations {
    pub(crate) declared: Vec<DesiredIntegration>,
    pub(crate) references: References,
}

/// How instances refer to integrations, declared or not.
#[derive(Default)]
pub(crate) struct References(BTreeMap<SequenceId, Referred>);

struct Referred {
    id: IntegrationId,
    name: Option<ResourceName>,
    newest_available: Option<VersionId>,
}

impl References {
    /// The integration that a version belongs to, and whether that version is its newest available one.
    pub(crate) fn of(
        &self,
        sequence: &SequenceId,
        version: &VersionId,
    ) -> Option<(IntegrationRef, bool)> {
        let referred = self.0.get(sequence)?;
        let reference = match &referred.name {
            Some(name) => IntegrationRef::Managed(name.clone()),
            None => IntegrationRef::Id(referred.id.as_str().to_owned()),
        };
        Some((
            reference,
            referred.newest_available.as_ref() == Some(version),
        ))
    }

    /// The same integration as one that is not declared.
    pub(crate) fn undeclared(&self, name: &ResourceName) -> Option<IntegrationRef> {
        let found = self.0.values().find(|it| it.name.as_ref() == Some(name))?;
        Some(IntegrationRef::Id(found.id.as_str().to_owned()))
    }
}

/// Declares what is to be declared.
pub(crate) fn all(tenant: &Tenant, options: &Options, report: &mut Report) -> Integrations {
    let mut kept = Vec::new();
    let mut references = References::default();
    for live in &tenant.integrations.items {
        if let Some(sequence) = &live.sequence {
            let referred = Referred {
                id: live.id.clone(),
                name: None,
                newest_available: newest_available(live).map(|version| version.id.clone()),
            };
            references.0.insert(sequence.clone(), referred);
        }
        match wanted(live, options, report) {
            Ok((marked, text)) => kept.push((marked, text, live)),
            Err((code, why)) => report.note(code, &about(live), why, None),
        }
    }
    let declared = named(kept, report)
        .into_iter()
        .map(|(name, text, live)| {
            if let Some(referred) = live
                .sequence
                .as_ref()
                .and_then(|it| references.0.get_mut(it))
            {
                referred.name = Some(name.clone());
            }
            declare(name, text, live, report)
        })
        .collect();
    Integrations {
        declared,
        references,
    }
}

fn about(live: &Integration) -> String {
    format!("integration {:?} ({})", live.name, live.id)
}

fn newest_available(live: &Integration) -> Option<&PublishedVersion> {
    live.versions.items.iter().find(|version| version.available)
}

type Wanted = (Option<ResourceName>, String);

/// The name that a marker gives and the definition's text; or why it is left out.
fn wanted(
    live: &Integration,
    options: &Options,
    report: &mut Report,
) -> Result<Wanted, (NoteCode, String)> {
    let left_out = |why: &str| Err((NoteCode::LeftOut, why.to_owned()));
    if live.customer_owned && !options.all {
        return left_out("a customer built it; --all takes it along");
    }
    if live.code_native && !options.all {
        return left_out(
            "it is generated from code, and belongs with its code; --all takes it along",
        );
    }
    let marked = ours(live.markers(), &options.project).map_err(|why| (NoteCode::LeftOut, why))?;
    let text = match &live.definition {
        Observed::Known(text) => text,
        Observed::Absent => return left_out("the server has no definition of it"),
        Observed::Unknown(why) => {
            return Err((
                NoteCode::Unread,
                format!("its definition was not read: {why}"),
            ));
        }
    };
    let text = readable(text, &live.labels).map_err(|why| {
        (
            NoteCode::Unread,
            format!("its definition cannot be read: {why}"),
        )
    })?;
    if live.code_native {
        let message =
            "generated definitions are compared by what was submitted, so the next plan imports it";
        report.note(NoteCode::WillChange, &about(live), message, None);
    }
    Ok((marked, text))
}

type Named<'a> = (ResourceName, String, &'a Integration);

/// Names: first those of markers, then names made from display names, in an order that does not depend on the
/// listing.
fn named<'a>(
    mut kept: Vec<(Option<ResourceName>, String, &'a Integration)>,
    report: &mut Report,
) -> Vec<Named<'a>> {
    let mut twice: BTreeMap<ResourceName, usize> = BTreeMap::new();
    for name in kept.iter().filter_map(|(marked, ..)| marked.as_ref()) {
        *twice.entry(name.clone()).or_default() += 1;
    }
    let mut names = Names::default();
    let mut all = Vec::new();
    kept.sort_by(|(a, _, x), (b, _, y)| {
        (a.is_none(), &x.name, &x.id).cmp(&(b.is_none(), &y.name, &y.id))
    });
    for (marked, text, live) in kept {
        let name = match marked {
            Some(name) if twice.get(&name) > Some(&1) => {
                let why = format!("another integration bears the same marker, {name}");
                report.note(NoteCode::LeftOut, &about(live), why, None);
                continue;
            }
            Some(name) => names.keep(&name).then_some(name),
            None => names.make(&live.name, "integration"),
        };
        all.extend(name.map(|name| (name, text, live)));
    }
    all.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    all
}

fn declare(
    name: ResourceName,
    text: String,
    live: &Integration,
    report: &mut Report,
) -> DesiredIntegration {
    let newest = live.newest().known().copied();
    let path: Arc<str> = format!("integrations/{name}.definition.yml").into();
    let publish = publish(&name, live, newest, &text, report);
    DesiredIntegration {
        definition: DefinitionFile {
            path,
            text: text.into(),
        },
        bare: false,
        adopt: Some(Adopt::Id(live.id.as_str().to_owned())),
        // The definition has it.
        description: None,
        publish,
        available: newest.filter(|version| !version.available).map(|_| false),
        marketplace: newest.and_then(marketplace),
        protect: live.labels.iter().any(|label| label == Marker::PROTECT),
        rollout: None,
        location: Location::file(&integration_path(&name)),
        name,
    }
}

/// `never` where a publish is pending already, so that the user decides when it happens.
fn publish(
    name: &ResourceName,
    live: &Integration,
    newest: Option<&PublishedVersion>,
    text: &str,
    report: &mut Report,
) -> PublishWhen {
    let why = match newest {
        None => "it was never published",
        Some(version) if live.has_unpublished_changes => {
            let digest = Definition::parse_canonical(text).map(|it| it.digest()).ok();
            if digest.is_some() && version.record.submitted == digest {
                return PublishWhen::Changed;
            }
            "its draft has changes that were never published"
        }
        Some(_) => return PublishWhen::Changed,
    };
    let message = format!("{why}: `publish: never` keeps it so; remove the line to publish it");
    report.note(
        NoteCode::HeldBack,
        &about(live),
        message,
        Some(integration_path(name)),
    );
    PublishWhen::Never
}

/// What differs from a version that the marketplace does not show.
fn marketplace(version: &PublishedVersion) -> Option<Marketplace> {
    let visibility = version.visibility?;
    let overview = version
        .overview
        .as_deref()
        .filter(|text| !text.trim().is_empty());
    let several = version.allow_multiple_instances;
    if visibility == Visibility::Hidden && overview.is_none() && !several {
        return None;
    }
    Some(Marketplace {
        visibility: Some(visibility),
        overview: overview.map(Arc::from),
        allow_multiple_instances: several.then_some(true),
    })
}

/// Warns of values in definitions that look secret: a definition is written as it is.
pub(crate) fn note_secrets(desired: &Desired, report: &mut Report) {
    for declared in &desired.integrations {
        let file = &declared.definition;
        let Ok(definition) = Definition::parse_canonical(&file.text) else {
            continue;
        };
        let places: BTreeSet<String> = definition.exposed().into_iter().collect();
        for place in places {
            let message = format!("a value that looks secret: {place}");
            let about = format!("integration {:?}", definition.name());
            let path = Some(file.path.to_string());
            report.note(NoteCode::SecretInDefinition, &about, message, path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition};

    #[test]
    fn only_what_differs_from_a_hidden_version_is_written() {
        let mut world = World::new();
        let live = world.live("i1", &definition("Acme ERP", "https://a"));
        let mut version = live.versions.items[0].clone();
        let mut shown = |visibility, overview: &str, several| {
            version.visibility = Some(visibility);
            version.overview = Some(overview.to_owned());
            version.allow_multiple_instances = several;
            marketplace(&version)
        };
        assert_eq!(shown(Visibility::Hidden, " ", false), None);
        assert!(shown(Visibility::Listed, "", false).is_some());
        let several = shown(Visibility::Hidden, "", true).unwrap();
        assert_eq!(several.allow_multiple_instances, Some(true));
        let told = shown(Visibility::Hidden, "# Acme", false).unwrap();
        assert_eq!(told.overview.as_deref(), Some("# Acme"));
        assert_eq!(told.allow_multiple_instances, None);
    }
}
