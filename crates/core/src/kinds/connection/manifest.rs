//! `kind: Connection`.

use indexmap::IndexMap;

use crate::kinds::connection::ConnectionKind;
use crate::manifest::Readable;
use crate::manifest::connection::inputs;
use crate::manifest::declared::{Body, Declared};
use crate::manifest::fields::{Fields, entries, filled, quoted};
use crate::manifest::findings::Problem;
use crate::manifest::keys;
use crate::manifest::policy::DRIFT;
use crate::manifest::reading::{Reading, name};
use crate::model::{
    Address, ConnectionInput, ConnectionScope, ConnectionType, CustomerRef, DesiredConnection,
    DesiredConnectionValue, ManagedBy, ResourceName,
};
use crate::yaml::{Node, Span};

impl Reading<'_> {
    /// Reads the document.
    fn connection(&self, node: &Node) -> Option<Declared> {
        let fields = Fields::open(self.report, node, &keys::CONNECTION_KIND)?;
        let named = name(&fields);
        let spec = fields.object("spec", &keys::CONNECTION_SPEC);
        let places = spec.as_ref().map(Fields::places).unwrap_or_default();
        // Without a name the rest is read all the same: for what is wrong in it.
        let placeholder = || ResourceName::slug("unnamed");
        let called = named.as_ref().map(|(name, _)| name.clone());
        let span = named.as_ref().map_or(node.span, |(_, span)| *span);
        let body = spec.zip(called.or_else(placeholder));
        let body = body.and_then(|(spec, name)| self.connection_spec(&spec, name, span));
        let (name, span) = named?;
        Some(Declared {
            address: Address::connection(name),
            location: self.report.location(span),
            places,
            body: body.map(|connection| Body::Connection(Box::new(connection))),
        })
    }

    fn connection_spec(
        &self,
        spec: &Fields<'_>,
        name: ResourceName,
        span: Span,
    ) -> Option<DesiredConnection> {
        let kind = kind(spec);
        let scope = spec.choice("scope", &SCOPES);
        let managed_by = spec.choice("managedBy", &MANAGERS);
        let connection = DesiredConnection {
            stable_key: (spec.trimmed("stableKey")).unwrap_or_else(|| name.to_string()),
            display_name: spec.trimmed("key").unwrap_or_else(|| name.to_string()),
            // Replaced below; the other keys are looked at even where these are wrong.
            kind: ConnectionType {
                component: String::new(),
                public: false,
                connection: String::new(),
            },
            scope: ConnectionScope::Organization,
            managed_by,
            description: spec.text("description"),
            inputs: read_inputs(spec).unwrap_or_default(),
            customers: self.values(spec),
            redeploy: spec.boolean("redeploy").unwrap_or_default(),
            adopt: self.adopt(spec),
            drift: spec.choice("drift", &DRIFT),
            location: self.report.location(span),
            name,
        };
        let scope = scope?;
        organization_alone(spec, scope, managed_by);
        Some(DesiredConnection {
            kind: kind?,
            scope,
            ..connection
        })
    }

    /// The values for customers. Which of them manifests declare is known once all files were read.
    fn values(&self, spec: &Fields<'_>) -> Vec<DesiredConnectionValue> {
        let Some(node) = spec.get("customers") else {
            return Vec::new();
        };
        let entries = entries(self.report, node, "\"customers\"").unwrap_or_default();
        let value = |entry: &crate::yaml::Entry| {
            let written = entry.key.text.trim().to_owned();
            if written.is_empty() {
                let problem = Problem::new("invalid-value", "a customer without an externalId");
                self.report.add(entry.key_span, problem);
                return None;
            }
            let fields = Fields::open(self.report, &entry.value, &keys::CONNECTION_VALUE)?;
            let inputs = read_inputs(&fields);
            if inputs.as_ref().is_none_or(IndexMap::is_empty) {
                let message = format!("the value for customer {} has no inputs", quoted(&written));
                let problem = Problem::new("missing-key", message)
                    .hint("write {inputs: {…}}, or remove the line to leave its value unmanaged");
                self.report.add(entry.key_span, problem);
            }
            Some(DesiredConnectionValue {
                customer: CustomerRef::ExternalId(written.clone()),
                written,
                inputs: inputs?,
                location: self.report.location(entry.key_span),
            })
        };
        entries.iter().filter_map(value).collect()
    }
}

const SCOPES: [(&str, ConnectionScope); 2] = [
    ("organization", ConnectionScope::Organization),
    ("customer", ConnectionScope::Customer),
];

const MANAGERS: [(&str, ManagedBy); 2] =
    [("org", ManagedBy::Org), ("customer", ManagedBy::Customer)];

fn kind(spec: &Fields<'_>) -> Option<ConnectionType> {
    let connection = spec.filled("connection");
    let (component, public) = component(spec)?;
    Some(ConnectionType {
        component,
        public,
        connection: connection?.trim().to_owned(),
    })
}

fn component(spec: &Fields<'_>) -> Option<(String, bool)> {
    let node = spec.get("component")?;
    if node.as_mapping().is_none() {
        let text = filled(spec.report, node, "\"component\"")?;
        return Some((text.trim().to_owned(), false));
    }
    let fields = Fields::open(spec.report, node, &keys::COMPONENT)?;
    let public = fields.boolean("public").unwrap_or_default();
    Some((fields.filled("key")?.trim().to_owned(), public))
}

fn read_inputs(fields: &Fields<'_>) -> Option<IndexMap<String, ConnectionInput>> {
    let node = fields.get("inputs")?;
    let entries = entries(fields.report, node, "\"inputs\"")?;
    Some(inputs(fields.report, entries))
}

/// What only a connection with values for customers may say.
fn organization_alone(spec: &Fields<'_>, scope: ConnectionScope, by: Option<ManagedBy>) {
    if scope == ConnectionScope::Customer {
        return;
    }
    let customers = spec.get("customers").is_some();
    let managed = (by == Some(ManagedBy::Customer)).then_some("managedBy");
    for key in customers.then_some("customers").into_iter().chain(managed) {
        let span = spec.get(key).map_or(spec.span, |node| node.span);
        let message = format!("{key:?} does not go with `scope: organization`");
        let problem = Problem::new("one-of", message)
            .hint("a connection with values for customers has `scope: customer`");
        spec.report.add(span, problem);
    }
}

impl Readable for ConnectionKind {
    fn read(reading: &Reading<'_>, node: &Node) -> Option<Declared> {
        reading.connection(node)
    }
}
