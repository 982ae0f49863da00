//! Errors that quote what was said in this request and in those before it.

use super::reply;
use crate::behaviour::Echo;
use crate::world::World;
use crate::{Sandbox, faults};
use prism_gitops_http::transport::Response;

impl Sandbox {
    /// The response, with quotations in its error messages. They go on with every value that
    /// the tenant holds, since a server may quote another request than the one it answers.
    pub(super) async fn quoting(&self, response: &Response, body: &[u8], form: Echo) -> Response {
        let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let mut texts = faults::said(&request["variables"]);
        texts.extend(secrets(&*self.inner.world.read().await));
        if serde_json::from_slice::<serde_json::Value>(&response.body).is_ok() {
            return reply::bent(response, |answer| faults::quote(answer, &texts, form));
        }
        let texts: Vec<String> = texts.iter().map(|text| faults::shown(text, form)).collect();
        let text = String::from_utf8_lossy(&response.body);
        Response {
            body: format!("{text} {}", texts.join(" ")).into(),
            ..response.clone()
        }
    }
}

/// Every value of a config variable that is set.
fn secrets(world: &World) -> Vec<String> {
    let settings = world.instances.iter().flat_map(|it| it.values.values());
    let values = settings.flat_map(|setting| {
        let inputs = setting.inputs.values().map(|input| &input.value);
        inputs.chain(&setting.value).cloned()
    });
    values.filter(|value| !value.is_empty()).collect()
}
