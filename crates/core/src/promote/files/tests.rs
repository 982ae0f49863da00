use super::*;
use crate::model::ResourceName;

const PROJECT: &str = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\n\
    spec: {environments: {dev: {}, prod: {}, eu: {}}}\n";
const COMMIT: &str = "1a2b3c4d5e6f";

fn instance(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  \
        integration: {{name: Acme}}\n  customer: {{id: c}}\n{rest}"
    )
}

fn files(list: &[(&str, &str)]) -> Vec<SourceFile> {
    let file = |(path, text): &(&str, &str)| SourceFile::new(*path, text.as_bytes());
    list.iter().map(file).collect()
}

fn promoted(names: &[&str]) -> Promoted {
    let address = |name: &&str| {
        let name = ResourceName::parse(name).unwrap();
        ManifestAddress::Resource(crate::model::Address::instance(name))
    };
    Promoted {
        integration: "Integration/acme".to_owned(),
        commit: COMMIT.to_owned(),
        number: 7,
        changes: names.iter().map(address).collect(),
        unchanged: Vec::new(),
    }
}

#[test]
fn two_manifests_of_one_file_change_and_nothing_else_does() {
    let text = format!(
        "{}---\n# the second\n{}",
        instance("a", "environments:\n  prod:\n  dev:\n"),
        instance(
            "b",
            "  config:\n    Key: {connection: {password: hunter2}}\n"
        )
    );
    let list = files(&[("p.yaml", PROJECT), ("i.yaml", &text)]);
    let changed = changed(&list, "prod", &[promoted(&["a", "b"])]).unwrap();
    assert_eq!(changed.len(), 1);
    insta::assert_snapshot!(changed[0].difference, @"
    --- a/i.yaml
    +++ b/i.yaml
    @@ -6,5 +6,5 @@
       customer: {id: c}
     environments:
    -  prod:
    +  prod: {version: {commit: 1a2b3c4d5e6f}}
       dev:
     ---
    @@ -18,2 +18,6 @@
       config:
     …
    +environments:
    +  dev: {}
    +  prod: {version: {commit: 1a2b3c4d5e6f}}
    +  eu: {}
    ");
    assert!(changed[0].after.contains("password: hunter2"));
    let again = files(&[("p.yaml", PROJECT), ("i.yaml", &changed[0].after)]);
    let versions = |environment| {
        let loaded = manifest::load_for(&again, Some(environment));
        let instances = loaded.desired.instances.into_iter();
        instances
            .map(|one| one.version.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        versions("prod"),
        [format!("commit {COMMIT}"), format!("commit {COMMIT}")]
    );
    assert_eq!(versions("dev"), ["latest", "latest"]);
    assert_eq!(versions("eu"), ["latest"]);
}

#[test]
fn what_shares_its_text_is_refused() {
    let shared = instance(
        "a",
        "environments:\n  dev: &all\n    version: {number: 3}\n  prod: *all\n",
    );
    let merged = instance(
        "a",
        "environments:\n  dev: &all {version: {number: 3}}\n  prod: {<<: *all}\n",
    );
    for text in [shared, merged] {
        let list = files(&[("p.yaml", PROJECT), ("i.yaml", &text)]);
        let refused = changed(&list, "prod", &[promoted(&["a"])]).expect_err(&text);
        assert!(refused.hint.contains("by hand"), "{refused:?}");
    }
}

#[test]
fn a_byte_order_mark_stays() {
    let text = format!("\u{feff}{}", instance("a", ""));
    let list = files(&[("p.yaml", PROJECT), ("i.yaml", &text)]);
    let changed = changed(&list, "prod", &[promoted(&["a"])]).unwrap();
    let (before, after) = (&changed[0].before, &changed[0].after);
    assert_eq!(*before, text);
    let added = after.strip_prefix(before.as_str()).unwrap();
    assert!(added.contains(COMMIT), "{added}");
}

#[test]
fn a_refusal_says_what_is_in_the_way() {
    let block = "environments:\n  prod:\n    version:\n      commit: |-\n        0000000\n  dev: {}\n  eu: {}\n";
    for (rest, names, why) in [
        (
            block,
            "a",
            "Instance/a: its version is written as a block of lines (`|` or `>`)",
        ),
        (
            "environments: {dev: {}}\n",
            "a",
            "Instance/a: no file declares it in prod",
        ),
        ("", "b", "Instance/b: no file declares it in prod"),
    ] {
        let list = files(&[("p.yaml", PROJECT), ("i.yaml", &instance("a", rest))]);
        let refused = changed(&list, "prod", &[promoted(&[names])]).unwrap_err();
        assert_eq!(refused.to_string(), why);
    }
}

#[test]
fn a_fleet_says_the_version_of_its_members_and_nothing_else_changes() {
    let fleet = "apiVersion: prism-gitops/v1\nkind: Fleet\nmetadata: {name: all}\nspec:\n  \
        integration: {name: Acme}\n  customers: {list: [c1]}\n  template: {displayName: Acme, version: {number: 3}}\n";
    let list = files(&[("p.yaml", PROJECT), ("f.yaml", fleet)]);
    let all = Promoted {
        changes: vec![ManifestAddress::Fleet(ResourceName::parse("all").unwrap())],
        ..promoted(&[])
    };
    let changed = changed(&list, "prod", &[all]).unwrap();
    insta::assert_snapshot!(changed[0].difference, @"
    --- a/f.yaml
    +++ b/f.yaml
    @@ -6,2 +6,6 @@
       customers: {list: [c1]}
       template: {displayName: Acme, version: {number: 3}}
    +environments:
    +  dev: {}
    +  prod: {template: {version: {commit: 1a2b3c4d5e6f}}}
    +  eu: {}
    ");
}
