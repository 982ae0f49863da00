//! What differs between files and tenant, in a pass: compared once for everybody's target, and once more with
//! everybody where the rollouts let them be.

use super::pass::{Loaded, PassContext, inputs};
use super::rollouts::{self, Decided};
use crate::diff::{self, Admissions, ChangeSet, Inputs};
use crate::model::{SecretRecords, Tenant};

/// What differs, with everybody where their rollouts let them be.
pub(super) async fn differences(
    loaded: &Loaded,
    context: &PassContext<'_>,
    records: &SecretRecords,
    tenant: &mut Tenant,
) -> (ChangeSet, Decided) {
    let nothing = Admissions::default();
    let mut changes = complete(loaded, context, records, tenant, &nothing).await;
    let mut decided = Decided::default();
    if loaded
        .desired
        .integrations
        .iter()
        .all(|it| it.rollout.is_none())
    {
        return (changes, decided);
    }
    // Once more where going back needs to know what a version requires.
    for _ in 0..2 {
        let compared = inputs(loaded, context, records, tenant);
        decided = rollouts::decide(context.platform, &compared, &changes).await;
        if decided.unread.is_empty() {
            break;
        }
        let read = context.platform.requirements(&decided.unread).await;
        tenant.set_requirements(&read);
    }
    if !decided.admissions.is_empty() {
        changes = complete(loaded, context, records, tenant, &decided.admissions).await;
    }
    (changes, decided)
}

/// Compares, once what the versions require that instances move to is known.
async fn complete(
    loaded: &Loaded,
    context: &PassContext<'_>,
    records: &SecretRecords,
    tenant: &mut Tenant,
    admissions: &Admissions,
) -> ChangeSet {
    let compared = admitted(inputs(loaded, context, records, tenant), admissions);
    let changes = diff::diff(&compared);
    let unread = diff::versions_unread(&compared, &changes);
    if unread.is_empty() {
        return changes;
    }
    let read = context.platform.requirements(&unread).await;
    tenant.set_requirements(&read);
    let compared = admitted(inputs(loaded, context, records, tenant), admissions);
    diff::diff(&compared)
}

fn admitted<'a>(inputs: Inputs<'a>, admissions: &'a Admissions) -> Inputs<'a> {
    Inputs {
        admissions: Some(admissions),
        ..inputs
    }
}
