//! The words of the project as types: what files declare, what a tenant holds.
//!
//! Pure. Nothing here decides anything.

mod activity;
mod address;
mod authorization;
mod change;
mod component;
mod config;
mod config_write;
mod connection;
mod counted;
mod desired;
pub mod diagnostic;
mod environment_key;
mod error_chain;
mod field_path;
mod fleet;
mod flows;
mod hex;
pub mod history;
mod hold;
mod ids;
pub mod increment;
mod live;
mod marker;
mod nearest;
mod notices;
mod observed;
mod policy;
pub mod rollout;
mod scope;
mod secret;
mod secret_records;
mod sighting;
mod source_file;
pub(crate) mod tally;

pub use activity::Activity;
pub use address::{Address, Kind, NameError, ResourceName};
pub use authorization::{AuthorizeUrl, AuthorizeUrls, AwaitedConsents};
pub use change::{FieldChange, Withheld};
pub use component::{Catalogue, ComponentFound, ComponentVersion, ComponentsWanted};
pub use config::{
    Config, ConfigEntry, ConfigValue, ConnectionInput, Schedule, ScheduleKind, SecretRef,
};
pub use config_write::{ConfigWrite, InputWrite, WriteValue};
pub use connection::{
    ConnectionRecord, ConnectionScope, ConnectionType, ConnectionValue, DesiredConnection,
    DesiredConnectionValue, ManagedBy, described, undescribed,
};
pub use counted::{agreeing, counted, few};
pub use desired::{
    Adopt, Auth, CustomerRef, Declaration, Declared, DefinitionFile, Desired, DesiredCustomer,
    DesiredInstance, DesiredIntegration, Environment, InstanceState, IntegrationRef, Marketplace,
    Places, Project, PublishWhen, VersionRef, Visibility,
};
pub use diagnostic::{Diagnostic, Location, Severity};
pub use environment_key::EnvironmentKey;
pub use error_chain::{chain, one_line};
pub use field_path::{Field, FieldPath};
pub use fleet::{
    CustomerKey, DesiredFleet, Expanded, FleetCustomers, FleetGuards, FleetKey, LabelSelector,
    Manage, MemberSpec, MemberStop, Membership, OnLeave, OpenPart, Override, Part, Rows,
};
pub use flows::{
    API_KEYS, FlowEntry, FlowRequest, FlowSettings, FlowWrite, Flows, FlowsOfInstances, LiveFlow,
    flow_variable, keys_text,
};
pub use hex::hex;
pub use hold::LiveHold;
pub use ids::{
    ConnectionId, ConnectionValueId, CustomerId, InstanceId, IntegrationId, SequenceId, VersionId,
};
pub use live::{LiveObject, LiveRecord};
pub use marker::Marker;
pub use nearest::nearest;
pub use notices::{NoticeKind, NotifyTarget, NotifyVia};
pub use observed::{
    Asked, ConfigState, Customer, CustomerRecord, Identity, Instance, InstanceVersion, Integration,
    Listing, LiveConfigVariable, LiveInput, Observed, PublishedVersion, RequiredVariable,
    Requirements, Tenant, VariableStatus, VersionRecord,
};
pub use policy::{
    ApplyMode, DriftMode, ExecPolicy, Guards, Policy, PrunePolicy, RateLimit, Share, Sweep, Window,
    WindowKind,
};
pub use prism_gitops_api::wish::Approval;
pub use prism_gitops_api::{Disposition, Health, LONGEST_REASON, Pause, SyncStatus, check_reason};
pub use rollout::{MoveStamp, RanStamp, Rollout};
pub use scope::{ConnectionsWanted, CustomersWanted, IntegrationWanted, Scope};
pub use secret::{Secret, SecretError, SecretValues};
pub use secret_records::{
    DigestKey, Echo, Recorded, SecretRecords, SecretWrites, ValueDigest, ValueId, ValueOwner,
    ValueRecord,
};
pub(crate) use secret_records::{SCHEDULE_TYPE, SCHEDULE_ZONE};
pub use sighting::{
    ConnectionSighting, ConnectionValueSighting, CustomerSighting, DraftSighting, InstanceSighting,
    IntegrationSighting, VersionSighting,
};
pub use source_file::SourceFile;
