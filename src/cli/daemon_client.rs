//! A client of a daemon in another process, over HTTP.

mod events;

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Variables;
use super::api_token;
use super::args::DaemonClientArgs;
use super::error::CliError;
use super::tenant;
use crate::api::PerEnvironment;
use crate::api::http::{self, ErrorCode};
use crate::api::page::{ResourcePage, Rows};
use crate::api::part::Part;
use crate::api::status::Status;
use crate::api::wish::{ApproveWanted, Approved, PauseWanted, Paused, SyncAccepted};
use crate::model::{Address, Secret};
use crate::prismatic::transport::{Method, Request, Transport as _, TransportError};
use crate::prismatic::{HttpSettings, HttpTransport};

/// No answer takes longer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A daemon.
pub(crate) struct DaemonClient {
    transport: HttpTransport,
    url: String,
    token: Option<Secret>,
    named: Vec<String>,
}

impl DaemonClient {
    /// The daemon that was named. Nothing is sent yet.
    pub(crate) async fn of(
        args: &DaemonClientArgs,
        variables: &Variables,
    ) -> Result<Self, CliError> {
        let url = url::Url::parse(&args.daemon).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or_else(|| {
            CliError::user(format!("--daemon: {:?} is no URL", args.daemon))
                .hint("write one such as http://127.0.0.1:8080")
        })?;
        let transport = HttpTransport::new(HttpSettings {
            timeout: TIMEOUT,
            ..tenant::trusting(args.ca_file.as_ref(), variables)
        });
        Ok(Self {
            transport: transport
                .map_err(|error| CliError::user("no connection can be set up").because(&error))?,
            url: url.as_str().trim_end_matches('/').to_owned(),
            token: api_token::look_up(args.api_token.as_deref(), Path::new(".")).await?,
            named: args.env.clone(),
        })
    }

    /// The status of an environment, or of all, with or without the resources.
    pub(crate) async fn status(
        &self,
        environment: Option<&str>,
        resources: bool,
    ) -> Result<Vec<Answer<Status>>, CliError> {
        let path = format!("{}?resources={resources}", http::STATUS);
        let path = about(&path, environment);
        self.each(self.ask(Method::Get, &path, None).await?)
    }

    /// The status of the environments that were named, or of all.
    pub(crate) async fn statuses(&self, resources: bool) -> Result<Vec<Answer<Status>>, CliError> {
        let mut all = Vec::new();
        for environment in self.targets() {
            all.extend(self.status(environment, resources).await?);
        }
        Ok(all)
    }

    /// Everything that is known of one resource, in the environments that were named, or in the only one.
    pub(crate) async fn resource(
        &self,
        address: &Address,
    ) -> Result<Vec<Answer<ResourcePage>>, CliError> {
        let (kind, name) = (address.kind, address.name.as_str());
        // The name of a member of a fleet has a slash in it.
        let name = encoded(name);
        let path = format!("{}/{kind}/{name}?shape=page", http::RESOURCES);
        self.each_asked(Method::Get, &path, None).await
    }

    /// The resources that a filter takes, as [`Rows`] pages them: all pages.
    pub(crate) async fn rows(
        &self,
        (filter, value): (&str, &str),
    ) -> Result<Vec<Answer<Rows>>, CliError> {
        let value = encoded(value);
        let path = format!("{}?shape=page&limit=200&{filter}={value}", http::RESOURCES);
        let mut all = Vec::new();
        for environment in self.targets() {
            let mut after = String::new();
            loop {
                let path = about(&format!("{path}{after}"), environment);
                let page: Vec<Answer<Rows>> =
                    self.each(self.ask(Method::Get, &path, None).await?)?;
                let next = page.last().and_then(|page| page.read.next.clone());
                all.extend(page);
                match next {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
        }
        Ok(all)
    }

    /// Asks for a pass in the environments that were named, or in all; or for one that writes a part only.
    pub(crate) async fn sync(
        &self,
        part: Option<&Part>,
    ) -> Result<Vec<Answer<SyncAccepted>>, CliError> {
        #[expect(clippy::expect_used, reason = "texts become a value")]
        let body = part.map(|it| serde_json::to_value(it).expect("a wish becomes a value"));
        self.each_asked(Method::Post, http::SYNC, body.as_ref())
            .await
    }

    /// Asks for a pause.
    pub(crate) async fn pause(
        &self,
        wanted: &PauseWanted,
    ) -> Result<Vec<Answer<Paused>>, CliError> {
        #[expect(clippy::expect_used, reason = "a text and a time become a value")]
        let body = serde_json::to_value(wanted).expect("a wish becomes a value");
        self.each_asked(Method::Post, http::PAUSE, Some(&body))
            .await
    }

    /// Approves what waits.
    pub(crate) async fn approve(
        &self,
        wanted: &ApproveWanted,
    ) -> Result<Vec<Answer<Approved>>, CliError> {
        #[expect(clippy::expect_used, reason = "texts become a value")]
        let body = serde_json::to_value(wanted).expect("a wish becomes a value");
        self.each_asked(Method::Post, http::APPROVE, Some(&body))
            .await
    }

    /// Asks for the end of a pause.
    pub(crate) async fn resume(&self) -> Result<Vec<Answer<Paused>>, CliError> {
        self.each_asked(Method::Post, http::RESUME, None).await
    }

    /// Asks each of the environments that were named.
    async fn each_asked<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vec<Answer<T>>, CliError> {
        let mut all = Vec::new();
        for environment in self.targets() {
            let path = about(path, environment);
            let answer = self.ask(method, &path, body).await?;
            all.extend(self.each(answer)?);
        }
        Ok(all)
    }

    /// What each environment says, if that is what a daemon of ours would say.
    fn each<T: DeserializeOwned>(&self, answer: Value) -> Result<Vec<Answer<T>>, CliError> {
        let strange = || self.stranger("with JSON of something else");
        let told: PerEnvironment<Value> = serde_json::from_value(answer).map_err(|_| strange())?;
        let each: Option<Vec<_>> = told.each().into_iter().map(Answer::of).collect();
        each.filter(|each| !each.is_empty()).ok_or_else(strange)
    }

    /// What is asked about: each that was named, else all that the daemon has.
    fn targets(&self) -> Vec<Option<&str>> {
        match self.named.as_slice() {
            [] => vec![None],
            named => named.iter().map(|name| Some(name.as_str())).collect(),
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, CliError> {
        let mut headers = self.headers("application/json");
        if body.is_some() {
            let json = "application/json".to_owned();
            headers.push(("content-type".to_owned(), json));
        }
        let sent = self.transport.send(Request {
            method,
            url: format!("{}{path}", self.url),
            headers,
            body: body
                .map(Value::to_string)
                .map(Bytes::from)
                .unwrap_or_default(),
        });
        let response = sent.await.map_err(|error| self.unreachable(&error))?;
        let answer: Option<Value> = serde_json::from_slice(&response.body).ok();
        match (response.status, answer) {
            (200..=299, Some(answer)) => Ok(answer),
            (status, None) => Err(self.foreign(status, &response.body)),
            (status, Some(answer)) => Err(self.refused(status, answer)),
        }
    }

    fn headers(&self, accept: &str) -> Vec<(String, String)> {
        let mut headers = vec![("accept".to_owned(), accept.to_owned())];
        if let Some(token) = &self.token {
            let value = format!("Bearer {}", token.expose());
            headers.push(("authorization".to_owned(), value));
        }
        headers
    }

    fn unreachable(&self, error: &TransportError) -> CliError {
        CliError::world(format!("no daemon answers at {}", self.url))
            .because(error)
            .hint("is it running? --daemon (PRISM_GITOPS_DAEMON) says where it serves, as its own --listen does")
    }

    /// What answers is not ours, however politely.
    fn stranger(&self, with: &str) -> CliError {
        CliError::user(format!(
            "what answers at {} is no daemon of this program: it answers {with}",
            self.url
        ))
        .hint("--daemon (PRISM_GITOPS_DAEMON) says where it serves, as its own --listen does")
    }

    /// An answer that is not even JSON.
    fn foreign(&self, status: u16, body: &[u8]) -> CliError {
        if matches!(status, 502..=504) {
            return CliError::world(format!(
                "something in front of {} answers HTTP {status}: the daemon behind it does not",
                self.url
            ))
            .hint("is it running, and reachable from there?");
        }
        let start = String::from_utf8_lossy(body.get(..64).unwrap_or(body)).to_lowercase();
        let what = match start.trim_start() {
            "" => "nothing",
            text if text.starts_with("<!doctype html") || text.starts_with("<html") => "a web page",
            _ => "no JSON",
        };
        self.stranger(&format!("with HTTP {status} and {what}"))
    }

    /// What the daemon refuses, by its code; what has none is not ours.
    fn refused(&self, status: u16, answer: Value) -> CliError {
        let Ok(http::Error { error: said, code }) = serde_json::from_value(answer) else {
            return self.stranger(&format!("with HTTP {status} and JSON of something else"));
        };
        let error = CliError::user(format!("the daemon at {} refuses", self.url)).cause(said);
        match code.known().and_then(advice) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

/// What to do about a refusal, where that is known.
fn advice(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::TokenRequired => {
            Some("say where its token is with --api-token (PRISM_GITOPS_API_TOKEN)")
        }
        ErrorCode::HostRefused | ErrorCode::CrossSite | ErrorCode::NotLocal => {
            Some("ask from its own machine, or start it with --api-token")
        }
        ErrorCode::NotAwaited => Some("`prism-gitops approve` shows what waits now"),
        ErrorCode::EnvironmentRequired => Some("name it with --env"),
        ErrorCode::NotFound | ErrorCode::MethodNotAllowed => {
            Some("it may be an older version of this program")
        }
        ErrorCode::InvalidRequest
        | ErrorCode::SignatureWrong
        | ErrorCode::UnknownEnvironment
        | ErrorCode::UnknownResource
        | ErrorCode::NoPlan
        | ErrorCode::UnknownWebhook
        | ErrorCode::BodyTooLarge
        | ErrorCode::PathTooLong
        | ErrorCode::TypeUnsupported
        | ErrorCode::HeadersTooLarge
        | ErrorCode::Busy
        | ErrorCode::TimedOut
        | ErrorCode::HistoryUnread
        | ErrorCode::Internal => None,
    }
}

/// What a daemon answered: as it came, to be passed on with all that a newer one says, and as it is read here.
#[derive(Debug, Clone)]
pub(crate) struct Answer<T> {
    pub(crate) raw: Value,
    pub(crate) read: T,
}

impl<T: DeserializeOwned> Answer<T> {
    fn of(raw: Value) -> Option<Self> {
        let read = T::deserialize(&raw).ok()?;
        Some(Self { raw, read })
    }
}

/// A text as a part of a URL.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A path that names an environment.
fn about(path: &str, environment: Option<&str>) -> String {
    let Some(environment) = environment else {
        return path.to_owned();
    };
    let query = encoded(environment);
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}environment={query}")
}

/// As it came from the daemon: one as it is, several in a list.
pub(crate) fn per_environment<T>(answers: Vec<Answer<T>>) -> PerEnvironment<Value> {
    PerEnvironment::of(answers.into_iter().map(|answer| answer.raw).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_environments_may_hold_anything() {
        assert_eq!(about("/a", None), "/a");
        assert_eq!(about("/a", Some("us/1 &b")), "/a?environment=us%2F1+%26b");
        assert_eq!(about("/a?b=c", Some("us")), "/a?b=c&environment=us");
    }

    #[test]
    fn an_answer_is_passed_on_with_what_is_not_known_here() {
        let raw =
            serde_json::json!({"environment": "us", "generation": 1, "paused": null, "new": 1});
        let answer = Answer::<SyncAccepted>::of(raw.clone()).unwrap();
        assert_eq!(answer.read.generation, 1);
        assert_eq!(serde_json::json!(per_environment(vec![answer])), raw);
        assert!(Answer::<SyncAccepted>::of(serde_json::json!({"generation": 1})).is_none());
    }
}
