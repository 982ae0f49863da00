//! An increment on an old reading is the new reading, or says that it cannot be.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::{
    Asked, Customer, CustomerId, InstanceId, InstanceVersion, Integration, IntegrationId, Observed,
    VersionId,
};

fn identity(organization: &str) -> Identity {
    Identity {
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        organization_id: organization.to_owned(),
        organization: "Acme".to_owned(),
        tenant_id: None,
    }
}

fn instance(id: u8, description: u16) -> Instance {
    Instance {
        id: InstanceId::new(format!("i{id}")),
        name: format!("instance {id}"),
        description: description.to_string(),
        labels: Vec::new(),
        enabled: true,
        needs_deploy: false,
        deployed: true,
        config_state: None,
        in_failed_state: false,
        system_suspended: false,
        last_deployed_at: None,
        updated_at: None,
        designed_by_customer: false,
        version: InstanceVersion {
            id: VersionId::new("v1"),
            number: 1,
            sequence: None,
            integration_name: "ERP".to_owned(),
        },
        customer: Customer {
            id: CustomerId::new("c1"),
            name: "Smith".to_owned(),
            external_id: None,
        },
        config: Observed::Known(BTreeMap::new()),
        flows: Asked::NotAsked,
        global_debug: None,
    }
}

fn integration(id: &str) -> Integration {
    Integration {
        id: IntegrationId::new(id),
        name: "ERP".to_owned(),
        description: String::new(),
        labels: Vec::new(),
        sequence: None,
        customer_owned: false,
        code_native: false,
        has_unpublished_changes: false,
        definition: Observed::Absent,
        versions: Listing::complete(Vec::new()),
    }
}

/// A server with a clock of its own. It answers as the schema says.
#[derive(Debug, Clone, Default)]
struct Server {
    now: i64,
    instances: BTreeMap<u8, (u16, i64)>,
}

/// What happens there.
#[derive(Debug, Clone)]
enum Edit {
    Put(u8, u16),
    Delete(u8),
    Wait(i64),
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

impl Server {
    fn edit(&mut self, edit: &Edit) {
        self.now += 1;
        match *edit {
            Edit::Put(id, description) => {
                self.instances.insert(id, (description, self.now));
            }
            Edit::Delete(id) => {
                self.instances.remove(&id);
            }
            Edit::Wait(seconds) => self.now += seconds,
        }
    }

    fn stamps(&self) -> impl Iterator<Item = Stamp> + '_ {
        let stamps = self.instances.iter().map(|(id, (_, changed))| Stamp {
            id: format!("i{id}"),
            at: at(*changed),
        });
        stamps.chain([Stamp {
            id: "erp".to_owned(),
            at: at(0),
        }])
    }

    fn read(&self) -> Tenant {
        let instances = self.instances.iter();
        let instances = instances.map(|(id, (description, _))| instance(*id, *description));
        Tenant {
            identity: identity("org"),
            integrations: Listing::complete(vec![integration("erp")]),
            instances: Listing::complete(instances.collect()),
            customers: BTreeMap::new(),
            interrupted: BTreeMap::new(),
            all_customers: None,
            connections: None,
            connection_types: BTreeMap::new(),
            near_customers: Vec::new(),
        }
    }

    fn since(&self, since: Timestamp) -> Increment {
        let instances = self.instances.iter();
        let changed = instances.filter(|(_, (_, changed))| at(*changed) >= since);
        let instances = changed.map(|(id, (description, _))| instance(*id, *description));
        let stamps = self.stamps().filter(|stamp| stamp.at >= since);
        let (integrations, stamps) = stamps.partition(|stamp| stamp.id == "erp");
        Increment {
            identity: identity("org"),
            integrations,
            instances: instances.collect(),
            stamps,
            all_integrations: 1,
            all_instances: self.instances.len(),
        }
    }
}

fn sorted(mut tenant: Tenant) -> Tenant {
    let key = |one: &Instance| one.id.as_str().to_owned();
    tenant.instances.items.sort_by_key(key);
    tenant
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        4 => (0..12_u8, any::<u16>()).prop_map(|(id, text)| Edit::Put(id, text)),
        1 => (0..12_u8).prop_map(Edit::Delete),
        1 => (0..900_i64).prop_map(Edit::Wait),
    ];
    prop::collection::vec(edit, 0..12)
}

proptest! {
    /// However often it is merged, the outcome is what a whole reading would have been; where
    /// something was deleted for good, there is none.
    #[test]
    fn merging_is_reading_or_is_refused(first in edits(), rounds in prop::collection::vec(edits(), 1..5)) {
        let mut server = Server::default();
        first.iter().for_each(|edit| server.edit(edit));
        let mut tenant = server.read();
        let mut mark = Mark::of(server.stamps()).unwrap();
        let mut marked_at = server.now;
        for round in rounds {
            let before = server.clone();
            round.iter().for_each(|edit| server.edit(edit));
            let gone = before.instances.keys().any(|id| !server.instances.contains_key(id));
            let quiet = Duration::from_secs(u64::try_from(server.now - marked_at).unwrap());
            let (increment, newest) = (server.since(mark.since(quiet)), mark.newest());
            let merged = merge(tenant, mark, increment);
            match merged {
                Ok((merged, moved)) => {
                    prop_assert!(!gone, "something is gone, and nobody noticed");
                    prop_assert_eq!(sorted(merged.clone()), sorted(server.read()));
                    if moved.newest() != newest {
                        marked_at = server.now;
                    }
                    (tenant, mark) = (merged, moved);
                }
                Err(why) => {
                    prop_assert!(gone, "{}", why);
                    tenant = server.read();
                    mark = Mark::of(server.stamps()).unwrap();
                    marked_at = server.now;
                }
            }
        }
    }
}

const NOW: Duration = Duration::ZERO;

fn base() -> (Server, Tenant, Mark) {
    let mut server = Server::default();
    for id in 0..3 {
        server.edit(&Edit::Put(id, 0));
    }
    let mark = Mark::of(server.stamps()).unwrap();
    (server.clone(), server.read(), mark)
}

#[test]
fn what_an_increment_cannot_tell_is_a_reason_to_read_everything() {
    type Change = fn(&mut Tenant, &mut Increment);
    let changes: [(Change, &str); 7] = [
        (
            |_, increment| increment.identity = identity("other"),
            "the token belongs to another organization than before",
        ),
        (
            |tenant, _| tenant.instances.incomplete = Some("a page failed".into()),
            "the last reading was not complete",
        ),
        (
            |tenant, _| {
                tenant.all_customers.get_or_insert_default().incomplete =
                    Some("a page failed".into());
            },
            "the last reading was not complete",
        ),
        (
            |_, increment| increment.integrations[0].at = at(9),
            "integration erp changed",
        ),
        (
            |_, increment| increment.all_integrations = 2,
            "there are 2 integrations, and 1 are known",
        ),
        (
            |_, increment| increment.instances[0].customer.name = "Jones".to_owned(),
            "the customer of instance i0 changed",
        ),
        (
            |_, increment| increment.all_instances = 2,
            "there are 2 instances, and 3 are known",
        ),
    ];
    for (change, expected) in changes {
        let (server, mut tenant, mark) = base();
        let mut increment = server.since(mark.since(NOW));
        change(&mut tenant, &mut increment);
        let refused = merge(tenant, mark, increment).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn an_increment_reaches_back_over_what_began_long_ago_for_as_long_as_that_may_come() {
    let (mut server, tenant, mark) = base();
    // It was begun before the newest record changed, and shows up after it.
    server.instances.insert(9, (7, 1));
    let (merged, moved) = merge(tenant, mark.clone(), server.since(mark.since(NOW))).unwrap();
    assert_eq!(sorted(merged), sorted(server.read()));
    assert_eq!(moved.newest(), mark.newest());
    let since = |seconds| mark.since(Duration::from_secs(seconds));
    assert_eq!(since(0), at(3 - 300));
    assert_eq!(since(299), at(2));
    assert!(since(300) > at(3), "what was the newest is not read again");
    assert!(since(9999) < at(4));
}

#[test]
fn nothing_is_known_of_the_time_where_there_are_no_records() {
    assert_eq!(Mark::of([]), None);
}
