//! Steps on integrations and their versions.

use super::StepError;
use super::outputs::{Outputs, Produced};
use crate::model::VersionRecord;
use crate::plan::IntegrationOperation;
use crate::prismatic::platform::{IntegrationUpdate, MarketplaceUpdate, Platform};

/// Does one step.
pub(super) async fn perform(
    operation: IntegrationOperation,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Result<Produced, StepError> {
    match operation {
        IntegrationOperation::Create { name, labels } => {
            let created = platform.create_integration(&name, &labels).await?;
            return Ok(Produced::Integration(created.id));
        }
        IntegrationOperation::Import {
            integration,
            definition,
        } => {
            let integration = integration.map(|it| outputs.integration(&it)).transpose()?;
            let imported = platform
                .import_integration(integration.as_ref(), &definition)
                .await?;
            return Ok(Produced::Draft(imported));
        }
        IntegrationOperation::Update {
            integration,
            description,
            labels,
            unless_shown,
        } => {
            if unless_shown.is_some_and(|import| outputs.shows_labels(import, labels.as_deref())) {
                return Ok(Produced::AlreadySo);
            }
            let id = outputs.integration(&integration)?;
            platform
                .update_integration(&IntegrationUpdate {
                    id,
                    name: None,
                    description,
                    labels,
                })
                .await?;
        }
        IntegrationOperation::Publish {
            integration,
            record,
        } => {
            let id = outputs.integration(&integration)?;
            let canonical = Some(platform.definition(&id).await?.digest);
            let record = VersionRecord {
                canonical,
                ..record
            };
            let published = platform.publish_integration(&id, None, &record).await?;
            return Ok(Produced::Version {
                id: published.id,
                number: published.number,
            });
        }
        IntegrationOperation::SetAvailability { version, available } => {
            platform
                .set_availability(&outputs.version(&version)?, available)
                .await?;
        }
        IntegrationOperation::SetMarketplace {
            version,
            visibility,
            overview,
            allow_multiple_instances,
        } => {
            let version = outputs.version(&version)?;
            let update = MarketplaceUpdate {
                version,
                visibility,
                overview,
                allow_multiple_instances,
            };
            platform.set_marketplace(&update).await?;
        }
    }
    Ok(Produced::Nothing)
}
