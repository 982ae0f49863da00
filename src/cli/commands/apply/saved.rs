//! A saved plan: what was reviewed is what is applied, or nothing is.

use std::path::Path;

use serde::Deserialize;

use crate::cli::error::CliError;
use crate::plan::Plan;

/// What of a saved plan identifies it.
///
/// A plan is not replayed: it is made again, and carried out only if it comes
/// out the same. So whatever it rests on — files, secrets, tenant, this
/// program — may not have changed in a way that matters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Saved {
    project: String,
    environment: String,
    digest: String,
}

/// Reads a plan that `plan --out` wrote.
pub(super) fn read(file: &Path) -> Result<Saved, CliError> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        CliError::user(format!("cannot read the saved plan {shown}")).because(&error)
    })?;
    serde_json::from_str(&text).map_err(|error| {
        CliError::user(format!("{shown} is not a saved plan"))
            .because(&error)
            .hint("make one with `prism-gitops plan --out FILE`")
    })
}

impl Saved {
    /// Refuses a plan that is not the saved one.
    pub(super) fn same_as(&self, plan: &Plan) -> Result<(), CliError> {
        let stale = |what: String| {
            Err(CliError::refused(what).hint("make a new plan and review it; nothing was written"))
        };
        for (what, saved, now) in [
            ("project", &self.project, &plan.project),
            ("environment", &self.environment, &plan.environment),
        ] {
            if saved != now {
                return stale(format!(
                    "the saved plan is for the {what} {saved:?}, not {now:?}"
                ));
            }
        }
        if self.digest != plan.digest {
            return stale(
                "the saved plan is stale: the files or the tenant changed since it was made"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::cli::exit::Exit;

    #[test]
    fn only_the_same_plan_passes() {
        let plan = plan_with(&[]);
        let saved = Saved {
            project: plan.project.clone(),
            environment: plan.environment.clone(),
            digest: plan.digest.clone(),
        };
        assert!(saved.same_as(&plan).is_ok());
        for other in [
            Saved {
                project: "x".to_owned(),
                ..saved.clone()
            },
            Saved {
                environment: "x".to_owned(),
                ..saved.clone()
            },
            Saved {
                digest: "x".to_owned(),
                ..saved
            },
        ] {
            let error = other.same_as(&plan).unwrap_err();
            assert_eq!(error.exit(), Exit::Refused, "{}", error.message());
        }
    }

    #[test]
    fn a_file_that_is_no_plan_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.json");
        assert!(read(&file).unwrap_err().message().contains("cannot read"));
        std::fs::write(&file, "{}").unwrap();
        assert!(
            read(&file)
                .unwrap_err()
                .message()
                .contains("is not a saved plan")
        );
        std::fs::write(
            &file,
            r#"{"project":"p","environment":"e","digest":"d","more":1}"#,
        )
        .unwrap();
        assert_eq!(read(&file).unwrap().digest, "d");
    }
}
