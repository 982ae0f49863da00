//! Links at which people consent to pending connections, for those who ask.
//!
//! Any holder of a link can connect an account, so it is a secret: it goes into the JSON document and the
//! protected report, each only on request, and nowhere else. The plan itself, saved or not, holds none.

mod report;

use std::collections::{BTreeMap, BTreeSet};

use super::args::{ConsentArgs, Output};
use super::error::CliError;
use super::ui::Ui;
use crate::api::plan::Authorize;
use crate::execute::Outcome;
use crate::model::{Address, Asked, AuthorizeUrl, AuthorizeUrls, AwaitedConsents, InstanceId};
use crate::plan::render::Links;
use crate::plan::{Plan, PlannedResource};
use crate::prismatic::platform::Platform;

/// The links of a plan's pending connections, by resource.
pub(super) struct Consents(BTreeMap<Address, Vec<Consent>>);

/// One connection that waits.
struct Consent {
    variable: String,
    link: Result<AuthorizeUrl, String>,
}

/// Whether the arguments make sense together; said before anything is read or written.
pub(super) fn check(ui: &Ui, args: &ConsentArgs) -> Result<(), CliError> {
    if args.authorize_urls && ui.output() != Output::Json {
        return Err(CliError::user(
            "--authorize-urls is for `-o json` only: the links are secrets",
        )
        .hint("use --authorize-report FILE, or add -o json"));
    }
    match &args.authorize_report {
        Some(file) => report::check(file),
        None => Ok(()),
    }
}

/// Looks the links up, if they were requested, and writes the report. After an apply, `outcome` has the
/// instances that it created.
pub(super) async fn find(
    ui: &Ui,
    args: &ConsentArgs,
    plan: &Plan,
    outcome: Option<&Outcome>,
    platform: &dyn Platform,
) -> Result<Option<Consents>, CliError> {
    if !args.authorize_urls && args.authorize_report.is_none() {
        return Ok(None);
    }
    let created = outcome.map(|outcome| created(plan, outcome));
    let created = created.unwrap_or_default();
    let waiting = waiting(plan, &created);
    let wanted: BTreeSet<InstanceId> = waiting.iter().filter_map(|it| it.1.cloned()).collect();
    let urls = match wanted.is_empty() {
        true => AuthorizeUrls::new(),
        false => platform.authorize_urls(&wanted).await,
    };
    let found = waiting
        .into_iter()
        .map(|(resource, instance, awaited)| {
            (resource.address.clone(), links(instance, awaited, &urls))
        })
        .collect();
    let found = Consents(found);
    if let Some(file) = &args.authorize_report {
        report::write(file, plan, &found)?;
        ui.say(&report::outcome(file, &found));
    }
    Ok(args.authorize_urls.then_some(found))
}

/// The instances that an apply made.
fn created<'a>(plan: &'a Plan, outcome: &'a Outcome) -> BTreeMap<&'a Address, &'a InstanceId> {
    let written = plan.steps.iter();
    written
        .filter_map(|step| Some((&step.address, outcome.written.get(&step.id)?.instance()?)))
        .collect()
}

type Waiting<'a> = (
    &'a PlannedResource,
    Option<&'a InstanceId>,
    &'a AwaitedConsents,
);

fn waiting<'a>(
    plan: &'a Plan,
    created: &BTreeMap<&'a Address, &'a InstanceId>,
) -> Vec<Waiting<'a>> {
    let resources = plan.resources.iter();
    resources
        .filter_map(|resource| {
            let awaited = resource.pending_consents.as_ref()?;
            let known = awaited.instance.as_ref();
            let instance = known.or_else(|| created.get(&resource.address).copied());
            Some((resource, instance, awaited))
        })
        .collect()
}

fn links(
    instance: Option<&InstanceId>,
    awaited: &AwaitedConsents,
    urls: &AuthorizeUrls,
) -> Vec<Consent> {
    let read = instance.and_then(|id| urls.get(id));
    let variables = awaited.variables.iter();
    variables
        .map(|variable| Consent {
            variable: variable.clone(),
            link: link(variable, read),
        })
        .collect()
}

fn link(variable: &str, read: Option<&Asked<Vec<AuthorizeUrl>>>) -> Result<AuthorizeUrl, String> {
    let links = match read {
        None | Some(Asked::NotAsked) => return Err("the instance does not exist yet".to_owned()),
        Some(Asked::Unknown(why)) => return Err(format!("could not be read: {why}")),
        Some(Asked::Known(links)) => links,
    };
    match links.iter().find(|link| link.variable == variable) {
        Some(link) if link.url.is_some() => Ok(link.clone()),
        _ => Err("Prismatic gives no link for it".to_owned()),
    }
}

impl Consents {
    /// The links as the JSON document of their plan has them.
    pub(super) fn links(&self) -> Links {
        let all = self.0.iter();
        all.map(|(address, all)| (address.clone(), all.iter().map(one).collect()))
            .collect()
    }
}

fn one(consent: &Consent) -> Authorize {
    let link = consent.link.as_ref();
    let url = link.ok().and_then(|link| link.url.as_ref());
    Authorize {
        config_variable: consent.variable.clone(),
        url: url.map(|url| url.expose().to_owned()),
        problem: link.err().cloned(),
        sensitive: true,
    }
}
