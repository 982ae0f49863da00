//! The GraphQL side: a subset of Prismatic's schema, executed against the world.
//!
//! ```text
//! notation/*.graphql ─notation─► types ┐
//! types/*.rs, writes/*.rs ───► bindings ┴─expand─► Schema ─execute(Session)─► answer
//! ```
//!
//! The notation says what exists, the bindings say what it does, and a schema is built only if
//! the two agree to the last field, filter and order.

mod answer;
mod bind;
mod cache;
mod call;
mod expand;
mod filter;
mod notation;
mod page;
mod resolve;
mod session;
mod types;
mod writes;

pub(crate) use cache::PageCache;
pub(crate) use session::{Access, Lagging, PageFault, Session};

use async_graphql::dynamic::Schema;

use self::bind::Bindings;
use self::notation::Notation;

/// The notation and the bindings do not agree. Only a change of this program can cause it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the sandbox's schema is inconsistent: {message}")]
pub struct SchemaFault {
    message: String,
}

impl SchemaFault {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// Builds the schema.
pub(crate) fn build() -> Result<Schema, SchemaFault> {
    let mut bindings = Bindings::default();
    types::bind(&mut bindings);
    writes::bind(&mut bindings);
    expand::expand(&Notation::read()?, &bindings)
}
