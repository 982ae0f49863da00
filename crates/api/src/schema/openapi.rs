//! The `OpenAPI` document: what the types do not say about the interface, around the types.

mod page;

use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{published, written};
use crate::http::{
    self, EnvironmentQuery, ErrorCode, HistoryQuery, Provider, ResourcesQuery, ShapeQuery,
    StatusQuery,
};
use crate::part::Part;
use crate::{Kind, PerEnvironment, health, history, plan, resource, status, wish};

const ABOUT: &str = "What a running daemon knows, and what may be asked of it. Readers ignore keys they do not know. \
    Every path but the webhooks answers HEAD like GET where it answers GET; other methods get 405 with Allow. \
    404, 405, 414 (path over 4 KiB), 431 (headers over 16 KiB) and 503 (no answer within 10 s) have the schema Error \
    and can come from any path. With several environments what is read is reported for all of them, and each part \
    names its own, unless the parameter environment names one; what can only be about one, a pause and its end have \
    to name it.";

const ONLY: &str = "Only this one; without it all that are kept in step";
const THIS: &str = "This one; needed where several are kept in step";

const WRONG: (u16, &str) = (400, "A parameter is wrong or unknown");
const UNNAMED: (u16, &str) = (
    400,
    "A parameter is wrong, or no environment is named where there are several",
);
const TOKEN: (u16, &str) = (401, "A bearer token is needed");
const HOST: (u16, &str) = (403, "The Host header names another machine");
const ELSEWHERE: (u16, &str) = (
    403,
    "Not from this machine without a token, or from another site's page",
);
const NO_ENVIRONMENT: (u16, &str) = (404, "There is no such environment");
const NO_BODY: (u16, &str) = (413, "This route takes no body");
const TOO_LARGE: (u16, &str) = (413, "The body is larger than 16 KiB");
const NOT_JSON: (u16, &str) = (415, "The body is not application/json");

/// One method of one path.
struct Operation {
    path: &'static str,
    method: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    body: Option<Value>,
    /// The answer to what is right: status, description, type of content, schema.
    answer: (u16, &'static str, &'static str, Value),
    /// Other answers with the same schema.
    also: Vec<(u16, &'static str)>,
    errors: Vec<(u16, &'static str)>,
    /// No API token is needed.
    open: bool,
}

impl Operation {
    fn get(path: &'static str, summary: &'static str, about: &'static str, schema: Value) -> Self {
        Self {
            path,
            method: "get",
            summary,
            parameters: Vec::new(),
            body: None,
            answer: (200, about, "application/json", schema),
            also: Vec::new(),
            errors: vec![NO_BODY],
            open: false,
        }
    }

    fn post(
        path: &'static str,
        summary: &'static str,
        status: u16,
        about: &'static str,
        schema: Value,
    ) -> Self {
        Self {
            method: "post",
            answer: (status, about, "application/json", schema),
            ..Self::get(path, summary, about, Value::Null)
        }
    }

    fn with(mut self, parameters: Vec<Value>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    fn errors(mut self, errors: &[(u16, &'static str)]) -> Self {
        self.errors.extend(errors);
        self
    }

    fn written(&self) -> Value {
        let mut responses: Vec<(u16, Value)> = Vec::new();
        let (status, about, kind, schema) = &self.answer;
        let content = json!({ *kind: { "schema": schema } });
        responses.push((*status, json!({ "description": about, "content": content })));
        for (status, about) in &self.also {
            responses.push((*status, json!({ "description": about, "content": content })));
        }
        for (status, about) in &self.errors {
            let codes = ErrorCode::ALL
                .iter()
                .filter(|code| code.status() == *status);
            assert!(codes.count() > 0, "no code has the status {status}");
            let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
            responses.push((*status, json!({ "description": about, "content": content })));
        }
        responses.sort_by_key(|(status, _)| *status);
        let responses = responses
            .into_iter()
            .map(|(status, it)| (status.to_string(), it));
        let mut operation = json!({ "summary": self.summary });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.clone().into();
        }
        if let Some(schema) = &self.body {
            operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        }
        operation["responses"] = Value::Object(responses.collect());
        operation["security"] = match self.open {
            true => json!([]),
            false => json!([{}, { "bearer": [] }]),
        };
        operation
    }
}

/// The parameters that a query has, by its type; `whose` describes the one that names an environment.
fn query<T: JsonSchema>(whose: Option<&str>) -> Vec<Value> {
    let settings = written().for_deserialize();
    let schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    let properties = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        without_null(&mut schema);
        let own = schema
            .as_object_mut()
            .and_then(|map| map.remove("description"));
        let about = match whose.filter(|_| name == "environment") {
            Some(whose) => whose.into(),
            None => own.unwrap_or_default(),
        };
        json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": about })
    };
    properties.into_iter().map(parameter).collect()
}

/// The same of a route that is answered in one other shape.
fn shaped(shape: &str, whose: &str) -> Vec<Value> {
    let mut all = query::<ShapeQuery>(Some(whose));
    for parameter in all.iter_mut().filter(|it| it["name"] == "shape") {
        parameter["schema"] = json!({ "enum": [shape] });
    }
    all
}

/// A parameter is there or not: it is never null.
fn without_null(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = map.get_mut("enum") {
        words.retain(|one| !one.is_null());
    }
    if map.get("default") == Some(&Value::Null) {
        map.remove("default");
    }
    let Some(Value::Array(mut either)) = map.remove("anyOf") else {
        return;
    };
    either.retain(|one| *one != json!({ "type": "null" }));
    let found = either
        .into_iter()
        .filter_map(|one| one.as_object().cloned());
    map.extend(found.flatten());
}

fn in_path(name: &str, schema: &Value, example: Option<&str>) -> Value {
    let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
    if let Some(example) = example {
        parameter["example"] = example.into();
    }
    parameter
}

fn probes(of: &mut SchemaGenerator) -> Vec<Operation> {
    let mut open = vec![
        Operation::get(
            "/healthz",
            "Whether a restart would help",
            "The loops live",
            schema::<health::HealthAnswer>(of),
        ),
        Operation::get(
            "/readyz",
            "Whether what the daemon says can be relied on",
            "It can, in one environment at least; environments says of which it cannot",
            schema::<health::HealthAnswer>(of),
        )
        .with(query::<EnvironmentQuery>(Some(ONLY)))
        .errors(&[NO_ENVIRONMENT]),
        Operation::get(
            "/metrics",
            "Everything in numbers",
            "OpenMetrics for who accepts it, else the text format 0.0.4",
            json!({ "type": "string" }),
        ),
        Operation::get(
            http::OPENAPI,
            "This document",
            "This document",
            json!({ "type": "object" }),
        ),
    ];
    open[0].also.push((503, "One does not"));
    open[1].also.push((503, "It cannot, and why"));
    open[2].answer.2 = "text/plain";
    open.iter_mut().for_each(|operation| operation.open = true);
    open
}

fn reads(of: &mut SchemaGenerator) -> Vec<Operation> {
    let kinds = json!({ "enum": Kind::ALL });
    let mut events = Operation::get(
        http::EVENTS,
        "What happens, as server-sent events; docs/schema/event.schema.json has the data of each",
        "Events: status, reset, pass.started, pass.finished, resources.changed, paused, resumed, draining",
        json!({ "type": "string" }),
    );
    events.answer.2 = "text/event-stream";
    events.parameters.push(json!({
        "name": "Last-Event-ID", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "The id of the last event heard, to go on after it",
    }));
    let reads = vec![
        Operation::get(http::STATUS, "Everything that is known", "The status", schema::<PerEnvironment<status::Status>>(of))
            .with(query::<StatusQuery>(None))
            .errors(&[WRONG, NO_ENVIRONMENT]),
        Operation::get(
            http::RESOURCES,
            "A page of the resources as last seen, by address",
            "A page",
            either::<resource::Resources, crate::page::Rows>(of),
        )
        .with(query::<ResourcesQuery>(None))
        .errors(&[WRONG, NO_ENVIRONMENT]),
        Operation::get(
            http::RESOURCE,
            "One resource and the last 10 writes to it",
            "The resource",
            either::<resource::OneResource, crate::page::ResourcePage>(of),
        )
        .with(vec![
            in_path("kind", &kinds, Some("Instance")),
            in_path("name", &json!({ "type": "string" }), Some("smith-erp")),
        ])
        .with(shaped("page", THIS))
        .errors(&[
            (400, "The path is not UTF-8, or no environment is named where there are several"),
            (404, "There is no such resource, or no such environment"),
        ]),
        Operation::get(
            http::LATEST_PLAN,
            "The last plan, as `plan -o json` has it. Sensitive values are never in it",
            "The plan",
            either::<plan::Plan, crate::page::PagePlan>(of),
        )
        .with(shaped("groups", THIS))
        .errors(&[
            (400, "A parameter is wrong or unknown, or no environment is named where there are several"),
            (404, "No plan has been made yet, or no such environment"),
        ]),
        Operation::get(
            http::HISTORY,
            "Passes, the newest first, each with its last 50 writes",
            "A page",
            schema::<history::History>(of),
        )
        .with(query::<HistoryQuery>(None))
        .errors(&[WRONG, (503, "The history cannot be read")]),
        events
            .with(shaped("thin", ONLY))
            .errors(&[WRONG, NO_ENVIRONMENT, (503, "Too many clients listen already")]),
    ];
    reads
        .into_iter()
        .map(|operation| operation.errors(&[TOKEN, HOST]))
        .collect()
}

fn commands(of: &mut SchemaGenerator) -> Vec<Operation> {
    let mut pause = Operation::post(
        http::PAUSE,
        "Writes nothing until the end of the pause, or until it is resumed",
        200,
        "Paused; kept says whether a restart will know",
        schema::<wish::Paused>(of),
    );
    pause.body = Some(json!({ "$ref": "#/components/schemas/PauseWanted" }));
    pause.errors = vec![
        (
            400,
            "The body is wrong, or no environment is named where there are several",
        ),
        TOO_LARGE,
        NOT_JSON,
    ];
    let mut approve = Operation::post(
        http::APPROVE,
        "Approves the plan of new files, by the digest that the status has under approval",
        200,
        "It is carried out; kept says whether a restart will know",
        schema::<wish::Approved>(of),
    );
    approve.body = Some(json!({ "$ref": "#/components/schemas/ApproveWanted" }));
    approve.errors = vec![
        (
            400,
            "The body is wrong, or no environment is named where there are several",
        ),
        (
            409,
            "Nothing waits for approval, or not exactly that any more",
        ),
        TOO_LARGE,
        NOT_JSON,
    ];
    let mut sync = Operation::post(
        http::SYNC,
        "Asks for a pass now; with a body for one that writes only a part, as `apply --target` does",
        202,
        "A pass begins at once; generation is the one that will have served this",
        schema::<wish::SyncAnswer>(of),
    );
    sync.body = Some(json!({ "$ref": "#/components/schemas/Part" }));
    sync.errors = vec![
        (
            400,
            "A parameter or the body is wrong, or a part is asked for and no environment is named where there are several",
        ),
        TOO_LARGE,
        NOT_JSON,
        (503, "Too many parts wait already"),
    ];
    let wishes = vec![
        approve.with(query::<EnvironmentQuery>(Some(THIS))),
        sync.with(query::<EnvironmentQuery>(Some(ONLY))),
        pause.with(query::<EnvironmentQuery>(Some(THIS))),
        Operation::post(
            http::RESUME,
            "Ends a pause",
            200,
            "Not paused; kept says whether a restart will know",
            schema::<wish::Paused>(of),
        )
        .with(query::<EnvironmentQuery>(Some(THIS)))
        .errors(&[UNNAMED]),
    ];
    let refused = [TOKEN, ELSEWHERE, NO_ENVIRONMENT];
    wishes
        .into_iter()
        .map(|operation| operation.errors(&refused))
        .collect()
}

fn webhook(of: &mut SchemaGenerator) -> Operation {
    let providers = json!({ "enum": Provider::ALL });
    let mut hook = Operation::post(
        "/webhooks/{provider}",
        "Wakes the daemon; signed as the provider signs",
        202,
        "Heard",
        schema::<wish::Accepted>(of),
    );
    hook.body = Some(json!({}));
    hook.open = true;
    hook.errors = vec![
        (401, "The signature is missing or wrong"),
        (
            404,
            "No secret is set for this webhook, or there is no such environment",
        ),
        (413, "The body is larger than 4 MiB"),
    ];
    let whose = "Only for prismatic: whose event it is; without it all are woken";
    hook.with(vec![in_path("provider", &providers, None)])
        .with(query::<EnvironmentQuery>(Some(whose)))
}

/// The usual answer, or with `shape=page` or `shape=groups` that of the page.
fn either<Usual: JsonSchema, Page: JsonSchema>(of: &mut SchemaGenerator) -> Value {
    let (usual, page) = (schema::<Usual>(of), schema::<Page>(of));
    json!({ "anyOf": [usual, page] })
}

fn schema<T: JsonSchema>(of: &mut SchemaGenerator) -> Value {
    let mut schema = of.subschema_for::<T>();
    RecursiveTransform(published).transform(&mut schema);
    schema.to_value()
}

/// The whole of it.
pub(super) fn document() -> Value {
    let place = |settings: &mut schemars::generate::SchemaSettings| {
        settings.definitions_path = "/components/schemas".into();
    };
    let mut of = written().with(place).into_generator();
    let mut operations = probes(&mut of);
    operations.extend(reads(&mut of));
    operations.extend(page::reads(&mut of));
    operations.extend(commands(&mut of));
    operations.extend(page::acts(&mut of));
    operations.push(webhook(&mut of));
    schema::<http::Error>(&mut of);
    let mut paths = Map::new();
    for operation in &operations {
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        methods[operation.method] = operation.written();
    }
    let mut schemas = of.take_definitions(true);
    // What is sent has other rules than what is answered: what is optional is left out.
    let mut sent = written().for_deserialize().with(place).into_generator();
    schema::<wish::PauseWanted>(&mut sent);
    schema::<Part>(&mut sent);
    schemas.extend(sent.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "prism-gitops daemon",
            "version": "1.1",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "description": ABOUT,
        },
        "servers": [{ "url": "http://127.0.0.1:8080" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "The token of --api-token" },
            },
            "schemas": schemas,
        },
    })
}
