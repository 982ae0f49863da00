//! How far the work is: a bar on a terminal, lines elsewhere.

use std::time::Duration;

use tokio::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ui::{self, Ui};
use crate::execute::StepEvent;
use crate::plan::{Plan, Step, StepId, StepResult};
use crate::runtime::clock::{Clock as _, SystemClock};

/// Drawn while it lives.
pub(crate) struct Waiting(ProgressBar);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Something that takes a while and cannot say how long. Nothing off a terminal.
pub(crate) fn waiting(ui: &Ui, what: &str) -> Waiting {
    let spinner = ProgressBar::with_draw_target(None, target(ui));
    spinner.set_style(ProgressStyle::default_spinner());
    spinner.set_message(format!("{what}…"));
    if ui.can_draw() {
        spinner.enable_steady_tick(Duration::from_millis(120));
    }
    Waiting(spinner)
}

/// The steps of an apply.
pub(crate) struct Steps<'a> {
    ui: &'a Ui,
    plan: &'a Plan,
    bar: ProgressBar,
    tally: Tally,
    began: Instant,
}

impl<'a> Steps<'a> {
    /// Begins at zero. `rate` is how many requests a second may go out.
    pub(crate) fn new(ui: &'a Ui, plan: &'a Plan, rate: f64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(plan.steps.len() as u64), target(ui));
        if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {prefix} {wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        let tally = Tally::new(plan, rate);
        bar.set_prefix(tally.to_string());
        Self {
            ui,
            plan,
            bar,
            tally,
            began: SystemClock.instant(),
        }
    }

    /// Records an event.
    pub(crate) fn note(&mut self, event: &StepEvent) {
        match event {
            StepEvent::Started { step, address, .. } => {
                self.bar
                    .set_message(format!("{address}: {}", self.what(*step)));
            }
            StepEvent::Published { .. } => {}
            StepEvent::Finished {
                step,
                address,
                result,
                ..
            } => {
                let step_of = self.plan.steps.get(step.0);
                self.tally.count(step_of, result, self.began.elapsed());
                self.bar.set_prefix(self.tally.to_string());
                self.bar.inc(1);
                self.line(&format!(
                    "{address}: {} {}",
                    self.what(*step),
                    outcome(result)
                ));
            }
        }
    }

    /// What a step does; several steps can belong to one action.
    fn what(&self, step: StepId) -> &'static str {
        let step = self.plan.steps.get(step.0);
        step.map_or("step", |step| step.operation.describe())
    }

    /// Above the bar, which counts; without a bar the line has the count.
    fn line(&self, text: &str) {
        if self.ui.can_draw() {
            self.bar.println(ui::clean(text, false));
        } else {
            let (done, all) = (self.tally.done, self.tally.all);
            self.ui.say(&format!("[{done}/{all}] {text}"));
        }
    }
}

/// How many steps are done, and how long the rest takes: at the pace so far, and never faster than
/// the rate limit allows.
struct Tally {
    all: usize,
    done: usize,
    failed: usize,
    /// That the steps done have taken, when nothing went wrong.
    sent: u64,
    /// That the steps left take, when nothing goes wrong.
    requests: u64,
    rate: f64,
    elapsed: Duration,
}

/// After fewer requests a pace is chance.
const PACE: u64 = 3;

impl Tally {
    fn new(plan: &Plan, rate: f64) -> Self {
        let requests = plan.steps.iter().map(|step| step.operation.requests());
        Self {
            all: plan.steps.len(),
            done: 0,
            failed: 0,
            sent: 0,
            requests: requests.sum(),
            rate,
            elapsed: Duration::ZERO,
        }
    }

    /// A step ended, `elapsed` after the beginning.
    fn count(&mut self, step: Option<&Step>, result: &StepResult, elapsed: Duration) {
        let requests = step.map_or(0, |step| step.operation.requests());
        self.requests = self.requests.saturating_sub(requests);
        self.sent += requests;
        self.done += 1;
        self.failed += usize::from(matches!(result, StepResult::Failed { .. }));
        self.elapsed = elapsed;
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "an estimate for people; counts stay small"
    )]
    fn seconds_left(&self) -> f64 {
        let allowed = 1.0 / self.rate.max(0.001);
        let each = match self.is_measured() {
            true => (self.elapsed.as_secs_f64() / self.sent as f64).max(allowed),
            false => allowed,
        };
        (self.requests as f64 * each).ceil()
    }

    fn is_measured(&self) -> bool {
        self.sent >= PACE
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.done, self.all)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        // Before there is a pace, the rate limit is a bound and no estimate.
        let about = if self.is_measured() {
            "about"
        } else {
            "at least"
        };
        match self.seconds_left() {
            seconds if seconds < 1.0 => Ok(()),
            seconds if seconds < 120.0 => write!(f, ", {about} {seconds} s left"),
            seconds => write!(f, ", {about} {} min left", (seconds / 60.0).ceil()),
        }
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn target(ui: &Ui) -> ProgressDrawTarget {
    if ui.can_draw() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

fn outcome(result: &StepResult) -> String {
    match result {
        StepResult::Applied => "done".to_owned(),
        StepResult::AlreadySo => "already so, nothing sent".to_owned(),
        StepResult::Failed { message, .. } => format!("failed: {message}"),
        StepResult::Skipped { because } => format!("skipped: {because}"),
        StepResult::NotAttempted => "not attempted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::model::{Address, ResourceName};
    use crate::plan::Action;

    #[test]
    fn the_count_says_how_long_the_rest_takes() {
        let smith = Address::instance(ResourceName::parse("smith").unwrap());
        let plan = plan_with(&[(smith, &[Action::Deploy; 40])]);
        let mut slow = Tally::new(&plan, 0.1);
        assert_eq!(slow.to_string(), "0/40, at least 7 min left");
        let failed = StepResult::Failed {
            message: "no".to_owned(),
            transient: false,
        };
        let mut tally = Tally::new(&plan, 2.0);
        let mut shown = vec![tally.to_string()];
        for (index, step) in plan.steps.iter().enumerate() {
            let result = if index == 1 {
                &failed
            } else {
                &StepResult::Applied
            };
            // Every request takes three times as long as the rate limit allows.
            let elapsed = Duration::from_millis(1_500) * u32::try_from(index + 1).unwrap();
            tally.count(Some(step), result, elapsed);
            slow.count(Some(step), result, elapsed);
            if [0, 1, 2, 37, 39].contains(&index) {
                shown.push(tally.to_string());
            }
        }
        insta::assert_snapshot!(shown.join("\n"), @"
        0/40, at least 20 s left
        1/40, at least 20 s left
        2/40, 1 failed, at least 19 s left
        3/40, 1 failed, about 56 s left
        38/40, 1 failed, about 3 s left
        40/40, 1 failed
        ");
    }
}
