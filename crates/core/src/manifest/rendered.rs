//! Manifests as they are in one environment: merged, templates carried out, and nothing else changed.

use super::documents::{self, ManifestKind};
use super::pin::ManifestAddress;
use super::setting::Setting;
use super::{structured, templating};
use crate::model::{ResourceName, SourceFile};
use crate::template;
use crate::yaml::write::{Leaf, Tree};
use crate::yaml::{Content, Entry, Node, Scalar};

/// One manifest of one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `Project`, `Instance`, …, by the order of the kinds.
    pub kind: &'static str,
    /// `metadata.name`.
    pub name: String,
    /// What it declares; nothing for a Project.
    pub address: Option<ManifestAddress>,
    /// The document: a manifest by itself, without `environments` at its top.
    pub tree: Tree,
}

/// The manifests of one environment, by kind and name. Definitions without a manifest are not among them.
///
/// What is wrong with the files is for [`super::load_for`] to say; a template that could not be carried out stays.
#[must_use]
pub fn rendered(files: &[SourceFile], environment: Option<&str>) -> Vec<Rendered> {
    let setting = Setting::of(files, environment);
    let manifests = files
        .iter()
        .filter(|file| SourceFile::holds_manifests(&file.path));
    let mut found: Vec<(ManifestKind, Rendered)> = manifests
        .flat_map(|file| documents::arranged(file, &setting))
        .map(|(kind, node)| (kind, one(kind.as_str(), &node)))
        .collect();
    found.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
    found.into_iter().map(|(_, one)| one).collect()
}

fn one(kind: &'static str, node: &Node) -> Rendered {
    let metadata = node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"));
    let name = metadata.and_then(Node::as_scalar);
    let name = name.map(|scalar| scalar.text.clone()).unwrap_or_default();
    Rendered {
        kind,
        address: address(kind, &name),
        name,
        tree: document(kind, node),
    }
}

/// A document. What templates were carried out came to is escaped, so that it stays what it is.
fn address(kind: &str, name: &str) -> Option<ManifestAddress> {
    if kind == ManifestKind::Fleet.as_str() {
        return ResourceName::parse(name).ok().map(ManifestAddress::Fleet);
    }
    super::arrange::address(kind, name).map(ManifestAddress::Resource)
}

fn document(kind: &str, node: &Node) -> Tree {
    let spec = |entry: &Entry| {
        let escape = !templating::is_later(kind, &entry.key.text);
        (key(entry), tree(&entry.value, escape))
    };
    let top = |entry: &Entry| match entry.value.as_mapping() {
        Some(entries) if entry.key.text == "spec" => {
            (key(entry), Tree::Map(entries.iter().map(spec).collect()))
        }
        _ => (key(entry), tree(&entry.value, true)),
    };
    Tree::Map(
        node.as_mapping()
            .unwrap_or_default()
            .iter()
            .map(top)
            .collect(),
    )
}

fn key(entry: &Entry) -> Leaf {
    Leaf::Text(entry.key.text.clone())
}

/// A node as it is written: what was plain and no text stays so.
fn tree(node: &Node, escape: bool) -> Tree {
    match &node.content {
        Content::Scalar(scalar) => Tree::Leaf(leaf(scalar, escape)),
        Content::Sequence(items) => {
            Tree::List(items.iter().map(|item| tree(item, escape)).collect())
        }
        Content::Mapping(entries) => {
            let entry = |entry: &Entry| (key(entry), tree(&entry.value, escape));
            Tree::Map(entries.iter().map(entry).collect())
        }
    }
}

fn leaf(scalar: &Scalar, escape: bool) -> Leaf {
    let text = if escape {
        template::escaped(&scalar.text)
    } else {
        scalar.text.clone()
    };
    match &scalar.tag {
        Some(tag) if tag != "str" => Leaf::Tagged(tag.clone(), text),
        None if scalar.is_null() => Leaf::Bare("null".to_owned()),
        None if structured::is_bare(scalar) => Leaf::Bare(text),
        Some(_) | None => Leaf::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::load_for;
    use crate::yaml::write::write;

    const PROJECT: &str = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n  \
        values: {n: 5, t: '010'}\n  environments: {dev: {}, prod: {values: {n: 7}}}\n";
    const SMITH: &str = "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  \
        integration: {name: Acme}\n  customer: {id: c}\n  config:\n    A: ${{ values.n }}\n    \
        B: '${{ values.n }}'\n    C: {value: {a: 1.50, b: yes, c: '7', d: ~, e: ${{ values.t }}}}\n    \
        D: $${{ x }}\n    K: {secret: {env: '${{ environment.name }}_KEY'}}\n    E: |\n      a\n      b\n  \
        protect: true\nenvironments:\n  prod: {description: Prod, config: {A: ~}}\n";

    fn files(list: &[(&str, &str)]) -> Vec<SourceFile> {
        let file = |(path, text): &(&str, &str)| SourceFile::new(*path, text.as_bytes());
        list.iter().map(file).collect()
    }

    #[test]
    fn what_is_rendered_means_the_same_by_itself() {
        let smith = SMITH.replace("e: ${{ values.t }}", "e: '${{ values.t }}'");
        let all = files(&[("z.yaml", PROJECT), ("a.yaml", &smith)]);
        let found = rendered(&all, Some("prod"));
        let names: Vec<_> = found
            .iter()
            .map(|one| (one.kind, one.name.as_str()))
            .collect();
        assert_eq!(names, [("Project", "acme"), ("Instance", "smith")]);
        assert_eq!(rendered(&all, Some("dev")).len(), 1);
        let texts: Vec<String> = found.iter().map(|one| write(&one.tree)).collect();
        insta::assert_snapshot!(texts[1], @r#"
        apiVersion: prism-gitops/v1
        kind: Instance
        metadata:
          name: smith
        spec:
          integration:
            name: Acme
          customer:
            id: c
          config:
            B: "7"
            C:
              value:
                a: 1.50
                b: "yes"
                c: "7"
                d: null
                e: "010"
            D: "$${{ x }}"
            K:
              secret:
                env: prod_KEY
            E: |
              a
              b
          protect: true
          description: Prod
        "#);
        let again = files(&[("z.yaml", &texts[0]), ("a.yaml", &texts[1])]);
        let (before, after) = (load_for(&all, Some("prod")), load_for(&again, Some("prod")));
        assert_eq!(
            (&before.diagnostics, &after.diagnostics),
            (&Vec::new(), &Vec::new())
        );
        let values = |loaded: &crate::manifest::Loaded| {
            let smith = loaded.desired.instances[0].clone();
            let config = smith.config.iter();
            let config = config.map(|(key, entry)| (key.clone(), entry.value.clone()));
            let config: Vec<_> = config.collect();
            (
                config,
                smith.description,
                smith.protect,
                smith.integration,
                smith.customer,
            )
        };
        assert_eq!(values(&before), values(&after));
        // What is rendered once more stays as it is.
        let twice: Vec<String> = rendered(&again, Some("prod"))
            .iter()
            .map(|one| write(&one.tree))
            .collect();
        assert_eq!(twice, texts);
    }
}
