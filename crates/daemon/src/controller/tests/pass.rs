//! The pass itself, as far as it is more than a chain of calls.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::controller::error::PassError;
use crate::controller::pass::{self, Loaded, PassContext};
use crate::controller::persistence::Persistence;
use crate::controller::testing::platform::Fake;
use crate::controller::testing::{MemorySource, deploy, desired_with, plan_of};
use crate::controller::window_guard::WindowGuard;
use crate::execute::{AtOnce, Outcome};
use crate::model::{Diagnostic, DriftMode, Window, WindowKind};
use crate::runtime::clock::TokioClock;
use crate::source::{Absence, Revision};

fn loaded() -> Loaded {
    Loaded {
        revision: Revision {
            id: "digest".to_owned(),
            commit: None,
            label: "1a2b3c".to_owned(),
        },
        absence: Absence::Proven,
        desired: desired_with(DriftMode::Correct).into(),
        definitions: Default::default(),
        secrets: Default::default(),
        diagnostics: vec![Diagnostic::warning("w", "mind this")],
    }
}

async fn plan(platform: &Fake, organization: Option<&str>) -> Result<pass::Planned, PassError> {
    let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
    let context = PassContext {
        only: None,
        part: Default::default(),
        rollouts: Default::default(),
        simulate: false,
        platform,
        clock: &clock,
        secrets: Default::default(),
        later: None,
        environment: "prod".to_owned(),
        organization: organization.map(str::to_owned),
        provenance: Default::default(),
        remembered: Persistence::in_memory(),
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

/// Three deploys of a minute each, one after the other, under windows that were open when they were planned.
async fn carried_out(
    windows: &[Window],
    began: &str,
    late: Duration,
    stop: bool,
) -> (usize, Outcome) {
    let began: Timestamp = began.parse().unwrap();
    let platform = Fake::default();
    let clock = TokioClock::starting_at(began);
    let planned = pass::Planned {
        plan: plan_of(
            (0..3)
                .map(|id| deploy(id, &format!("n{id}"), &[]))
                .collect(),
        ),
        gate: WindowGuard::new(windows, began),
        ..plan(&Fake::default(), None).await.unwrap()
    };
    tokio::time::sleep(late).await;
    let (_stop, stopped) = watch::channel(stop);
    let (events, _) = mpsc::unbounded_channel();
    let one = AtOnce {
        alone: 1,
        shared: 1,
    };
    let outcome = pass::apply(&planned, &platform, &clock, one, stopped, events).await;
    let calls = platform.calls.lock().unwrap().len();
    (calls, outcome)
}

fn window(kind: WindowKind, schedule: &str, zone: &str, sync_overrun: bool) -> Window {
    Window {
        kind,
        schedule: schedule.to_owned(),
        duration: Duration::from_secs(3600),
        time_zone: Some(zone.to_owned()),
        sync_overrun,
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_closes_ends_a_pass_between_its_steps() {
    // The clocks of Lord Howe go on by half an hour on the night of 4 October 2026, at 2:00.
    for (zone, schedule, began) in [
        ("UTC", "0 17 * * *", "2026-11-20T16:58:30Z"),
        ("America/Chicago", "0 3 * * SUN", "2026-03-08T07:58:30Z"),
        (
            "Australia/Lord_Howe",
            "30 2 * * SUN",
            "2026-10-03T15:28:30Z",
        ),
    ] {
        let deny = |may| [window(WindowKind::Deny, schedule, zone, may)];
        let (deployed, outcome) = carried_out(&deny(false), began, Duration::ZERO, false).await;
        assert_eq!(deployed, 2, "{zone}: the second one is not broken off");
        assert!(!outcome.interrupted && !outcome.failed());
        let why = outcome.closed.unwrap();
        assert!(why.contains("the deny window"), "{why}");
        let (deployed, outcome) = carried_out(&deny(true), began, Duration::ZERO, false).await;
        assert_eq!((deployed, outcome.closed), (3, None), "{zone}: an overrun");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_the_window_comes_too_late() {
    let allow = |may| [window(WindowKind::Allow, "0 16 * * *", "UTC", may)];
    let (began, late) = ("2026-11-20T16:58:30Z", Duration::from_secs(600));
    let (deployed, outcome) = carried_out(&allow(false), began, late, false).await;
    assert_eq!(deployed, 0);
    assert!(outcome.closed.unwrap().contains("has ended"));
    let (deployed, _) = carried_out(&allow(true), began, late, false).await;
    assert_eq!(deployed, 3);
    // What is carried out although the window was closed from the start was approved.
    let (deployed, _) = carried_out(&allow(false), "2026-11-20T15:00:00Z", late, false).await;
    assert_eq!(deployed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_a_stop_and_no_window() {
    let deny = [window(WindowKind::Deny, "0 17 * * *", "UTC", false)];
    let (deployed, outcome) =
        carried_out(&deny, "2026-11-20T16:30:00Z", Duration::ZERO, true).await;
    assert_eq!((deployed, outcome.closed), (0, None));
    assert!(outcome.interrupted);
}
