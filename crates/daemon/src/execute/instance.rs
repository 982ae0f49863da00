//! Steps on instances.

use super::outputs::{Outputs, Produced};
use super::{StepError, Written};
use crate::diff::MoveLabels;
use crate::model::{ConfigWrite, InstanceId, MoveStamp, RanStamp, ValueOwner};
use crate::plan::{InstanceOperation, Output, VersionSource};
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
            mut config,
            bound,
        } => {
            config.extend(outputs.bound(&bound)?);
            return create(
                platform,
                NewInstance {
                    name,
                    customer: outputs.customer(&customer)?,
                    version: outputs.version(&version)?,
                    description,
                    labels,
                    config,
                },
            )
            .await;
        }
        InstanceOperation::Update {
            instance,
            name,
            description,
            labels,
        } => {
            let instance = outputs.instance(&instance)?;
            let update = InstanceUpdate {
                name,
                description,
                labels: labels.map(|labels| outputs.with_stamp(&instance, labels)),
                ..InstanceUpdate::of(instance)
            };
            platform.update_instance(&update).await?;
        }
        InstanceOperation::Configure {
            instance,
            mut config,
            bound,
        } => {
            config.extend(outputs.bound(&bound)?);
            return configure(platform, outputs.instance(&instance)?, config).await;
        }
        InstanceOperation::Upgrade {
            instance,
            version,
            labels,
        } => {
            let update = upgrade(&instance, &version, labels.as_ref(), outputs, platform)?;
            platform.update_instance(&update).await?;
            return Ok(stamped(update));
        }
        InstanceOperation::Deploy { instance, force } => {
            let instance = outputs.instance(&instance)?;
            let shown = platform.deploy_instance(&instance, force).await?;
            return Ok(shown.enabled.map_or(Produced::Nothing, Produced::Switched));
        }
        InstanceOperation::Switch {
            instance,
            enabled,
            unless_shown,
        } => {
            if unless_shown.and_then(|step| outputs.enabled(step)) == Some(enabled) {
                return Ok(Produced::AlreadySo);
            }
            switch(platform, outputs.instance(&instance)?, enabled).await?;
        }
        InstanceOperation::Delete { instance } => platform.delete_instance(&instance).await?,
    }
    Ok(Produced::Nothing)
}

async fn configure(
    platform: &dyn Platform,
    instance: InstanceId,
    config: Vec<ConfigWrite>,
) -> Result<Produced, StepError> {
    let (echo, _) = platform.configure_instance(&instance, &config).await?;
    let owner = ValueOwner::Instance(instance);
    Ok(Produced::Values(Written { owner, echo }))
}

async fn switch(
    platform: &dyn Platform,
    instance: InstanceId,
    enabled: bool,
) -> Result<(), StepError> {
    let update = InstanceUpdate {
        enabled: Some(enabled),
        ..InstanceUpdate::of(instance)
    };
    platform.update_instance(&update).await?;
    Ok(())
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
