//! What a published version was made from: commit, repository, pull request.
//!
//! Pure over the environment and what git says of the folder. The folder
//! comes first: it is what is published. The CI system fills in what a folder
//! cannot say, and everything where the folder is no checkout.

mod actor;
mod forge;

pub(crate) use actor::actor;
use forge::{Ci, Forge};

use super::Variables;
use crate::model::VersionRecord;
use crate::source::Commit;

/// The record for versions published from these files.
pub(crate) fn record(variables: &Variables, checkout: Option<&Commit>) -> VersionRecord {
    let ci = Ci::detect(variables)
        .filter(|ci| checkout.is_none_or(|checkout| is_about(ci, checkout)))
        .unwrap_or_default();
    let (commit, remote) = match checkout {
        Some(commit) => {
            // A commit that does not hold these files is not what they were published from.
            let hash = (!commit.dirty).then(|| commit.hash.clone());
            (hash, commit.remote.as_deref())
        }
        None => (ci.commit.clone(), None),
    };
    let forge = ci.forge.or_else(|| Forge::of_remote(remote?));
    VersionRecord {
        commit_url: forge
            .as_ref()
            .and_then(|forge| forge.commit_url(commit.as_deref()?)),
        pull_request_url: ci.pull_request_url,
        repo_url: forge.map(|forge| forge.repository),
        commit_hash: commit,
        submitted: None,
        canonical: None,
    }
}

/// Whether a CI system works for the repository that the folder is a checkout of: a pipeline
/// may check out a second one, and its commits and pull requests are not in the first.
fn is_about(ci: &Ci, checkout: &Commit) -> bool {
    let remote = checkout.remote.as_deref().and_then(Forge::of_remote);
    let place = |forge: &Forge| {
        let place = forge.repository.split_once("://");
        place.map(|(_, place)| place.to_lowercase())
    };
    match (&ci.forge, &remote) {
        _ if ci.commit.as_deref() == Some(&checkout.hash) => true,
        (Some(theirs), Some(ours)) => place(theirs) == place(ours),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn shown(record: &VersionRecord) -> String {
        let text = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
        [
            &record.commit_hash,
            &record.commit_url,
            &record.repo_url,
            &record.pull_request_url,
        ]
        .map(text)
        .join(" ")
    }

    #[test]
    fn every_ci_system_is_understood() {
        for (pairs, expected) in [
            (
                &[
                    ("GITHUB_SHA", "abc1234"),
                    ("GITHUB_REPOSITORY", "acme/flows"),
                    ("GITHUB_SERVER_URL", "https://github.example"),
                    ("GITHUB_REF", "refs/pull/7/merge"),
                ][..],
                "abc1234 https://github.example/acme/flows/commit/abc1234 \
                 https://github.example/acme/flows https://github.example/acme/flows/pull/7",
            ),
            (
                &[
                    ("CI_COMMIT_SHA", "abc1234"),
                    ("CI_PROJECT_URL", "https://gitlab.com/acme/flows"),
                    ("CI_MERGE_REQUEST_IID", "7"),
                ],
                "abc1234 https://gitlab.com/acme/flows/-/commit/abc1234 \
                 https://gitlab.com/acme/flows https://gitlab.com/acme/flows/-/merge_requests/7",
            ),
            (
                &[
                    ("BITBUCKET_COMMIT", "abc1234"),
                    (
                        "BITBUCKET_GIT_HTTP_ORIGIN",
                        "http://bitbucket.org/acme/flows",
                    ),
                    ("BITBUCKET_PR_ID", "7"),
                ],
                "abc1234 http://bitbucket.org/acme/flows/commits/abc1234 \
                 http://bitbucket.org/acme/flows http://bitbucket.org/acme/flows/pull-requests/7",
            ),
            (
                &[
                    ("BUILD_SOURCEVERSION", "abc1234"),
                    (
                        "BUILD_REPOSITORY_URI",
                        "https://acme@dev.azure.com/acme/p/_git/flows",
                    ),
                    ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
                ],
                "abc1234 https://dev.azure.com/acme/p/_git/flows/commit/abc1234 \
                 https://dev.azure.com/acme/p/_git/flows \
                 https://dev.azure.com/acme/p/_git/flows/pullrequest/7",
            ),
            (
                &[
                    ("BUILDKITE_COMMIT", "abc1234"),
                    ("BUILDKITE_REPO", "git@github.com:acme/flows.git"),
                ],
                "abc1234 https://github.com/acme/flows/commit/abc1234 https://github.com/acme/flows -",
            ),
            (&[("CIRCLE_SHA1", "abc1234")], "abc1234 - - -"),
            (&[("GITHUB_SHA", "")], "- - - -"),
            (&[], "- - - -"),
        ] {
            assert_eq!(shown(&record(&variables(pairs), None)), expected);
        }
    }

    #[test]
    fn forks_pushes_and_other_forges_are_told_apart() {
        for (pairs, expected) in [
            // A fork's pipeline: the merge request is in the project it came from.
            (
                &[
                    ("CI_COMMIT_SHA", "abc1234"),
                    ("CI_PROJECT_URL", "https://gitlab.example/dev/flows"),
                    (
                        "CI_MERGE_REQUEST_PROJECT_URL",
                        "https://gitlab.example/acme/flows",
                    ),
                    ("CI_MERGE_REQUEST_IID", "7"),
                ][..],
                "abc1234 https://gitlab.example/dev/flows/-/commit/abc1234 \
                 https://gitlab.example/dev/flows \
                 https://gitlab.example/acme/flows/-/merge_requests/7",
            ),
            // A push: the ref is a branch.
            (
                &[
                    ("GITHUB_SHA", "abc1234"),
                    ("GITHUB_REPOSITORY", "acme/flows"),
                    ("GITHUB_REF", "refs/heads/pull/7/merge"),
                ],
                "abc1234 https://github.com/acme/flows/commit/abc1234 \
                 https://github.com/acme/flows -",
            ),
            // Azure Pipelines for a repository on GitHub, where only the number is known there.
            (
                &[
                    ("BUILD_SOURCEVERSION", "abc1234"),
                    ("BUILD_REPOSITORY_PROVIDER", "GitHub"),
                    ("BUILD_REPOSITORY_URI", "https://github.com/acme/flows"),
                    ("SYSTEM_PULLREQUEST_PULLREQUESTID", "998877"),
                    ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "7"),
                ],
                "abc1234 https://github.com/acme/flows/commit/abc1234 \
                 https://github.com/acme/flows https://github.com/acme/flows/pull/7",
            ),
            (
                &[
                    ("BUILD_SOURCEVERSION", "C4711"),
                    ("BUILD_REPOSITORY_PROVIDER", "TfsVersionControl"),
                ],
                "- - - -",
            ),
        ] {
            assert_eq!(shown(&record(&variables(pairs), None)), expected);
        }
    }

    #[test]
    fn a_pipeline_of_another_repository_says_nothing() {
        let ci = variables(&[
            ("GITHUB_SHA", "ffffffff"),
            ("GITHUB_REPOSITORY", "acme/tools"),
            ("GITHUB_REF", "refs/pull/7/merge"),
        ]);
        let flows = |remote: Option<&str>, hash: &str| Commit {
            hash: hash.to_owned(),
            branch: None,
            remote: remote.map(str::to_owned),
            dirty: false,
        };
        let github = "https://github.com/acme";
        for (checkout, expected) in [
            (
                flows(Some("git@github.com:acme/flows.git"), "abc1234"),
                format!("abc1234 {github}/flows/commit/abc1234 {github}/flows -"),
            ),
            // A detached head at the merge commit of the pull request.
            (
                flows(Some("https://github.com/Acme/Tools.git"), "ffffffff"),
                format!(
                    "ffffffff {github}/tools/commit/ffffffff {github}/tools {github}/tools/pull/7"
                ),
            ),
            (
                flows(None, "abc1234"),
                format!(
                    "abc1234 {github}/tools/commit/abc1234 {github}/tools {github}/tools/pull/7"
                ),
            ),
        ] {
            assert_eq!(shown(&record(&ci, Some(&checkout))), expected);
        }
    }

    #[test]
    fn the_folder_comes_first() {
        let ci = variables(&[
            ("GITHUB_SHA", "ffffffff"),
            ("GITHUB_REPOSITORY", "acme/flows"),
        ]);
        let clean = Commit {
            hash: "abc1234".to_owned(),
            branch: Some("main".to_owned()),
            remote: Some("git@github.com:acme/flows.git".to_owned()),
            dirty: false,
        };
        assert_eq!(
            shown(&record(&ci, Some(&clean))),
            "abc1234 https://github.com/acme/flows/commit/abc1234 https://github.com/acme/flows -"
        );
        let dirty = Commit {
            dirty: true,
            ..clean
        };
        assert_eq!(
            shown(&record(&ci, Some(&dirty))),
            "- - https://github.com/acme/flows -"
        );
    }
}
