//! A sandbox, a client and a project in one process: no sockets, no files, a paused clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use prism_gitops::controller::connect::SecretResolver;
use prism_gitops::controller::error::PassError;
use prism_gitops::controller::pass::{self, PassContext, Planned};
use prism_gitops::controller::persistence::Persistence;
use prism_gitops::controller::rollouts::RolloutRequest;
use prism_gitops::execute::{AtOnce, Outcome};
use prism_gitops::model::{
    Project, RateLimit, Secret, SecretRef, SecretValues, SecretWrites, VersionRecord,
};
use prism_gitops::plan::{Action, Plan};
use prism_gitops::prismatic::platform::Platform;
use prism_gitops::prismatic::transport::{Method, Request, Transport};
use prism_gitops::prismatic::{BaseUrl, Connection, PrismaticClient, TokenSource};
use prism_gitops::runtime::clock::{Clock, TokioClock};
use prism_gitops::sandbox::{Behaviour, CallRecord, FaultScript, Options, Sandbox, Seed};
use prism_gitops::source::memory::MemorySource;
use prism_gitops::source::secrets;
use prism_gitops::store::SecretStore;
use prism_gitops::store::journal::Journal;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::line::{Bend, Line};

const URL: &str = "http://localhost:8787";

pub(crate) struct World {
    pub(crate) files: Arc<MemorySource>,
    pub(crate) line: Arc<Line>,
    /// Deleting is permitted, where the policy asks for it.
    pub(crate) allow_delete: bool,
    sandbox: Sandbox,
    client: PrismaticClient,
    clock: TokioClock,
    remembered: Persistence,
    /// What secrets are, where they are not `value of NAME`.
    secrets: Mutex<BTreeMap<String, String>>,
    /// What a person wants of rollouts; its twins know it too.
    rollouts: Mutex<RolloutRequest>,
}

impl World {
    /// The demonstration tenant and no files. Call in a runtime with a paused clock.
    pub(crate) fn new() -> Self {
        Self::with(Behaviour::default(), None)
    }

    /// The same, with what it answers in place of a secret.
    pub(crate) fn masking_with(mask: &str) -> Self {
        let behaviour = Behaviour {
            masked_text: mask.to_owned(),
            ..Behaviour::default()
        };
        Self::with(behaviour, None)
    }

    /// The same, in a sandbox that behaves so, behind a line that bends its answers.
    pub(crate) fn with(behaviour: Behaviour, bend: Option<Bend>) -> Self {
        Self::seeded(Seed::Demo, behaviour, bend)
    }

    /// The same, with this in it at first.
    pub(crate) fn seeded(seed: Seed, behaviour: Behaviour, bend: Option<Bend>) -> Self {
        let clock = TokioClock::starting_at("2026-03-01T12:00:00Z".parse().unwrap());
        let options = Options {
            behaviour,
            seed,
            ..Options::new(Arc::new(clock))
        };
        let sandbox = Sandbox::open(options).unwrap();
        let line = Arc::new(Line::to(sandbox.transport(), bend));
        Self {
            files: Arc::default(),
            client: client(&line, Arc::new(clock)),
            line,
            allow_delete: false,
            sandbox,
            clock,
            remembered: Persistence::in_memory(),
            secrets: Mutex::default(),
            rollouts: Mutex::default(),
        }
    }

    /// Another writer to the same tenant, on a machine of its own.
    pub(crate) fn beside(&self) -> Self {
        let line = Arc::new(Line::to(self.sandbox.transport(), None));
        Self {
            files: Arc::default(),
            client: client(&line, Arc::new(self.clock)),
            line,
            allow_delete: self.allow_delete,
            sandbox: self.sandbox.clone(),
            clock: self.clock,
            remembered: Persistence::in_memory(),
            secrets: Mutex::default(),
            rollouts: Mutex::default(),
        }
    }

    /// From now on this is wanted of rollouts.
    pub(crate) fn request(&self, rollouts: RolloutRequest) {
        *self.rollouts.lock().unwrap() = rollouts;
    }

    /// From now on a secret is this.
    pub(crate) fn rotate(&self, name: &str, value: &str) {
        let mut secrets = self.secrets.lock().unwrap();
        secrets.insert(name.to_owned(), value.to_owned());
    }

    /// Another machine: what is remembered stays behind.
    pub(crate) fn forget(&mut self, unrecorded: SecretWrites) {
        self.remembered = Persistence {
            unrecorded,
            ..Persistence::in_memory()
        };
    }

    /// What is known of writes is lost.
    pub(crate) fn forget_writes(&mut self) {
        self.remembered.journal = Journal::in_memory();
    }

    /// What this machine remembers.
    pub(crate) fn remembered(&self) -> Persistence {
        self.remembered.clone()
    }

    /// Absence is believed after this long.
    pub(crate) fn settle_after(&mut self, settle: Duration) {
        self.remembered.journal = Journal::in_memory_after(settle);
    }

    /// What is remembered is kept in a folder, if that can be written to.
    pub(crate) fn remember_in(&mut self, folder: &str) {
        self.remembered.store = SecretStore::in_folder(folder.into());
    }

    /// A new process: nothing of the one before is remembered.
    pub(crate) fn restart(&mut self) {
        self.client = client(&self.line, Arc::new(self.clock));
    }

    /// Another machine with the same files, on the same tenant.
    pub(crate) fn twin(&self) -> Self {
        Self {
            files: Arc::clone(&self.files),
            client: client(&self.line, Arc::new(self.clock)),
            line: Arc::clone(&self.line),
            allow_delete: self.allow_delete,
            sandbox: self.sandbox.clone(),
            clock: self.clock,
            remembered: Persistence::in_memory(),
            secrets: Mutex::new(self.secrets.lock().unwrap().clone()),
            rollouts: Mutex::new(self.rollouts.lock().unwrap().clone()),
        }
    }

    /// What goes wrong from now on.
    pub(crate) fn set_faults(&self, script: FaultScript) {
        self.sandbox.set_faults(script);
    }

    /// How the server behaves from now on.
    pub(crate) fn set_behaviour(&self, behaviour: Behaviour) {
        self.sandbox.set_behaviour(behaviour);
    }

    /// Calls a webhook.
    pub(crate) async fn trigger(&self, url: &str) {
        let path = url.rsplit_once("/trigger/").unwrap().1;
        self.post(&format!("trigger/{path}"), None, &json!({}))
            .await;
    }

    /// Everything in the tenant.
    pub(crate) async fn tenant(&self) -> Value {
        self.sandbox.snapshot().await.unwrap()
    }

    /// What would be done. Errors in the files fail the test.
    #[track_caller]
    pub(crate) fn plan(&self) -> impl Future<Output = Plan> {
        let caller = std::panic::Location::caller();
        async move {
            let planned = self.try_plan(false).await;
            planned
                .unwrap_or_else(|error| panic!("{caller}: {error:?}"))
                .plan
        }
    }

    /// Every secret has a value, which may have been changed.
    fn values(&self, references: BTreeSet<SecretRef>) -> SecretValues {
        let nowhere = std::path::Path::new("/nonexistent");
        secrets::resolve_with(references, nowhere, |name| {
            let rotated = self.secrets.lock().unwrap().get(name).cloned();
            Some(rotated.unwrap_or_else(|| format!("value of {name}")).into())
        })
    }

    /// What would be done, or what is wrong with the files.
    pub(crate) async fn try_plan(&self, adopt: bool) -> Result<Planned, PassError> {
        let loaded = pass::load(&*self.files, None).await?;
        let context = PassContext {
            only: None,
            part: Default::default(),
            rollouts: self.rollouts.lock().unwrap().clone(),
            simulate: false,
            platform: &self.client,
            clock: &self.clock,
            secrets: self.values(loaded.secrets.clone()),
            later: Some(self),
            environment: "test".to_owned(),
            organization: None,
            provenance: VersionRecord::default(),
            remembered: self.remembered.clone(),
            adopt,
            allow_delete: self.allow_delete,
            requests: None,
        };
        pass::plan(&loaded, &context).await
    }

    /// Carries out what would be done, and demands that nothing fails.
    pub(crate) async fn apply(&self) -> Plan {
        self.apply_with(false).await
    }

    /// The same, with or without the permission to take over what exists.
    pub(crate) async fn apply_with(&self, adopt: bool) -> Plan {
        let planned = self.try_plan(adopt).await.unwrap();
        let outcome = self.carry_out(&planned).await;
        assert!(!outcome.failed(), "{:#?}", outcome.steps);
        planned.plan
    }

    /// Carries out a plan, and returns any outcome.
    pub(crate) async fn carry_out(&self, planned: &Planned) -> Outcome {
        let (_stop, stopped) = watch::channel(false);
        let (events, _) = mpsc::unbounded_channel();
        let bounds = AtOnce::requests(8);
        pass::apply(planned, &self.client, &self.clock, bounds, stopped, events).await
    }

    /// Demands that nothing is left to do.
    pub(crate) async fn demand_convergence(&self, after: &str) {
        let plan = self.plan().await;
        assert!(plan.is_empty(), "after {after}:\n{}", shown(&plan));
        assert!(!plan.has_leftovers(), "after {after}:\n{}", shown(&plan));
    }

    /// How often an operation was called so far.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        let calls = self.sandbox.calls();
        let named = calls
            .iter()
            .filter(|call| call.operations.iter().any(|name| name == operation));
        named.count()
    }

    /// A client of its own, on a machine whose clock may be wrong.
    pub(crate) fn platform_by(&self, clock: Arc<dyn Clock>) -> Arc<dyn Platform> {
        Arc::new(client(&self.line, clock))
    }

    /// The time here.
    pub(crate) fn clock(&self) -> TokioClock {
        self.clock
    }

    /// Forgets the requests so far.
    pub(crate) fn forget_calls(&self) {
        self.sandbox.forget_calls();
    }

    /// How many requests were sent so far.
    pub(crate) fn requests(&self) -> usize {
        self.sandbox.calls().len()
    }

    /// How many requests that write were sent so far.
    pub(crate) fn writes(&self) -> usize {
        let calls = self.sandbox.calls();
        calls.iter().filter(|call| call.mutation).count()
    }

    /// The API requests so far, oldest first.
    pub(crate) fn all_calls(&self) -> Vec<CallRecord> {
        self.sandbox.calls()
    }

    /// A request of another writer.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        let token = self
            .post("auth/refresh", None, &json!({"refresh_token": "sandbox"}))
            .await;
        let token = token["access_token"].as_str().unwrap().to_owned();
        let body = json!({"query": query, "variables": variables});
        let answer = self.post("api", Some(&token), &body).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    /// A change by another writer. Refusals fail the test.
    pub(crate) async fn change(&self, mutation: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let object = match mutation {
            name if name.contains("Integration") => "integration",
            "createCustomer" | "updateCustomer" => "customer",
            _ => "instance",
        };
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ \
             {object} {{ id }} errors {{ field messages }} }} }}"
        );
        let answer = self.ask(&query, json!({"input": input})).await;
        assert_eq!(answer[mutation]["errors"], json!([]), "{mutation}");
        answer[mutation][object]["id"].clone()
    }

    /// The first flow of an instance runs, called by its webhook.
    pub(crate) async fn run_flow(&self, instance: &str) {
        let query =
            "query($id: ID!) { instance(id: $id) { flowConfigs { nodes { webhookUrl } } } }";
        let answer = self.ask(query, json!({"id": instance})).await;
        let url = answer["instance"]["flowConfigs"]["nodes"][0]["webhookUrl"].clone();
        self.trigger(url.as_str().unwrap()).await;
    }

    /// The only integration's or instance's record.
    pub(crate) async fn only(&self, list: &str, fields: &str) -> Value {
        let filter = if list == "instances" {
            "(isSystem: false)"
        } else {
            ""
        };
        let query = format!("{{ {list}{filter} {{ nodes {{ id {fields} }} }} }}");
        let nodes = self.ask(&query, json!({})).await[list]["nodes"].clone();
        assert_eq!(nodes.as_array().map(Vec::len), Some(1), "{nodes:#}");
        nodes[0].clone()
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        let request = Request {
            method: Method::Post,
            url: format!("{URL}/{path}"),
            headers,
            body: body.to_string().into(),
        };
        let response = self.sandbox.transport().send(request).await.unwrap();
        assert_eq!(
            response.status,
            200,
            "{}",
            String::from_utf8_lossy(&response.body)
        );
        serde_json::from_slice(&response.body).unwrap()
    }
}

fn client(line: &Arc<Line>, clock: Arc<dyn Clock>) -> PrismaticClient {
    let connection = Connection {
        url: BaseUrl::parse(URL).unwrap(),
        tenant_id: None,
        token: TokenSource::Refresh(Secret::new("sandbox".to_owned())),
        access: None,
        origin: "the test".to_owned(),
    };
    let line: Arc<dyn Transport> = Arc::clone(line) as _;
    PrismaticClient::new(line, connection, RateLimit::default(), clock, 1)
}

/// A plan as a person sees it.
pub(crate) fn shown(plan: &Plan) -> String {
    use prism_gitops::plan::render::{HumanOptions, human};
    human(plan, HumanOptions::default())
}

/// What a plan does: address, actions, and the paths of the changed fields.
pub(crate) fn digest(plan: &Plan) -> String {
    let touched = plan
        .resources
        .iter()
        .filter(|resource| !resource.actions.is_empty());
    let lines: Vec<String> = touched
        .map(|resource| {
            let actions: Vec<_> = resource
                .actions
                .iter()
                .copied()
                .map(Action::as_str)
                .collect();
            let paths: Vec<_> = resource
                .changes
                .iter()
                .map(|change| change.path.as_str())
                .collect();
            format!(
                "{}: {} [{}]",
                resource.address,
                actions.join(" "),
                paths.join(", ")
            )
        })
        .collect();
    lines.join("\n")
}

#[async_trait::async_trait]
impl SecretResolver for World {
    async fn resolve(&self, _: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        self.values(references.clone())
    }
}
