//! What has to be read of the tenant before comparing.

use std::collections::BTreeSet;

use crate::definition::Definitions;
use crate::model::{
    Adopt, Desired, DesiredIntegration, IntegrationRef, IntegrationWanted, Marker, Scope,
    VersionRef,
};

/// What a reading of the tenant has to cover for this comparison.
#[must_use]
pub fn scope(desired: &Desired, definitions: &Definitions) -> Scope {
    let managed = desired
        .integrations
        .iter()
        .map(|integration| managed(desired, definitions, integration));
    let others = desired.instances.iter().filter_map(|instance| {
        let (id, name) = match &instance.integration {
            IntegrationRef::Managed(_) => return None,
            IntegrationRef::Id(id) => (Some(id.clone()), None),
            IntegrationRef::Name(name) => (None, Some(name.clone())),
        };
        let versions = BTreeSet::from([instance.version.clone()]);
        Some(IntegrationWanted {
            id,
            name,
            versions,
            ..IntegrationWanted::default()
        })
    });
    let mut integrations: Vec<IntegrationWanted> = Vec::new();
    for wanted in managed.chain(others) {
        if !integrations.contains(&wanted) {
            integrations.push(wanted);
        }
    }
    let customers = desired
        .instances
        .iter()
        .map(|instance| instance.customer.clone())
        .collect();
    Scope {
        integrations,
        customers,
        latest_components: false,
    }
}

fn managed(
    desired: &Desired,
    definitions: &Definitions,
    integration: &DesiredIntegration,
) -> IntegrationWanted {
    let display_name = definitions
        .get(&integration.name)
        .map(|d| d.name().to_owned());
    let (id, name) = match &integration.adopt {
        Some(Adopt::Id(id)) => (Some(id.clone()), None),
        Some(Adopt::Name(name)) => (None, Some(name.clone())),
        None => (None, display_name),
    };
    let pins = desired
        .instances
        .iter()
        .filter(|instance| {
            matches!(&instance.integration, IntegrationRef::Managed(n) if *n == integration.name)
        })
        .map(|instance| instance.version.clone())
        // What the newest version requires is in the definition.
        .filter(|version| *version != VersionRef::Latest)
        .collect();
    IntegrationWanted {
        every: false,
        marker: Some(Marker {
            project: desired.project.name.clone(),
            name: integration.name.clone(),
        }),
        id,
        name,
        definition: true,
        versions: pins,
    }
}
