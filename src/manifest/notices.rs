//! `notify:` of a Project: who is told of what.

use std::collections::BTreeSet;

use super::fields::{Fields, list};
use super::findings::{Problem, Report};
use super::{keys, secret};
use crate::model::{NoticeKind, NotifyTarget, NotifyVia, SecretRef};
use crate::yaml::Node;

/// The ways to reach somebody, of which a notification has one.
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
    all.filter(|kind| *kind != NoticeKind::Synced || via.is_commit_status())
        .collect()
}

fn on(report: &Report, fields: &Fields<'_>) -> Option<BTreeSet<NoticeKind>> {
    let words = NoticeKind::ALL.map(|kind| (kind.as_str(), kind));
    let items = list(report, fields.get("on")?, "\"on\"")?;
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
            let (repository, api) = (fields.filled("repository"), fields.filled("api"));
            let (token, repository) = (secret(&fields, "token")?, repository?);
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
