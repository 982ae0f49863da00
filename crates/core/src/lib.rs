//! All decisions: files become desired resources, tenants become observed ones, and the difference becomes a
//! plan.
//!
//! Pure: synchronous, without I/O, clock or chance. What a decision needs to know of the world is an argument.

// In the order in which they may import each other.
pub mod yaml;

// Each file of it belongs to the stage that it is a part of, and imports what that stage may import.
pub(crate) mod kinds;

mod suggest;

pub mod template;

pub mod sensitivity;

pub mod harmless;

pub mod redact;

pub mod model;

pub mod manifest;

pub mod windows;

pub mod definition;

pub mod validate;

pub mod fleet;

pub mod rollout;

pub mod diff;

pub mod plan;

pub mod disposition;

pub mod export;

pub mod promote;

pub mod accept;

pub mod journal;
