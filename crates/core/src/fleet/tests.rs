//! Files and customers in, instances out: one line for each member.

use super::*;
use crate::diff::testing::{World, definition};
use crate::manifest;
use crate::model::{DesiredInstance, MemberStop, SourceFile};

mod leaving;
mod matching;
mod work;

const NOW: &str = "2026-11-30T10:00:00Z";

/// A project `p` with the integration `acme`, these manifests and these other files, and no customer in the tenant.
pub(super) fn world(manifests: &str, others: &[(&str, &str)]) -> World {
    let head = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: p}\n---\napiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\nspec: {definition: acme.def.yml}\n";
    let documents = manifests.replace("---\n", "---\napiVersion: prism-gitops/v1\n");
    let text = format!("{head}{documents}");
    let text = definition("Acme ERP", "https://a") + "\u{0}" + &text;
    let (definition, text) = text.split_once('\u{0}').unwrap();
    let mut files = vec![
        SourceFile::new("all.yaml", text.as_bytes()),
        SourceFile::new("acme.def.yml", definition.as_bytes()),
    ];
    files.extend(
        others
            .iter()
            .map(|(path, text)| SourceFile::new(*path, text.as_bytes())),
    );
    let loaded = manifest::load(&files);
    assert_eq!(loaded.diagnostics, [], "the files");
    let (_, found) = crate::validate::offline(&loaded.desired);
    assert!(
        found
            .iter()
            .all(|one| one.severity != crate::model::Severity::Error),
        "{found:?}"
    );
    let mut world = World::new();
    world.desired = loaded.desired;
    world.tenant.all_customers = Some(Default::default());
    world
}

/// A live customer: external id, name and labels.
pub(super) fn customer(world: &mut World, external: &str, name: &str, labels: &[&str]) {
    let id = format!("c-{external}{name}").replace(' ', "");
    let record = world.live_customer(&id, name);
    record.customer.external_id = Some(external.to_owned()).filter(|it| !it.is_empty());
    record.labels = labels.iter().map(ToString::to_string).collect();
}

pub(super) fn expanded(world: &World) -> Expansion<'_> {
    expand(&world.desired, &world.tenant, NOW.parse().unwrap())
}

fn shown(one: &DesiredInstance) -> String {
    let config = one
        .config
        .iter()
        .map(|(key, entry)| format!("{key}={:?}", entry.value));
    let config = config.collect::<Vec<_>>().join(", ");
    let stop = match one.member.as_ref().and_then(|it| it.stop.as_ref()) {
        None => String::new(),
        Some(MemberStop::Unknown(why)) => format!(" UNKNOWN {why}"),
        Some(MemberStop::Refused { reason, hint }) => {
            format!(
                " REFUSED {reason} ({})",
                hint.as_deref().unwrap_or_default()
            )
        }
    };
    format!(
        "{} for {}: {} {} [{config}]{stop}",
        crate::model::Address::instance(one.name.clone()),
        one.customer,
        one.display_name,
        one.version
    )
}

pub(super) fn rendered(world: &World) -> String {
    let expansion = expanded(world);
    let members = expansion.desired.instances.iter().map(shown);
    let found = expansion.diagnostics.iter().map(|one| {
        let at = one.location.as_ref().map(ToString::to_string);
        format!(
            "{:?} {} {}: {}",
            one.severity,
            one.code,
            at.unwrap_or_default(),
            one.message
        )
    });
    members.chain(found).collect::<Vec<_>>().join("\n")
}

const BY_LABEL: &str = "---
kind: Fleet
metadata: {name: prod}
spec:
  integration: acme
  customers: {selector: {labels: {all: [paid], none: [churned]}}}
  template: {displayName: Acme ERP, config: {Batch Size: \"50\"}}
";

#[test]
fn labels_select_customers() {
    let mut world = world(BY_LABEL, &[]);
    customer(&mut world, "c2", "Jones", &["paid", "eu"]);
    customer(&mut world, "C 1", "Smith", &["paid"]);
    customer(&mut world, "c3", "Gone", &["paid", "churned"]);
    customer(&mut world, "c4", "Free", &[]);
    customer(&mut world, "", "Nameless", &["paid"]);
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/prod/c-1-c33d6150 for id "c-C1Smith": Acme ERP latest [Batch Size=Scalar("50")]
    Instance/prod/c2 for id "c-c2Jones": Acme ERP latest [Batch Size=Scalar("50")]
    Warning fleet-left-out all.yaml:12:18: Fleet/prod: 1 customer without externalId is left out: Nameless
    "#);
}

#[test]
fn a_customer_manifest_says_who_is_selected_before_it_is_applied() {
    let manifests = format!(
        "---
kind: Customer
metadata: {{name: new}}
spec: {{externalId: n1, labels: [paid]}}
---
kind: Customer
metadata: {{name: old}}
spec: {{externalId: o1, labels: [churned]}}
---
kind: Customer
metadata: {{name: unlabelled}}
spec: {{externalId: u1}}
{BY_LABEL}"
    );
    let mut world = world(&manifests, &[]);
    customer(&mut world, "o1", "Old", &["paid"]);
    customer(&mut world, "u1", "Unlabelled", &["paid"]);
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/prod/n1 for manifest "new": Acme ERP latest [Batch Size=Scalar("50")]
    Instance/prod/u1 for manifest "unlabelled": Acme ERP latest [Batch Size=Scalar("50")]
    "#);
}

#[test]
fn lists_and_files_name_customers() {
    let mut world = world(
        "---
kind: Fleet
metadata: {name: a}
spec:
  integration: acme
  customers: {list: [c1, c2, c9, twin], rows: rows.csv}
  template: {config: {Endpoint: \"https://${{ row.region }}.example/${{ customer.name | lower }}\"}}
---
kind: Fleet
metadata: {name: c}
spec:
  integration: {name: Third}
  customers: {list: [c1, c2], rows: rows.csv}
  template: {labels: [\"${{ row.region | default('none') }}\"]}
---
kind: Fleet
metadata: {name: b}
spec:
  integration: {name: Other}
  customers: {file: sub/customers.csv}
  template: {labels: [\"${{ row.tier | default('none') }}\"]}
",
        &[
            ("rows.csv", "externalId,region\nc1,eu\n"),
            ("sub/customers.csv", "externalId,tier\r\nc1,\r\nc2,gold\r\n"),
        ],
    );
    customer(&mut world, "c1", "Smith", &[]);
    customer(&mut world, "c2", "Jones", &[]);
    customer(&mut world, "c8", "Brown", &[]);
    customer(&mut world, "twin", "Twin One", &[]);
    customer(&mut world, "twin", "Twin Two", &[]);
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/a/c1 for id "c-c1Smith": a latest [Endpoint=Scalar("https://eu.example/smith")]
    Instance/a/c2 for id "c-c2Jones": a latest [] REFUSED all.yaml:16:33: there is no row here (the customer has no row in rows.csv: add one, or write row.region | default('…'))
    Instance/a/c9 for externalId "c9": a latest [] REFUSED no customer with externalId "c9" exists in this tenant (create it first, declare it as a Customer, or take it off the list)
    Instance/a/twin for externalId "twin": a latest [] REFUSED 2 customers have the externalId "twin" (give each an externalId of its own in Prismatic)
    Instance/b/c1 for id "c-c1Smith": b latest []
    Instance/b/c2 for id "c-c2Jones": b latest []
    Instance/c/c1 for id "c-c1Smith": c latest []
    Instance/c/c2 for id "c-c2Jones": c latest []
    "#);
    let expansion = expanded(&world);
    let labels: Vec<_> = expansion
        .desired
        .instances
        .iter()
        .map(|it| it.labels.clone())
        .collect();
    assert_eq!(labels[4], Some(vec!["none".to_owned()]));
    assert_eq!(labels[5], Some(vec!["gold".to_owned()]));
    assert_eq!(labels[6], Some(vec!["eu".to_owned()]));
    assert_eq!(labels[7], Some(vec!["none".to_owned()]), "who has no row");
}

#[test]
fn values_and_the_environment_are_known_to_templates() {
    let files = [
        "kind: Project\nmetadata: {name: p}\nspec:\n  values: {domain: acme.example}\n  environments: {prod: {url: \"https://app.prismatic.io\", values: {domain: prod.example}}, dev: {url: \"https://app.prismatic.io\"}}\n",
        "kind: Fleet\nmetadata: {name: a}\nspec:\n  integration: {name: Acme}\n  customers: {list: [c1]}\n  template: {config: {E: \"${{ environment.name }}.${{ customer.externalId }}.${{ values.domain }}\"}}\nenvironments: {prod: {}, dev: {onLeave: disable, customers: {selector: {labels: {all: [dev]}}}}}\n",
    ];
    let text = files
        .map(|text| format!("apiVersion: prism-gitops/v1\n{text}"))
        .join("---\n");
    let files = [SourceFile::new("a.yaml", text.as_bytes())];
    let mut shown = Vec::new();
    for environment in ["prod", "dev"] {
        let loaded = manifest::load_for(&files, Some(environment));
        assert_eq!(loaded.diagnostics, []);
        let mut world = World::new();
        world.desired = loaded.desired;
        world.tenant.all_customers = Some(Default::default());
        customer(&mut world, "c1", "Smith", &[]);
        customer(&mut world, "c2", "Jones", &["dev"]);
        shown.push(rendered(&world));
    }
    insta::assert_snapshot!(shown.join("\n"), @r#"
    Instance/a/c1 for id "c-c1Smith": a latest [E=Scalar("prod.c1.prod.example")]
    Instance/a/c2 for id "c-c2Jones": a latest [E=Scalar("dev.c2.acme.example")]
    "#);
}

#[test]
fn members_are_named_by_id_where_the_fleet_says_so() {
    let mut world = world(
        &BY_LABEL.replace("  integration: acme", "  integration: acme\n  key: id"),
        &[],
    );
    customer(&mut world, "", "Nameless", &["paid"]);
    insta::assert_snapshot!(rendered(&world), @r#"Instance/prod/c-nameless-ee5a3dd3 for id "c-Nameless": Acme ERP latest [Batch Size=Scalar("50")]"#);
}

#[test]
fn overrides_lie_over_the_template_in_order() {
    let manifests = "---
kind: Fleet
metadata: {name: prod}
spec:
  integration: acme
  customers: {list: [c1, c2, c3]}
  template: {displayName: Acme, config: {Batch Size: \"50\", Endpoint: \"https://${{ customer.externalId }}\"}}
  overrides:
    - {customers: [c1, c2], version: {number: 1}, config: {Batch Size: \"10\"}, reason: on-prem API, expires: 2026-11-29}
    - {customers: [c2], config: {Endpoint: \"https://own-${{ customer.externalId }}\"}, reason: their own, expires: 2026-11-30}
";
    let mut world = world(manifests, &[]);
    for (key, name) in [("c1", "One"), ("c2", "Two"), ("c3", "Three")] {
        customer(&mut world, key, name, &[]);
    }
    let live = world.live("i1", &definition("Acme ERP", "https://a"));
    live.labels = vec!["gitops:p/acme".to_owned()];
    live.versions.items[0].number = 4;
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/prod/c1 for id "c-c1One": Acme number 1 [Batch Size=Scalar("10"), Endpoint=Scalar("https://c1")]
    Instance/prod/c2 for id "c-c2Two": Acme number 1 [Batch Size=Scalar("10"), Endpoint=Scalar("https://own-c2")]
    Instance/prod/c3 for id "c-c3Three": Acme latest [Batch Size=Scalar("50"), Endpoint=Scalar("https://c3")]
    Warning override-expired all.yaml:18:7: Fleet/prod: the override for c1, c2 was meant to end on 2026-11-29 (on-prem API)
    Info pinned all.yaml:18:7: Fleet/prod: c1, c2 stay on version 1, where 4 is the newest (on-prem API)
    "#);
}

#[test]
fn a_manifest_of_its_own_comes_first_and_then_the_first_fleet() {
    let manifests = format!(
        "---
kind: Instance
metadata: {{name: smith}}
spec: {{integration: acme, customer: {{name: Smith}}}}
{BY_LABEL}{}",
        BY_LABEL.replace("name: prod", "name: second")
    );
    let mut world = world(&manifests, &[]);
    customer(&mut world, "c1", "Smith", &["paid"]);
    customer(&mut world, "c2", "Jones", &["paid"]);
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/prod/c2 for id "c-c2Jones": Acme ERP latest [Batch Size=Scalar("50")]
    Instance/second/c2 for id "c-c2Jones": Acme ERP latest [Batch Size=Scalar("50")] REFUSED Fleet/prod has a member of this integration for the same customer (let one of the two fleets leave the customer out)
    Instance/smith for name "Smith": smith latest []
    Info fleet-displaced all.yaml:17:18: Fleet/prod: 1 customer has an Instance manifest for this integration, which comes before the fleet: c1
    Info fleet-displaced all.yaml:25:18: Fleet/second: 1 customer has an Instance manifest for this integration, which comes before the fleet: c1
    Error fleets-overlap all.yaml:25:18: Fleet/second and Fleet/prod both claim 1 customer of one integration: c2
    "#);
    let expansion = expanded(&world);
    let smith = expansion
        .desired
        .instances
        .iter()
        .find(|it| it.name.as_str() == "smith")
        .unwrap();
    assert_eq!(smith.displaces.as_ref().unwrap().as_str(), "prod/c1");
}

#[test]
fn customers_that_were_not_read_to_their_end_hold_back_everything() {
    let mut world = world(BY_LABEL, &[]);
    customer(&mut world, "c1", "Smith", &["paid"]);
    world.live("i1", &definition("Acme ERP", "https://a"));
    world.live_instance("n1", "i1", "jones").labels = vec!["gitops:p/prod/jones".to_owned()];
    world.live_instance("n2", "i1", "jones").labels = vec!["gitops:p/other/jones".to_owned()];
    world.tenant.all_customers.as_mut().unwrap().incomplete = Some("page 2 failed".into());
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/prod/c1 for id "c-c1Smith": Acme ERP latest [Batch Size=Scalar("50")] UNKNOWN the customers: page 2 failed
    Instance/prod/jones for id "c-jones": Acme ERP latest [Batch Size=Scalar("50")] UNKNOWN the customers: page 2 failed
    "#);
    world.tenant.all_customers = None;
    insta::assert_snapshot!(rendered(&world), @r#"Instance/prod/jones for id "c-jones": Acme ERP latest [Batch Size=Scalar("50")] UNKNOWN the customers: the customers were not read"#);
}

#[test]
fn what_a_template_cannot_say_stops_its_member() {
    let mut world = world(
        "---
kind: Fleet
metadata: {name: a}
spec:
  integration: acme
  customers: {list: [c1, c2, C2]}
  template:
    state: \"${{ 'disabled' if customer.name == 'Smith' else 'of' }}\"
    config: {Endpoint: \"${{ customer.labels[5] }}\"}
",
        &[],
    );
    customer(&mut world, "c1", "Smith", &[]);
    customer(&mut world, "c2", "Jones", &[]);
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/a/c1 for id "c-c1Smith": a latest [] REFUSED all.yaml:18:24: this expression has no value (an if needs its else: ${{ 'a' if … else 'b' }})
    Instance/a/c2 for id "c-c2Jones": a latest [] REFUSED all.yaml:18:24: this expression has no value (an if needs its else: ${{ 'a' if … else 'b' }})
    Instance/a/c2-9685eb76 for externalId "C2": a latest [] REFUSED no customer with externalId "C2" exists in this tenant (did you mean c2, which is "Jones"? Else create it first, declare it as a Customer, or take it off the list)
    "#);
    world.desired.fleets[0].template.open.as_mut().unwrap().spec = {
        let crate::yaml::Content::Mapping(mut all) = world.desired.fleets[0]
            .template
            .open
            .clone()
            .unwrap()
            .spec
            .content
        else {
            unreachable!()
        };
        all.retain(|entry| entry.key.text == "state");
        crate::yaml::Node {
            span: Default::default(),
            content: crate::yaml::Content::Mapping(all),
        }
    };
    insta::assert_snapshot!(rendered(&world), @r#"
    Instance/a/c1 for id "c-c1Smith": a latest []
    Instance/a/c2 for id "c-c2Jones": a latest [] REFUSED all.yaml:17:12: "state" must be enabled or disabled, not "of" ()
    Instance/a/c2-9685eb76 for externalId "C2": a latest [] REFUSED no customer with externalId "C2" exists in this tenant (did you mean c2, which is "Jones"? Else create it first, declare it as a Customer, or take it off the list)
    "#);
}

#[test]
fn a_fleet_of_nobody_is_said() {
    let world = world(BY_LABEL, &[]);
    insta::assert_snapshot!(rendered(&world), @"Warning fleet-empty all.yaml:12:18: Fleet/prod has no member: it selects no customer");
}

#[test]
fn files_without_fleets_stay_what_they_are() {
    let world = world("", &[]);
    assert!(matches!(expanded(&world).desired, Cow::Borrowed(_)));
}

proptest::proptest! {
    /// The order of the customers does not matter, and a new customer changes no other member.
    #[test]
    fn expansion_depends_on_the_customers_and_not_on_their_order(
        keys in proptest::collection::btree_set("[a-zA-Z0-9 ]{1,6}", 1..12),
        seed in proptest::prelude::any::<u64>(),
        joins in "[A-Z][a-z]{7}",
    ) {
        let mut one = world(BY_LABEL, &[]);
        for key in &keys {
            let labels: &[&str] = if key.len() % 3 == 0 { &[] } else { &["paid"] };
            customer(&mut one, key, &format!("N {key}"), labels);
        }
        let before = expanded(&one).desired.into_owned();
        let mut other = world(BY_LABEL, &[]);
        let mut records = one.tenant.all_customers.clone().unwrap().items;
        records.sort_by_key(|it| (seed ^ (it.customer.id.as_str().len() as u64)) % 7);
        records.reverse();
        other.tenant.all_customers.as_mut().unwrap().items = records;
        proptest::prop_assert_eq!(&before, &expanded(&other).desired.into_owned());
        customer(&mut other, &format!("{joins} joins"), "New", &["paid"]);
        let after = expanded(&other).desired.into_owned();
        proptest::prop_assert_eq!(after.instances.len(), before.instances.len() + 1);
        for member in &before.instances {
            proptest::prop_assert!(after.instances.contains(member));
        }
    }
}
