//! A fleet against the definition of its integration, and its overrides against each other.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::json;

use super::{config, flows};
use crate::definition::{Definition, Definitions};
use crate::model::{
    DesiredFleet, Diagnostic, FleetCustomers, Location, OpenPart, Override, Part, VersionRef,
};
use crate::template::{Root, Template, Values};
use crate::yaml::{Content, Node};

/// Checks everything that needs no customer.
pub(super) fn check(
    fleet: &DesiredFleet,
    definitions: &Definitions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let latest = VersionRef::Latest;
    let version = fleet.template.fixed.version.as_ref().unwrap_or(&latest);
    for part in fleet.parts() {
        let version = part.fixed.version.as_ref().unwrap_or(version);
        let definition = config::definition(&fleet.integration, version, definitions);
        if let Some(definition) = definition {
            values(part, definition, diagnostics);
        }
    }
    templates(fleet, diagnostics);
    said_twice(&fleet.overrides, diagnostics);
    strangers(fleet, diagnostics);
}

/// Templates that can be filled in for no customer at all: a name in them that neither customers nor rows have.
fn templates(fleet: &DesiredFleet, diagnostics: &mut Vec<Diagnostic>) {
    let everything = everything(fleet);
    for open in fleet.parts().filter_map(|part| part.open.as_ref()) {
        never_filled(&open.spec, &open.file, &everything, diagnostics);
    }
}

/// Values in which everything is that any customer of a fleet can have.
fn everything(fleet: &DesiredFleet) -> Values {
    const SOME: &str = "x";
    let customer = json!({"externalId": SOME, "id": SOME, "name": SOME, "labels": [SOME]});
    let values = fleet.values.clone().with(Root::Customer, &customer);
    match &fleet.rows {
        Some(rows) => values.row(rows.columns.iter().map(|column| (column.as_str(), SOME))),
        None => values,
    }
}

fn never_filled(
    node: &Node,
    file: &Arc<str>,
    everything: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let scalar = match &node.content {
        Content::Sequence(items) => {
            for item in items {
                never_filled(item, file, everything, diagnostics);
            }
            return;
        }
        Content::Mapping(entries) => {
            for entry in entries {
                never_filled(&entry.value, file, everything, diagnostics);
            }
            return;
        }
        Content::Scalar(scalar) => scalar,
    };
    let fault = match Template::parse(&scalar.text) {
        Ok(template) => template.and_then(|it| it.undefined(everything)),
        Err(fault) => Some(fault),
    };
    let Some(fault) = fault else { return };
    let finding = Diagnostic::error("template", &*fault.message).at(Location {
        file: Arc::clone(file),
        line: node.span.line,
        column: node.span.column,
        length: node.span.length,
    });
    diagnostics.push(match fault.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    });
}

fn values(part: &Part, definition: &Definition, diagnostics: &mut Vec<Diagnostic>) {
    config::values(definition, &part.fixed.config, diagnostics);
    flows::check(definition, &part.fixed.flows, diagnostics);
    // Of what depends on the customer only the names are known.
    for (key, location) in part.open.iter().flat_map(|open| open_keys(open, "config")) {
        let finding = config::name(definition, key);
        diagnostics.extend(finding.map(|finding| finding.at(location)));
    }
    for (name, location) in part.open.iter().flat_map(|open| open_keys(open, "flows")) {
        diagnostics.extend(flows::named(definition, name, &location));
    }
}

/// The config variables or flows that hold templates, and where they are.
fn open_keys<'a>(open: &'a OpenPart, under: &str) -> impl Iterator<Item = (&'a str, Location)> {
    let entries = open.spec.get(under).and_then(|config| config.as_mapping());
    entries.into_iter().flatten().map(|entry| {
        let location = Location {
            file: open.file.clone(),
            line: entry.key_span.line,
            column: entry.key_span.column,
            length: entry.key_span.length,
        };
        (entry.key.text.as_str(), location)
    })
}

/// Keys under which everything has a name of its own.
const BY_NAME: [&str; 2] = ["config", "flows"];

/// What an override declares, by the path of each key, and where.
fn declared(part: &Part) -> Vec<(String, Location)> {
    let fixed = &part.fixed;
    let keys = fixed
        .places
        .iter()
        .filter(|(key, _)| !BY_NAME.contains(&key.as_str()));
    let keys = keys.map(|(key, place)| (key.clone(), place.clone()));
    let config = fixed.config.iter();
    let config = config.map(|(key, entry)| (format!("config {key:?}"), entry.location.clone()));
    let flows = fixed.flows.iter();
    let flows = flows.map(|(name, entry)| (format!("flows {name:?}"), entry.location.clone()));
    let config = config.chain(flows);
    let open = part.open.iter();
    let variables = open.clone().flat_map(|open| {
        BY_NAME.into_iter().flat_map(move |under| {
            open_keys(open, under).map(move |(key, place)| (format!("{under} {key:?}"), place))
        })
    });
    let others = open.flat_map(|open| {
        let entries = open.spec.as_mapping().into_iter().flatten();
        let others = entries.filter(|entry| !BY_NAME.contains(&entry.key.text.as_str()));
        others.map(|entry| {
            let location = Location {
                file: open.file.clone(),
                line: entry.key_span.line,
                column: entry.key_span.column,
                length: entry.key_span.length,
            };
            (entry.key.text.clone(), location)
        })
    });
    keys.chain(config).chain(variables).chain(others).collect()
}

/// One customer has one value: two overrides of it would be ambiguous.
fn said_twice(overrides: &[Override], diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<(&str, String), Location> = HashMap::new();
    for one in overrides {
        let keys = declared(&one.part);
        let mut told = BTreeSet::new();
        for customer in &one.customers {
            for (key, place) in &keys {
                let before = first.insert((&customer.key, key.clone()), place.clone());
                let Some(before) = before.filter(|_| told.insert(key.clone())) else {
                    continue;
                };
                let message = format!(
                    "a second override of {key} for {}; the first is in {before}",
                    customer.key
                );
                let finding = Diagnostic::error("override-twice", message).at(place.clone());
                diagnostics.push(finding.hint("keep one of the two for this customer"));
            }
        }
    }
}

/// Overrides of customers that a list or a file does not have.
fn strangers(fleet: &DesiredFleet, diagnostics: &mut Vec<Diagnostic>) {
    let FleetCustomers::Listed(listed) = &fleet.customers else {
        return;
    };
    let listed: BTreeSet<&str> = listed.iter().map(|one| one.key.as_str()).collect();
    let named = fleet.overrides.iter().flat_map(|one| &one.customers);
    for one in named.filter(|one| !listed.contains(one.key.as_str())) {
        let message = format!(
            "Fleet/{}: an override for {}, who is not in it",
            fleet.name, one.key
        );
        let meant = crate::model::nearest(&one.key, listed.iter().copied());
        let finding = Diagnostic::warning("override-without-member", message);
        let finding = finding.at(one.location.clone());
        diagnostics.push(match meant {
            Some(meant) => finding.hint(format!("did you mean {meant:?}?")),
            None => finding,
        });
    }
}
