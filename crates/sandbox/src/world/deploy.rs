//! Deploying instances.

use std::sync::Arc;

use uuid::Uuid;

use super::config::Gaps;
use super::instance::Instance;
use super::{Change, Moment, Refusal, WHOLE, World};

impl World {
    /// Deploys an instance: what is configured is what runs from now on.
    ///
    /// Refused while something is missing, unless forced.
    pub(crate) fn deploy(
        &mut self,
        moment: Moment<'_>,
        id: Uuid,
        force: bool,
    ) -> Change<Arc<Instance>> {
        let instance = self.instances.get(id).ok_or(Refusal::NotFound)?;
        let record = self.record_of(instance)?;
        let gaps = self.gaps(instance, &record.definition.required_config_vars);
        if !force && !gaps.is_empty() {
            return Err(refuse(&gaps));
        }
        let number = self.number(moment, &record);
        let at = self.tick(moment.now);
        let (first, every) = (
            moment.behaviour.enabled_at_first_deploy,
            moment.behaviour.enabled_at_every_deploy,
        );
        let deployed = self.instances.update(id, |instance| {
            instance.enabled |= every || (first && instance.deployed_at.is_none());
            instance.deployed_at = Some(at);
            instance.deploys += 1;
            instance.deployed_version = number;
            instance.needs_deploy = false;
            instance.updated_at = at;
        });
        deployed.ok_or(Refusal::NotFound)
    }
}

fn refuse(gaps: &Gaps) -> Refusal {
    let missing = gaps
        .missing
        .iter()
        .map(|key| format!("The config variable \"{key}\" needs a value."));
    let pending = gaps
        .pending
        .iter()
        .map(|key| format!("The connection \"{key}\" is not configured."));
    Refusal::Invalid(vec![super::Problem {
        field: WHOLE.to_owned(),
        messages: missing.chain(pending).collect(),
    }])
}
