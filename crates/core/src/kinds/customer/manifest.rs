//! `kind: Customer`.

use crate::kinds::customer::CustomerKind;
use crate::kinds::instance::manifest::labels;
use crate::manifest::Readable;
use crate::manifest::declared::{Body, Declared};
use crate::manifest::fields::Fields;
use crate::manifest::keys;
use crate::manifest::reading::{Reading, name};
use crate::model::{Address, DesiredCustomer, ResourceName};
use crate::yaml::{Node, Span};

impl Reading<'_> {
    /// Reads the document.
    fn customer(&self, node: &Node) -> Option<Declared> {
        let fields = Fields::open(self.report, node, &keys::CUSTOMER_KIND)?;
        let named = name(&fields);
        let spec = fields.object("spec", &keys::CUSTOMER_SPEC);
        let places = spec.as_ref().map(Fields::places).unwrap_or_default();
        // Without a name the rest is read all the same: for what is wrong in it.
        let placeholder = || ResourceName::slug("unnamed");
        let called = named.as_ref().map(|(name, _)| name.clone());
        let span = named.as_ref().map_or(node.span, |(_, span)| *span);
        let body = spec.zip(called.or_else(placeholder));
        let body = body.and_then(|(spec, name)| self.customer_spec(&spec, name, span));
        let (name, span) = named?;
        Some(Declared {
            address: Address::customer(name),
            location: self.report.location(span),
            places,
            body: body.map(|customer| Body::Customer(Box::new(customer))),
        })
    }

    fn customer_spec(
        &self,
        spec: &Fields<'_>,
        name: ResourceName,
        span: Span,
    ) -> Option<DesiredCustomer> {
        let external_id = spec.trimmed("externalId");
        let customer = DesiredCustomer {
            // Replaced below; the other keys are looked at even where it is wrong.
            external_id: String::new(),
            display_name: spec.trimmed("name").unwrap_or_else(|| name.to_string()),
            description: spec.text("description"),
            labels: labels(spec),
            concurrent_execution_limit: spec.whole_u32("concurrentExecutionLimit").map(i64::from),
            adopt: self.adopt(spec),
            location: self.report.location(span),
            name,
        };
        Some(DesiredCustomer {
            external_id: external_id?,
            ..customer
        })
    }
}

impl Readable for CustomerKind {
    fn read(reading: &Reading<'_>, node: &Node) -> Option<Declared> {
        reading.customer(node)
    }
}
