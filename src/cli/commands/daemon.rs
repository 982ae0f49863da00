//! `daemon`: keeps the tenant in step.

mod remote;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::cli::Variables;
use crate::cli::args::DaemonArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::recording::Recording;
use crate::cli::tenant::Connector;
use crate::cli::{project, provenance, runtime};
use crate::controller::connect::SecretResolver;
use crate::controller::delays::Delays;
use crate::daemon::{self, DaemonOptions, ExitReason};
use crate::manifest;
use crate::model::{Project, SecretRef, SecretValues};
use crate::runtime::clock::SystemClock;
use crate::server;
use crate::source::secrets::{self, Permission};
use crate::source::watch::{Watch, WatchOptions};
use crate::source::{Source, snapshot_in_time};
use crate::store::DaemonLock;

/// One save is many events, but few milliseconds.
const QUIET: Duration = Duration::from_millis(50);

/// Runs the command until a signal comes.
pub(super) async fn run(args: &DaemonArgs, variables: &Variables) -> Result<Exit, CliError> {
    let shutdown = runtime::signals()?;
    let root = project::root(&args.path);
    let variables_of = variables.clone();
    let connect = Connector::new(args.tenant.clone(), root.clone(), variables.clone());
    let remembered = args.state.remembered(&root);
    let git = remote::source(args, &root, variables)?;
    let source: Arc<dyn Source> = match git.clone() {
        Some(git) => git,
        None => Arc::new(project::source(&args.path)),
    };
    let environment = name(args, source.as_ref(), git.is_some()).await?;
    let state = args.state.folder.of(&root);
    let _lock = DaemonLock::take(&state, &environment).map_err(|error| {
        CliError::user(error.to_string())
            .hint("stop it first, or give this one a folder of its own with --state-dir")
    })?;
    let remote::Woken {
        hooks,
        polled,
        events,
    } = remote::woken(args, &root, git.clone()).await?;
    let folder = &args.state.folder;
    let recording = Recording::start(folder, args.keep, &root, "daemon", variables);
    let ended = daemon::run(DaemonOptions {
        environment,
        chosen_environment: args.tenant.env.clone(),
        listen: Some(listen(args).await?),
        watch: match git {
            Some(_) => None,
            None => Some(watch(&args.path).await?),
        },
        source,
        polled,
        hooks,
        events,
        connect: Arc::new(connect),
        secrets: Arc::new(Secrets {
            root,
            allow_exec: args.tenant.allow_exec,
        }),
        provenance: Arc::new(move |revision| {
            provenance::record(&variables_of, revision.commit.as_ref())
        }),
        clock: Arc::new(SystemClock),
        interval: args.interval,
        delays: Delays::random(),
        remembered,
        history: recording.historian.clone(),
        adopt: args.decide.adopt,
        allow_delete: args.decide.allow_delete,
        shutdown,
    })
    .await;
    recording.finish().await;
    match ended {
        Ok(ExitReason::Drained) => Ok(Exit::Done),
        Ok(ExitReason::Aborted) => Ok(Exit::Interrupted),
        Err(error) => {
            Err(CliError::bug("the daemon ended although nobody asked it to").because(&error))
        }
    }
}

/// What the environment is called: its URL is not known before the first pass.
async fn name(args: &DaemonArgs, source: &dyn Source, remote: bool) -> Result<String, CliError> {
    if args.tenant.sandbox {
        return Ok("sandbox".to_owned());
    }
    if let Some(name) = &args.tenant.env {
        return Ok(name.clone());
    }
    let snapshot = match snapshot_in_time(source).await {
        Ok(snapshot) => snapshot,
        // It may come back; the status tells why there is nothing yet.
        Err(_) if remote => return Ok("default".to_owned()),
        Err(error) => return Err(error.into()),
    };
    let environments = manifest::load(&snapshot.files).desired.project.environments;
    Ok(match environments.keys().next() {
        Some(name) if environments.len() == 1 => name.clone(),
        _ => "default".to_owned(),
    })
}

async fn listen(args: &DaemonArgs) -> Result<tokio::net::TcpListener, CliError> {
    let bound = server::bind(&args.listen).await;
    bound.map_err(|error| {
        let hint = error.hint();
        CliError::user(error.to_string()).because(&error).hint(hint)
    })
}

/// Passes wake-ups on for as long as somebody takes them.
async fn watch(path: &Path) -> Result<mpsc::Receiver<()>, CliError> {
    let options = WatchOptions {
        debounce: QUIET,
        ..WatchOptions::default()
    };
    let mut watch = Watch::start(path, options).await?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        while watch.changed().await.is_some() && sender.send(()).await.is_ok() {}
    });
    Ok(receiver)
}

/// Secrets, relative to the folder of the project.
struct Secrets {
    root: PathBuf,
    allow_exec: bool,
}

#[async_trait]
impl SecretResolver for Secrets {
    async fn resolve(&self, project: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        let permission = Permission::of(project, self.allow_exec);
        secrets::resolve(references.clone(), &self.root, &permission).await
    }
}
