//! The way between a client and the sandbox: answers can be bent on it, and the process can die.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prism_gitops::prismatic::transport::{Request, Response, Transport, TransportError};
use prism_gitops::sandbox::SandboxTransport;
use serde_json::Value;
use tokio::sync::Notify;

/// Rewrites the answers of the API.
pub(crate) type Bend = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// A transport to a sandbox.
pub(crate) struct Line {
    inner: SandboxTransport,
    bend: Option<Bend>,
    crash: Mutex<Option<Crash>>,
    dead: Notify,
}

/// When the process dies, counted in mutations that are sent.
struct Crash {
    left: usize,
    after_commit: bool,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

impl Line {
    pub(crate) fn to(inner: SandboxTransport, bend: Option<Bend>) -> Self {
        Self {
            inner,
            bend,
            crash: Mutex::new(None),
            dead: Notify::new(),
        }
    }

    /// The nth mutation from now, from 1, is the last thing that the process does.
    pub(crate) fn crash_at(&self, nth: usize, after_commit: bool) {
        *self.crash.lock().unwrap() = Some(Crash {
            left: nth,
            after_commit,
        });
    }

    /// No crash any more.
    pub(crate) fn mend(&self) {
        *self.crash.lock().unwrap() = None;
    }

    /// Waits until the process has to be taken for dead.
    pub(crate) async fn died(&self) {
        self.dead.notified().await;
    }

    /// `Some` if the process dies with this request: whether the server still gets it.
    fn strike(&self, request: &Request) -> Option<bool> {
        if !request.body.starts_with(br#"{"query":"mutation"#) {
            return None;
        }
        let mut crash = self.crash.lock().unwrap();
        let plan = crash.as_mut()?;
        plan.left -= 1;
        if plan.left > 0 {
            return None;
        }
        let after_commit = plan.after_commit;
        *crash = None;
        Some(after_commit)
    }
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if let Some(after_commit) = self.strike(&request) {
            if after_commit {
                self.inner.send(request).await?;
            }
            self.dead.notify_one();
            return std::future::pending().await;
        }
        let response = self.inner.send(request).await?;
        let Some(bend) = &self.bend else {
            return Ok(response);
        };
        let Ok(mut answer) = serde_json::from_slice::<Value>(&response.body) else {
            return Ok(response);
        };
        bend(&mut answer);
        Ok(Response {
            body: answer.to_string().into(),
            ..response
        })
    }
}

/// Calls `change` for every value under this key, anywhere in an answer.
pub(crate) fn each(value: &mut Value, key: &str, change: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, key, change)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == key {
                    change(field);
                }
                each(field, key, change);
            }
        }
        _ => {}
    }
}
