//! A part of what files declare: what a plan or a pass is limited to.

use serde::{Deserialize, Serialize};

/// The maximum number of entries in each list of a wish.
pub const MOST_NAMED: usize = 100;

/// The maximum number of characters in each of them.
pub const LONGEST_NAMED: usize = 300;

/// A part of what the files declare. Without any choice it is everything; several choices add up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Part"))]
pub struct Part {
    /// Addresses, as in `Instance/smith-erp`; all members with `Fleet/NAME`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(max = MOST_NAMED)))]
    pub targets: Vec<String>,
    /// Customers, by external id, name or id, or by the name of their manifest: they and their instances.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(max = MOST_NAMED)))]
    pub customers: Vec<String>,
    /// Labels, live or declared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(max = MOST_NAMED)))]
    pub labels: Vec<String>,
    /// Addresses that are left out although they are chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(max = MOST_NAMED)))]
    pub exclude: Vec<String>,
}

impl Part {
    /// Whether it is everything.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it as a wish, regardless of what exists.
    ///
    /// # Errors
    ///
    /// The first list that is too long, or the first name that is empty or too long.
    pub fn check(&self) -> Result<(), String> {
        let Self {
            targets,
            customers,
            labels,
            exclude,
        } = self;
        let lists = [
            ("targets", targets),
            ("customers", customers),
            ("labels", labels),
            ("exclude", exclude),
        ];
        for (name, list) in lists {
            if list.len() > MOST_NAMED {
                return Err(format!("{name}: at most {MOST_NAMED} may be named"));
            }
            let length = |it: &String| it.chars().count();
            if list
                .iter()
                .any(|it| length(it) == 0 || length(it) > LONGEST_NAMED)
            {
                return Err(format!("{name}: each has 1 to {LONGEST_NAMED} characters"));
            }
        }
        Ok(())
    }
}

/// In one line, as the arguments of a command would say it.
impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            targets,
            customers,
            labels,
            exclude,
        } = self;
        let lists = [
            ("--target", targets),
            ("--customer", customers),
            ("--label", labels),
            ("--exclude", exclude),
        ];
        let words = lists
            .into_iter()
            .flat_map(|(flag, all)| all.iter().map(move |it| format!("{flag} {it}")));
        f.write_str(&words.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_bounded() {
        let named = |count: usize, name: &str| Part {
            targets: vec![name.to_owned(); count],
            ..Part::default()
        };
        assert_eq!(named(MOST_NAMED, "Instance/a").check(), Ok(()));
        assert_eq!(
            named(MOST_NAMED + 1, "Instance/a").check(),
            Err("targets: at most 100 may be named".to_owned())
        );
        for wrong in ["", &"x".repeat(LONGEST_NAMED + 1)] {
            assert!(named(1, wrong).check().is_err());
        }
    }

    #[test]
    fn what_is_not_known_is_no_part() {
        let of = |text: &str| serde_json::from_str::<Part>(text);
        assert_eq!(of("{}").unwrap(), Part::default());
        assert!(of(r#"{"target": ["Instance/a"]}"#).is_err());
    }
}
