//! The records of written secrets, one file for each tenant.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file::{self, Unusable};
use crate::model::{DigestKey, Secret, SecretRecords};

/// The tenant that records are about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The environment's name, or the tenant's URL where the project names none.
    pub environment: String,
    /// The organization's id.
    pub organization: String,
}

impl Place {
    /// Names of environments may hold anything, so the file has a digest for a name.
    fn file_name(&self) -> String {
        let whole = serde_json::json!([self.environment, self.organization]);
        let digest = Sha256::digest(whole.to_string().as_bytes());
        let short = crate::model::hex(&digest[..8]);
        format!("secrets-{short}.json")
    }
}

/// Keeps the records of written secrets.
///
/// Where the folder cannot be written to they live as long as this value, so
/// that a daemon writes a secret once and not at every pass.
#[derive(Debug)]
pub struct SecretStore {
    folder: Option<PathBuf>,
    /// What the key of the digests is derived from, where it is not kept beside them.
    secret: Option<Secret>,
    /// What could not be saved.
    unsaved: Mutex<HashMap<Place, SecretRecords>>,
    warned: AtomicBool,
}

impl SecretStore {
    /// Keeps records in files in a folder, which is made when there is something to keep.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Arc<Self> {
        Self::with(Some(folder), None)
    }

    /// The same with digests that are useless to a reader of the folder without this secret. Records that
    /// were made with another one count as missing.
    #[must_use]
    pub fn keyed(folder: PathBuf, secret: Option<Secret>) -> Arc<Self> {
        Self::with(Some(folder), secret)
    }

    /// Keeps records in memory only.
    #[must_use]
    pub fn in_memory() -> Arc<Self> {
        Self::with(None, None)
    }

    fn with(folder: Option<PathBuf>, secret: Option<Secret>) -> Arc<Self> {
        Arc::new(Self {
            folder,
            secret,
            unsaved: Mutex::default(),
            warned: AtomicBool::new(false),
        })
    }

    /// The records of a tenant; empty ones where there are none that can be used.
    pub async fn load(self: &Arc<Self>, place: &Place) -> SecretRecords {
        let (store, place) = (Arc::clone(self), place.clone());
        let load = move || store.current(&place);
        // Nothing remembered is the safe answer, should the runtime be ending.
        let loaded = tokio::task::spawn_blocking(load).await;
        loaded.unwrap_or_else(|_| self.empty())
    }

    /// Changes the records of a tenant, under a lock where there are locks.
    pub async fn update(
        self: &Arc<Self>,
        place: &Place,
        change: impl FnOnce(&mut SecretRecords) + Send + 'static,
    ) {
        let (store, place) = (Arc::clone(self), place.clone());
        let update = move || store.change(place, change);
        // It runs to its end even if this future is dropped.
        let _ = tokio::task::spawn_blocking(update).await;
    }

    fn current(&self, place: &Place) -> SecretRecords {
        let unsaved = self.unsaved().get(place).cloned();
        unsaved
            .or_else(|| self.read(&self.file(place)?, place))
            .unwrap_or_else(|| self.empty())
    }

    fn change(&self, place: Place, change: impl FnOnce(&mut SecretRecords)) {
        let file = self.file(&place);
        let locked = file.as_deref().map(file::lock).transpose();
        let mut records = self.current(&place);
        change(&mut records);
        let saved = match (&file, &locked) {
            (Some(file), Ok(_)) => file::write(file, &place, &records).map(|()| true),
            (None, _) => Ok(false),
            (_, Err(error)) => Err(std::io::Error::new(error.kind(), error.to_string())),
        };
        match saved {
            Ok(true) => {
                self.unsaved().remove(&place);
            }
            Ok(false) => {
                self.unsaved().insert(place, records);
            }
            Err(error) => {
                self.warn_unsaved(&error);
                self.unsaved().insert(place, records);
            }
        }
    }

    fn read(&self, file: &Path, place: &Place) -> Option<SecretRecords> {
        match file::read(file, place, self.secret.as_ref()) {
            Ok(records) => records,
            Err(why) => {
                warn_unusable(file, &why);
                None
            }
        }
    }

    /// No records, under a new key.
    fn empty(&self) -> SecretRecords {
        SecretRecords::new(match &self.secret {
            Some(secret) => DigestKey::derived(secret, random()),
            None => DigestKey::new(random()),
        })
    }

    fn file(&self, place: &Place) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(place.file_name()))
    }

    fn unsaved(&self) -> MutexGuard<'_, HashMap<Place, SecretRecords>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn warn_unsaved(&self, error: &std::io::Error) {
        if self.warned.swap(true, Ordering::Relaxed) {
            return;
        }
        let folder = self.folder.as_deref().unwrap_or(Path::new(""));
        tracing::warn!(
            event = "records.unsaved",
            "what is remembered of written secrets cannot be kept in {}: {error}; \
             the next run writes secrets that the API masks once more; choose another \
             folder with --state-dir",
            folder.display()
        );
    }
}

fn warn_unusable(file: &Path, why: &Unusable) {
    let cause = std::error::Error::source(why).map(|cause| format!(": {cause}"));
    tracing::warn!(
        event = "records.ignored",
        "{} is ignored: {why}{}; secrets that the API masks are written once more",
        file.display(),
        cause.unwrap_or_default()
    );
}

/// 256 bits out of three times 122 that the operating system gives.
fn random() -> [u8; 32] {
    let mut hash = Sha256::new();
    for _ in 0..3 {
        hash.update(uuid::Uuid::new_v4().as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
