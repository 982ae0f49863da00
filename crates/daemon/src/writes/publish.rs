//! Publishing once.

use futures::FutureExt as _;

use super::writer::Writer;
use crate::journal::{Effect, Settled, Settling, Shown, Standing};
use crate::model::{DraftSighting, IntegrationId, VersionRecord, VersionSighting};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{PlatformResult, Published};

const OPERATION: &str = "publishIntegration";

/// So often a publish that certainly had no effect is sent.
const SENDS: usize = 2;

/// What a look at the versions of an integration says about a publish.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Versions {
    /// It was made, by this run or another.
    Made(Published),
    /// Something else was published since the plan was made.
    Other(i64),
    /// Nothing newer.
    Older,
}

/// The versions above `base`, against the digest of what is to be published.
pub(super) fn versions(seen: &DraftSighting, base: i64, submitted: Option<&str>) -> Versions {
    let newer = || seen.newest.iter().filter(|version| version.number > base);
    let ours = |version: &&VersionSighting| {
        submitted.is_some()
            && (version.record.submitted.as_deref() == submitted
                || submitted.is_some_and(|digest| is_tagged(version, digest)))
    };
    if let Some(version) = newer().find(ours) {
        return Versions::Made(Published {
            id: version.id.clone(),
            number: version.number,
        });
    }
    newer()
        .next()
        .map_or(Versions::Older, |version| Versions::Other(version.number))
}

/// Unknown keys of a version's attributes may not survive, so the comment bears the digest too.
fn is_tagged(version: &VersionSighting, digest: &str) -> bool {
    let comment = version.comment.as_deref().unwrap_or_default();
    comment.ends_with(&tag(digest))
}

/// `[gitops:1a2b3c4d5e6f]`
fn tag(digest: &str) -> String {
    let hex = digest.rsplit(':').next().unwrap_or(digest);
    format!("[gitops:{}]", hex.get(..12).unwrap_or(hex))
}

fn tagged(comment: Option<&str>, record: &VersionRecord) -> Option<String> {
    let Some(digest) = &record.submitted else {
        return comment.map(str::to_owned);
    };
    Some(match comment {
        Some(comment) => format!("{comment} {}", tag(digest)),
        None => tag(digest),
    })
}

impl Writer<'_> {
    pub(super) async fn publish(
        &self,
        id: &IntegrationId,
        comment: Option<&str>,
        record: &VersionRecord,
    ) -> PlatformResult<Published> {
        let id = &match self.confirm_integration(id).await? {
            Some(Standing::Theirs { id: other, used }) => {
                let other = IntegrationId::new(other);
                if !used {
                    self.import_into(id, &other).await?;
                }
                other
            }
            _ => id.clone(),
        };
        let base = self.state().known.newest.get(id).copied().unwrap_or(0);
        let submitted = record.submitted.as_deref();
        match versions(&self.versions_of(id).await?, base, submitted) {
            Versions::Made(made) => return Ok(self.is_published(None, id, made).await),
            Versions::Other(number) => return Err(overtaken(number)),
            Versions::Older => {}
        }
        let effect = Effect::Publish {
            integration: id.clone(),
            above: base,
            submitted: submitted.unwrap_or_default().to_owned(),
        };
        let intent = self.open(OPERATION, effect).await?;
        let comment = tagged(comment, record);
        let mut sends = 0;
        loop {
            sends += 1;
            let comment = comment.as_deref();
            let work = || self.platform.publish_integration(id, comment, record);
            let error = match self.once_found(true, work).await {
                Ok(made) => return Ok(self.is_published(Some(intent), id, made).await),
                Err(error) => error,
            };
            if error.effect == Fate::None && !matches!(error.kind, ErrorKind::RateLimited { .. }) {
                self.close(Some(intent), None).await;
                return Err(error);
            }
            match self.settle_publish(id, base, submitted, &error).await {
                Some(Versions::Made(made)) => {
                    return Ok(self.is_published(Some(intent), id, made).await);
                }
                Some(Versions::Older) if sends < SENDS => {}
                Some(Versions::Other(number)) => {
                    self.close(Some(intent), None).await;
                    return Err(overtaken(number));
                }
                Some(Versions::Older) => {
                    self.close(Some(intent), None).await;
                    return Err(error);
                }
                None => return Err(error),
            }
        }
    }

    /// What this run imported into its own, which gave way, is imported into the one that is used.
    async fn import_into(&self, own: &IntegrationId, other: &IntegrationId) -> PlatformResult<()> {
        let imported = self.state().imported.get(own).cloned();
        if let Some((definition, _)) = imported
            && own != other
        {
            self.import(Some(other), &definition).await?;
        }
        Ok(())
    }

    async fn versions_of(&self, id: &IntegrationId) -> PlatformResult<DraftSighting> {
        let ours = self.state().integrations.contains_key(id);
        self.once_found(ours, || self.draft(id).boxed()).await
    }

    async fn draft(&self, id: &IntegrationId) -> PlatformResult<DraftSighting> {
        let seen = self.platform.sight_draft(id).await?;
        seen.ok_or_else(|| PlatformError {
            operation: OPERATION,
            kind: ErrorKind::NotFound {
                message: format!("there is no integration {id}"),
            },
            effect: Fate::None,
        })
    }

    async fn is_published(
        &self,
        intent: Option<uuid::Uuid>,
        id: &IntegrationId,
        made: Published,
    ) -> Published {
        let shown = Shown::Version {
            integration: id.clone(),
            number: made.number,
        };
        self.close(intent, Some(shown)).await;
        let mut state = self.state();
        state.published.push((id.clone(), made.number));
        state.versions.insert(made.id.clone());
        state.known.newest.insert(id.clone(), made.number);
        if let Some(sequence) = state.known.integrations.get(id).cloned() {
            state.known.sequences.insert(made.id.clone(), sequence);
        }
        made
    }

    /// Looks until the version shows or is certain not to come; nothing where that cannot be told.
    async fn settle_publish(
        &self,
        id: &IntegrationId,
        base: i64,
        submitted: Option<&str>,
        error: &PlatformError,
    ) -> Option<Versions> {
        let mut settling = self.settling_after(error).await;
        loop {
            let began = self.clock.boottime();
            let seen = self.platform.sight_draft(id).await;
            let next = match seen.map(|seen| seen.map(|seen| versions(&seen, base, submitted))) {
                Ok(Some(Versions::Older)) => match settling.absent(began) {
                    Settled::Absent => return Some(Versions::Older),
                    next => next,
                },
                Ok(Some(shown)) => return Some(shown),
                Ok(None) | Err(_) => settling.unread(began),
            };
            match next {
                Settled::Look(at) => super::sleep_until(self.clock, at).await,
                Settled::Absent | Settled::Unread => return None,
            }
        }
    }

    /// The versions that this run published and that do not show: who reads next would publish them again.
    pub(super) async fn unshown_versions(&self) -> Vec<String> {
        let published = std::mem::take(&mut self.state().published);
        let shows = published.iter().map(|(id, number)| self.shows(id, *number));
        let all = futures::future::join_all(shows).await;
        all.into_iter().flatten().collect()
    }

    /// Waits until a version shows; says what is wrong where it does not.
    async fn shows(&self, id: &IntegrationId, number: i64) -> Option<String> {
        let since = self.clock.boottime();
        let mut settling = Settling::since(self.terms, since);
        loop {
            let began = self.clock.boottime();
            let next = match self.platform.sight_draft(id).await {
                Ok(Some(seen)) if seen.newest.iter().any(|one| one.number >= number) => {
                    return None;
                }
                Ok(_) => {
                    self.lags(began.saturating_sub(since));
                    settling.absent(began)
                }
                Err(_) => settling.unread(began),
            };
            match next {
                Settled::Look(at) => super::sleep_until(self.clock, at).await,
                Settled::Absent | Settled::Unread => {
                    return Some(format!(
                        "version {number} of integration {id} was published and does not show"
                    ));
                }
            }
        }
    }
}

fn overtaken(number: i64) -> PlatformError {
    PlatformError {
        operation: OPERATION,
        kind: ErrorKind::Refused(vec![Refusal {
            field: "__all__".to_owned(),
            messages: vec![format!(
                "version {number} was published since the plan was made, and is something else; \
                 nothing was published, plan again"
            )],
        }]),
        effect: Fate::None,
    }
}
