//! One request: its hold on the world, its time and its switches.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

use super::cache::PageCache;
use crate::behaviour::Behaviour;
use crate::world::{Moment, World, id};

/// A request's hold on the world, kept until it is answered: a query sees one state, and a
/// mutation is seen whole or not at all.
pub(crate) enum Access {
    /// Beside other readers.
    Read(OwnedRwLockReadGuard<World>),
    /// Of what the world was a while ago.
    Past(Arc<World>),
    /// Alone.
    Write(RwLock<OwnedRwLockWriteGuard<World>>),
}

impl Access {
    /// Reads the world.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&World) -> R) -> R {
        match self {
            Self::Read(world) => read(world),
            Self::Past(world) => read(world),
            Self::Write(world) => read(&world.read().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Changes the world; `None` for a request that may not.
    pub(crate) fn write<R>(&self, write: impl FnOnce(&mut World) -> R) -> Option<R> {
        match self {
            Self::Read(_) | Self::Past(_) => None,
            Self::Write(world) => {
                let mut world = world.write().unwrap_or_else(PoisonError::into_inner);
                Some(write(&mut world))
            }
        }
    }
}

/// What a fault does to the lists of one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PageFault {
    /// Pages hold no more than this.
    pub(crate) limit: Option<usize>,
    /// Every page is the first.
    pub(crate) repeat: bool,
    /// The list has the opposite order.
    pub(crate) reverse: bool,
}

/// The older states that a request is shown; the present where absent.
#[derive(Default)]
pub(crate) struct Lagging {
    /// For lists of objects.
    pub(crate) lists: Option<Arc<World>>,
    /// For the ids that a write names.
    pub(crate) targets: Option<Arc<World>>,
}

/// One request.
pub(crate) struct Session {
    /// Its hold on the world.
    pub(crate) access: Access,
    /// What it sees where it is shown something older than in `access`.
    pub(crate) lagging: Lagging,
    /// The switches when it came.
    pub(crate) behaviour: Arc<Behaviour>,
    /// When it came.
    pub(crate) now: Timestamp,
    /// Scheme and host of the URL it came to.
    pub(crate) origin: String,
    /// What goes wrong with its pages.
    pub(crate) fault: PageFault,
    /// How many more writes it may do; as many as it likes if absent.
    pub(crate) left: Option<AtomicUsize>,
    /// Lists that earlier requests made.
    pub(crate) cache: Arc<PageCache>,
}

impl Session {
    /// Whether a write may name this id: it is of no object, or of one that can be seen already.
    pub(crate) fn may_name(&self, text: &str) -> bool {
        let Some((seen, id)) = self.lagging.targets.as_ref().zip(id::any(text)) else {
            return true;
        };
        seen.has(id) || !self.access.read(|world| world.has(id))
    }

    /// Whether the request may do one more write; counts it.
    pub(crate) fn may_write(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        let order = Ordering::Relaxed;
        (self.left.as_ref()).is_none_or(|left| left.fetch_update(order, order, one_less).is_ok())
    }

    /// When the request came, and under which switches.
    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment {
            now: self.now,
            behaviour: &self.behaviour,
        }
    }
}
