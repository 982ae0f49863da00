//! For any failure of the server: one clear line, at most one hint, the API's own words, exit code 1.

use super::environment::{Environment, Run};
use super::far_end::{FarEnd, Received, response};
use super::fixture::DEFINITION;
use super::tenant::Tenant;

const TOKEN: &str = "eyJhbGciOiJub25lIn0.secret-access-token";

/// Fails as it should, in words and as a document. Gives the line, without the hint.
#[track_caller]
fn refused(environment: &Environment, args: &[&str], stdin: &str) -> String {
    refused_as_document(environment, args, stdin);
    refused_in_words(environment, args, stdin)
}

#[track_caller]
fn refused_in_words(environment: &Environment, args: &[&str], stdin: &str) -> String {
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
    first.trim_start_matches("Error: ").to_owned()
}

#[track_caller]
fn refused_as_document(environment: &Environment, args: &[&str], stdin: &str) {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    let document = environment.run_args(&args, stdin).expect(1);
    assert_eq!(document.json()["error"]["exitCode"], 1);
    assert_eq!(document.stderr, "", "the document says it all");
    clean(&document);
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
    let (environment, far_end) = answered(move |_| answer.clone());
    // Not retried, so that the test does not wait.
    let line = refused(&environment, &["import", "-"], DEFINITION);
    line.replace(&far_end.url, "URL")
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
    let payload = "{\"data\": {\"payload\": {\"object\": null, \"errors\": [{\"field\": \
                   \"definition\", \"messages\": [\"No.\", \"Never.\"]}]}}}";
    for (status, body, words) in [
        (
            "401 Unauthorized",
            errors("Signature has expired"),
            "Signature has expired",
        ),
        (
            "200 OK",
            errors("Signature has expired"),
            "Signature has expired",
        ),
        ("401 Unauthorized", quoted, "Not Authenticated: [secret]"),
        (
            "401 Unauthorized",
            "{\"detail\": \"Invalid token.\"}".to_owned(),
            "Invalid token.",
        ),
        (
            "403 Forbidden",
            errors("You do not have permission"),
            "You do not have permission",
        ),
        (
            "200 OK",
            null("Permission denied: x"),
            "Permission denied: x",
        ),
        ("200 OK", null("Record not found."), "Record not found."),
        (
            "400 Bad Request",
            errors("Syntax Error: one\\ntwo"),
            "Syntax Error: one two",
        ),
        ("200 OK", payload.to_owned(), "definition: No.; Never."),
        (
            "200 OK",
            "{\"data\": {\"payload\": null}}".to_owned(),
            "importIntegration: ",
        ),
        (
            "200 OK",
            "{\"data\": null}".to_owned(),
            "importIntegration: ",
        ),
    ] {
        let line = line(status, JSON, &body);
        assert!(line.contains(words), "{words}: {line}");
    }
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
    ].join("\n"), @r#"
    the tenant at URL did not answer as needed: importIntegration: an answer that cannot be read: a web page ("502 Bad Gateway") instead of a GraphQL answer
    the tenant at URL did not answer as needed: importIntegration: HTTP 502: a web page ("502 Bad Gateway")
    the tenant at URL did not answer as needed: importIntegration: HTTP 500: out of memory
    the tenant at URL did not answer as needed: importIntegration: HTTP 404: there is no API at this URL: a web page
    the tenant at URL did not answer as needed: importIntegration: an answer that cannot be read: it is empty
    the tenant at URL did not answer as needed: importIntegration: an answer that cannot be read: application/json instead of a GraphQL answer (cut short, 15 bytes)
    the tenant at URL did not answer as needed: importIntegration: an answer that cannot be read: text/plain instead of a GraphQL answer (no JSON), which begins: hello \u{1b}[2J
    the tenant at URL did not answer as needed: importIntegration: an answer that cannot be read: it has neither data nor errors
    the tenant at URL did not answer as needed: importIntegration: HTTP 302: a redirect, which is not followed: check the URL of the stack
    "#);
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
    let line = refused(&environment, &["import", "-"], DEFINITION);
    assert!(
        line.contains("the response is larger than 67108864 bytes"),
        "{line}"
    );
}

#[test]
fn a_null_in_place_of_a_record() {
    let (environment, _far_end) =
        answered(|_| response("200 OK", JSON, "{\"data\": {\"record\": null}}"));
    let line = refused(&environment, &["get", "execution", "ID"], "");
    assert!(line.contains("executionResult: not found: "), "{line}");
}

/// A server without TLS, for a client that begins with it.
fn plain() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let answer = response("400 Bad Request", HTML, "<html>speak TLS</html>");
            let _ = std::io::Write::write_all(&mut stream, &answer);
        }
    });
    url
}

/// An unreachable URL is reported soon, in one line that holds it.
#[test]
fn no_answer_at_all() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refusing = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    for (url, part) in [
        (refusing, "Connection refused"),
        // No resolver is asked for a name like this one, so that none has to be there.
        (format!("https://{}.invalid", "a".repeat(70)), "dns"),
        (plain(), "corrupt message"),
    ] {
        let mut environment = Environment::new();
        environment.set("PRISMATIC_URL", &url);
        environment.set("PRISM_ACCESS_TOKEN", TOKEN);
        let line = refused(&environment, &["whoami"], "");
        let begin = format!("the tenant at {url} did not answer as needed: ");
        assert!(line.starts_with(&begin), "{line}");
        assert!(line.contains("cannot connect: "), "{line}");
        assert!(line.contains(part), "{line}");
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
    for (args, words) in [
        (
            &["get", "instance", lost][..],
            "there is no instance \"LOST\": instance: ",
        ),
        (
            &["get", "instance", &customer],
            "there is no instance \"CUSTOMER\": instance: ",
        ),
        (
            &["get", "integration", &customer],
            "there is no integration \"CUSTOMER\"",
        ),
        (
            &["get", "customer", &integration],
            "there is no customer \"INTEGRATION\"",
        ),
        (&["get", "execution", "nonsense"], "executionResult: "),
        (
            &["deploy", &integration],
            "there is no instance \"INTEGRATION\"",
        ),
        (&["publish", version], "publishIntegration: "),
        (&["test", "flow", "nonsense"], "testIntegrationFlow: "),
        (
            &["get", "instances", "--customer", &integration],
            "there is no customer \"INTEGRATION\"",
        ),
        (
            &["get", "instances", "--after", "nonsense"],
            "after is not a cursor.",
        ),
    ] {
        let line = said(args);
        assert!(line.contains(words), "{words}: {line}");
    }
}

#[test]
fn a_token_that_was_revoked() {
    let (mut environment, _server) = super::streams::served("customers: []\n", None);
    environment.set("PRISM_REFRESH_TOKEN", "revoked-refresh-token");
    let run = environment.run("get customers").expect(1);
    let url = environment.variable("PRISMATIC_URL").unwrap();
    insta::assert_snapshot!(run.stderr.replace(&url, "URL"), @"
    Error: the tenant at URL did not answer as needed: auth/refresh: not authenticated: the refresh token was not accepted: invalid_grant: Unknown or invalid refresh token.
    Hint: is it a token of this stack and tenant (--url, --tenant-id)? Otherwise set PRISM_REFRESH_TOKEN to the output of `prism me:token --type refresh`, or log in with `prism login`; to try things without an account, add --sandbox
    ");
    assert!(
        !run.stderr.contains("revoked-refresh-token"),
        "{}",
        run.stderr
    );
}
