//! The state file while requests come in, and the clock that is in it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Sandbox, lock, state};

impl Sandbox {
    /// Moves its clock forward: what waits for a time need not be waited for. Kept in the state file, so that every
    /// process which works on it sees the same time.
    ///
    /// # Errors
    ///
    /// When the state file cannot be read or written.
    pub async fn forward(&self, by: Duration) -> Result<(), String> {
        let _alone = self.catch_up(true).await?;
        let mut world = self.inner.world.write().await;
        let by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        world.ahead = world.ahead.saturating_add(by);
        self.take_time(&world);
        self.keep(|| state::encode(&world)).await
    }

    /// Takes in what other processes have written. With `change`, keeps them from
    /// writing for as long as the result lives.
    pub(super) async fn catch_up(&self, change: bool) -> Result<Option<File>, String> {
        let Some(path) = self.inner.state.clone() else {
            return Ok(None);
        };
        let alone = if change {
            let path_of = path.clone();
            let locked = blocking(move || state::lock(&path_of)).await;
            Some(locked.map_err(|error| cannot("lock", &path, &error))?)
        } else {
            None
        };
        self.read_again(path).await?;
        Ok(alone)
    }

    async fn read_again(&self, path: PathBuf) -> Result<(), String> {
        let stamp = state::stamp(&path);
        if stamp.is_none() || stamp == *lock(&self.inner.stamp) {
            return Ok(());
        }
        let mut world = self.inner.world.write().await;
        let path_of = path.clone();
        let read = blocking(move || state::load(&path_of).map_err(std::io::Error::other)).await;
        if let Some(read) = read.map_err(|error| cannot("read", &path, &error))? {
            let lag = self.behaviour().list_lag();
            if lag.is_positive() {
                let states = (world.clone(), read.clone());
                lock(&self.inner.past).remember(states, self.now(), None, lag);
            }
            self.take_time(&read);
            *world = read;
            self.inner.cache.clear();
            *lock(&self.inner.stamp) = stamp;
        }
        Ok(())
    }

    /// Writes the state file, before anyone else sees the change. Without one, nothing is encoded:
    /// a tenant may be large.
    pub(super) async fn keep(
        &self,
        encode: impl FnOnce() -> Result<Vec<u8>, serde_json::Error> + Send,
    ) -> Result<(), String> {
        let Some(path) = self.inner.state.clone() else {
            return Ok(());
        };
        let encoded = encode();
        let path_of = path.clone();
        let written = blocking(move || {
            state::replace(&path_of, &encoded?)?;
            Ok(state::stamp(&path_of))
        });
        let written = written.await;
        *lock(&self.inner.stamp) = written.map_err(|error| cannot("write", &path, &error))?;
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(std::io::Error::other).flatten()
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("The sandbox cannot {what} {}: {error}", path.display())
}
