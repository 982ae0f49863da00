//! Reviewed plans: either exactly the reviewed plan is applied, or nothing is.

use std::io::Read as _;
use std::path::Path;

use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::model::{Address, agreeing, counted};
use crate::plan::{self, Moved, Plan, Reviewed, Unfit};

/// No plan is so large: twenty thousand instances with all they rest on take a tenth of it.
const LARGEST: u64 = 256 << 20;

/// At most this many moved resources are named; of the rest, the number is shown.
const TOLD: usize = 20;

/// Reads a plan that `plan --out` wrote. It chooses no write: see [`plan::recheck`].
pub(super) fn read(file: &Path) -> Result<Reviewed, CliError> {
    let shown = file.display();
    let unread = || CliError::user(format!("cannot read the saved plan {shown}"));
    let handle = std::fs::File::open(file).map_err(|error| unread().because(&error))?;
    let mut text = Vec::new();
    let mut start = handle.take(LARGEST + 1);
    let read = start.read_to_end(&mut text);
    read.map_err(|error| unread().because(&error))?;
    if text.len() as u64 > LARGEST {
        return Err(CliError::user(format!(
            "{shown} is larger than any saved plan"
        )));
    }
    let make = "make one with `prism-gitops plan --out FILE`";
    let reviewed: Reviewed = serde_json::from_slice(&text).map_err(|error| {
        CliError::user(format!("{shown} is not a saved plan"))
            .because(&error)
            .hint(make)
    })?;
    reviewed.fit().map_err(|unfit| {
        let error = match &unfit {
            Unfit::Format(_) => CliError::refused(format!("cannot apply the saved plan {shown}")),
            Unfit::Altered | Unfit::Twice(_) => {
                CliError::refused(format!("{shown} is not as it was saved"))
            }
        };
        error
            .because(&unfit)
            .hint(format!("{make}, and review it; nothing was written"))
    })?;
    Ok(reviewed)
}

/// Refuses a plan that was made anew and is not the reviewed one any more, with what moved.
pub(super) fn still(reviewed: &Reviewed, fresh: &Plan) -> Result<(), CliError> {
    let Err(moved) = plan::recheck(reviewed, fresh) else {
        return Ok(());
    };
    let message = match moved.len() {
        1 => "the plan is stale: something that it rests on moved".to_owned(),
        many => format!("the plan is stale: {many} things that it rests on moved"),
    };
    let told = moved.iter().take(TOLD).map(Moved::to_string);
    let rest = moved.len().saturating_sub(TOLD);
    let rest = (rest > 0).then(|| format!("and {rest} more"));
    let refused = told
        .chain(rest)
        .fold(CliError::refused(message), CliError::cause);
    Err(refused.hint("make a new plan and review it; nothing was written"))
}

/// Says what is not part of the plan: what changed since, and what was of another part of the project from the first.
pub(super) fn report_later(ui: &Ui, reviewed: &Reviewed, plan: &Plan) {
    let known = |it: &&Address| reviewed.later.contains(&it.to_string());
    let (known, new): (Vec<_>, Vec<_>) = plan.later.iter().partition(known);
    if let Some(text) = later(&new) {
        ui.say(&text);
    }
    if !known.is_empty() {
        let (count, verb) = (
            counted(known.len(), "resource"),
            agreeing(known.len(), "differ"),
        );
        ui.say(&format!(
            "Left out, as the plan is of a part of the project: {count} that {verb}."
        ));
    }
}

fn later(addresses: &[&Address]) -> Option<String> {
    if addresses.is_empty() {
        return None;
    }
    let first: Vec<String> = addresses.iter().take(5).map(ToString::to_string).collect();
    let rest = addresses.len().saturating_sub(first.len());
    let rest = match rest {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let first = first.join(", ");
    Some(format!(
        "Left for the next plan, because it changed after this one was made: {first}{rest}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::cli::exit::Exit;
    use crate::model::ResourceName;
    use crate::plan::Action;
    use crate::plan::render;

    fn smith() -> Address {
        Address::instance(ResourceName::parse("smith").unwrap())
    }

    /// The result of a file with this content.
    fn reading(content: &[u8]) -> Result<Reviewed, CliError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.json");
        std::fs::write(&file, content).unwrap();
        read(&file)
    }

    #[test]
    fn a_file_that_is_no_plan_says_so() {
        let gone = read(Path::new("/nowhere/plan.json")).unwrap_err();
        assert!(gone.message().contains("cannot read"));
        let whole = render::json(&plan_with(&[]), None).to_string();
        let cut = &whole.as_bytes()[..whole.len() / 2];
        let deep = "[".repeat(100_000);
        let cases: [&[u8]; 6] = [b"", b"{}", b"[1,2]", b"\xff\xfe", cut, deep.as_bytes()];
        for content in cases {
            let error = reading(content).unwrap_err();
            assert!(error.message().contains("is not a saved plan"), "{error:?}");
            assert_eq!(error.exit(), Exit::Error);
        }
    }

    #[test]
    fn another_format_is_refused_before_anything_is_read() {
        let mut plan = render::json(&plan_with(&[]), None);
        plan["formatVersion"] = "2.0".into();
        let error = reading(plan.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.exit(), Exit::Refused);
        assert!(error.causes()[0].contains("\"2.0\""), "{error:?}");
    }

    #[test]
    fn what_moved_is_listed_up_to_a_point() {
        let many = [Action::Deploy].as_slice();
        let address = |n: usize| ResourceName::parse(&format!("n{n}")).unwrap();
        let all: Vec<_> = (0..30)
            .map(|n| (Address::instance(address(n)), many))
            .collect();
        let then = Reviewed::from(&plan_with(&all));
        let now = plan_with(&[(smith(), &[])]);
        let error = still(&then, &now).unwrap_err();
        assert_eq!(error.exit(), Exit::Refused);
        assert_eq!(error.causes().len(), TOLD + 1);
        insta::assert_snapshot!(error.message(), @"the plan is stale: 30 things that it rests on moved");
        insta::assert_snapshot!(error.causes()[0], @r#"Instance/n0: the plan for it was "deploy", is "neither declared nor ours any more""#);
        insta::assert_snapshot!(error.causes()[TOLD], @"and 10 more");
    }

    #[test]
    fn what_came_later_is_named() {
        assert_eq!(later(&[]), None);
        insta::assert_snapshot!(later(&[&smith(); 7]).unwrap(), @"Left for the next plan, because it changed after this one was made: Instance/smith, Instance/smith, Instance/smith, Instance/smith, Instance/smith and 2 more.");
    }
}
