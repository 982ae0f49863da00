//! Arguments by which a person sends members past the waves of their rollouts.

use clap::builder::FalseyValueParser;

use crate::cli::error::CliError;
use crate::controller::rollouts::RolloutRequest;
use crate::model::check_reason;

/// Past a rollout, for this run alone.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Rollouts")]
pub(crate) struct BypassArgs {
    /// Move what waits for its wave too, without soak and gate; with --target, that alone. Never what is on hold,
    /// pinned, paused, withdrawn or unknown.
    #[arg(long, env = "PRISM_GITOPS_BYPASS_ROLLOUT", requires = "reason", value_parser = FalseyValueParser::new())]
    pub(crate) bypass_rollout: bool,

    /// Why the rollout is bypassed, in one line. It is shown with the plan and kept in the history.
    #[arg(long, env = "PRISM_GITOPS_REASON", value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl BypassArgs {
    /// What is wanted of the rollouts.
    pub(crate) fn request(&self) -> Result<RolloutRequest, CliError> {
        let reason = self.reason.as_deref().filter(|_| self.bypass_rollout);
        if let Some(reason) = reason {
            check_reason("a bypass", reason)
                .map_err(|why| CliError::user(format!("--reason: {why}")))?;
        }
        Ok(RolloutRequest {
            bypass: reason.map(|it| it.trim().to_owned()),
            ..RolloutRequest::default()
        })
    }
}
