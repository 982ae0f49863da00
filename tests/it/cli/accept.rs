//! `accept`: what was changed by hand, into the manifest.

use super::environment::Environment;
use super::fixture::project;

/// A project that is applied, and changed by hand since.
fn changed_by_hand() -> Environment {
    let mut environment = project();
    environment.set("PRISM_GITOPS_SANDBOX", "1");
    environment.edit(
        "customers/smith.yaml",
        "    Endpoint: https://erp.smith.example\n",
        "    # asked for by mail\n    Endpoint: https://erp.smith.example   # theirs\n",
    );
    environment.run("apply --auto-approve").expect(0);
    let found = environment
        .run("get instance smith -o json")
        .expect(0)
        .json();
    let mutation = "mutation($input: UpdateInstanceConfigVariablesInput!) {
        updateInstanceConfigVariables(input: $input) { errors { messages } } }";
    let values = serde_json::json!([{"key": "Endpoint", "value": "https://new.smith.example"}]);
    let input = serde_json::json!({"input": {"id": found["id"], "configVariables": values}});
    let args = ["api", mutation, "--variables", &input.to_string()];
    environment.run_args(&args, "").expect(0);
    environment.run("disable smith").expect(0);
    environment
}

#[test]
fn a_change_by_hand_becomes_what_the_manifest_says() {
    let environment = changed_by_hand();
    let path = environment.project().join("customers/smith.yaml");
    let text = || std::fs::read_to_string(&path).unwrap();
    let before = text();
    let checked = environment.run("accept Instance/smith --check").expect(2);
    assert_eq!(text(), before);
    insta::assert_snapshot!(checked.shown(), @r#"
    --- stdout
    --- a/customers/smith.yaml
    +++ b/customers/smith.yaml
    @@ -3,7 +3,8 @@
     metadata: {name: smith}
     spec:
    +  state: disabled
       integration: acme
       customer: {externalId: cust-0001}
       config:
         # asked for by mail
    -    Endpoint: https://erp.smith.example   # theirs
    +    Endpoint: https://new.smith.example   # theirs
    --- stderr
    Instance/smith: config "Endpoint", state.
    --- exit 2
    "#);
    environment.run("plan --detailed-exitcode").expect(2);
    let accepted = environment.run("accept Instance/smith").expect(0);
    assert_eq!(accepted.stdout, checked.stdout);
    environment.run("plan --detailed-exitcode").expect(0);
    let again = environment.run("accept Instance/smith").expect(0);
    assert_eq!(again.stdout, "");
    let wrong = environment.run("accept Instance/smiht").expect(1);
    assert!(
        wrong.stderr.contains("did you mean Instance/smith?"),
        "{}",
        wrong.stderr
    );
}
