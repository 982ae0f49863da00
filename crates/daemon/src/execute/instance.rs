//! Steps on instances.

use super::outputs::{Outputs, Produced};
use super::{StepError, Written};
use crate::diff::{self, MoveLabels};
use crate::model::{
    API_KEYS, ConfigWrite, Echo, FlowWrite, InstanceId, MoveStamp, RanStamp, ValueOwner,
    flow_variable, keys_text,
};
use crate::plan::{InstanceOperation, Output, StepId, VersionSource};
use crate::prismatic::platform::{Created, InstanceUpdate, NewInstance, Platform};

/// Does one step.
pub(super) async fn perform(
    operation: InstanceOperation,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Result<Produced, StepError> {
    match operation {
        InstanceOperation::Create {
            name,
            customer,
            version,
            description,
            labels,
            config,
            bound,
        } => {
            let new = NewInstance {
                name,
                customer: outputs.customer(&customer)?,
                version: outputs.version(&version)?,
                description,
                labels,
                config: outputs.with_bound(config, &bound)?,
            };
            return create(platform, new).await;
        }
        InstanceOperation::Update {
            instance,
            name,
            description,
            labels,
            global_debug,
        } => {
            let instance = outputs.instance(&instance)?;
            let update = InstanceUpdate {
                name,
                description,
                global_debug,
                labels: labels.map(|labels| outputs.with_stamp(&instance, labels)),
                ..InstanceUpdate::of(instance)
            };
            platform.update_instance(&update).await?;
        }
        InstanceOperation::Configure {
            instance,
            config,
            bound,
        } => {
            let config = outputs.with_bound(config, &bound)?;
            return configure(platform, outputs.instance(&instance)?, &config).await;
        }
        InstanceOperation::SetFlows {
            instance,
            flows,
            differs,
            ..
        } => {
            return set_flows(platform, outputs.instance(&instance)?, (&flows, differs)).await;
        }
        InstanceOperation::Upgrade {
            instance,
            version,
            labels,
        } => {
            let update = upgrade(&instance, &version, labels.as_ref(), outputs, platform)?;
            return moves(platform, update).await;
        }
        InstanceOperation::Deploy { instance, force } => {
            return deploy(platform, &outputs.instance(&instance)?, force).await;
        }
        InstanceOperation::Switch {
            instance,
            enabled,
            unless_shown,
        } => {
            return switch((platform, outputs), &instance, (enabled, unless_shown)).await;
        }
        InstanceOperation::Delete { instance } => platform.delete_instance(&instance).await?,
    }
    Ok(Produced::Nothing)
}

async fn configure(
    platform: &dyn Platform,
    instance: InstanceId,
    config: &[ConfigWrite],
) -> Result<Produced, StepError> {
    let (echo, _) = platform.configure_instance(&instance, config).await?;
    Ok(Produced::Values(Written {
        owner: ValueOwner::Instance(instance),
        echo,
    }))
}

async fn deploy(
    platform: &dyn Platform,
    instance: &InstanceId,
    force: bool,
) -> Result<Produced, StepError> {
    let shown = platform.deploy_instance(instance, force).await?;
    Ok(shown.enabled.map_or(Produced::Nothing, Produced::Switched))
}

async fn moves(platform: &dyn Platform, update: InstanceUpdate) -> Result<Produced, StepError> {
    platform.update_instance(&update).await?;
    Ok(stamped(update))
}

/// Nothing is sent where a reply showed that it is so already.
async fn switch(
    (platform, outputs): (&dyn Platform, &Outputs),
    instance: &Output<InstanceId>,
    (enabled, unless_shown): (bool, Option<StepId>),
) -> Result<Produced, StepError> {
    if unless_shown.and_then(|step| outputs.enabled(step)) == Some(enabled) {
        return Ok(Produced::AlreadySo);
    }
    let instance = outputs.instance(instance)?;
    let update = InstanceUpdate {
        enabled: Some(enabled),
        ..InstanceUpdate::of(instance)
    };
    platform.update_instance(&update).await?;
    Ok(Produced::Nothing)
}

/// Reads what is set, lays what is declared over it, and sends all of it; then reads what the API shows of keys.
async fn set_flows(
    platform: &dyn Platform,
    instance: InstanceId,
    (flows, differs): (&[FlowWrite], bool),
) -> Result<Produced, StepError> {
    let live = platform.flows_of(&instance).await?;
    let Some(requests) = diff::merged_flows(&live, flows, differs)? else {
        return Ok(Produced::AlreadySo);
    };
    platform.set_flows(&instance, &requests).await?;
    let mut echo = Echo::default();
    if flows.iter().any(|flow| flow.api_keys.is_some())
        && let Ok(shown) = platform.flows_of(&instance).await
    {
        for flow in flows {
            if let Some(live) = shown.iter().find(|live| live.is_called(&flow.flow)) {
                let keys = keys_text(live.api_keys.iter().map(String::as_str));
                echo.insert(&flow_variable(&flow.flow), Some(API_KEYS), Some(keys));
            }
        }
    }
    Ok(Produced::Values(Written {
        owner: ValueOwner::Instance(instance),
        echo,
    }))
}

/// The stamps that a move put on, for later writes of labels.
fn stamped(update: InstanceUpdate) -> Produced {
    let Some(labels) = update.labels else {
        return Produced::Nothing;
    };
    let is_stamp = |label: &String| MoveStamp::is(label) || RanStamp::is(label);
    Produced::Moved(update.id, labels.into_iter().filter(is_stamp).collect())
}

async fn create(platform: &dyn Platform, new: NewInstance) -> Result<Produced, StepError> {
    let Created { id, echo, sighting } = platform.create_instance(&new).await?;
    let owner = ValueOwner::Instance(id);
    let written = Written { owner, echo };
    Ok(Produced::Instance(written, sighting.enabled))
}

/// A move to another version, with its stamp in the same request.
fn upgrade(
    instance: &Output<InstanceId>,
    version: &VersionSource,
    labels: Option<&MoveLabels>,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Result<InstanceUpdate, StepError> {
    Ok(InstanceUpdate {
        version: Some(outputs.version(version)?),
        labels: labels.map(|labels| moved(labels, version, outputs, platform)),
        ..InstanceUpdate::of(outputs.instance(instance)?)
    })
}

/// All labels of an instance after a move, its stamp among them. Where the time of the server is not known, it bears no
/// stamp: then the time of its deploy counts, which is later.
fn moved(
    labels: &MoveLabels,
    version: &VersionSource,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Vec<String> {
    let to = labels.to.or_else(|| outputs.version_number(version));
    let Some(now) = platform.server_now() else {
        return labels.others.clone();
    };
    let mut all = labels.others.clone();
    if let Some((from, to)) = labels.from.zip(to) {
        let stamp = MoveStamp {
            to,
            from,
            at: now,
            bypass: labels.bypass,
        };
        all = stamp.put_on(&all);
    }
    if let Some((version, since)) = labels.left {
        let until = now;
        all = RanStamp {
            version,
            since,
            until,
        }
        .put_on(&all);
    }
    all
}
