//! A tenant with a bit of everything, in the embedded sandbox, made by the binary itself.

use serde_json::{Value, json};

use super::environment::{Environment, Run};
use super::fixture::DEFINITION;

/// A tenant, and the ids of what is in it.
pub(crate) struct Tenant {
    pub(crate) environment: Environment,
}

impl Tenant {
    /// The demo seed: customers and components, nothing else.
    pub(crate) fn demo() -> Self {
        let mut environment = Environment::new();
        environment.set("PRISM_GITOPS_SANDBOX", "1");
        Self { environment }
    }

    /// Three integrations and four instances, each different in what lists filter by.
    pub(crate) fn full() -> Self {
        let this = Self::demo();
        this.import("Acme ERP", "ERP", "Orders to the ERP");
        this.import("Acme CRM", "CRM", "Contacts, both ways");
        this.import("Slack Alerts", "Chat", "Tells a channel");
        for name in ["Acme ERP", "Acme CRM"] {
            this.run(&["publish", name, "--commit-hash", "1a2b3c4"])
                .expect(0);
        }
        this.run(&["publish", "Acme ERP", "--comment", "second"])
            .expect(0);
        this.run(&["update", "integration", "Acme ERP", "--labels", "core,Beta"])
            .expect(0);
        this.run(&[
            "update",
            "integration",
            "Acme CRM",
            "--description",
            "changed",
        ])
        .expect(0);
        this.market("Acme CRM", "AVAILABLE_AND_DEPLOYABLE");
        for (name, integration, customer) in [
            ("Smith ERP", "Acme ERP", "cust-0001"),
            ("Shared", "Acme ERP", "cust-0001"),
            ("Shared", "Acme CRM", "cust-0002"),
            ("Jones CRM", "Acme CRM", "cust-0002"),
        ] {
            this.create(name, integration, customer);
        }
        this.run(&[
            "update",
            "instance",
            "Smith ERP",
            "--labels",
            "gold",
            "--description",
            "main one",
        ])
        .expect(0);
        this.run(&["deploy", "Jones CRM"]).expect(0);
        this.run(&["disable", "Smith ERP"]).expect(0);
        this
    }

    /// Runs the binary on the tenant.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.environment.run_args(args, "")
    }

    /// The one JSON document of a run that goes well.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        self.run(&args).expect(0).json()
    }

    /// The data of a query or mutation.
    #[track_caller]
    pub(crate) fn api(&self, document: &str, variables: &Value) -> Value {
        let variables = variables.to_string();
        let mut answer = self.json(&["api", document, "--variables", &variables]);
        answer["data"].take()
    }

    /// The id of a record.
    #[track_caller]
    pub(crate) fn id(&self, kind: &str, name: &str) -> String {
        let record = self.json(&["get", kind, name]);
        record["id"].as_str().unwrap().to_owned()
    }

    fn import(&self, name: &str, category: &str, description: &str) {
        let text = DEFINITION
            .replace(
                "name: Acme ERP",
                &format!("name: {name}\ncategory: {category}"),
            )
            .replace("Orders to the ERP", description)
            // Nothing that has to be set before a deploy.
            .replace(
                "dataType: string\n    orgOnly",
                "dataType: string\n    defaultValue: x\n    orgOnly",
            );
        self.environment.run_args(&["import", "-"], &text).expect(0);
    }

    /// An instance of the newest version.
    pub(crate) fn create(&self, name: &str, integration: &str, customer: &str) {
        let versions = self.json(&["get", "versions", integration, "--first", "1"]);
        let input = json!({
            "name": name,
            "integration": versions["nodes"][0]["id"],
            "customer": self.id("customer", customer),
        });
        let made = self.api(
            "mutation($input: CreateInstanceInput!) { createInstance(input: $input) {
                instance { id } errors { messages } } }",
            &json!({ "input": input }),
        );
        assert!(
            made["createInstance"]["instance"]["id"].is_string(),
            "{made}"
        );
    }

    fn market(&self, integration: &str, visibility: &str) {
        let versions = self.json(&["get", "versions", integration]);
        let draft = self.id("integration", integration);
        for id in [versions["nodes"][0]["id"].clone(), json!(draft)] {
            let input = json!({"id": id, "marketplaceConfiguration": visibility, "overview": ""});
            self.api(
                "mutation($input: UpdateIntegrationMarketplaceConfigurationInput!) {
                    updateIntegrationMarketplaceConfiguration(input: $input) { errors { messages } } }",
                &json!({ "input": input }),
            );
        }
    }
}
