//! Names that nothing else has: for resources, and for variables of the environment.

use std::collections::BTreeSet;

use crate::model::ResourceName;

/// The `metadata.name`s of one kind.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<ResourceName>);

impl Names {
    /// Takes a name that a marker gives; `false` if it is taken.
    pub(crate) fn keep(&mut self, name: &ResourceName) -> bool {
        self.0.insert(name.clone())
    }

    /// Makes a name from a display name, numbered where it is taken.
    pub(crate) fn make(&mut self, display: &str, otherwise: &str) -> Option<ResourceName> {
        let base = ResourceName::slug(display).or_else(|| ResourceName::slug(otherwise))?;
        if self.keep(&base) {
            return Some(base);
        }
        (2_u64..).find_map(|number| {
            let suffix = format!("-{number}");
            let room = ResourceName::MAX.saturating_sub(suffix.len());
            let short = base.as_str().get(..room).unwrap_or(base.as_str());
            let name = format!("{}{suffix}", short.trim_end_matches(['-', '.', '_']));
            let name = ResourceName::parse(&name).ok()?;
            self.keep(&name).then_some(name)
        })
    }
}

/// The variables of the environment that secrets are to be put in.
#[derive(Debug, Default)]
pub(crate) struct Variables(BTreeSet<String>);

impl Variables {
    /// `SMITH_ERP_API_KEY` for the key `API Key` of `smith-erp`.
    pub(crate) fn make(&mut self, parts: &[&str]) -> String {
        let mut base = String::new();
        for part in parts {
            if !base.is_empty() && !base.ends_with('_') {
                base.push('_');
            }
            for c in part.chars() {
                if c.is_ascii_alphanumeric() {
                    base.push(c.to_ascii_uppercase());
                } else if !base.ends_with('_') {
                    base.push('_');
                }
            }
        }
        let mut base = base.trim_matches('_').to_owned();
        if !base.starts_with(|c: char| c.is_ascii_alphabetic()) {
            base = format!("SECRET_{base}");
        }
        let mut name = base.clone();
        let mut number = 2_u64;
        while !self.0.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_and_never_too_long() {
        let mut names = Names::default();
        assert!(names.keep(&ResourceName::parse("acme").unwrap()));
        let made =
            |names: &mut Names, text: &str| names.make(text, "instance").unwrap().to_string();
        assert_eq!(made(&mut names, "Acme"), "acme-2");
        assert_eq!(made(&mut names, "ACME!"), "acme-3");
        assert_eq!(made(&mut names, "!?"), "instance");
        let long = "a b ".repeat(40);
        assert_eq!(made(&mut names, &long).len(), 63);
        let second = made(&mut names, &long);
        assert!(
            second.ends_with("b-2") || second.ends_with("a-2"),
            "{second}"
        );
        assert!(second.len() <= 63);
    }

    #[test]
    fn variables_are_words_that_a_shell_takes() {
        let mut variables = Variables::default();
        assert_eq!(
            variables.make(&["smith-erp", "API Key"]),
            "SMITH_ERP_API_KEY"
        );
        assert_eq!(
            variables.make(&["smith.erp", "API  key"]),
            "SMITH_ERP_API_KEY_2"
        );
        assert_eq!(variables.make(&["7-eleven", "é"]), "SECRET_7_ELEVEN");
        assert_eq!(variables.make(&["é"]), "SECRET_");
    }
}
