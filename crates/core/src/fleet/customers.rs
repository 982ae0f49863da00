//! Who there is: the customers of the tenant, and those that manifests are about to make.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{
    Adopt, CustomerRecord, CustomerRef, Desired, DesiredCustomer, FleetKey, Marker, ResourceName,
    Tenant,
};

/// One customer, as the files declare it or as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// What the tenant has of it.
    live: Option<&'a CustomerRecord>,
    /// The manifest that declares it.
    manifest: Option<&'a DesiredCustomer>,
}

impl<'a> Known<'a> {
    pub(super) fn external_id(&self) -> Option<&'a str> {
        let declared = self.manifest.map(|one| one.external_id.as_str());
        let live = self
            .live
            .and_then(|one| one.customer.external_id.as_deref());
        declared.or(live).map(str::trim).filter(|id| !id.is_empty())
    }

    pub(super) fn id(&self) -> Option<&'a str> {
        self.live.map(|one| one.customer.id.as_str())
    }

    pub(super) fn name(&self) -> &'a str {
        let declared = self.manifest.map(|one| one.display_name.as_str());
        let live = self.live.map(|one| one.customer.name.as_str());
        declared.or(live).unwrap_or_default()
    }

    /// What git declares comes before what is there: else whom a fleet selects would change once that is
    /// applied.
    pub(super) fn labels(&self) -> &'a [String] {
        let declared = self.manifest.and_then(|one| one.labels.as_deref());
        let live = self.live.map(|one| one.labels.as_slice());
        declared.or(live).unwrap_or_default()
    }

    /// What a member is named after.
    pub(super) fn key(&self, key: FleetKey) -> Option<&'a str> {
        match key {
            FleetKey::ExternalId => self.external_id(),
            FleetKey::Id => self.id(),
        }
    }

    /// How an instance refers to it.
    pub(super) fn reference(&self) -> CustomerRef {
        match (self.manifest, self.live) {
            (Some(manifest), _) => CustomerRef::Managed(manifest.name.clone()),
            (None, Some(live)) => CustomerRef::Id(live.customer.id.as_str().to_owned()),
            (None, None) => CustomerRef::Id(String::new()),
        }
    }
}

/// All of them, and how to find one.
pub(super) struct Customers<'a> {
    all: Vec<Known<'a>>,
    by_external: HashMap<&'a str, Vec<usize>>,
    by_id: HashMap<&'a str, usize>,
    by_name: HashMap<&'a str, Vec<usize>>,
    by_manifest: HashMap<&'a ResourceName, usize>,
    /// Why there may be more.
    pub(super) incomplete: Option<Arc<str>>,
}

impl<'a> Customers<'a> {
    pub(super) fn of(desired: &'a Desired, tenant: &'a Tenant) -> Self {
        let listing = tenant.all_customers.as_ref();
        let mut live: Vec<&CustomerRecord> = listing.iter().flat_map(|all| &all.items).collect();
        live.sort_by_key(|record| record.customer.id.as_str());
        let mut all: Vec<Known<'a>> = live
            .into_iter()
            .map(|record| Known {
                live: Some(record),
                manifest: None,
            })
            .collect();
        let found = Identities::of(desired, &all);
        for declared in &desired.customers {
            match found.of_manifest(declared) {
                Some(place) => all[place].manifest = Some(declared),
                None => all.push(Known {
                    live: None,
                    manifest: Some(declared),
                }),
            }
        }
        let incomplete = match listing {
            Some(all) => all.incomplete.clone(),
            None => Some("the customers were not read".into()),
        };
        Self::indexed(all, incomplete)
    }

    fn indexed(all: Vec<Known<'a>>, incomplete: Option<Arc<str>>) -> Self {
        let mut customers = Self {
            by_external: HashMap::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            by_manifest: HashMap::new(),
            all: Vec::new(),
            incomplete,
        };
        for (place, one) in all.iter().enumerate() {
            if let Some(id) = one.external_id() {
                customers.by_external.entry(id).or_default().push(place);
            }
            if let Some(id) = one.id() {
                customers.by_id.insert(id, place);
            }
            customers.by_name.entry(one.name()).or_default().push(place);
            if let Some(manifest) = one.manifest {
                customers.by_manifest.insert(&manifest.name, place);
            }
        }
        customers.all = all;
        customers
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &Known<'a>)> {
        self.all.iter().enumerate()
    }

    /// Those that a list, a file or an override names: several only where the tenant has several.
    pub(super) fn named(&self, key: FleetKey, text: &str) -> Vec<(usize, &Known<'a>)> {
        let places = match key {
            FleetKey::ExternalId => self.by_external.get(text).cloned().unwrap_or_default(),
            FleetKey::Id => self.by_id.get(text).copied().into_iter().collect(),
        };
        places
            .into_iter()
            .map(|place| (place, &self.all[place]))
            .collect()
    }

    /// The one that an instance refers to, where that is certain.
    pub(super) fn meant(&self, reference: &CustomerRef) -> Option<usize> {
        let only = |places: Option<&Vec<usize>>| match places.map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        };
        match reference {
            CustomerRef::Managed(name) => self.by_manifest.get(name).copied(),
            CustomerRef::ExternalId(id) => only(self.by_external.get(id.as_str())),
            CustomerRef::Name(name) => only(self.by_name.get(name.as_str())),
            CustomerRef::Id(id) => self.by_id.get(id.as_str()).copied(),
        }
    }

    /// The key of the customer whose key or name is nearest to a text.
    pub(super) fn nearest(&self, key: FleetKey, text: &str) -> Option<String> {
        let keyed = || self.all.iter().filter_map(|one| Some((one.key(key)?, one)));
        let texts = keyed().flat_map(|(key, one)| [key, one.name()]);
        let found = crate::model::nearest(text, texts)?;
        let (key, one) = keyed().find(|(key, one)| *key == found || one.name() == found)?;
        Some(format!("{key}, which is {:?}", one.name()))
    }
}

/// Which live customer a manifest means, by what is certain: its marker, its external id, the id that it
/// adopts.
struct Identities<'a> {
    marked: HashMap<ResourceName, usize>,
    external: HashMap<&'a str, usize>,
    ids: HashMap<&'a str, usize>,
}

impl<'a> Identities<'a> {
    fn of(desired: &Desired, all: &[Known<'a>]) -> Self {
        let mut found = Self {
            marked: HashMap::new(),
            external: HashMap::new(),
            ids: HashMap::new(),
        };
        for (place, one) in all.iter().enumerate() {
            let labels = one.live.map_or(&[][..], |live| &live.labels);
            let ours = Marker::among(labels).filter(|it| it.project == desired.project.name);
            found.marked.extend(ours.map(|marker| (marker.name, place)));
            found
                .external
                .extend(one.external_id().map(|id| (id, place)));
            found.ids.extend(one.id().map(|id| (id, place)));
        }
        found
    }

    fn of_manifest(&self, declared: &DesiredCustomer) -> Option<usize> {
        let adopted = match &declared.adopt {
            Some(Adopt::Id(id)) => self.ids.get(id.as_str()),
            Some(Adopt::Name(_)) | None => None,
        };
        let marked = self.marked.get(&declared.name);
        let external = self.external.get(declared.external_id.as_str());
        marked.or(adopted).or(external).copied()
    }
}
