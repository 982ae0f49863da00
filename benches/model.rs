//! What is measured: the pure modules at work on a tenant of any size.
//!
//! Both the benchmarks (`pure.rs`) and a test of the usual run (`tests/it/benched.rs`) call these,
//! so that what is measured is known to do what it says.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use prism_gitops::definition::{self, Definition, Definitions};
use prism_gitops::diff::{self, ChangeSet, Inputs};
use prism_gitops::export::{self, Export};
use prism_gitops::manifest::{self, Loaded};
use prism_gitops::model::{
    DigestKey, Marker, Observed, Policy, RateLimit, ResourceName, Scope, Secret, SecretRecords,
    SecretValues, SecretWrites, SourceFile, Tenant, VersionRecord,
};
use prism_gitops::plan::{self, Context, Plan, render};
use prism_gitops::prismatic::platform::Platform as _;
use prism_gitops::prismatic::{BaseUrl, Connection, PrismaticClient, TokenSource};
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::sandbox::{Options, Sandbox, Seed};
use prism_gitops::validate;

/// A tenant, and the files that declare it as it is.
pub struct Model {
    files: Vec<SourceFile>,
    loaded: Loaded,
    definitions: Definitions,
    /// Without our markers, as it was found.
    found: Tenant,
    /// All of it ours.
    owned: Tenant,
    secrets: SecretValues,
    records: SecretRecords,
}

impl Model {
    /// A generated tenant with these numbers of instances and integrations. Call inside a tokio runtime.
    pub async fn new(instances: usize, integrations: usize) -> Self {
        let client = tenant(instances, integrations);
        let whole = client
            .observe(&export::scope(false, false, false))
            .await
            .unwrap();
        let files = files(&exported(&whole));
        let loaded = load(&files);
        let definitions = definitions(&loaded);
        let scope: Scope = diff::scope(&loaded.desired, &definitions);
        let found = client.observe(&scope).await.unwrap();
        let mut model = Self {
            owned: found.clone(),
            files,
            loaded,
            definitions,
            found,
            secrets: SecretValues::default(),
            records: SecretRecords::new(DigestKey::new([7; 32])),
        };
        model.take_over();
        model
    }

    /// The files.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The definitions that they declare.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// What the tenant holds.
    pub fn tenant(&self) -> &Tenant {
        &self.found
    }

    /// A comparison in which nothing differs.
    pub fn unchanged(&self) -> Inputs<'_> {
        self.inputs(&self.owned)
    }

    /// A comparison after which everything is taken over.
    pub fn adopting(&self) -> Inputs<'_> {
        Inputs {
            adopt: true,
            ..self.inputs(&self.found)
        }
    }

    fn inputs<'a>(&'a self, tenant: &'a Tenant) -> Inputs<'a> {
        Inputs {
            desired: &self.loaded.desired,
            definitions: &self.definitions,
            secrets: &self.secrets,
            records: &self.records,
            unrecorded: SecretWrites::Once,
            tenant,
            catalogue: None,
            adopt: false,
            admissions: None,
        }
    }

    /// Puts our markers on everything that the files match.
    fn take_over(&mut self) {
        let changes = diff::diff(&self.adopting());
        let compared = changes.overviews().filter_map(|one| {
            let id = one.verdict.ok()?.live.id().copied()?;
            Some((id.to_owned(), one.address.name.clone()))
        });
        let names: HashMap<String, _> = compared.collect();
        let project = self.loaded.desired.project.name.clone();
        let marker = |id: &str| {
            let name = names.get(id)?.clone();
            let project = project.clone();
            Some(Marker { project, name }.to_string())
        };
        for one in &mut self.owned.integrations.items {
            one.labels.extend(marker(one.id.as_str()));
        }
        for one in &mut self.owned.instances.items {
            one.labels.extend(marker(one.id.as_str()));
        }
    }
}

/// A client of a sandbox of its own, without a network and without a rate.
fn tenant(instances: usize, integrations: usize) -> PrismaticClient {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.yaml");
    let customers = (instances / 5).max(10);
    let text = format!(
        "generate: {{customers: {customers}, integrations: {integrations}, versions: 2, \
         instances: {instances}, configVariables: 6}}\n"
    );
    std::fs::write(&seed, text).unwrap();
    let clock = TokioClock::starting_at("2026-03-01T12:00:00Z".parse().unwrap());
    let options = Options {
        seed: Seed::File(seed),
        ..Options::new(Arc::new(clock))
    };
    let sandbox = Sandbox::open(options).unwrap();
    let connection = Connection {
        url: BaseUrl::parse("http://localhost:8787").unwrap(),
        tenant_id: None,
        token: TokenSource::Refresh(Secret::new("sandbox".to_owned())),
        access: None,
        origin: "the benchmark".to_owned(),
    };
    let rate = RateLimit {
        requests_per_second: 1e6,
        burst: 1_000_000,
        ..RateLimit::default()
    };
    let transport = Arc::new(sandbox.transport());
    PrismaticClient::new(transport, connection, rate, Arc::new(clock), 1)
}

/// The files of an export.
fn files(export: &Export) -> Vec<SourceFile> {
    let one = |file: &export::ExportedFile| {
        SourceFile::new(file.path.as_str(), file.text.clone().into_bytes())
    };
    export.files.iter().map(one).collect()
}

/// Manifests to what is declared.
pub fn load(files: &[SourceFile]) -> Loaded {
    manifest::load(files)
}

/// The definitions of what is declared, parsed and checked.
pub fn definitions(loaded: &Loaded) -> Definitions {
    validate::offline(&loaded.desired).0
}

/// The definitions of the tenant, read from the canonical form that the API gives back, by name.
pub fn canonical(tenant: &Tenant) -> BTreeMap<String, Definition> {
    let texts = tenant.integrations.items.iter().map(|one| &one.definition);
    let one = |text: &Observed<Arc<str>>| match text {
        Observed::Known(text) => {
            let definition = Definition::parse_canonical(text).unwrap();
            Some((definition.name().to_owned(), definition))
        }
        Observed::Absent | Observed::Unknown(_) => None,
    };
    texts.filter_map(one).collect()
}

/// Each definition in git with the live one: how many were compared, and how many places differ.
pub fn compare(git: &Definitions, live: &BTreeMap<String, Definition>) -> (usize, usize) {
    let pairs = git
        .values()
        .filter_map(|git| Some((git, live.get(git.name())?)));
    pairs.fold((0, 0), |(count, differ), (git, live)| {
        (count + 1, differ + definition::compare(git, live).len())
    })
}

/// What differs.
pub fn difference(inputs: &Inputs<'_>) -> ChangeSet {
    diff::diff(inputs)
}

/// What to do about it.
pub fn plan(inputs: &Inputs<'_>, changes: &ChangeSet) -> Plan {
    let context = Context {
        project: "p".to_owned(),
        environment: "prod".to_owned(),
        organization: "o1".to_owned(),
        revision: None,
        observed_at: jiff::Timestamp::UNIX_EPOCH,
        server_now: None,
        provenance: VersionRecord::default(),
        reads: 4,
        policy: Policy::default(),
        allow_delete: false,
        closed: None,
        only: None,
        part: Default::default(),
    };
    plan::build(inputs, changes, &context)
}

/// A plan in every form there is; how long they are together.
pub fn rendered(plan: &Plan) -> usize {
    let human = render::human(plan, render::HumanOptions::default());
    let markdown = render::markdown(plan);
    let json = render::json(plan, None).to_string();
    human.len() + markdown.len() + json.len()
}

/// A tenant as files.
pub fn exported(tenant: &Tenant) -> Export {
    let options = export::Options {
        project: ResourceName::parse("measured").unwrap(),
        all: true,
        customers: false,
        connections: false,
        with_project: true,
        secrets: export::SecretValuesAs::References,
        only: std::collections::BTreeSet::new(),
        declared: std::collections::BTreeSet::new(),
        env_template: None,
    };
    export::export(tenant, &options).unwrap()
}
