//! The tasks of the process, each with a name.
//!
//! A task that ends is never lost: [`Tasks::ended`] says which one, and how.
//! A panic stays inside its task. Dropping [`Tasks`] stops them all.

use std::any::Any;
use std::collections::HashMap;

use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

/// The running tasks.
#[derive(Debug, Default)]
pub struct Tasks {
    set: JoinSet<Result<(), String>>,
    names: HashMap<Id, &'static str>,
}

/// A task that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Which one.
    pub name: &'static str,
    /// How.
    pub how: How,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It returned.
    Returned,
    /// It returned an error, in these words.
    Failed(String),
    /// It panicked, with this message.
    Panicked(String),
}

impl Tasks {
    /// No tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task, in a span of its name.
    pub fn spawn<F>(&mut self, name: &'static str, future: F)
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let span = tracing::info_span!("task", name);
        let id = self.set.spawn(future.instrument(span)).id();
        self.names.insert(id, name);
    }

    /// Waits for the next task to end; `None` when there is none left. Cancel-safe.
    pub async fn ended(&mut self) -> Option<Ended> {
        let (id, how) = match self.set.join_next_with_id().await? {
            Ok((id, Ok(()))) => (id, How::Returned),
            Ok((id, Err(message))) => (id, How::Failed(message)),
            Err(error) => (error.id(), how_joined(error)),
        };
        let name = self.names.remove(&id).unwrap_or("unnamed");
        Some(Ended { name, how })
    }
}

fn how_joined(error: JoinError) -> How {
    match error.try_into_panic() {
        Ok(panic) => How::Panicked(panic_message(panic.as_ref())),
        // Nothing aborts single tasks; the runtime does when it shuts down.
        Err(_) => How::Returned,
    }
}

/// What a panic said, if it said a text.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn says_which_task_ended_and_how() {
        let mut tasks = Tasks::new();
        tasks.spawn("returns", async { Ok(()) });
        assert_eq!(ended(&mut tasks).await, ("returns", How::Returned));
        tasks.spawn("fails", async { Err("no disk".to_owned()) });
        assert_eq!(
            ended(&mut tasks).await,
            ("fails", How::Failed("no disk".to_owned()))
        );
        tasks.spawn("panics", async { panic!("index {} of 3", 7) });
        assert_eq!(
            ended(&mut tasks).await,
            ("panics", How::Panicked("index 7 of 3".to_owned()))
        );
        assert_eq!(tasks.ended().await, None);
    }

    async fn ended(tasks: &mut Tasks) -> (&'static str, How) {
        let ended = tasks.ended().await.unwrap();
        (ended.name, ended.how)
    }
}
