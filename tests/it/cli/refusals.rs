//! Whatever the far end does: one clear line, a hint at most, the API's own words, exit code 1.

use super::environment::{Environment, Run};
use super::far_end::{FarEnd, Received, response};
use super::fixture::DEFINITION;
use super::tenant::Tenant;

const TOKEN: &str = "eyJhbGciOiJub25lIn0.secret-access-token";

/// Fails as it should, in words and as a document. Gives the line, without the hint.
#[track_caller]
fn refused(environment: &Environment, args: &[&str], stdin: &str) -> String {
    let run = environment.run_args(args, stdin).expect(1);
    let lines: Vec<&str> = run.stderr.lines().collect();
    let (first, rest) = lines.split_first().unwrap();
    assert!(first.starts_with("Error: "), "{}", run.shown());
    assert!(
        rest.len() <= 1 && rest.iter().all(|it| it.starts_with("Hint: ")),
        "{}",
        run.shown()
    );
    clean(&run);
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    let document = environment.run_args(&args, stdin).expect(1);
    assert_eq!(document.json()["error"]["exitCode"], 1);
    assert_eq!(document.stderr, "", "the document says it all");
    clean(&document);
    first.trim_start_matches("Error: ").to_owned()
}

#[track_caller]
fn clean(run: &Run) {
    let all = format!("{}{}", run.stdout, run.stderr);
    for never in ["secret-access-token", "<html", "<body", "<title", "\u{1b}"] {
        assert!(!all.contains(never), "{never} in {}", run.shown());
    }
}

/// An environment whose tenant answers so.
fn answered(answer: impl Fn(&Received) -> Vec<u8> + Send + 'static) -> (Environment, FarEnd) {
    let mut environment = Environment::new();
    let far_end = FarEnd::answering(answer);
    environment.set("PRISMATIC_URL", &far_end.url);
    environment.set("PRISM_ACCESS_TOKEN", TOKEN);
    (environment, far_end)
}

/// The line where every request is answered with this.
#[track_caller]
fn line(status: &str, kind: &str, body: &str) -> String {
    let answer = response(status, kind, body);
    let (environment, _far_end) = answered(move |_| answer.clone());
    // Not repeated, so that nobody waits.
    refused(&environment, &["import", "-"], DEFINITION)
}

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

#[test]
fn answers_of_the_api() {
    let errors = |message: &str| format!("{{\"errors\": [{{\"message\": \"{message}\"}}]}}");
    let null = |message: &str| {
        format!(
            "{{\"data\": {{\"payload\": null}}, \"errors\": [{{\"message\": \"{message}\", \"path\": [\"payload\"]}}]}}"
        )
    };
    let quoted = errors(&format!("Not Authenticated: {TOKEN}"));
    insta::assert_snapshot!([
        line("401 Unauthorized", JSON, &errors("Signature has expired")),
        line("200 OK", JSON, &errors("Signature has expired")),
        line("401 Unauthorized", JSON, &quoted),
        line("401 Unauthorized", JSON, "{\"detail\": \"Invalid token.\"}"),
        line("403 Forbidden", JSON, &errors("You do not have permission to do this")),
        line("200 OK", JSON, &null("Permission denied: org_manage_integrations")),
        line("200 OK", JSON, &null("Record not found.")),
        line("200 OK", JSON, "{\"data\": {\"payload\": null}}"),
        line("200 OK", JSON, "{\"data\": null}"),
        line("400 Bad Request", JSON, &errors("Syntax Error: line one\\nline two")),
        line("200 OK", JSON, "{\"data\": {\"payload\": {\"object\": null, \"errors\": [{\"field\": \"definition\", \"messages\": [\"No.\", \"Never.\"]}]}}}"),
    ].join("\n"), @"");
}

#[test]
fn answers_of_something_else() {
    let page =
        "<!DOCTYPE html>\n<html><head><title>502\n Bad Gateway</title></head><body>x</body></html>";
    insta::assert_snapshot!([
        line("200 OK", HTML, page),
        line("502 Bad Gateway", HTML, page),
        line("500 Oops", "text/plain", "out of\nmemory"),
        line("404 Not Found", HTML, "<html><body>nothing</body></html>"),
        line("200 OK", JSON, ""),
        line("200 OK", JSON, "{\"data\": {\"payl"),
        line("200 OK", "text/plain", "hello \u{1b}[2J"),
        line("200 OK", JSON, "[]"),
        line("302 Found", HTML, "<html>moved</html>"),
        line("429 Slow Down", JSON, "{\"detail\": \"Request was throttled.\"}"),
    ].join("\n"), @"");
}

#[test]
fn an_answer_without_an_end() {
    // One part, over and over, until the client has had enough.
    let (environment, _far_end) = answered(|_| {
        let mut answer = response("200 OK", JSON, "");
        answer.truncate(0);
        answer.extend_from_slice(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        answer.resize(65 * 1024 * 1024, b' ');
        answer
    });
    insta::assert_snapshot!(refused(&environment, &["import", "-"], DEFINITION), @"");
}

#[test]
fn a_null_in_place_of_a_record() {
    let (environment, _far_end) =
        answered(|_| response("200 OK", JSON, "{\"data\": {\"record\": null}}"));
    insta::assert_snapshot!(refused(&environment, &["get", "execution", "ID"], ""), @"");
}

/// Nothing was sent, so it is tried again; the cases wait together.
#[test]
fn no_answer_at_all() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refusing = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let plain = FarEnd::answering(|_| response("200 OK", JSON, "{}"));
    let cases = [
        (refusing, "Connection refused"),
        ("https://prismatic.invalid".to_owned(), "dns error"),
        (plain.url.replace("http://", "https://"), ""),
    ];
    let runs = cases.map(|(url, part)| {
        std::thread::spawn(move || {
            let mut environment = Environment::new();
            environment.set("PRISMATIC_URL", &url);
            environment.set("PRISM_ACCESS_TOKEN", TOKEN);
            let line = refused(&environment, &["whoami"], "");
            assert!(line.contains("cannot connect: "), "{line}");
            assert!(line.contains(part), "{line}");
        })
    });
    for run in runs {
        run.join().unwrap();
    }
}

#[test]
fn ids_that_mean_nothing() {
    let tenant = Tenant::full();
    let customer = tenant.id("customer", "cust-0001");
    let integration = tenant.id("integration", "Acme ERP");
    let lost = "SW5zdGFuY2U6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw";
    let version = tenant.json(&["get", "versions", "Acme ERP"])["nodes"][0]["id"].clone();
    let version = version.as_str().unwrap();
    let said = |args: &[&str]| {
        let line = refused(&tenant.environment, args, "");
        let line = line
            .replace(&customer, "CUSTOMER")
            .replace(&integration, "INTEGRATION");
        format!(
            "{}: {}",
            args[..2].join(" "),
            line.replace(lost, "LOST").replace(version, "VERSION")
        )
    };
    insta::assert_snapshot!([
        said(&["get", "instance", lost]),
        said(&["get", "instance", &customer]),
        said(&["get", "integration", &customer]),
        said(&["get", "customer", &integration]),
        said(&["get", "execution", "nonsense"]),
        said(&["deploy", &integration]),
        said(&["publish", version]),
        said(&["test", "flow", "nonsense"]),
        said(&["get", "instances", "--customer", &integration]),
        said(&["get", "instances", "--version-sequence-id", "nonsense"]),
        said(&["get", "instances", "--after", "nonsense"]),
    ].join("\n"), @"");
}

#[test]
fn a_token_that_was_revoked() {
    let (mut environment, _server) = super::streams::served("customers: []\n", None);
    environment.set("PRISM_REFRESH_TOKEN", "revoked-refresh-token");
    let run = environment.run("get customers").expect(1);
    insta::assert_snapshot!(run.stderr, @"");
    assert!(
        !run.stderr.contains("revoked-refresh-token"),
        "{}",
        run.stderr
    );
}
