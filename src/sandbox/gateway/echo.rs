//! Errors that quote what was said in this request and in those before it.

use super::reply;
use crate::prismatic::transport::Response;
use crate::sandbox::behaviour::Echo;
use crate::sandbox::world::World;
use crate::sandbox::{Sandbox, faults};

impl Sandbox {
    /// The response, with quotations in its error messages. They go on with every secret that
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

/// Every input of a connection that is set.
fn secrets(world: &World) -> Vec<String> {
    let settings = world.instances.iter().flat_map(|it| it.values.values());
    let inputs = settings.flat_map(|setting| setting.inputs.values());
    let values = inputs.map(|input| input.value.clone());
    values.filter(|value| !value.is_empty()).collect()
}
