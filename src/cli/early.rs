//! Settings that are needed before the arguments are parsed: how to report that parsing failed.

use std::ffi::OsString;

use super::Variables;

/// The few choices that hold for error messages about the arguments themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Early {
    /// Errors are JSON documents.
    pub(crate) json: bool,
    /// The word after `--color`.
    color: Option<String>,
}

impl Early {
    /// Looks for `-o` and `--color` without understanding anything else.
    pub(crate) fn read(args: &[OsString], variables: &Variables) -> Self {
        let args: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
        let word = |long: &str, short: Option<&str>, variable: &str| {
            let given = last_value(&args, long, short);
            given.or_else(|| variables.get(variable).cloned())
        };
        Self {
            json: word("--output", Some("-o"), "PRISM_GITOPS_OUTPUT").as_deref() == Some("json"),
            color: word("--color", None, "PRISM_GITOPS_COLOR"),
        }
    }

    /// The same choice in clap's words, for help and usage errors.
    pub(crate) fn clap_color(&self) -> clap::ColorChoice {
        match self.color.as_deref() {
            Some("always") => clap::ColorChoice::Always,
            Some("never") => clap::ColorChoice::Never,
            _ => clap::ColorChoice::Auto,
        }
    }
}

/// The value of an option in any of its spellings: `-o json`, `-ojson`, `--output=json`, ….
fn last_value(args: &[&str], long: &str, short: Option<&str>) -> Option<String> {
    let mut found = None;
    for (index, arg) in args.iter().enumerate() {
        let attached = arg
            .strip_prefix(long)
            .and_then(|rest| rest.strip_prefix('='))
            .or_else(|| short.and_then(|short| arg.strip_prefix(short)))
            .map(|value| value.trim_start_matches('='))
            .filter(|value| !value.is_empty());
        if *arg == "--" {
            break;
        } else if *arg == long || Some(*arg) == short {
            found = args.get(index + 1).map(|value| (*value).to_owned());
        } else if let Some(value) = attached {
            found = Some(value.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_output_form_is_seen() {
        for (line, json) in [
            ("plan -o json", true),
            ("plan -ojson", true),
            ("plan -o=json", true),
            ("plan --output json --nonsense", true),
            ("plan --output=json", true),
            ("plan -o human", false),
            ("plan -o json -o human", false),
            ("plan -- -o json", false),
            ("plan -o", false),
            ("plan json", false),
        ] {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(Early::read(&args, &Variables::new()).json, json, "{line}");
        }
        let variables = Variables::from([("PRISM_GITOPS_OUTPUT".to_owned(), "json".to_owned())]);
        assert!(Early::read(&[], &variables).json);
    }
}
