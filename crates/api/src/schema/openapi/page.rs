//! What the page at `/` asks.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::{
    ELSEWHERE, HOST, NO_BODY, NO_ENVIRONMENT, NOT_JSON, Operation, THIS, TOKEN, TOO_LARGE, UNNAMED,
    in_path, query, schema,
};
use crate::http::{self, EnvironmentQuery};
use crate::page;

fn text(name: &str, about: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string" }, "description": about })
}

fn number(name: &str, about: &str) -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": i64::MAX });
    json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": about })
}

fn named(name: &str, example: &str) -> Value {
    in_path(name, &json!({ "type": "string" }), Some(example))
}

/// What is there, and for whom.
fn board(of: &mut SchemaGenerator) -> Vec<Operation> {
    vec![
        Operation::get(
            http::OVERVIEW,
            "What needs attention, counts by state, integrations",
            "The board",
            schema::<page::Overview>(of),
        ),
        Operation::get(
            http::INTEGRATIONS,
            "Integrations with their instances counted, the worst first",
            "A page",
            schema::<page::IntegrationPage>(of),
        )
        .with(vec![
            text(
                "seen",
                "true: those that there is something to see of; else the others",
            ),
            text("after", "next of the page before"),
        ]),
        Operation::get(
            http::CUSTOMER,
            "One customer, by the external id or by `id:` and the id",
            "The customer",
            schema::<page::CustomerPage>(of),
        )
        .with(vec![named("key", "cust-0042")])
        .errors(&[(404, "There is no such customer, or no such environment")]),
        Operation::get(
            http::SEARCH,
            "Customers, integrations and instances by name or address",
            "What was found",
            schema::<page::Search>(of),
        )
        .with(vec![text("q", "A part of a name or an address")]),
    ]
}

/// What is to be done, and how far it is.
fn plans(of: &mut SchemaGenerator) -> Vec<Operation> {
    let digest = || named("digest", "latest");
    vec![
        Operation::get(
            http::PLAN,
            "The latest plan by groups of equal changes; older ones are not kept",
            "The plan",
            schema::<page::PagePlan>(of),
        )
        .with(vec![named("digest", "0a1b2c3d4e5f")])
        .errors(&[(
            404,
            "That plan is not kept, or there is no such environment",
        )]),
        Operation::get(
            http::PLAN_GROUP,
            "The resources of a group of the latest plan",
            "A page",
            schema::<page::PlanSteps>(of),
        )
        .with(vec![
            digest(),
            named("group", "0a1b2c3d4e5f"),
            text("after", "next of the page before"),
        ])
        .errors(&[(404, "There is no such group, or no such environment")]),
        Operation::get(
            http::ROLLOUTS,
            "Rollouts as the last plan derived them",
            "The rollouts",
            schema::<page::Rollouts>(of),
        ),
        Operation::get(
            http::ROLLOUT,
            "One rollout: its waves, what was found, who newly fails",
            "The rollout",
            schema::<page::RolloutPage>(of),
        )
        .with(vec![named("integration", "acme-erp")])
        .errors(&[(
            404,
            "That integration has no rollout, or there is no such environment",
        )]),
    ]
}

/// What happened, and what waits.
fn events(of: &mut SchemaGenerator) -> Vec<Operation> {
    vec![
        Operation::get(
            http::TIMELINE,
            "What happened, the newest first, by kind, customer and person",
            "A page",
            schema::<page::Timeline>(of),
        )
        .with(vec![
            number("before", "next of the page before"),
            number("at", "The number of a row: the page that begins with it"),
            text(
                "kind",
                "Words with commas between: pass, write, outside, act",
            ),
            text("customer", "A part of the customer's name"),
            text("who", "A part of a name"),
        ]),
        Operation::get(
            http::WAITING,
            "Causes and whom they wait for, persons first",
            "The causes",
            schema::<page::Waiting>(of),
        ),
    ]
}

/// The refusals of what is about one environment.
fn about_one(operation: Operation) -> Operation {
    let says = operation.errors.iter().any(|(status, _)| *status == 404);
    let operation = operation.errors(&[UNNAMED]);
    match says {
        true => operation,
        false => operation.errors(&[NO_ENVIRONMENT]),
    }
}

/// Reads, each about one environment.
pub(super) fn reads(of: &mut SchemaGenerator) -> Vec<Operation> {
    let about = || query::<EnvironmentQuery>(Some(THIS));
    let all = board(of).into_iter().chain(plans(of)).chain(events(of));
    let mut all: Vec<Operation> = all
        .map(|it| about_one(it).with(about()).errors(&[TOKEN, HOST]))
        .collect();
    all.push(
        Operation::get(
            http::SESSION,
            "Who looks, and what they may do",
            "The session",
            schema::<page::Session>(of),
        )
        .errors(&[TOKEN, HOST]),
    );
    all
}

const NO_RESOURCE: (u16, &str) = (
    404,
    "There is no such resource in Prismatic, or no such environment",
);

/// Acts. Each may bear an `Idempotency-Key`; by a session they bear `X-CSRF-Token`.
pub(super) fn acts(of: &mut SchemaGenerator) -> Vec<Operation> {
    let asked = schema::<page::Asked>(of);
    let answer = "What came of it so far";
    let post = |path, summary| Operation::post(path, summary, 202, answer, asked.clone());
    let body = |operation: Operation, schema: Value| Operation {
        body: Some(schema),
        ..operation
    };
    let command = schema::<page::RolloutCommand>(of);
    let acts = vec![
        post(http::ACTS, "A pass now, a pause of the environment, or its end")
            .with(vec![in_path("act", &json!({ "enum": ["sync", "pause", "resume"] }), Some("sync"))])
            .errors(&[(404, "There is no such act, or no such environment")]),
        body(post(http::HOLDS, "Has one live object left alone for a while"), schema::<page::HoldWanted>(of)).errors(&[NO_RESOURCE]),
        Operation {
            method: "delete",
            ..body(post(http::HOLDS, "Ends a hold"), command.clone())
        }
        .with(vec![json!({ "name": "address", "in": "query", "required": true, "schema": { "type": "string" }, "description": "Which resource" })])
        .errors(&[NO_RESOURCE]),
        body(post(http::PLAN_APPROVALS, "Approves exactly the plan of this digest"), schema::<page::PlanApproval>(of))
            .with(vec![named("digest", "latest")])
            .errors(&[(409, "Nothing waits for approval, or another plan does")]),
        body(post(http::ROLLOUT_ACT, "Pauses, resumes or aborts a rollout, as the commands of these names do"), command)
            .with(vec![named("integration", "acme-erp"), in_path("act", &json!({ "enum": ["pause", "resume", "abort"] }), Some("pause"))])
            .errors(&[NO_RESOURCE]),
    ];
    let without = |mut operation: Operation| {
        operation.errors.retain(|error| *error != NO_BODY);
        operation
    };
    let about = || query::<EnvironmentQuery>(Some(THIS));
    let acts = acts.into_iter();
    let mut acts: Vec<Operation> = acts
        .map(|it| about_one(without(it)).with(about()))
        .map(|it| it.errors(&[TOKEN, ELSEWHERE, TOO_LARGE, NOT_JSON]))
        .collect();
    let session = schema::<page::Session>(of);
    let sign_in = Operation::post(
        http::SESSION,
        "Exchanges the token for a cookie",
        200,
        "Signed in",
        session.clone(),
    );
    let refused = [TOKEN, (400, "The body is wrong"), TOO_LARGE, NOT_JSON];
    acts.push(without(body(sign_in, schema::<page::SignIn>(of))).errors(&refused));
    let sign_out = Operation::post(
        http::SESSION,
        "Ends the session",
        200,
        "Signed out",
        session,
    );
    acts.push(without(Operation {
        method: "delete",
        ..sign_out
    }));
    acts
}
