//! `kind: Fleet`.
//!
//! A template and an override are read in two parts: the keys that say the same for every member are read
//! here, once. The others hold templates; they stay the tree that they were written as, until it is known for
//! whom they are filled in ([`open_part`]).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use jiff::civil::Date;

use super::cron::Schedules;
use super::declared::FleetDraft;
use super::fields::{Fields, filled, found, list, quoted};
use super::findings::{Problem, Report};
use super::keys::{self, Object};
use super::paths::{self, Reference};
use super::policy::DRIFT;
use super::reading::{Reading, name};
use crate::kinds::instance::manifest::{
    config, flows, integration, labels, outside_rollout, state, version,
};
use crate::kinds::integration::manifest::WHEN;
use crate::model::{
    CustomerKey, DesiredFleet, Diagnostic, FleetCustomers, FleetGuards, FleetKey, IntegrationRef,
    LabelSelector, Manage, MemberSpec, OnLeave, OpenPart, Override, Part, ResourceName, Share,
};
use crate::yaml::{Content, Entry, Node, Span};

/// What begins a template in a text.
const TEMPLATE: &str = "${{";

/// How many members may leave within 24 hours where a fleet does not say.
const MAX_LEAVE: Share = Share::Percent(10.0);

impl Reading<'_> {
    /// Reads the document.
    pub(super) fn fleet(&self, node: &Node) -> Option<FleetDraft> {
        let fields = Fields::open(self.report, node, &keys::FLEET)?;
        let named = name(&fields);
        let spec = fields.object("spec", &keys::FLEET_SPEC);
        // Without a name the rest is read all the same: for what is wrong in it.
        let placeholder = || ResourceName::slug("unnamed");
        let called = named.as_ref().map(|(name, _)| name.clone());
        let span = named.as_ref().map_or(node.span, |(_, span)| *span);
        let draft = spec.zip(called.or_else(placeholder));
        let draft = draft.and_then(|(spec, name)| self.fleet_spec(&spec, name, span));
        named.and(draft)
    }

    fn fleet_spec(&self, spec: &Fields<'_>, name: ResourceName, span: Span) -> Option<FleetDraft> {
        let integration = integration(spec);
        let who = spec.object("customers", &keys::FLEET_CUSTOMERS);
        let who = who.as_ref().and_then(who_is_in_it);
        let manage = spec.choice("manage", &MANAGE).unwrap_or_default();
        let template = spec.get("template");
        let template = template.and_then(|node| part(self.report, node, &keys::TEMPLATE, &[]));
        let fleet = DesiredFleet {
            // Replaced below; the other keys are looked at even where these two are wrong.
            integration: IntegrationRef::Managed(name.clone()),
            customers: FleetCustomers::Listed(Vec::new()),
            rows: None,
            key: spec.choice("key", &KEYS).unwrap_or_default(),
            manage,
            create: spec.boolean("create").unwrap_or(manage == Manage::All),
            on_leave: spec.choice("onLeave", &ON_LEAVE).unwrap_or_default(),
            allow_empty: spec.boolean("allowEmpty").unwrap_or_default(),
            max_leave: spec.share("maxLeave").unwrap_or(MAX_LEAVE),
            guards: guards(spec).unwrap_or_default(),
            values: self.setting.values.clone(),
            template: template.unwrap_or_default(),
            overrides: overrides(spec),
            expanded: None,
            location: self.report.location(span),
            name,
        };
        let (integration, of) = integration?;
        let (customers, file, rows) = who?;
        Some(FleetDraft {
            fleet: DesiredFleet {
                integration,
                customers,
                ..fleet
            },
            integration: self.report.location(of),
            file,
            rows,
        })
    }
}

const KEYS: [(&str, FleetKey); 2] = [("externalId", FleetKey::ExternalId), ("id", FleetKey::Id)];
const MANAGE: [(&str, Manage); 2] = [("all", Manage::All), ("version", Manage::Version)];
const ON_LEAVE: [(&str, OnLeave); 2] = [("orphan", OnLeave::Orphan), ("disable", OnLeave::Disable)];

fn guards(spec: &Fields<'_>) -> Option<FleetGuards> {
    let guards = spec.object("guards", &keys::FLEET_GUARDS)?;
    Some(FleetGuards {
        max_updates: guards.share("maxUpdates"),
        max_creates: guards.share("maxCreates"),
    })
}

type Who = (FleetCustomers, Option<Reference>, Option<Reference>);

/// The only one of the ways to say for whom that is written.
fn only_way(fields: &Fields<'_>) -> Option<&'static str> {
    let ways = ["selector", "list", "file"];
    let mut written = ways.into_iter().filter(|way| fields.get(way).is_some());
    let found = match (written.next(), written.next()) {
        (Some(way), None) => return Some(way),
        (Some(first), Some(second)) => format!("both {first} and {second}"),
        (None, _) => "none of them".to_owned(),
    };
    let message = format!(
        "the customers of a Fleet must have exactly one of selector, list, file, and have {found}"
    );
    fields
        .report
        .add(fields.span, Problem::new("one-of", message));
    None
}

/// For whom it is, the file that says so, and the file that says more of them.
fn who_is_in_it(fields: &Fields<'_>) -> Option<Who> {
    let way = only_way(fields)?;
    let reference = |key: &str| {
        let node = fields.get(key)?;
        paths::reference(fields.report, node, &super::fields::named(key))
    };
    match way {
        "file" => {
            if let Some(rows) = fields.get("rows") {
                let problem =
                    Problem::new("one-of", "\"rows\" beside \"file\" says the same twice")
                        .hint("the other columns of the file are row.* already");
                fields.report.add(rows.span, problem);
                return None;
            }
            let file = reference("file")?;
            Some((FleetCustomers::Listed(Vec::new()), Some(file), None))
        }
        "list" => {
            let node = fields.get("list")?;
            let listed = customers(fields.report, node, "\"list\"")?;
            Some((FleetCustomers::Listed(listed), None, reference("rows")))
        }
        _ => {
            let selector = fields.object("selector", &keys::SELECTOR)?;
            let labels = selector.object("labels", &keys::LABEL_SELECTOR)?;
            let selector = FleetCustomers::Selector(label_selector(&labels)?);
            Some((selector, None, reference("rows")))
        }
    }
}

fn label_selector(fields: &Fields<'_>) -> Option<LabelSelector> {
    let texts = |key: &str| -> Vec<String> {
        let node = fields.get(key);
        let items = node.and_then(|node| list(fields.report, node, &super::fields::named(key)));
        let items = items.into_iter().flatten();
        let texts = items.filter_map(|item| filled(fields.report, item, "a label"));
        texts.map(|text| text.trim().to_owned()).collect()
    };
    let selector = LabelSelector {
        all: texts("all"),
        any: texts("any"),
        none: texts("none"),
    };
    if selector == LabelSelector::default() {
        let problem = Problem::new("missing-key", "the selector names no label")
            .hint("a selector without a condition would mean every customer of the tenant: name at least one label under all, any or none");
        fields.report.add(fields.span, problem);
        return None;
    }
    Some(selector)
}

/// The customers of a list, each once.
fn customers(report: &Report, node: &Node, what: &str) -> Option<Vec<CustomerKey>> {
    let items = list(report, node, what)?;
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        let Some(key) = filled(report, item, "a customer") else {
            continue;
        };
        let key = key.trim().to_owned();
        if key.contains(TEMPLATE) {
            report.add(item.span, never_a_template("a customer"));
            continue;
        }
        if let Some(line) = first.insert(key.clone(), item.span.line) {
            let message = format!(
                "the customer {} occurs twice here, first in line {line}",
                quoted(&key)
            );
            let problem = Problem::new("duplicate-customer", message).hint("keep one of the two");
            report.add(item.span, problem);
            continue;
        }
        all.push(CustomerKey {
            key,
            location: report.location(item.span),
        });
    }
    Some(all)
}

fn overrides(spec: &Fields<'_>) -> Vec<Override> {
    let items = spec
        .get("overrides")
        .and_then(|node| list(spec.report, node, "\"overrides\""));
    let items = items.into_iter().flatten();
    items
        .filter_map(|item| one_override(spec.report, item))
        .collect()
}

fn one_override(report: &Report, node: &Node) -> Option<Override> {
    const OWN: [&str; 4] = ["customers", "reason", "expires", "rollout"];
    let mut part = part(report, node, &keys::OVERRIDE, &OWN)?;
    let entries = node.as_mapping()?.iter();
    let own = entries.filter(|entry| OWN.contains(&entry.key.text.as_str()));
    let own = mapping(node, own.cloned().collect());
    let fields = Fields::open(report, &own, &keys::OVERRIDE)?;
    let customers = fields
        .get("customers")
        .and_then(|node| customers(report, node, "\"customers\""));
    let (reason, expires) = (fields.trimmed("reason"), day(&fields, "expires"));
    part.fixed.outside_rollout = outside_rollout(&fields);
    Some(Override {
        customers: customers?,
        part,
        reason: reason?,
        expires,
        location: report.location(node.span),
    })
}

/// A day as `2027-01-31`.
fn day(fields: &Fields<'_>, key: &str) -> Option<Date> {
    let node = fields.get(key)?;
    let scalar = node.as_scalar().filter(|scalar| !scalar.is_null());
    let read = scalar.and_then(|scalar| scalar.text.trim().parse().ok());
    if read.is_none() {
        let what = super::fields::named(key);
        let message = format!(
            "{what} must be a day such as 2027-01-31, not {}",
            found(node)
        );
        fields
            .report
            .add(node.span, Problem::new("invalid-value", message));
    }
    read
}

/// Reads the keys of a mapping that members share, and keeps the others. Those of `own` are the caller's.
fn part(report: &Report, node: &Node, object: &'static Object, own: &[&str]) -> Option<Part> {
    if node.as_mapping().is_none() {
        // Says what is wrong with it.
        Fields::open(report, node, object)?;
    }
    let (fixed, open) = split(report, node);
    let fields = Fields::open(report, &fixed, object)?;
    let mut spec = member_spec(&fields);
    spec.places.retain(|key, _| !own.contains(&key.as_str()));
    Some(Part {
        fixed: spec,
        open: open.map(|spec| OpenPart {
            file: Arc::clone(report.path()),
            spec,
        }),
    })
}

/// What is the same for every member, and what is not.
fn split(report: &Report, node: &Node) -> (Node, Option<Node>) {
    const OPEN: [&str; 4] = ["displayName", "description", "labels", "state"];
    let (mut fixed, mut open) = (Vec::new(), Vec::new());
    for entry in node.as_mapping().into_iter().flatten() {
        let key = entry.key.text.as_str();
        if !has_template(&entry.value) {
            fixed.push(entry.clone());
        } else if let ("config" | "flows", Some(variables)) = (key, entry.value.as_mapping()) {
            let (there, here) = variables
                .iter()
                .cloned()
                .partition(|it| has_template(&it.value));
            let with = |entries| Entry {
                value: mapping(&entry.value, entries),
                ..entry.clone()
            };
            open.push(with(there));
            fixed.push(with(here));
        } else if OPEN.contains(&key) {
            open.push(entry.clone());
        } else {
            report.add(
                entry.value.span,
                never_a_template(&super::fields::named(key)),
            );
        }
    }
    let rest = (!open.is_empty()).then(|| mapping(node, open));
    (mapping(node, fixed), rest)
}

fn never_a_template(what: &str) -> Problem {
    let message = format!("{what} is never a template");
    Problem::new("template", message)
        .hint("in a Fleet, texts of displayName, description, labels, state, config and flows may be: for single customers write an override")
}

fn mapping(at: &Node, entries: Vec<Entry>) -> Node {
    Node {
        span: at.span,
        content: Content::Mapping(entries),
    }
}

/// Whether a template occurs in any text of a node. Keys are never templates.
fn has_template(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(scalar) => scalar.text.contains(TEMPLATE),
        Content::Sequence(items) => items.iter().any(has_template),
        Content::Mapping(entries) => entries.iter().any(|entry| has_template(&entry.value)),
    }
}

/// The keys that template and overrides share with an Instance.
fn member_spec(spec: &Fields<'_>) -> MemberSpec {
    MemberSpec {
        version: version(spec),
        display_name: spec.trimmed("displayName"),
        description: spec.text("description"),
        labels: labels(spec),
        state: state(spec),
        config: config(spec).unwrap_or_default(),
        flows: flows(spec).unwrap_or_default(),
        global_debug: spec.boolean("globalDebug"),
        deploy: spec.choice("deploy", &WHEN),
        force: spec.boolean("force"),
        protect: spec.boolean("protect"),
        drift: spec.choice("drift", &DRIFT),
        // Only an override has it, and a reason for it.
        outside_rollout: None,
        places: spec.places(),
    }
}

/// Reads a part whose templates were filled in for one member, by the same rules as everything else.
///
/// # Errors
///
/// What is wrong with it, each with the place of the text that it was filled in.
pub(crate) fn open_part(file: &Arc<str>, node: &Node) -> Result<MemberSpec, Vec<Diagnostic>> {
    let report = Report::new(Arc::clone(file), Rc::<Schedules>::default());
    let fields = Fields::open(&report, node, &keys::TEMPLATE);
    let spec = fields.as_ref().map(member_spec);
    let findings = report.into_findings();
    match (spec, findings.is_empty()) {
        (Some(spec), true) => Ok(spec),
        _ => Err(findings.into_iter().map(|one| one.diagnostic).collect()),
    }
}
