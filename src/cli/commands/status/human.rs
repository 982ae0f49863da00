//! The status of an environment as people read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::cli::show::moment;
use crate::harmless::owned as harmless;
use crate::model::{agreeing, counted};

/// So many findings about the files are told.
const FINDINGS: usize = 10;

fn word(value: &Value) -> Option<String> {
    value.as_str().map(harmless)
}

fn time(value: &Value) -> Option<String> {
    value.as_str().map(|text| harmless(&moment::shown(text)))
}

/// One environment.
pub(super) fn text(status: &Value) -> String {
    let mut out = String::new();
    let phase = match status["draining"] == true {
        true => "shutting down".to_owned(),
        false => word(&status["phase"]).unwrap_or_default(),
    };
    let environment = word(&status["environment"]).unwrap_or_default();
    let passes = counted(status["generation"].as_u64().unwrap_or_default(), "pass");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{environment}: {phase}, {passes}");
    let mut row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name:<11} {value}");
        }
    };
    row("Tenant", tenant(&status["tenant"]));
    row("Paused", paused(&status["paused"]));
    row("Last pass", last_pass(&status["lastPass"]));
    row("Error", word(&status["error"]["message"]));
    for finding in findings(&status["error"]["diagnostics"]) {
        row("", Some(finding));
    }
    row("Hint", word(&status["error"]["hint"]));
    row("Files", revision(&status["revision"]));
    row("Refused", revision(&status["refusedRevision"]));
    row("Source", word(&status["source"]["message"]));
    row("Hint", word(&status["source"]["hint"]));
    row("History", word(&status["history"]["problem"]));
    row("Next pass", time(&status["nextPassAt"]));
    let age = status["observationAgeSeconds"].as_u64();
    row("Tenant read", age.map(|age| format!("{age} s ago")));
    row("Resources", counts(&status["resources"]));
    for resource in status["resources"].as_array().into_iter().flatten() {
        if is_news(resource) {
            out.push_str(&line(resource));
        }
    }
    out
}

/// What is as it is meant to be is none: that includes what is meant to be switched off, and what
/// was written just now.
fn is_news(resource: &Value) -> bool {
    let health = resource["health"].as_str();
    let is_well = matches!(health, Some("Healthy" | "Suspended" | "Progressing"));
    resource["sync"] != "Synced" || !is_well
}

/// `https://app.prismatic.io, Acme (org-1), as ci@acme.example`.
fn tenant(tenant: &Value) -> Option<String> {
    let mut told = word(&tenant["url"])?;
    let id = word(&tenant["tenantId"]).or_else(|| word(&tenant["organizationId"]));
    let name = word(&tenant["organization"]).filter(|name| !name.is_empty());
    match (name, id.filter(|id| !id.is_empty())) {
        (Some(name), Some(id)) => told.push_str(&format!(", {name} ({id})")),
        (Some(one), None) | (None, Some(one)) => told.push_str(&format!(", {one}")),
        (None, None) => {}
    }
    if let Some(user) = word(&tenant["user"]).filter(|user| !user.is_empty()) {
        told.push_str(&format!(", as {user}"));
    }
    Some(told)
}

fn paused(pause: &Value) -> Option<String> {
    let reason = word(&pause["reason"])?;
    let since = time(&pause["since"]).unwrap_or_default();
    let until = time(&pause["until"]).unwrap_or_else(|| "`resume`".to_owned());
    Some(format!("since {since} until {until}: {reason}"))
}

fn last_pass(pass: &Value) -> Option<String> {
    let result = word(&pass["result"])?;
    let at = time(&pass["finishedAt"]).unwrap_or_default();
    let mut told = format!("{result} at {at}");
    let count = |name: &str| pass[name].as_u64().filter(|count| *count > 0);
    if let Some(changes) = count("changes") {
        told.push_str(&format!(", {}", counted(changes, "change")));
    }
    for name in ["applied", "failed", "held", "blocked", "pending"] {
        if let Some(count) = count(name) {
            told.push_str(&format!(", {count} {name}"));
        }
    }
    Some(told)
}

/// What is wrong with the files, as far as it is told here.
fn findings(all: &Value) -> Vec<String> {
    let all = all.as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |finding: &Value| {
        let location = &finding["location"];
        let part = |name: &str| {
            word(&location[name]).or_else(|| {
                let number = location[name].as_u64().filter(|number| *number > 0);
                number.map(|number| number.to_string())
            })
        };
        let place = ["file", "line", "column"]
            .iter()
            .filter_map(|name| part(name));
        let place = place.collect::<Vec<_>>().join(":");
        let message = word(&finding["message"]).unwrap_or_default();
        let hint = word(&finding["hint"]).map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{place}: {message}{hint}")
    };
    let mut told: Vec<String> = all.iter().take(FINDINGS).map(one).collect();
    let more = all.len().saturating_sub(FINDINGS);
    if more > 0 {
        told.push(format!("… and {more} more"));
    }
    told
}

fn revision(revision: &Value) -> Option<String> {
    word(&revision["commit"]).or_else(|| word(&revision["id"]))
}

fn counts(resources: &Value) -> Option<String> {
    let resources = resources.as_array()?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in resources {
        let word = |name: &str| word(&resource[name]).unwrap_or_default();
        *counts
            .entry(format!("{} {}", word("sync"), word("health")))
            .or_default() += 1;
    }
    let each: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let news = resources
        .iter()
        .filter(|resource| is_news(resource))
        .count();
    Some(match (each.is_empty(), news) {
        (true, _) => "none".to_owned(),
        (false, 0) => each.join(", "),
        (false, news) => format!(
            "{}; {news} {} attention",
            each.join(", "),
            agreeing(news, "need")
        ),
    })
}

fn line(resource: &Value) -> String {
    let part = |name: &str| word(&resource[name]).unwrap_or_default();
    let customer = word(&resource["customer"]);
    let customer = customer.map_or(String::new(), |customer| format!(" for {customer}"));
    let mut line = format!(
        "  {}{customer} {} {}: {}\n",
        part("address"),
        part("sync"),
        part("health"),
        part("reason")
    );
    if let Some(retry) = time(&resource["retryAt"]) {
        let _ = writeln!(line, "    tried again at {retry}");
    }
    if let Some(hint) = word(&resource["hint"]) {
        let _ = writeln!(line, "    {hint}");
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_tells_what_is_wrong_and_counts_the_rest() {
        let status = json!({
            "environment": "prod-us", "phase": "idle", "draining": false, "generation": 1,
            "tenant": {"url": "https://app.prismatic.io", "organization": "Acme", "organizationId": "o1", "tenantId": null, "user": "ci@acme.example"},
            "paused": {"reason": "release", "since": "2026-11-20T12:00:00Z", "until": null},
            "revision": {"id": "sha256:1", "commit": "1a2b3c4"}, "refusedRevision": null,
            "lastPass": {"finishedAt": "2026-11-20T12:00:01.123456789Z", "result": "held", "changes": 1, "held": 1, "failed": 0},
            "error": null, "source": null, "nextPassAt": "2026-11-20T12:01:00.5Z", "observationAgeSeconds": 7,
            "resources": [
                {"address": "Instance/a", "sync": "Synced", "health": "Healthy", "reason": "matches", "hint": null},
                {"address": "Instance/b", "customer": "Smith", "sync": "OutOfSync", "health": "Healthy", "reason": "paused (release): needs a deploy", "hint": null, "retryAt": "2026-11-20T12:01:00.25Z"},
                {"address": "Instance/c", "sync": "Synced", "health": "Suspended", "reason": "matches", "hint": null},
            ],
        });
        insta::assert_snapshot!(text(&status), @r"
        prod-us: idle, 1 pass
          Tenant      https://app.prismatic.io, Acme (o1), as ci@acme.example
          Paused      since 2026-11-20T12:00:00Z until `resume`: release
          Last pass   held at 2026-11-20T12:00:01Z, 1 change, 1 held
          Files       1a2b3c4
          Next pass   2026-11-20T12:01:00Z
          Tenant read 7 s ago
          Resources   1 OutOfSync Healthy, 1 Synced Healthy, 1 Synced Suspended; 1 needs attention
          Instance/b for Smith OutOfSync Healthy: paused (release): needs a deploy
            tried again at 2026-11-20T12:01:00Z
        ");
    }

    #[test]
    fn a_pass_that_came_to_nothing_says_why() {
        let finding = json!({"location": {"file": "a.yaml", "line": 3, "column": 0}, "message": "unknown key \"x\"", "hint": "it may have: y"});
        let status = json!({
            "environment": "default", "phase": "idle", "draining": false, "generation": 2,
            "lastPass": {"finishedAt": "2026-11-20T12:00:01Z", "result": "invalid"},
            "error": {"class": "user", "message": "the files have 12 errors", "hint": null, "diagnostics": vec![finding; 12]},
            "source": {"message": "the remote does not answer", "hint": "check the URL"},
            "history": {"enabled": true, "lost": 3, "problem": "the disk is full"},
            "resources": [],
        });
        let told = text(&status);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[2], "  Error       the files have 12 errors");
        assert_eq!(
            lines[3],
            "              a.yaml:3: unknown key \"x\" (it may have: y)"
        );
        assert_eq!(lines[13], "              … and 2 more");
        assert_eq!(
            lines[14..],
            [
                "  Source      the remote does not answer",
                "  Hint        check the URL",
                "  History     the disk is full",
                "  Resources   none",
            ]
        );
    }
}
