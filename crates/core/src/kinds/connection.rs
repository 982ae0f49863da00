//! `Connection`: a connection that instances share, with its values for customers. Deleted only where nothing is
//! bound to it.

pub(crate) mod compare;
pub(crate) mod export;
pub(crate) mod keys;
pub(crate) mod manifest;
pub(crate) mod operation;
pub(crate) mod steps;

/// The kind; its parts of the stages are traits of this type.
#[derive(Debug)]
pub(crate) struct ConnectionKind;
