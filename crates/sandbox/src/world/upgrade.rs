//! Moving every instance of an integration to its newest version.

use std::sync::Arc;

use uuid::Uuid;

use super::integration::Integration;
use super::table::Key;
use super::{Change, Moment, Refusal, WHOLE, World};

impl World {
    /// Points every instance at the newest available version and redeploys those deployed.
    ///
    /// An instance that cannot be deployed keeps the version and waits for its deploy.
    pub(crate) fn upgrade_all(&mut self, moment: Moment<'_>, id: Uuid) -> Change<Arc<Integration>> {
        let record = self
            .integrations
            .get(id)
            .map(Arc::clone)
            .ok_or(Refusal::NotFound)?;
        let offered = self
            .versions(record.sequence)
            .filter(|version| version.available);
        let newest = offered.last().map(|version| version.id);
        let newest = newest.ok_or_else(|| Refusal::field(WHOLE, "No version is available."))?;
        let instances = self.instances.with(&Key::Sequence(record.sequence));
        let instances = instances.filter(|instance| !instance.system);
        for (id, deployed) in instances
            .map(|instance| (instance.id, instance.deployed_at.is_some()))
            .collect::<Vec<_>>()
        {
            let Some(instance) = self.instances.get(id) else {
                continue;
            };
            let mut changed = super::instance::Instance::clone(instance);
            changed.version = newest;
            self.replace_instance(moment, changed, false)?;
            if deployed {
                // Refused where a new variable has no value: the instance then shows needsDeploy.
                drop(self.deploy(moment, id, false));
            }
        }
        Ok(record)
    }
}
