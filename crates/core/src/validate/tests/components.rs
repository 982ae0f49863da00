//! What a definition uses against what a tenant offers.

use std::collections::BTreeMap;

use crate::definition::Definition;
use crate::model::{Catalogue, ComponentFound, ComponentVersion, ComponentsWanted, Listing};
use crate::validate::{components, want_components};

/// A definition that uses one component.
fn using(component: &str) -> Definition {
    let text = format!(
        "definitionVersion: 7
name: Acme
flows:
- name: Sync
  steps:
  - {{name: T, isTrigger: true, action: {{key: x, component: {component}}}}}
"
    );
    Definition::parse(&text, "acme.yml").unwrap()
}

fn version(number: i64, public: bool, available: bool) -> ComponentVersion {
    ComponentVersion {
        number,
        public,
        available,
    }
}

/// `http` 20 and 21, public; `acme` 3 and 4, private, of which the newest was withdrawn;
/// `both` of either kind; `gone`, private and withdrawn; `broken`, which could not be read.
fn catalogue() -> Catalogue {
    let all = [
        (
            "http",
            vec![version(21, true, true), version(20, true, false)],
        ),
        (
            "acme",
            vec![version(4, false, false), version(3, false, true)],
        ),
        (
            "both",
            vec![version(9, true, true), version(2, false, true)],
        ),
        ("gone", vec![version(1, false, false)]),
        ("htp", Vec::new()),
        ("own", Vec::new()),
    ];
    let found = |versions: Vec<ComponentVersion>| ComponentFound {
        pinned: (1..=50)
            .map(|number| {
                let exact = versions.iter().filter(|version| version.number == number);
                (number, Listing::complete(exact.copied().collect()))
            })
            .collect(),
        newest: Listing::complete(versions),
    };
    let mut found: BTreeMap<_, _> = (all.into_iter())
        .map(|(key, versions)| (key.to_owned(), found(versions)))
        .collect();
    let unread = Listing {
        items: Vec::new(),
        incomplete: Some("status 502".into()),
    };
    let broken = ComponentFound {
        newest: unread.clone(),
        pinned: BTreeMap::from([(2, unread)]),
    };
    found.insert("broken".to_owned(), broken);
    let keys = ["http", "acme", "slack"].map(str::to_owned).into();
    Catalogue {
        found,
        keys,
        lists_none: false,
    }
}

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let cases = [
        ("{key: http, version: LATEST, isPublic: true}", ""),
        ("{key: http, version: 21, isPublic: true}", ""),
        // Withdrawn, but Prismatic's own.
        ("{key: http, version: 20, isPublic: true}", ""),
        ("{key: http}", ""),
        ("{key: acme, version: 3, isPublic: false}", ""),
        ("{key: acme, isPublic: false}", ""),
        ("{key: both, version: 2, isPublic: false}", ""),
        (
            "{key: both, version: 9, isPublic: false}",
            "component \"both\" has no version 9: its newest versions are 2",
        ),
        (
            "{key: http, version: 7, isPublic: true}",
            "component \"http\" has no version 7: its newest versions are 21, 20",
        ),
        (
            "{key: acme, version: 4, isPublic: false}",
            "version 4 of the private component \"acme\" is not available: make it available again, \
             or publish a new version with `prism components:publish`",
        ),
        (
            "{key: gone, isPublic: false}",
            "version 1 of the private component \"gone\" is not available: make it available again, \
             or publish a new version with `prism components:publish`",
        ),
        (
            "{key: http, isPublic: false}",
            "component \"http\" is public, and the definition asks for a private one: write `isPublic: true`",
        ),
        (
            "{key: acme, isPublic: true}",
            "component \"acme\" is private, and the definition asks for a public one: write `isPublic: false`",
        ),
        (
            "{key: htp, isPublic: true}",
            "no public component \"htp\" exists in this tenant: did you mean \"http\"?",
        ),
        (
            "{key: own, version: 2, isPublic: false}",
            "no private component \"own\" exists in this tenant: publish it to this organization \
             with `prism components:publish`",
        ),
        (
            "{key: own}",
            "no component \"own\" exists in this tenant: `prism-gitops get components` lists those there are",
        ),
    ];
    for (component, expected) in cases {
        let check = components(&using(component), &catalogue());
        let found: Vec<_> = (check.missing.iter())
            .map(|missing| format!("{}: {}", missing.message, missing.hint))
            .collect();
        assert_eq!(found.join("; "), expected, "{component}");
        assert!(check.unread.is_empty(), "{component}");
        for missing in check.missing {
            assert_eq!(missing.place.to_string(), "acme.yml:6:66", "{component}");
        }
    }
}

#[test]
fn what_could_not_be_read_is_not_missing() {
    for component in [
        "{key: broken}",
        "{key: broken, version: 2}",
        "{key: unasked}",
    ] {
        let check = components(&using(component), &catalogue());
        assert!(check.missing.is_empty(), "{component}");
        assert_eq!(check.unread.len(), 1, "{component}");
    }
    // The list of the newest ends before the first private one.
    let mut cut = catalogue();
    let http = cut.found.get_mut("http").unwrap();
    http.newest.incomplete = Some("there are more pages".into());
    let check = components(&using("{key: http, isPublic: false}"), &cut);
    assert!(check.missing.is_empty() && !check.unread.is_empty());
    // That there are more does not make a look-up by number any less certain.
    let check = components(&using("{key: http, version: 7}"), &cut);
    assert_eq!(check.missing.len(), 1);
}

#[test]
fn a_tenant_that_lists_no_component_says_nothing_of_any() {
    let mut none = catalogue();
    none.lists_none = true;
    let check = components(&using("{key: own}"), &none);
    assert!(check.unlisted && check.missing.is_empty() && check.unread.is_empty());
}

#[test]
fn each_version_is_asked_for_once() {
    let mut wanted = ComponentsWanted::new();
    for component in [
        "{key: http, version: 3}",
        "{key: http, version: LATEST}",
        "{key: acme}",
    ] {
        want_components(&using(component), &mut wanted);
        want_components(&using(component), &mut wanted);
    }
    assert_eq!(
        wanted,
        ComponentsWanted::from([("acme".into(), [].into()), ("http".into(), [3].into())])
    );
}
