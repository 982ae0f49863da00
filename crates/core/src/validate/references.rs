//! Declarations that conflict with each other.

use std::collections::HashMap;

use crate::definition::Definitions;
use crate::model::{
    Address, Adopt, Declaration, Declared as _, Desired, Diagnostic, Kind, Location,
};

/// Checks declarations against each other.
pub(super) fn check(
    desired: &Desired,
    definitions: &Definitions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    adopted_twice(desired, diagnostics);
    same_name(desired, definitions, diagnostics);
    same_instance(desired, diagnostics);
}

fn adopted_twice(desired: &Desired, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(Kind, &str), Address> = HashMap::new();
    for Declaration {
        address,
        adopt,
        location,
    } in desired.resources()
    {
        let Some(Adopt::Id(id)) = adopt else { continue };
        if let Some(first) = seen.insert((address.kind, id), address.clone()) {
            let message = format!("{address} and {first} adopt the same object, {id}");
            diagnostics.push(Diagnostic::error("adopted-twice", message).at(location.clone()));
        }
    }
}

/// Legal in Prismatic, and nearly always a mistake.
fn same_name(desired: &Desired, definitions: &Definitions, diagnostics: &mut Vec<Diagnostic>) {
    let named = desired.integrations.iter().filter_map(|integration| {
        let definition = definitions.get(&integration.name)?;
        Some((
            definition.name(),
            integration.address(),
            &integration.location,
        ))
    });
    twins(
        named,
        "duplicate-display-name",
        |name| format!("named {name:?}"),
        diagnostics,
    );
}

fn same_instance(desired: &Desired, diagnostics: &mut Vec<Diagnostic>) {
    let keyed: Vec<_> = desired
        .instances
        .iter()
        .map(|i| {
            let key = format!("{:?} {} {:?}", i.display_name, i.customer, i.integration);
            (key, i.address(), &i.location)
        })
        .collect();
    let pairs = keyed
        .iter()
        .map(|(key, address, at)| (key.as_str(), address.clone(), *at));
    let describe = |_: &str| "for the same customer, integration and display name".to_owned();
    twins(pairs, "duplicate-instance", describe, diagnostics);
}

fn twins<'a>(
    keyed: impl Iterator<Item = (&'a str, Address, &'a Location)>,
    code: &'static str,
    describe: impl Fn(&str) -> String,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<&str, Address> = HashMap::new();
    for (key, address, location) in keyed {
        if let Some(first) = seen.get(key) {
            let message = format!("{address} and {first} are both {}", describe(key));
            let finding = Diagnostic::warning(code, message).at(location.clone());
            diagnostics.push(finding.hint("people will not be able to tell them apart"));
        } else {
            seen.insert(key, address);
        }
    }
}
