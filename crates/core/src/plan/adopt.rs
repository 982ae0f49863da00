//! A plan that puts markers on what the files match, and does nothing else.
//!
//! Any other difference is left for the next ordinary plan.

use super::build::{Builder, managed, quiet};
use super::{
    Action, Context, CustomerOperation, InstanceOperation, IntegrationOperation, Output, Plan,
    PlanMode, PlannedResource, Precondition, integration, review, unread,
};
use crate::diff::{ChangeSet, Found, Inputs, Verdict, all_labels};
use crate::model::{Address, Health, Location, Marker, ResourceName, SyncStatus};

/// The plan of adoptions alone.
#[must_use]
pub fn adoptions(inputs: &Inputs<'_>, changes: &ChangeSet, context: &Context) -> Plan {
    let mut builder = Builder::new(PlanMode::Adoption);
    customers(&mut builder, inputs, changes);
    integrations(&mut builder, inputs, changes);
    instances(&mut builder, inputs, changes);
    builder.unread = unread::reasons(inputs, &builder.resources);
    builder.finish(&managed(changes), context)
}

fn customers(builder: &mut Builder, inputs: &Inputs<'_>, changes: &ChangeSet) {
    let project = &inputs.desired.project.name;
    let listed = inputs.tenant.all_customers.iter();
    let bearing: std::collections::HashMap<_, _> = listed
        .flat_map(|all| &all.items)
        .map(|one| (&one.customer.id, one.labels.as_slice()))
        .collect();
    for diff in &changes.customers {
        let address = Address::customer(diff.name.clone());
        let Verdict::Compared(compared) = &diff.verdict else {
            builder.stopped(address, &diff.location, &diff.verdict);
            continue;
        };
        let mut preconditions = Vec::new();
        if let Found::Adopted(id) = &compared.live {
            let bears = bearing.get(id).copied().unwrap_or_default();
            let labels = with_marker(bears, project, &diff.name);
            let operation = CustomerOperation::labels(id.clone(), labels);
            builder.step(&address, Action::Adopt, operation, Vec::new());
            preconditions = on(id.as_str(), bears);
        }
        let shown = compared.called.clone();
        builder.resource(PlannedResource {
            preconditions,
            ..resource(address, shown, &diff.location, &compared.live)
        });
    }
}

fn integrations(builder: &mut Builder, inputs: &Inputs<'_>, changes: &ChangeSet) {
    let project = &inputs.desired.project.name;
    let known = integration::Known::of(inputs);
    for diff in &changes.integrations {
        let address = Address::integration(diff.name.clone());
        let Verdict::Compared(compared) = &diff.verdict else {
            builder.stopped(address, &diff.location, &diff.verdict);
            continue;
        };
        let mut preconditions = Vec::new();
        if let Found::Adopted(id) = &compared.live {
            let bears = known.live.get(id);
            let bears = bears.map(|one| one.labels.as_slice()).unwrap_or_default();
            let operation = IntegrationOperation::labels(
                Output::Known(id.clone()),
                with_marker(bears, project, &diff.name),
            );
            builder.step(&address, Action::Adopt, operation, Vec::new());
            preconditions = on(id.as_str(), bears);
        }
        let shown = compared.display_name.clone();
        builder.resource(PlannedResource {
            preconditions,
            ..resource(address, shown, &diff.location, &compared.live)
        });
    }
}

fn instances(builder: &mut Builder, inputs: &Inputs<'_>, changes: &ChangeSet) {
    let project = &inputs.desired.project.name;
    let labels: std::collections::HashMap<_, _> = inputs
        .tenant
        .instances
        .items
        .iter()
        .map(|one| (&one.id, one.labels.as_slice()))
        .collect();
    for diff in &changes.instances {
        let address = Address::instance(diff.name.clone());
        let Verdict::Compared(compared) = &diff.verdict else {
            builder.stopped(address, &diff.location, &diff.verdict);
            continue;
        };
        let mut preconditions = Vec::new();
        if let Found::Adopted(id) = &compared.live {
            let bears = labels.get(id).copied().unwrap_or_default();
            let operation = InstanceOperation::labels(
                Output::Known(id.clone()),
                with_marker(bears, project, &diff.name),
            );
            builder.step(&address, Action::Adopt, operation, Vec::new());
            preconditions = on(id.as_str(), bears);
        }
        let shown = compared.display_name.clone();
        builder.resource(PlannedResource {
            preconditions,
            customer: Some(compared.customer_name.clone()),
            ..resource(address, shown, &diff.location, &compared.live)
        });
    }
}

fn with_marker(labels: &[String], project: &ResourceName, name: &ResourceName) -> Vec<String> {
    let marker = Marker {
        project: project.clone(),
        name: name.clone(),
    };
    all_labels(labels, None, &marker, None)
}

/// All labels are written, so all of them count.
fn on(id: &str, labels: &[String]) -> Vec<Precondition> {
    vec![Precondition::new("object", id), review::labels(labels)]
}

fn resource<Id>(
    address: Address,
    shown: String,
    location: &Location,
    found: &Found<Id>,
) -> PlannedResource {
    let quiet = quiet(address, shown, Some(location.clone()));
    match found {
        Found::Missing => PlannedResource {
            sync: SyncStatus::OutOfSync,
            health: Health::Missing,
            reason: "does not exist yet, so there is nothing to adopt".to_owned(),
            ..quiet
        },
        Found::Owned(_) => PlannedResource {
            reason: "is managed already".to_owned(),
            ..quiet
        },
        Found::Adopted(_) | Found::Recovered(_) => PlannedResource {
            reason: "exists and is taken over".to_owned(),
            ..quiet
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, adopt_id, definition};
    use crate::plan::tests::context;

    #[test]
    fn only_markers_are_put_on_whatever_differs() {
        let mut world = World::new();
        world
            .live("i1", &definition("Acme ERP", "https://a"))
            .labels = vec!["paid".to_owned()];
        world.live_instance("n1", "i1", "smith");
        world.live_instance("n2", "i1", "jones").labels = vec!["gitops:p/jones".to_owned()];
        // The definition differs, and so does the display name.
        world
            .declare("acme", &definition("Acme ERP", "https://b"))
            .adopt = adopt_id("i1");
        world.declare_instance("smith", "acme", "smith").adopt = adopt_id("n1");
        world.declare_instance("jones", "acme", "jones");
        world.declare_instance("new", "acme", "smith");
        let plan = world.with(|inputs, changes| adoptions(inputs, changes, &context()));
        let steps: Vec<String> = plan
            .steps
            .iter()
            .map(|step| format!("{} {:?}", step.address, step.operation))
            .collect();
        insta::assert_snapshot!(steps.join("\n"), @r#"
        Integration/acme Integration(Update { integration: Known(IntegrationId("i1")), description: None, labels: Some(["gitops:p/acme", "paid"]), unless_shown: None })
        Instance/smith Instance(Update { instance: Known(InstanceId("n1")), name: None, description: None, labels: Some(["gitops:p/smith"]) })
        "#);
        assert!(!plan.has_changes());
        assert_eq!(plan.summary.adopt, 2);
    }
}
