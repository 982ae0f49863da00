//! Deduplicates what versions say about config variables: the API repeats it with every instance.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Instance, Observed, RequiredVariable};

/// What the instances read so far have in common.
#[derive(Debug, Default)]
pub(super) struct Declared(Mutex<HashSet<Arc<RequiredVariable>>>);

impl Declared {
    /// The same instance, with what others have too in one piece with theirs.
    pub(super) fn in_common(&self, mut instance: Instance) -> Instance {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Observed::Known(config) = &mut instance.config {
            for variable in config.values_mut() {
                match known.get(&variable.declared) {
                    Some(same) => variable.declared = Arc::clone(same),
                    None => drop(known.insert(Arc::clone(&variable.declared))),
                }
            }
        }
        instance
    }
}
