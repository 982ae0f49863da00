//! Customers, as instances need them and as manifests declare them.

use super::time;
use crate::model::{Asked, Customer, CustomerId, CustomerRecord, CustomerSighting};
use crate::operations::nodes::{CustomerNode, CustomerRecordNode, SightedCustomerNode};

/// A customer.
pub(crate) fn customer(node: CustomerNode) -> Customer {
    Customer {
        id: CustomerId::new(node.id),
        name: node.name,
        external_id: node.external_id.filter(|id| !id.is_empty()),
    }
}

/// A customer of the list. Without `limits` nothing was asked about its limit.
pub(crate) fn customer_record(node: CustomerRecordNode, limits: bool) -> CustomerRecord {
    CustomerRecord {
        customer: customer(node.customer),
        description: node.description.unwrap_or_default(),
        labels: node.labels.unwrap_or_default(),
        concurrent_execution_limit: match limits {
            true => Asked::Known(node.concurrent_execution_limit),
            false => Asked::NotAsked,
        },
        updated_at: time(node.updated_at),
    }
}

/// What a reply or a look shows of a customer.
pub(crate) fn customer_sighting(node: SightedCustomerNode) -> CustomerSighting {
    CustomerSighting {
        id: CustomerId::new(node.id),
        name: node.name,
        external_id: node.external_id,
        labels: node.labels,
        created_at: time(node.created_at),
        updated_at: time(node.updated_at),
    }
}
