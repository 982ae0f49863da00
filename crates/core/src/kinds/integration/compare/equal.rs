//! Duplicate versions: two machines published the same change at the same moment.
//!
//! A version cannot be removed, so duplicates are only reported.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::diff::Inputs;
use crate::kinds::instance::compare::version::equal_to;
use crate::model::{
    Address, Diagnostic, InstanceId, Integration, Marker, PublishedVersion, ResourceName, Tenant,
    VersionId,
};

/// Versions of one integration that were made of the same by the same commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqualVersions {
    /// What the integration is declared as, or was.
    pub address: Address,
    /// The oldest first.
    pub versions: Vec<EqualVersion>,
}

/// One of several equal versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqualVersion {
    /// Its record.
    pub id: VersionId,
    /// Its number.
    pub number: i64,
    /// When it was published, by the server's clock.
    pub created_at: Option<Timestamp>,
    /// The instances that are configured with it, by id and name.
    pub instances: Vec<(InstanceId, String)>,
}

/// The equal versions of all integrations with a marker of a project, among the versions that were read.
#[must_use]
pub fn equal_versions(tenant: &Tenant, project: &ResourceName) -> Vec<EqualVersions> {
    let mut all = Vec::new();
    for (address, live) in ours(tenant, project) {
        let mut same: BTreeMap<_, Vec<&PublishedVersion>> = BTreeMap::new();
        for version in &live.versions.items {
            let record = &version.record;
            if let Some(submitted) = &record.submitted {
                let made_of = (submitted, &record.canonical, &record.commit_hash);
                same.entry(made_of).or_default().push(version);
            }
        }
        let mut groups: Vec<_> = same.into_values().filter(|group| group.len() > 1).collect();
        groups.sort_by_key(|group| group.iter().map(|version| version.number).min());
        let described = groups.into_iter().map(|mut group| {
            group.sort_by_key(|version| version.number);
            EqualVersions {
                address: address.clone(),
                versions: group.iter().map(|it| described(it, tenant)).collect(),
            }
        });
        all.extend(described);
    }
    all
}

/// Those that a project marked, the integrations of customers left out.
fn ours<'a>(
    tenant: &'a Tenant,
    project: &ResourceName,
) -> impl Iterator<Item = (Address, &'a Integration)> {
    let items = tenant.integrations.items.iter();
    items
        .filter(|live| !live.customer_owned)
        .filter_map(|live| {
            let mut markers = Marker::among(&live.labels);
            let marker = markers.find(|marker| marker.project == *project)?;
            Some((Address::integration(marker.name), live))
        })
}

fn described(version: &PublishedVersion, tenant: &Tenant) -> EqualVersion {
    let all = tenant.instances.items.iter();
    let on_it = all.filter(|live| live.version.id == version.id);
    EqualVersion {
        id: version.id.clone(),
        number: version.number,
        created_at: version.created_at,
        instances: on_it
            .map(|live| (live.id.clone(), live.name.clone()))
            .collect(),
    }
}

/// For integrations with a duplicate newest version: which of the versions instances use.
#[must_use]
pub fn equal_versions_told(inputs: &Inputs<'_>) -> Vec<Diagnostic> {
    let all = ours(inputs.tenant, &inputs.desired.project.name);
    all.filter_map(|(address, live)| finding(&address, live))
        .collect()
}

fn finding(address: &Address, live: &Integration) -> Option<Diagnostic> {
    let newest = live.versions.items.first()?;
    let mut numbers: Vec<_> = equal_to(newest, live).map(|it| it.number).collect();
    numbers.reverse();
    let (first, _) = numbers
        .split_first()
        .filter(|(_, others)| !others.is_empty())?;
    let named: Vec<_> = numbers.iter().map(i64::to_string).collect();
    let message = format!(
        "{address}: versions {} are equal; `latest` means version {first}, and who runs another of them stays on it",
        named.join(" and ")
    );
    let hint = "two machines published one change at the same time; versions cannot be removed; \
                `prism-gitops dedupe` lists which instances use which";
    Some(Diagnostic::info("equal-versions", message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition, name};

    /// Versions by what they were made of, the newest first; `-` is another's.
    fn world(made_of: &str) -> World {
        let mut world = World::new();
        world
            .live("i1", &definition("Acme ERP", "https://a"))
            .labels = vec!["gitops:p/acme".to_owned()];
        let versions = &mut world.tenant.integrations.items[0].versions.items;
        let one = versions.remove(0);
        let numbers = (1..=made_of.len()).rev();
        versions.extend(made_of.chars().zip(numbers).map(|(content, number)| {
            let mut version = one.clone();
            version.id = VersionId::new(format!("i1-v{number}"));
            version.number = i64::try_from(number).unwrap();
            version.record.submitted = (content != '-').then(|| format!("sha256:{content}"));
            version
        }));
        world
    }

    fn groups(world: &World) -> Vec<Vec<i64>> {
        let all = equal_versions(&world.tenant, &name("p")).into_iter();
        all.map(|group| group.versions.iter().map(|it| it.number).collect())
            .collect()
    }

    #[test]
    fn equal_versions_are_grouped_and_others_are_not() {
        assert_eq!(groups(&world("cba")), [[0_i64; 0]; 0]);
        assert_eq!(groups(&world("bba")), [[2, 3]]);
        assert_eq!(groups(&world("abab")), [[1, 3], [2, 4]]);
        assert_eq!(groups(&world("--a")), [[0_i64; 0]; 0]);
        let mut reverted = world("aba");
        let versions = &mut reverted.tenant.integrations.items[0].versions.items;
        versions[0].record.commit_hash = Some("1a2b3c4".to_owned());
        assert_eq!(
            groups(&reverted),
            [[0_i64; 0]; 0],
            "another commit brought it back"
        );
        let mut foreign = world("aa");
        foreign.tenant.integrations.items[0].labels = vec!["gitops:q/acme".to_owned()];
        assert_eq!(groups(&foreign), [[0_i64; 0]; 0]);
    }

    #[test]
    fn instances_are_listed_with_the_version_they_use() {
        let mut world = world("aa");
        for (id, version) in [("n1", "i1-v1"), ("n2", "i1-v2"), ("n3", "i1-v2")] {
            let live = world.live_instance(id, "i1", "smith");
            live.version.id = VersionId::new(version);
        }
        let found = equal_versions(&world.tenant, &name("p")).remove(0);
        let ids = |version: &EqualVersion| -> Vec<String> {
            version
                .instances
                .iter()
                .map(|(id, _)| id.to_string())
                .collect()
        };
        assert_eq!(
            found.versions.iter().map(ids).collect::<Vec<_>>(),
            [vec!["n1"], vec!["n2", "n3"]]
        );
    }

    #[test]
    fn a_plan_tells_of_the_newest_only() {
        let told = |made_of: &str| world(made_of).with(|inputs, _| equal_versions_told(inputs));
        assert_eq!(told("cba"), []);
        assert_eq!(told("cbb"), []);
        let message = &told("bbba")[0].message;
        assert!(
            message.contains("versions 2 and 3 and 4 are equal"),
            "{message}"
        );
        assert!(message.contains("`latest` means version 2"), "{message}");
    }
}
