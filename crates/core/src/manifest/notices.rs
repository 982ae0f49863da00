//! `notify:` of a Project: who is notified of which events.

use std::collections::BTreeSet;

use super::fields::{Fields, list};
use super::findings::{Problem, Report};
use super::{keys, secret};
use crate::model::{NoticeKind, NotifyTarget, NotifyVia, SecretRef};
use crate::yaml::Node;

/// The channels, of which a notification has exactly one.
const WAYS: [&str; 5] = ["slack", "teams", "webhook", "github", "gitlab"];

/// Reads the list.
pub(super) fn read(report: &Report, node: &Node) -> Vec<NotifyTarget> {
    let items = list(report, node, "\"notify\"").unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for item in items {
        let Some(target) = target(report, item) else {
            continue;
        };
        if !names.insert(target.name.clone()) {
            let what = format!("there are two notifications called {:?}", target.name);
            report.add(
                item.span,
                Problem::new("duplicate-name", what).hint("give one another name"),
            );
        }
        found.push(target);
    }
    found
}

fn target(report: &Report, node: &Node) -> Option<NotifyTarget> {
    let fields = Fields::open(report, node, &keys::NOTIFY)?;
    let name = fields.filled("name");
    let title = fields.filled("title");
    let body = fields.filled("body");
    let mut ways = WAYS.iter().filter(|way| fields.get(way).is_some());
    let (Some(way), None) = (ways.next(), ways.next()) else {
        let problem = Problem::new("invalid-value", "a notification goes to exactly one place");
        report.add(
            node.span,
            problem.hint(format!("give it one of {}", WAYS.join(", "))),
        );
        return None;
    };
    let via = via(report, &fields, way);
    let on = on(report, &fields);
    let via = via?;
    Some(NotifyTarget {
        name: name?,
        on: on.unwrap_or_else(|| told_by_default(&via)),
        title,
        body,
        via,
    })
}

/// A channel is for what is out of the ordinary; a commit wants to know how it went.
fn told_by_default(via: &NotifyVia) -> BTreeSet<NoticeKind> {
    let all = NoticeKind::ALL.into_iter();
    let commit = via.is_commit_status();
    all.filter(|kind| match kind {
        NoticeKind::Synced => commit,
        // It is about a version, which no single commit identifies.
        NoticeKind::Rollout => !commit,
        // That a person's change was undone says nothing of a commit, and happens often where people work.
        NoticeKind::Healed => false,
        NoticeKind::Failed | NoticeKind::Drifted | NoticeKind::Blocked | NoticeKind::Recovered => {
            true
        }
    })
    .collect()
}

fn on(report: &Report, fields: &Fields<'_>) -> Option<BTreeSet<NoticeKind>> {
    let words = NoticeKind::ALL.map(|kind| (kind.as_str(), kind));
    let node = fields.get("on")?;
    let items = list(report, node, "\"on\"")?;
    if items.is_empty() {
        let problem = Problem::new("invalid-value", "\"on\" must not be empty");
        let hint = "name what is reported to it, or leave the whole notification out";
        report.add(node.span, problem.hint(hint));
    }
    let read = |item| super::fields::choice(report, item, "an entry of \"on\"", &words);
    Some(items.iter().filter_map(read).collect())
}

fn via(report: &Report, fields: &Fields<'_>, way: &str) -> Option<NotifyVia> {
    let secret = |fields: &Fields<'_>, name: &str| -> Option<SecretRef> {
        secret::read(report, fields.get(name)?)
    };
    match way {
        "slack" | "teams" => {
            let url = secret(&fields.object(way, &keys::NOTIFY_URL)?, "url")?;
            Some(match way {
                "slack" => NotifyVia::Slack { url },
                _ => NotifyVia::Teams { url },
            })
        }
        "webhook" => {
            let fields = fields.object(way, &keys::NOTIFY_WEBHOOK)?;
            let key = secret(&fields, "key");
            Some(NotifyVia::Webhook {
                url: secret(&fields, "url")?,
                key,
            })
        }
        _ => {
            let fields = fields.object(way, &keys::NOTIFY_COMMIT)?;
            let (repository, api) = (repository(report, &fields), api(report, &fields));
            let token = secret(&fields, "token");
            let (token, repository, api) = (token?, repository?, api?);
            Some(match way {
                "github" => NotifyVia::GitHub {
                    repository,
                    token,
                    api,
                },
                _ => NotifyVia::GitLab {
                    repository,
                    token,
                    api,
                },
            })
        }
    }
}

/// `owner/name`, with as many groups before as GitLab has.
fn repository(report: &Report, fields: &Fields<'_>) -> Option<String> {
    let text = fields.filled("repository")?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if text
        .split('/')
        .all(|part| !part.is_empty() && part.chars().all(allowed))
    {
        return Some(text);
    }
    let what = format!("\"repository\" must be as in owner/name, not {text:?}");
    let node = fields.get("repository")?;
    report.add(node.span, Problem::new("invalid-value", what));
    None
}

/// The URL of an API, if one is given; `None` if a token must not be sent to it. It is
/// not repeated: it may hold a password.
fn api(report: &Report, fields: &Fields<'_>) -> Option<Option<String>> {
    let Some(node) = fields.get("api") else {
        return Some(None);
    };
    let text = fields.filled("api")?;
    if is_safe(&text) {
        return Some(Some(text));
    }
    let problem = Problem::new("invalid-value", "\"api\" must be an https URL");
    let hint =
        "such as https://git.example/api/v4; http only on this machine, as the token goes with it";
    report.add(node.span, problem.hint(hint).private(true));
    None
}

fn is_safe(url: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "?#@\\".contains(c);
    let host = |rest: &str| rest.split(['/', ':']).next().unwrap_or_default().to_owned();
    let right = match url.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty(),
        Some(("http", rest)) => {
            matches!(host(rest).as_str(), "localhost" | "127.0.0.1") || rest.starts_with("[::1]")
        }
        _ => false,
    };
    right && !url.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;
    use crate::model::SourceFile;

    fn read(lines: &str) -> Vec<NotifyTarget> {
        let text = format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  notify:\n{lines}"
        );
        let loaded = manifest::load(&[SourceFile::new("a.yaml", text.as_bytes())]);
        let findings = loaded.diagnostics.iter();
        let errors: Vec<_> = findings
            .filter(|it| it.code != "nothing-declared")
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        loaded.desired.project.notify
    }

    #[test]
    fn every_way_is_read_with_what_it_is_told_of() {
        let found = read(
            "    - {name: a, slack: {url: {env: A}}}\n    \
             - {name: b, teams: {url: {file: /b}}, on: [failed], title: T, body: B}\n    \
             - {name: c, webhook: {url: {env: C}, key: {env: K}}}\n    \
             - {name: d, github: {repository: acme/flows, token: {env: D}}}\n    \
             - {name: e, gitlab: {repository: acme/team/flows, token: {env: E}, api: 'http://localhost:1/api/v4'}}\n",
        );
        let env = |name: &str| SecretRef::Env(name.to_owned());
        assert_eq!(found.len(), 5);
        assert_eq!(found[0].via, NotifyVia::Slack { url: env("A") });
        let [_, .., commits, _] = found.as_slice() else {
            unreachable!("there are five");
        };
        let mut all = BTreeSet::from(NoticeKind::ALL);
        all.remove(&NoticeKind::Rollout);
        all.remove(&NoticeKind::Healed);
        assert_eq!(commits.on, all);
        assert!(!found[0].on.contains(&NoticeKind::Synced));
        assert!(found[0].on.contains(&NoticeKind::Rollout));
        assert_eq!(found[1].on, BTreeSet::from([NoticeKind::Failed]));
        assert_eq!(found[1].title.as_deref(), Some("T"));
        let key = Some(env("K"));
        assert_eq!(found[2].via, NotifyVia::Webhook { url: env("C"), key });
        let expected = NotifyVia::GitLab {
            repository: "acme/team/flows".to_owned(),
            token: env("E"),
            api: Some("http://localhost:1/api/v4".to_owned()),
        };
        assert_eq!(found[4].via, expected);
    }

    #[test]
    fn a_token_goes_to_nobody_in_clear() {
        for url in [
            "https://git.example",
            "https://git.example:8443/api/v4",
            "http://127.0.0.1:80",
            "http://[::1]:8080/x",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://git.example",
            "http://localhost.example",
            "http://127.0.0.1@git.example",
            "ftp://localhost",
            "https://",
            "https://a@b",
            "https://a?b",
            "https://a b",
            "git.example",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
