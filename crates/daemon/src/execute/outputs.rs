//! Values that steps produce for later steps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{StepError, Written};
use crate::model::{
    ConfigWrite, ConnectionId, CustomerId, InstanceId, IntegrationId, RanStamp, ValueOwner,
    VersionId, WriteValue,
};
use crate::plan::{Binding, Output, StepId};
use crate::prismatic::platform::ImportedIntegration;

/// What a step produced.
#[derive(Debug, Clone)]
pub(super) enum Produced {
    Nothing,
    /// Nothing was sent.
    AlreadySo,
    Customer(CustomerId),
    Integration(IntegrationId),
    /// An integration, as an import left it.
    Draft(ImportedIntegration),
    /// A version, and its number.
    Version {
        id: VersionId,
        number: i64,
    },
    /// An instance, the values it was created with, and whether it runs, if the reply said so.
    Instance(Written, Option<bool>),
    /// Whether an instance runs since.
    Switched(bool),
    /// An instance was moved to another version, and bears these stamps since.
    Moved(InstanceId, Vec<String>),
    /// The values of an instance that was there before, or of a shared connection.
    Values(Written),
}

/// All values produced so far. Clones are the same values: copying them for
/// every step would cost the square of their number.
#[derive(Debug, Clone, Default)]
pub(super) struct Outputs(Arc<Mutex<BTreeMap<StepId, Produced>>>);

impl Outputs {
    pub(super) fn insert(&self, step: StepId, produced: Produced) {
        if !matches!(produced, Produced::Nothing | Produced::AlreadySo) {
            self.all().insert(step, produced);
        }
    }

    pub(super) fn integration(
        &self,
        source: &Output<IntegrationId>,
    ) -> Result<IntegrationId, StepError> {
        self.resolve(source, |produced| match produced {
            Produced::Integration(id) => Some(id.clone()),
            Produced::Draft(imported) => Some(imported.id.clone()),
            Produced::Nothing
            | Produced::AlreadySo
            | Produced::Customer(_)
            | Produced::Version { .. }
            | Produced::Instance(..)
            | Produced::Switched(_)
            | Produced::Moved(..)
            | Produced::Values(_) => None,
        })
    }

    pub(super) fn customer(&self, source: &Output<CustomerId>) -> Result<CustomerId, StepError> {
        self.resolve(source, |produced| {
            let Produced::Customer(id) = produced else {
                return None;
            };
            Some(id.clone())
        })
    }

    /// Whether the reply of an import shows exactly these labels.
    pub(super) fn shows_labels(&self, import: StepId, labels: Option<&[String]>) -> bool {
        let all = self.all();
        let Some((Produced::Draft(imported), labels)) = all.get(&import).zip(labels) else {
            return false;
        };
        let set = |labels: &[String]| labels.iter().cloned().collect::<BTreeSet<_>>();
        imported
            .labels
            .as_deref()
            .is_some_and(|shown| set(shown) == set(labels))
    }

    pub(super) fn version(&self, source: &Output<VersionId>) -> Result<VersionId, StepError> {
        self.resolve(source, |produced| {
            let Produced::Version { id, .. } = produced else {
                return None;
            };
            Some(id.clone())
        })
    }

    /// The number of a version that an earlier step published.
    pub(super) fn version_number(&self, source: &Output<VersionId>) -> Option<i64> {
        let Output::Of(step) = source else {
            return None;
        };
        let Some(Produced::Version { number, .. }) = self.all().get(step).cloned() else {
            return None;
        };
        Some(number)
    }

    pub(super) fn instance(&self, source: &Output<InstanceId>) -> Result<InstanceId, StepError> {
        self.resolve(source, |produced| {
            let Produced::Instance(written, _) = produced else {
                return None;
            };
            written.instance().cloned()
        })
    }

    pub(super) fn connection(
        &self,
        source: &Output<ConnectionId>,
    ) -> Result<ConnectionId, StepError> {
        self.resolve(source, |produced| match holder(produced)? {
            ValueOwner::Connection(id) => Some(id.clone()),
            ValueOwner::Instance(_) | ValueOwner::ConnectionValue(_) => None,
        })
    }

    /// The values, and the variables that are bound to values which earlier steps created, as they are written.
    pub(super) fn with_bound(
        &self,
        mut config: Vec<ConfigWrite>,
        bound: &[Binding],
    ) -> Result<Vec<ConfigWrite>, StepError> {
        let write = |(key, source): &Binding| {
            let value = self.resolve(source, |produced| match holder(produced)? {
                ValueOwner::ConnectionValue(id) => Some(id.clone()),
                ValueOwner::Instance(_) | ValueOwner::Connection(_) => None,
            })?;
            Ok::<_, StepError>(ConfigWrite {
                key: key.clone(),
                value: WriteValue::Shared(value),
            })
        };
        for binding in bound {
            config.push(write(binding)?);
        }
        Ok(config)
    }

    /// Labels as they were planned, with what a move of this run has made of the stamps since.
    pub(super) fn with_stamp(&self, instance: &InstanceId, labels: Vec<String>) -> Vec<String> {
        let all = self.all();
        let moved = all.values().rev().find_map(|produced| match produced {
            Produced::Moved(id, stamps) if id == instance => Some(stamps.clone()),
            Produced::Nothing
            | Produced::AlreadySo
            | Produced::Customer(_)
            | Produced::Integration(_)
            | Produced::Draft(_)
            | Produced::Version { .. }
            | Produced::Instance(..)
            | Produced::Switched(_)
            | Produced::Moved(..)
            | Produced::Values(_) => None,
        });
        let Some(stamps) = moved else {
            return labels;
        };
        let mut labels = RanStamp::taken_off(&labels);
        labels.extend(stamps);
        labels.sort();
        labels
    }

    /// Whether an instance runs, as the reply of a step showed it.
    pub(super) fn enabled(&self, step: StepId) -> Option<bool> {
        match self.all().get(&step)? {
            Produced::Instance(_, enabled) => *enabled,
            Produced::Switched(enabled) => Some(*enabled),
            Produced::Nothing
            | Produced::AlreadySo
            | Produced::Customer(_)
            | Produced::Integration(_)
            | Produced::Draft(_)
            | Produced::Version { .. }
            | Produced::Moved(..)
            | Produced::Values(_) => None,
        }
    }

    /// The steps that wrote values, and what these look like since.
    pub(super) fn written(&self) -> BTreeMap<StepId, Written> {
        let written = |(step, produced): (&StepId, &Produced)| match produced {
            Produced::Instance(written, _) | Produced::Values(written) => {
                Some((*step, written.clone()))
            }
            Produced::Nothing
            | Produced::AlreadySo
            | Produced::Customer(_)
            | Produced::Integration(_)
            | Produced::Draft(_)
            | Produced::Version { .. }
            | Produced::Moved(..)
            | Produced::Switched(_) => None,
        };
        self.all().iter().filter_map(written).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<StepId, Produced>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resolve<T: Clone>(
        &self,
        source: &Output<T>,
        pick: impl Fn(&Produced) -> Option<T>,
    ) -> Result<T, StepError> {
        match source {
            Output::Known(value) => Ok(value.clone()),
            Output::Of(step) => self
                .all()
                .get(step)
                .and_then(pick)
                .ok_or(StepError::NoOutput(step.0)),
        }
    }
}

/// What holds the values that a step wrote.
fn holder(produced: &Produced) -> Option<&ValueOwner> {
    let Produced::Values(written) = produced else {
        return None;
    };
    Some(&written.owner)
}
