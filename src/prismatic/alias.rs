//! Many small look-ups in one request, each under an alias of its own.
//!
//! An error that names an alias in its path spoils that look-up only.

mod gather;

pub(super) use gather::Gather;

use futures::future::{BoxFuture, join_all};
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{ErrorKind, PlatformError};
use super::graphql::{Answer, GraphQlError};
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
        // A fragment that is not used makes the document invalid.
        if body.contains(&format!("...{fragment}")) {
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

/// The outcomes of all look-ups, in their order: a null is absent, as is "record not found".
pub(super) async fn look_up(
    session: &Session,
    batch: Batch<'_>,
    lookups: &[Lookup],
) -> Vec<Observed<Value>> {
    let requests = lookups
        .chunks(batch.size.max(1))
        .map(|chunk| together(session, batch, chunk));
    join_all(requests).await.concat()
}

fn together<'a>(
    session: &'a Session,
    batch: Batch<'a>,
    lookups: &'a [Lookup],
) -> BoxFuture<'a, Vec<Observed<Value>>> {
    Box::pin(async move {
        match request(session, batch, lookups).await {
            Ok(answer) if refused(&answer) && lookups.len() > 1 => {
                halves(session, batch, lookups).await
            }
            Ok(answer) => split(answer, lookups.len()),
            Err(error) if too_large(&error) && lookups.len() > 1 => {
                halves(session, batch, lookups).await
            }
            Err(error) => {
                let why = error.to_string().into();
                vec![Observed::Unknown(why); lookups.len()]
            }
        }
    })
}

async fn halves(session: &Session, batch: Batch<'_>, lookups: &[Lookup]) -> Vec<Observed<Value>> {
    let (first, second) = lookups.split_at(lookups.len() / 2);
    let mut all = together(session, batch, first).await;
    all.extend(together(session, batch, second).await);
    all
}

/// Nothing was looked up, and no look-up in particular is to blame: perhaps
/// the server does not take so many at once.
fn refused(answer: &Answer<IndexMap<String, Value>>) -> bool {
    answer.data.is_none() && answer.errors.iter().any(|error| error.path.is_empty())
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

fn split(answer: Answer<IndexMap<String, Value>>, count: usize) -> Vec<Observed<Value>> {
    let mut data = answer.data.unwrap_or_default();
    let stray = (answer.errors.iter()).find(|error| !names_one_of(error, count));
    let one = |index: usize| {
        let alias = format!("l{index}");
        let own: Vec<_> = (answer.errors.iter())
            .filter(|error| alias_of(error) == Some(&alias))
            .cloned()
            .collect();
        if !own.is_empty() {
            return failed(&own);
        }
        match (data.swap_remove(&alias), stray) {
            (_, Some(error)) => Observed::Unknown(error.message.as_str().into()),
            (Some(Value::Null), None) => Observed::Absent,
            (Some(value), None) => Observed::Known(value),
            (None, None) => Observed::Unknown("the answer leaves it out".into()),
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

fn failed(errors: &[GraphQlError]) -> Observed<Value> {
    let shallow = errors.iter().all(|error| error.path.len() == 1);
    match super::graphql::classify(errors) {
        ErrorKind::NotFound { .. } if shallow => Observed::Absent,
        kind => Observed::Unknown(kind.to_string().into()),
    }
}

/// An answer in its type; one that does not fit is unknown.
pub(super) fn fitting<T: DeserializeOwned>(answer: Observed<Value>) -> Observed<T> {
    match answer {
        Observed::Known(value) => match serde_json::from_value(value) {
            Ok(value) => Observed::Known(value),
            // serde's message is not used: it quotes values.
            Err(_) => Observed::Unknown("the answer does not fit the schema".into()),
        },
        Observed::Absent => Observed::Absent,
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

#[cfg(test)]
mod tests;
