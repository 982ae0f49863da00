//! From the documents of all files to one desired state: duplicates, references, bare definitions.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::declared::{Body, Declared, InstanceDraft, IntegrationDraft};
use super::documents::{self, FileRead, Shared};
use super::fields::quoted;
use super::findings::{Finding, Problem};
use super::paths::Reference;
use super::setting::Setting;
use super::suggest::{did_you_mean, nearest};
use super::text;
use crate::model::{
    Address, CustomerRef, Declared as _, DefinitionFile, Desired, DesiredCustomer,
    DesiredIntegration, IntegrationRef, Kind, Location, Marketplace, Project, PublishWhen,
    ResourceName, SourceFile,
};
use crate::yaml;

/// After this number of unknown names no more are compared with all others: it would be quadratic.
const SUGGESTIONS: usize = 50;

/// The code of the finding that a project has a second Project.
pub const DUPLICATE_PROJECT: &str = "duplicate-project";

/// Puts the files together.
pub(super) struct Resolver<'a> {
    /// All files by path, manifests or not.
    files: HashMap<&'a str, &'a SourceFile>,
    /// Those that were read as manifests, and those read because something refers to them.
    pub(super) read: HashMap<Arc<str>, FileRead>,
    /// Where each address is declared.
    declared: BTreeMap<Address, Location>,
    /// Where each external id and name of a customer is declared.
    customers: HashMap<(&'static str, String), (Address, Location)>,
    /// Where what is declared in other environments only is declared.
    elsewhere: BTreeMap<Address, Location>,
    setting: &'a Setting,
    pub(super) desired: Desired,
    pub(super) findings: Vec<Finding>,
    suggestions: usize,
}

impl<'a> Resolver<'a> {
    /// Takes all files, and what the manifests among them hold.
    pub(super) fn new(files: &'a [SourceFile], read: Vec<FileRead>, setting: &'a Setting) -> Self {
        Self {
            files: files.iter().map(|file| (&*file.path, file)).collect(),
            read: read
                .into_iter()
                .map(|file| (file.path.clone(), file))
                .collect(),
            declared: BTreeMap::new(),
            customers: HashMap::new(),
            elsewhere: BTreeMap::new(),
            setting,
            desired: Desired::default(),
            findings: Vec::new(),
            suggestions: SUGGESTIONS,
        }
    }

    /// The desired state, what is wrong, and the texts of the files that findings are about.
    pub(super) fn run(mut self) -> (Desired, Vec<Finding>, HashMap<Arc<str>, FileRead>) {
        let paths = self.paths();
        self.environments(&paths);
        let mut declared = self.unique(&paths);
        let mut referred: HashSet<Arc<str>> = declared.iter().flat_map(referred_to).collect();
        referred.extend(self.elsewhere(&paths));
        let broken: HashSet<Address> = declared
            .iter()
            .filter(|one| self.is_broken(one))
            .map(|one| one.address.clone())
            .collect();
        self.unreferred(&paths, &referred, &broken);
        let (mut instances, mut connections) = (Vec::new(), Vec::new());
        for one in declared.drain(..) {
            let (address, places) = (one.address.clone(), one.places);
            self.desired.places.insert(address, places);
            match one.body {
                Some(Body::Integration(draft)) => {
                    self.integration(one.address, one.location, *draft);
                }
                // Once all customers are known that one may mean.
                Some(Body::Instance(draft)) => instances.push(*draft),
                Some(Body::Connection(connection)) => connections.push(*connection),
                Some(Body::Customer(customer)) => self.customer(*customer),
                None => {}
            }
        }
        for connection in connections {
            self.connection(connection);
        }
        for draft in instances {
            self.instance(draft);
        }
        for draft in self.fleets(&paths) {
            self.fleet(draft);
        }
        for file in self.read.values_mut() {
            self.findings.append(&mut file.findings);
        }
        self.desired
            .integrations
            .sort_by(|a, b| a.name.cmp(&b.name));
        self.desired.customers.sort_by(|a, b| a.name.cmp(&b.name));
        self.desired.connections.sort_by(|a, b| a.name.cmp(&b.name));
        self.desired.instances.sort_by(|a, b| a.name.cmp(&b.name));
        self.desired.fleets.sort_by(|a, b| a.name.cmp(&b.name));
        (self.desired, self.findings, self.read)
    }

    pub(super) fn find(&mut self, location: Location, problem: Problem) {
        self.findings.push(Finding::new(location, problem));
    }

    fn paths(&self) -> Vec<Arc<str>> {
        let mut paths: Vec<_> = self.read.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// The Project comes first, and where it is declared is of interest by itself.
    pub(super) fn project(&mut self) -> Option<Location> {
        let mut first: Option<(Project, Location)> = None;
        for path in self.paths() {
            let Some(file) = self.read.get_mut(&path) else {
                continue;
            };
            for found in std::mem::take(&mut file.projects) {
                match &first {
                    None => first = Some((found.project, found.location)),
                    Some((_, place)) => {
                        let message = format!("a second Project; the first is in {place}");
                        let problem =
                            Problem::new(DUPLICATE_PROJECT, message).hint("keep one of the two");
                        self.find(found.location, problem);
                    }
                }
            }
        }
        let (project, place) = first?;
        self.desired.project = project;
        Some(place)
    }

    /// Environments that `adopt` mentions must be the Project's.
    fn environments(&mut self, paths: &[Arc<str>]) {
        let known: Vec<String> = self.desired.project.environments.keys().cloned().collect();
        for path in paths {
            let Some(file) = self.read.get_mut(path) else {
                continue;
            };
            for (name, location) in std::mem::take(&mut file.environments) {
                if known.contains(&name) {
                    continue;
                }
                let meant = did_you_mean(&name, known.iter().map(String::as_str));
                let message = format!("the Project has no environment {}", quoted(&name));
                let problem = Problem::new("dangling-reference", message)
                    .hint("declare it under spec.environments of the Project")
                    .maybe_hint(meant);
                self.find(location, problem);
            }
        }
    }

    /// Notes what is declared in other environments. Returns the files that belong to it.
    fn elsewhere(&mut self, paths: &[Arc<str>]) -> Vec<Arc<str>> {
        let mut files = Vec::new();
        for path in paths {
            let Some(file) = self.read.get_mut(path) else {
                continue;
            };
            for mut one in std::mem::take(&mut file.elsewhere) {
                self.elsewhere.extend(one.address);
                files.append(&mut one.files);
            }
        }
        files
    }

    /// All resources, the second of each address left out.
    fn unique(&mut self, paths: &[Arc<str>]) -> Vec<Declared> {
        let mut unique = Vec::new();
        for path in paths {
            let Some(file) = self.read.get_mut(path) else {
                continue;
            };
            for one in std::mem::take(&mut file.resources) {
                let hint = "rename one of the two, or remove it";
                if self.declare(&one.address, &one.location, hint) {
                    unique.push(one);
                }
            }
        }
        unique
    }

    /// Notes an address; whether it is new.
    fn declare(&mut self, address: &Address, location: &Location, hint: &str) -> bool {
        if let Some(first) = self.declared.get(address) {
            let message = format!("{address} is declared twice, first in {first}");
            let problem = Problem::new("duplicate-address", message).hint(hint);
            self.find(location.clone(), problem);
            return false;
        }
        self.declared.insert(address.clone(), location.clone());
        true
    }

    /// Whether a manifest fails to name its definition, so that a bare one of its name is probably it.
    fn is_broken(&self, one: &Declared) -> bool {
        match &one.body {
            Some(Body::Integration(draft)) => !self.files.contains_key(&*draft.definition.path),
            Some(Body::Instance(_) | Body::Customer(_) | Body::Connection(_)) => false,
            None => true,
        }
    }

    /// Files that no manifest refers to are bare definitions, or a mistake.
    fn unreferred(
        &mut self,
        paths: &[Arc<str>],
        referred: &HashSet<Arc<str>>,
        broken: &HashSet<Address>,
    ) {
        for path in paths.iter().filter(|path| !referred.contains(*path)) {
            let Some(file) = self.read.get_mut(path) else {
                continue;
            };
            let mut alone = std::mem::take(&mut file.unreferred);
            let text = file.text.clone();
            self.findings.append(&mut alone.findings);
            let Some(((name, location), text)) = alone.bare.zip(text) else {
                continue;
            };
            let address = Address::integration(name.clone());
            if broken.contains(&address) {
                continue;
            }
            let hint = format!("if they are one integration, let its manifest refer to {path}");
            if self.declare(&address, &location, &hint) {
                self.desired.integrations.push(DesiredIntegration {
                    name,
                    bare: true,
                    definition: DefinitionFile {
                        path: path.clone(),
                        text,
                    },
                    adopt: None,
                    description: None,
                    publish: PublishWhen::default(),
                    available: None,
                    marketplace: None,
                    protect: false,
                    rollout: None,
                    drift: None,
                    location,
                });
            }
        }
    }

    fn integration(&mut self, address: Address, location: Location, draft: IntegrationDraft) {
        let definition = self.definition(&draft.definition);
        let overview = draft.overview.as_ref().map(|file| self.overview(file));
        let marketplace = match (draft.marketplace, overview) {
            (Some(market), Some(overview)) => Some(Marketplace { overview, ..market }),
            (market, _) => market,
        };
        let Some(definition) = definition else { return };
        self.desired.integrations.push(DesiredIntegration {
            name: address.name,
            bare: false,
            definition,
            adopt: draft.adopt,
            description: draft.description,
            publish: draft.publish,
            available: draft.available,
            marketplace,
            protect: draft.protect,
            rollout: draft.rollout,
            drift: draft.drift,
            location,
        });
    }

    fn definition(&mut self, reference: &Reference) -> Option<DefinitionFile> {
        let path = &reference.path;
        if !self.read.contains_key(path) {
            let file = self.look_up(reference)?;
            // Read once, however many refer to it: its findings are about itself.
            let mut read = documents::read(
                file,
                &Shared {
                    setting: self.setting,
                    schedules: Rc::default(),
                },
            );
            read.forget_manifests();
            self.read.insert(path.clone(), read);
        }
        let read = self.read.get(path)?;
        // What is wrong with it is found already: it is not parsed a second time for that.
        let text = read.text.clone().filter(|_| !read.broken)?;
        if let Some(why) = read.no_definition {
            let message = format!("{} {why}", quoted(path));
            let problem = Problem::new("not-a-definition", message)
                .hint("a definition is one document of Prismatic's integration YAML");
            self.find(reference.location.clone(), problem);
            return None;
        }
        Some(DefinitionFile {
            path: path.clone(),
            text,
        })
    }

    fn overview(&mut self, reference: &Reference) -> Option<Arc<str>> {
        let file = self.look_up(reference)?;
        let text = match text::decode(file) {
            Ok(text) => text,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        let Some(conflict) = yaml::conflict(&text) else {
            return Some(text.into());
        };
        let place = Location {
            file: Arc::clone(&file.path),
            line: conflict.span.line,
            column: conflict.span.column,
            length: conflict.span.length,
        };
        let problem = Problem::new("syntax", conflict.message).maybe_hint(conflict.hint);
        self.find(place, problem);
        None
    }

    pub(super) fn look_up(&mut self, reference: &Reference) -> Option<&'a SourceFile> {
        let file = self.files.get(&*reference.path).copied();
        if file.is_none() {
            let meant = self.nearest_file(&reference.path);
            let message = format!("there is no file {}", quoted(&reference.path));
            let problem = Problem::new("missing-file", message)
                .hint("paths are relative to the file they stand in")
                .maybe_hint(meant);
            self.find(reference.location.clone(), problem);
        }
        file
    }

    /// A file of nearly this path, or of this very name elsewhere.
    fn nearest_file(&mut self, path: &str) -> Option<String> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        let mut candidates: Vec<&str> = self.files.keys().copied().collect();
        candidates.sort_unstable();
        let name = path.rsplit('/').next().unwrap_or(path);
        let same_name = |other: &&str| other.rsplit('/').next() == Some(name);
        let found = nearest(path, candidates.iter().copied())
            .or_else(|| candidates.iter().copied().find(same_name))?;
        Some(format!("did you mean the file {found:?}?"))
    }

    /// Customers are distinguished by external id, and by name within an organization.
    fn customer(&mut self, customer: DesiredCustomer) {
        let same = "keep one of the two: both would be the same customer";
        let unique =
            "names of customers are unique in an organization: give one of the two another";
        let keys = [
            ("externalId", &customer.external_id, same),
            ("name", &customer.display_name, unique),
        ];
        for (key, text, hint) in keys {
            let first = self.customers.entry((key, text.clone()));
            let Entry::Occupied(first) = first else {
                first.insert_entry((customer.address(), customer.location.clone()));
                continue;
            };
            let (address, place) = first.get();
            let message = format!("{address} has the {key} {} too, in {place}", quoted(text));
            let places = self.desired.places.get(&customer.address());
            let here = places.and_then(|places| places.get(key));
            let here = here.unwrap_or(&customer.location).clone();
            let problem = Problem::new("duplicate-customer", message).hint(hint);
            self.findings.push(Finding::new(here, problem));
            break;
        }
        self.desired.customers.push(customer);
    }

    /// What an instance refers to must be declared, the integration and the customer alike.
    fn instance(&mut self, draft: InstanceDraft) {
        let instance = draft.instance;
        let integration = match &instance.integration {
            IntegrationRef::Managed(name) => Some(Address::integration(name.clone())),
            IntegrationRef::Name(_) | IntegrationRef::Id(_) => None,
        };
        let customer = match &instance.customer {
            CustomerRef::Managed(name) => Some(Address::customer(name.clone())),
            CustomerRef::ExternalId(_) | CustomerRef::Name(_) | CustomerRef::Id(_) => None,
        };
        let found = self.is_declared(integration, &draft.integration, "{name: …} or {id: …}");
        let ways = "{externalId: …}, {name: …} or {id: …}";
        let shared = self.shared_connections(&instance.config);
        if self.is_declared(customer, &draft.customer, ways) && found && shared {
            self.desired.instances.push(instance);
        }
    }

    /// Whether what a manifest refers to is declared, if it refers to any manifest.
    pub(super) fn is_declared(
        &mut self,
        wanted: Option<Address>,
        place: &Location,
        ways: &str,
    ) -> bool {
        let hint = format!("for one that is not managed here, write {ways}");
        self.is_declared_or(wanted, place, hint)
    }

    /// The same, with what to do where no other name is meant.
    pub(super) fn is_declared_or(
        &mut self,
        wanted: Option<Address>,
        place: &Location,
        otherwise: String,
    ) -> bool {
        let Some(Address { kind, name }) = wanted.filter(|it| !self.declared.contains_key(it))
        else {
            return true;
        };
        let message = format!("no {kind} is named {:?}", name.as_str());
        let address = Address { kind, name };
        let hint = match self.hint_elsewhere(&address) {
            Some(hint) => hint,
            None => self
                .nearest_declared(kind, address.name.as_str())
                .unwrap_or(otherwise),
        };
        self.find(
            place.clone(),
            Problem::new("dangling-reference", message).hint(hint),
        );
        false
    }

    /// What to do about one that is declared, but not in this environment.
    fn hint_elsewhere(&self, address: &Address) -> Option<String> {
        let place = self.elsewhere.get(address)?;
        let name = self.setting.environment.as_deref()?;
        Some(format!(
            "{place} declares it, but not in {name}: name {name} under its environments, or take this one out of {name}"
        ))
    }

    fn nearest_declared(&mut self, kind: Kind, name: &str) -> Option<String> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        let declared = self.declared.keys().filter(|address| address.kind == kind);
        let meant = did_you_mean(name, declared.map(|address| address.name.as_str()));
        match kind {
            Kind::Customer => meant.or_else(|| self.nearest_customer(name)),
            Kind::Connection | Kind::Integration | Kind::Instance => meant,
        }
    }

    /// A customer with a similar name.
    fn nearest_customer(&self, written: &str) -> Option<String> {
        let customers = self.desired.customers.iter();
        let called: Vec<(ResourceName, &DesiredCustomer)> = customers
            .flat_map(|one| [&one.display_name, &one.external_id].map(|text| (text, one)))
            .filter_map(|(text, one)| Some((ResourceName::slug(text)?, one)))
            .collect();
        let found = nearest(written, called.iter().map(|(slug, _)| slug.as_str()))?;
        let (_, meant) = called.iter().find(|(slug, _)| slug.as_str() == found)?;
        let (name, shown) = (meant.name.as_str(), quoted(&meant.display_name));
        Some(format!("did you mean {name:?}, which is {shown}?"))
    }
}

/// The files a resource refers to.
fn referred_to(one: &Declared) -> Vec<Arc<str>> {
    let Some(Body::Integration(draft)) = &one.body else {
        return Vec::new();
    };
    let overview = draft.overview.iter();
    let references = std::iter::once(&draft.definition).chain(overview);
    references.map(|reference| reference.path.clone()).collect()
}
