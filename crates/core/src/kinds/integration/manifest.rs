//! `kind: Integration`.

use crate::kinds::integration::IntegrationKind;
use crate::manifest::Readable;
use crate::manifest::declared::{Body, Declared, IntegrationDraft};
use crate::manifest::fields::Fields;
use crate::manifest::keys;
use crate::manifest::paths::{Reference, reference};
use crate::manifest::reading::{Reading, name};
use crate::manifest::rollout;
use crate::model::{Address, Marketplace, PublishWhen, Visibility};
use crate::yaml::Node;

/// The words of `publish:` and `deploy:`.
pub(crate) const WHEN: [(&str, PublishWhen); 2] = [
    ("changed", PublishWhen::Changed),
    ("never", PublishWhen::Never),
];

impl Reading<'_> {
    /// Reads the document.
    fn integration(&self, node: &Node) -> Option<Declared> {
        let fields = Fields::open(self.report, node, &keys::INTEGRATION)?;
        let named = name(&fields);
        let spec = fields.object("spec", &keys::INTEGRATION_SPEC);
        let places = spec.as_ref().map(Fields::places).unwrap_or_default();
        let body = spec.and_then(|spec| self.integration_spec(&spec));
        let (name, span) = named?;
        Some(Declared {
            address: Address::integration(name),
            location: self.report.location(span),
            places,
            body: body.map(|draft| Body::Integration(Box::new(draft))),
        })
    }

    fn integration_spec(&self, spec: &Fields<'_>) -> Option<IntegrationDraft> {
        let definition = file(spec, "definition");
        let adopt = self.adopt(spec);
        let description = spec.text("description");
        let publish = spec.choice("publish", &WHEN).unwrap_or_default();
        let available = spec.boolean("available");
        let protect = spec.boolean("protect").unwrap_or_default();
        let rollout = rollout::read(spec);
        if let (Some(rollout), Some(true)) = (&rollout, available) {
            rollout::may_withdraw(spec, rollout);
        }
        let market = spec.object("marketplace", &keys::MARKETPLACE);
        let overview = market.as_ref().and_then(|market| file(market, "overview"));
        Some(IntegrationDraft {
            marketplace: market.as_ref().map(marketplace),
            definition: definition?,
            overview,
            adopt,
            description,
            publish,
            available,
            protect,
            rollout,
        })
    }
}

fn file(fields: &Fields<'_>, key: &str) -> Option<Reference> {
    reference(fields.report, fields.get(key)?, &format!("{key:?}"))
}

fn marketplace(fields: &Fields<'_>) -> Marketplace {
    let words = [
        ("deployable", Visibility::Deployable),
        ("listed", Visibility::Listed),
        ("hidden", Visibility::Hidden),
    ];
    Marketplace {
        visibility: fields.choice("visibility", &words),
        overview: None,
        allow_multiple_instances: fields.boolean("allowMultipleInstances"),
    }
}

impl Readable for IntegrationKind {
    fn read(reading: &Reading<'_>, node: &Node) -> Option<Declared> {
        reading.integration(node)
    }
}
