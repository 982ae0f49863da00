//! A plan that puts markers on what the files match, and does nothing else.
//!
//! Any other difference is left for the next ordinary plan.

use std::collections::{BTreeSet, HashMap};

use super::build::{Builder, managed, quiet};
use super::{
    Action, Context, Operation, Plan, PlanMode, PlannedResource, Precondition, held, review, unread,
};
use crate::diff::{ChangeSet, Compared, Found, Inputs, all_labels};
use crate::model::{Address, Health, LiveObject, Location, Marker, ResourceName, SyncStatus};

/// The plan of adoptions alone.
#[must_use]
pub fn adoptions(inputs: &Inputs<'_>, changes: &ChangeSet, context: &Context) -> Plan {
    let mut builder = Builder::new(PlanMode::Adoption);
    let project = &inputs.desired.project.name;
    let objects = inputs.tenant.objects();
    let bearing: HashMap<_, _> = objects.map(|live| ((live.kind, live.id), live)).collect();
    for compared in changes.overviews() {
        let bears = |id| bearing.get(&(compared.address.kind, id)).copied();
        adopt(&mut builder, project, &compared, bears);
    }
    let held = held::by_hand(inputs, changes, context.server_now);
    builder.leave_held(&held, &BTreeSet::new());
    builder.unread = unread::reasons(inputs, &builder.resources);
    builder.finish(&managed(changes), context)
}

fn adopt<'a>(
    builder: &mut Builder,
    project: &ResourceName,
    compared: &Compared<'a>,
    bears: impl Fn(&'a str) -> Option<LiveObject<'a>>,
) {
    let (address, location) = (compared.address, compared.location);
    let overview = match &compared.verdict {
        Ok(overview) => overview,
        Err(stop) => return builder.stopped(address.clone(), location, stop),
    };
    let mut preconditions = Vec::new();
    if let Found::Adopted(id) = overview.live
        && let Some(live) = bears(id)
    {
        let labels = with_marker(live.labels, project, &address.name);
        let operation = Operation::labels(&live, labels);
        builder.step(address, Action::Adopt, operation, Vec::new());
        preconditions = on(id, live.labels);
    }
    let shown = overview.display_name.to_owned();
    builder.resource(PlannedResource {
        preconditions,
        customer: overview.customer_name.map(str::to_owned),
        ..resource(address.clone(), shown, location, &overview.live)
    });
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
        Instance/smith Instance(Update { instance: Known(InstanceId("n1")), name: None, description: None, labels: Some(["gitops:p/smith"]), global_debug: None })
        "#);
        assert!(!plan.has_changes());
        assert_eq!(plan.summary.adopt, 2);
    }
}
