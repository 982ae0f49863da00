//! Writes of an earlier run whose effect is unknown.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::connection;
use super::customer::is_of;
use super::deploy::is_done;
use super::publish::{Versions, versions};
use super::{WriteLog, mark, moment};
use crate::definition::Definition;
use crate::journal::{Effect, Intent, Mark, Settled, Settling, Shown, Terms};
use crate::model::{
    ConnectionId, ConnectionSighting, CustomerId, InstanceSighting, IntegrationId,
    IntegrationSighting, Marker,
};
use crate::prismatic::platform::{Platform, PlatformResult};
use crate::runtime::clock::Clock;
use crate::store::journal::Entry;

/// The outcome of open writes.
#[derive(Debug, Default)]
pub struct Recovered {
    /// There was something to look for.
    pub found_any: bool,
    /// What looks showed; a reading has to show it too.
    pub marks: Vec<Mark>,
    /// What is unknown, by kind.
    pub instances: Option<String>,
    /// The same of integrations and their versions.
    pub integrations: Option<String>,
    /// Integrations that an import left without this marker of theirs.
    pub interrupted: BTreeMap<IntegrationId, String>,
    /// The same of customers.
    pub customers: Option<String>,
    /// The same of shared connections and their values.
    pub connections: Option<String>,
}

/// Looks for what earlier runs left open until each shows or is certain not to come.
///
/// With `settle`, which takes that no other process writes, what is known then is closed in the journal.
/// Without it nothing is written: an open write may be another process's, still under way.
pub async fn resume(
    platform: &dyn Platform,
    clock: &dyn Clock,
    log: &WriteLog,
    settle: bool,
) -> Recovered {
    let kept = log.load().await;
    if kept.intents.is_empty() {
        return Recovered::default();
    }
    let terms = log.terms(&kept);
    let now = moment(clock);
    let mut intents: Vec<Intent> = kept.intents.into_values().collect();
    let mut entries = Vec::new();
    let since: Vec<_> = intents
        .iter_mut()
        .map(|intent| intent.watch(&now))
        .collect();
    if settle {
        // If this process dies, the next one resumes from here.
        let _ = log
            .commit(intents.iter().cloned().map(Entry::Open).collect())
            .await;
    }
    let looks = intents.iter().zip(since);
    let looks = looks.map(|(intent, since)| look(platform, clock, terms, intent, since));
    let mut resumed = Recovered {
        found_any: true,
        ..Recovered::default()
    };
    for (intent, found) in intents.iter().zip(join_all(looks).await) {
        match found {
            Ok(Found::Unmarked(id, marker)) => {
                entries.extend(as_import(intent, clock, &id, &marker).into_iter().flatten());
                resumed.interrupted.insert(id, marker);
            }
            Ok(Found::Absent) => entries.push(Entry::Close(intent.id)),
            Ok(Found::Shown(shown)) => {
                entries.push(Entry::Close(intent.id));
                let mark = mark(clock, shown);
                entries.push(Entry::Mark(mark.clone()));
                resumed.marks.push(mark);
            }
            Err(why) => *resumed.kind(&intent.effect) = Some(why),
        }
    }
    if settle {
        let _ = log.commit(entries).await;
    }
    resumed
}

/// A created integration is known by its id from now on: the create is over, and its marker is still to be put on.
fn as_import(
    intent: &Intent,
    clock: &dyn Clock,
    id: &IntegrationId,
    marker: &str,
) -> Option<[Entry; 2]> {
    let Effect::CreateIntegration { .. } = intent.effect else {
        return None;
    };
    let import = Effect::Import {
        integration: id.clone(),
        marker: marker.to_owned(),
    };
    let import = super::intent(clock, import);
    Some([Entry::Close(intent.id), Entry::Open(import)])
}

/// What a create left on a server that takes no labels with it: the only integration of exactly this name, which
/// the look before the create did not show, without a mark, a version, an instance or a step but its trigger. There
/// is nothing in it to lose.
async fn unmarked(
    platform: &dyn Platform,
    name: &str,
    found: &[IntegrationSighting],
) -> PlatformResult<Option<IntegrationId>> {
    let of_name = |one: &&IntegrationSighting| one.name.trim() == name.trim();
    let mut named = found.iter().filter(of_name);
    let (Some(one), None) = (named.next(), named.next()) else {
        return Ok(None);
    };
    let unused = one.published == Some(false) && one.has_instances == Some(false);
    let reserved = one.labels.iter().any(|label| Marker::is_reserved(label));
    if !unused || reserved || one.customer_owned {
        return Ok(None);
    }
    let draft = platform.definition(&one.id).await?;
    let draft = Definition::parse_canonical(&draft.text);
    // A server may start it with a trigger.
    let empty = draft.is_ok_and(|draft| draft.components().len() <= 1);
    Ok(empty.then(|| one.id.clone()))
}

impl Recovered {
    fn kind(&mut self, effect: &Effect) -> &mut Option<String> {
        match effect {
            Effect::CreateCustomer { .. } => &mut self.customers,
            Effect::CreateConnection { .. } | Effect::CreateConnectionValue { .. } => {
                &mut self.connections
            }
            Effect::CreateInstance { .. } | Effect::Deploy { .. } => &mut self.instances,
            Effect::CreateIntegration { .. } | Effect::Import { .. } | Effect::Publish { .. } => {
                &mut self.integrations
            }
        }
    }
}

/// What looks come to.
enum Found {
    /// The effect.
    Shown(Shown),
    /// It is certain not to come, or not to be needed.
    Absent,
    /// An import took the marker off, and it is not back yet.
    Unmarked(IntegrationId, String),
}

/// Looks until the effect shows or is certain not to come.
async fn look(
    platform: &dyn Platform,
    clock: &dyn Clock,
    terms: Terms,
    intent: &Intent,
    since: std::time::Duration,
) -> Result<Found, String> {
    let mut settling = Settling::since(terms, since);
    loop {
        let began = clock.boottime();
        let (next, why) = match effect(platform, &intent.effect).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => (settling.absent(began), None),
            Err(error) => (settling.unread(began), Some(error.to_string())),
        };
        match next {
            Settled::Absent => return Ok(Found::Absent),
            Settled::Look(at) => super::sleep_until(clock, at).await,
            Settled::Unread => {
                let why = why.unwrap_or_default();
                return Err(format!(
                    "the outcome of a write of an earlier run cannot be determined: {why}"
                ));
            }
        }
    }
}

async fn effect(platform: &dyn Platform, effect: &Effect) -> PlatformResult<Option<Found>> {
    let shown = match effect {
        Effect::Import {
            integration,
            marker,
        } => {
            // A reading that shows the marker may be older than the import: it counts once it cannot be.
            let seen = platform.sight_draft(integration).await?;
            let labels = seen.and_then(|seen| seen.labels);
            let lost = labels.is_some_and(|labels| !labels.contains(marker));
            return Ok(lost.then(|| Found::Unmarked(integration.clone(), marker.clone())));
        }
        Effect::CreateCustomer { external_id, name } => {
            let found = platform.find_customers(external_id, name).await?;
            let found = found.into_iter().find(|one| is_of(one, external_id));
            found.map(|one| Shown::Customer {
                id: one.id,
                updated_at: one.updated_at,
            })
        }
        Effect::CreateConnection { stable_key, marker } => {
            of_connection(platform, stable_key, marker).await?
        }
        Effect::CreateConnectionValue {
            connection,
            customer,
        } => of_connection_value(platform, connection, customer).await?,
        Effect::CreateInstance { customer, marker } => {
            let found = platform.find_instances(customer).await?;
            let marked = |one: &&InstanceSighting| {
                one.labels
                    .as_ref()
                    .is_some_and(|labels| labels.contains(marker))
            };
            found.iter().find(marked).map(super::writer::shown)
        }
        Effect::CreateIntegration { name, marker } => {
            let found = platform.find_integrations(marker, name).await?;
            let marked = found.iter().find(|one| one.labels.contains(marker));
            let Some(marked) = marked else {
                let id = unmarked(platform, name, &found).await?;
                return Ok(id.map(|id| Found::Unmarked(id, marker.clone())));
            };
            let id = marked.id.clone();
            Some(Shown::Integration { id })
        }
        Effect::Publish {
            integration,
            above,
            submitted,
        } => {
            let Some(seen) = platform.sight_draft(integration).await? else {
                return Ok(None);
            };
            let number = match versions(&seen, *above, Some(submitted)) {
                Versions::Made(made) => made.number,
                Versions::Other(number) => number,
                Versions::Older => return Ok(None),
            };
            let integration = integration.clone();
            Some(Shown::Version {
                integration,
                number,
            })
        }
        Effect::Deploy { instance, base } => {
            let seen = platform.sight_instance(instance).await?;
            let seen = seen.filter(|seen| is_done(seen, *base));
            seen.as_ref().map(super::writer::shown)
        }
    };
    Ok(shown.map(Found::Shown))
}

async fn of_connection(
    platform: &dyn Platform,
    stable_key: &str,
    marker: &str,
) -> PlatformResult<Option<Shown>> {
    let found = platform.find_connections(stable_key).await?;
    let ours = |it: &ConnectionSighting| {
        connection::is_of(it, stable_key) && connection::bears(it, marker)
    };
    let found = found.into_iter().find(ours);
    Ok(found.map(|it| Shown::Connection { id: it.id }))
}

async fn of_connection_value(
    platform: &dyn Platform,
    of: &ConnectionId,
    customer: &CustomerId,
) -> PlatformResult<Option<Shown>> {
    let found = platform.find_connection_values(of, customer).await?;
    Ok(found.into_iter().next().map(|it| Shown::ConnectionValue {
        connection: of.clone(),
        id: it.id,
    }))
}
