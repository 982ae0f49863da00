//! Which commit each integration runs, and which manifests are to say so.

use std::collections::{BTreeMap, BTreeSet};

use super::NotPromoted;
use crate::manifest::ManifestAddress;
use crate::model::{
    Address, Declared, Desired, DesiredInstance, Instance, IntegrationRef, IntegrationWanted, Kind,
    Marker, PublishedVersion, Scope, Tenant, VersionRef,
};

/// What is promoted, from where to where.
#[derive(Debug, Clone, Copy)]
pub struct Promotion<'a> {
    /// The environment whose versions count, what is declared in it, and its tenant.
    pub from: (&'a str, &'a Desired, &'a Tenant),
    /// The environment that gets them, and what is declared in it.
    pub to: (&'a str, &'a Desired),
    /// Integrations, or instances and fleets of the second environment; empty for all.
    pub addresses: &'a [ManifestAddress],
}

/// One integration's commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoted {
    /// How manifests name the integration.
    pub integration: String,
    /// The commit, and the number that its version has in the first tenant.
    pub commit: String,
    /// That number. The other tenant may count differently.
    pub number: i64,
    /// The manifests whose version changes in the second environment.
    pub changes: Vec<ManifestAddress>,
    /// Those that say this commit already.
    pub unchanged: Vec<ManifestAddress>,
}

/// What is promoted: each integration that has instances in both environments.
///
/// # Errors
///
/// An address that is not declared, an integration whose instances do not all run one version, a version without a
/// commit, or a tenant that was not read to its end.
pub fn decide(promotion: &Promotion<'_>) -> Result<Vec<Promoted>, NotPromoted> {
    known(promotion)?;
    let (to, declared) = promotion.to;
    let mut targets: BTreeMap<String, Vec<Target<'_>>> = BTreeMap::new();
    let all = targets_of(declared);
    for target in all.filter(|it| promotion.asks_for(it)) {
        let of_one = targets.entry(name(target.integration)).or_default();
        of_one.push(target);
    }
    let mut promoted = Vec::new();
    for (integration, manifests) in targets {
        let Some((commit, number)) = promotion.commit(&integration)? else {
            continue;
        };
        let (unchanged, changes): (Vec<_>, Vec<_>) = manifests
            .into_iter()
            .partition(|one| says(one.version, &commit));
        let addresses = |list: Vec<Target<'_>>| list.into_iter().map(|it| it.address).collect();
        promoted.push(Promoted {
            changes: addresses(changes),
            unchanged: addresses(unchanged),
            integration,
            commit,
            number,
        });
    }
    if promoted.is_empty() {
        let (from, ..) = promotion.from;
        return Err(NotPromoted {
            message: format!(
                "no integration has a deployed instance in {from} and an instance or a fleet in {to}"
            ),
            hint: format!("apply to {from} first; an instance is found by its marker"),
        });
    }
    Ok(promoted)
}

/// What has to be read of a tenant besides its lists: the versions that our deployed instances run.
///
/// # Errors
///
/// The instances were not read to their end.
pub fn scope(from: (&str, &Desired, &Tenant)) -> Result<Scope, NotPromoted> {
    let promotion = Promotion {
        from,
        to: (from.0, from.1),
        addresses: &[],
    };
    let (environment, declared, tenant) = from;
    if let Some(why) = tenant.incomplete(Kind::Customer) {
        return Err(NotPromoted {
            message: format!("the customers of {environment} are not all known: {why}"),
            hint: "run it again: who is a member of a fleet depends on them".to_owned(),
        });
    }
    let names: BTreeSet<String> = declared
        .instances
        .iter()
        .map(|one| name(&one.integration))
        .collect();
    let mut scope = Scope::default();
    for integration in names {
        let running = promotion.running(&integration)?;
        let Some((instance, _)) = running.first() else {
            continue;
        };
        let versions = running
            .iter()
            .map(|(_, live)| VersionRef::Number(live.version.number));
        let mut wanted = IntegrationWanted {
            versions: versions.collect(),
            ..IntegrationWanted::default()
        };
        match &instance.integration {
            IntegrationRef::Managed(name) => {
                wanted.marker = Some(Marker {
                    project: declared.project.name.clone(),
                    name: name.clone(),
                });
            }
            IntegrationRef::Name(name) => wanted.name = Some(name.clone()),
            IntegrationRef::Id(id) => wanted.id = Some(id.clone()),
        }
        scope.integrations.push(wanted);
    }
    Ok(scope)
}

/// A manifest that says a version.
struct Target<'a> {
    address: ManifestAddress,
    integration: &'a IntegrationRef,
    version: &'a VersionRef,
}

/// The manifests of instances and fleets; members are not declared by any of their own.
fn targets_of(desired: &Desired) -> impl Iterator<Item = Target<'_>> {
    let own = desired.instances.iter().filter(|it| it.member.is_none());
    let instances = own.map(|one| Target {
        address: ManifestAddress::Resource(one.address()),
        integration: &one.integration,
        version: &one.version,
    });
    let fleets = desired.fleets.iter().map(|one| Target {
        address: ManifestAddress::Fleet(one.name.clone()),
        integration: &one.integration,
        version: one
            .template
            .fixed
            .version
            .as_ref()
            .unwrap_or(&VersionRef::Latest),
    });
    instances.chain(fleets)
}

impl Target<'_> {
    fn is_meant_by(&self, address: &ManifestAddress) -> bool {
        let of = |named: &Address| {
            named.kind == Kind::Integration
                && matches!(self.integration, IntegrationRef::Managed(name) if *name == named.name)
        };
        self.address == *address || matches!(address, ManifestAddress::Resource(it) if of(it))
    }
}

/// Every address that was asked for has to mean something in the second environment.
fn known(promotion: &Promotion<'_>) -> Result<(), NotPromoted> {
    let (to, declared) = promotion.to;
    for address in promotion.addresses {
        if !targets_of(declared).any(|it| it.is_meant_by(address)) {
            return Err(NotPromoted {
                message: format!("{address} has no instance in {to}"),
                hint: "name an Integration, or an Instance or a Fleet of that environment"
                    .to_owned(),
            });
        }
    }
    Ok(())
}

impl Promotion<'_> {
    fn asks_for(&self, target: &Target<'_>) -> bool {
        let mut named = self.addresses.iter();
        self.addresses.is_empty() || named.any(|address| target.is_meant_by(address))
    }

    /// The commit that the deployed instances of an integration run, and its number; `None` if none is deployed.
    fn commit(&self, integration: &str) -> Result<Option<(String, i64)>, NotPromoted> {
        let (from, _, tenant) = self.from;
        let running = self.running(integration)?;
        let Some((one, first)) = running.first() else {
            return Ok(None);
        };
        if let Some((other, live)) = running
            .iter()
            .find(|(_, live)| live.version.id != first.version.id)
        {
            return Err(NotPromoted {
                message: format!(
                    "the instances of {integration} run several versions in {from}: {} runs {}, {} runs {}",
                    one.address(),
                    first.version.number,
                    other.address(),
                    live.version.number,
                ),
                hint: format!(
                    "bring them to one version in {from}, or promote single integrations"
                ),
            });
        }
        if let Some((one, _)) = running.iter().find(|(_, live)| live.needs_deploy) {
            return Err(NotPromoted {
                message: format!(
                    "{} is not deployed as it is set up in {from}, so what it runs is not known",
                    one.address()
                ),
                hint: format!("deploy it in {from} first: `apply --env {from}`"),
            });
        }
        let number = first.version.number;
        let version = version(tenant, first).ok_or_else(|| NotPromoted {
            message: format!("version {number} of {integration} was not found in {from}"),
            hint: "run it again: the list of its versions may not have been read to its end"
                .to_owned(),
        })?;
        match version
            .record
            .commit_hash
            .as_deref()
            .filter(|hash| is_hash(hash))
        {
            Some(hash) => Ok(Some((hash.to_ascii_lowercase(), number))),
            None => Err(NotPromoted {
                message: format!("version {number} of {integration} bears no commit in {from}"),
                hint: format!(
                    "publish it from a checkout of git: `apply --env {from}` records the commit"
                ),
            }),
        }
    }

    /// The deployed instances of an integration that bear our markers.
    fn running(
        &self,
        integration: &str,
    ) -> Result<Vec<(&DesiredInstance, &Instance)>, NotPromoted> {
        let (from, declared, tenant) = self.from;
        if let Some(why) = &tenant.instances.incomplete {
            return Err(NotPromoted {
                message: format!("the instances of {from} are not all known: {why}"),
                hint: "run it again".to_owned(),
            });
        }
        let of = (declared.instances.iter())
            .filter(|one| name(&one.integration) == integration && !is_pinned(one, declared));
        let live = of.filter_map(|one| {
            let marker = Marker {
                project: declared.project.name.clone(),
                name: one.name.clone(),
            };
            let mut instances = tenant.instances.items.iter();
            let live = instances.find(|live| live.labels.iter().any(|label| marker.is(label)))?;
            live.deployed.then_some((one, live))
        });
        Ok(live.collect())
    }
}

/// Whether an override of its fleet says another version for a member than the fleet does.
fn is_pinned(instance: &DesiredInstance, declared: &Desired) -> bool {
    let fleet = instance.name.fleet().and_then(|name| declared.fleet(name));
    fleet.is_some_and(|fleet| {
        let version = fleet.template.fixed.version.as_ref();
        instance.version != *version.unwrap_or(&VersionRef::Latest)
    })
}

fn version<'a>(tenant: &'a Tenant, instance: &Instance) -> Option<&'a PublishedVersion> {
    let integrations = tenant.integrations.items.iter();
    let mut versions = integrations.flat_map(|one| &one.versions.items);
    versions.find(|version| version.id == instance.version.id)
}

/// What a manifest may say as `commit`.
fn is_hash(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a manifest says a commit already, if only its beginning.
fn says(version: &VersionRef, commit: &str) -> bool {
    match version {
        VersionRef::Commit(written) => commit.starts_with(written.as_str()),
        VersionRef::Latest | VersionRef::Number(_) => false,
    }
}

/// How messages name an integration; equal for equal references.
fn name(integration: &IntegrationRef) -> String {
    match integration {
        IntegrationRef::Managed(name) => Address::integration(name.clone()).to_string(),
        IntegrationRef::Name(name) => format!("the integration {name:?}"),
        IntegrationRef::Id(id) => format!("the integration with the id {id:?}"),
    }
}

#[cfg(test)]
mod tests;
