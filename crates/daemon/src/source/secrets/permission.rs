//! What references to secrets may reach, by the Project and by the operator.
//!
//! Many users can propose a manifest; the operator is the user who starts this program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::file::Bounds;
use crate::model::{Auth, ExecPolicy, Project, SecretRef};

/// What the operator allows to references in files.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// Programs are run, where the Project allows them too.
    pub programs: bool,
    /// The variables that programs are given besides the usual ones; `NAME*` for all that begin so.
    pub passed: Vec<String>,
    /// The folders, besides the project's, that secret files may be in.
    pub roots: Vec<PathBuf>,
    /// The variables that are this tool's own, and no value for anything else.
    pub reserved: &'static [&'static str],
}

/// What the references of one place may reach.
#[derive(Debug, Clone)]
pub struct Permission {
    policy: ExecPolicy,
    grants: Grants,
    tokens: BTreeSet<String>,
    whose: Authority,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Authority {
    /// A flag or a variable of this tool: the word of who starts it.
    Operator,
    /// A Project's `auth`.
    Auth,
    /// Anything else in a manifest.
    Manifest,
}

impl Permission {
    /// For references that the operator wrote: any file, no programs.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            policy: ExecPolicy::default(),
            grants: Grants::default(),
            tokens: BTreeSet::new(),
            whose: Authority::Operator,
        }
    }

    /// For what manifests refer to: what the Project allows, as far as the operator does.
    #[must_use]
    pub fn of(project: &Project, grants: &Grants) -> Self {
        let auths = project.environments.values();
        let auths = auths.filter_map(|environment| environment.auth.as_ref());
        let tokens = auths.filter_map(|auth| match auth {
            Auth::RefreshToken(SecretRef::Env(name)) | Auth::AccessToken(SecretRef::Env(name)) => {
                Some(name.clone())
            }
            Auth::RefreshToken(_) | Auth::AccessToken(_) => None,
        });
        Self {
            policy: project.policy.exec.clone(),
            grants: grants.clone(),
            tokens: tokens.collect(),
            whose: Authority::Manifest,
        }
    }

    /// The same for the token of an environment, which goes to its tenant alone.
    #[must_use]
    pub fn for_auth(self) -> Self {
        Self {
            whose: Authority::Auth,
            ..self
        }
    }

    /// Why a program may not run.
    pub(super) fn refuses(&self, program: &str) -> Option<String> {
        if !self.policy.allows(program) {
            return Some(
                "the Project does not allow this program under policy.secrets.exec".into(),
            );
        }
        (!self.grants.programs).then(|| {
            "programs are run only with --allow-exec (PRISM_GITOPS_ALLOW_EXEC=true)".to_owned()
        })
    }

    /// Why a variable may not be read.
    pub(super) fn withholds(&self, variable: &str) -> Option<String> {
        let reserved = self.grants.reserved.contains(&variable)
            || self.tokens.contains(variable)
            || variable.starts_with("PRISM_GITOPS_");
        let ours = self.whose == Authority::Manifest && reserved;
        ours.then(|| {
            "the variable holds this tool's own token, which is for the tenant alone".to_owned()
        })
    }

    /// The variables that a program must not see, even if they match a pattern.
    pub(super) fn hides(&self, references: &BTreeSet<SecretRef>) -> BTreeSet<String> {
        let named = references.iter().filter_map(|reference| match reference {
            SecretRef::Env(name) => Some(name.clone()),
            SecretRef::File(_) | SecretRef::Exec { .. } => None,
        });
        self.tokens.iter().cloned().chain(named).collect()
    }

    /// The variables that programs are given besides the usual ones.
    pub(super) fn passed(&self) -> &[String] {
        &self.grants.passed
    }

    /// Where files may be; `None` for anywhere.
    pub(super) fn bounds(&self, root: &Path) -> Option<Bounds> {
        let bounded = self.whose != Authority::Operator;
        bounded.then(|| Bounds::new(root, &self.grants.roots))
    }
}
