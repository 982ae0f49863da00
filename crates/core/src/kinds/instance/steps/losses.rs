//! What the upgrades of a plan take from instances, counted.

use std::collections::BTreeMap;

use crate::diff::{Comparison, InstanceChanges};
use crate::model::Address;
use crate::plan::{Loss, LossKind};

/// Each variable once, however many instances lose it.
pub(crate) fn count(
    instances: &[Comparison<InstanceChanges>],
    is_planned: impl Fn(&Address) -> bool,
) -> Vec<Loss> {
    let mut counts: BTreeMap<(&str, LossKind, &str), u64> = BTreeMap::new();
    for diff in instances {
        let Ok(changes) = &diff.verdict else {
            continue;
        };
        let losses = &changes.losses;
        if losses.is_empty() || !is_planned(&diff.address) {
            continue;
        }
        let values = losses.values.iter().map(|key| (LossKind::Value, key));
        let consents = losses.consents.iter().map(|key| (LossKind::Consent, key));
        for (kind, key) in values.chain(consents) {
            *counts.entry((&losses.integration, kind, key)).or_default() += 1;
        }
    }
    let loss = |((integration, kind, variable), instances): ((&str, _, &str), _)| Loss {
        integration: integration.to_owned(),
        variable: variable.to_owned(),
        kind,
        instances,
    };
    counts.into_iter().map(loss).collect()
}
