//! Creating instances, and writing to those that were created in the same run.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::creation::{Pending, Target};
use super::writer::{Writer, shown};
use crate::journal::{Candidate, Creation, Effect, Shown, Standing};
use crate::model::{
    ConfigWrite, Echo, FlowRequest, InstanceId, InstanceSighting, LiveFlow, Marker, SequenceId,
};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{Created, InstanceUpdate, NewInstance, PlatformResult};

/// An instance to create.
struct NewOne {
    new: NewInstance,
    marker: String,
    sequence: Option<SequenceId>,
    /// What our own reply gave.
    reply: Arc<Mutex<Option<Created>>>,
}

/// The one marker that an object is created with.
pub(super) fn marker_of(labels: &[String]) -> Option<String> {
    let marker = labels.iter().find(|label| Marker::parse(label).is_some());
    marker.cloned()
}

#[async_trait]
impl Target for NewOne {
    fn operation(&self) -> &'static str {
        "createInstance"
    }

    fn noun(&self) -> String {
        format!("instance {:?}", self.new.name)
    }

    fn effect(&self) -> Effect {
        Effect::CreateInstance {
            customer: self.new.customer.clone(),
            marker: self.marker.clone(),
        }
    }

    fn shown(&self, id: &str) -> Shown {
        let reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner);
        match reply.as_ref().filter(|reply| reply.id.as_str() == id) {
            Some(reply) => shown(&reply.sighting),
            None => shown(&InstanceSighting::of(InstanceId::new(id))),
        }
    }

    async fn look(&self, writer: &Writer<'_>) -> PlatformResult<Vec<Candidate>> {
        let all = writer.platform.find_instances(&self.new.customer).await?;
        let marked: Vec<_> = all.iter().filter(|one| self.is_marked(one)).collect();
        if marked.is_empty()
            && let Some(other) = all.iter().find(|one| self.is_in_the_way(one))
        {
            return Err(self.taken(other));
        }
        let candidate = |one: &InstanceSighting| Candidate {
            id: one.id.as_str().to_owned(),
            created_at: one.created_at,
            // What is not certain is left alone.
            used: one.ever_deployed().unwrap_or(true),
        };
        Ok(marked.into_iter().map(candidate).collect())
    }

    async fn send(&self, writer: &Writer<'_>) -> PlatformResult<String> {
        let ours = {
            let state = writer.state();
            state.versions.contains(&self.new.version)
                || state.customers.contains_key(&self.new.customer)
        };
        let work = || writer.platform.create_instance(&self.new);
        let created = writer.once_found(ours, work).await?;
        let id = created.id.as_str().to_owned();
        *self.reply.lock().unwrap_or_else(PoisonError::into_inner) = Some(created);
        Ok(id)
    }

    async fn remove(&self, writer: &Writer<'_>, id: &str) -> PlatformResult<()> {
        writer.platform.delete_instance(&InstanceId::new(id)).await
    }
}

impl NewOne {
    fn is_marked(&self, one: &InstanceSighting) -> bool {
        let labels = one.labels.as_deref().unwrap_or_default();
        labels.contains(&self.marker)
    }

    /// One of the same name and integration without a marker of ours, that the list did not show.
    fn is_in_the_way(&self, one: &InstanceSighting) -> bool {
        let same = self.sequence.is_some() && one.sequence == self.sequence;
        same && one.name.as_deref().map(str::trim) == Some(self.new.name.trim())
    }

    fn taken(&self, other: &InstanceSighting) -> PlatformError {
        PlatformError {
            operation: "createInstance",
            kind: ErrorKind::Refused(vec![Refusal {
                field: "name".to_owned(),
                messages: vec![format!(
                    "instance {} of that customer and integration has this name and is not managed; \
                     it was not in the list; nothing was created, run again",
                    other.id
                )],
            }]),
            effect: Fate::None,
        }
    }
}

/// Where a write to an instance goes.
enum Goes {
    /// To this one.
    To(InstanceId),
    /// Nowhere: another run made the instance, and what it is like is seen by the next plan.
    Nowhere(Box<InstanceSighting>),
}

impl Writer<'_> {
    pub(super) async fn new_instance(&self, new: &NewInstance) -> PlatformResult<Created> {
        let Some(marker) = marker_of(&new.labels) else {
            return self.platform.create_instance(new).await;
        };
        let sequence = self.state().known.sequences.get(&new.version).cloned();
        let reply = Arc::default();
        let target = NewOne {
            new: new.clone(),
            marker,
            sequence,
            reply: Arc::clone(&reply),
        };
        let now = self.clock.boottime();
        let first = crate::journal::Ask::Look(now);
        let pending = Pending::new(Box::new(target), Creation::new(self.terms()), first);
        let pending = Arc::new(pending);
        let id = InstanceId::new(pending.create(self).await?);
        self.state().instances.insert(id.clone(), pending);
        let reply = reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(reply
            .filter(|reply| reply.id == id)
            .unwrap_or_else(|| Created {
                id: id.clone(),
                echo: Echo::default(),
                sighting: InstanceSighting::of(id),
            }))
    }

    fn pending_instance(&self, id: &InstanceId) -> Option<Arc<Pending>> {
        self.state().instances.get(id).cloned()
    }

    /// Makes certain that a created instance is the only one of its marker.
    pub(super) async fn confirm_instance(
        &self,
        id: &InstanceId,
    ) -> PlatformResult<Option<Standing>> {
        match self.pending_instance(id) {
            Some(pending) => pending.confirm(self).await.map(Some),
            None => Ok(None),
        }
    }

    /// Where a write other than a deploy goes.
    async fn goes(&self, id: &InstanceId) -> PlatformResult<Goes> {
        Ok(match self.confirm_instance(id).await? {
            None => Goes::To(id.clone()),
            Some(Standing::Own { id, .. }) => Goes::To(InstanceId::new(id)),
            Some(Standing::Theirs { id, .. }) => {
                let id = InstanceId::new(id);
                let seen = self.platform.sight_instance(&id).await?;
                let seen = seen.unwrap_or_else(|| InstanceSighting::of(id));
                Goes::Nowhere(Box::new(seen))
            }
            Some(Standing::Undecided(_)) => {
                Goes::Nowhere(Box::new(InstanceSighting::of(id.clone())))
            }
        })
    }

    pub(super) async fn update(&self, update: &InstanceUpdate) -> PlatformResult<InstanceSighting> {
        let update = match self.goes(&update.id).await? {
            Goes::Nowhere(seen) => return Ok(*seen),
            Goes::To(id) => InstanceUpdate {
                id,
                ..update.clone()
            },
        };
        let published = |version| self.state().versions.contains(version);
        let ours = self.pending_instance(&update.id).is_some()
            || update.version.as_ref().is_some_and(published);
        let work = || self.platform.update_instance(&update);
        let sighting = self.repeated(ours, work).await?;
        self.saw(None, &sighting).await;
        Ok(sighting)
    }

    pub(super) async fn configure(
        &self,
        id: &InstanceId,
        config: &[ConfigWrite],
    ) -> PlatformResult<(Echo, InstanceSighting)> {
        let id = match self.goes(id).await? {
            Goes::Nowhere(seen) => return Ok((Echo::default(), *seen)),
            Goes::To(id) => id,
        };
        let ours = self.pending_instance(&id).is_some();
        let work = || self.platform.configure_instance(&id, config);
        let (echo, sighting) = self.repeated(ours, work).await?;
        self.saw(None, &sighting).await;
        Ok((echo, sighting))
    }

    /// What an instance sets for its flows; nothing where another run made it.
    pub(super) async fn instance_flows(&self, id: &InstanceId) -> PlatformResult<Vec<LiveFlow>> {
        let id = match self.goes(id).await? {
            Goes::Nowhere(_) => return Ok(Vec::new()),
            Goes::To(id) => id,
        };
        let ours = self.pending_instance(&id).is_some();
        self.repeated(ours, || self.platform.flows_of(&id)).await
    }

    pub(super) async fn instance_set_flows(
        &self,
        id: &InstanceId,
        flows: &[FlowRequest],
    ) -> PlatformResult<()> {
        let id = match self.goes(id).await? {
            Goes::Nowhere(_) => return Ok(()),
            Goes::To(id) => id,
        };
        let ours = self.pending_instance(&id).is_some();
        self.repeated(ours, || self.platform.set_flows(&id, flows))
            .await
    }
}
