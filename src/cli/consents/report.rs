//! The checklist for the person who sends the links to customers.

use std::path::Path;

use super::{Consent, Consents};
use crate::cli::error::CliError;
use crate::model::Secret;
use crate::model::counted;
use crate::plan::{Plan, PlannedResource};
use crate::store::replace_private;

/// Whether a report can be put there: beside a file, and never in place of a device or a folder.
pub(super) fn check(file: &Path) -> Result<(), CliError> {
    match std::fs::metadata(file) {
        Ok(found) if !found.is_file() => Err(CliError::user(format!(
            "{} is not a file; the report holds secrets and goes into a file of its own",
            file.display()
        ))),
        _ => Ok(()),
    }
}

/// Writes it whole or not at all, for its owner only.
pub(super) fn write(file: &Path, plan: &Plan, consents: &Consents) -> Result<(), CliError> {
    let text = text(plan, consents);
    replace_private(file, |out| std::io::Write::write_all(out, text.as_bytes())).map_err(|error| {
        CliError::world(format!("cannot write the report {}", file.display())).because(&error)
    })
}

/// The outcome, without any of the links.
pub(super) fn outcome(file: &Path, consents: &Consents) -> String {
    let all = || consents.0.values().flatten();
    let missing: Vec<&str> = all()
        .filter_map(|consent| consent.link.as_ref().err().map(String::as_str))
        .collect();
    let links = counted(all().count() - missing.len(), "authorization link");
    let head = format!(
        "Wrote {links} to {}. Anyone who opens one can connect an account.",
        file.display()
    );
    match missing.first() {
        None => head,
        Some(why) => format!(
            "{head} {} without a link: {why}",
            counted(missing.len(), "connection")
        ),
    }
}

fn text(plan: &Plan, consents: &Consents) -> String {
    let (project, environment) = (&plan.project, &plan.environment);
    let mut text = format!(
        "# Connections that wait for consent\n\n\
         Project {project}, environment {environment}, read at {}.\n\n",
        plan.observed_at
    );
    if consents.0.is_empty() {
        text.push_str("Nothing waits.\n");
        return text;
    }
    text.push_str(
        "Anyone who opens a link can connect an account to that customer's instance: \
         send each to its customer alone, and delete this file when all is done.\n\n",
    );
    let resources = plan.resources.iter();
    let waiting = resources.filter_map(|it| Some((it, consents.0.get(&it.address)?)));
    for (resource, all) in waiting {
        for consent in all {
            text.push_str(&line(resource, consent));
        }
    }
    text
}

fn line(resource: &PlannedResource, consent: &Consent) -> String {
    let customer = resource.customer.as_deref().unwrap_or("no customer");
    let (name, address, variable) = (&resource.display_name, &resource.address, &consent.variable);
    let link = match &consent.link {
        Ok(link) => link.url.as_ref().map_or("", Secret::expose).to_owned(),
        Err(why) => format!("no link: {why}"),
    };
    // Names come from the tenant: nothing in them may begin a line of its own.
    let about = format!("{customer}: {name} ({address}), {variable}").replace(['\r', '\n'], " ");
    format!("- [ ] {about}: {}\n", link.replace(['\r', '\n'], " "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::model::{Address, AuthorizeUrl, ResourceName, Secret};
    use crate::plan::Action;

    fn consents() -> (Plan, Consents) {
        let smith = Address::instance(ResourceName::parse("smith").unwrap());
        let mut plan = plan_with(&[(smith.clone(), &[Action::Create])]);
        plan.resources[0].customer = Some("Smith\n- [ ] forged".to_owned());
        let link = AuthorizeUrl {
            variable: "Salesforce".to_owned(),
            url: Some(Secret::new("https://consent.example/1".to_owned())),
        };
        let all = vec![
            Consent {
                variable: "Salesforce".to_owned(),
                link: Ok(link),
            },
            Consent {
                variable: "Slack".to_owned(),
                link: Err("Prismatic gives no link for it".to_owned()),
            },
        ];
        (plan, Consents(BTreeMap::from([(smith, all)])))
    }

    #[test]
    fn it_is_a_checklist() {
        let (plan, consents) = consents();
        insta::assert_snapshot!(text(&plan, &consents), @"
        # Connections that wait for consent

        Project acme, environment sandbox, read at 1970-01-01T00:00:00Z.

        Anyone who opens a link can connect an account to that customer's instance: send each to its customer alone, and delete this file when all is done.

        - [ ] Smith - [ ] forged: smith (Instance/smith), Salesforce: https://consent.example/1
        - [ ] Smith - [ ] forged: smith (Instance/smith), Slack: no link: Prismatic gives no link for it
        ");
        insta::assert_snapshot!(text(&plan, &Consents(BTreeMap::new())), @"
        # Connections that wait for consent

        Project acme, environment sandbox, read at 1970-01-01T00:00:00Z.

        Nothing waits.
        ");
        insta::assert_snapshot!(outcome(Path::new("links.md"), &consents), @"Wrote 1 authorization link to links.md. Anyone who opens one can connect an account. 1 connection without a link: Prismatic gives no link for it");
    }

    #[test]
    fn it_replaces_files_only() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path()).is_err());
        assert!(check(Path::new("/dev/null")).is_err());
        assert!(check(&folder.path().join("new.md")).is_ok());
    }
}
