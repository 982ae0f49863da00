//! One room for each kind of resource: everything that is special about it.
//!
//! The files of a room are its parts of the stages: `keys` and `manifest` read it, `compare` says what differs,
//! `steps` and `operation` what to do, `export` writes it down. Each stage says by a trait what it asks of a kind; a
//! kind that lacks one does not compile. What is the same for all kinds stays in the stages and knows no kind.

pub(crate) mod connection;
pub(crate) mod customer;
pub(crate) mod instance;
pub(crate) mod integration;

/// The registry: evaluates an expression with the type of a kind's room in place of `$room`.
///
/// The one list of rooms. A match on [`Kind`](crate::model::Kind) that forgets one does not compile.
macro_rules! with_kind {
    ($kind:expr, $room:ident => $body:expr) => {
        match $kind {
            $crate::model::Kind::Customer => {
                type $room = $crate::kinds::customer::CustomerKind;
                $body
            }
            $crate::model::Kind::Connection => {
                type $room = $crate::kinds::connection::ConnectionKind;
                $body
            }
            $crate::model::Kind::Integration => {
                type $room = $crate::kinds::integration::IntegrationKind;
                $body
            }
            $crate::model::Kind::Instance => {
                type $room = $crate::kinds::instance::InstanceKind;
                $body
            }
        }
    };
}
pub(crate) use with_kind;
