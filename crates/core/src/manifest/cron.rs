//! Cron texts: five fields that some moment matches.

use std::cell::RefCell;
use std::collections::HashMap;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;

use super::fields::{Fields, filled, named, quoted};
use super::findings::Problem;

/// Where the search for a first match begins: no clock is asked, and any moment will do.
const SOME_MOMENT: DateTime = DateTime::constant(2024, 1, 1, 0, 0, 0, 0);

impl Fields<'_> {
    /// A five-field cron text.
    pub(crate) fn cron(&self, name: &str) -> Option<String> {
        let node = self.get(name)?;
        let text = filled(self.report, node, &named(name))?;
        match self.report.schedules().check(&text) {
            Ok(()) => Some(text),
            Err((message, hint)) => {
                let problem = Problem::new("invalid-schedule", message).hint(hint);
                self.report.add(node.span, problem);
                None
            }
        }
    }
}

/// A schedule in the one dialect that manifests have: five fields, no seconds, no years.
///
/// # Errors
///
/// The parser's error for an invalid text.
pub fn parse_schedule(text: &str) -> Result<Cron, CronError> {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
        .parse(text)
}

/// Whether a manifest may have this text as a schedule.
#[must_use]
pub fn is_schedule(text: &str) -> bool {
    check(text).is_ok()
}

/// What is wrong with a text, and what to do.
type Verdict = Result<(), (String, &'static str)>;

/// Verdicts on the texts seen so far: looking for a day that never comes takes
/// milliseconds, and thousands of instances share a few schedules.
#[derive(Default)]
pub(crate) struct Schedules(RefCell<HashMap<String, Verdict>>);

impl Schedules {
    fn check(&self, text: &str) -> Verdict {
        if let Some(known) = self.0.borrow().get(text) {
            return known.clone();
        }
        let verdict = check(text);
        self.0.borrow_mut().insert(text.to_owned(), verdict.clone());
        verdict
    }
}

/// Whether a text is a schedule that ever fires.
fn check(text: &str) -> Verdict {
    const FIELDS: &str = "the five fields are minute, hour, day of month, month, day of week";
    let refuse = |why: &str| {
        let message = format!("{} is not a cron schedule: {why}", quoted(text));
        Err((message, FIELDS))
    };
    if text.trim_start().starts_with('@') {
        return refuse("names such as @daily are not known here");
    }
    let fields = text.split_whitespace().count();
    if fields != 5 {
        return refuse(&format!("it has {fields} fields, not 5"));
    }
    // croner's own bounds are on values, not on lengths.
    if text.len() > 256 || !text.is_ascii() {
        return refuse("it is too long, or holds other than ASCII characters");
    }
    let cron = match parse_schedule(text) {
        Ok(cron) => cron,
        Err(error) => return refuse(&reason(error)),
    };
    match cron.find_next_occurrence(&SOME_MOMENT, true) {
        Ok(_) => Ok(()),
        Err(_) => {
            let message = format!("{} never fires", quoted(text));
            Err((message, "no month has such a day"))
        }
    }
}

fn reason(error: CronError) -> String {
    let text = match error {
        CronError::InvalidPattern(text)
        | CronError::IllegalCharacters(text)
        | CronError::ComponentError(text) => text,
        other => other.to_string(),
    };
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn schedules_have_five_fields_and_fire() {
        for good in [
            "*/5 * * * *",
            "0 17 * * FRI",
            "0 0 29 2 *",
            "00 00 */1 * *",
            "0 0 13 * 5",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "* * * *",
            "* * * * * *",
            "@daily",
            "61 * * * *",
            "0 0 31 2 *",
            "a b c d e",
            "H * * * *",
            "* * * * é",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_written_makes_it_panic(text in "[-0-9*/,LW#?A-Z ]{0,40}", other in any::<String>()) {
            let _ = check(&text);
            let _ = check(&other);
        }
    }
}
