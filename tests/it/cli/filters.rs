//! Every flag of every list, each with what it leaves and what it leaves out.
//!
//! The tables are compared with the flags that the program has: a flag without
//! rows fails, and so does one that leaves the same in all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::environment::Environment;
use super::streams::served;
use super::tenant::Tenant;

/// Flags, and what they leave of a list.
type Row<'a> = (&'a [&'a str], &'a [&'a str]);

const ERP: &str = "Acme ERP";
const CRM: &str = "Acme CRM";
const SLACK: &str = "Slack Alerts";

/// `$sequence` is replaced by the version sequence of Acme CRM.
const INTEGRATIONS: &[Row<'_>] = &[
    (&[], &[ERP, CRM, SLACK]),
    (&["--name", "Acme ERP"], &[ERP]),
    (&["--name", "acme"], &[]),
    (&["--name-contains", "acme"], &[ERP, CRM]),
    (&["--description", "Tells a channel"], &[SLACK]),
    (&["--description-contains", "ORDERS"], &[ERP]),
    (&["--category", "CRM"], &[CRM]),
    (&["--category-contains", "r"], &[ERP, CRM]),
    (&["--label", "core"], &[ERP]),
    (&["--label", "cor"], &[]),
    (&["--label-contains", "bet"], &[ERP]),
    (&["--has-instances"], &[ERP, CRM]),
    (&["--has-instances=false"], &[SLACK]),
    (&["--has-unpublished-changes=false", "--name", SLACK], &[]),
    (&["--has-unpublished-changes", "--name", SLACK], &[SLACK]),
    (&["--marketplace"], &[CRM]),
    (&["--marketplace=false"], &[ERP, SLACK]),
    (&["--marketplace-config", "deployable"], &[CRM]),
    (
        &["--marketplace-config", "AVAILABLE_AND_DEPLOYABLE"],
        &[CRM],
    ),
    (&["--marketplace-config", "hidden"], &[ERP, SLACK]),
    (
        &["--marketplace-config", "hidden,deployable"],
        &[ERP, CRM, SLACK],
    ),
    (&["--version-sequence-id", "$sequence"], &[CRM]),
    (
        &["--version-sequence-id", "$sequence", "--all-versions"],
        &[CRM, CRM],
    ),
    (
        &["--all-versions", "--name", ERP, "--version-is-available"],
        &[ERP, ERP],
    ),
    (
        &["--all-versions", "--name", ERP, "--version-number", "2"],
        &[ERP],
    ),
    (&["--version-number", "99"], &[]),
    (
        &["--all-versions", "--version-is-available=false"],
        &[ERP, CRM, SLACK],
    ),
    (&["--sort", "name"], &[CRM, ERP, SLACK]),
    (&["--sort", "-name"], &[SLACK, ERP, CRM]),
];

const SMITH: &str = "Smith ERP";
const SHARED: &str = "Shared";
const JONES: &str = "Jones CRM";

/// `$sequence` as above; `$jones` is the id of Jones Logistics.
const INSTANCES: &[Row<'_>] = &[
    (&[], &[SMITH, SHARED, SHARED, JONES]),
    (&["--name", SHARED], &[SHARED, SHARED]),
    (&["--name-contains", "erp"], &[SMITH]),
    (&["--description", "main one"], &[SMITH]),
    (&["--description-contains", "MAIN"], &[SMITH]),
    (&["--label", "gold"], &[SMITH]),
    (&["--label", "gol"], &[]),
    (&["--label-contains", "ol"], &[SMITH]),
    (&["--customer", "Smith Hardware"], &[SMITH, SHARED]),
    (&["--customer", "cust-0002"], &[SHARED, JONES]),
    (&["--customer", "$jones"], &[SHARED, JONES]),
    (
        &["--customer-external-id", "cust-0001", "--name", SHARED],
        &[SHARED],
    ),
    (&["--customer-external-id", "cust-000"], &[]),
    (&["--integration", "Acme ERP"], &[SMITH, SHARED]),
    (&["--version-sequence-id", "$sequence"], &[SHARED, JONES]),
    (&["--compatibility", "1"], &[SMITH, SHARED, SHARED, JONES]),
    (&["--enabled"], &[JONES]),
    (&["--enabled=false"], &[SMITH, SHARED, SHARED]),
    (&["--needs-deploy=false"], &[JONES]),
    (&["--needs-deploy"], &[SMITH, SHARED, SHARED]),
    (&["--customer", "cust-0002", "--enabled"], &[JONES]),
    (&["--system=false"], &[SMITH, SHARED, SHARED, JONES]),
    (&["--system", "--name-contains", "Smith"], &[]),
    (&["--sort", "name"], &[JONES, SHARED, SHARED, SMITH]),
    (
        &["--sort", "-customer.name", "--integration", "Acme ERP"],
        &[SMITH, SHARED],
    ),
];

const TANAKA: &str = "Tanaka Robotics";
const NORDWIND: &str = "Nordwind GmbH";
const LOGISTICS: &str = "Jones Logistics";
const AURORE: &str = "Café Aurore";
const LUMEN: &str = "Lumen Health";
const HARDWARE: &str = "Smith Hardware";
const ALL: [&str; 6] = [HARDWARE, LOGISTICS, NORDWIND, TANAKA, LUMEN, AURORE];

const CUSTOMERS: &[Row<'_>] = &[
    (&[], &ALL),
    (&["--name", "Lumen Health"], &[LUMEN]),
    (&["--name-contains", "OBO"], &[TANAKA]),
    (&["--name-starts-with", "jones"], &[LOGISTICS]),
    (&["--name-starts-with", "logistics"], &[]),
    (&["--external-id", "cust-0003"], &[NORDWIND]),
    (&["--description-contains", "coffee"], &[AURORE]),
    (&["--label", "vip"], &[HARDWARE]),
    (&["--label", "VIP"], &[]),
    (&["--label-contains", "ohi"], &[HARDWARE]),
    (&["--system=false"], &ALL),
    (&["--system", "--name", HARDWARE], &[]),
    (
        &["--sort", "-name", "--name-contains", "o"],
        &[TANAKA, NORDWIND, LOGISTICS, AURORE],
    ),
];

const CATALOGUE: &str = "\
behaviour: {strictComponents: true}
customers: [{name: Smith, externalId: cust-0001}]
components:
  - {key: erp, label: Acme ERP, description: Orders, category: Data, public: false, labels: [core, Beta],
     versions: [1, 2, 3], withdrawn: [1]}
  - {key: erp-extra, label: More of it, description: Stock, category: Data, public: false,
     customer: cust-0001, versions: [4], withdrawn: [4]}
";

/// `$sequence` is replaced by the version sequence of `erp`. The catalogue is strict, so that no key
/// makes a component appear. Prismatic's own components are many,
/// so that the rows leave them out.
const COMPONENTS: &[Row<'_>] = &[
    (&["--public=false"], &["erp", "erp-extra"]),
    (&["--public", "--key-contains", "erp"], &[]),
    (&["--public", "--key", "slack"], &["slack"]),
    (&["--key", "erp"], &["erp"]),
    (&["--key", "ERP"], &[]),
    (&["--key-contains", "ERP"], &["erp", "erp-extra"]),
    (
        &["--key-contains", "TRIGGERS", "--category", "nothing"],
        &[],
    ),
    (&["--label-contains", "acme"], &["erp"]),
    (&["--label-contains", "nothing is called so"], &[]),
    (&["--description-contains", "STOCK"], &["erp-extra"]),
    (&["--description-contains", "nothing is called so"], &[]),
    (
        &["--category", "Data", "--public=false"],
        &["erp", "erp-extra"],
    ),
    (&["--labels", "core"], &["erp"]),
    (&["--labels", "cor"], &[]),
    (&["--labels-contain", "BET"], &["erp"]),
    (&["--labels-contain", "gold"], &[]),
    (&["--customer", "cust-0001"], &["erp-extra"]),
    (&["--customer", "Smith", "--key", "erp"], &[]),
    (&["--all-versions", "--key", "erp"], &["erp", "erp", "erp"]),
    (&["--all-versions=false", "--key", "erp"], &["erp"]),
    (&["--version-number", "4", "--public=false"], &["erp-extra"]),
    (&["--version-number", "999999"], &[]),
    (&["--version-is-available=false"], &["erp-extra"]),
    (
        &[
            "--version-is-available=false",
            "--all-versions",
            "--key",
            "erp",
        ],
        &["erp"],
    ),
    (
        &["--version-is-available", "--key-contains", "erp"],
        &["erp"],
    ),
    (&["--version-sequence-id", "$sequence"], &["erp"]),
    (
        &["--version-sequence-id", "$sequence", "--all-versions"],
        &["erp", "erp", "erp"],
    ),
];

const FLOWS: &[Row<'_>] = &[(&[], &["Orders"]), (&["--offset", "1"], &[])];

const VERSIONS: &[Row<'_>] = &[
    (&[], &["2", "1"]),
    (&["--version-number", "1"], &["1"]),
    (&["--version-number", "3"], &[]),
    (&["--version-is-available"], &["2", "1"]),
    (&["--version-is-available=false"], &[]),
    (&["--first", "1"], &["2"]),
];

/// `$start` and `$end` are the cursors of the first two of them.
const PAGES: &[Row<'_>] = &[
    (&["--first", "2"], &[HARDWARE, LOGISTICS]),
    (&["--last", "2"], &[LUMEN, AURORE]),
    (&["--offset", "4"], &[LUMEN, AURORE]),
    (&["--first", "2", "--after", "$end"], &[NORDWIND, TANAKA]),
    (
        &["--after", "$start"],
        &[LOGISTICS, NORDWIND, TANAKA, LUMEN, AURORE],
    ),
    (&["--before", "$end"], &[HARDWARE]),
    (&["--last", "1", "--before", "$end"], &[HARDWARE]),
    (
        &["--first", "1", "--offset", "1", "--after", "$start"],
        &[NORDWIND],
    ),
    (&["--first", "2", "--sort", "-name"], &[TANAKA, HARDWARE]),
];

/// The flags of the part of a list; any of them asks for a page.
const PAGING: [&str; 5] = ["--first", "--last", "--after", "--before", "--offset"];

/// Flags whose rows cannot differ: what the numbers mean is not known, and the sandbox takes any.
const NO_EFFECT: [(&str, &str); 1] = [("instances", "compatibility")];

fn is_page(flags: &[&str]) -> bool {
    let is_paging = |flag: &&str| PAGING.contains(flag);
    flags.iter().any(is_paging)
}

/// What a list shows, by a field. Every record once, and a page exactly if one was asked for.
#[track_caller]
fn shown(environment: &Environment, list: &[&str], flags: &[&str], field: &str) -> Vec<String> {
    let args = ["get"]
        .iter()
        .chain(list)
        .chain(flags)
        .chain(&["-o", "json"]);
    let args: Vec<&str> = args.copied().collect();
    let document = environment.run_args(&args, "").expect(0).json();
    let nodes = document["nodes"].as_array().unwrap();
    let ids: BTreeSet<&str> = nodes.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), nodes.len(), "{args:?}");
    if is_page(flags) {
        let info = &document["pageInfo"];
        assert!(
            info["hasNextPage"].is_boolean() && info["hasPreviousPage"].is_boolean(),
            "{args:?}"
        );
    } else {
        assert_eq!(document["totalCount"], nodes.len(), "{args:?}");
        assert_eq!(document.get("pageInfo"), None, "{args:?}");
    }
    let name = |node: &Value| match &node[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    nodes.iter().map(name).collect()
}

/// Goes through a table, with the names that begin with `$` filled in.
#[track_caller]
fn check(
    environment: &Environment,
    list: &[&str],
    field: &str,
    rows: &[Row<'_>],
    names: &[(&str, &str)],
) {
    for (flags, expected) in rows {
        let filled = flags.iter().map(|flag| {
            let known = names.iter().find(|(name, _)| name == flag);
            known.map_or(*flag, |(_, value)| *value)
        });
        let filled: Vec<&str> = filled.collect();
        assert_eq!(
            shown(environment, list, &filled, field),
            *expected,
            "{list:?} {filled:?}"
        );
    }
}

#[test]
fn integrations_instances_flows_and_versions_are_filtered() {
    let tenant = Tenant::full();
    let sequence = tenant.json(&["get", "integration", "Acme CRM"])["versionSequenceId"].clone();
    let jones = tenant.id("customer", "cust-0002");
    let names = [
        ("$sequence", sequence.as_str().unwrap()),
        ("$jones", &jones),
    ];
    let environment = &tenant.environment;
    check(environment, &["integrations"], "name", INTEGRATIONS, &names);
    check(environment, &["instances"], "name", INSTANCES, &names);
    check(
        environment,
        &["flows", "--integration", ERP],
        "name",
        FLOWS,
        &[],
    );
    check(
        environment,
        &["versions", ERP],
        "versionNumber",
        VERSIONS,
        &[],
    );
    let system = shown(environment, &["instances"], &["--system"], "name");
    assert!(
        !system.is_empty() && !system.contains(&SMITH.to_owned()),
        "{system:?}"
    );
}

#[test]
fn customers_are_filtered_and_come_in_pages() {
    let tenant = Tenant::demo();
    tenant.api(
        "mutation($id: ID!) { updateCustomer(input: {id: $id, labels: [\"vip\", \"Ohio\"]}) { errors { messages } } }",
        &serde_json::json!({"id": tenant.id("customer", "cust-0001")}),
    );
    check(&tenant.environment, &["customers"], "name", CUSTOMERS, &[]);
    let page = tenant.json(&["get", "customers", "--first", "2"]);
    let info = &page["pageInfo"];
    let cursor = |name: &str| info[name].as_str().unwrap().to_owned();
    let (start, end) = (cursor("startCursor"), cursor("endCursor"));
    let count = (&info["hasNextPage"], &page["totalCount"]);
    assert_eq!(count, (&true.into(), &6.into()));
    let names = [("$start", start.as_str()), ("$end", end.as_str())];
    check(&tenant.environment, &["customers"], "name", PAGES, &names);
    let args = ["get", "customers", "--first", "2", "--columns", "name"];
    let table = tenant.run(&args).expect(0);
    assert_eq!(table.stdout, "NAME\nSmith Hardware\nJones Logistics\n");
    assert_eq!(table.stderr, format!("2 of 6; go on with --after {end}\n"));
}

#[test]
fn components_are_filtered() {
    let (environment, _server) = served(CATALOGUE, None);
    let erp = environment
        .run("get component erp -o json")
        .expect(0)
        .json();
    let names = [("$sequence", erp["versionSequenceId"].as_str().unwrap())];
    check(&environment, &["components"], "key", COMPONENTS, &names);
}

/// Forward with `endCursor`, then back with `startCursor`, a list of each kind.
#[test]
fn pages_lead_forward_and_back() {
    let seed = format!("{CATALOGUE}generate: {{customers: 5, integrations: 5, instances: 5}}\n");
    let (environment, _server) = served(&seed, None);
    let page = |list: &str, flags: &[&str]| {
        let args = ["get", list].into_iter().chain(flags.iter().copied());
        let args: Vec<&str> = args.chain(["-o", "json"]).collect();
        environment.run_args(&args, "").expect(0).json()
    };
    for list in ["integrations", "instances", "customers", "components"] {
        let ids = |page: &Value| {
            let nodes = page["nodes"].as_array().unwrap().iter();
            nodes
                .map(|it| it["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let first = page(list, &["--first", "2"]);
        let end = first["pageInfo"]["endCursor"].as_str().unwrap();
        let second = page(list, &["--first", "2", "--after", end]);
        assert_eq!(second["pageInfo"]["hasPreviousPage"], true, "{list}");
        let start = second["pageInfo"]["startCursor"].as_str().unwrap();
        let back = page(list, &["--last", "2", "--before", start]);
        assert_eq!(ids(&back), ids(&first), "{list}");
        assert_ne!(ids(&second), ids(&first), "{list}");
        let skipped = page(list, &["--first", "2", "--offset", "2"]);
        assert_eq!(ids(&skipped), ids(&second), "{list}");
    }
}

#[test]
fn every_flag_of_a_list_has_rows_that_differ() {
    let mut command = prism_gitops::cli::command();
    command.build();
    let get = command.find_subcommand("get").unwrap();
    let tables: BTreeMap<&str, &[Row<'_>]> = BTreeMap::from([
        ("integrations", INTEGRATIONS),
        ("instances", INSTANCES),
        ("customers", CUSTOMERS),
        ("components", COMPONENTS),
        ("flows", FLOWS),
        ("versions", VERSIONS),
    ]);
    let lists = get
        .get_subcommands()
        .filter(|it| it.get_name().ends_with('s'));
    // Executions and their logs are of a moment: `cli::runs`.
    let others = ["help", "executions", "logs"];
    let lists: Vec<_> = lists
        .filter(|list| !others.contains(&list.get_name()))
        .collect();
    assert_eq!(lists.len(), tables.len(), "a list has no table");
    for list in lists {
        let name = list.get_name();
        let rows = tables[name];
        for arg in list.get_arguments() {
            let group = arg.get_help_heading();
            let Some(long) = arg.get_long() else { continue };
            let rows: Vec<_> = match group {
                Some("Filters") => rows
                    .iter()
                    .filter(|(flags, _)| names(flags, long))
                    .collect(),
                Some("Paging") => PAGES
                    .iter()
                    .filter(|(flags, _)| names(flags, long))
                    .collect(),
                _ => continue,
            };
            assert!(
                rows.iter().any(|(_, left)| !left.is_empty()),
                "{name} --{long} finds nothing"
            );
            let results: BTreeSet<_> = rows.iter().map(|(_, left)| left).collect();
            let whole = tables[name].iter().find(|(flags, _)| flags.is_empty());
            let differs = results.len() > 1
                || group == Some("Paging")
                || whole.is_some_and(|(_, all)| !results.contains(all));
            assert!(
                differs || NO_EFFECT.contains(&(name, long)),
                "{name} --{long} leaves all out or in"
            );
        }
    }
}

fn names(flags: &[&str], long: &str) -> bool {
    let is_it = |flag: &&str| {
        let name = flag.trim_start_matches("--");
        flag.starts_with("--") && name.split('=').next() == Some(long)
    };
    flags.iter().any(is_it)
}
