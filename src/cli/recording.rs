//! The history of what a command does, from its first write to the last word.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Variables;
use super::args::{FolderArgs, KeepArgs};
use super::provenance;
use crate::controller::history::Historian;
use crate::store::history::{Forgetful, HistorySink, Writer, file_in};

/// How long the end of a command waits for the disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes note of what a command does.
pub(crate) struct Recording {
    /// Whom passes tell.
    pub(crate) historian: Historian,
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
        let writer = keep
            .retention()
            .map(|retention| Writer::start(file, retention));
        let sink: Arc<dyn HistorySink> = match &writer {
            Some(writer) => Arc::clone(writer) as _,
            None => Forgetful::shared(),
        };
        let actor = provenance::actor(variables);
        Self {
            historian: Historian::new(sink, command, actor),
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
