//! A part of an export: only what was asked for, with references to the rest that hold without it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Options, Report};
use crate::kinds::integration::export::References;
use crate::model::{
    Address, ConfigValue, CustomerRef, Desired, IntegrationRef, ResourceName, nearest,
};

/// What was asked for and is not among what can be exported, with the nearest name there is.
pub type Missing = Vec<(Address, Option<Address>)>;

/// Leaves in `desired` what was asked for. Gives what of it there is not.
pub(super) fn leave(
    desired: &mut Desired,
    options: &Options,
    references: &References,
    report: &mut Report,
) -> Missing {
    if options.only.is_empty() {
        return Missing::new();
    }
    let all: BTreeSet<Address> = desired.addresses().collect();
    let wanted = |address: &Address| options.only.contains(address);
    desired
        .integrations
        .retain(|one| wanted(&Address::integration(one.name.clone())));
    desired
        .instances
        .retain(|one| wanted(&Address::instance(one.name.clone())));
    desired
        .connections
        .retain(|one| wanted(&Address::connection(one.name.clone())));
    let declared = |address: &Address| wanted(address) || options.declared.contains(address);
    for instance in &mut desired.instances {
        if let IntegrationRef::Managed(name) = &instance.integration
            && !declared(&Address::integration(name.clone()))
            && let Some(undeclared) = references.undeclared(name)
        {
            instance.integration = undeclared;
        }
        if let CustomerRef::Managed(name) = &instance.customer
            && !declared(&Address::customer(name.clone()))
        {
            let known = desired.customers.iter().find(|it| it.name == *name);
            let by_id = known.map(|it| CustomerRef::ExternalId(it.external_id.clone()));
            instance.customer = by_id.unwrap_or_else(|| instance.customer.clone());
        }
        // A binding to what is not declared stays as it is in the tenant.
        Arc::make_mut(&mut instance.config).retain(|_, entry| match &entry.value {
            ConfigValue::SharedConnection(name) => declared(&Address::connection(name.clone())),
            _ => true,
        });
    }
    desired
        .customers
        .retain(|one| wanted(&Address::customer(one.name.clone())));
    let definitions = desired
        .integrations
        .iter()
        .map(|one| one.definition.path.to_string());
    let files: BTreeSet<String> = (desired.resources())
        .map(|one| one.location.file.to_string())
        .chain(definitions)
        .collect();
    report.about(&files);
    let missing = options.only.iter().filter(|address| !all.contains(address));
    missing
        .map(|address| (address.clone(), near(address, &all)))
        .collect()
}

fn near(address: &Address, all: &BTreeSet<Address>) -> Option<Address> {
    let same_kind = || all.iter().filter(|it| it.kind == address.kind);
    let names: Vec<&str> = same_kind()
        .map(|it| ResourceName::as_str(&it.name))
        .collect();
    let found = nearest(address.name.as_str(), names.iter().copied())?;
    same_kind().find(|it| it.name.as_str() == found).cloned()
}
