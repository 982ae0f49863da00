//! Formats a notice for each target: pure.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::api::{Versioned, notice as told};
use crate::controller::notices::Notice;
use crate::model::{NoticeKind, NotifyTarget, NotifyVia, SecretError, SecretValues, hex};
use crate::prismatic::transport::{Method, Request};
use crate::redact;

const TITLE: &str = "prism-gitops: {environment} {event}";
const BODY: &str = "{reason}\nrevision {revision}";
/// The longest title and text, in characters.
const LONGEST: (usize, usize) = (200, 2000);
/// The longest description of a commit status at GitHub, in characters.
const DESCRIPTION: usize = 140;

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsendable {
    /// A secret has no value now.
    #[error("a secret is missing")]
    Secret(#[from] SecretError),
    /// The files are no commit.
    #[error("the files are no commit, so there is nothing to put a status on")]
    NoCommit,
}

/// The request that notifies a target.
pub(super) fn request(
    target: &NotifyTarget,
    notice: &Notice,
    (id, at): (&str, Timestamp),
    secrets: &SecretValues,
) -> Result<Request, Unsendable> {
    let notice = &Notice {
        reason: redact::known().foreign(&notice.reason).into_owned(),
        ..notice.clone()
    };
    let title = filled(target.title.as_deref().unwrap_or(TITLE), notice, LONGEST.0);
    let body = filled(target.body.as_deref().unwrap_or(BODY), notice, LONGEST.1);
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let (url, document) = match &target.via {
        NotifyVia::Slack { url } => (
            secrets.get(url)?.expose().to_owned(),
            json!({ "text": format!("*{}*\n{}", slack(&title), slack(&body)) }),
        ),
        NotifyVia::Teams { url } => (secrets.get(url)?.expose().to_owned(), card(&title, &body)),
        NotifyVia::Webhook { url, .. } => {
            let document = Versioned::from(told::Notice {
                id: id.to_owned(),
                at,
                event: notice.kind,
                environment: notice.environment.clone(),
                revision: notice.revision.clone(),
                commit: notice.commit.clone(),
                reason: notice.reason.clone(),
                title,
                body,
            });
            (secrets.get(url)?.expose().to_owned(), json!(document))
        }
        NotifyVia::GitHub {
            repository,
            token,
            api,
        } => {
            let commit = notice.commit.as_ref().ok_or(Unsendable::NoCommit)?;
            let token = secrets.get(token)?.expose();
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
            headers.push((
                "accept".to_owned(),
                "application/vnd.github+json".to_owned(),
            ));
            let api = api.as_deref().unwrap_or("https://api.github.com");
            let api = api.trim_end_matches('/');
            let url = format!("{api}/repos/{repository}/statuses/{commit}");
            (url, status("context", &title, notice))
        }
        NotifyVia::GitLab {
            repository,
            token,
            api,
        } => {
            let commit = notice.commit.as_ref().ok_or(Unsendable::NoCommit)?;
            headers.push((
                "private-token".to_owned(),
                secrets.get(token)?.expose().to_owned(),
            ));
            let api = api.as_deref().unwrap_or("https://gitlab.com/api/v4");
            let (api, project) = (api.trim_end_matches('/'), repository.replace('/', "%2F"));
            let url = format!("{api}/projects/{project}/statuses/{commit}");
            (url, status("name", &title, notice))
        }
    };
    let body = document.to_string();
    if let NotifyVia::Webhook { key: Some(key), .. } = &target.via {
        let signature = signature(secrets.get(key)?.expose().as_bytes(), body.as_bytes());
        headers.push(("x-signature-256".to_owned(), format!("sha256={signature}")));
    }
    Ok(Request {
        method: Method::Post,
        url,
        headers,
        body: body.into(),
    })
}

/// Slack reads `<…>` as links and as mentions of all members.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn card(title: &str, body: &str) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.2",
                "body": [
                    {"type": "TextBlock", "weight": "Bolder", "wrap": true, "text": title},
                    {"type": "TextBlock", "wrap": true, "text": body},
                ],
            },
        }],
    })
}

/// The two hosts differ in the word for a failure and in the key of the name.
fn status(name: &str, title: &str, notice: &Notice) -> Value {
    let failed = if name == "name" { "failed" } else { "failure" };
    let state = match notice.kind {
        NoticeKind::Synced | NoticeKind::Recovered | NoticeKind::Healed => "success",
        NoticeKind::Failed => failed,
        NoticeKind::Drifted | NoticeKind::Blocked | NoticeKind::Rollout => "pending",
    };
    let description: String = title.chars().take(DESCRIPTION).collect();
    let mut document = json!({ "state": state, "description": description });
    document[name] = format!("prism-gitops/{}", notice.environment).into();
    document
}

/// HMAC-SHA256 in hexadecimal.
fn signature(key: &[u8], body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

/// A template with its placeholders filled in, once: what a value holds is no placeholder.
fn filled(template: &str, notice: &Notice, longest: usize) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text += before;
        let known = after.split_once('}').and_then(|(name, behind)| {
            let value = match name {
                "environment" => notice.environment.as_str(),
                "event" => notice.kind.as_str(),
                "reason" => notice.reason.as_str(),
                "revision" => notice.revision.as_deref().unwrap_or("unknown"),
                "commit" => notice.commit.as_deref().unwrap_or("unknown"),
                _ => return None,
            };
            Some((value, behind))
        });
        let (value, behind) = known.unwrap_or(("{", after));
        text += value;
        rest = behind;
    }
    text += rest;
    text.chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Secret, SecretRef};

    fn notice() -> Notice {
        Notice {
            kind: NoticeKind::Failed,
            environment: "prod".to_owned(),
            revision: Some("sha256:1".to_owned()),
            commit: Some("c0ffee".to_owned()),
            reason: "<!channel> {commit} & more".to_owned(),
        }
    }

    fn sent(via: NotifyVia) -> String {
        let target = NotifyTarget {
            name: "ops".to_owned(),
            on: NoticeKind::ALL.into(),
            title: Some("{event} in {environment} {x".to_owned()),
            body: None,
            via,
        };
        let mut secrets = SecretValues::default();
        for reference in target.via.secret_refs() {
            let value = Secret::new("https://h.example/s3cret".to_owned());
            secrets.insert(reference.clone(), Ok(value));
        }
        let at = (("id-1"), Timestamp::UNIX_EPOCH);
        let request = request(&target, &notice(), at, &secrets).unwrap();
        let headers = request.headers.iter().map(|(k, v)| format!("{k}: {v}\n"));
        let headers: String = headers.collect();
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        format!("{}\n{headers}{body}", request.url)
    }

    fn kept() -> SecretRef {
        SecretRef::Env("X".to_owned())
    }

    #[test]
    fn each_place_is_told_in_its_own_words() {
        let repository = || "acme/flows".to_owned();
        let (token, api) = (kept(), None);
        let github = NotifyVia::GitHub {
            repository: repository(),
            token: token.clone(),
            api: api.clone(),
        };
        let gitlab = NotifyVia::GitLab {
            repository: repository(),
            token,
            api,
        };
        let signed = NotifyVia::Webhook {
            url: kept(),
            key: Some(kept()),
        };
        for (via, part) in [
            (
                NotifyVia::Slack { url: kept() },
                "&lt;!channel&gt; {commit} &amp; more",
            ),
            (NotifyVia::Teams { url: kept() }, "failed in prod {x"),
            (signed, "x-signature-256: sha256="),
            (
                github,
                "https://api.github.com/repos/acme/flows/statuses/c0ffee",
            ),
            (
                gitlab,
                "https://gitlab.com/api/v4/projects/acme%2Fflows/statuses/c0ffee",
            ),
        ] {
            let text = sent(via);
            assert!(text.contains(part), "{text}");
        }
    }

    /// RFC 4231, test case 2.
    #[test]
    fn signatures_are_hmac_sha256() {
        assert_eq!(
            signature(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
