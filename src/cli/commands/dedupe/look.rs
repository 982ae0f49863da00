//! The duplicates, and what is known of each.

use std::collections::BTreeSet;

use futures::future::join_all;

use crate::cli::error::CliError;
use crate::cli::progress;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::pass;
use crate::diff::{self, EqualVersions};
use crate::model::{
    Address, Identity, Instance, InstanceSighting, Integration, IntegrationSighting, Kind, Marker,
    ResourceName, Scope, Tenant,
};
use crate::plan::{self, Deduped, Twin, Twins};

/// The duplicates, and what is done with them.
pub(super) struct Decided {
    pub(super) doubled: Vec<Deduped>,
    /// Versions, of which none can be removed.
    pub(super) equal: Vec<EqualVersions>,
    pub(super) identity: Identity,
}

/// Where is looked.
pub(super) struct Look<'a> {
    pub(super) ui: &'a Ui,
    pub(super) tenant: &'a Chosen,
    pub(super) project: &'a ResourceName,
    pub(super) asked: &'a BTreeSet<String>,
}

impl Look<'_> {
    /// Reads the tenant, looks at duplicates once more, and decides. Writes nothing.
    pub(super) async fn decide(&self) -> Result<Decided, CliError> {
        let waiting = progress::waiting(self.ui, "Reading the tenant");
        let decided = self.twins().await;
        drop(waiting);
        let (twins, live) = decided.map_err(|error| error.of(&self.tenant.connection))?;
        let now = self.tenant.platform.server_now();
        Ok(Decided {
            doubled: plan::dedupe(twins, now, self.asked),
            equal: diff::equal_versions(&live, self.project),
            identity: live.identity,
        })
    }

    async fn twins(&self) -> Result<(Vec<Twins>, Tenant), CliError> {
        let Chosen {
            platform,
            organization,
            ..
        } = self.tenant;
        let scope = Scope {
            all_versions_of: Some(self.project.clone()),
            ..Scope::default()
        };
        let live = pass::observe(platform.as_ref(), organization.as_deref(), &scope).await?;
        complete(&live)?;
        let mut all = Vec::new();
        for doubled in diff::doubled(&live, self.project) {
            let marker = self.marker(&doubled.address);
            let ids: Vec<&str> = doubled.objects.iter().map(|it| it.id).collect();
            let (integrations, instances) = (&live.integrations.items, &live.instances.items);
            let twins = match doubled.address.kind {
                Kind::Customer | Kind::Connection => Vec::new(),
                Kind::Integration => {
                    let all = integrations.iter();
                    let all = all.filter(|it| ids.contains(&it.id.as_str()));
                    found(join_all(all.map(|it| self.integration(it, &marker))).await)?
                }
                Kind::Instance => {
                    let all = instances.iter();
                    let all = all.filter(|it| ids.contains(&it.id.as_str()));
                    found(join_all(all.map(|it| self.instance(it, &marker))).await)?
                }
            };
            all.push(Twins {
                address: doubled.address,
                twins,
                marker,
            });
        }
        // What is gone or lost its marker since the list was read is no twin any more.
        all.retain(|it| it.twins.len() > 1);
        Ok((all, live))
    }

    fn marker(&self, address: &Address) -> Marker {
        Marker {
            project: self.project.clone(),
            name: address.name.clone(),
        }
    }

    async fn integration(
        &self,
        live: &Integration,
        marker: &Marker,
    ) -> Result<Option<Twin>, CliError> {
        let platform = &self.tenant.platform;
        let found = platform
            .find_integrations(&marker.to_string(), &live.name)
            .await?;
        let mut found = found.into_iter().filter(|it| it.id == live.id);
        Ok(found.next().and_then(|it| of_integration(it, live, marker)))
    }

    async fn instance(&self, live: &Instance, marker: &Marker) -> Result<Option<Twin>, CliError> {
        let Some(seen) = self.tenant.platform.sight_instance(&live.id).await? else {
            return Ok(None);
        };
        let executed = self.tenant.client.was_executed(&live.id).await.ok();
        Ok(of_instance(seen, live, executed, marker))
    }
}

/// Those that are still there and still bear the marker.
fn found(looks: Vec<Result<Option<Twin>, CliError>>) -> Result<Vec<Twin>, CliError> {
    let looks: Vec<Option<Twin>> = looks.into_iter().collect::<Result<_, _>>()?;
    Ok(looks.into_iter().flatten().collect())
}

/// With pages missing, the one in use may be among them.
fn complete(live: &Tenant) -> Result<(), CliError> {
    let lists = [&live.integrations.incomplete, &live.instances.incomplete];
    match lists.into_iter().flatten().next() {
        None => Ok(()),
        Some(why) => Err(CliError::world(format!(
            "the tenant could not be read to its end: {why}"
        ))
        .hint("run dedupe again; nothing was written")),
    }
}

fn bears(labels: &[String], marker: &Marker) -> bool {
    labels.iter().any(|label| marker.is(label))
}

fn of_integration(seen: IntegrationSighting, live: &Integration, marker: &Marker) -> Option<Twin> {
    let unused = seen.published == Some(false)
        && seen.has_instances == Some(false)
        && live.versions.items.is_empty();
    let known = seen.published.is_some() && seen.has_instances.is_some();
    bears(&seen.labels, marker).then(|| Twin {
        id: seen.id.to_string(),
        name: seen.name,
        customer: None,
        created_at: seen.created_at,
        in_use: known.then_some(!unused),
        executed: Some(false),
        labels: seen.labels,
    })
}

/// The list and the look agree that it was never deployed, or it may have been.
fn of_instance(
    seen: InstanceSighting,
    live: &Instance,
    executed: Option<bool>,
    marker: &Marker,
) -> Option<Twin> {
    let ever = seen.ever_deployed();
    let labels = seen.labels.unwrap_or_else(|| live.labels.clone());
    bears(&labels, marker).then(|| Twin {
        id: live.id.to_string(),
        name: live.name.clone(),
        customer: Some(live.customer.name.clone()),
        created_at: seen.created_at,
        in_use: match live.deployed {
            true => Some(true),
            false => ever,
        },
        executed,
        labels,
    })
}
