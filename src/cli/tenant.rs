//! From arguments, environment and Project to a tenant with a connection.

mod connector;
mod counted;
mod credentials;
#[cfg(feature = "sandbox")]
mod embedded;
#[cfg(feature = "sandbox")]
mod referred;
mod retries;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Variables;
use super::args::{ReachArgs, TenantArgs};
use super::error::CliError;
use super::ui::Ui;
use crate::controller::connect::RequestCount;
use crate::model::{Environment, Project, RateLimit, ResourceName};
use crate::prismatic::platform::Platform;
use crate::prismatic::transport::Transport;
use crate::prismatic::{Connection, HttpSettings, HttpTransport, PrismaticClient, TokenSource};
use crate::runtime::clock::{Clock, SystemClock};
#[cfg(feature = "sandbox")]
use crate::sandbox::Seed;

pub(crate) use connector::Connector;
use counted::Counted;
use retries::ToldOnStderr;

/// A tenant, and how it was chosen.
#[derive(Clone)]
pub(crate) struct Chosen {
    /// The tenant itself.
    pub(crate) platform: Arc<dyn Platform>,
    /// The same, with all that can be asked of it by hand.
    pub(crate) client: Arc<PrismaticClient>,
    /// The environment's name, or the tenant's URL where the Project names none.
    pub(crate) environment: String,
    /// The project's name: whose markers are ours.
    pub(crate) project: ResourceName,
    /// Guard: the organization that the token must belong to.
    pub(crate) organization: Option<String>,
    /// The tenant, the identity, and the source of both.
    pub(crate) connection: Connection,
    /// Where the Project says so, where it does.
    pub(crate) declared: Option<String>,
    /// How fast it may be asked.
    pub(crate) rate: RateLimit,
    /// How many requests went to it.
    pub(crate) requests: Arc<dyn RequestCount>,
}

impl Chosen {
    /// The present moment by the server's clock; by ours where it does not say its own.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.platform.server_now();
        now.unwrap_or_else(|| SystemClock.now())
    }
}

/// A second later: the server's clock is known to the second, from a header of its answers, and a list up to such a moment
/// would lack what began in the present one.
pub(crate) fn through_second(now: Timestamp) -> Timestamp {
    let end = now.checked_add(SignedDuration::from_secs(1));
    end.unwrap_or(now)
}

/// Where to connect, with which identity and rate: everything but the connection itself.
struct Target {
    /// `None` for the embedded sandbox.
    connection: Option<Connection>,
    /// What a new embedded sandbox holds.
    #[cfg(feature = "sandbox")]
    seed: Option<Seed>,
    environment: Option<String>,
    project: ResourceName,
    organization: Option<String>,
    declared: Option<String>,
    rate: RateLimit,
    http: HttpSettings,
}

/// Chooses the tenant, for a caller that waits for the answer. Nothing is sent yet.
pub(crate) async fn choose(
    ui: &Ui,
    args: &TenantArgs,
    project: &Project,
    root: &Path,
    variables: &Variables,
) -> Result<Chosen, CliError> {
    let target = resolve(args, project, root, variables).await?;
    let listener = ToldOnStderr::listening(ui);
    target.open(root, |client| client.interactive(Some(listener)))
}

async fn resolve(
    args: &TenantArgs,
    project: &Project,
    root: &Path,
    variables: &Variables,
) -> Result<Target, CliError> {
    let environment = environment(args, project)?;
    let connection = if args.reach.sandbox {
        None
    } else {
        let declared = environment.map(|(_, environment)| environment);
        Some(credentials::find(args, project, declared, root, variables).await?)
    };
    Ok(Target {
        connection,
        #[cfg(feature = "sandbox")]
        seed: embedded::seed(args, root).await?,
        environment: environment.map(|(name, _)| name.to_owned()),
        project: project.name.clone(),
        organization: guard(args, environment),
        declared: environment.and_then(|(_, environment)| declared(environment, root)),
        rate: rate(args, project),
        http: trusting(args.reach.ca_file.as_ref(), variables),
    })
}

impl Target {
    fn open(
        self,
        #[cfg_attr(
            not(feature = "sandbox"),
            expect(unused_variables, reason = "only the sandbox is kept there")
        )]
        root: &Path,
        finish: impl FnOnce(PrismaticClient) -> PrismaticClient,
    ) -> Result<Chosen, CliError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (transport, connection, environment) = match self.connection {
            None => {
                #[cfg(feature = "sandbox")]
                let (transport, connection) = embedded::open(
                    (root, self.environment.as_deref()),
                    self.seed,
                    Arc::clone(&clock),
                )?;
                #[cfg(not(feature = "sandbox"))]
                let (transport, connection) = without_sandbox()?;
                (transport, connection, Some("sandbox".to_owned()))
            }
            Some(connection) => (transport(self.http)?, connection, self.environment),
        };
        let counted = Arc::new(Counted::new(transport));
        let transport: Arc<dyn Transport> = Arc::clone(&counted) as _;
        let seed = fastrand::u64(..);
        let client = PrismaticClient::new(transport, connection.clone(), self.rate, clock, seed);
        let client = Arc::new(finish(client));
        Ok(Chosen {
            platform: Arc::clone(&client) as _,
            client,
            environment: environment.unwrap_or_else(|| connection.url.as_str().to_owned()),
            project: self.project,
            organization: self.organization,
            connection,
            declared: self.declared,
            rate: self.rate,
            requests: counted,
        })
    }

    /// Whether a client for another target would do for this one.
    fn is_served_by(&self, other: &Chosen) -> bool {
        let connection = self.connection.as_ref();
        self.rate == other.rate && connection.is_none_or(|own| same(own, &other.connection))
    }
}

/// Secrets cannot be compared by accident; here it is meant.
fn same(one: &Connection, other: &Connection) -> bool {
    let token = |connection: &Connection| match &connection.token {
        TokenSource::Access(token) => (false, token.expose().to_owned()),
        TokenSource::Refresh(token) => (true, token.expose().to_owned()),
    };
    one.url == other.url && one.tenant_id == other.tenant_id && token(one) == token(other)
}

#[cfg(not(feature = "sandbox"))]
fn without_sandbox() -> Result<(Arc<dyn Transport>, Connection), CliError> {
    Err(CliError::user("this program was built without the sandbox"))
}

/// The environment to work on. The embedded sandbox is under none unless one is named.
fn environment<'a>(
    args: &TenantArgs,
    project: &'a Project,
) -> Result<Option<(&'a str, &'a Environment)>, CliError> {
    match &args.env {
        None if args.reach.sandbox => Ok(None),
        asked => environment_of(asked.as_deref(), project),
    }
}

/// The environment that was named, or the only one.
pub(crate) fn environment_of<'a>(
    asked: Option<&str>,
    project: &'a Project,
) -> Result<Option<(&'a str, &'a Environment)>, CliError> {
    let names = || {
        project
            .environments
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = match asked {
        Some(name) => project.environments.get_key_value(name),
        None => project.environments.first(),
    };
    let found = found.map(|(name, environment)| (name.as_str(), environment));
    match (asked, found) {
        (Some(name), None) if project.environments.is_empty() => Err(CliError::user(format!(
            "there is no environment {name:?}: the Project declares none"
        ))
        .hint("declare it under spec.environments of the Project, or leave out --env")),
        (Some(name), None) => Err(CliError::user(format!("there is no environment {name:?}"))
            .hint(format!("the Project has: {}", names()))),
        (None, _) if project.environments.len() > 1 => {
            Err(CliError::user("the Project has several environments")
                .hint(format!("choose one with --env: {}", names())))
        }
        _ => Ok(found),
    }
}

/// The place of an environment in its file, relative to the working directory.
fn declared(environment: &Environment, root: &Path) -> Option<String> {
    let location = &environment.location;
    let file = root.join(location.file.as_ref());
    let file = file.strip_prefix(".").unwrap_or(&file);
    (!location.file.is_empty()).then(|| format!("{}:{}", file.display(), location.line))
}

/// The sandbox belongs to no organization.
fn guard(args: &TenantArgs, environment: Option<(&str, &Environment)>) -> Option<String> {
    let (_, environment) = environment.filter(|_| !args.reach.sandbox)?;
    environment.organization.clone()
}

/// The usual settings, with the certificates that the operator trusts: this tool's flag, and the
/// variable by which users of prism, a Node program, say the same.
pub(crate) fn trusting(ca_file: Option<&PathBuf>, variables: &Variables) -> HttpSettings {
    let node = variables.get("NODE_EXTRA_CA_CERTS");
    HttpSettings {
        ca_file: ca_file.cloned(),
        node_ca_file: node.filter(|path| !path.is_empty()).map(PathBuf::from),
        ..HttpSettings::default()
    }
}

/// For notifications: small, and given up soon.
pub(crate) fn for_messages(
    args: &ReachArgs,
    variables: &Variables,
) -> Result<Arc<dyn Transport>, CliError> {
    transport(HttpSettings {
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(15),
        max_body: 64 * 1024,
        ..trusting(args.ca_file.as_ref(), variables)
    })
}

fn transport(settings: HttpSettings) -> Result<Arc<dyn Transport>, CliError> {
    let transport = HttpTransport::new(settings)
        .map_err(|error| CliError::world("cannot prepare connections").because(&error))?;
    Ok(Arc::new(transport))
}

/// The Project's rate, unless a flag says otherwise; the embedded sandbox has no limit.
fn rate(args: &TenantArgs, project: &Project) -> RateLimit {
    const UNLIMITED: f64 = 100_000.0;
    let mut rate = project.policy.rate;
    if args.reach.sandbox {
        rate.requests_per_second = UNLIMITED;
    }
    if let Some(wanted) = args.reach.requests_per_second {
        rate.requests_per_second = wanted;
        rate.burst = rate.burst.min(wanted.ceil() as u32).max(1);
    }
    if let Some(concurrency) = args.reach.concurrency {
        rate.concurrency = concurrency;
    }
    rate
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::model::{Location, Policy, ResourceName};

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        tenant: TenantArgs,
    }

    fn args(line: &str) -> TenantArgs {
        let words = std::iter::once("x").chain(line.split_whitespace());
        Line::parse_from(words).tenant
    }

    fn project(names: &[&str]) -> Project {
        let environment = Environment {
            url: None,
            tenant_id: None,
            organization: Some("Acme".to_owned()),
            auth: None,
            location: Location::default(),
        };
        Project {
            name: ResourceName::parse("p").unwrap(),
            environments: names
                .iter()
                .map(|name| ((*name).to_owned(), environment.clone()))
                .collect(),
            policy: Policy::default(),
            notify: Vec::new(),
            apply: Default::default(),
        }
    }

    #[test]
    fn the_environment_is_the_named_or_the_only_one() {
        let chosen = |line: &str, names: &[&str]| {
            let project = project(names);
            let found = environment(&args(line), &project);
            found
                .map(|found| found.map(|(name, _)| name.to_owned()))
                .map_err(|error| format!("{} ({})", error.message(), error.hint_text().unwrap()))
        };
        assert_eq!(chosen("", &[]), Ok(None));
        assert_eq!(chosen("", &["us"]), Ok(Some("us".to_owned())));
        assert_eq!(chosen("--env eu", &["us", "eu"]), Ok(Some("eu".to_owned())));
        assert_eq!(chosen("--sandbox", &["us", "eu"]), Ok(None));
        for (line, names, expected) in [
            (
                "",
                &["us", "eu"][..],
                "several environments (choose one with --env: us, eu)",
            ),
            (
                "--env uk",
                &["us", "eu"],
                "no environment \"uk\" (the Project has: us, eu)",
            ),
            ("--env uk", &[], "the Project declares none"),
        ] {
            let error = chosen(line, names).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_sandbox_is_under_no_organization_guard() {
        let project = project(&["us"]);
        let found = project
            .environments
            .first()
            .map(|(name, e)| (name.as_str(), e));
        assert_eq!(guard(&args(""), found).as_deref(), Some("Acme"));
        assert_eq!(guard(&args("--sandbox"), found), None);
    }

    #[test]
    fn flags_beat_the_rate_of_the_project() {
        let rate = rate(
            &args("--requests-per-second 2 --concurrency 3"),
            &project(&[]),
        );
        assert_eq!(
            (rate.requests_per_second, rate.burst, rate.concurrency),
            (2.0, 2, 3)
        );
    }
}
