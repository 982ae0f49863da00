//! A daemon that runs elsewhere, asked over HTTP.

mod events;

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::api_token;
use super::args::FarArgs;
use super::error::CliError;
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
}

impl Far {
    /// The daemon that was named. Nothing is sent yet.
    pub(crate) async fn of(args: &FarArgs) -> Result<Self, CliError> {
        let url = url::Url::parse(&args.daemon).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or_else(|| {
            CliError::user(format!("--daemon: {:?} is no URL", args.daemon))
                .hint("write one such as http://127.0.0.1:8080")
        })?;
        let transport = HttpTransport::new(HttpSettings {
            timeout: TIMEOUT,
            ca_file: args.ca_file.clone(),
            ..HttpSettings::default()
        });
        Ok(Self {
            transport: transport
                .map_err(|error| CliError::user("no connection can be set up").because(&error))?,
            url: url.as_str().trim_end_matches('/').to_owned(),
            token: api_token::look_up(args.api_token.as_deref(), Path::new(".")).await?,
        })
    }

    /// The status, with or without the resources.
    pub(crate) async fn status(&self, resources: bool) -> Result<Value, CliError> {
        let path = format!("/api/v1/status?resources={resources}");
        self.ask(Method::Get, &path, None).await
    }

    /// Asks for something to be done.
    pub(crate) async fn post(&self, path: &str, body: Option<&Value>) -> Result<Value, CliError> {
        self.ask(Method::Post, path, body).await
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
            (status, answer) => Err(self.refused(status, answer.as_ref())),
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

    fn refused(&self, status: u16, answer: Option<&Value>) -> CliError {
        let Some(said) = answer.and_then(|answer| answer["error"].as_str()) else {
            return CliError::user(format!(
                "what answers at {} is no daemon of this program (HTTP {status})",
                self.url
            ))
            .hint("--daemon (PRISM_GITOPS_DAEMON) says where it serves");
        };
        let error = CliError::user(format!("the daemon at {} refuses", self.url));
        let error = error.cause(said.to_owned());
        match status {
            401 => error.hint("say where its token is with --api-token (PRISM_GITOPS_API_TOKEN)"),
            403 => error.hint("ask from its own machine, or start it with --api-token"),
            404 => error.hint("it may be an older version of this program"),
            _ => error,
        }
    }
}
