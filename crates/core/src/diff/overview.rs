//! What comparisons of all kinds have in common, so that whatever treats them alike is written once.

use super::{
    ChangeSet, Comparison, CustomerChanges, Found, InstanceChanges, IntegrationChanges, Stop,
};
use crate::model::{Address, CustomerId, InstanceId, IntegrationId, Location};

/// What is known of a compared resource, whatever its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overview<'a> {
    /// The id of the live object, and how it was found.
    pub live: Found<&'a str>,
    /// What it is called now; before it exists, what it will be called.
    pub display_name: &'a str,
    /// The name of the customer, for instances.
    pub customer_name: Option<&'a str>,
}

/// How a resource of some kind differs.
pub trait Changes {
    /// What is known of it, whatever its kind.
    fn overview(&self) -> Overview<'_>;
}

impl Changes for CustomerChanges {
    fn overview(&self) -> Overview<'_> {
        Overview {
            live: self.live.as_ref().map(CustomerId::as_str),
            display_name: &self.called,
            customer_name: None,
        }
    }
}

impl Changes for IntegrationChanges {
    fn overview(&self) -> Overview<'_> {
        Overview {
            live: self.live.as_ref().map(IntegrationId::as_str),
            display_name: &self.display_name,
            customer_name: None,
        }
    }
}

impl Changes for InstanceChanges {
    fn overview(&self) -> Overview<'_> {
        Overview {
            live: self.live.as_ref().map(InstanceId::as_str),
            display_name: &self.display_name,
            customer_name: Some(&self.customer_name),
        }
    }
}

/// A comparison, whatever its kind.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The address of the resource.
    pub address: &'a Address,
    /// Where it is declared.
    pub location: &'a Location,
    /// What is known of it.
    pub verdict: Result<Overview<'a>, &'a Stop>,
}

fn overviews<C: Changes>(all: &[Comparison<C>]) -> impl Iterator<Item = Compared<'_>> {
    all.iter().map(|one| Compared {
        address: &one.address,
        location: &one.location,
        verdict: one.verdict.as_ref().map(Changes::overview),
    })
}

impl ChangeSet {
    /// All comparisons, kind by kind, in the order of the files.
    pub fn overviews(&self) -> impl Iterator<Item = Compared<'_>> {
        overviews(&self.customers)
            .chain(overviews(&self.integrations))
            .chain(overviews(&self.instances))
    }
}
