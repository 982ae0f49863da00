//! Sets how the marketplace shows a version.
//!
//! All values go along every time: prism's sources say that leaving out the
//! overview erases it.

use super::{Done, Input, Operation};
use crate::convert;
use crate::platform::{MarketplaceUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "updateIntegrationMarketplaceConfiguration",
    repeat: Repeat::Idempotent,
    document: include_str!("set_marketplace.graphql"),
};

pub(crate) async fn run(session: &Session, update: &MarketplaceUpdate) -> PlatformResult<()> {
    let input = serde_json::json!({
        "id": update.version,
        "marketplaceConfiguration": convert::marketplace_word(update.visibility),
        "overview": update.overview,
        "allowMultipleMarketplaceInstances": update.allow_multiple_instances,
    });
    let Done {} = session.write(&OPERATION.call(&Input { input })?).await?;
    Ok(())
}
