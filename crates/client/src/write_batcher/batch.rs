//! One request with several writes: its document, and what each part of the answer means.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use super::Part;
use crate::error::{Effect, ErrorKind, PlatformError};
use crate::graphql::{self, Answer, Failure, GraphQlError, Mutation};
use crate::operations::{Input, Operation};
use crate::platform::PlatformResult;
use crate::session::{Call, Session};
use crate::wire::Reply;

/// What the answer says of one write.
pub(super) enum Judged {
    /// It was done, and this is the object of the payload.
    Done(Value),
    /// It was not done, or failed as it would have by itself.
    Failed(PlatformError),
    /// It is unknown.
    Doubt,
}

/// How a request went.
pub(super) struct Outcome {
    pub(super) verdicts: Vec<Judged>,
    /// How long the answer took, without the waiting before.
    pub(super) took: Duration,
}

/// Sends the parts in one request.
///
/// # Errors
///
/// Where the request as a whole had no answer, or was not carried out at all.
pub(super) async fn send(
    session: &Session,
    operation: &Operation,
    parts: &[Part],
) -> PlatformResult<Outcome> {
    let variables: IndexMap<String, &Value> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| (format!("i{index}"), &part.input))
        .collect();
    let text = document(operation.document, parts.len());
    let call = Call::new(operation.name, operation.repeat, &text, &variables)?;
    let judge = |reply: &Reply| {
        let answer = graphql::open::<IndexMap<String, Value>>(reply, operation.repeat)?;
        Ok(Outcome {
            verdicts: verdicts(answer, parts.len(), operation)?,
            took: reply.took,
        })
    };
    session.run(&call, judge).await
}

/// Sends one part as the plain operation; gives the object of its payload and how long the answer took.
///
/// # Errors
///
/// As the operation by itself.
pub(super) async fn alone(
    session: &Session,
    operation: &Operation,
    part: Part,
) -> PlatformResult<(Value, Duration)> {
    let input = &part.input;
    let call = operation.call(&Input { input })?;
    let judge = |reply: &Reply| {
        let answer = graphql::open::<Mutation<Value>>(reply, operation.repeat)?;
        let object = answer.whole(operation.repeat)?.object(operation.repeat)?;
        Ok((object, reply.took))
    };
    session.run(&call, judge).await
}

/// The document of an operation for `count` inputs at once.
///
/// Made from the document for one, which has the shape that [`super::super::operations`]
/// promises: one variable `$input`, one root field, aliased `payload`.
fn document(one: &str, count: usize) -> String {
    let (name, rest) = one.split_once("($input: ").unwrap_or((one, ""));
    let (kind, rest) = rest.split_once(") {").unwrap_or((rest, ""));
    // The operation ends with the first brace that is not indented; fragments follow it.
    let (root, after) = rest.split_once("\n}\n").unwrap_or((rest, ""));
    let head: Vec<_> = (0..count)
        .map(|index| format!("$i{index}: {kind}"))
        .collect();
    let body: String = (0..count)
        .map(|index| {
            let input = format!("$i{index}");
            root.replacen("payload:", &format!("w{index}:"), 1)
                .replacen("$input", &input, 1)
        })
        .collect();
    format!("{name}({}) {{{body}\n}}\n{after}", head.join(", "))
}

/// The document of two, for checking against a schema.
pub(crate) fn sample(operation: &Operation) -> (&'static str, String) {
    (operation.name, document(operation.document, 2))
}

fn verdicts(
    answer: Answer<IndexMap<String, Value>>,
    count: usize,
    operation: &Operation,
) -> Result<Vec<Judged>, Failure> {
    let data = answer.data.as_ref();
    let nothing = data.is_none_or(|data| data.values().all(Value::is_null));
    if nothing && !answer.errors.is_empty() {
        let failure = answer.failure(operation.repeat);
        let about_all = matches!(
            failure.kind,
            ErrorKind::Unauthenticated { .. } | ErrorKind::RateLimited { .. }
        );
        if about_all || failure.effect == Effect::None && data.is_none() {
            return Err(failure);
        }
    }
    let errors = answer.errors;
    let mut data = answer.data.unwrap_or_default();
    let one = |index: usize| {
        let alias = format!("w{index}");
        let own: Vec<_> = errors
            .iter()
            .filter(|error| is_about(error, &alias))
            .cloned()
            .collect();
        match (data.swap_remove(&alias), own.is_empty()) {
            (_, false) => judge_errors(own, operation),
            (Some(payload), true) => judge_payload(payload, operation),
            (None, true) => Judged::Doubt,
        }
    };
    let mut verdicts: Vec<_> = (0..count).map(one).collect();
    let stray = errors.iter().any(|error| !names_a_part(error, count));
    if stray {
        for verdict in &mut verdicts {
            if matches!(verdict, Judged::Done(_)) {
                *verdict = Judged::Doubt;
            }
        }
    }
    Ok(verdicts)
}

fn is_about(error: &GraphQlError, alias: &str) -> bool {
    error.path.first().and_then(Value::as_str) == Some(alias)
}

fn names_a_part(error: &GraphQlError, count: usize) -> bool {
    (0..count).any(|index| is_about(error, &format!("w{index}")))
}

fn judge_errors(own: Vec<GraphQlError>, operation: &Operation) -> Judged {
    let failure = Answer::<Value>::of_errors(own).failure(operation.repeat);
    match failure.kind {
        // In time it may be done; by itself it is waited for.
        ErrorKind::RateLimited { .. } => Judged::Doubt,
        _ => Judged::Failed(failure.into_error(operation.name)),
    }
}

fn judge_payload(payload: Value, operation: &Operation) -> Judged {
    let named = serde_json::Map::from_iter([("payload".to_owned(), payload)]);
    let mutation = serde_json::from_value::<Mutation<Value>>(named.into());
    let Ok(mutation) = mutation else {
        return Judged::Doubt;
    };
    match mutation.object(operation.repeat) {
        Ok(object) => Judged::Done(object),
        Err(failure) => Judged::Failed(failure.into_error(operation.name)),
    }
}
