//! The sites that host repositories, and the CI systems that work for them.

use crate::cli::Variables;

/// A repository on the web, and how its pages are addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forge {
    /// The repository's page, without a trailing slash or `.git`.
    pub(super) repository: String,
    /// The path between the repository and a commit.
    commits: &'static str,
}

/// What a CI system says in its variables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ci {
    pub(super) commit: Option<String>,
    pub(super) forge: Option<Forge>,
    pub(super) pull_request_url: Option<String>,
}

impl Forge {
    fn new(repository: &str, commits: &'static str) -> Option<Self> {
        let repository = web_url(repository)?;
        Some(Self {
            repository,
            commits,
        })
    }

    /// The forge behind a git remote; `None` for folders and the like.
    pub(super) fn of_remote(remote: &str) -> Option<Self> {
        let url = web_url(remote)?;
        let host = url.split('/').nth(2).unwrap_or_default();
        let commits = if host.contains("gitlab") {
            "/-/commit/"
        } else if host == "bitbucket.org" {
            "/commits/"
        } else {
            "/commit/"
        };
        Some(Self {
            repository: url,
            commits,
        })
    }

    pub(super) fn commit_url(&self, commit: &str) -> Option<String> {
        Some(format!("{}{}{commit}", self.repository, self.commits))
    }
}

impl Ci {
    /// The first CI system whose commit variable is set.
    pub(super) fn detect(variables: &Variables) -> Option<Self> {
        let var = |name: &str| {
            variables
                .get(name)
                .map(String::as_str)
                .filter(|v| !v.is_empty())
        };
        [github, gitlab, bitbucket, azure, others]
            .iter()
            .find_map(|system| system(&var))
    }
}

type Var<'a> = dyn Fn(&str) -> Option<&'a str> + 'a;

/// GitHub Actions. For a pull request, `GITHUB_REF` is its merge ref.
fn github(var: &Var<'_>) -> Option<Ci> {
    let commit = var("GITHUB_SHA")?;
    let server = var("GITHUB_SERVER_URL").unwrap_or("https://github.com");
    let repository = var("GITHUB_REPOSITORY").map(|name| format!("{server}/{name}"));
    let forge = repository.and_then(|url| Forge::new(&url, "/commit/"));
    let number = var("GITHUB_REF").and_then(|name| {
        let rest = name.strip_prefix("refs/pull/")?;
        rest.split_once('/').map(|(number, _)| number)
    });
    Some(ci(commit, forge, "/pull/", number))
}

/// GitLab CI. The pipeline of a fork runs in the fork, and its merge request is another project's.
fn gitlab(var: &Var<'_>) -> Option<Ci> {
    let commit = var("CI_COMMIT_SHA")?;
    let project = |name| var(name).and_then(|url| Forge::new(url, "/-/commit/"));
    let number = var("CI_MERGE_REQUEST_IID");
    let target = project("CI_MERGE_REQUEST_PROJECT_URL");
    let all = ci(
        commit,
        project("CI_PROJECT_URL"),
        "/-/merge_requests/",
        number,
    );
    let there = ci(commit, target, "/-/merge_requests/", number).pull_request_url;
    Some(Ci {
        pull_request_url: there.or_else(|| all.pull_request_url.clone()),
        ..all
    })
}

/// Bitbucket Pipelines.
fn bitbucket(var: &Var<'_>) -> Option<Ci> {
    let commit = var("BITBUCKET_COMMIT")?;
    let forge = var("BITBUCKET_GIT_HTTP_ORIGIN").and_then(|url| Forge::new(url, "/commits/"));
    Some(ci(commit, forge, "/pull-requests/", var("BITBUCKET_PR_ID")))
}

/// Azure Pipelines, for repositories of its own or of another forge. Only there has a pull
/// request a number besides its id. A changeset of TFVC is no commit.
fn azure(var: &Var<'_>) -> Option<Ci> {
    let commit = var("BUILD_SOURCEVERSION").filter(|version| !version.starts_with('C'))?;
    let remote = var("BUILD_REPOSITORY_URI");
    let of_azure = var("BUILD_REPOSITORY_PROVIDER").is_none_or(|provider| provider == "TfsGit");
    Some(if of_azure {
        let forge = remote.and_then(|url| Forge::new(url, "/commit/"));
        let id = var("SYSTEM_PULLREQUEST_PULLREQUESTID");
        ci(commit, forge, "/pullrequest/", id)
    } else {
        let forge = remote.and_then(Forge::of_remote);
        let requests = match forge.as_ref().map(|forge| forge.commits) {
            Some("/commits/") => "/pull-requests/",
            _ => "/pull/",
        };
        let number = var("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER");
        ci(commit, forge, requests, number)
    })
}

/// Systems that work for any forge: Buildkite, `CircleCI`, Jenkins.
fn others(var: &Var<'_>) -> Option<Ci> {
    let systems = [
        ("BUILDKITE_COMMIT", "BUILDKITE_REPO"),
        ("CIRCLE_SHA1", "CIRCLE_REPOSITORY_URL"),
        ("GIT_COMMIT", "GIT_URL"),
    ];
    systems.iter().find_map(|(commit, remote)| {
        let forge = var(remote).and_then(Forge::of_remote);
        Some(ci(var(commit)?, forge, "", None))
    })
}

fn ci(commit: &str, forge: Option<Forge>, requests: &str, number: Option<&str>) -> Ci {
    let page = |forge: &Forge| Some(format!("{}{requests}{}", forge.repository, number?));
    Ci {
        commit: Some(commit.to_owned()),
        pull_request_url: forge.as_ref().and_then(page),
        forge,
    }
}

/// A remote as a page on the web, without credentials: these end up in the
/// attributes of a version, which every user of the tenant can read.
fn web_url(remote: &str) -> Option<String> {
    let trimmed = remote.trim().trim_end_matches('/').trim_end_matches(".git");
    let (scheme, rest) = match trimmed.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (scheme, rest.to_owned()),
        Some(("ssh" | "git", rest)) => ("https", rest.to_owned()),
        Some(_) => return None,
        None => ("https", scp_like(trimmed)?),
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match remote.trim().starts_with("ssh://") {
        true => host.split(':').next().unwrap_or(host),
        false => host,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    (!host.is_empty() && !path.is_empty()).then(|| format!("{scheme}://{host}/{path}"))
}

/// `git@github.com:acme/flows` as `git@github.com/acme/flows`. Azure's pages have other paths
/// than its remotes.
fn scp_like(remote: &str) -> Option<String> {
    let (host, path) = remote.split_once(':')?;
    if let Some(path) = path
        .strip_prefix("v3/")
        .filter(|_| host.ends_with("@ssh.dev.azure.com"))
    {
        let (project, repository) = path.rsplit_once('/')?;
        return Some(format!("dev.azure.com/{project}/_git/{repository}"));
    }
    let is_host = !host.contains('/') && host.len() > 1;
    is_host.then(|| format!("{host}/{}", path.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_become_pages_without_credentials() {
        for (remote, expected) in [
            (
                "git@github.com:acme/flows.git",
                Some("https://github.com/acme/flows"),
            ),
            (
                "https://github.com/acme/flows.git/",
                Some("https://github.com/acme/flows"),
            ),
            (
                "https://x:token@github.com/acme/flows",
                Some("https://github.com/acme/flows"),
            ),
            (
                "ssh://git@git.example:2222/acme/flows.git",
                Some("https://git.example/acme/flows"),
            ),
            (
                "https://git.example:8443/acme/flows",
                Some("https://git.example:8443/acme/flows"),
            ),
            (
                "git@ssh.dev.azure.com:v3/acme/p/flows",
                Some("https://dev.azure.com/acme/p/_git/flows"),
            ),
            (
                "https://gitlab-ci-token:glcbt-1@gitlab.example/a/b.git?x=1#y",
                Some("https://gitlab.example/a/b"),
            ),
            ("/srv/git/flows.git", None),
            ("../flows", None),
            ("file:///srv/git/flows.git", None),
            ("C:\\repos\\flows", None),
            ("", None),
        ] {
            assert_eq!(web_url(remote).as_deref(), expected, "{remote}");
        }
    }

    #[test]
    fn commits_are_addressed_as_the_forge_does() {
        for (remote, expected) in [
            (
                "git@gitlab.example:a/b.git",
                "https://gitlab.example/a/b/-/commit/1",
            ),
            (
                "git@bitbucket.org:a/b.git",
                "https://bitbucket.org/a/b/commits/1",
            ),
            (
                "git@git.example:a/b.git",
                "https://git.example/a/b/commit/1",
            ),
        ] {
            let url = Forge::of_remote(remote).and_then(|forge| forge.commit_url("1"));
            assert_eq!(url.as_deref(), Some(expected));
        }
    }
}
