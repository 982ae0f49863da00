//! What people and programs did in the tenant: one page, the newest first. It is a hint for people, so more is not read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::convert;
use crate::model::{Activity, Listing};
use crate::paging::Page;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "activities",
    repeat: Repeat::Read,
    document: include_str!("activities.graphql"),
};

#[derive(Serialize)]
struct Span {
    since: Timestamp,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Data {
    activities: Page<Node>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    timestamp: Option<String>,
    user_name: Option<String>,
    description: Option<String>,
}

impl Node {
    fn activity(self) -> Option<Activity> {
        Some(Activity {
            at: convert::time(self.timestamp)?,
            who: self.user_name.filter(|it| !it.is_empty())?,
            what: self.description?,
        })
    }
}

/// The newest of a span.
pub(crate) async fn run(
    session: &Session,
    since: Timestamp,
    until: Timestamp,
) -> Listing<Activity> {
    let read: PlatformResult<Data> = async {
        let span = Span { since, until };
        session.read(&OPERATION.call(&span)?).await
    }
    .await;
    match read {
        Ok(Data { activities }) => {
            let more = activities.has_more();
            let nodes = activities.nodes.into_iter().flatten();
            Listing {
                items: nodes.filter_map(Node::activity).collect(),
                incomplete: more.then(|| "only the newest were read".into()),
            }
        }
        Err(error) => Listing {
            items: Vec::new(),
            incomplete: Some(error.to_string().into()),
        },
    }
}
