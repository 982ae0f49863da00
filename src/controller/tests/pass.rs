//! The pass itself, as far as it is more than a chain of calls.

use std::sync::Arc;

use jiff::Timestamp;

use crate::controller::error::PassError;
use crate::controller::pass::{self, Loaded, PassContext};
use crate::controller::remembered::Remembered;
use crate::controller::testing::platform::Fake;
use crate::controller::testing::{MemorySource, desired_with};
use crate::model::{Diagnostic, DriftMode};
use crate::runtime::clock::TokioClock;
use crate::source::Revision;

fn loaded() -> Loaded {
    Loaded {
        revision: Revision {
            id: "digest".to_owned(),
            commit: None,
            label: "1a2b3c".to_owned(),
        },
        desired: desired_with(DriftMode::Correct),
        definitions: Default::default(),
        secrets: Default::default(),
        diagnostics: vec![Diagnostic::warning("w", "mind this")],
    }
}

async fn plan(platform: &Fake, organization: Option<&str>) -> Result<pass::Planned, PassError> {
    let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
    let context = PassContext {
        only: None,
        platform,
        clock: &clock,
        secrets: Default::default(),
        environment: "prod".to_owned(),
        organization: organization.map(str::to_owned),
        provenance: Default::default(),
        remembered: Remembered::in_memory(),
        adopt: false,
        allow_delete: false,
        requests: Some(platform),
    };
    pass::plan(&loaded(), &context).await
}

#[tokio::test(start_paused = true)]
async fn the_organization_is_checked_before_any_other_request() {
    let platform = Fake::default();
    let error = plan(&platform, Some("Bolt Ltd")).await.unwrap_err();
    assert!(
        matches!(error, PassError::WrongOrganization { .. }),
        "{error:?}"
    );
    assert_eq!(*platform.calls.lock().unwrap(), ["identity"]);
}

#[tokio::test(start_paused = true)]
async fn the_organization_is_known_by_name_or_id() {
    for guard in [Some("Acme Inc"), Some("org-1")] {
        let platform = Fake::default();
        plan(&platform, guard).await.unwrap();
        assert_eq!(*platform.calls.lock().unwrap(), ["identity", "observe"]);
    }
    let platform = Fake::default();
    plan(&platform, None).await.unwrap();
    assert_eq!(*platform.calls.lock().unwrap(), ["observe"]);
}

#[tokio::test(start_paused = true)]
async fn a_plan_names_its_revision_and_keeps_the_warnings_of_the_files() {
    let planned = plan(&Fake::default(), None).await.unwrap();
    assert_eq!(planned.plan.revision.as_deref(), Some("1a2b3c"));
    assert_eq!(planned.plan.environment, "prod");
    assert_eq!(planned.plan.observed_at, Timestamp::UNIX_EPOCH);
    assert!(planned.plan.diagnostics.iter().any(|d| d.code == "w"));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_cannot_be_read_is_no_plan() {
    let platform = Fake {
        broken: true,
        ..Fake::default()
    };
    for guard in [None, Some("Acme Inc")] {
        let error = plan(&platform, guard).await.unwrap_err();
        assert!(matches!(error, PassError::Platform(_)), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_cannot_be_read_are_a_source_error() {
    let source = Arc::new(MemorySource::default());
    let error = pass::load(source.as_ref(), None).await.unwrap_err();
    assert!(matches!(error, PassError::Source(_)), "{error:?}");
}
