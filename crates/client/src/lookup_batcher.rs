//! Many small look-ups in one request, each under an alias of its own.
//!
//! An error whose path names an alias fails only that look-up.

mod batcher;

pub(super) use batcher::LookupBatcher;

use futures::future::{BoxFuture, join_all};
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{Effect, ErrorKind, PlatformError};
use super::graphql::{Answer, GraphQlError, classify};
use super::platform::PlatformResult;
use super::retry::Repeat;
use super::session::{Call, Session};
use super::transport::TransportError;
use crate::model::Observed;

/// One look-up: a root field with one argument that varies.
#[derive(Debug, Clone)]
pub(super) struct Lookup {
    /// The field up to the variable: `integration(id:`.
    pub(super) before: &'static str,
    /// The variable's type: `ID!`.
    pub(super) kind: &'static str,
    /// The variable's value.
    pub(super) value: String,
    /// The rest: `) { definition }`.
    pub(super) after: String,
}

/// The document of some look-ups, with their variables.
pub(super) fn document(
    name: &str,
    lookups: &[Lookup],
    fragments: &[(&str, &str)],
) -> (String, IndexMap<String, String>) {
    let mut head = Vec::new();
    let mut body = String::new();
    let mut variables = IndexMap::new();
    for (index, lookup) in lookups.iter().enumerate() {
        head.push(format!("$v{index}: {}", lookup.kind));
        body.push_str(&format!(
            "  l{index}: {} $v{index}{}\n",
            lookup.before, lookup.after
        ));
        variables.insert(format!("v{index}"), lookup.value.clone());
    }
    let head = head.join(", ");
    let mut text = format!("query {name}({head}) {{\n{body}}}\n");
    for (fragment, definition) in fragments {
        // One that is not used makes the document invalid. Those used by others come after them.
        if text.contains(&format!("...{fragment}")) {
            text.push_str(definition);
        }
    }
    (text, variables)
}

/// A group of look-ups that belong together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch<'a> {
    /// The operation's name.
    pub(super) name: &'static str,
    /// How many go into one request.
    pub(super) size: usize,
    /// Fragments that the look-ups may use: name and definition.
    pub(super) fragments: &'a [(&'a str, &'a str)],
}

/// What one look-up brought: `None` for a null, and for "record not found".
pub(super) type Found = Result<Option<Value>, Missed>;

/// Why a look-up brought nothing.
#[derive(Debug, Clone)]
pub(super) struct Missed {
    error: PlatformError,
    /// It failed by itself, and not with its whole request.
    alone: bool,
}

impl Missed {
    fn whole(error: PlatformError) -> Self {
        let alone = false;
        Self { error, alone }
    }

    fn alone(operation: &'static str, kind: ErrorKind) -> Self {
        let effect = Effect::None;
        let error = PlatformError {
            operation,
            kind,
            effect,
        };
        Self { error, alone: true }
    }

    fn message(&self) -> String {
        match self.alone {
            true => self.error.kind.to_string(),
            false => self.error.to_string(),
        }
    }
}

/// The outcomes of all look-ups, in their order: a null is absent, as is "record not found".
pub(super) async fn look_up(
    session: &Session,
    batch: Batch<'_>,
    lookups: &[Lookup],
) -> Vec<Observed<Value>> {
    let found = find(session, batch, lookups).await;
    found.into_iter().map(observed).collect()
}

/// The same, with separate errors.
pub(super) async fn find(session: &Session, batch: Batch<'_>, lookups: &[Lookup]) -> Vec<Found> {
    let requests = lookups
        .chunks(batch.size.max(1))
        .map(|chunk| send_chunk(session, batch, chunk));
    join_all(requests).await.concat()
}

/// The outcome without the class of its error.
pub(super) fn observed(found: Found) -> Observed<Value> {
    match found {
        Ok(Some(value)) => Observed::Known(value),
        Ok(None) => Observed::Absent,
        Err(missed) => Observed::Unknown(missed.message().into()),
    }
}

/// The outcome in its type.
///
/// # Errors
///
/// As the look-up, and for an answer that does not fit.
pub(super) fn typed<T: DeserializeOwned>(
    operation: &'static str,
    found: Found,
) -> PlatformResult<Option<T>> {
    let Some(value) = found.map_err(|missed| missed.error)? else {
        return Ok(None);
    };
    let value = serde_json::from_value(value);
    // serde's message is not used: it quotes values.
    value.map(Some).map_err(|_| unreadable(operation, MISFIT))
}

const MISFIT: &str = "the answer does not fit the schema";

/// The error for an answer that is not what was asked for.
pub(super) fn unreadable(operation: &'static str, message: impl Into<String>) -> PlatformError {
    let message = message.into();
    PlatformError {
        operation,
        kind: ErrorKind::Protocol { message },
        effect: Effect::None,
    }
}

fn send_chunk<'a>(
    session: &'a Session,
    batch: Batch<'a>,
    lookups: &'a [Lookup],
) -> BoxFuture<'a, Vec<Found>> {
    Box::pin(async move {
        match request(session, batch, lookups).await {
            Ok(answer) if refused(&answer) && lookups.len() > 1 => {
                halves(session, batch, lookups).await
            }
            Ok(answer) => split(batch.name, answer, lookups.len()),
            Err(error) if too_large(&error) && lookups.len() > 1 => {
                halves(session, batch, lookups).await
            }
            Err(error) => vec![Err(Missed::whole(error)); lookups.len()],
        }
    })
}

async fn halves(session: &Session, batch: Batch<'_>, lookups: &[Lookup]) -> Vec<Found> {
    let (first, second) = lookups.split_at(lookups.len() / 2);
    let mut all = send_chunk(session, batch, first).await;
    all.extend(send_chunk(session, batch, second).await);
    all
}

/// Nothing was looked up, and no look-up in particular failed: perhaps the server does not accept as many at
/// once.
fn refused(answer: &Answer<IndexMap<String, Value>>) -> bool {
    let nobody = answer.errors.iter().any(|error| error.path.is_empty());
    let understood = || !matches!(classify(&answer.errors), ErrorKind::Mismatch(_));
    answer.data.is_none() && nobody && understood()
}

async fn request(
    session: &Session,
    batch: Batch<'_>,
    lookups: &[Lookup],
) -> PlatformResult<Answer<IndexMap<String, Value>>> {
    let (text, variables) = document(batch.name, lookups, batch.fragments);
    let call = Call::new(batch.name, Repeat::Read, &text, &variables)?;
    session.parts(&call).await
}

fn too_large(error: &PlatformError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Transport(TransportError::TooLarge { .. })
            | ErrorKind::Status {
                status: 413 | 414 | 431,
                ..
            }
    )
}

fn split(
    operation: &'static str,
    answer: Answer<IndexMap<String, Value>>,
    count: usize,
) -> Vec<Found> {
    let mut data = answer.data.unwrap_or_default();
    let stray = (answer.errors.iter()).find(|error| !names_one_of(error, count));
    let missed = |kind| Err(Missed::alone(operation, kind));
    let one = |index: usize| {
        let alias = format!("l{index}");
        let own: Vec<_> = (answer.errors.iter())
            .filter(|error| alias_of(error) == Some(&alias))
            .cloned()
            .collect();
        if !own.is_empty() {
            return failed(&own).map_or(Ok(None), missed);
        }
        match (data.swap_remove(&alias), stray) {
            (_, Some(error)) => missed(match classify(std::slice::from_ref(error)) {
                // The error is not about any of these look-ups.
                ErrorKind::NotFound { message } => ErrorKind::GraphQl(vec![message]),
                kind => kind,
            }),
            (Some(Value::Null), None) => Ok(None),
            (Some(value), None) => Ok(Some(value)),
            (None, None) => missed(ErrorKind::GraphQl(vec![
                "the answer leaves it out".to_owned(),
            ])),
        }
    };
    (0..count).map(one).collect()
}

fn alias_of(error: &GraphQlError) -> Option<&str> {
    error.path.first()?.as_str()
}

fn names_one_of(error: &GraphQlError, count: usize) -> bool {
    alias_of(error)
        .and_then(|alias| alias.strip_prefix('l')?.parse::<usize>().ok())
        .is_some_and(|index| index < count)
}

/// What errors about one look-up mean; `None` where they say that there is no such record.
fn failed(errors: &[GraphQlError]) -> Option<ErrorKind> {
    let shallow = errors.iter().all(|error| error.path.len() == 1);
    match classify(errors) {
        ErrorKind::NotFound { .. } if shallow => None,
        // It is something in the record that was not found.
        ErrorKind::NotFound { message } => Some(ErrorKind::GraphQl(vec![message])),
        kind => Some(kind),
    }
}

/// An answer in its type; one that does not fit is unknown.
pub(super) fn fitting<T: DeserializeOwned>(answer: Observed<Value>) -> Observed<T> {
    match answer {
        Observed::Known(value) => match serde_json::from_value(value) {
            Ok(value) => Observed::Known(value),
            // serde's message is not used: it quotes values.
            Err(_) => Observed::Unknown(MISFIT.into()),
        },
        Observed::Absent => Observed::Absent,
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

#[cfg(test)]
mod tests;
