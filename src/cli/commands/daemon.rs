//! `daemon`: reconciles the tenant continuously.

mod environments;
mod remote;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};

use crate::cli::Variables;
use crate::cli::api_token;
use crate::cli::args::{ApiReads, DaemonArgs, TenantArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::recording::Recording;
use crate::cli::tenant::Connector;
use crate::cli::{project, provenance, runtime, tenant};
use crate::controller::connect::SecretResolver;
use crate::controller::control::PersistedPauses;
use crate::controller::delays::Delays;
use crate::controller::exclusion::Exclusion;
use crate::controller::persistence::Persistence;
use crate::daemon::{self, DaemonOptions, EnvironmentOptions, ExitReason};
use crate::model::{Project, SecretRef, SecretValues};
use crate::notifier::Notifier;
use crate::runtime::clock::SystemClock;
use crate::runtime::reload::{self, Hangup};
use crate::runtime::shutdown::Shutdown;
use crate::runtime::supervisor::Supervisor;
use crate::server::{self, Access, ApiOptions, Reads};
use crate::source::Source;
use crate::source::secrets::{self, Grants, Permission};
use crate::source::watch::{Watch, WatchOptions};
use crate::source::writing::Writing;
use crate::store::history::{Reader, file_in};
use crate::store::{DaemonLock, OutboxFile};
use environments::Wanted;

/// One save is many events, but few milliseconds.
const QUIET: Duration = Duration::from_millis(50);

/// Runs the command until a signal comes.
pub(super) async fn run(args: &DaemonArgs, variables: &Variables) -> Result<Exit, CliError> {
    let (shutdown, reloads) = signals(Hangup::here(args.reload_on_hup, variables))?;
    let supervisor = supervisor(variables);
    let root = project::root(&args.path);
    let variables_of = variables.clone();
    let git = remote::source(args, &root, variables)?;
    let writing = Writing::default();
    let source: Arc<dyn Source> = match git.clone() {
        Some(git) => git,
        None => Arc::new(project::source(&args.path).heeding(writing.clone())),
    };
    let wanted = environments::wanted(args, source.as_ref(), git.is_some()).await?;
    let state = args.state.folder.of(&root);
    let locks = wanted.iter().map(|one| lock(&state, &one.name));
    let _locks = locks.collect::<Result<Vec<_>, _>>()?;
    let remote::Woken {
        hooks,
        polled,
        events,
        pushes,
    } = remote::woken(args, &root, git.clone(), &wanted).await?;
    let listener = listen(args).await?;
    let api = ApiOptions {
        access: access(args, &root, &listener).await?,
        past: Some(Arc::new(Reader::of(file_in(&state)))),
    };
    if let (Some(pushes), Some(reloads)) = (pushes, reloads.clone()) {
        tokio::spawn(look_again(reloads, pushes));
    }
    let folder = &args.state.folder;
    let recording = Recording::start(folder, args.keep, &root, "daemon", variables);
    let secrets: Arc<dyn SecretResolver> = Arc::new(Secrets {
        root: root.clone(),
        grants: args.reach.trust.grants(variables),
    });
    let around = Context {
        args,
        root: &root,
        state: &state,
        variables,
        secrets: &secrets,
        remembered: args.state.persistence(&root)?,
        exclusion: args.lock.exclusion(&state),
    };
    let each = wanted.into_iter().zip(events);
    let environments = each.map(|(one, events)| around.environment(one, events));
    let environments = environments.collect::<Result<Vec<_>, _>>()?;
    let ended = daemon::run(DaemonOptions {
        environments,
        listen: Some(listener),
        api,
        watch: match git {
            Some(_) => None,
            None => Some(watch(&args.path, writing).await?),
        },
        source,
        polled,
        hooks,
        secrets,
        provenance: Arc::new(move |revision| {
            provenance::record(&variables_of, revision.commit.as_ref())
        }),
        clock: Arc::new(SystemClock),
        interval: args.interval,
        delays: Delays::random(),
        history: recording.historian.clone(),
        adopt: args.decide.adopt,
        allow_delete: args.decide.allow_delete,
        reloads,
        supervisor,
        shutdown,
    })
    .await;
    recording.finish().await;
    exit(ended)
}

/// What ends the daemon, and what has it look at everything again.
fn signals(hangup: Hangup) -> Result<(Shutdown, Option<watch::Receiver<u64>>), CliError> {
    match hangup {
        Hangup::Ends => Ok((runtime::signals_and_hangup()?, None)),
        Hangup::Ignored => Ok((runtime::signals()?, None)),
        Hangup::Reloads => {
            let reloads = reload::on_hangup()
                .map_err(|error| CliError::world("cannot listen for SIGHUP").because(&error))?;
            Ok((runtime::signals()?, Some(reloads)))
        }
    }
}

/// What the environments have in common when they are put together.
struct Context<'a> {
    args: &'a DaemonArgs,
    root: &'a Path,
    state: &'a Path,
    variables: &'a Variables,
    secrets: &'a Arc<dyn SecretResolver>,
    remembered: Persistence,
    /// The same for all: they share the tenants that are taken.
    exclusion: Exclusion,
}

impl Context<'_> {
    /// One environment, with a way to its tenant of its own.
    fn environment(
        &self,
        wanted: Wanted,
        events: Option<mpsc::Receiver<()>>,
    ) -> Result<EnvironmentOptions, CliError> {
        let Wanted { name, chosen } = wanted;
        let tenant = TenantArgs {
            env: chosen.clone(),
            reach: self.args.reach.clone(),
        };
        let connect = Connector::new(tenant, self.root.to_owned(), self.variables.clone());
        Ok(EnvironmentOptions {
            connect: Arc::new(connect),
            events,
            remembered: self.remembered.clone(),
            notifier: Some(self.notifier(&name)?),
            kept: PersistedPauses::in_folder(self.state, &name),
            exclusion: self.exclusion.clone(),
            name,
            chosen,
        })
    }

    /// Sends notifications, through a transport of its own.
    fn notifier(&self, environment: &str) -> Result<Notifier, CliError> {
        Ok(Notifier {
            transport: tenant::for_messages(&self.args.reach, self.variables)?,
            secrets: Arc::clone(self.secrets),
            clock: Arc::new(SystemClock),
            file: OutboxFile::of(self.state, environment),
            delays: Delays::random(),
        })
    }
}

/// One daemon for an environment and a state folder.
fn lock(state: &Path, environment: &str) -> Result<DaemonLock, CliError> {
    DaemonLock::take(state, environment).map_err(|error| {
        CliError::user(error.to_string())
            .hint("stop it first, or give this one a folder of its own with --state-dir")
    })
}

fn exit<E: std::error::Error>(ended: Result<ExitReason, E>) -> Result<Exit, CliError> {
    match ended {
        Ok(ExitReason::Drained) => Ok(Exit::Done),
        Ok(ExitReason::Aborted) => Ok(Exit::Interrupted),
        Err(error) => {
            Err(CliError::bug("the daemon ended although it was not asked to").because(&error))
        }
    }
}

/// Has the git remote looked at whenever everything is.
async fn look_again(mut reloads: watch::Receiver<u64>, pushes: mpsc::Sender<()>) {
    while reloads.changed().await.is_ok() {
        // Full: a look is due anyway.
        let _ = pushes.try_send(());
    }
}

/// The service manager, if it wants messages. A missing one is no reason to end.
fn supervisor(variables: &Variables) -> Option<Supervisor> {
    Supervisor::find(variables, std::process::id()).unwrap_or_else(|error| {
        tracing::warn!(event = "supervisor.missing", %error, "NOTIFY_SOCKET names no socket");
        None
    })
}

async fn listen(args: &DaemonArgs) -> Result<tokio::net::TcpListener, CliError> {
    let bound = server::bind(&args.listen).await;
    bound.map_err(|error| {
        let hint = error.hint();
        CliError::user(error.to_string()).because(&error).hint(hint)
    })
}

/// The access rules of the HTTP API.
async fn access(
    args: &DaemonArgs,
    root: &Path,
    listener: &tokio::net::TcpListener,
) -> Result<Access, CliError> {
    let token = api_token::look_up(args.api_token.as_deref(), root).await?;
    let address = listener.local_addr();
    let on_loopback = address.is_ok_and(|address| address.ip().to_canonical().is_loopback());
    let reads = match (args.api_reads, &token) {
        (Some(ApiReads::Token), None) => {
            return Err(CliError::user("--api-reads token needs --api-token"));
        }
        (Some(ApiReads::Token), Some(_)) => Reads::Token,
        (None, Some(_)) if !on_loopback => Reads::Token,
        (Some(ApiReads::Open) | None, _) => Reads::Open,
    };
    Ok(Access {
        token,
        reads,
        on_loopback,
    })
}

/// Forwards wake-ups for as long as the receiver exists.
async fn watch(path: &Path, writing: Writing) -> Result<mpsc::Receiver<()>, CliError> {
    let options = WatchOptions {
        debounce: QUIET,
        ..WatchOptions::default()
    };
    let mut watch = Watch::start(path, options, writing).await?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        while watch.changed().await.is_some() && sender.send(()).await.is_ok() {}
    });
    Ok(receiver)
}

/// Secrets, relative to the folder of the project.
struct Secrets {
    root: PathBuf,
    grants: Grants,
}

#[async_trait]
impl SecretResolver for Secrets {
    async fn resolve(&self, project: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        let permission = Permission::of(project, &self.grants);
        secrets::resolve(references.clone(), &self.root, &permission).await
    }
}
