//! The status of an environment as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api::resource::ResourceStatus;
use crate::api::status::{PassStatus, RevisionStatus, Status, TenantStatus};
use crate::api::{Diagnostic, Health, Pause, SyncStatus};
use crate::cli::commands::control::counts as counts_of;
use crate::cli::show::moment::moment;
use crate::harmless::owned as harmless;
use crate::model::{agreeing, counted};

/// At most this many findings about the files are shown.
const FINDINGS: usize = 10;

/// At most this many members of a fleet that are in the same state are listed one by one.
const FEW: usize = 3;

/// About this many lines are about members of fleets.
const LINES: usize = 60;

fn word(text: Option<&String>) -> Option<String> {
    text.map(|text| harmless(text))
}

/// One environment.
pub(super) fn text(status: &Status) -> String {
    let mut out = String::new();
    let phase = match status.draining {
        true => "shutting down".to_owned(),
        false => harmless(status.phase.as_str()),
    };
    let environment = harmless(&status.environment);
    let passes = counted(status.generation, "pass");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{environment}: {phase}, {passes}");
    for (name, value) in rows(status) {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name:<11} {value}");
        }
    }
    let (members, others): (Vec<_>, Vec<_>) = (status.resources.iter())
        .filter(|one| is_news(one))
        .partition(|one| fleet(one).is_some());
    for resource in others {
        out.push_str(&line(resource));
    }
    out.push_str(&group_members(&members));
    out
}

/// The fleet of a member.
fn fleet(resource: &ResourceStatus) -> Option<&str> {
    let name = resource.address.0.strip_prefix("Instance/")?;
    Some(name.split_once('/')?.0)
}

/// Members of fleets, of which there may be thousands: those that are in the same state for the same reason together.
fn group_members(members: &[&ResourceStatus]) -> String {
    let mut groups: BTreeMap<(&str, &str, &str, &str), Vec<&ResourceStatus>> = BTreeMap::new();
    for one in members {
        let fleet = fleet(one).unwrap_or_default();
        let state = (one.sync.as_str(), one.health.as_str());
        let key = (fleet, state.0, state.1, one.reason.as_str());
        groups.entry(key).or_default().push(one);
    }
    let mut out = String::new();
    let (mut listed, mut left) = (0, 0);
    for ((fleet, sync, health, reason), members) in groups {
        if listed >= LINES {
            left += members.len();
        } else if members.len() <= FEW {
            listed += members.len();
            members.iter().for_each(|one| out.push_str(&line(one)));
        } else {
            listed += 1;
            let words = [fleet, sync, health, reason].map(harmless);
            let [fleet, sync, health, reason] = words;
            let count = counted(members.len(), "member");
            let _ = writeln!(out, "  {count} of Fleet/{fleet} {sync} {health}: {reason}");
        }
    }
    if left > 0 {
        let more = counted(left, "more member");
        let _ = writeln!(out, "  and {more} (-o json lists them)");
    }
    out
}

fn rows(status: &Status) -> Vec<(&'static str, Option<String>)> {
    let error = status.error.as_ref();
    let source = status.source.as_ref().map(|source| &source.about);
    let mut rows = vec![
        ("Tenant", status.tenant.as_ref().map(tenant)),
        ("Paused", status.paused.as_ref().map(paused)),
        ("Last pass", status.last_pass.as_ref().map(last_pass)),
        ("Error", error.map(|error| harmless(&error.message))),
    ];
    let found = error.map(|error| findings(&error.diagnostics));
    rows.extend(
        found
            .into_iter()
            .flatten()
            .map(|finding| ("", Some(finding))),
    );
    let age = status.observation_age_seconds;
    rows.extend([
        ("Hint", error.and_then(|error| word(error.hint.as_ref()))),
        ("Files", status.revision.as_ref().map(revision)),
        ("Refused", status.refused_revision.as_ref().map(revision)),
        ("Source", source.map(|source| harmless(&source.message))),
        ("Hint", source.and_then(|source| word(source.hint.as_ref()))),
        ("History", word(status.history.problem.as_ref())),
        ("Next pass", status.next_pass_at.map(moment)),
        ("Tenant read", age.map(|age| format!("{age} s ago"))),
        ("Resources", Some(counts(&status.resources))),
    ]);
    rows
}

/// A resource in the expected state is not news: that includes one that is switched off as declared, and one
/// that was written just now.
fn is_news(resource: &ResourceStatus) -> bool {
    let well = [Health::Healthy, Health::Suspended, Health::Progressing];
    let is_well = resource
        .health
        .known()
        .is_some_and(|health| well.contains(&health));
    resource.sync != SyncStatus::Synced || !is_well
}

/// `https://app.prismatic.io, Acme (org-1), as ci@acme.example`.
fn tenant(tenant: &TenantStatus) -> String {
    let some = |text: &str| Some(harmless(text)).filter(|text| !text.is_empty());
    let mut told = harmless(&tenant.url);
    let id = tenant
        .tenant_id
        .as_deref()
        .unwrap_or(&tenant.organization_id);
    match (some(&tenant.organization), some(id)) {
        (Some(name), Some(id)) => told.push_str(&format!(", {name} ({id})")),
        (Some(one), None) | (None, Some(one)) => told.push_str(&format!(", {one}")),
        (None, None) => {}
    }
    if let Some(user) = some(&tenant.user) {
        told.push_str(&format!(", as {user}"));
    }
    told
}

fn paused(pause: &Pause) -> String {
    let until = pause.until.map_or_else(|| "`resume`".to_owned(), moment);
    let (since, reason) = (moment(pause.since), harmless(&pause.reason));
    format!("since {since} until {until}: {reason}")
}

fn last_pass(pass: &PassStatus) -> String {
    let result = harmless(pass.result.as_str());
    let mut told = format!("{result} at {}", moment(pass.finished_at));
    if pass.counts.changes > 0 {
        told.push_str(&format!(", {}", counted(pass.counts.changes, "change")));
    }
    for (count, name) in counts_of(pass) {
        told.push_str(&format!(", {count} {name}"));
    }
    told
}

/// The findings of the files, as far as they are shown here.
fn findings(all: &[Diagnostic]) -> Vec<String> {
    let one = |finding: &Diagnostic| {
        let number = |number: Option<u32>| Some(number?.to_string()).filter(|text| text != "0");
        let place = [
            word(finding.file.as_ref()),
            number(finding.line),
            number(finding.column),
        ];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(":");
        let place = match place.is_empty() {
            true => place,
            false => format!("{place}: "),
        };
        let hint = word(finding.hint.as_ref());
        let hint = hint.map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{place}{}{hint}", harmless(&finding.message))
    };
    let mut told: Vec<String> = all.iter().take(FINDINGS).map(one).collect();
    let more = all.len().saturating_sub(FINDINGS);
    if more > 0 {
        told.push(format!("… and {more} more"));
    }
    told
}

fn revision(revision: &RevisionStatus) -> String {
    harmless(revision.commit.as_ref().unwrap_or(&revision.id))
}

fn counts(resources: &[ResourceStatus]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in resources {
        let (sync, health) = (resource.sync.as_str(), resource.health.as_str());
        let word = format!("{} {}", harmless(sync), harmless(health));
        *counts.entry(word).or_default() += 1;
    }
    let each: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let news = resources.iter().filter(|one| is_news(one)).count();
    match (each.is_empty(), news) {
        (true, _) => "none".to_owned(),
        (false, 0) => each.join(", "),
        (false, news) => format!(
            "{}; {news} {} attention",
            each.join(", "),
            agreeing(news, "need")
        ),
    }
}

fn line(resource: &ResourceStatus) -> String {
    let customer = word(resource.customer.as_ref());
    let customer = customer.map_or(String::new(), |customer| format!(" for {customer}"));
    let mut line = format!(
        "  {}{customer} {} {}: {}\n",
        harmless(&resource.address.0),
        harmless(resource.sync.as_str()),
        harmless(resource.health.as_str()),
        harmless(&resource.reason)
    );
    if let Some(retry) = resource.retry_at {
        let _ = writeln!(line, "    tried again at {}", moment(retry));
    }
    if let Some(hint) = word(resource.hint.as_ref()) {
        let _ = writeln!(line, "    {hint}");
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A status of which only this is worth showing.
    fn status(about: &Value) -> Status {
        let mut whole = json!({
            "environment": "default", "tenant": null, "phase": "idle", "draining": false, "paused": null, "generation": 1,
            "revision": null, "refusedRevision": null, "appliedRevision": null, "lastPass": null, "lastSuccessAt": null,
            "nextPassAt": null, "observedAt": null, "sweptAt": null, "error": null, "source": null, "resources": [],
            "history": {"enabled": true, "lost": 0, "problem": null}, "observationAgeSeconds": null,
        });
        let about = about.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(about);
        serde_json::from_value(whole).unwrap()
    }

    fn pass(result: &str, at: &str) -> Value {
        json!({"startedAt": at, "finishedAt": at, "durationMs": 1, "result": result,
            "changes": 0, "applied": 0, "failed": 0, "held": 0, "blocked": 0, "pending": 0})
    }

    fn resource(address: &str, sync: &str, health: &str, reason: &str) -> Value {
        json!({"address": address, "displayName": address, "customer": null, "sync": sync, "health": health,
            "reason": reason, "hint": null, "actions": [], "retryAt": null})
    }

    #[test]
    fn it_tells_what_is_wrong_and_counts_the_rest() {
        let mut last = pass("held", "2026-11-20T12:00:01.123456789Z");
        last["changes"] = 1.into();
        last["held"] = 1.into();
        let mut waits = resource(
            "Instance/b",
            "OutOfSync",
            "Healthy",
            "paused (release): needs a deploy",
        );
        waits["customer"] = "Smith".into();
        waits["retryAt"] = "2026-11-20T12:01:00.25Z".into();
        let status = status(&json!({
            "environment": "prod-us",
            "tenant": {"url": "https://app.prismatic.io", "organization": "Acme", "organizationId": "o1", "tenantId": null, "user": "ci@acme.example"},
            "paused": {"reason": "release", "since": "2026-11-20T12:00:00Z", "until": null},
            "revision": {"id": "sha256:1", "commit": "1a2b3c4"},
            "lastPass": last,
            "nextPassAt": "2026-11-20T12:01:00.5Z", "observationAgeSeconds": 7,
            "resources": [
                resource("Instance/a", "Synced", "Healthy", "matches"),
                waits,
                resource("Instance/c", "Synced", "Suspended", "matches"),
            ],
        }));
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
    fn thousands_of_members_are_a_few_lines() {
        let member = |number: usize| {
            let reason = match number {
                0..100 => format!("no value for {number}"),
                _ => "waits for wave rest, which comes after canary".to_owned(),
            };
            let address = format!("Instance/all/c{number:04}");
            resource(&address, "OutOfSync", "Healthy", &reason)
        };
        let members: Vec<Value> = (0..5000).map(member).collect();
        let told = text(&status(&json!({ "resources": members })));
        assert!(told.lines().count() < 80, "{told}");
        let own = "  and 4940 more members (-o json lists them)";
        assert!(told.contains(own), "{told}");
        let told = text(&status(&json!({ "resources": members[100..] })));
        let own = "  4900 members of Fleet/all OutOfSync Healthy: waits for wave rest";
        assert!(told.contains(own), "{told}");
    }

    #[test]
    fn a_pass_that_came_to_nothing_says_why() {
        let finding = json!({"severity": "error", "code": "unknown-key", "file": "a.yaml", "line": 3, "column": 0, "message": "unknown key \"x\"", "hint": "it may have: y"});
        let status = status(&json!({
            "lastPass": pass("invalid", "2026-11-20T12:00:01Z"),
            "error": {"class": "user", "message": "the files have 12 errors", "hint": null, "diagnostics": vec![finding; 12]},
            "source": {"remote": "r", "reference": "main", "subPath": "", "state": "stale", "message": "the remote does not answer", "branch": null,
                "commit": null, "head": null, "hint": "check the URL", "warnings": [], "lastSuccessAt": null, "failingSince": null},
            "history": {"enabled": true, "lost": 3, "problem": "the disk is full"},
        }));
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

    #[test]
    fn the_words_of_a_newer_daemon_are_told_as_they_are() {
        let mut last = pass("postponed", "2026-11-20T12:00:01Z");
        last["surprise"] = 1.into();
        let odd = resource("Fleet/a", "Drifting", "Radiant", "who knows");
        let told = text(&status(
            &json!({"phase": "dreaming", "lastPass": last, "resources": [odd]}),
        ));
        insta::assert_snapshot!(told, @r"
        default: dreaming, 1 pass
          Last pass   postponed at 2026-11-20T12:00:01Z
          Resources   1 Drifting Radiant; 1 needs attention
          Fleet/a Drifting Radiant: who knows
        ");
    }
}
