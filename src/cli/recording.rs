//! Records what a command does in the history, from its first write to its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::Variables;
use super::args::{FolderArgs, KeepArgs, TenantArgs};
use super::error::CliError;
use super::exit::Exit;
use super::provenance;
use crate::controller::history::{About, Historian};
use crate::model::history::{PassCounts, PassEnd, PassOutcome, shorten};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::store::history::{
    Forgetful, HistoryQuery, HistoryReader as _, HistorySink, Reader, Retention, Writer, file_in,
};

/// How long the end of a command waits for the disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// Forgets nothing.
const ALL: Retention = Retention {
    age: Duration::MAX,
    bytes: u64::MAX,
};

/// When a run began, by both clocks.
pub(crate) type Began = (Timestamp, Instant);

/// The beginning of a run.
pub(crate) fn now() -> Began {
    (SystemClock.now(), SystemClock.instant())
}

/// Whole milliseconds since then.
pub(crate) fn millis(began: Began) -> u64 {
    u64::try_from(began.1.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Records a `plan` or an `apply` that came to nothing, where a history is kept.
pub(crate) async fn note_failure(
    (command, began): (&'static str, Began),
    folder: &FolderArgs,
    root: &Path,
    tenant: &TenantArgs,
    variables: &Variables,
    error: &CliError,
) {
    let outcome = match error.exit() {
        // Nothing failed.
        Exit::Interrupted => return,
        Exit::Refused => PassOutcome::Held,
        _ if !error.diagnostics().is_empty() => PassOutcome::Invalid,
        _ => PassOutcome::Failed,
    };
    let recording = Recording::beside(folder, root, command, variables);
    if recording.writer.is_none() {
        return;
    }
    let environment = environment(tenant, file_in(&folder.of(root))).await;
    let about = About {
        environment: &environment,
        trigger: None,
        revision: None,
        began: began.0,
    };
    let start = recording.historian.start(&about, None);
    let causes = error.causes().iter().map(String::as_str);
    let told: Vec<&str> = std::iter::once(error.message()).chain(causes).collect();
    let end = PassEnd {
        ended_at: SystemClock.now(),
        duration_ms: millis(began),
        outcome,
        counts: PassCounts::default(),
        error: Some(shorten(&told.join(": "))),
    };
    recording.historian.quiet(start, end);
    recording.finish().await;
}

/// What the environment of a run is called that may not have got so far as to know: as in the last
/// record, unless it was named.
async fn environment(tenant: &TenantArgs, file: PathBuf) -> String {
    if tenant.reach.sandbox {
        return "sandbox".to_owned();
    }
    if let Some(name) = &tenant.env {
        return name.clone();
    }
    let newest = HistoryQuery {
        limit: 1,
        ..HistoryQuery::default()
    };
    let read = move || Reader::of(file).passes(&newest).ok();
    let passes = tokio::task::spawn_blocking(read).await.ok().flatten();
    let last = passes.and_then(|mut passes| passes.pop());
    last.map_or_else(|| "default".to_owned(), |pass| pass.start.environment)
}

/// Records what a command does.
pub(crate) struct Recording {
    /// The recorder of passes.
    pub(crate) historian: Historian,
    /// Where they are kept, if they are.
    pub(crate) file: Option<PathBuf>,
    writer: Option<Arc<Writer>>,
}

impl Recording {
    /// Begins. Nothing is on the disk before something was done.
    pub(crate) fn start(
        folder: &FolderArgs,
        keep: KeepArgs,
        root: &Path,
        command: &'static str,
        variables: &Variables,
    ) -> Self {
        let file = file_in(&folder.of(root));
        let retention = keep.retention();
        let writer = retention.map(|retention| Writer::start(file.clone(), retention));
        Self::to(writer.map(|writer| (writer, file)), command, variables)
    }

    /// Begins for what is worth a record only beside others: where a history is kept already, or a
    /// place for one was named. How much of it is kept is for others to say.
    pub(crate) fn beside(
        folder: &FolderArgs,
        root: &Path,
        command: &'static str,
        variables: &Variables,
    ) -> Self {
        let file = file_in(&folder.of(root));
        let is_kept = folder.state_dir.is_some() || file.exists();
        let writer = is_kept.then(|| Writer::start(file.clone(), ALL));
        Self::to(writer.map(|writer| (writer, file)), command, variables)
    }

    fn to(
        kept: Option<(Arc<Writer>, PathBuf)>,
        command: &'static str,
        variables: &Variables,
    ) -> Self {
        let (writer, file) = kept.unzip();
        let sink: Arc<dyn HistorySink> = match &writer {
            Some(writer) => Arc::clone(writer) as _,
            None => Forgetful::shared(),
        };
        let actor = provenance::actor(variables);
        Self {
            historian: Historian::new(sink, command, actor),
            file,
            writer,
        }
    }

    /// Waits for what is on its way to the disk, for a moment.
    pub(crate) async fn finish(self) {
        if let Some(writer) = self.writer {
            let flush = tokio::task::spawn_blocking(move || writer.flush(PATIENCE));
            // What is lost is history.
            let _ = flush.await;
        }
    }
}
