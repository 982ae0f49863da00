//! How far the work is: a bar on a terminal, lines elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printable::printable;
use super::ui::Ui;
use crate::execute::StepEvent;
use crate::plan::{Plan, StepId, StepResult};

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
}

impl<'a> Steps<'a> {
    /// Begins at zero.
    pub(crate) fn new(ui: &'a Ui, plan: &'a Plan) -> Self {
        let bar = ProgressBar::with_draw_target(Some(plan.steps.len() as u64), target(ui));
        if let Ok(style) =
            ProgressStyle::with_template("[{bar:30}] {pos}/{len} {elapsed} {wide_msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { ui, plan, bar }
    }

    /// Takes note of an event.
    pub(crate) fn note(&self, event: &StepEvent) {
        match event {
            StepEvent::Started { step, address, .. } => {
                self.bar
                    .set_message(format!("{address}: {}", self.what(*step)));
            }
            StepEvent::Finished {
                step,
                address,
                result,
                ..
            } => {
                self.bar.inc(1);
                self.line(&format!("{address}: {} {}", self.what(*step), told(result)));
            }
        }
    }

    /// What a step does; several steps can belong to one action.
    fn what(&self, step: StepId) -> &'static str {
        let step = self.plan.steps.get(step.0);
        step.map_or("step", |step| step.operation.words())
    }

    fn line(&self, text: &str) {
        if self.ui.can_draw() {
            self.bar.println(printable(text, false));
        } else {
            self.ui.say(text);
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

fn told(result: &StepResult) -> String {
    match result {
        StepResult::Applied => "done".to_owned(),
        StepResult::Failed { message, .. } => format!("failed: {message}"),
        StepResult::Skipped { because } => format!("skipped: {because}"),
        StepResult::NotAttempted => "not attempted".to_owned(),
    }
}
