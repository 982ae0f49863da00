//! Shared connections: which are declared, under which names, and how.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::export::names::{Names, Variables};
use crate::export::secrecy::{is_masked_input, is_secret};
use crate::export::{
    NoteCode, Options, Report, SecretNeeded, SecretValuesAs, connection_path, ours,
};
use crate::kinds::customer::export::Customers;
use crate::model::{
    Adopt, ConnectionInput, ConnectionRecord, ConnectionValue, ConnectionValueId, CustomerRef,
    DesiredConnection, DesiredConnectionValue, Instance, LiveInput, Location, ResourceName,
    SecretRef, Tenant,
};

/// The connections that are declared, and which values instances are bound to.
#[derive(Default)]
pub(crate) struct Connections {
    pub(crate) declared: Vec<DesiredConnection>,
    bound: BTreeMap<ConnectionValueId, (ResourceName, Option<crate::model::CustomerId>)>,
}

impl Connections {
    /// The manifest that an instance refers to in place of a value that it is bound to. A value of another
    /// customer is none that a reference could mean.
    pub(crate) fn of(
        &self,
        value: &ConnectionValueId,
        instance: &Instance,
    ) -> Option<&ResourceName> {
        let (name, customer) = self.bound.get(value)?;
        let theirs = customer
            .as_ref()
            .is_none_or(|id| *id == instance.customer.id);
        theirs.then_some(name)
    }
}

/// Declares what is to be declared.
pub(crate) fn all(
    tenant: &Tenant,
    options: &Options,
    customers: &Customers,
    (variables, report): (&mut Variables, &mut Report),
) -> Connections {
    let listed = tenant.connections.iter().flat_map(|all| &all.items);
    let mut listed: Vec<&ConnectionRecord> = listed.filter(|_| options.connections).collect();
    listed.sort_by_key(|live| (live.markers().next().is_none(), &live.stable_key, &live.id));
    let mut names = Names::default();
    let mut connections = Connections::default();
    for live in listed {
        match named(live, options, &mut names) {
            Ok(name) => {
                let mut maker = Maker {
                    file: connection_path(&name),
                    name: &name,
                    customers,
                    variables,
                    report,
                    secrets: options.secrets,
                };
                if let Some(declared) = maker.declare(live) {
                    for value in &live.values.items {
                        let customer = value.customer.as_ref().map(|it| it.id.clone());
                        connections
                            .bound
                            .insert(value.id.clone(), (name.clone(), customer));
                    }
                    connections.declared.push(declared);
                }
            }
            Err((code, why)) => report.note(code, &about(live), why, None),
        }
    }
    connections.declared.sort_by(|a, b| a.name.cmp(&b.name));
    connections
}

fn about(live: &ConnectionRecord) -> String {
    format!("connection {:?} ({})", live.stable_key, live.id)
}

fn named(
    live: &ConnectionRecord,
    options: &Options,
    names: &mut Names,
) -> Result<ResourceName, (NoteCode, String)> {
    let left_out = |why: &str| Err((NoteCode::LeftOut, why.to_owned()));
    let marked = ours(live.markers(), &options.project).map_err(|why| (NoteCode::LeftOut, why))?;
    let unread = [&live.inputs.incomplete, &live.values.incomplete];
    if let Some(why) = unread.into_iter().flatten().next() {
        return Err((
            NoteCode::Unread,
            format!("it was not read to its end: {why}"),
        ));
    }
    if live.managed_by.is_none() {
        return left_out("Prismatic itself manages it");
    }
    match marked {
        Some(name) if names.keep(&name) => Ok(name),
        Some(name) => left_out(&format!("another connection bears the same marker, {name}")),
        None => match names.make(&live.stable_key, "connection") {
            Some(name) => Ok(name),
            None => left_out("no name can be made for it"),
        },
    }
}

/// Makes the manifest of one connection.
struct Maker<'a> {
    name: &'a ResourceName,
    file: String,
    customers: &'a Customers,
    variables: &'a mut Variables,
    report: &'a mut Report,
    secrets: SecretValuesAs,
}

impl Maker<'_> {
    fn declare(&mut self, live: &ConnectionRecord) -> Option<DesiredConnection> {
        let (Some(kind), Some(scope)) = (live.kind.clone(), live.scope) else {
            let why = "it is no connection of a component";
            self.report.note(NoteCode::LeftOut, &about(live), why, None);
            return None;
        };
        let mut values = live.values.items.iter();
        let values = values.by_ref().filter_map(|value| self.value(live, value));
        let mut customers: Vec<DesiredConnectionValue> = values.collect();
        customers.sort_by(|a, b| a.written.cmp(&b.written));
        Some(DesiredConnection {
            stable_key: live.stable_key.clone(),
            display_name: live.display_name.clone(),
            kind,
            scope,
            managed_by: live.managed_by,
            description: Some(live.text.clone()).filter(|text| !text.is_empty()),
            inputs: self.inputs(&live.inputs.items, None),
            customers,
            redeploy: false,
            adopt: Some(Adopt::Id(live.id.as_str().to_owned())),
            drift: None,
            location: Location::file(&self.file),
            name: self.name.clone(),
        })
    }

    fn value(
        &mut self,
        live: &ConnectionRecord,
        value: &ConnectionValue,
    ) -> Option<DesiredConnectionValue> {
        let customer = value.customer.as_ref()?;
        let managed = self.customers.names.get(&customer.id).cloned();
        let (written, reference) = match (managed, &customer.external_id) {
            (Some(name), _) => (name.to_string(), CustomerRef::Managed(name)),
            (None, Some(id)) => (id.clone(), CustomerRef::ExternalId(id.clone())),
            (None, None) => {
                let why = format!(
                    "its value for {:?}: the customer has no externalId",
                    customer.name
                );
                self.report.note(NoteCode::LeftOut, &about(live), why, None);
                return None;
            }
        };
        let inputs = self.inputs(&value.inputs.items, Some(&written));
        (!inputs.is_empty()).then(|| DesiredConnectionValue {
            customer: reference,
            written,
            inputs,
            location: Location::file(&self.file),
        })
    }

    /// All that has a value, in an order that listing cannot change.
    fn inputs(
        &mut self,
        live: &[LiveInput],
        customer: Option<&str>,
    ) -> IndexMap<String, ConnectionInput> {
        let mut all = IndexMap::new();
        let sorted: BTreeSet<_> = live.iter().map(|input| &input.name).collect();
        for input in sorted
            .into_iter()
            .filter_map(|name| live.iter().find(|it| it.name == *name))
        {
            let text = input.value.as_deref().unwrap_or_default();
            if is_masked_input(input) || (!text.is_empty() && is_secret(&input.name, text)) {
                let secret = self.secret(&input.name, customer);
                all.extend(secret.map(|it| (input.name.clone(), ConnectionInput::Secret(it))));
            } else if !text.is_empty() {
                all.insert(input.name.clone(), ConnectionInput::Plain(text.to_owned()));
            }
        }
        all
    }

    /// The reference to a secret, unless it is to be left out.
    fn secret(&mut self, input: &str, customer: Option<&str>) -> Option<SecretRef> {
        let mut parts = vec![self.name.as_str()];
        parts.extend(customer);
        parts.push(input);
        let variable = self.variables.make(&parts);
        let needed = SecretNeeded {
            variable: variable.clone(),
            file: self.file.clone(),
            key: customer.unwrap_or("inputs").to_owned(),
            input: Some(input.to_owned()),
        };
        if self.secrets == SecretValuesAs::Nothing {
            self.report.omitted.push(needed);
            return None;
        }
        self.report.secrets.push(needed);
        Some(SecretRef::Env(variable))
    }
}
