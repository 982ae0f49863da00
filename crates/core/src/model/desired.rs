//! What the files of a project declare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::{
    Address, ApplyMode, Config, DesiredConnection, DesiredFleet, DriftMode, Flows, Kind, Location,
    Membership, NotifyTarget, Policy, ResourceName, Rollout, SecretRef,
};

/// Everything a project declares, references resolved, nothing interpreted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Desired {
    /// The project itself.
    pub project: Project,
    /// Its customers, in the order of their addresses.
    pub customers: Vec<DesiredCustomer>,
    /// Its shared connections, in the order of their addresses.
    pub connections: Vec<DesiredConnection>,
    /// Its integrations, in the order of their addresses.
    pub integrations: Vec<DesiredIntegration>,
    /// Its instances, in the order of their addresses.
    pub instances: Vec<DesiredInstance>,
    /// Its fleets, in the order of their names. Their members are among the instances once they were expanded.
    pub fleets: Vec<DesiredFleet>,
    /// Where single fields are declared, for people.
    pub places: Places,
}

/// Where the fields of resources are declared, by their keys in `spec`, or by the path of a change.
pub type Places = BTreeMap<Address, BTreeMap<String, Location>>;

/// What all declared resources have in common.
pub trait Declared {
    /// Its address.
    fn address(&self) -> Address;

    /// What git calls it.
    fn name(&self) -> &ResourceName;

    /// Which existing object it takes over.
    fn adopt(&self) -> Option<&Adopt>;

    /// Where it is declared.
    fn location(&self) -> &Location;
}

/// A kind by its declared form: where its fields are, which are called the same in all, and its address.
macro_rules! declared {
    ($declared:ty, $kind:ident) => {
        impl $crate::model::Declared for $declared {
            fn address(&self) -> $crate::model::Address {
                $crate::model::Address::$kind(self.name.clone())
            }

            fn name(&self) -> &$crate::model::ResourceName {
                &self.name
            }

            fn adopt(&self) -> Option<&$crate::model::Adopt> {
                self.adopt.as_ref()
            }

            fn location(&self) -> &$crate::model::Location {
                &self.location
            }
        }
    };
}
pub(super) use declared;

/// A declared resource of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration<'a> {
    /// Its address.
    pub address: Address,
    /// Which existing object it takes over.
    pub adopt: Option<&'a Adopt>,
    /// Where it is declared.
    pub location: &'a Location,
}

fn declarations<T: Declared>(all: &[T]) -> impl Iterator<Item = Declaration<'_>> {
    all.iter().map(|one| Declaration {
        address: one.address(),
        adopt: one.adopt(),
        location: one.location(),
    })
}

impl Desired {
    /// All that is declared, kind by kind.
    pub fn resources(&self) -> impl Iterator<Item = Declaration<'_>> {
        declarations(&self.customers)
            .chain(declarations(&self.connections))
            .chain(declarations(&self.integrations))
            .chain(declarations(&self.instances))
    }

    /// The addresses of all that is declared, kind by kind.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + '_ {
        self.resources().map(|one| one.address)
    }

    /// Everything that is declared of one resource, as text that changes when any of it does.
    #[must_use]
    pub fn text_of(&self, address: &Address) -> Option<String> {
        fn text<T: Declared + std::fmt::Debug>(all: &[T], name: &ResourceName) -> Option<String> {
            let place = all.binary_search_by(|one| one.name().cmp(name)).ok()?;
            Some(format!("{:?}", all.get(place)?))
        }
        match address.kind {
            Kind::Customer => text(&self.customers, &address.name),
            Kind::Connection => text(&self.connections, &address.name),
            Kind::Integration => text(&self.integrations, &address.name),
            Kind::Instance => text(&self.instances, &address.name),
        }
    }

    /// What the daemon does about changes of a resource that git did not cause: what its manifest says, else the
    /// policy.
    #[must_use]
    pub fn drift_of(&self, address: &Address) -> DriftMode {
        fn own<T: Declared>(
            all: &[T],
            name: &ResourceName,
            mode: fn(&T) -> Option<DriftMode>,
        ) -> Option<DriftMode> {
            let place = all.binary_search_by(|one| one.name().cmp(name)).ok()?;
            mode(all.get(place)?)
        }
        let name = &address.name;
        let mode = match address.kind {
            Kind::Customer => own(&self.customers, name, |it| it.drift),
            Kind::Connection => own(&self.connections, name, |it| it.drift),
            Kind::Integration => own(&self.integrations, name, |it| it.drift),
            Kind::Instance => own(&self.instances, name, |it| it.drift),
        };
        mode.unwrap_or(self.project.policy.drift)
    }

    /// Whether it asks for nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources().next().is_none() && self.fleets.is_empty()
    }

    /// The fleet of this name.
    #[must_use]
    pub fn fleet(&self, name: &str) -> Option<&DesiredFleet> {
        self.fleets.iter().find(|fleet| fleet.name.as_str() == name)
    }
}

/// The `Project` document, or its defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Part of every marker. `default` where no `Project` names one.
    pub name: ResourceName,
    /// The tenants it may be applied to, by name.
    pub environments: IndexMap<String, Environment>,
    /// What may be done.
    pub policy: Policy,
    /// Who is notified of which events.
    pub notify: Vec<NotifyTarget>,
    /// Who lets new files be applied by a daemon. It has no part in how a plan is made.
    pub apply: ApplyMode,
}

impl Default for Project {
    /// What an absent `Project` document means: named `default`, no environments, the default rules.
    #[expect(clippy::expect_used, reason = "the literal is a valid name")]
    fn default() -> Self {
        Self {
            name: ResourceName::parse("default").expect("a valid name"),
            environments: IndexMap::new(),
            policy: Policy::default(),
            notify: Vec::new(),
            apply: ApplyMode::default(),
        }
    }
}

impl Desired {
    /// The secrets that the config of the instances and the inputs of connections refer to, and the config of
    /// fleets as far as it is the same for every member.
    ///
    /// Those of the environments are not among them: only the one in use is ever looked up.
    #[must_use]
    pub fn secret_refs(&self) -> BTreeSet<SecretRef> {
        let parts = || self.fleets.iter().flat_map(DesiredFleet::parts);
        let entries = self.instances.iter().flat_map(|one| one.config.values());
        let shared = parts().flat_map(|part| part.fixed.config.values());
        let flows = self.instances.iter().flat_map(|one| one.flows.values());
        let shared_flows = parts().flat_map(|part| part.fixed.flows.values());
        let keys = flows
            .chain(shared_flows)
            .filter_map(|it| it.api_keys.as_ref());
        entries
            .chain(shared)
            .flat_map(|entry| entry.value.secret_refs())
            .chain(keys.flatten())
            .chain(
                self.connections
                    .iter()
                    .flat_map(DesiredConnection::secret_refs),
            )
            .cloned()
            .collect()
    }
}

/// One tenant of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// The stack's URL, without a path.
    pub url: Option<String>,
    /// Which tenant of the user, where a user has several.
    pub tenant_id: Option<String>,
    /// Guard: the organization that the token must belong to.
    pub organization: Option<String>,
    /// Where the token is.
    pub auth: Option<Auth>,
    /// Where the file says so.
    pub location: Location,
}

/// Where a token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// A long-lived token that is exchanged for access tokens.
    RefreshToken(SecretRef),
    /// A short-lived token.
    AccessToken(SecretRef),
}

/// A definition file: its bytes as text, sent as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFile {
    /// The path relative to the project's root.
    pub path: Arc<str>,
    /// The whole text, decoded, without a byte-order mark.
    pub text: Arc<str>,
}

/// Which existing object a manifest takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopt {
    /// The only one of this name.
    Name(String),
    /// The one with this id.
    Id(String),
}

/// When a version is published or an instance deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublishWhen {
    /// When its meaning changed.
    #[default]
    Changed,
    /// Never by us.
    Never,
}

/// How customers see a version in the marketplace.
///
/// The three values of the API's `MarketplaceConfiguration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Listed, and customers may deploy it.
    Deployable,
    /// Listed only.
    Listed,
    /// Not in the marketplace.
    Hidden,
}

impl std::fmt::Display for Visibility {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Deployable => "deployable",
            Self::Listed => "listed",
            Self::Hidden => "hidden",
        })
    }
}

/// The marketplace settings of the version just published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marketplace {
    /// Whether it is listed; absent leaves it.
    pub visibility: Option<Visibility>,
    /// The overview text; absent leaves it.
    pub overview: Option<Arc<str>>,
    /// Whether a customer may have several instances; absent leaves it.
    pub allow_multiple_instances: Option<bool>,
}

/// A declared integration.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredIntegration {
    /// What git calls it.
    pub name: ResourceName,
    /// Declared by a bare definition file, without a manifest.
    pub bare: bool,
    /// What it does.
    pub definition: DefinitionFile,
    /// Which existing one it takes over.
    pub adopt: Option<Adopt>,
    /// In place of the definition's own description.
    pub description: Option<String>,
    /// When a version is published.
    pub publish: PublishWhen,
    /// Whether the newest version may be used; absent leaves it.
    pub available: Option<bool>,
    /// Marketplace settings of the newest version; absent leaves them.
    pub marketplace: Option<Marketplace>,
    /// Never withdrawn or hidden, and marked so on the live object.
    pub protect: bool,
    /// How its instances move to another version; all at once if absent.
    pub rollout: Option<Rollout>,
    /// What the daemon does about changes made elsewhere; as the policy says if absent.
    pub drift: Option<DriftMode>,
    /// Where it is declared.
    pub location: Location,
}

declared!(DesiredIntegration, integration);

/// Which integration an instance belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IntegrationRef {
    /// One that a manifest of this project declares.
    Managed(ResourceName),
    /// Another one of the tenant, by display name.
    Name(String),
    /// Another one of the tenant, by id.
    Id(String),
}

/// Which version of its integration an instance runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum VersionRef {
    /// The newest available one.
    #[default]
    Latest,
    /// The newest one published from this commit; a prefix of at least seven characters will do.
    Commit(String),
    /// The one with this number; numbers differ between tenants.
    Number(i64),
}

impl std::fmt::Display for VersionRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Commit(hash) => write!(f, "commit {hash}"),
            Self::Number(number) => write!(f, "number {number}"),
        }
    }
}

/// A declared customer.
///
/// Created where none has its external id, and taken over where one has. Never switched off, pruned or
/// deleted: others make customers too, and what they hold is theirs.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredCustomer {
    /// What git calls it.
    pub name: ResourceName,
    /// The id that the vendor's own system gave it, and that it is found by.
    pub external_id: String,
    /// The display name; unique in an organization.
    pub display_name: String,
    /// What there is to know about it; absent leaves it.
    pub description: Option<String>,
    /// Its labels besides the marker; absent leaves them.
    pub labels: Option<Vec<String>>,
    /// How many executions may run at once; absent leaves it.
    pub concurrent_execution_limit: Option<i64>,
    /// Which existing one it takes over, where that has another external id or none.
    pub adopt: Option<Adopt>,
    /// What the daemon does about changes made elsewhere; as the policy says if absent.
    pub drift: Option<DriftMode>,
    /// Where it is declared.
    pub location: Location,
}

declared!(DesiredCustomer, customer);

/// Which customer an instance is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerRef {
    /// One that a manifest of this project declares.
    Managed(ResourceName),
    /// The id the vendor's own system gave it.
    ExternalId(String),
    /// Its name, unique in an organization.
    Name(String),
    /// Its id in Prismatic.
    Id(String),
}

impl std::fmt::Display for CustomerRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Managed(name) => write!(f, "manifest {:?}", name.as_str()),
            Self::ExternalId(text) => write!(f, "externalId {text:?}"),
            Self::Name(text) => write!(f, "name {text:?}"),
            Self::Id(text) => write!(f, "id {text:?}"),
        }
    }
}

/// Whether an instance runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InstanceState {
    /// It runs.
    #[default]
    Enabled,
    /// It is paused; nothing is lost.
    Disabled,
}

/// A declared instance.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredInstance {
    /// What git calls it.
    pub name: ResourceName,
    /// Of which integration.
    pub integration: IntegrationRef,
    /// In which version.
    pub version: VersionRef,
    /// The customer.
    pub customer: CustomerRef,
    /// The display name.
    pub display_name: String,
    /// What it is for; absent leaves it.
    pub description: Option<String>,
    /// Its labels besides the marker; absent leaves them.
    pub labels: Option<Vec<String>>,
    /// Whether it runs.
    pub state: InstanceState,
    /// The config variables that are managed, by key.
    pub config: Config,
    /// What is set for its flows, by name or stable key.
    pub flows: Flows,
    /// Whether its runs log in detail; absent leaves it.
    pub global_debug: Option<bool>,
    /// When it is deployed.
    pub deploy: PublishWhen,
    /// Deploy although the server's validation rules object.
    pub force: bool,
    /// Which existing one it takes over.
    pub adopt: Option<Adopt>,
    /// Never switched off or pruned, and marked so on the live object.
    pub protect: bool,
    /// Of which fleet it is a member; `None` where it has a manifest of its own.
    pub member: Option<Box<Membership>>,
    /// The member of a fleet that it replaces: the live object bears that name until it is taken over.
    pub displaces: Option<ResourceName>,
    /// Why it moves at once, outside the waves of its integration; absent where it takes part in them.
    pub outside_rollout: Option<String>,
    /// What the daemon does about changes made elsewhere; as the policy says if absent.
    pub drift: Option<DriftMode>,
    /// Where it is declared.
    pub location: Location,
}

declared!(DesiredInstance, instance);
