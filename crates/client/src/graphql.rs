//! GraphQL over HTTP: how a request is written, and what an answer means.
//!
//! Status, content type and body are judged separately, because a proxy, a
//! throttle and the API itself answer in different forms. The words of errors
//! are classified in [`words`].

mod classify;
mod failure;
mod page;
mod payload;

pub(super) use classify::classify;
pub(super) use failure::{Failure, lost};
pub(super) use payload::Mutation;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::error::{Effect, ErrorKind};
use super::retry::Repeat;
use super::transport::Response;
use super::wire::Reply;
use crate::redact;

/// How much of a body that is no answer is shown, in characters.
const SHOWN: usize = 200;

/// The two parts of an answer.
#[derive(Debug)]
pub(super) struct Answer<T> {
    /// `None` where the server gave null, or what it gave does not fit beside its errors.
    pub(super) data: Option<T>,
    pub(super) errors: Vec<GraphQlError>,
    /// The server began to execute: it gave `data`, if only null.
    executed: bool,
}

/// One top-level error.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GraphQlError {
    #[serde(default, deserialize_with = "text")]
    pub(super) message: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) path: Vec<Value>,
    #[serde(default)]
    extensions: Value,
}

impl GraphQlError {
    fn code(&self) -> Option<&str> {
        self.extensions.get("code")?.as_str()
    }
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Envelope<T> {
    #[serde(default = "absent", deserialize_with = "present")]
    data: Option<Option<T>>,
    #[serde(default, deserialize_with = "or_default")]
    errors: Vec<GraphQlError>,
    #[serde(default)]
    detail: Option<Value>,
}

fn absent<T>() -> Option<Option<T>> {
    None
}

fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Null where the schema promises more is taken for nothing.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(plain(&Value::deserialize(deserializer)?))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[derive(Serialize)]
struct Query<'a, V> {
    query: &'a str,
    variables: &'a V,
}

/// The body of a request.
///
/// # Errors
///
/// When the variables cannot be written as JSON.
pub(super) fn write<V: Serialize>(document: &str, variables: &V) -> Result<Bytes, ErrorKind> {
    let query = Query {
        query: document,
        variables,
    };
    serde_json::to_vec(&query)
        .map(Bytes::from)
        .map_err(|_| ErrorKind::Protocol {
            message: "the variables cannot be written as JSON".to_owned(),
        })
}

/// Takes an answer out of a response, with its errors beside it.
///
/// # Errors
///
/// [`Failure`] when the response is no GraphQL answer, or an answer that says
/// by its status that nothing was done.
pub(super) fn open<T: DeserializeOwned>(
    reply: &Reply,
    repeat: Repeat,
) -> Result<Answer<T>, Failure> {
    let body = read::<T>(&reply.response);
    match reply.response.status {
        200..=299 => answered(reply, body, repeat),
        400 | 404 | 422 if body.as_ref().is_ok_and(|answer| !answer.errors.is_empty()) => {
            let mut answer = body.map_err(|fault| fault.failure(repeat))?.into_answer();
            answer.executed = false;
            Ok(answer)
        }
        _ => Err(turned_away(reply, body.ok().as_ref(), repeat)),
    }
}

impl<T> Envelope<T> {
    fn into_answer(self) -> Answer<T> {
        Answer {
            executed: self.data.is_some(),
            data: self.data.flatten(),
            errors: self.errors,
        }
    }

    fn message(&self) -> Option<String> {
        let detail = self.detail.as_ref().map(plain);
        detail.or_else(|| {
            let messages: Vec<_> = self.errors.iter().map(|e| e.message.as_str()).collect();
            (!messages.is_empty()).then(|| messages.join("; "))
        })
    }
}

struct Fault(String);

impl Fault {
    fn failure(self, repeat: Repeat) -> Failure {
        Failure {
            kind: ErrorKind::Protocol { message: self.0 },
            effect: lost(repeat),
        }
    }
}

fn read<T: DeserializeOwned>(response: &Response) -> Result<Envelope<T>, Fault> {
    let misfit = match serde_json::from_slice::<Envelope<T>>(&response.body) {
        Ok(envelope) => return Ok(envelope),
        Err(error) => error,
    };
    // Data that does not fit may be excused by the errors beside it. serde's own
    // message is not used: it quotes values.
    match serde_json::from_slice::<Envelope<Value>>(&response.body) {
        Ok(envelope) if !envelope.errors.is_empty() || envelope.detail.is_some() => Ok(Envelope {
            data: envelope.data.map(|_| None),
            errors: envelope.errors,
            detail: envelope.detail,
        }),
        Ok(_) => Err(Fault(format!(
            "it does not fit the schema at line {}, column {}",
            misfit.line(),
            misfit.column()
        ))),
        Err(error) => Err(Fault(no_answer(response, error.is_eof()))),
    }
}

fn no_answer(response: &Response, cut: bool) -> String {
    if response.body.is_empty() {
        return "it is empty".to_owned();
    }
    if let Some(page) = page::of(response) {
        return format!("{page} instead of a GraphQL answer");
    }
    let kind = response.header("content-type").unwrap_or("no content type");
    if is_like_json(&response.body) {
        let (why, length) = (
            if cut { "cut short" } else { "broken" },
            response.body.len(),
        );
        return format!("{kind} instead of a GraphQL answer ({why}, {length} bytes)");
    }
    let why = if cut { "cut short" } else { "no JSON" };
    let begins = beginning(response);
    format!("{kind} instead of a GraphQL answer ({why}), which begins: {begins}")
}

/// Whether it may hold records of the tenant, and secrets with them, of which nothing is shown.
fn is_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

/// What a gateway says in JSON of its own.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let words = ["message", "Message", "error"];
    let said = words.iter().find_map(|key| value.get(key)?.as_str())?;
    Some(said.to_owned())
}

/// The readable part of an unusable answer: of a web page its title, of JSON its message, else its first
/// words.
fn beginning(response: &Response) -> String {
    let body = &response.body;
    if body.is_empty() {
        return "(nothing)".to_owned();
    }
    if let Some(page) = page::of(response) {
        return page;
    }
    if is_like_json(body) {
        return said(body).map_or_else(
            || format!("{} bytes of JSON without a message", body.len()),
            |said| first_words(&said),
        );
    }
    // A character is at most four bytes, so the rest need not be decoded.
    let head = &body[..body.len().min(4 * SHOWN)];
    first_words(&String::from_utf8_lossy(head))
}

fn first_words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(SHOWN).collect()
}

fn answered<T>(
    reply: &Reply,
    body: Result<Envelope<T>, Fault>,
    repeat: Repeat,
) -> Result<Answer<T>, Failure> {
    let envelope = body.map_err(|fault| fault.failure(repeat))?;
    if envelope.data.is_some() || !envelope.errors.is_empty() {
        return Ok(envelope.into_answer());
    }
    match envelope.detail.as_ref().map(plain) {
        Some(message) => Err(classify::detail(message, reply.retry_after, repeat)),
        None => {
            let fault = Fault("it has neither data nor errors".to_owned());
            Err(fault.failure(repeat))
        }
    }
}

/// Classifies an answer by its status.
fn turned_away<T>(reply: &Reply, body: Option<&Envelope<T>>, repeat: Repeat) -> Failure {
    let status = reply.response.status;
    let message = body
        .and_then(Envelope::message)
        .unwrap_or_else(|| beginning(&reply.response));
    let kind = match status {
        401 => ErrorKind::Unauthenticated { message },
        403 => classify::forbidden(message),
        429 => ErrorKind::RateLimited {
            retry_after: reply.retry_after,
            message,
        },
        300..=399 => ErrorKind::Status {
            status,
            message: "a redirect, which is not followed: check the URL of the stack".to_owned(),
        },
        404 => ErrorKind::Status {
            status,
            message: format!("there is no API at this URL: {message}"),
        },
        _ => ErrorKind::Status { status, message },
    };
    let effect = match status {
        // A throttle may let a request through all the same.
        408 | 429 | 500.. => lost(repeat),
        _ => Effect::None,
    };
    Failure { kind, effect }
}

impl<T> Answer<T> {
    /// An answer that is nothing but these errors.
    pub(super) fn of_errors(errors: Vec<GraphQlError>) -> Self {
        Self {
            data: None,
            errors,
            executed: true,
        }
    }

    /// The answer with all known secrets taken out of its errors.
    pub(super) fn redacted(mut self) -> Self {
        for error in &mut self.errors {
            error.message = redact::known().foreign(&error.message).into_owned();
        }
        self
    }

    /// The data, if there is no error at all. Data beside errors is not used.
    ///
    /// # Errors
    ///
    /// [`Failure`] for any top-level error, and for null.
    pub(super) fn whole(self, repeat: Repeat) -> Result<T, Failure> {
        if !self.errors.is_empty() {
            return Err(self.failure(repeat));
        }
        self.data.ok_or_else(|| Failure {
            kind: ErrorKind::GraphQl(vec!["the answer's data is null".to_owned()]),
            effect: lost(repeat),
        })
    }

    /// What the errors mean together.
    pub(super) fn failure(&self, repeat: Repeat) -> Failure {
        let kind = classify(&self.errors);
        let shallow = self.errors.iter().all(|error| error.path.len() <= 1);
        let refused = match kind {
            ErrorKind::Unauthenticated { .. }
            | ErrorKind::Forbidden { .. }
            | ErrorKind::NotFound { .. } => shallow,
            ErrorKind::Mismatch(_) => true,
            _ => false,
        };
        // A throttle may let a request through all the same.
        let throttled = matches!(kind, ErrorKind::RateLimited { .. });
        let effect = if refused || !self.executed && !throttled {
            Effect::None
        } else {
            lost(repeat)
        };
        Failure { kind, effect }
    }
}

#[cfg(test)]
mod tests;
