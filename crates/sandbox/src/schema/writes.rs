//! The mutations: from their inputs to changes of the world.

mod customer;
mod inputs;
mod instance;
mod integration;
mod run;
mod shared;

use super::bind::Bindings;

/// Binds every mutation.
pub(super) fn bind(bindings: &mut Bindings) {
    bindings.mutations(integration::WRITES);
    bindings.mutations(instance::WRITES);
    bindings.mutations(customer::WRITES);
    bindings.mutations(run::WRITES);
    bindings.mutations(shared::WRITES);
}
