//! Links at which people consent to connections.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lookup_batcher::{fitting, look_up};
use crate::model::{Asked, AuthorizeUrl, AuthorizeUrls, InstanceId, Observed};
use crate::operations::authorize_urls::{self, Authorizing};
use crate::operations::lookups;
use crate::session::Session;

/// The links of some instances.
pub(crate) async fn authorize_urls(
    session: &Session,
    instances: &BTreeSet<InstanceId>,
) -> AuthorizeUrls {
    let lookups: Vec<_> = (instances.iter())
        .map(|instance| lookups::authorize_urls(instance.as_str()))
        .collect();
    let answers = look_up(session, lookups::AUTHORIZE_URLS, &lookups).await;
    let mut read = AuthorizeUrls::new();
    for (instance, answer) in instances.iter().zip(answers) {
        let links = links(session, instance.as_str(), answer).await;
        read.insert(instance.clone(), links);
    }
    read
}

async fn links(session: &Session, id: &str, answer: Observed<Value>) -> Asked<Vec<AuthorizeUrl>> {
    let page = match fitting::<Authorizing>(answer) {
        Observed::Known(instance) => instance.config_variables,
        Observed::Absent => return Asked::Unknown("the server gave no such instance".into()),
        Observed::Unknown(why) => return Asked::Unknown(why),
    };
    let nodes = page.whole(authorize_urls::run(session, id)).await;
    nodes.map_or_else(Asked::Unknown, |nodes| {
        Asked::Known(nodes.into_iter().map(AuthorizeUrl::from).collect())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::platform::Platform as _;
    use crate::testing::{Ask, Fake, Step, client, data, reply};

    fn variables(keys: &[&str], more: bool) -> Value {
        let node = |key: &&str| {
            json!({"id": format!("cv-{key}"), "authorizeUrl": format!("https://x/{key}"),
                   "requiredConfigVariable": {"key": key}})
        };
        let nodes: Vec<Value> = keys.iter().map(node).collect();
        let edges: Vec<Value> = keys.iter().map(|key| json!({"cursor": key})).collect();
        json!({"configVariables": {"nodes": nodes, "totalCount": 3, "edges": edges,
               "pageInfo": {"hasNextPage": more}}})
    }

    fn answer(id: &str) -> Value {
        match id {
            "gone" => Value::Null,
            "long" => variables(&["A", "B"], true),
            _ => variables(&["A", "B"], false),
        }
    }

    fn batch(ask: &Ask) -> Step {
        let ids = ask.variables().as_object().unwrap();
        let one =
            |(name, id): (&String, &Value)| (name.replace('v', "l"), answer(id.as_str().unwrap()));
        let answers: Map<String, Value> = ids.iter().map(one).collect();
        let errors: Vec<Value> = (ids.iter())
            .filter(|(_, id)| *id == "refused")
            .map(|(name, _)| {
                json!({"message": "no permission", "path": [name.replace('v', "l"), "configVariables"]})
            })
            .collect();
        match errors.is_empty() {
            true => data(&Value::Object(answers)),
            false => reply(200, &json!({"data": answers, "errors": errors})),
        }
    }

    async fn read(ids: &[&str]) -> (AuthorizeUrls, usize) {
        let fake = Fake::new(|ask| match ask.operation().as_str() {
            "authorizeUrls" => batch(ask),
            "instanceAuthorizeUrls" => {
                let first = ask.variables()["after"].is_null();
                let keys = if first { ["A", "B"] } else { ["B", "C"] };
                data(&json!({"instance": variables(&keys, first)}))
            }
            other => panic!("unexpected {other}"),
        });
        let ids = ids.iter().map(|id| InstanceId::new(*id)).collect();
        (client(&fake).authorize_urls(&ids).await, fake.count())
    }

    fn shown(links: &Asked<Vec<AuthorizeUrl>>) -> String {
        match links {
            Asked::NotAsked => "not asked".to_owned(),
            Asked::Unknown(why) => format!("unknown: {why}"),
            Asked::Known(all) => (all.iter())
                .map(|it| format!("{}={}", it.variable, it.url.as_ref().unwrap().expose()))
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_instance_has_its_own_outcome() {
        let (read, requests) = read(&["fine", "gone", "long", "refused"]).await;
        let lines: Vec<String> = (read.iter())
            .map(|(id, links)| format!("{id}: {}", shown(links)))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        fine: A=https://x/A B=https://x/B
        gone: unknown: the server gave no such instance
        long: A=https://x/A B=https://x/B C=https://x/C
        refused: unknown: no permission
        ");
        assert_eq!(requests, 3, "one for all, two for the rest of the long one");
    }

    #[tokio::test(start_paused = true)]
    async fn many_instances_share_requests() {
        let ids: Vec<String> = (0..60).map(|id| format!("i{id:02}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let (read, requests) = read(&ids).await;
        assert_eq!((read.len(), requests), (60, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_is_not_in_what_is_printed() {
        let (read, _) = read(&["fine"]).await;
        assert!(!format!("{read:?}").contains("https://"), "{read:?}");
    }
}
