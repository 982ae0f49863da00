//! Tests over whole definitions, through the public functions.

mod checks;
mod properties;
mod reading;
mod rules;
mod wording;

use super::{Definition, compare};

fn git(text: &str) -> Definition {
    Definition::parse(text, "erp.yml").unwrap_or_else(|found| panic!("{found:#?}\n{text}"))
}

fn live(text: &str) -> Definition {
    Definition::parse_canonical(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// The changes as lines.
fn shown(git: &Definition, live: &Definition) -> String {
    let lines: Vec<String> = compare(git, live).iter().map(ToString::to_string).collect();
    lines.join("\n")
}
