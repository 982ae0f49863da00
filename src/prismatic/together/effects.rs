//! Whether a deploy had its effect, where the answer does not say.

use serde::Deserialize;
use serde_json::Value;

use super::Part;
use crate::model::Observed;
use crate::prismatic::alias::look_up;
use crate::prismatic::operations::lookups;
use crate::prismatic::session::Session;

/// What is known of one deploy.
pub(super) enum Found {
    /// The instance does not call for a deploy any more.
    Done(Value),
    /// The instance still calls for it.
    NotDone,
    /// Nobody can tell; why.
    Unknown(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    needs_deploy: bool,
}

/// Looks for the effects of deploys, many in one request.
pub(super) async fn of_deploys(session: &Session, parts: &[Part]) -> Vec<Found> {
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
