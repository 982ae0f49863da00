//! The content behind `resultsUrl` of a step result: `MessagePack`, for any holder of the URL (FACTS §12).

use bytes::Bytes;
use uuid::Uuid;

use super::reply;
use crate::Sandbox;
use prism_gitops_http::transport::Response;

/// `{"data": "{}", "contentType": "application/json"}`, the two fields that `prism` reads. No
/// component runs here, so that what a step gave is a choice: an empty object.
const RESULT: &[u8] = b"\x82\xa4data\xa2{}\xabcontentType\xb0application/json";

impl Sandbox {
    /// The result of the step with this uuid.
    pub(super) async fn step(&self, wanted: &str) -> Response {
        let wanted = Uuid::parse_str(wanted).unwrap_or_default();
        let world = self.inner.world.read().await;
        let mut executions = world.executions.iter();
        let found = executions.any(|execution| {
            let mut places = 0..execution.steps.len();
            places.any(|place| execution.step_id(place) == wanted)
        });
        if !found {
            return reply::detail(404, "Not found.");
        }
        Response {
            status: 200,
            headers: vec![(
                "content-type".to_owned(),
                "application/x-msgpack".to_owned(),
            )],
            body: Bytes::from_static(RESULT),
        }
    }
}
