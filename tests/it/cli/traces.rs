//! Traces to a real listener, read by a decoder of our own.

use std::collections::BTreeMap;
use std::net::TcpListener;

use super::environment::Environment;
use super::far_end::{FarEnd, Received, response};
use super::fixture::project;
use super::sandbox::{Running, wait_for};
use crate::killed::tenant::until;

const CANARY: &str = "canary-90c1";

/// A span, with the fields used here.
#[derive(Debug, Clone, Default)]
struct Span {
    id: Vec<u8>,
    parent: Vec<u8>,
    name: String,
    attributes: BTreeMap<String, String>,
}

/// The fields of a message: number and content; numbers are left out.
fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let length = match key & 7 {
            0 => {
                varint(&mut bytes);
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut bytes)).unwrap(),
            5 => 4,
            other => panic!("wire type {other}"),
        };
        let (content, rest) = bytes.split_at(length);
        found.push((key >> 3, content));
        bytes = rest;
    }
    found
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number without an end");
}

fn all(bytes: &[u8], number: u64) -> Vec<&[u8]> {
    let wanted = fields(bytes)
        .into_iter()
        .filter(|(found, _)| *found == number);
    wanted.map(|(_, content)| content).collect()
}

fn text(bytes: &[u8], number: u64) -> String {
    let content = all(bytes, number);
    content
        .first()
        .map_or(String::new(), |it| String::from_utf8_lossy(it).into_owned())
}

/// Key and value of an attribute; numbers are shown as nothing.
fn attribute(bytes: &[u8]) -> (String, String) {
    let value = all(bytes, 2)
        .first()
        .map_or(String::new(), |value| text(value, 1));
    (text(bytes, 1), value)
}

/// `ExportTraceServiceRequest`, by the numbers of its published definition.
fn spans(body: &[u8]) -> Vec<Span> {
    let resources = all(body, 1);
    let scopes = resources.iter().flat_map(|resource| all(resource, 2));
    let spans = scopes.flat_map(|scope| all(scope, 2));
    let read = |span: &[u8]| Span {
        id: all(span, 2)[0].to_vec(),
        parent: all(span, 4).first().map_or(Vec::new(), |id| id.to_vec()),
        name: text(span, 5),
        attributes: all(span, 9).into_iter().map(attribute).collect(),
    };
    spans.map(read).collect()
}

fn service(body: &[u8]) -> String {
    let resource = all(all(body, 1)[0], 1)[0];
    let mut attributes = all(resource, 1).into_iter().map(attribute);
    attributes.find(|(key, _)| key == "service.name").unwrap().1
}

fn all_spans(received: &[Received]) -> Vec<Span> {
    received.iter().flat_map(|it| spans(&it.body)).collect()
}

fn secretive() -> Environment {
    let mut environment = project();
    environment.set("SMITH_KEY", CANARY);
    environment.edit(
        "customers/smith.yaml",
        "Endpoint: https://erp.smith.example",
        "Endpoint: {secret: {env: SMITH_KEY}}\n    Batch Size: \"4711\"",
    );
    environment
}

#[test]
fn a_pass_is_told_with_its_stages_and_operations_and_no_value() {
    let collector = FarEnd::answering(|_| response("200 OK", "application/x-protobuf", ""));
    let mut environment = secretive();
    environment.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url);
    environment.set("OTEL_BSP_SCHEDULE_DELAY", "100");
    let (mut daemon, log) = Running::with_stderr(&mut super::daemon::on_sandbox(&environment));
    wait_for(&log, "pass.finished");
    until("the pass is told", || {
        let spans = all_spans(&collector.received());
        spans.iter().any(|span| span.name == "pass")
    });
    daemon.signal("TERM");
    assert_eq!(daemon.code(&log), Some(0));

    let received = collector.received();
    assert!(received.iter().all(|it| it.path() == "/v1/traces"));
    assert_eq!(service(&received[0].body), "prism-gitops");
    let bodies: Vec<u8> = received.iter().flat_map(|it| it.body.clone()).collect();
    let bodies = String::from_utf8_lossy(&bodies);
    for value in [CANARY, "4711", "Endpoint", "sandbox@example.com"] {
        assert!(!bodies.contains(value), "{value} is in a trace");
    }
    let spans = all_spans(&received);
    let named = |name: &str| {
        spans
            .iter()
            .filter(|span| span.name == name)
            .collect::<Vec<_>>()
    };
    let pass = named("pass")[0];
    assert_eq!(pass.attributes["environment"], "sandbox");
    assert_eq!(pass.attributes["reason"], "start");
    for stage in ["load", "plan", "apply"] {
        assert_eq!(named(stage)[0].parent, pass.id, "{stage}");
    }
    let steps = named("step");
    let deploy = steps
        .iter()
        .find(|step| step.attributes["action"] == "deploy")
        .unwrap();
    assert_eq!(deploy.attributes["address"], "Instance/smith");
    assert_eq!(deploy.attributes["outcome"], "applied");
    assert_eq!(deploy.parent, named("apply")[0].id);
    let sent = named("prismatic");
    let call = sent
        .iter()
        .find(|call| call.attributes["operation"] == "deployInstance")
        .unwrap();
    assert_eq!(call.attributes["outcome"], "done");
    assert_eq!(call.parent, deploy.id);
}

#[test]
fn a_collector_that_is_gone_or_silent_stops_nothing() {
    let environment = project();
    let gone = {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        taken.local_addr().unwrap()
    };
    let run = environment.run(&format!(
        "apply --sandbox --auto-approve --otlp-endpoint http://{gone}"
    ));
    let told = run.expect(0).stderr;
    assert_eq!(told.matches("traces are lost for now").count(), 1, "{told}");

    // It takes the connection and says nothing. The end waits for it, and not for ever: the
    // command's own limit of time would end this test.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    environment
        .run(&format!("plan --sandbox --otlp-endpoint http://{address}"))
        .expect(0);
}

#[test]
fn a_header_goes_to_no_other_machine_in_clear() {
    let mut environment = project();
    environment.set("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x");
    let run = environment
        .run("plan --sandbox --otlp-endpoint http://collector.invalid:4318")
        .expect(0);
    assert!(
        run.stderr.contains("only https is spoken"),
        "{}",
        run.stderr
    );
    let refused = environment
        .run("plan --sandbox --otlp-endpoint nonsense")
        .expect(1);
    assert!(
        refused.stderr.contains("--otlp-endpoint"),
        "{}",
        refused.stderr
    );
}
