//! Creates shared connections and their values. One that bears our marker is used, whichever run created it, and
//! none is removed again: instances may be bound to it from its first moment.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::creation::{Pending, Target};
use super::instance::marker_of;
use super::writer::Writer;
use crate::journal::{Ask, Candidate, Creation, Effect, Shown, Standing};
use crate::model::{
    ConnectionId, ConnectionSighting, ConnectionValueId, ConnectionValueSighting, Echo, undescribed,
};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{
    ConnectionUpdate, ConnectionValueUpdate, NewConnection, NewConnectionValue, PlatformResult,
};

const OPERATION: &str = "createScopedConfigVariable";

/// What our own reply gave: the id, and what the inputs look like since.
type Reply = Arc<Mutex<Option<(String, Echo)>>>;

fn keep(reply: &Reply, id: &str, echo: Echo) {
    let mut kept = reply.lock().unwrap_or_else(PoisonError::into_inner);
    *kept = Some((id.to_owned(), echo));
}

/// The echo of our own reply, if that created what is used.
fn own(reply: &Reply, id: &str) -> Option<Echo> {
    let kept = reply.lock().unwrap_or_else(PoisonError::into_inner).take();
    kept.filter(|(own, _)| own == id).map(|(_, echo)| echo)
}

/// A connection to create.
struct NewOne {
    new: NewConnection,
    /// The label that it is created with.
    marker: String,
    reply: Reply,
}

#[async_trait]
impl Target for NewOne {
    fn operation(&self) -> &'static str {
        OPERATION
    }

    fn noun(&self) -> String {
        format!("connection {:?}", self.new.stable_key)
    }

    fn effect(&self) -> Effect {
        Effect::CreateConnection {
            stable_key: self.new.stable_key.clone(),
            marker: self.marker.clone(),
        }
    }

    fn shown(&self, id: &str) -> Shown {
        Shown::Connection {
            id: ConnectionId::new(id),
        }
    }

    async fn look(&self, writer: &Writer<'_>) -> PlatformResult<Vec<Candidate>> {
        let all = writer
            .platform
            .find_connections(&self.new.stable_key)
            .await?;
        let same = |it: &&ConnectionSighting| is_of(it, &self.new.stable_key);
        let all: Vec<_> = all.iter().filter(same).collect();
        let ours = all.iter().filter(|it| bears(it, &self.marker));
        let ours: Vec<_> = ours.map(|it| candidate(it.id.as_str())).collect();
        match all.first() {
            Some(other) if ours.is_empty() => Err(taken(other)),
            Some(_) | None => Ok(ours),
        }
    }

    async fn send(&self, writer: &Writer<'_>) -> PlatformResult<String> {
        let (echo, created) = writer.platform.create_connection(&self.new).await?;
        keep(&self.reply, created.id.as_str(), echo);
        Ok(created.id.as_str().to_owned())
    }

    async fn remove(&self, _: &Writer<'_>, _: &str) -> PlatformResult<()> {
        // Nothing asks for it, since all of them count as used; and nothing would happen.
        Ok(())
    }
}

fn candidate(id: &str) -> Candidate {
    Candidate {
        id: id.to_owned(),
        created_at: None,
        // Instances may be bound to it from the first moment: it is used, and never waited for.
        used: true,
    }
}

/// Whether a connection has exactly this stable key.
pub(super) fn is_of(one: &ConnectionSighting, stable_key: &str) -> bool {
    one.stable_key.as_deref() == Some(stable_key)
}

/// Whether a connection bears exactly this marker.
pub(super) fn bears(one: &ConnectionSighting, marker: &str) -> bool {
    let labels = one.labels.as_ref();
    labels.is_some_and(|labels| labels.iter().any(|label| label == marker))
}

fn taken(other: &ConnectionSighting) -> PlatformError {
    PlatformError {
        operation: OPERATION,
        kind: ErrorKind::Refused(vec![Refusal {
            field: "stableKey".to_owned(),
            messages: vec![format!(
                "connection {} has this stable key and not our marker; it was not in the list; nothing was created, run again",
                other.id
            )],
        }]),
        effect: Fate::None,
    }
}

/// The value of a connection for a customer, to create.
struct NewValue {
    new: NewConnectionValue,
    reply: Reply,
}

#[async_trait]
impl Target for NewValue {
    fn operation(&self) -> &'static str {
        "createCustomerConfigVariable"
    }

    fn noun(&self) -> String {
        let NewConnectionValue {
            connection,
            customer,
            inputs: _,
        } = &self.new;
        format!("the value of connection {connection} for customer {customer}")
    }

    fn effect(&self) -> Effect {
        Effect::CreateConnectionValue {
            connection: self.new.connection.clone(),
            customer: self.new.customer.clone(),
        }
    }

    fn shown(&self, id: &str) -> Shown {
        Shown::ConnectionValue {
            connection: self.new.connection.clone(),
            id: ConnectionValueId::new(id),
        }
    }

    async fn look(&self, writer: &Writer<'_>) -> PlatformResult<Vec<Candidate>> {
        let (connection, customer) = (&self.new.connection, &self.new.customer);
        let all = writer
            .platform
            .find_connection_values(connection, customer)
            .await?;
        Ok(all.iter().map(|it| candidate(it.id.as_str())).collect())
    }

    async fn send(&self, writer: &Writer<'_>) -> PlatformResult<String> {
        let ours = writer
            .state()
            .connections
            .contains_key(&self.new.connection);
        let work = || writer.platform.create_connection_value(&self.new);
        let (echo, created) = writer.once_found(ours, work).await?;
        keep(&self.reply, created.id.as_str(), echo);
        Ok(created.id.as_str().to_owned())
    }

    async fn remove(&self, _: &Writer<'_>, _: &str) -> PlatformResult<()> {
        // Nothing asks for it, since all of them count as used; and nothing would happen.
        Ok(())
    }
}

impl Writer<'_> {
    fn pending_of(&self, target: Box<dyn Target>) -> Arc<Pending> {
        let first = Ask::Look(self.clock.boottime());
        Arc::new(Pending::new(target, Creation::new(self.terms()), first))
    }

    pub(super) async fn new_connection(
        &self,
        new: &NewConnection,
    ) -> PlatformResult<(Echo, ConnectionSighting)> {
        let reply = Reply::default();
        let (_, labels) = undescribed(&new.description);
        let target = NewOne {
            new: new.clone(),
            marker: marker_of(&labels).unwrap_or_default(),
            reply: Arc::clone(&reply),
        };
        let pending = self.pending_of(Box::new(target));
        let id = ConnectionId::new(pending.create(self).await?);
        self.state().connections.insert(id.clone(), pending);
        let sighting = ConnectionSighting {
            id: id.clone(),
            stable_key: Some(new.stable_key.clone()),
            labels: Some(labels),
        };
        let echo = match (own(&reply, id.as_str()), &new.inputs) {
            (Some(echo), _) => echo,
            (None, None) => Echo::default(),
            // The reply was lost, or another run created it: what its inputs are is not known.
            (None, Some(inputs)) => {
                let update = ConnectionUpdate {
                    id,
                    name: None,
                    description: None,
                    inputs: Some(inputs.clone()),
                    redeploy: false,
                };
                self.change_connection(&update).await?
            }
        };
        Ok((echo, sighting))
    }

    pub(super) async fn change_connection(
        &self,
        update: &ConnectionUpdate,
    ) -> PlatformResult<Echo> {
        let ours = self.state().connections.contains_key(&update.id);
        let work = || self.platform.update_connection(update);
        let written = match update.redeploy {
            true => self.once_found(ours, work).await,
            false => self.repeated(ours, work).await,
        };
        self.state().unmarked = Some(self.clock.boottime());
        written
    }

    pub(super) async fn remove_connection(&self, id: &ConnectionId) -> PlatformResult<()> {
        let removed = self.platform.delete_connection(id).await;
        self.state().unmarked = Some(self.clock.boottime());
        removed
    }

    pub(super) async fn new_connection_value(
        &self,
        new: &NewConnectionValue,
    ) -> PlatformResult<(Echo, ConnectionValueSighting)> {
        let reply = Reply::default();
        let target = NewValue {
            new: new.clone(),
            reply: Arc::clone(&reply),
        };
        let pending = self.pending_of(Box::new(target));
        let id = ConnectionValueId::new(pending.create(self).await?);
        self.state().values.insert(id.clone(), pending);
        let sighting = ConnectionValueSighting {
            id: id.clone(),
            customer: Some(new.customer.clone()),
        };
        let echo = match (own(&reply, id.as_str()), &new.inputs) {
            (Some(echo), _) => echo,
            (None, None) => Echo::default(),
            // The reply was lost, or another run created it: what its inputs are is not known.
            (None, Some(inputs)) => {
                let update = ConnectionValueUpdate {
                    id,
                    inputs: inputs.clone(),
                    redeploy: false,
                };
                self.change_connection_value(&update).await?
            }
        };
        Ok((echo, sighting))
    }

    pub(super) async fn change_connection_value(
        &self,
        update: &ConnectionValueUpdate,
    ) -> PlatformResult<Echo> {
        let ours = self.state().values.contains_key(&update.id);
        let work = || self.platform.update_connection_value(update);
        let written = match update.redeploy {
            true => self.once_found(ours, work).await,
            false => self.repeated(ours, work).await,
        };
        self.state().unmarked = Some(self.clock.boottime());
        written
    }

    /// Makes certain that created connections and values are visible, so that a run without a store leaves no
    /// open question.
    pub(super) async fn confirm_connections(&self) -> Vec<PlatformResult<Standing>> {
        let pending: Vec<Arc<Pending>> = {
            let state = self.state();
            let values = state.values.values();
            state.connections.values().chain(values).cloned().collect()
        };
        let confirmed = pending.iter().map(|it| it.confirm(self));
        futures::future::join_all(confirmed).await
    }
}
