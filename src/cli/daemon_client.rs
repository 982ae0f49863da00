//! A daemon that runs elsewhere, asked over HTTP.

mod events;

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::Variables;
use super::api_token;
use super::args::FarArgs;
use super::error::CliError;
use super::tenant;
use crate::model::Secret;
use crate::prismatic::transport::{Method, Request, Transport as _, TransportError};
use crate::prismatic::{HttpSettings, HttpTransport};

/// No answer takes longer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A daemon.
pub(crate) struct Far {
    transport: HttpTransport,
    url: String,
    token: Option<Secret>,
    named: Vec<String>,
}

impl Far {
    /// The daemon that was named. Nothing is sent yet.
    pub(crate) async fn of(args: &FarArgs, variables: &Variables) -> Result<Self, CliError> {
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
    ) -> Result<Vec<Value>, CliError> {
        let path = about(
            &format!("/api/v1/status?resources={resources}"),
            environment,
        );
        let answer = self.ask(Method::Get, &path, None).await?;
        let all = each(answer);
        let is_one = |one: &Value| one["generation"].is_u64() && one["phase"].is_string();
        match !all.is_empty() && all.iter().all(is_one) {
            true => Ok(all),
            false => Err(self.stranger("with JSON of something else")),
        }
    }

    /// The status of the environments that were named, or of all.
    pub(crate) async fn statuses(&self, resources: bool) -> Result<Vec<Value>, CliError> {
        let mut all = Vec::new();
        for environment in self.targets() {
            all.extend(self.status(environment, resources).await?);
        }
        Ok(all)
    }

    /// Asks for something to be done, in the environments that were named.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vec<Value>, CliError> {
        let mut all = Vec::new();
        for environment in self.targets() {
            let answer = self
                .ask(Method::Post, &about(path, environment), body)
                .await?;
            let answers = each(answer);
            if !answers.iter().all(|one| one["environment"].is_string()) {
                return Err(self.stranger("with JSON of something else"));
            }
            all.extend(answers);
        }
        Ok(all)
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
            (status, Some(answer)) => Err(self.refused(status, &answer)),
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

    fn refused(&self, status: u16, answer: &Value) -> CliError {
        let said = answer["error"].as_str();
        let Some(said) = said.filter(|said| status != 404 || is_our_404(said)) else {
            return self.stranger(&format!("with HTTP {status} and JSON of something else"));
        };
        let error = CliError::user(format!("the daemon at {} refuses", self.url));
        let error = error.cause(said.to_owned());
        match status {
            401 => error.hint("say where its token is with --api-token (PRISM_GITOPS_API_TOKEN)"),
            403 => error.hint("ask from its own machine, or start it with --api-token"),
            400 if said.contains("?environment=") => error.hint("name it with --env"),
            404 if said.starts_with("no environment ") => error,
            404 => error.hint("it may be an older version of this program"),
            _ => error,
        }
    }
}

/// Whether a refusal has the words of a daemon: of what it does not have, of environments, of plans.
fn is_our_404(said: &str) -> bool {
    let starts = [
        "there is nothing at ",
        "no environment ",
        "no plan ",
        "there is no ",
    ];
    starts.iter().any(|start| said.starts_with(start))
}

/// A path that names an environment.
fn about(path: &str, environment: Option<&str>) -> String {
    let Some(environment) = environment else {
        return path.to_owned();
    };
    let query: String = url::form_urlencoded::byte_serialize(environment.as_bytes()).collect();
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}environment={query}")
}

/// The answers of each environment: one is as it is, several are in a list.
fn each(mut answer: Value) -> Vec<Value> {
    match answer.get_mut("environments").map(Value::take) {
        Some(Value::Array(each)) => each,
        _ => vec![answer],
    }
}

/// As it came from the daemon: one as it is, several in a list.
pub(crate) fn together(mut answers: Vec<Value>) -> Value {
    match answers.len() {
        1 => answers.remove(0),
        _ => serde_json::json!({ "environments": answers }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_environments_may_hold_anything() {
        assert_eq!(about("/a", None), "/a");
        assert_eq!(about("/a", Some("us/1 &b")), "/a?environment=us%2F1+%26b");
        assert_eq!(about("/a?b=c", Some("us")), "/a?b=c&environment=us");
    }

    #[test]
    fn one_answer_is_as_it_is_and_several_are_in_a_list() {
        for answer in [
            json!({"a": 1}),
            json!({"environments": [{"a": 1}, {"b": 2}]}),
        ] {
            assert_eq!(together(each(answer.clone())), answer);
        }
    }
}
