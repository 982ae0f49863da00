//! The fleets of all files: their names, what they refer to, and the files that list their customers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::declared::FleetDraft;
use super::findings::Problem;
use super::paths::Reference;
use super::resolve::Resolver;
use super::{rows, text};
use crate::model::{Address, FleetCustomers, FleetKey, IntegrationRef, Location, ResourceName};

impl Resolver<'_> {
    /// All fleets, the second of each name left out.
    pub(super) fn fleets(&mut self, paths: &[Arc<str>]) -> Vec<FleetDraft> {
        let mut first: BTreeMap<ResourceName, Location> = BTreeMap::new();
        let mut unique = Vec::new();
        for path in paths {
            let Some(file) = self.read.get_mut(path) else {
                continue;
            };
            for draft in std::mem::take(&mut file.fleets) {
                let (name, place) = (&draft.fleet.name, &draft.fleet.location);
                if let Some(first) = first.get(name) {
                    let message = format!("Fleet/{name} is declared twice, first in {first}");
                    let problem = Problem::new("duplicate-address", message)
                        .hint("rename one of the two, or remove it");
                    self.find(place.clone(), problem);
                    continue;
                }
                first.insert(name.clone(), place.clone());
                unique.push(draft);
            }
        }
        unique
    }

    /// Reads the files of a fleet; its integration must be declared.
    pub(super) fn fleet(&mut self, draft: FleetDraft) {
        let FleetDraft {
            mut fleet,
            integration,
            file,
            rows,
        } = draft;
        let wanted = match &fleet.integration {
            IntegrationRef::Managed(name) => Some(Address::integration(name.clone())),
            IntegrationRef::Name(_) | IntegrationRef::Id(_) => None,
        };
        let declared = self.is_declared(wanted, &integration, "{name: …} or {id: …}");
        let configs: Vec<_> = fleet
            .parts()
            .map(|part| part.fixed.config.clone())
            .collect();
        let mut shared = true;
        for config in configs {
            shared &= self.shared_connections(&config);
        }
        let declared = declared && shared;
        let (listed, about) = (file.is_some(), file.is_some() || rows.is_some());
        let table = file.or(rows).map(|file| self.table(&file, fleet.key));
        let table = table.flatten();
        if !declared || (about && table.is_none()) {
            return;
        }
        if let Some(table) = table {
            fleet.rows = Some(Arc::new(table.rows));
            if listed {
                fleet.customers = FleetCustomers::Listed(table.customers);
            }
        }
        self.desired.fleets.push(fleet);
    }

    fn table(&mut self, reference: &Reference, key: FleetKey) -> Option<rows::Table> {
        let file = self.look_up(reference)?;
        let text = match text::decode(file) {
            Ok(text) => text,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        let mut table = rows::read(&file.path, &text, key);
        self.findings.append(&mut table.findings);
        Some(table)
    }
}
