//! Whether a deploy had its effect, where the answer does not say.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::Part;
use crate::lookup_batcher::look_up;
use crate::model::Observed;
use crate::operations::lookups;
use crate::session::Session;

/// How long after a first look an instance is looked at again: what is read may
/// come from a copy that lags behind.
const PAUSE: Duration = Duration::from_secs(2);

/// What is known of one deploy.
pub(super) enum Found {
    /// The instance does not call for a deploy any more.
    Done(Value),
    /// The instance still calls for it, on two looks.
    NotDone,
    /// Unknown, with the reason.
    Unknown(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    needs_deploy: bool,
}

/// Looks for the effects of deploys, many in one request.
pub(super) async fn of_deploys(session: &Session, parts: &[Part]) -> Vec<Found> {
    let parts: Vec<&Part> = parts.iter().collect();
    let mut all = look(session, &parts).await;
    let mut open: Vec<_> = (all.iter_mut().zip(parts))
        .filter(|(found, _)| matches!(found, Found::NotDone))
        .collect();
    if open.is_empty() {
        return all;
    }
    tokio::time::sleep(PAUSE).await;
    let again: Vec<_> = open.iter().map(|(_, part)| *part).collect();
    let again = look(session, &again).await;
    for ((found, _), again) in open.iter_mut().zip(again) {
        **found = again;
    }
    all
}

async fn look(session: &Session, parts: &[&Part]) -> Vec<Found> {
    let id = |part: &Part| part.input["id"].as_str().unwrap_or_default().to_owned();
    let wanted: Vec<_> = parts
        .iter()
        .map(|part| lookups::needs_deploy(&id(part)))
        .collect();
    let answers = look_up(session, lookups::DEPLOYS, &wanted).await;
    answers.into_iter().map(found).collect()
}

fn found(answer: Observed<Value>) -> Found {
    match answer {
        Observed::Known(value) => match State::deserialize(&value) {
            Ok(State { needs_deploy: true }) => Found::NotDone,
            Ok(State {
                needs_deploy: false,
            }) => Found::Done(value),
            Err(_) => unknown("the answer does not fit the schema"),
        },
        Observed::Absent => unknown("the instance is gone"),
        Observed::Unknown(why) => unknown(&why),
    }
}

fn unknown(why: &str) -> Found {
    Found::Unknown(format!(
        "another write of the same request failed, and whether this one was done cannot be read: {why}"
    ))
}
