//! How a shared connection and its values differ, and what is bound to them.

use super::{Found, TargetCustomer};
use crate::model::{
    ConfigWrite, ConnectionId, ConnectionScope, ConnectionValueId, FieldChange, ManagedBy,
    ResourceName,
};

/// How a shared connection differs.
#[derive(Debug, Clone)]
pub struct ConnectionChanges {
    /// Which live connection it is.
    pub live: Found<ConnectionId>,
    /// What it is called now; before it exists, what it will be called.
    pub called: String,
    /// The name it shall have.
    pub display_name: String,
    /// The key that definitions know it by.
    pub stable_key: String,
    /// The id of the connection of a component that it is created with; `None` where it exists.
    pub kind: Option<String>,
    /// Whose values it has.
    pub scope: ConnectionScope,
    /// Who fills the values in.
    pub managed_by: Option<ManagedBy>,
    /// What differs, for people.
    pub fields: Vec<FieldChange>,
    /// The name to set.
    pub rename: Option<String>,
    /// The description to set, with the labels at its end.
    pub description: Option<String>,
    /// The labels that the description is written with.
    pub labels: Option<Vec<String>>,
    /// The inputs to write, if any differs.
    pub inputs: Option<ConfigWrite>,
    /// Its values: those that are declared, then the others.
    pub values: Vec<ConnectionValueChanges>,
    /// Why the values that nothing declares are not all known.
    pub values_unread: Option<String>,
    /// Instances are deployed when a value is written.
    pub redeploy: bool,
    /// How many deployed instances depend on what is written.
    pub reach: Reach,
    /// A person has to consent to it: to what, for people.
    pub pending: Vec<String>,
    /// It does not work, by the API's own word.
    pub failing: bool,
    /// Fields with the declared meaning in another spelling, so that nothing is written.
    pub respelled: Vec<String>,
}

/// The value of a shared connection for one customer, and what is to be written of it.
#[derive(Debug, Clone)]
pub struct ConnectionValueChanges {
    /// For whom; `None` where it is the organization's.
    pub customer: Option<TargetCustomer>,
    /// Its id, if it exists.
    pub live: Option<ConnectionValueId>,
    /// The inputs to write, if any differs.
    pub inputs: Option<ConfigWrite>,
    /// A person has to consent before it works.
    pub pending: bool,
}

/// How many deployed instances depend on something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Those that are known.
    pub deployed: usize,
    /// There may be more: not all instances were read.
    pub more: bool,
}

/// A config variable that is bound to a value which this plan creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The key of the variable.
    pub key: String,
    /// The connection that the value is of.
    pub connection: ResourceName,
    /// For whom.
    pub customer: TargetCustomer,
}
