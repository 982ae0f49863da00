//! A renamed project: its objects have markers with the former name.
//!
//! Pure. Objects of another project are left alone, each with its own refusal; this reports the most likely
//! cause once.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Desired, Diagnostic, Marker, ResourceName, Tenant, agreeing, counted};

/// One finding for each other project that marked what is declared here.
#[must_use]
pub fn renamed(desired: &Desired, tenant: &Tenant) -> Vec<Diagnostic> {
    let declared: BTreeSet<Address> = desired.addresses().collect();
    let ours = &desired.project.name;
    let mut found: BTreeMap<ResourceName, BTreeSet<Address>> = BTreeMap::new();
    let mut own: BTreeSet<Address> = BTreeSet::new();
    for live in tenant.objects() {
        for Marker { project, name } in live.markers() {
            let kind = live.kind;
            let address = Address { kind, name };
            match project == *ours {
                true => own.insert(address),
                false => found.entry(project).or_default().insert(address),
            };
        }
    }
    let others = found.into_iter().filter_map(|(project, addresses)| {
        let same: Vec<Address> = addresses
            .into_iter()
            .filter(|it| declared.contains(it) && !own.contains(it))
            .collect();
        (!same.is_empty()).then(|| finding(&project, ours, &same))
    });
    others.collect()
}

fn finding(project: &ResourceName, ours: &ResourceName, addresses: &[Address]) -> Diagnostic {
    const NAMED: usize = 3;
    let named: Vec<String> = addresses
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    let more = match addresses.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "{} that {} declared here {} marked gitops:{project}/…, and this project is called {:?}: {}{more}",
        counted(addresses.len(), "object"),
        if addresses.len() == 1 { "is" } else { "are" },
        if addresses.len() == 1 { "is" } else { "are" },
        ours.as_str(),
        named.join(", "),
    );
    let verb = agreeing(addresses.len(), "belong");
    let them = if addresses.len() == 1 { "it" } else { "they" };
    Diagnostic::warning("project-renamed", message).hint(format!(
        "if this project was called {project} before (without a Project it is called default), run \
         `prism-gitops migrate project {project} {ours}`; if {them} {verb} to another project, release there first"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition};

    #[test]
    fn a_project_that_was_renamed_is_told_of_once() {
        let mut world = World::new();
        world.declare("acme", &definition("Acme ERP", "https://a"));
        let live = world.live("i1", &definition("Acme ERP", "https://a"));
        live.labels = vec!["gitops:default/acme".to_owned()];
        world.live_instance("n1", "i1", "smith").labels = vec!["gitops:default/else".to_owned()];
        let [found] = renamed(&world.desired, &world.tenant).try_into().unwrap();
        insta::assert_snapshot!(found.message, @r#"1 object that is declared here is marked gitops:default/…, and this project is called "p": Integration/acme"#);
        insta::assert_snapshot!(found.hint.unwrap(), @"if this project was called default before (without a Project it is called default), run `prism-gitops migrate project default p`; if it belongs to another project, release there first");
        world.tenant.integrations.items[0]
            .labels
            .push("gitops:p/acme".to_owned());
        assert_eq!(renamed(&world.desired, &world.tenant), []);
    }
}
