//! What comparisons of all kinds have in common, so that code for all of them is written once.

use super::{
    ChangeSet, Comparable, Comparison, ConnectionChanges, CustomerChanges, Found, InstanceChanges,
    IntegrationChanges, Stop,
};
use crate::kinds::with_kind;
use crate::model::{
    Address, ConnectionId, CustomerId, Desired, DesiredInstance, InstanceId, IntegrationId, Kind,
    Location,
};

/// What is known of a compared resource of any kind.
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
    /// What is known of a resource of any kind.
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

impl Changes for ConnectionChanges {
    fn overview(&self) -> Overview<'_> {
        Overview {
            live: self.live.as_ref().map(ConnectionId::as_str),
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

/// A comparison of a resource of any kind.
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
    /// Each compared instance with its declaration. Not every declared one is compared: a fleet may make none for
    /// a customer.
    pub(crate) fn with_declared<'d, 'c>(
        &'c self,
        desired: &'d Desired,
    ) -> impl Iterator<Item = (&'d DesiredInstance, &'c Comparison<InstanceChanges>)> {
        // Both are in the order of their names.
        let mut declared = desired.instances.iter();
        self.instances.iter().filter_map(move |one| {
            let declared = declared.find(|it| it.name == one.address.name)?;
            Some((declared, one))
        })
    }

    /// All comparisons, kind by kind, in the order of the files.
    pub fn overviews(&self) -> impl Iterator<Item = Compared<'_>> {
        let of = |kind| with_kind!(kind, K => overviews(K::of(self)).collect::<Vec<_>>());
        Kind::ALL.into_iter().flat_map(of)
    }
}

#[cfg(test)]
mod tests {
    use crate::diff::testing::{World, definition};

    #[test]
    fn what_is_not_compared_shifts_no_declaration() {
        let mut world = World::new();
        world.declare("acme", &definition("Acme ERP", "https://a"));
        for name in ["a", "b", "c"] {
            world.declare_instance(name, "acme", "smith");
        }
        let mut changes = world.diff();
        changes.instances.remove(1);
        let pairs = changes.with_declared(&world.desired);
        let names: Vec<_> = pairs
            .map(|(declared, one)| (declared.name.as_str(), one.address.name.as_str()))
            .collect();
        assert_eq!(names, [("a", "a"), ("c", "c")]);
    }
}
