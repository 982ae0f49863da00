//! Steps on instances.

use super::outputs::{Outputs, Produced};
use super::{StepError, Written};
use crate::plan::Operation;
use crate::prismatic::platform::{Created, InstanceUpdate, NewInstance, Platform};

/// Does one step.
pub(super) async fn perform(
    operation: Operation,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Result<Produced, StepError> {
    match operation {
        Operation::CreateInstance {
            name,
            customer,
            version,
            description,
            labels,
            config,
        } => {
            let version = outputs.version(&version)?;
            let new = NewInstance {
                name,
                customer,
                version,
                description,
                labels,
                config,
            };
            let Created { id, echo, sighting } = platform.create_instance(&new).await?;
            let written = Written { instance: id, echo };
            return Ok(Produced::Instance(written, sighting.enabled));
        }
        Operation::UpdateInstance {
            instance,
            name,
            description,
            labels,
        } => {
            let update = InstanceUpdate {
                name,
                description,
                labels,
                ..InstanceUpdate::of(outputs.instance(&instance)?)
            };
            platform.update_instance(&update).await?;
        }
        Operation::ConfigureInstance { instance, config } => {
            let instance = outputs.instance(&instance)?;
            let (echo, _) = platform.configure_instance(&instance, &config).await?;
            return Ok(Produced::Values(Written { instance, echo }));
        }
        Operation::UpgradeInstance { instance, version } => {
            let version = Some(outputs.version(&version)?);
            let update = InstanceUpdate {
                version,
                ..InstanceUpdate::of(outputs.instance(&instance)?)
            };
            platform.update_instance(&update).await?;
        }
        Operation::DeployInstance { instance, force } => {
            let instance = outputs.instance(&instance)?;
            let shown = platform.deploy_instance(&instance, force).await?;
            return Ok(shown.enabled.map_or(Produced::Nothing, Produced::Switched));
        }
        Operation::SwitchInstance {
            instance,
            enabled,
            unless_shown,
        } => {
            let shown = unless_shown.and_then(|step| outputs.enabled(step));
            if shown == Some(enabled) {
                return Ok(Produced::AlreadySo);
            }
            let update = InstanceUpdate {
                enabled: Some(enabled),
                ..InstanceUpdate::of(outputs.instance(&instance)?)
            };
            platform.update_instance(&update).await?;
        }
        Operation::DeleteInstance { instance } => platform.delete_instance(&instance).await?,
        _ => {}
    }
    Ok(Produced::Nothing)
}
