//! The ways in which an operation can fail.

use prism_gitops::sandbox::Fault;

use super::rows::{Row, TOKEN};

/// Where a fault makes sense.
#[derive(Debug, PartialEq, Eq)]
enum Scope {
    Any,
    Lists,
    Writes,
}

/// Every fault that the sandbox knows has its place: a new one does not compile before it has.
fn scope(fault: &Fault) -> Scope {
    match fault {
        Fault::Error { .. }
        | Fault::ErrorAfter { .. }
        | Fault::LostReply
        | Fault::Disconnect
        | Fault::Unreachable
        | Fault::Hang { .. }
        | Fault::Delay { .. }
        | Fault::Throttle { .. }
        | Fault::ThrottleAfter { .. }
        | Fault::Meanwhile { .. }
        | Fault::Status { .. }
        | Fault::Truncate
        | Fault::Html { .. }
        | Fault::Unauthorized => Scope::Any,
        Fault::Refuse { .. } | Fault::Part { .. } => Scope::Writes,
        // Where, is in its path.
        Fault::NullField { path } if path.starts_with('*') => Scope::Writes,
        Fault::NullField { .. }
        | Fault::NullNode
        | Fault::ShortPage { .. }
        | Fault::RepeatPage
        | Fault::ReorderPage => Scope::Lists,
    }
}

/// All faults of a row. One that an earlier phase has had fails there in the ways that leave least certain.
pub(super) fn kinds(row: &Row) -> Vec<Fault> {
    let common = if row.first_seen { anywhere() } else { harsh() };
    let more = match row.mutation {
        _ if row.operation == TOKEN => Vec::new(),
        true => of_writes(&row.operation),
        false => of_lists(&row.operation),
    };
    common.into_iter().chain(more).collect()
}

/// What can happen to any request.
fn anywhere() -> Vec<Fault> {
    let message = || "something broke".to_owned();
    let status = |code, commit| Fault::Status { code, commit };
    let hang = |commit| Fault::Hang {
        seconds: 50,
        commit,
    };
    let throttle = |retry_after| Fault::Throttle { retry_after };
    let throttled_after = |retry_after| Fault::ThrottleAfter { retry_after };
    vec![
        Fault::Error { message: message() },
        Fault::ErrorAfter { message: message() },
        Fault::LostReply,
        Fault::Disconnect,
        Fault::Unreachable,
        Fault::Delay {
            milliseconds: 20_000,
        },
        throttle(None),
        throttle(Some(3)),
        throttled_after(None),
        throttled_after(Some(3)),
        Fault::Truncate,
        Fault::Html { code: 200 },
        Fault::Html { code: 502 },
        Fault::Unauthorized,
        status(400, false),
        status(500, false),
        status(500, true),
        status(502, false),
        status(502, true),
        status(503, false),
        status(503, true),
        hang(false),
        hang(true),
    ]
}

/// Those after which it is least certain what was done.
fn harsh() -> Vec<Fault> {
    vec![
        Fault::LostReply,
        Fault::ThrottleAfter {
            retry_after: Some(3),
        },
        Fault::Truncate,
        Fault::Unauthorized,
        Fault::Status {
            code: 503,
            commit: false,
        },
    ]
}

/// What can happen to a list besides.
fn of_lists(operation: &str) -> Vec<Fault> {
    let null = |rest: &str| Fault::NullField {
        path: format!("{operation}{rest}"),
    };
    let mut all = vec![
        Fault::ShortPage { size: 1 },
        Fault::RepeatPage,
        Fault::ReorderPage,
        Fault::NullNode,
    ];
    all.extend(
        [
            "",
            ".nodes",
            ".nodes.id",
            ".nodes.labels",
            ".nodes.versionSequenceId",
            ".pageInfo",
        ]
        .map(null),
    );
    all
}

/// What can happen to a mutation besides.
fn of_writes(operation: &str) -> Vec<Fault> {
    let refuse = |field: &str| Fault::Refuse {
        field: field.to_owned(),
        message: "No.".to_owned(),
    };
    let null = |path: String| Fault::NullField { path };
    let object = match operation {
        name if name.contains("Integration") => "integration",
        _ => "instance",
    };
    vec![
        refuse("__all__"),
        refuse("name"),
        Fault::Part {
            writes: 1,
            undo: false,
        },
        null("*".to_owned()),
        null(format!("*.{object}")),
        null("*.object".to_owned()),
    ]
}

#[test]
fn every_fault_is_where_it_makes_sense() {
    let all = |faults: Vec<Fault>, wanted: Scope| {
        assert!(faults.iter().all(|fault| scope(fault) == wanted));
    };
    all(anywhere(), Scope::Any);
    all(of_lists("instances"), Scope::Lists);
    all(of_writes("createInstance"), Scope::Writes);
}
