//! What is done to customers.

use serde_json::{Value, json};

use crate::model::CustomerId;

/// One write to a customer. Each variant is one operation of the platform. No variant removes a customer.
#[derive(Debug, Clone)]
pub enum CustomerOperation {
    /// Creates a customer. Produces its id.
    Create {
        /// Its name.
        name: String,
        /// The id that the vendor's own system gave it.
        external_id: String,
        /// What there is to know about it.
        description: Option<String>,
        /// Its labels, the marker among them.
        labels: Vec<String>,
        /// How many executions may run at once.
        limit: Option<i64>,
    },
    /// Sets what is given of a customer, and leaves the rest.
    Update {
        /// The customer.
        customer: CustomerId,
        /// Its name.
        name: Option<String>,
        /// The id that the vendor's own system gave it.
        external_id: Option<String>,
        /// What there is to know about it.
        description: Option<String>,
        /// All its labels.
        labels: Option<Vec<String>>,
        /// How many executions may run at once.
        limit: Option<i64>,
    },
}

impl CustomerOperation {
    /// Sets all labels, and nothing else.
    #[must_use]
    pub fn labels(customer: CustomerId, labels: Vec<String>) -> Self {
        Self::Update {
            customer,
            name: None,
            external_id: None,
            description: None,
            labels: Some(labels),
            limit: None,
        }
    }

    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "set details",
        }
    }

    pub(crate) fn all_labels(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Create { labels, .. } => Some(labels),
            Self::Update { labels, .. } => labels.as_mut(),
        }
    }

    /// What creates something is always a request of its own.
    pub(crate) fn can_share(&self) -> bool {
        match self {
            Self::Create { .. } => false,
            Self::Update { .. } => true,
        }
    }

    pub(crate) fn digest(&self) -> Value {
        match self {
            Self::Create {
                name,
                external_id,
                description,
                labels,
                limit,
            } => json!([
                "createCustomer",
                name,
                external_id,
                description,
                labels,
                limit
            ]),
            Self::Update {
                customer,
                name,
                external_id,
                description,
                labels,
                limit,
            } => json!([
                "updateCustomer",
                customer,
                name,
                external_id,
                description,
                labels,
                limit
            ]),
        }
    }
}
