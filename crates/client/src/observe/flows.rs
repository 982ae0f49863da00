//! What instances set for their flows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::{Effect, ErrorKind, PlatformError};
use crate::lookup_batcher::{fitting, look_up};
use crate::model::{Asked, FlowsOfInstances, InstanceId, LiveFlow, Observed};
use crate::operations::flows::{self, WithFlows};
use crate::operations::lookups;
use crate::platform::PlatformResult;
use crate::session::Session;

/// The settings of the flows of some instances.
pub(crate) async fn flows(session: &Session, instances: &BTreeSet<InstanceId>) -> FlowsOfInstances {
    let lookups: Vec<_> = (instances.iter())
        .map(|instance| lookups::flows(instance.as_str()))
        .collect();
    let answers = look_up(session, lookups::FLOWS, &lookups).await;
    let mut read = FlowsOfInstances::new();
    for (instance, answer) in instances.iter().zip(answers) {
        let flows = of_one(session, instance.as_str(), answer).await;
        read.insert(instance.clone(), flows);
    }
    read
}

/// Those of one instance, all or none.
pub(crate) async fn flows_of(session: &Session, id: &InstanceId) -> PlatformResult<Vec<LiveFlow>> {
    let walk = flows::run(session, id.as_str()).await;
    match (walk.failed, walk.listing.incomplete) {
        (Some(error), _) => Err(error),
        (None, Some(why)) => Err(PlatformError {
            operation: "instance",
            kind: ErrorKind::Protocol {
                message: format!("the flows were not read to their end: {why}"),
            },
            effect: Effect::None,
        }),
        (None, None) => Ok(walk.listing.items.into_iter().map(LiveFlow::from).collect()),
    }
}

async fn of_one(session: &Session, id: &str, answer: Observed<Value>) -> Asked<Vec<LiveFlow>> {
    let page = match fitting::<WithFlows>(answer) {
        Observed::Known(instance) => instance.flow_configs,
        Observed::Absent => return Asked::Unknown("the server gave no such instance".into()),
        Observed::Unknown(why) => return Asked::Unknown(why),
    };
    let nodes = page.whole(flows::run(session, id)).await;
    nodes.map_or_else(Asked::Unknown, |nodes| {
        Asked::Known(nodes.into_iter().map(LiveFlow::from).collect())
    })
}
