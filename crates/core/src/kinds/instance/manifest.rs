//! `kind: Instance`.

use crate::kinds::instance::InstanceKind;
use crate::manifest::Readable;
use indexmap::IndexSet;

use crate::kinds::integration::manifest::WHEN;
use crate::manifest::config_value;
use crate::manifest::declared::{Body, Declared, InstanceDraft};
use crate::manifest::fields::{Fields, filled, list, quoted};
use crate::manifest::findings::Problem;
use crate::manifest::flows as manifest_flows;
use crate::manifest::keys;
use crate::manifest::policy::DRIFT;
use crate::manifest::reading::{Reading, name, neither};
use crate::model::{
    Address, Config, CustomerRef, DesiredInstance, Flows, InstanceState, IntegrationRef, Marker,
    ResourceName, VersionRef,
};
use crate::yaml::{Node, Span};

impl Reading<'_> {
    /// Reads the document.
    fn instance(&self, node: &Node) -> Option<Declared> {
        let fields = Fields::open(self.report, node, &keys::INSTANCE)?;
        let named = name(&fields);
        let spec = fields.object("spec", &keys::INSTANCE_SPEC);
        let places = spec.as_ref().map(Fields::places).unwrap_or_default();
        // Without a name the rest is read all the same: for what is wrong in it.
        let placeholder = || ResourceName::slug("unnamed");
        let called = named.as_ref().map(|(name, _)| name.clone());
        let span = named.as_ref().map_or(node.span, |(_, span)| *span);
        let body = spec.zip(called.or_else(placeholder));
        let body = body.and_then(|(spec, name)| self.instance_spec(&spec, name, span));
        let (name, span) = named?;
        Some(Declared {
            address: Address::instance(name),
            location: self.report.location(span),
            places,
            body: body.map(|draft| Body::Instance(Box::new(draft))),
        })
    }

    fn instance_spec(
        &self,
        spec: &Fields<'_>,
        name: ResourceName,
        span: Span,
    ) -> Option<InstanceDraft> {
        let integration = integration(spec);
        let customer = customer(spec);
        let instance = DesiredInstance {
            // Replaced below; the other keys are looked at even where these two are wrong.
            integration: IntegrationRef::Managed(name.clone()),
            customer: CustomerRef::Id(String::new()),
            version: version(spec).unwrap_or_default(),
            display_name: spec
                .trimmed("displayName")
                .unwrap_or_else(|| name.to_string()),
            description: spec.text("description"),
            labels: labels(spec),
            state: state(spec).unwrap_or_default(),
            config: config(spec).unwrap_or_default(),
            flows: flows(spec).unwrap_or_default(),
            global_debug: spec.boolean("globalDebug"),
            deploy: spec.choice("deploy", &WHEN).unwrap_or_default(),
            force: spec.boolean("force").unwrap_or_default(),
            adopt: self.adopt(spec),
            protect: spec.boolean("protect").unwrap_or_default(),
            member: None,
            displaces: None,
            outside_rollout: outside_rollout(spec),
            drift: spec.choice("drift", &DRIFT),
            location: self.report.location(span),
            name,
        };
        let (integration, of) = integration?;
        let (customer, whose) = customer?;
        Some(InstanceDraft {
            instance: DesiredInstance {
                integration,
                customer,
                ..instance
            },
            integration: self.report.location(of),
            customer: self.report.location(whose),
        })
    }
}

/// Who leaves the waves says why, as others will ask.
pub(crate) fn outside_rollout(spec: &Fields<'_>) -> Option<String> {
    let reason = spec.filled("reason");
    let outside = spec.boolean("rollout") == Some(false);
    if outside && reason.is_none() && spec.get("reason").is_none() {
        let span = spec.get("rollout").map_or(spec.span, |node| node.span);
        let problem = Problem::new("missing-key", "`rollout: false` has no reason");
        let hint = "add `reason:` beside it: it moves outside the waves of the others";
        spec.report.add(span, problem.hint(hint));
    }
    reason.filter(|_| outside)
}

pub(crate) fn integration(spec: &Fields<'_>) -> Option<(IntegrationRef, Span)> {
    let node = spec.get("integration")?;
    if node.as_mapping().is_none() {
        let text = filled(spec.report, node, "\"integration\"")?;
        return managed(spec, node, &text).map(|found| (found, node.span));
    }
    let fields = Fields::open(spec.report, node, &keys::ELSEWHERE)?;
    let (key, _) = fields.only()?;
    let text = fields.filled(key)?;
    let found = match key {
        "name" => IntegrationRef::Name(text),
        _ => IntegrationRef::Id(text),
    };
    Some((found, node.span))
}

fn managed(spec: &Fields<'_>, node: &Node, text: &str) -> Option<IntegrationRef> {
    let Ok(name) = ResourceName::parse(text) else {
        let message = format!(
            "\"integration\" must be the metadata.name of an Integration, not {}",
            quoted(text)
        );
        let hint = format!(
            "for one that is not managed here, write {{name: {}}}",
            quoted(text)
        );
        let problem = Problem::new("invalid-name", message).hint(hint);
        spec.report.add(node.span, problem);
        return None;
    };
    Some(IntegrationRef::Managed(name))
}

pub(crate) fn version(spec: &Fields<'_>) -> Option<VersionRef> {
    let node = spec.get("version")?;
    if node.as_mapping().is_none() {
        return named_version(spec, node);
    }
    let fields = Fields::open(spec.report, node, &keys::VERSION)?;
    match fields.only()? {
        ("number", _) => {
            let number = fields.whole("number", 1)?;
            i64::try_from(number).ok().map(VersionRef::Number)
        }
        (_, node) => {
            let text = fields.filled("commit")?;
            let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if hexadecimal && (7..=64).contains(&text.len()) {
                return Some(VersionRef::Commit(text.to_ascii_lowercase()));
            }
            let message = format!("{} is not the hash of a commit", quoted(&text));
            let problem = Problem::new("invalid-value", message)
                .hint("write 7 to 64 of its hexadecimal digits");
            spec.report.add(node.span, problem);
            None
        }
    }
}

/// `latest`, or one of the usual spellings of a number or a commit.
fn named_version(spec: &Fields<'_>, node: &Node) -> Option<VersionRef> {
    let scalar = node.as_scalar().filter(|scalar| !scalar.is_null());
    let text = scalar.map_or("", |scalar| scalar.text.as_str());
    if text == "latest" {
        return Some(VersionRef::Latest);
    }
    let number = !text.is_empty() && text.len() < 7 && text.bytes().all(|b| b.is_ascii_digit());
    let commit = text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let hint = if number {
        format!("write {{number: {text}}}")
    } else if commit {
        format!("write {{commit: {text}}}")
    } else {
        "write latest, {commit: 1a2b3c4} or {number: 12}".to_owned()
    };
    let expected = "latest, {commit: …} or {number: …}";
    neither(spec.report, node, "\"version\"", expected, &hint);
    None
}

fn customer(spec: &Fields<'_>) -> Option<(CustomerRef, Span)> {
    let node = spec.get("customer")?;
    if node.as_mapping().is_none() {
        let text = filled(spec.report, node, "\"customer\"")?;
        return managed_customer(spec, node, &text).map(|found| (found, node.span));
    }
    let fields = Fields::open(spec.report, node, &keys::CUSTOMER)?;
    let (key, _) = fields.only()?;
    let text = fields.filled(key)?;
    let found = match key {
        "externalId" => CustomerRef::ExternalId(text),
        "name" => CustomerRef::Name(text),
        _ => CustomerRef::Id(text),
    };
    Some((found, node.span))
}

fn managed_customer(spec: &Fields<'_>, node: &Node, text: &str) -> Option<CustomerRef> {
    let Ok(name) = ResourceName::parse(text) else {
        let text = quoted(text);
        let message = format!("\"customer\" must be the metadata.name of a Customer, not {text}");
        let hint = format!(
            "for one that is not managed here, write {{externalId: {text}}} or {{name: {text}}}"
        );
        let problem = Problem::new("invalid-name", message).hint(hint);
        spec.report.add(node.span, problem);
        return None;
    };
    Some(CustomerRef::Managed(name))
}

pub(crate) fn labels(spec: &Fields<'_>) -> Option<Vec<String>> {
    let items = list(spec.report, spec.get("labels")?, "\"labels\"")?;
    let mut labels = IndexSet::with_capacity(items.len());
    for item in items {
        let Some(label) = filled(spec.report, item, "a label") else {
            continue;
        };
        // Servers trim labels. What is compared with them is declared as they keep it.
        let label = label.trim().to_owned();
        if Marker::parse(&label).is_some() {
            let message = format!("the label {} is a marker", quoted(&label));
            let problem = Problem::new("reserved-label", message)
                .hint("remove it: the marker is put on when the manifest is applied");
            spec.report.add(item.span, problem);
        } else if !labels.insert(label.clone()) {
            let message = format!("the label {} occurs twice here", quoted(&label));
            let problem = Problem::new("duplicate-label", message).hint("keep one of the two");
            spec.report.add(item.span, problem);
        }
    }
    Some(labels.into_iter().collect())
}

pub(crate) fn state(spec: &Fields<'_>) -> Option<InstanceState> {
    let words = [
        ("enabled", InstanceState::Enabled),
        ("disabled", InstanceState::Disabled),
    ];
    spec.choice("state", &words)
}

pub(crate) fn config(spec: &Fields<'_>) -> Option<Config> {
    spec.get("config")
        .and_then(|node| config_value::read_all(spec.report, node))
}

pub(crate) fn flows(spec: &Fields<'_>) -> Option<Flows> {
    spec.get("flows")
        .and_then(|node| manifest_flows::read_all(spec.report, node))
}

impl Readable for InstanceKind {
    fn read(reading: &Reading<'_>, node: &Node) -> Option<Declared> {
        reading.instance(node)
    }
}
