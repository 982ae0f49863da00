//! Instances: which are declared, under which names, and how.

pub(crate) mod config;

use std::collections::{BTreeMap, BTreeSet};

use crate::export::names::{Names, Variables};
use crate::export::{NoteCode, Options, Report, SecretValuesAs, instance_path, ours};
use crate::kinds::connection::export::Connections;
use crate::kinds::customer::export::{self as customer, labels};
use crate::kinds::integration::export::References;
use crate::model::{
    Adopt, Customer, CustomerRef, DesiredInstance, Flows, Instance, InstanceState, IntegrationRef,
    Location, Marker, Observed, PublishWhen, ResourceName, Tenant, VersionRef,
};

/// What instances refer to.
pub(crate) struct Known<'a> {
    pub(crate) references: &'a References,
    pub(crate) customers: &'a customer::Customers,
    pub(crate) connections: &'a Connections,
}

/// Declares what is to be declared.
pub(crate) fn all(
    tenant: &Tenant,
    options: &Options,
    known: &Known<'_>,
    (variables, report): (&mut Variables, &mut Report),
) -> Vec<DesiredInstance> {
    let customers = Customers::of(&tenant.instances.items, known.customers);
    let mut kept = Vec::new();
    for live in &tenant.instances.items {
        match wanted(live, options, known.references) {
            Ok(wanted) => kept.push((wanted, live)),
            Err((code, why)) => report.note(code, &about(live), why, None),
        }
    }
    let named = named(kept, report);
    named
        .into_iter()
        .map(|(name, wanted, live)| {
            let mut maker = Maker {
                live,
                customers: &customers,
                connections: known.connections,
                variables,
                report,
                secrets: options.secrets,
            };
            maker.declare(name, wanted)
        })
        .collect()
}

fn about(live: &Instance) -> String {
    format!(
        "instance {:?} of {} ({})",
        live.name, live.customer.name, live.id
    )
}

struct Wanted {
    marked: Option<ResourceName>,
    integration: IntegrationRef,
    version: VersionRef,
}

fn wanted(
    live: &Instance,
    options: &Options,
    references: &References,
) -> Result<Wanted, (NoteCode, String)> {
    let left_out = |why: &str| Err((NoteCode::LeftOut, why.to_owned()));
    if live.designed_by_customer && !options.all {
        return left_out("a customer deployed it; --all takes it along");
    }
    let marked = ours(live.markers(), &options.project).map_err(|why| (NoteCode::LeftOut, why))?;
    if live.name.trim().is_empty() {
        return left_out("it has no name");
    }
    if let Observed::Unknown(why) = &live.config {
        let why = format!("its config variables were not read: {why}");
        return Err((NoteCode::Unread, why));
    }
    let sequence = live.version.sequence.as_ref();
    let found = sequence.and_then(|sequence| references.of(sequence, &live.version.id));
    let Some((integration, newest)) = found else {
        return left_out("its integration is not among those of this tenant");
    };
    let version = match (newest, live.version.number) {
        (true, _) => VersionRef::Latest,
        (false, number) if number >= 1 => VersionRef::Number(number),
        (false, _) => return left_out("it runs no published version"),
    };
    Ok(Wanted {
        marked,
        integration,
        version,
    })
}

type Named<'a> = (ResourceName, Wanted, &'a Instance);

/// Names: those of markers first, then made of customer and name, in an order that listing cannot change.
fn named<'a>(mut kept: Vec<(Wanted, &'a Instance)>, report: &mut Report) -> Vec<Named<'a>> {
    let mut twice: BTreeMap<ResourceName, usize> = BTreeMap::new();
    for name in kept.iter().filter_map(|(wanted, _)| wanted.marked.as_ref()) {
        *twice.entry(name.clone()).or_default() += 1;
    }
    let mut names = Names::default();
    let mut all = Vec::new();
    kept.sort_by_cached_key(|(wanted, live)| {
        let shown = (live.customer.name.clone(), live.name.clone());
        (wanted.marked.is_none(), shown, live.id.clone())
    });
    for (wanted, live) in kept {
        let name = match &wanted.marked {
            Some(name) if twice.get(name) > Some(&1) => {
                let why = format!("another instance bears the same marker, {name}");
                report.note(NoteCode::LeftOut, &about(live), why, None);
                continue;
            }
            // What it becomes is a manifest of its own, and those have no member's name.
            Some(name) if name.fleet().is_some() => names.make(name.as_str(), "instance"),
            Some(name) => names.keep(name).then(|| name.clone()),
            None => names.make(&shown(live), "instance"),
        };
        all.extend(name.map(|name| (name, wanted, live)));
    }
    all.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    all
}

/// Customer and name, the customer once.
fn shown(live: &Instance) -> String {
    let slug = |text: &str| ResourceName::slug(text).map(|slug| slug.to_string());
    let (customer, name) = (slug(&live.customer.name), slug(&live.name));
    match (customer, name) {
        (Some(customer), Some(name)) if name.starts_with(&customer) => name,
        _ => format!("{} {}", live.customer.name, live.name),
    }
}

/// Makes the manifest of one instance.
struct Maker<'a> {
    live: &'a Instance,
    customers: &'a Customers<'a>,
    connections: &'a Connections,
    variables: &'a mut Variables,
    report: &'a mut Report,
    secrets: SecretValuesAs,
}

impl Maker<'_> {
    fn declare(&mut self, name: ResourceName, wanted: Wanted) -> DesiredInstance {
        let live = self.live;
        let file = instance_path(&name);
        DesiredInstance {
            integration: wanted.integration,
            version: wanted.version,
            customer: self.customers.reference(&live.customer),
            display_name: live.name.clone(),
            description: Some(live.description.clone()).filter(|text| !text.is_empty()),
            labels: labels(&live.labels),
            state: if live.enabled {
                InstanceState::Enabled
            } else {
                InstanceState::Disabled
            },
            config: config::all(
                &name,
                live,
                self.connections,
                (self.variables, self.report),
                (&about(live), self.secrets),
            ),
            // Keys are secret, and what test runs send may be.
            flows: Flows::default(),
            global_debug: live.global_debug.filter(|on| *on),
            deploy: self.deploy(&file),
            force: false,
            adopt: Some(Adopt::Id(live.id.as_str().to_owned())),
            protect: live.labels.iter().any(|label| label == Marker::PROTECT),
            member: None,
            displaces: None,
            outside_rollout: None,
            drift: None,
            location: Location::file(&file),
            name,
        }
    }

    /// `never` where a deploy is pending already, so that the user decides when it happens.
    fn deploy(&mut self, file: &str) -> PublishWhen {
        let due = self.live.needs_deploy || !self.live.deployed;
        if !self.live.enabled || !due {
            return PublishWhen::Changed;
        }
        let message = "what is configured was never deployed: `deploy: never` keeps it so; \
                       remove the line to deploy it";
        let about = about(self.live);
        self.report
            .note(NoteCode::HeldBack, &about, message, Some(file.to_owned()));
        PublishWhen::Never
    }
}

/// Which names of customers mean one customer only.
struct Customers<'a> {
    all: BTreeMap<CustomerRef, BTreeSet<String>>,
    declared: &'a customer::Customers,
}

impl<'a> Customers<'a> {
    fn of(instances: &[Instance], declared: &'a customer::Customers) -> Self {
        let mut all: BTreeMap<CustomerRef, BTreeSet<String>> = BTreeMap::new();
        for customer in instances.iter().map(|instance| &instance.customer) {
            for name in names(customer) {
                all.entry(name)
                    .or_default()
                    .insert(customer.id.as_str().to_owned());
            }
        }
        Self { all, declared }
    }

    /// Its manifest, else the external id, else the name, else the id: the first that is not another's too.
    fn reference(&self, customer: &Customer) -> CustomerRef {
        if let Some(name) = self.declared.names.get(&customer.id) {
            return CustomerRef::Managed(name.clone());
        }
        let only = |name: &CustomerRef| self.all.get(name).is_some_and(|ids| ids.len() == 1);
        let found = names(customer).find(only);
        found.unwrap_or_else(|| CustomerRef::Id(customer.id.as_str().to_owned()))
    }
}

fn names(customer: &Customer) -> impl Iterator<Item = CustomerRef> {
    let filled = |text: &String| !text.trim().is_empty();
    let external = customer.external_id.clone().filter(filled);
    let name = Some(customer.name.clone()).filter(filled);
    let names = [
        external.map(CustomerRef::ExternalId),
        name.map(CustomerRef::Name),
    ];
    names.into_iter().flatten()
}
