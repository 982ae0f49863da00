//! Steps on customers.

use super::StepError;
use super::outputs::Produced;
use crate::plan::CustomerOperation;
use crate::prismatic::platform::{CustomerUpdate, NewCustomer, Platform};

/// Does one step.
pub(super) async fn perform(
    operation: CustomerOperation,
    platform: &dyn Platform,
) -> Result<Produced, StepError> {
    match operation {
        CustomerOperation::Create {
            name,
            external_id,
            description,
            labels,
            limit,
        } => {
            let new = NewCustomer {
                name,
                external_id,
                description,
                labels,
                concurrent_execution_limit: limit,
            };
            let created = platform.create_customer(&new).await?;
            Ok(Produced::Customer(created.id))
        }
        CustomerOperation::Update {
            customer,
            name,
            external_id,
            description,
            labels,
            limit,
        } => {
            let update = CustomerUpdate {
                id: customer,
                name,
                external_id,
                description,
                labels,
                concurrent_execution_limit: limit,
            };
            platform.update_customer(&update).await?;
            Ok(Produced::Nothing)
        }
    }
}
