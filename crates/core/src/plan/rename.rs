//! Renames that look like one object removed and another one created.
//!
//! Pure. Only a marker identifies the object of a manifest; a manifest whose `metadata.name` and display name
//! both changed has lost it. Nothing is decided here: the plan stays as it is, with a hint.
//!
//! # Invariants
//!
//! A hint is given only if one object that is no longer declared pairs with one that does not exist yet:
//! of the same kind, and for instances of the same customer and integration.

use std::collections::{BTreeMap, HashMap};

use super::PlannedResource;
use crate::diff::{ChangeSet, Found, Inputs, Orphan, TargetCustomer, Verdict};
use crate::model::{Address, CustomerId, Instance, IntegrationRef, Kind, ResourceName, SequenceId};

/// What makes two objects of the same kind possibly the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Like {
    Integration,
    Instance(CustomerId, SequenceId),
}

/// The two sides of what may be a rename.
#[derive(Default)]
struct Sides {
    new: Vec<Address>,
    /// With its id.
    old: Vec<(Address, String)>,
}

/// Says of resources that look renamed what to do about it.
pub(super) fn tell(resources: &mut [PlannedResource], inputs: &Inputs<'_>, changes: &ChangeSet) {
    let mut hints = BTreeMap::new();
    for Sides { new, old } in sides(inputs, changes).into_values() {
        let ([new], [(old, id)]) = (new.as_slice(), old.as_slice()) else {
            continue;
        };
        let declared = format!(
            "looks like a rename of {old}: to keep that object, set `adopt: {{id: {id}}}`; otherwise this one is new and the old one stays behind"
        );
        let left =
            format!("looks renamed to {new}: to keep this object, set `adopt: {{id: {id}}}` there");
        hints.insert(new.clone(), declared);
        hints.insert(old.clone(), left);
    }
    for resource in resources {
        if let Some(hint) = hints.remove(&resource.address) {
            resource.hint = Some(hint);
        }
    }
}

fn sides(inputs: &Inputs<'_>, changes: &ChangeSet) -> BTreeMap<Like, Sides> {
    let mut all: BTreeMap<Like, Sides> = BTreeMap::new();
    let integrations = changes.integrations.iter();
    for diff in integrations.filter(|diff| is_missing(&diff.verdict, |it| &it.live)) {
        let sides = all.entry(Like::Integration).or_default();
        sides.new.push(diff.address.clone());
    }
    let mut sequences = HashMap::new();
    for (desired, diff) in changes.with_declared(inputs.desired) {
        let of = &desired.integration;
        if let Ok(compared) = &diff.verdict
            && compared.live == Found::Missing
            && let Some(sequence) = sequences
                .entry(of)
                .or_insert_with(|| sequence(inputs, changes, of))
                .clone()
        {
            let TargetCustomer::Existing(customer) = &compared.customer else {
                continue;
            };
            let like = Like::Instance(customer.clone(), sequence);
            let sides = all.entry(like).or_default();
            sides.new.push(diff.address.clone());
        }
    }
    let live: HashMap<&str, &Instance> = match changes.orphans.is_empty() {
        true => HashMap::new(),
        false => (inputs.tenant.instances.items.iter())
            .map(|live| (live.id.as_str(), live))
            .collect(),
    };
    for orphan in &changes.orphans {
        if let Some((like, id)) = left(&live, orphan) {
            let sides = all.entry(like).or_default();
            sides.old.push((orphan.address.clone(), id));
        }
    }
    all
}

fn left(live: &HashMap<&str, &Instance>, orphan: &Orphan) -> Option<(Like, String)> {
    let like = match orphan.address.kind {
        // Found by its external id, or its stable key, under any name.
        Kind::Customer | Kind::Connection => return None,
        Kind::Integration => Like::Integration,
        Kind::Instance => {
            let live = live.get(orphan.id.as_str())?;
            Like::Instance(live.customer.id.clone(), live.version.sequence.clone()?)
        }
    };
    Some((like, orphan.id.clone()))
}

fn is_missing<T, Id: PartialEq>(verdict: &Verdict<T>, live: impl Fn(&T) -> &Found<Id>) -> bool {
    verdict.as_ref().is_ok_and(|it| *live(it) == Found::Missing)
}

/// Which integration a manifest means, where that exists.
fn sequence(
    inputs: &Inputs<'_>,
    changes: &ChangeSet,
    integration: &IntegrationRef,
) -> Option<SequenceId> {
    let managed = |name: &ResourceName| {
        let diff = changes
            .integrations
            .iter()
            .find(|diff| diff.address.name == *name)?;
        diff.verdict.as_ref().ok()?.live.id().cloned()
    };
    let managed = match integration {
        IntegrationRef::Managed(name) => Some(managed(name)?),
        IntegrationRef::Name(_) | IntegrationRef::Id(_) => None,
    };
    let mut live = inputs.tenant.integrations.items.iter();
    let live = live.find(|live| match integration {
        IntegrationRef::Managed(_) => managed.as_ref() == Some(&live.id),
        IntegrationRef::Name(name) => live.name.trim() == name.trim() && !live.customer_owned,
        IntegrationRef::Id(id) => live.id.as_str() == id,
    })?;
    live.sequence.clone()
}

#[cfg(test)]
mod tests {
    use crate::diff::testing::{Configured as _, World, adopt_id, definition, name, scalar};
    use crate::plan::tests::{in_step, plan};

    /// The hints about renames.
    fn said(world: &World) -> Vec<String> {
        let plan = plan(world);
        let hints = plan.resources.iter().filter_map(|resource| {
            let hint = resource
                .hint
                .as_ref()
                .filter(|hint| hint.contains("rename"))?;
            Some(format!("{}: {hint}", resource.address))
        });
        hints.collect()
    }

    fn renamed() -> World {
        let mut world = in_step();
        world.desired.instances.clear();
        world
            .declare_instance("store", "acme", "smith")
            .set("Endpoint", scalar("https://e"));
        world
    }

    #[test]
    fn an_instance_of_another_name_in_place_of_an_orphan_is_said() {
        insta::assert_snapshot!(said(&renamed()).join("\n"), @"
        Instance/shop: looks renamed to Instance/store: to keep this object, set `adopt: {id: n1}` there
        Instance/store: looks like a rename of Instance/shop: to keep that object, set `adopt: {id: n1}`; otherwise this one is new and the old one stays behind
        ");
        let mut kept = renamed();
        kept.desired.instances[0].adopt = adopt_id("n1");
        assert_eq!(said(&kept), Vec::<String>::new());
    }

    #[test]
    fn an_integration_is_said_too() {
        let mut world = in_step();
        world.desired.instances.clear();
        world.tenant.instances.items.clear();
        world.desired.integrations.clear();
        world.declare("erp", &definition("ERP", "https://a.example"));
        insta::assert_snapshot!(said(&world).join("\n"), @"
        Integration/acme: looks renamed to Integration/erp: to keep this object, set `adopt: {id: i1}` there
        Integration/erp: looks like a rename of Integration/acme: to keep that object, set `adopt: {id: i1}`; otherwise this one is new and the old one stays behind
        ");
        world.desired.integrations[0].adopt = adopt_id("i1");
        assert_eq!(said(&world), Vec::<String>::new());
    }

    #[test]
    fn another_customer_another_integration_or_several_of_them_say_nothing() {
        let mut elsewhere = renamed();
        elsewhere.desired.instances.clear();
        elsewhere.declare_instance("store", "acme", "jones");
        assert_eq!(said(&elsewhere), Vec::<String>::new());

        let mut two = renamed();
        two.declare_instance("market", "acme", "smith")
            .set("Endpoint", scalar("https://e"));
        assert_eq!(said(&two), Vec::<String>::new());

        let mut other = renamed();
        other
            .live("i2", &definition("CRM", "https://c.example"))
            .labels = vec!["gitops:p/crm".to_owned()];
        other.declare("crm", &definition("CRM", "https://c.example"));
        other.desired.instances[0].integration = crate::model::IntegrationRef::Managed(name("crm"));
        assert_eq!(said(&other), Vec::<String>::new());
    }
}
