//! `--sandbox --seed-from-project`: a real repository is planned without an account.

use super::environment::Environment;
use super::fixture::DEFINITION;

const MANIFESTS: &str = "\
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme}
spec: {definition: acme.yml}
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: pinned}
spec:
  integration: acme
  customer: {externalId: erp-7781}
  version: {number: 3}
  config: {Endpoint: https://a.example}
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: from-commit}
spec:
  integration: acme
  customer: {name: Harbour Freight}
  version: {commit: 1a2b3c4d5e}
  config: {Endpoint: https://b.example}
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: by-id}
spec:
  integration: {name: Somebody's Feed}
  customer: {id: Q3VzdG9tZXI6MGYwZTBkMGMtMGIwYS00OTA4LTg3MDYtMDUwNDAzMDIwMTAw}
  config: {Feed: hourly}
---
apiVersion: prism-gitops/v1
kind: Fleet
metadata: {name: listed}
spec:
  integration: {name: Somebody's Feed}
  customers: {list: [l-1, l-2]}
  template: {displayName: Listed, config: {Feed: daily}}
---
apiVersion: prism-gitops/v1
kind: Fleet
metadata: {name: selected}
spec:
  integration: acme
  customers: {selector: {labels: {all: [paid], any: [eu, us], none: [churned]}}, rows: rows.csv}
  template: {displayName: Selected, config: {Endpoint: \"https://${{ row.region }}.example\"}}
";

fn project() -> Environment {
    let environment = Environment::new();
    environment.write("acme.yml", DEFINITION);
    environment.write("all.yaml", MANIFESTS);
    environment.write(
        "rows.csv",
        "externalId,region\\ns-1,eu\\ns-2,us\\n"
            .replace("\\n", "\n")
            .as_str(),
    );
    environment
}

#[test]
fn what_a_project_refers_to_is_there() {
    let environment = project();
    let plan = environment
        .run("plan --sandbox --seed-from-project --all -o json")
        .expect(0)
        .json();
    let health = |address: &str| {
        let resources = plan["resources"].as_array().unwrap().iter();
        let mut found = resources.filter(|it| it["address"] == address);
        found
            .next()
            .unwrap_or_else(|| panic!("no {address} in {plan:#}"))["actions"]
            .to_string()
    };
    for address in [
        "Instance/pinned",
        "Instance/from-commit",
        "Instance/by-id",
        "Instance/listed/l-1",
        "Instance/listed/l-2",
        "Instance/selected/s-1",
        "Instance/selected/s-2",
    ] {
        assert!(health(address).contains("create"), "{address}: {plan:#}");
    }
    assert_eq!(plan["summary"]["blocked"], 0, "{plan:#}");
    // What is there stays: a second run does not begin anew.
    environment
        .run("apply --sandbox --seed-from-project --auto-approve")
        .expect(0);
    environment
        .run("plan --sandbox --seed-from-project --detailed-exitcode")
        .expect(0);
}

#[test]
fn without_it_the_same_plan_is_blocked() {
    let plan = project().run("plan --sandbox -o json").expect(0).json();
    assert_ne!(plan["summary"]["blocked"], 0);
}

#[test]
fn it_is_about_the_sandbox_alone() {
    let refused = project().run("plan --seed-from-project").expect(1);
    assert!(refused.stderr.contains("--sandbox"), "{}", refused.stderr);
}
