//! One folder for two tenants: what differs arrives where it should, and nothing of one reaches the other.

use std::process::Stdio;

use serde_json::Value;

use super::environment::Environment;
use super::far_end::FarEnd;
use super::fixture::DEFINITION;
use super::sandbox::{Running, lines, wait_for};

/// What only production may see: in values, a connection, a customer, a secret and a comment.
const CANARY: &str = "canary";

const LOGIN: &str = "requiredConfigVars:
  - key: Login
    dataType: connection
    connection:
      key: basic
      component: {key: http, isPublic: true, version: LATEST}
    inputs:
      username: {type: value, value: \"\"}
      password: {type: value, value: \"\"}
    orgOnly: false
";

const PROJECT: &str = "apiVersion: prism-gitops/v1
kind: Project
metadata: {name: acme}
spec:
  values: {domain: dev.example, user: dev-user}
  environments:
    dev: {url: URL-OF-DEV, auth: {refreshToken: {env: TOKEN}}}
    prod:
      url: URL-OF-PROD
      auth: {refreshToken: {env: TOKEN}}
      values: {domain: canary-of-prod.example, user: canary-of-prod-user}
";

const MANIFESTS: &str = "apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme}
spec: {definition: acme.yml}
---
# canary-of-prod: a comment is not sent either
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith}
spec:
  integration: acme
  customer: {externalId: cust-0001}
  config:
    Endpoint: https://smith.${{ values.domain }}
    Login:
      connection:
        username: ${{ values.user }}
        password: {secret: {file: 'secrets/${{ environment.name }}'}}
environments:
  dev:
  prod:
    customer: {externalId: canary-of-prod}
    config: {Batch Size: canary-of-prod}
---
apiVersion: prism-gitops/v1
kind: Customer
metadata: {name: lee}
spec: {externalId: canary-of-prod, name: Canary}
environments: {prod: }
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: lee}
spec:
  integration: acme
  customer: lee
  config: {Endpoint: https://lee.example, Login: {connection: {username: a, password: {secret: {file: secrets/prod}}}}}
environments: {prod: {}}
";

/// A tenant, and what is sent to it.
struct Far {
    end: FarEnd,
    _server: Running,
}

impl Far {
    fn start(environment: &mut Environment) -> Self {
        let mut command = environment.command();
        command.args(["sandbox", "--listen", "127.0.0.1:0"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let server = Running(child);
        let line = wait_for(&stdout, "listening on ");
        let mut aside = Environment::new();
        aside.set("PRISMATIC_URL", line.trim_start_matches("listening on "));
        Self {
            end: FarEnd::before(&mut aside),
            _server: server,
        }
    }

    fn sent(&self) -> Vec<String> {
        let received = self.end.received().into_iter();
        received
            .map(|it| format!("{}{}", it.head, String::from_utf8_lossy(&it.body)))
            .collect()
    }

    fn has_seen(&self, text: &str) -> bool {
        self.sent().iter().any(|request| request.contains(text))
    }
}

/// The folder, and its two tenants.
fn folder() -> (Environment, Far, Far) {
    let mut environment = Environment::new();
    let (dev, prod) = (Far::start(&mut environment), Far::start(&mut environment));
    environment.set("TOKEN", "sandbox");
    environment.set("PRISM_GITOPS_ALLOW_HOST", "127.0.0.1");
    environment.set("PRISM_GITOPS_ALLOW_TOKEN_ENV", "TOKEN");
    let project = PROJECT.replace("URL-OF-DEV", &dev.end.url);
    environment.write(
        "project.yaml",
        &project.replace("URL-OF-PROD", &prod.end.url),
    );
    let page = "    elements:\n";
    let definition = DEFINITION.replace("requiredConfigVars:\n", LOGIN).replace(
        page,
        &format!("{page}      - {{type: configVar, value: Login}}\n"),
    );
    environment.write("acme.yml", &definition);
    environment.write("all.yaml", MANIFESTS);
    environment.write("secrets/dev", "password-of-dev");
    environment.write("secrets/prod", "canary-of-prod-password");
    (environment, dev, prod)
}

#[test]
fn dev_and_prod_come_from_one_folder_and_nothing_of_prod_reaches_dev() {
    let (environment, dev, prod) = folder();
    environment.run("validate").expect(0);
    let plan = environment.run("plan --env dev").expect(0);
    assert!(
        !plan.shown().to_lowercase().contains(CANARY),
        "{}",
        plan.shown()
    );
    assert!(plan.stdout.contains("Instance/smith"), "{}", plan.shown());
    environment.run("apply --env dev --auto-approve").expect(0);
    environment
        .run("plan --env dev --detailed-exitcode")
        .expect(0);
    assert!(dev.has_seen("https://smith.dev.example") && dev.has_seen("dev-user"));
    assert!(dev.has_seen("password-of-dev"), "the secret of dev");
    for request in dev.sent() {
        assert!(!request.to_lowercase().contains(CANARY), "{request}");
    }
    assert_eq!(prod.sent().len(), 0, "nothing at all went to prod");

    environment.run("apply --env prod --auto-approve").expect(0);
    environment
        .run("plan --env prod --detailed-exitcode")
        .expect(0);
    for text in [
        "https://smith.canary-of-prod.example",
        "canary-of-prod-user",
        "canary-of-prod-password",
    ] {
        assert!(prod.has_seen(text), "{text}");
    }
    assert!(!prod.has_seen("dev-user") && !prod.has_seen("password-of-dev"));

    let choose = environment.run("plan").expect(1);
    assert!(
        choose.stderr.contains("choose one with --env: dev, prod"),
        "{}",
        choose.stderr
    );
}

#[test]
fn what_leaves_an_environment_is_an_orphan_there() {
    let (environment, _dev, _prod) = folder();
    environment.run("apply --env prod --auto-approve").expect(0);
    environment.edit(
        "all.yaml",
        "environments: {prod: {}}",
        "environments: {dev: {}}",
    );
    environment.edit(
        "all.yaml",
        "environments: {prod: }",
        "environments: {prod: , dev: }",
    );
    let plan = environment.run("plan --env prod -o json").expect(0).json();
    let resources = plan["resources"].as_array().unwrap();
    let lee = resources.iter().find(|it| it["address"] == "Instance/lee");
    assert!(lee.is_some_and(|lee| lee["action"] == "orphan"), "{plan:#}");
}

#[test]
fn findings_name_the_environments_they_hold_in() {
    let (environment, _dev, _prod) = folder();
    environment.edit("all.yaml", "${{ values.domain }}", "${{ values.domian }}");
    environment.edit("all.yaml", "Batch Size: canary", "Batch Sice: canary");
    environment.edit("all.yaml", "  dev:\n", "  dev: {statee: enabled}\n");
    let run = environment.run("validate").expect(1);
    let missing = "values has no \"domian\"";
    assert_eq!(run.stderr.matches(missing).count(), 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("in the environment dev"),
        "{}",
        run.stderr
    );
    let document = environment.run("validate -o json").expect(1).json();
    let of = |code: &str| {
        let all = document["diagnostics"].as_array().unwrap().iter();
        let mut found = all.filter(|it| it["code"] == code);
        found.next().map(|it| it["environments"].clone())
    };
    assert_eq!(of("template"), Some(Value::Null));
    assert_eq!(of("unknown-key"), Some(serde_json::json!(["dev"])));
    let prod = environment.run("validate --env prod").expect(1);
    assert!(!prod.stderr.contains("statee"), "{}", prod.stderr);
}

#[test]
fn a_version_is_promoted_in_the_text_of_the_files() {
    const COMMIT: &str = "1a2b3c4d5e6f70819202122232425262728293a0";
    let (mut environment, dev, prod) = folder();
    let early = environment.run("promote dev prod").expect(1);
    assert!(
        early.stderr.contains("apply to dev first"),
        "{}",
        early.stderr
    );
    environment.set("GITHUB_SHA", COMMIT);
    environment.run("apply --env dev --auto-approve").expect(0);
    environment.run("apply --env prod --auto-approve").expect(0);
    let seen = prod.sent().len();
    let before = std::fs::read_to_string(environment.project().join("all.yaml")).unwrap();

    let check = environment
        .run("promote dev prod Integration/acme --check")
        .expect(2);
    insta::assert_snapshot!(check.shown(), @"
    --- stdout
    --- a/all.yaml
    +++ b/all.yaml
    @@ -20,4 +20,5 @@
       dev:
       prod:
    +    version: {commit: 1a2b3c4d5e6f70819202122232425262728293a0}
         customer: {externalId: canary-of-prod}
         config: {Batch Size: canary-of-prod}
    @@ -36,3 +37,3 @@
       customer: lee
     …
    -environments: {prod: {}}
    +environments: {prod: {version: {commit: 1a2b3c4d5e6f70819202122232425262728293a0}}}
    --- stderr
    Integration/acme: version 1, commit 1a2b3c4d5e6f; 2 instances of prod.
    --- exit 2
    ");
    let now = || std::fs::read_to_string(environment.project().join("all.yaml")).unwrap();
    assert_eq!(now(), before);

    let done = environment.run("promote dev prod").expect(0);
    assert_eq!(done.stdout, check.stdout);
    let after = now();
    assert!(after.contains("# canary-of-prod: a comment"), "{after}");
    assert_eq!(after.matches(COMMIT).count(), 2, "{after}");
    environment
        .run("plan --env prod --detailed-exitcode")
        .expect(0);
    environment
        .run("plan --env dev --detailed-exitcode")
        .expect(0);
    let again = environment.run("promote dev prod --check").expect(0);
    assert_eq!(again.stdout, "");
    assert!(again.stderr.contains("2 unchanged"), "{}", again.stderr);
    // It asked dev alone.
    assert!(!dev.sent().is_empty());
    assert!(prod.sent().len() > seen, "the plan of prod read it");
    let unknown = environment.run("promote dev porod").expect(1);
    assert!(
        unknown.stderr.contains("there is no environment \"porod\""),
        "{}",
        unknown.stderr
    );
}

#[test]
fn what_is_rendered_is_a_project_by_itself() {
    let (environment, _dev, _prod) = folder();
    let dev = environment.run("render --env dev").expect(0).stdout;
    assert!(!dev.contains("lee.example"), "{dev}");
    assert!(dev.contains("Endpoint: https://smith.dev.example"), "{dev}");
    let one = environment
        .run("render Instance/lee --env prod")
        .expect(0)
        .stdout;
    assert!(
        one.contains("secret:\n") && !one.contains("password-of"),
        "{one}"
    );
    assert_eq!(one.matches("apiVersion").count(), 1);
    let missing = environment.run("render Instance/lee --env dev").expect(1);
    assert!(
        missing.stderr.contains("no manifest declares Instance/lee"),
        "{}",
        missing.stderr
    );
    environment.run("render").expect(1);

    let plan = |environment: &Environment| {
        let plan = environment.run("plan --env dev -o json").expect(0).json();
        (plan["resources"].clone(), plan["steps"].clone())
    };
    let before = plan(&environment);
    std::fs::remove_file(environment.project().join("project.yaml")).unwrap();
    environment.write("all.yaml", &dev);
    let strip = |(resources, steps): (Value, Value)| {
        let each = |mut value: Value| {
            for one in value.as_array_mut().unwrap() {
                one.as_object_mut().unwrap().remove("location");
            }
            value
        };
        (each(resources), steps)
    };
    assert_eq!(strip(plan(&environment)), strip(before));
}

/// The page's commands, in a copy of the example that it names; what it shows of their output is what they print.
#[test]
fn the_page_does_what_it_says() {
    let page = include_str!("../../../docs/environments.md");
    let mut environment = Environment::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    environment.copy(&root.join("examples/environments"));
    environment.set("GITHUB_SHA", "1a2b3c4d5e6f70819202122232425262728293a0");
    let blocks = page.split("```console\n").skip(1);
    let mut ran = 0;
    for block in blocks.map(|block| block.split("```").next().unwrap()) {
        for command in block.split("$ prism-gitops ").skip(1) {
            let (line, expected) = command.split_once('\n').unwrap();
            let run = environment.run(line);
            let code = if line.contains("--check") { 2 } else { 0 };
            assert_eq!(run.code, code, "{line}\n{}", run.shown());
            if !expected.is_empty() {
                assert_eq!(run.stdout, expected, "{line}");
            }
            ran += 1;
        }
    }
    assert_eq!(ran, 5);
}
