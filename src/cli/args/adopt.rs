//! Arguments of `adopt`.

use super::{MarkingArgs, PathArgs, ShowArgs};

/// Takes over what the manifests name or match: puts the markers on, and changes nothing else.
///
/// What differs besides is left for `apply`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = "\
Examples:
  prism-gitops adopt
  prism-gitops export acme && prism-gitops adopt acme --auto-approve")]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    pub(crate) path: PathArgs,

    #[command(flatten)]
    pub(crate) show: ShowArgs,
    #[command(flatten)]
    pub(crate) marking: MarkingArgs,
}
