//! What the files want of one tenant: fleets expanded, and the secrets of their members looked up.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use super::pass::{Loaded, PassContext};
use crate::definition::Definitions;
use crate::diff::Inputs;
use crate::fleet;
use crate::model::{Catalogue, Desired, Diagnostic, SecretRecords, SecretValues, Tenant};

/// What the files want of one tenant: the only place where fleets are expanded.
pub(super) struct Wanted<'a> {
    pub(super) desired: Arc<Desired>,
    definitions: &'a Definitions,
    secrets: Cow<'a, SecretValues>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Wanted<'a> {
    pub(super) async fn of(
        loaded: &'a Loaded,
        context: &'a PassContext<'_>,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Self {
        let expansion = fleet::expand(&loaded.desired, tenant, now);
        let (desired, diagnostics) = match expansion.desired {
            Cow::Borrowed(_) => (Arc::clone(&loaded.desired), expansion.diagnostics),
            Cow::Owned(desired) => (Arc::new(desired), expansion.diagnostics),
        };
        let secrets = secrets(context, &desired).await;
        Self {
            desired,
            definitions: &loaded.definitions,
            secrets,
            diagnostics,
        }
    }

    pub(super) fn inputs<'b>(
        &'b self,
        context: &PassContext<'_>,
        records: &'b SecretRecords,
        tenant: &'b Tenant,
        catalogue: Option<&'b Catalogue>,
    ) -> Inputs<'b> {
        Inputs {
            desired: &self.desired,
            definitions: self.definitions,
            secrets: &self.secrets,
            records,
            unrecorded: context.remembered.unrecorded,
            tenant,
            catalogue,
            adopt: context.adopt,
            admissions: None,
        }
    }
}

/// The secrets that were looked up before, and those that only members of fleets refer to.
async fn secrets<'a>(context: &'a PassContext<'_>, desired: &Desired) -> Cow<'a, SecretValues> {
    let known = &context.secrets;
    let Some(resolver) = context.later.filter(|_| !desired.fleets.is_empty()) else {
        return Cow::Borrowed(known);
    };
    let mut open = desired.secret_refs();
    open.retain(|reference| !known.has(reference));
    if open.is_empty() {
        return Cow::Borrowed(known);
    }
    let mut all = known.clone();
    all.extend(resolver.resolve(&desired.project, &open).await);
    Cow::Owned(all)
}
