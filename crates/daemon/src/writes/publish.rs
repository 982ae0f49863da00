//! Publishing once.

use futures::FutureExt as _;

use super::writer::Writer;
use crate::journal::{Effect, Settled, Settling, Shown, Standing};
use crate::model::{DraftSighting, IntegrationId, VersionRecord, VersionSighting};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{PlatformResult, Published};

const OPERATION: &str = "publishIntegration";

/// A publish that certainly had no effect is sent at most this many times.
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
    // Of several equal versions the oldest: every writer chooses the same one.
    if let Some(made) = equal(seen, base, submitted).into_iter().next() {
        return Versions::Made(made);
    }
    let mut newer = seen.newest.iter().filter(|version| version.number > base);
    let other = newer.next();
    other.map_or(Versions::Older, |version| Versions::Other(version.number))
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
        self.let_others_show(id).await;
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
                Ok(made) => {
                    let made = self.is_published(Some(intent), id, made).await;
                    return Ok(self.first_of(id, base, submitted, made).await);
                }
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

    /// What another published until our import was answered shows by now, as far as this tenant was seen to lag.
    async fn let_others_show(&self, id: &IntegrationId) {
        let replied = self.state().imported.get(id).map(|it| it.replied);
        if let Some(replied) = replied {
            super::sleep_until(self.clock, replied + self.terms().lag).await;
        }
    }

    /// Looks again after a publish: another machine may have published the same at the same moment, and a version
    /// cannot be removed. Both go on with the older one, so that the instances of both run one.
    async fn first_of(
        &self,
        id: &IntegrationId,
        base: i64,
        submitted: Option<&str>,
        made: Published,
    ) -> Published {
        let since = self.clock.boottime();
        let mut settling = Settling::since(self.terms(), since);
        loop {
            let began = self.clock.boottime();
            let seen = self.platform.sight_draft(id).await.ok().flatten();
            let shown = seen.as_ref().map(|seen| equal(seen, base, submitted));
            let first = shown.as_ref().and_then(|all| all.first());
            let is_shown = seen.is_some_and(|seen| shows(&seen, made.number));
            let next = match first {
                Some(first) if first.number < made.number => {
                    let told = twice(id, first.number, made.number);
                    tracing::warn!(event = "version.equal", "{told}");
                    self.state().notices.push(told);
                    self.knows(id, first);
                    return first.clone();
                }
                _ if is_shown => {
                    let due = since + self.terms().before_second_look();
                    if began >= due {
                        self.state()
                            .published
                            .retain(|(it, number)| it != id || *number != made.number);
                        return made;
                    }
                    Settled::Look(due)
                }
                _ => {
                    self.lags(began.saturating_sub(since));
                    settling.unread(began)
                }
            };
            match next {
                Settled::Look(at) => super::sleep_until(self.clock, at).await,
                // The end of the run says that it does not show.
                Settled::Absent | Settled::Unread => return made,
            }
        }
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
        self.knows(id, &made);
        let mut state = self.state();
        state.published.push((id.clone(), made.number));
        state.known.newest.insert(id.clone(), made.number);
        made
    }

    /// A version that this run may use before every reading shows it.
    fn knows(&self, id: &IntegrationId, made: &Published) {
        let mut state = self.state();
        state.versions.insert(made.id.clone());
        if let Some(sequence) = state.known.integrations.get(id).cloned() {
            state.known.sequences.insert(made.id.clone(), sequence);
        }
    }

    /// Looks until the version is visible or is certain not to come; `None` where that stays unknown.
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

    /// The versions that this run published and that are not visible yet: the next reader would publish them
    /// again.
    pub(super) async fn unshown_versions(&self) -> Vec<String> {
        let published = std::mem::take(&mut self.state().published);
        let shows = published.iter().map(|(id, number)| self.shows(id, *number));
        let all = futures::future::join_all(shows).await;
        all.into_iter().flatten().collect()
    }

    /// Waits until a version shows; says what is wrong where it does not.
    async fn shows(&self, id: &IntegrationId, number: i64) -> Option<String> {
        let since = self.clock.boottime();
        let mut settling = Settling::since(self.terms(), since);
        loop {
            let began = self.clock.boottime();
            let next = match self.platform.sight_draft(id).await {
                Ok(Some(seen)) if shows(&seen, number) => return None,
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

fn shows(seen: &DraftSighting, number: i64) -> bool {
    seen.newest.iter().any(|version| version.number >= number)
}

/// The versions above `base` with this digest, the oldest first.
fn equal(seen: &DraftSighting, base: i64, submitted: Option<&str>) -> Vec<Published> {
    let Some(submitted) = submitted else {
        return Vec::new();
    };
    let newer = seen.newest.iter().filter(|version| version.number > base);
    let ours = newer.filter(|version| {
        version.record.submitted.as_deref() == Some(submitted) || is_tagged(version, submitted)
    });
    let published = |version: &VersionSighting| Published {
        id: version.id.clone(),
        number: version.number,
    };
    let mut all: Vec<_> = ours.map(published).collect();
    all.sort_by_key(|version| version.number);
    all
}

fn twice(id: &IntegrationId, first: i64, second: i64) -> String {
    format!(
        "versions {first} and {second} of integration {id} are equal: another run published the same at the same time; \
         versions cannot be removed, and the instances of this run use version {first}"
    )
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
