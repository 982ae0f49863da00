//! Webhooks: a call runs the flow behind the URL.

use serde_json::json;
use uuid::Uuid;

use super::reply;
use crate::world::integration::identity;
use crate::world::{Moment, id};
use crate::{Sandbox, state};
use prism_gitops_http::transport::Response;

impl Sandbox {
    /// Runs the flow of the flow config with this uuid.
    pub(super) async fn trigger(&self, target: &str) -> Response {
        let behaviour = self.behaviour();
        let moment = Moment {
            now: self.now(),
            behaviour: &behaviour,
        };
        let _alone = match self.catch_up(true).await {
            Ok(alone) => alone,
            Err(message) => return reply::detail(500, &message),
        };
        let mut world = self.inner.world.write().await;
        let config = Uuid::parse_str(target).unwrap_or_default();
        let Some((instance, flow)) = world.find_flow_config(config) else {
            return reply::detail(404, "Not found.");
        };
        let runs = instance.enabled && instance.deployed_at.is_some();
        if !(instance.system || runs) {
            return reply::detail(404, "The instance is not enabled.");
        }
        let Ok(execution) = world.run(moment, instance.id, identity(&flow), instance.system) else {
            return reply::detail(404, "Not found.");
        };
        if let Err(message) = self.keep(|| state::encode(&world)).await {
            return reply::detail(500, &message);
        }
        let id = id::global("InstanceExecutionResult", execution.id);
        let mut response = reply::json(200, &json!({ "executionId": id }));
        response
            .headers
            .push(("prismatic-executionid".to_owned(), id));
        response
    }
}
