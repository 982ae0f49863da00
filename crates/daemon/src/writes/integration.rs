//! Creating integrations: born with their marker, and empty; then filled by an import that may be repeated.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::creation::{Pending, Target};
use super::instance::marker_of;
use super::state::Imported;
use super::writer::Writer;
use crate::definition::{self, ChangeKind, Definition};
use crate::journal::{Ask, Candidate, Creation, Effect, Settled, Settling, Shown, Standing};
use crate::model::{IntegrationId, IntegrationSighting};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{
    ImportedIntegration, IntegrationUpdate, Platform as _, PlatformResult, ReadBack,
};

struct NewOne {
    name: String,
    labels: Vec<String>,
    marker: String,
    /// What our own reply gave: an import may have taken its marker off since.
    own: Mutex<Option<IntegrationId>>,
}

#[async_trait]
impl Target for NewOne {
    fn operation(&self) -> &'static str {
        "createIntegration"
    }

    fn noun(&self) -> String {
        format!("integration {:?}", self.name)
    }

    fn effect(&self) -> Effect {
        Effect::CreateIntegration {
            name: self.name.clone(),
            marker: self.marker.clone(),
        }
    }

    fn shown(&self, id: &str) -> Shown {
        Shown::Integration {
            id: IntegrationId::new(id),
        }
    }

    async fn look(&self, writer: &Writer<'_>) -> PlatformResult<Vec<Candidate>> {
        let found = writer.platform.find_integrations(&self.marker, &self.name);
        let all = found.await?;
        let own = self.own().clone();
        let ours = |one: &&IntegrationSighting| {
            one.labels.contains(&self.marker) || own.as_ref() == Some(&one.id)
        };
        let marked: Vec<_> = all.iter().filter(ours).collect();
        let named =
            |one: &&IntegrationSighting| one.name.trim() == self.name.trim() && !one.customer_owned;
        if marked.is_empty()
            && let Some(other) = all.iter().find(named)
        {
            return Err(self.taken(other));
        }
        let candidate = |one: &IntegrationSighting| Candidate {
            id: one.id.as_str().to_owned(),
            created_at: one.created_at,
            used: one.published.unwrap_or(true) || one.has_instances == Some(true),
        };
        Ok(marked.into_iter().map(candidate).collect())
    }

    async fn send(&self, writer: &Writer<'_>) -> PlatformResult<String> {
        let created = writer
            .platform
            .create_integration(&self.name, &self.labels)
            .await?;
        if !created.labels.contains(&self.marker) {
            // Without its marker it would be taken for another's.
            let update = IntegrationUpdate {
                id: created.id.clone(),
                name: None,
                description: None,
                labels: Some(self.labels.clone()),
            };
            writer.platform.update_integration(&update).await?;
        }
        *self.own() = Some(created.id.clone());
        Ok(created.id.as_str().to_owned())
    }

    async fn remove(&self, writer: &Writer<'_>, id: &str) -> PlatformResult<()> {
        writer
            .platform
            .delete_integration(&IntegrationId::new(id))
            .await
    }
}

impl NewOne {
    fn own(&self) -> MutexGuard<'_, Option<IntegrationId>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn taken(&self, other: &IntegrationSighting) -> PlatformError {
        PlatformError {
            operation: "createIntegration",
            kind: ErrorKind::Refused(vec![Refusal {
                field: "name".to_owned(),
                messages: vec![format!(
                    "integration {} has this name and is not managed by this manifest; it was not in the list; \
                     nothing was created, run again",
                    other.id
                )],
            }]),
            effect: Fate::None,
        }
    }
}

impl Writer<'_> {
    pub(super) async fn new_integration(
        &self,
        name: &str,
        labels: &[String],
    ) -> PlatformResult<IntegrationSighting> {
        let Some(marker) = marker_of(labels) else {
            return self.platform.create_integration(name, labels).await;
        };
        let target = NewOne {
            name: name.to_owned(),
            labels: labels.to_vec(),
            marker: marker.clone(),
            own: Mutex::default(),
        };
        let first = Ask::Look(self.clock.boottime());
        let creation = Creation::new(self.terms());
        let pending = Arc::new(Pending::new(Box::new(target), creation, first));
        let id = IntegrationId::new(pending.create(self).await?);
        let mut state = self.state();
        state.integrations.insert(id.clone(), pending);
        state.known.markers.insert(id.clone(), marker);
        state.labels.insert(id.clone(), labels.to_vec());
        drop(state);
        Ok(IntegrationSighting {
            id,
            name: name.to_owned(),
            labels: labels.to_vec(),
            created_at: None,
            updated_at: None,
            published: None,
            has_instances: None,
            customer_owned: false,
        })
    }

    /// What this run imported into its own integration, which gave way, is imported into the one that is used.
    pub(super) async fn import_into(
        &self,
        own: &IntegrationId,
        other: &IntegrationId,
    ) -> PlatformResult<()> {
        let (imported, labels) = {
            let state = self.state();
            let labels = state.labels.get(own).cloned();
            (state.imported.get(own).cloned(), labels)
        };
        let Some(Imported { definition, .. }) = imported.filter(|_| own != other) else {
            return Ok(());
        };
        let marker = labels.as_deref().and_then(marker_of);
        if let Some(marker) = &marker {
            let mut state = self.state();
            state.known.markers.insert(other.clone(), marker.clone());
        }
        let imported = self.import(Some(other), &definition).await?;
        let shown = imported.labels.as_deref().and_then(marker_of);
        if shown == marker {
            return Ok(());
        }
        let update = IntegrationUpdate {
            id: other.clone(),
            name: None,
            description: None,
            labels,
        };
        self.update_integration(&update).await
    }

    /// Makes certain that a created integration is the only one of its marker.
    pub(super) async fn confirm_integration(
        &self,
        id: &IntegrationId,
    ) -> PlatformResult<Option<Standing>> {
        let pending = self.state().integrations.get(id).cloned();
        match pending {
            Some(pending) => pending.confirm(self).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn import(
        &self,
        id: Option<&IntegrationId>,
        definition: &str,
    ) -> PlatformResult<ImportedIntegration> {
        let Some(id) = id else {
            return self.platform.import_integration(None, definition).await;
        };
        let ours = self.state().integrations.contains_key(id);
        self.may_lose_marker(id).await?;
        let work = || self.platform.import_integration(Some(id), definition);
        let imported = match self.repeated(ours, work).await {
            Ok(imported) => imported,
            Err(error) => {
                if error.effect == Fate::None {
                    self.kept_marker(id).await;
                }
                return Err(error);
            }
        };
        if imported.labels.as_deref().and_then(marker_of).is_some() {
            self.kept_marker(id).await;
        }
        let remember = Imported {
            definition: definition.to_owned(),
            at: imported.updated_at,
            replied: self.clock.boottime(),
        };
        self.state().imported.insert(id.clone(), remember);
        Ok(imported)
    }

    /// Notes that an import is about to be sent to an integration that bears a marker: a server may take labels
    /// off with it, and without the note nothing would say whose it is if this process ended then.
    async fn may_lose_marker(&self, id: &IntegrationId) -> PlatformResult<()> {
        let marker = self.state().known.markers.get(id).cloned();
        let noted = self.state().importing.contains_key(id);
        let Some(marker) = marker.filter(|_| !noted) else {
            return Ok(());
        };
        let integration = id.clone();
        let effect = Effect::Import {
            integration,
            marker,
        };
        let intent = self.open("importIntegration", effect).await?;
        self.state().importing.insert(id.clone(), intent);
        Ok(())
    }

    /// An update set labels, the marker among them: readings have to show it from now on.
    pub(super) async fn is_marked(&self, id: &IntegrationId, labels: Option<&[String]>) {
        let Some(marker) = labels.and_then(marker_of) else {
            return;
        };
        let (intent, before) = {
            let mut state = self.state();
            let before = state.known.markers.insert(id.clone(), marker.clone());
            (state.importing.remove(id), before)
        };
        if intent.is_some() || before.as_ref() != Some(&marker) {
            let id = id.clone();
            self.close(intent, Some(Shown::Marked { id, marker })).await;
        }
    }

    /// An import left the marker where it was.
    async fn kept_marker(&self, id: &IntegrationId) {
        let intent = self.state().importing.remove(id);
        if intent.is_some() {
            self.close(intent, None).await;
        }
    }

    /// The draft as it reads, not before it shows what this run imported.
    pub(super) async fn imported_definition(&self, id: &IntegrationId) -> PlatformResult<ReadBack> {
        let imported = self.state().imported.get(id).cloned();
        let Some(Imported { definition, at, .. }) = imported else {
            return self.platform.definition(id).await;
        };
        let mut settling = Settling::since(self.terms(), self.clock.boottime());
        loop {
            let began = self.clock.boottime();
            let read = self.platform.definition(id).await;
            let found = match &read {
                Ok(read) => self.shows_import(id, read, &definition, at).await?,
                Err(error) if matches!(error.kind, ErrorKind::NotFound { .. }) => false,
                Err(_) => return read,
            };
            if found {
                return read;
            }
            match settling.absent(began) {
                Settled::Look(next) => super::sleep_until(self.clock, next).await,
                // It had its time: what the server made of the definition is published as it is.
                Settled::Absent | Settled::Unread => return read,
            }
        }
    }

    /// Whether a reading shows an import: it means the same, or the draft is no older than the import's reply.
    async fn shows_import(
        &self,
        id: &IntegrationId,
        read: &ReadBack,
        definition: &str,
        at: Option<jiff::Timestamp>,
    ) -> PlatformResult<bool> {
        if same_meaning(definition, &read.text) {
            return Ok(true);
        }
        let Some(at) = at else { return Ok(false) };
        let seen = self.platform.sight_draft(id).await?;
        Ok(seen
            .and_then(|seen| seen.updated_at)
            .is_some_and(|now| now >= at))
    }
}

/// Whether a draft means what was sent, or that and what the server added to it.
fn same_meaning(sent: &str, shown: &str) -> bool {
    let (Ok(sent), Ok(shown)) = (
        Definition::parse(sent, "definition"),
        Definition::parse_canonical(shown),
    ) else {
        return false;
    };
    let changes = definition::compare(&sent, &shown);
    changes
        .iter()
        .all(|change| change.kind == ChangeKind::Removed)
}
