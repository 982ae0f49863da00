//! Arguments of `hold` and `unhold`, and the flag that sets a hold aside.

use std::time::Duration;

use clap::builder::FalseyValueParser;
use jiff::Timestamp;

use super::{AtArgs, FolderArgs, LockArgs, parse};
use crate::model::Address;

/// Has one live object left alone for a while: nothing is written to it, and how it differs is still shown.
///
/// A label on the object says until when, so that every `apply` and every daemon respects it. It ends by
/// itself, by the server's clock.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops hold Instance/smith-erp --reason 'incident 4711' --for 4h
  prism-gitops hold Instance/acme-prod/cust-0042 --reason 'on-site visit' --until 2026-11-30T18:00:00+01:00
  prism-gitops hold Integration/acme-erp --reason 'legal review' --for 2d --env prod-us")]
pub(crate) struct HoldArgs {
    /// What is left alone, as plans show it: `Instance/smith-erp`.
    #[arg(value_name = "ADDRESS", value_parser = parse::address)]
    pub(crate) address: Address,

    /// Why, in one line. It is kept in the history of this machine.
    #[arg(long, env = "PRISM_GITOPS_REASON", value_name = "TEXT")]
    pub(crate) reason: String,

    /// How long from now: `30m`, `4h`, `2d`.
    #[arg(
        long = "for",
        env = "PRISM_GITOPS_FOR",
        value_name = "TIME",
        value_parser = parse::age,
        conflicts_with = "until"
    )]
    pub(crate) span: Option<Duration>,

    /// Until then, with an offset: `2026-11-30T18:00:00Z`.
    #[arg(
        long,
        env = "PRISM_GITOPS_UNTIL",
        value_name = "TIME",
        value_parser = parse::instant,
        required_unless_present = "span"
    )]
    pub(crate) until: Option<Timestamp>,

    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Ends a hold before its time. The next `apply` or pass of a daemon writes to the object again.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops unhold Instance/smith-erp
  prism-gitops unhold Instance/acme-prod/cust-0042 --env prod-us")]
pub(crate) struct UnholdArgs {
    /// What is on hold, as plans show it: `Instance/smith-erp`.
    #[arg(value_name = "ADDRESS", value_parser = parse::address)]
    pub(crate) address: Address,

    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// What single actions do about a hold.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct DespiteHoldArgs {
    /// Do it although the object is on hold. The hold stays.
    #[arg(long, env = "PRISM_GITOPS_DESPITE_HOLD", value_parser = FalseyValueParser::new())]
    pub(crate) despite_hold: bool,
}
