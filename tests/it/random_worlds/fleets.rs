//! Worlds in which a fleet follows versions that go from wave to wave, some of which fail.
//!
//! CI and a daemon take turns; they are killed, lose their state and are answered wrongly, while customers join, leave and change
//! their wave, and people edit what is live. What must hold is in [`rules`], which knows the tenant and the story, and
//! nothing of how the tool decides.

mod case;
mod draw;
mod live;
mod planted;
mod rules;
mod smaller;
mod truth;

pub(super) use case::Case;
pub(super) use draw::case;
pub(super) use live::through;
