//! `.env.example`: the variables that an export refers to, to be filled in elsewhere.

use prism_gitops_api::export::SecretNeeded;

/// Its path. A name that begins with a dot: no manifest is looked for in it.
pub const ENV_TEMPLATE: &str = ".env.example";

const HEAD: &str = "\
# Variables that the manifests refer to. Copy this file, fill it in, and keep the copy out of git.
# A variable behind a # is of a value that the manifests leave as it is in the tenant: to manage it, refer to the
# variable in the file that the line above it names.
";

/// The template with what an export needs added to what it says already; `None` where there is nothing to say.
///
/// Lines that are there stay as they are, so that exports of parts add up.
pub(super) fn template(
    before: Option<&str>,
    needed: &[SecretNeeded],
    omitted: &[SecretNeeded],
) -> Option<String> {
    let needed = needed.iter().map(|one| (one, ""));
    let omitted = omitted.iter().map(|one| (one, "# "));
    let known = |one: &SecretNeeded| before.is_some_and(|text| says(text, &one.variable));
    let added: Vec<String> = needed
        .chain(omitted)
        .filter(|(one, _)| !known(one))
        .map(|(one, comment)| format!("\n# {}\n{comment}{}=\n", place(one), one.variable))
        .collect();
    if added.is_empty() && before.is_none() {
        return None;
    }
    let mut text = before.unwrap_or(HEAD).to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.extend(added);
    Some(text)
}

/// Where it is used. Keys are quoted, so that none ends its line.
fn place(one: &SecretNeeded) -> String {
    let input = one.input.as_ref();
    let input = input.map(|name| format!(", input {name:?}"));
    format!("{}: {:?}{}", one.file, one.key, input.unwrap_or_default())
}

/// Whether a line gives a variable, or would without its comment.
fn says(text: &str, variable: &str) -> bool {
    let name = |line: &str| {
        let line = line.trim_start_matches(['#', ' ']);
        line.split('=').next().map(|name| name.trim().to_owned())
    };
    text.lines()
        .any(|line| line.contains('=') && name(line).as_deref() == Some(variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(variable: &str, input: Option<&str>) -> SecretNeeded {
        SecretNeeded {
            variable: variable.to_owned(),
            file: "instances/smith.yaml".to_owned(),
            key: "Login".to_owned(),
            input: input.map(str::to_owned),
        }
    }

    #[test]
    fn a_template_names_what_is_missing_and_keeps_what_is_there() {
        let first = template(
            None,
            &[needed("SMITH_LOGIN", Some("password"))],
            &[needed("SMITH_KEY", None)],
        );
        let first = first.unwrap();
        insta::assert_snapshot!(first, @r#"
        # Variables that the manifests refer to. Copy this file, fill it in, and keep the copy out of git.
        # A variable behind a # is of a value that the manifests leave as it is in the tenant: to manage it, refer to the
        # variable in the file that the line above it names.

        # instances/smith.yaml: "Login", input "password"
        SMITH_LOGIN=

        # instances/smith.yaml: "Login"
        # SMITH_KEY=
        "#);
        let edited = first.replace("SMITH_LOGIN=", "SMITH_LOGIN=mine");
        let again = template(
            Some(&edited),
            &[needed("SMITH_LOGIN", None), needed("OTHER", None)],
            &[needed("SMITH_KEY", None)],
        );
        let again = again.unwrap();
        assert!(again.starts_with(&edited), "{again}");
        assert!(again.ends_with("OTHER=\n"), "{again}");
        assert_eq!(again.matches("SMITH_KEY").count(), 1);
        assert_eq!(template(None, &[], &[]), None);
    }
}
