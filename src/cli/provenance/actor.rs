//! Who started this program, and where to look it up.

use crate::cli::Variables;
use crate::model::history::Actor;

/// The variables in which CI systems, and then shells, say who it was.
const LOGINS: [&str; 9] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BITBUCKET_STEP_TRIGGERER_UUID",
    "BUILD_REQUESTEDFOR",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
    "BUILD_USER_ID",
    "USER",
    "LOGNAME",
];

/// The variables that hold the page of a job: GitLab, Buildkite, `CircleCI`, Jenkins.
const PAGES: [&str; 4] = [
    "CI_JOB_URL",
    "BUILDKITE_BUILD_URL",
    "CIRCLE_BUILD_URL",
    "BUILD_URL",
];

/// The actor by the environment. The user of the token is known only later.
pub(crate) fn actor(variables: &Variables) -> Actor {
    let var = |name: &&str| {
        let value = variables.get(*name).map(String::as_str);
        value.filter(|value| !value.trim().is_empty())
    };
    Actor {
        user: None,
        login: LOGINS.iter().find_map(var).map(str::to_owned),
        job_url: job_url(&|name| var(&name)).filter(|url| is_plain(url)),
    }
}

fn job_url<'a>(var: &dyn Fn(&'static str) -> Option<&'a str>) -> Option<String> {
    let github = || {
        let server = var("GITHUB_SERVER_URL").unwrap_or("https://github.com");
        let (repository, run) = (var("GITHUB_REPOSITORY")?, var("GITHUB_RUN_ID")?);
        Some(format!("{server}/{repository}/actions/runs/{run}"))
    };
    let bitbucket = || {
        let (repository, build) = (
            var("BITBUCKET_REPO_FULL_NAME")?,
            var("BITBUCKET_BUILD_NUMBER")?,
        );
        Some(format!(
            "https://bitbucket.org/{repository}/pipelines/results/{build}"
        ))
    };
    let azure = || {
        let (server, project) = (var("SYSTEM_COLLECTIONURI")?, var("SYSTEM_TEAMPROJECT")?);
        let server = server.trim_end_matches('/');
        Some(format!(
            "{server}/{project}/_build/results?buildId={}",
            var("BUILD_BUILDID")?
        ))
    };
    let page = || PAGES.into_iter().find_map(var).map(str::to_owned);
    github().or_else(bitbucket).or_else(azure).or_else(page)
}

/// A web address without credentials: every reader of the history can read it.
fn is_plain(text: &str) -> bool {
    let url = url::Url::parse(text);
    url.is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ci_system_says_who_and_where() {
        let shown = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            let actor = actor(
                &pairs
                    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                    .collect(),
            );
            [actor.login, actor.job_url]
                .map(|part| part.unwrap_or("-".to_owned()))
                .join(" ")
        };
        for (pairs, expected) in [
            (
                &[
                    ("GITHUB_ACTOR", "ada"),
                    ("GITHUB_REPOSITORY", "acme/flows"),
                    ("GITHUB_RUN_ID", "7"),
                    ("USER", "runner"),
                ][..],
                "ada https://github.com/acme/flows/actions/runs/7",
            ),
            (
                &[
                    ("GITLAB_USER_LOGIN", "ada"),
                    ("CI_JOB_URL", "https://gitlab.com/acme/-/jobs/7"),
                ],
                "ada https://gitlab.com/acme/-/jobs/7",
            ),
            (
                &[
                    ("BITBUCKET_REPO_FULL_NAME", "acme/flows"),
                    ("BITBUCKET_BUILD_NUMBER", "7"),
                ],
                "- https://bitbucket.org/acme/flows/pipelines/results/7",
            ),
            (
                &[
                    ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
                    ("SYSTEM_TEAMPROJECT", "p"),
                    ("BUILD_BUILDID", "7"),
                ],
                "- https://dev.azure.com/acme/p/_build/results?buildId=7",
            ),
            (
                &[
                    ("USER", "ada"),
                    ("BUILD_URL", "https://x:secret@ci.example/7"),
                ],
                "ada -",
            ),
            (
                &[
                    ("LOGNAME", "ada"),
                    ("USER", " "),
                    ("BUILD_URL", "https://ci.example/7"),
                ],
                "ada https://ci.example/7",
            ),
            (&[], "- -"),
        ] {
            assert_eq!(shown(pairs), expected);
        }
    }
}
