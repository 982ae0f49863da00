//! Config variables: no more is written than differs, and nothing runs before it can.

use serde_json::json;

use crate::peer::against_both;
use crate::peer::project::{definition, write_instance, write_integration};
use crate::peer::server::Kind;
use crate::peer::world::{World, names, value};

against_both!(
    blocked_upgrade_of_three_in_ten,
    one_changed_key_is_one_call_and_one_deploy,
    a_pending_connection_is_deployed_once_it_is_consented_to,
    links_for_consent_go_to_those_who_ask_for_them,
);

/// 3: seven of ten instances move; three lack a value, stay, and are named.
fn blocked_upgrade_of_three_in_ten(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let all = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: default}\n\
               spec:\n  policy: {guards: {updates: 100%}}\n";
    world.environment.write("project.yaml", all);
    write_integration(
        &world.environment,
        &definition(&[("Endpoint", "dataType: string")]),
    );
    let write = |number: usize, more: &[&str]| {
        let config = [&["Endpoint: https://erp.example"], more].concat();
        let name = format!("erp-{number:02}");
        write_instance(&world.environment, &name, (number - 1) % 6 + 1, &config);
    };
    (1..=10).for_each(|number| write(number, &[]));
    world.run("apply --auto-approve").expect(0);

    let wider = definition(&[
        ("Endpoint", "dataType: string"),
        ("Region", "dataType: string"),
    ]);
    write_integration(&world.environment, &wider);
    (4..=10).for_each(|number| write(number, &["Region: north"]));
    let run = world.run("apply --auto-approve").expect(3);
    let moved = |it: &serde_json::Value| it["integration"]["versionNumber"] == 2;
    let (done, left): (Vec<_>, Vec<_>) = world.instances().into_iter().partition(moved);
    assert_eq!(done.len(), 7, "{}", run.shown());
    assert!(done.iter().all(|it| it["needsDeploy"] == false), "{done:?}");
    for instance in left {
        assert_eq!(instance["integration"]["versionNumber"], 1);
        let name = instance["name"].as_str().unwrap();
        assert!(
            run.stdout.contains(name) && run.stdout.contains("Region"),
            "{}",
            run.shown()
        );
    }
    assert_eq!(world.writes("apply --auto-approve", 3), [""; 0]);
}

/// 4: one key of six differs: one call with one key, one deploy.
fn one_changed_key_is_one_call_and_one_deploy(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let keys = ["One", "Two", "Three", "Four", "Five", "Six"];
    write_integration(
        &world.environment,
        &definition(&keys.map(|key| (key, "dataType: string"))),
    );
    let write = |three: &str| {
        let config =
            keys.map(|key| format!("{key}: {}", if key == "Three" { three } else { "same" }));
        write_instance(
            &world.environment,
            "erp",
            1,
            &config.each_ref().map(String::as_str),
        );
    };
    write("before");
    world.run("apply --auto-approve").expect(0);
    world.proxy.take();

    write("after");
    world.run("apply --auto-approve").expect(0);
    let calls = world.proxy.take();
    let writes: Vec<_> = calls.iter().filter(|call| call.mutation).collect();
    let fields = names(writes.iter().copied());
    assert_eq!(fields, ["updateInstanceConfigVariables", "deployInstance"]);
    let sent = writes[0].variables.to_string();
    assert!(
        sent.contains("\"Three\"") && !sent.contains("same"),
        "{sent}"
    );
    let instance = world.instance("erp");
    assert_eq!(value(&instance, "Three"), "after");
    for key in keys.iter().filter(|key| **key != "Three") {
        assert_eq!(value(&instance, key), "same");
    }
}

/// 5: nothing is deployed while a person has to consent; then it is, once.
fn a_pending_connection_is_deployed_once_it_is_consented_to(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let oauth = "dataType: connection, connection: {key: oauth2, component: \
                 {key: salesforce, version: LATEST, isPublic: true}}";
    write_integration(&world.environment, &definition(&[("Salesforce", oauth)]));
    write_instance(
        &world.environment,
        "crm",
        1,
        &["Salesforce: {connection: pending}"],
    );
    let run = world.run("apply --auto-approve").expect(3);
    assert!(run.stdout.contains("Salesforce"), "{}", run.shown());
    let instance = world.instance("crm");
    assert!(instance["lastDeployedAt"].is_null(), "{instance}");
    assert_eq!(world.writes("apply --auto-approve", 3), [""; 0]);

    let mutation = "mutation($input: UpdateOAuth2ConnectionInput!) {
        updateOAuth2Connection(input: $input) { errors { messages } } }";
    let id = &instance["configVariables"]["nodes"][0]["id"];
    let tokens = json!({"id": id, "status": "active", "tokenType": "Bearer", "accessToken": "t"});
    world.api(mutation, &json!({ "input": tokens }));
    let writes = world.writes("apply --auto-approve", 0);
    let deploys = writes.iter().filter(|it| *it == "deployInstance").count();
    assert_eq!(deploys, 1, "{writes:?}");
    assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
}

/// What is looked for in every output: both servers make their links from it.
fn links(world: &World) -> Vec<String> {
    let variables = world.instance("crm")["configVariables"]["nodes"].clone();
    let nodes = variables.as_array().unwrap().iter();
    nodes
        .filter_map(|node| node["authorizeUrl"].as_str().map(str::to_owned))
        .collect()
}

/// 5: a link for consent is a secret, and appears in an output only on request.
fn links_for_consent_go_to_those_who_ask_for_them(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let oauth = "dataType: connection, connection: {key: oauth2, component: \
                 {key: salesforce, version: LATEST, isPublic: true}}";
    write_integration(&world.environment, &definition(&[("Salesforce", oauth)]));
    let pending = "Salesforce: {connection: pending}";
    write_instance(&world.environment, "crm", 1, &[pending]);
    let folder = world.environment.project();
    let report = folder.join("links.md");

    let run = world.run("plan --authorize-report links.md").expect(0);
    assert!(
        run.stderr.contains("Wrote 0 authorization links"),
        "{}",
        run.shown()
    );
    let text = std::fs::read_to_string(&report).unwrap();
    assert!(
        text.contains("no link: the instance does not exist yet"),
        "{text}"
    );

    let run = world
        .run("apply --auto-approve --authorize-report links.md --log-level trace")
        .expect(3);
    let link = links(&world).remove(0);
    let text = std::fs::read_to_string(&report).unwrap();
    assert!(text.contains(&format!("Salesforce: {link}\n")), "{text}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&report.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let mut quiet = vec![run];
    std::fs::remove_file(&report).unwrap();
    for line in [
        "plan -o json --out saved.json --log-level trace",
        "plan --log-level trace",
        "plan -o markdown",
        "apply --auto-approve",
        "history -o json",
    ] {
        quiet.push(world.run(line));
    }
    for run in &quiet {
        assert!(!run.shown().contains(&link), "{}", run.shown());
    }
    assert_nowhere(&folder, link.as_bytes());
    let asked: Vec<String> = quiet
        .iter()
        .map(crate::cli::environment::Run::shown)
        .collect();
    assert!(
        asked.iter().any(|shown| shown.contains("pending")),
        "{asked:?}"
    );

    let document = world.run("plan -o json --authorize-urls").expect(0).json();
    let of_crm = |document: &serde_json::Value| {
        let mut resources = document["resources"].as_array().unwrap().iter();
        let crm = resources.find(|it| it["address"] == "Instance/crm");
        crm.unwrap().clone()
    };
    let resource = of_crm(&document);
    assert_eq!(resource["pending"], json!(["Salesforce"]));
    let expected =
        json!([{"configVariable": "Salesforce", "url": link, "problem": null, "sensitive": true}]);
    assert_eq!(resource["authorize"], expected);
    let document = world
        .run("apply --auto-approve -o json --authorize-urls")
        .expect(3)
        .json();
    assert_eq!(of_crm(&document)["authorize"], expected);

    let refused = world.run("plan --authorize-urls").expect(1);
    assert!(
        refused.stderr.contains("--authorize-report FILE"),
        "{}",
        refused.shown()
    );
    let refused = world.run("plan --authorize-report /dev/null").expect(1);
    assert!(
        refused.stderr.contains("is not a file"),
        "{}",
        refused.shown()
    );
}

/// No file below the folder holds these bytes.
fn assert_nowhere(folder: &std::path::Path, canary: &[u8]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_nowhere(&path, canary);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(canary.len()).any(|window| window == canary);
        assert!(!found, "{}", path.display());
    }
}
