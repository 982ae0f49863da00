use super::*;
use crate::model::ResourceName;

const HEAD: &str = "# The ERP of Smith\napiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec: {a: b}   # short\n";
const COMMIT: &str = "1a2b3c4d";

fn declared() -> Vec<String> {
    ["dev", "prod"].map(str::to_owned).to_vec()
}

fn pinned(text: &str, commit: &str) -> Result<String, NotPinned> {
    let address = Address::instance(ResourceName::parse("smith").unwrap());
    pin(
        text,
        &ManifestAddress::Resource(address),
        ("prod", &declared()),
        commit,
    )
}

#[test]
fn only_the_version_changes_in_every_way_of_writing() {
    for (before, after) in [
        (
            "environments:\n  prod:\n",
            "environments:\n  prod: {version: {commit: 1a2b3c4d}}\n",
        ),
        (
            "environments:\n  prod: # here\n  dev:\n",
            "environments:\n  prod: {version: {commit: 1a2b3c4d}} # here\n  dev:\n",
        ),
        (
            "environments: {dev: {}, prod: { } }\n",
            "environments: {dev: {}, prod: {version: {commit: 1a2b3c4d}} }\n",
        ),
        (
            "environments: {prod: ~}\n",
            "environments: {prod: {version: {commit: 1a2b3c4d}}}\n",
        ),
        (
            "environments: {prod: {state: enabled}}\n",
            "environments: {prod: {version: {commit: 1a2b3c4d}, state: enabled}}\n",
        ),
        (
            "environments:\n  prod:\n    # why\n    state: enabled\n    config: {}\n",
            "environments:\n  prod:\n    # why\n    version: {commit: 1a2b3c4d}\n    state: enabled\n    config: {}\n",
        ),
        (
            "environments: {prod: {version: latest}}\n",
            "environments: {prod: {version: {commit: 1a2b3c4d}}}\n",
        ),
        (
            "environments: {prod: {version: 'latest'}}\n",
            "environments: {prod: {version: {commit: 1a2b3c4d}}}\n",
        ),
        (
            "environments: {prod: {version: {number: 12}, state: enabled}} # x\n",
            "environments: {prod: {version: {commit: 1a2b3c4d}, state: enabled}} # x\n",
        ),
        (
            "environments:\n  prod:\n    version:\n      number: 12  # twelve\n",
            "environments:\n  prod:\n    version:\n      commit: 1a2b3c4d  # twelve\n",
        ),
        (
            "environments:\n  prod:\n    version: {commit: \"0123456\"}\n",
            "environments:\n  prod:\n    version: {commit: 1a2b3c4d}\n",
        ),
        (
            "environments:\n  prod: {version: {commit: 0a1b2c3}} # é",
            "environments:\n  prod: {version: {commit: 1a2b3c4d}} # é",
        ),
    ] {
        let text = format!("{HEAD}{before}");
        assert_eq!(
            pinned(&text, COMMIT),
            Ok(format!("{HEAD}{after}")),
            "{before}"
        );
        let (text, expected) = (
            text.replace('\n', "\r\n"),
            format!("{HEAD}{after}").replace('\n', "\r\n"),
        );
        assert_eq!(pinned(&text, COMMIT), Ok(expected), "{before}");
    }
}

#[test]
fn a_manifest_that_is_everywhere_stays_everywhere() {
    let more = "environments:\n  dev: {}\n  prod: {version: {commit: 1a2b3c4d}}\n";
    let other = "---\nkind: Other\n";
    for (before, after) in [
        (HEAD.to_owned(), format!("{HEAD}{more}")),
        (
            HEAD.trim_end().to_owned(),
            format!("{}\n{more}", HEAD.trim_end()),
        ),
        (format!("{HEAD}\n\n"), format!("{HEAD}{more}\n\n")),
        (format!("{HEAD}\n{other}"), format!("{HEAD}{more}\n{other}")),
        (
            format!("{other}---\n{HEAD}...\n"),
            format!("{other}---\n{HEAD}{more}...\n"),
        ),
        (format!("---\n{HEAD}"), format!("---\n{HEAD}{more}")),
    ] {
        assert_eq!(pinned(&before, COMMIT), Ok(after));
    }
}

#[test]
fn digits_stay_a_text_for_every_reader() {
    for (commit, written) in [
        ("1234567", "\"1234567\""),
        ("12345e7", "\"12345e7\""),
        ("a234567", "a234567"),
    ] {
        let text = format!("{HEAD}environments: {{prod: }}\n");
        let pinned = pinned(&text, commit).unwrap();
        assert!(
            pinned.ends_with(&format!("prod: {{version: {{commit: {written}}}}} }}\n")),
            "{pinned}"
        );
    }
}

#[test]
fn what_has_no_place_for_it_is_refused() {
    for text in [
        format!("{HEAD}environments: {{dev: {{}}}}\n"),
        format!("{HEAD}environments: {{prod, dev: {{}}}}\n"),
        format!("{HEAD}environments: {{prod: {{version: []}}}}\n"),
        "{apiVersion: prism-gitops/v1, kind: Instance, metadata: {name: smith}, spec: {}}\n"
            .to_owned(),
        HEAD.replace("smith}", "jones}"),
        "a: [".to_owned(),
    ] {
        let refused = pinned(&text, COMMIT).expect_err(&text);
        assert!(
            refused
                .hint
                .contains("environments: {prod: {version: {commit: 1a2b3c4d}}}")
        );
    }
}

#[test]
fn the_version_of_a_fleet_is_in_its_template() {
    let fleet = ManifestAddress::Fleet(ResourceName::parse("all").unwrap());
    let head = "apiVersion: prism-gitops/v1\nkind: Fleet\nmetadata: {name: all}\nspec: {a: b}\n";
    let pinned = |rest: &str| {
        let text = format!("{head}{rest}");
        let pinned = pin(&text, &fleet, ("prod", &declared()), COMMIT).unwrap();
        pinned.strip_prefix(head).unwrap().to_owned()
    };
    for (before, after) in [
        (
            "",
            "environments:\n  dev: {}\n  prod: {template: {version: {commit: 1a2b3c4d}}}\n",
        ),
        (
            "environments:\n  prod:\n",
            "environments:\n  prod: {template: {version: {commit: 1a2b3c4d}}}\n",
        ),
        (
            "environments:\n  prod:\n    create: false\n",
            "environments:\n  prod:\n    template: {version: {commit: 1a2b3c4d}}\n    create: false\n",
        ),
        (
            "environments:\n  prod:\n    template:\n      state: enabled # on\n",
            "environments:\n  prod:\n    template:\n      version: {commit: 1a2b3c4d}\n      state: enabled # on\n",
        ),
        (
            "environments: {prod: {template: {version: {number: 3}}}}\n",
            "environments: {prod: {template: {version: {commit: 1a2b3c4d}}}}\n",
        ),
    ] {
        assert_eq!(pinned(before), after);
    }
    let other = ManifestAddress::Fleet(ResourceName::parse("other").unwrap());
    assert!(pin(head, &other, ("prod", &declared()), COMMIT).is_err());
}
