//! The log of the loop: stable names in the field `event`, each logged at the place that handles it.
//! `docs/daemon.md` lists them.

use std::time::Duration;

use super::error::{Class, PassError};
use super::pass::name_of;
use super::queue::Reason;
use super::status::{AwaitedApproval, PassCounts, PassOutcome};
use crate::disposition::Doubt;
use crate::execute::StepEvent;
use crate::model::{Address, Diagnostic, Health, Severity, chain};
use crate::plan::{Plan, PlannedResource, StepResult};
use crate::source::Revision;

pub(super) fn step(plan: &Plan, event: &StepEvent) {
    let StepEvent::Finished {
        step,
        address,
        action,
        result,
    } = event
    else {
        return;
    };
    let action = action.as_str();
    let step = plan.steps.get(step.0);
    let step = step.map_or(action, |step| step.operation.describe());
    match result {
        StepResult::Applied => {
            tracing::info!(event = "step.applied", %address, action, step, "{address}: {step} done");
        }
        StepResult::AlreadySo => {
            tracing::debug!(event = "step.already_so", %address, action, step, "{address}: {step} already so, nothing sent");
        }
        StepResult::Failed { message, transient } => tracing::warn!(
            event = "step.failed",
            %address,
            action,
            step,
            transient,
            error = message,
            "{address}: {step} failed"
        ),
        StepResult::Skipped { because } => {
            tracing::debug!(event = "step.skipped", %address, action, step, because, "{address}: {step} skipped");
        }
        StepResult::NotAttempted => {
            tracing::debug!(event = "step.not_attempted", %address, action, step, "{address}: {step} not attempted");
        }
    }
}

/// Something vanished from the files, and is left alone for now.
pub(super) fn vanished(count: usize, doubt: &Doubt) {
    match doubt {
        Doubt::Once(_) => tracing::info!(
            event = "files.vanished",
            resources = count,
            "resources are no longer declared; the files are read once more before anything is removed"
        ),
        Doubt::Midway(what) => tracing::warn!(
            event = "files.vanished",
            resources = count,
            git = what,
            "resources are no longer declared; nothing is removed while git is in the middle of something here"
        ),
    }
}

pub(super) fn window_closed(why: &str) {
    tracing::warn!(
        event = "pass.window_closed",
        "no further step is begun: {why}; the rest waits until changes are allowed"
    );
}

pub(super) fn refused(plan: &Plan) {
    for violation in &plan.violations {
        tracing::warn!(
            event = "plan.refused",
            guard = violation.guard,
            digest = plan.digest,
            "refused by a guard: {}",
            violation.message
        );
    }
}

pub(super) fn pass_finished(
    reason: Reason,
    revision: &Revision,
    result: PassOutcome,
    counts: &PassCounts,
    duration: Duration,
) {
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let revision = name_of(revision);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                event = "pass.finished",
                %reason,
                revision,
                result = result.as_str(),
                changes = counts.changes,
                applied = counts.applied,
                failed = counts.failed,
                held = counts.held,
                blocked = counts.blocked,
                pending = counts.pending,
                duration_ms,
                "pass finished"
            )
        };
    }
    match result {
        PassOutcome::Unchanged | PassOutcome::Held => line!(debug),
        _ => line!(info),
    }
}

pub(super) fn pass_failed(error: &PassError, retry: Option<Duration>) {
    let class = error.class();
    let retry_seconds = retry.map(|pause| pause.as_secs());
    let hint = error.hint();
    let error = chain(error);
    match class {
        Class::User | Class::World => tracing::warn!(
            event = "pass.failed",
            class = class.as_str(),
            error,
            hint,
            retry_seconds,
            "nothing was written"
        ),
        Class::Bug => tracing::error!(
            event = "pass.failed",
            class = class.as_str(),
            error,
            hint,
            retry_seconds,
            "nothing more was written"
        ),
    }
}

pub(super) fn files_invalid(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let place = diagnostic.location.as_ref().map(ToString::to_string);
        tracing::warn!(
            event = "files.invalid",
            code = diagnostic.code,
            place,
            hint = diagnostic.hint,
            "{}",
            diagnostic.message
        );
    }
}

pub(super) fn files_valid(revision: &Revision) {
    tracing::info!(
        event = "files.loaded",
        revision = name_of(revision),
        "files read"
    );
}

pub(super) fn drift(address: &Address, alert: bool, reason: &str) {
    if alert {
        tracing::warn!(event = "drift.found", %address, reason, "{address} drifted");
    } else {
        tracing::info!(event = "drift.found", %address, reason, "{address} drifted");
    }
}

pub(super) fn orphan(address: &Address, reason: &str) {
    tracing::info!(event = "orphan.found", %address, reason, "{address} is orphaned");
}

/// Before the write: what a person did is undone, and this is what it was.
pub(super) fn healing(resource: &PlannedResource, changes: &str) {
    let address = &resource.address;
    let actions: Vec<&str> = resource.actions.iter().map(|it| it.as_str()).collect();
    let actions = actions.join(", ");
    tracing::warn!(event = "drift.healing", %address, actions, changes, "{address} was changed elsewhere, and is put right");
}

pub(super) fn awaited(awaited: &AwaitedApproval) {
    let AwaitedApproval {
        revision,
        digest,
        resources,
        ..
    } = awaited;
    tracing::warn!(
        event = "approval.awaited",
        revision,
        digest,
        resources,
        "new files wait for a person"
    );
}

pub(super) fn held(address: &Address, why: &str) {
    tracing::warn!(event = "hold.found", %address, reason = why, "{address} is {why}");
}

pub(super) fn hold_over(address: &Address) {
    tracing::info!(event = "hold.over", %address, "{address} is on hold no longer");
}

pub(super) fn waiting(resource: &PlannedResource) {
    let PlannedResource { address, hint, .. } = resource;
    let reason = &*resource.why();
    if resource.health == Health::Pending {
        tracing::warn!(event = "resource.pending", %address, reason, hint, "{address} waits for a person");
    } else {
        tracing::warn!(event = "resource.blocked", %address, reason, hint, "{address} cannot proceed");
    }
}

pub(super) fn warnings(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let place = diagnostic.location.as_ref().map(ToString::to_string);
        let (code, hint, message) = (diagnostic.code, &diagnostic.hint, &diagnostic.message);
        if diagnostic.severity == Severity::Info {
            tracing::info!(event = "files.remark", code, place, hint, "{message}");
        } else {
            tracing::warn!(event = "files.warning", code, place, hint, "{message}");
        }
    }
}

pub(super) fn fight(address: &Address) {
    tracing::warn!(
        event = "fight.found",
        %address,
        "something else keeps changing {address}; it is left alone for now"
    );
}
