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
    let ci = Ci::detect(variables).unwrap_or_default();
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
