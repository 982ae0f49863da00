use super::publish::{Versions, versions};
use crate::model::{DraftSighting, IntegrationId, VersionId, VersionRecord, VersionSighting};

fn version(number: i64, submitted: Option<&str>, comment: &str) -> VersionSighting {
    VersionSighting {
        id: VersionId::new(format!("v{number}")),
        number,
        comment: Some(comment.to_owned()),
        record: VersionRecord {
            submitted: submitted.map(str::to_owned),
            ..VersionRecord::default()
        },
        available: Some(true),
    }
}

fn draft(newest: Vec<VersionSighting>) -> DraftSighting {
    DraftSighting {
        id: IntegrationId::new("a"),
        updated_at: None,
        labels: None,
        has_unpublished_changes: None,
        newest,
    }
}

#[test]
fn a_version_is_told_by_its_digest_in_either_place_and_only_above_the_base() {
    let digest = "sha256:0123456789abcdef";
    let of = |newest: Vec<_>, base| versions(&draft(newest), base, Some(digest));
    let made = |number: i64| {
        Versions::Made(crate::prismatic::platform::Published {
            id: VersionId::new(format!("v{number}")),
            number,
        })
    };
    assert_eq!(of(vec![version(4, Some(digest), "")], 3), made(4));
    assert_eq!(
        of(vec![version(4, None, "mine [gitops:0123456789ab]")], 3),
        made(4)
    );
    assert_eq!(of(vec![version(4, Some(digest), "")], 4), Versions::Older);
    assert_eq!(
        of(vec![version(5, Some("sha256:ff"), "")], 4),
        Versions::Other(5)
    );
    assert_eq!(
        of(vec![version(6, None, ""), version(5, Some(digest), "")], 4),
        made(5)
    );
    assert_eq!(of(Vec::new(), 0), Versions::Older);
}
