//! What differs between files and tenant, in a pass: compared once with the target of each member, and once more with
//! each where its rollout lets it be.

use std::collections::BTreeSet;

use super::pass::{Imports, PassContext};
use super::rollouts::{self, Decided};
use super::wanted::Wanted;
use crate::diff::{self, Admissions, ChangeSet, Inputs, Needs, Simulation};
use crate::model::{Catalogue, ResourceName, SecretRecords, Tenant};

/// What differs, and what that was found out with.
pub(super) struct Differences {
    pub(super) changes: ChangeSet,
    pub(super) catalogue: Option<Catalogue>,
    pub(super) rollouts: Decided,
    pub(super) simulations: Vec<Simulation>,
}

/// What differs, with each member where its rollout lets it be.
pub(super) async fn differences(
    wanted: &Wanted<'_>,
    context: &PassContext<'_>,
    (records, imports): (&SecretRecords, Imports),
    tenant: &mut Tenant,
) -> Differences {
    let mut comparing = Comparing {
        wanted,
        context,
        records,
        imports,
        catalogue: None,
    };
    let mut changes = comparing.complete(tenant, &Admissions::default()).await;
    let mut rollouts = Decided::default();
    let mut simulations = Vec::new();
    let mut integrations = wanted.desired.integrations.iter();
    if integrations.any(|it| it.rollout.is_some()) {
        let notes = rollouts::noted(&context.remembered.rollouts, &context.environment);
        // Once more where going back needs to know what a version requires.
        for _ in 0..2 {
            let compared = comparing.inputs(tenant, None);
            rollouts = rollouts::decide(
                context.platform,
                (&notes, &context.rollouts),
                &compared,
                &changes,
            )
            .await;
            if rollouts.unread.is_empty() {
                break;
            }
            let read = context.platform.requirements(&rollouts.unread).await;
            tenant.set_requirements(&rollouts.unread, &read);
        }
    }
    if imports == Imports::Checked {
        simulations = simulated(
            &comparing.inputs(tenant, None),
            &changes,
            (context.simulate, &rollouts),
        );
    }
    if !rollouts.admissions.is_empty() {
        changes = comparing.complete(tenant, &rollouts.admissions).await;
    }
    Differences {
        changes,
        catalogue: comparing.catalogue,
        rollouts,
        simulations,
    }
}

/// The outcomes of instances, compared with the target of each: for all integrations where that is requested,
/// else for those whose rollout begins.
fn simulated(
    inputs: &Inputs<'_>,
    changes: &ChangeSet,
    (all, rollouts): (bool, &Decided),
) -> Vec<Simulation> {
    let begins = rollouts.rollouts.iter().filter(|it| it.is_to_start());
    let begins: BTreeSet<&ResourceName> = begins.map(|it| &it.address.name).collect();
    match all || !begins.is_empty() {
        true => diff::simulate(inputs, changes, &|name| all || begins.contains(name)),
        false => Vec::new(),
    }
}

/// A comparison that asks for what it lacks.
struct Comparing<'a, 'b> {
    wanted: &'a Wanted<'a>,
    context: &'a PassContext<'b>,
    records: &'a SecretRecords,
    imports: Imports,
    catalogue: Option<Catalogue>,
}

impl Comparing<'_, '_> {
    /// Compares, asks for what that lacks, and compares again, until nothing is missing.
    async fn complete(&mut self, tenant: &mut Tenant, admissions: &Admissions) -> ChangeSet {
        let platform = self.context.platform;
        loop {
            let changes = diff::diff(&self.inputs(tenant, Some(admissions)));
            let Needs {
                requirements,
                flows,
                components,
            } = &changes.needs;
            let imports = self.imports == Imports::Checked && !components.is_empty();
            if requirements.is_empty() && flows.is_empty() && !imports {
                return changes;
            }
            let read = platform.requirements(requirements).await;
            if imports {
                self.catalogue = Some(platform.components(components).await);
            }
            tenant.set_requirements(requirements, &read);
            if !flows.is_empty() {
                tenant.set_flows(flows, &platform.flows(flows).await);
            }
        }
    }

    fn inputs<'c>(&'c self, tenant: &'c Tenant, admissions: Option<&'c Admissions>) -> Inputs<'c> {
        let catalogue = self.catalogue.as_ref();
        Inputs {
            admissions,
            ..self
                .wanted
                .inputs(self.context, self.records, tenant, catalogue)
        }
    }
}
