//! What a pass is about to do to one resource, as a record; and where its fields are declared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::history::WriteStart;
use crate::model::{
    Address, Declared as _, Desired, DesiredInstance, DesiredIntegration, Field, FieldChange,
    FieldPath, IntegrationRef, Location, Places, ResourceName, VersionRef, flow_variable,
};
use crate::plan::{Plan, PlannedResource};

/// Where the fields are declared that a plan may write, by the paths of their changes.
pub(in crate::controller) fn places(desired: &Desired, plan: &Plan) -> Arc<Places> {
    let touched: BTreeSet<&Address> = plan.steps.iter().map(|step| &step.address).collect();
    let definitions: BTreeMap<&ResourceName, &Arc<str>> = desired
        .integrations
        .iter()
        .map(|one| (&one.name, &one.definition.path))
        .collect();
    let declared = |address: &Address| {
        // A member is declared in the template of its fleet.
        let fleet = address.name.fleet().and_then(|name| desired.fleet(name));
        let places = desired.places.get(address);
        let places = places.or(fleet.map(|fleet| &fleet.template.fixed.places));
        places.cloned().unwrap_or_default()
    };
    let integrations = desired.integrations.iter().map(|one| {
        let address = one.address();
        let places = of_integration(one, declared(&address));
        (address, places)
    });
    let instances = desired.instances.iter().map(|one| {
        let address = one.address();
        let places = of_instance(one, declared(&address), &definitions);
        (address, places)
    });
    let customers = desired.customers.iter().map(|one| {
        let address = one.address();
        let places = declared(&address);
        (address, places)
    });
    let all = customers.chain(integrations).chain(instances);
    Arc::new(
        all.filter(|(address, _)| touched.contains(address))
            .collect(),
    )
}

type Fields = BTreeMap<String, Location>;

/// What differs in a definition is in its file, and not where a manifest names that.
fn of_integration(integration: &DesiredIntegration, mut places: Fields) -> Fields {
    let definition = Location::file(&integration.definition.path);
    for field in [Field::Definition, Field::PublishedVersion] {
        places.insert(FieldPath::from(field).to_string(), definition.clone());
    }
    places
}

/// An instance that follows the newest version is moved by the definition.
fn of_instance(
    instance: &DesiredInstance,
    mut places: Fields,
    definitions: &BTreeMap<&ResourceName, &Arc<str>>,
) -> Fields {
    if let (VersionRef::Latest, IntegrationRef::Managed(name)) =
        (&instance.version, &instance.integration)
        && let Some(file) = definitions.get(name)
    {
        places.insert(
            FieldPath::from(Field::Version).to_string(),
            Location::file(file),
        );
    }
    let config = instance.config.iter();
    places.extend(
        config.map(|(key, entry)| (FieldPath::config(key).to_string(), entry.location.clone())),
    );
    let flows = instance.flows.iter();
    places.extend(flows.map(|(name, entry)| (flow_variable(name), entry.location.clone())));
    places
}

/// The place of a field, also for a part of it: an input of a connection.
fn place<'a>(places: &'a Fields, path: &FieldPath) -> Option<&'a Location> {
    path.places().find_map(|text| places.get(text))
}

/// The record of a write that begins. `number` is the version that it moves to, where that was
/// made in the same run.
pub(super) fn start(
    resource: &PlannedResource,
    places: Option<&Fields>,
    (drift, number): (bool, Option<i64>),
    now: Timestamp,
) -> WriteStart {
    let record = |change: &FieldChange| {
        let mut record = change.for_record();
        if let (Field::Version, Some(number)) = (change.path.field(), number) {
            record.after = Some(number.to_string());
        }
        record.source = places
            .and_then(|places| place(places, &change.path))
            .cloned();
        record
    };
    let actions = resource.actions.iter();
    WriteStart {
        address: resource.address.clone(),
        display_name: resource.display_name.clone(),
        customer: resource.customer.clone(),
        actions: actions.map(|action| action.as_str().to_owned()).collect(),
        source: resource.source.clone(),
        reason: resource.reason.clone(),
        drift,
        started_at: now,
        changes: resource.changes.iter().map(record).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_place_is_the_place_of_a_field() {
        let at = |line| Location {
            line,
            ..Location::file("a.yaml")
        };
        let places = Fields::from([
            ("config".to_owned(), at(1)),
            ("config \"A\"".to_owned(), at(2)),
            ("state".to_owned(), at(3)),
            ("available".to_owned(), at(4)),
        ]);
        for (path, line) in [
            (FieldPath::config("A").input("url"), Some(2)),
            (FieldPath::config("AB"), Some(1)),
            (Field::State.into(), Some(3)),
            (Field::Availability.into(), Some(4)),
            (Field::Labels.into(), None),
        ] {
            assert_eq!(place(&places, &path).map(|at| at.line), line, "{path}");
        }
    }
}
