//! The server's canonical text as people read it: no tags, quotes only where they are needed.
//!
//! Keys stay in the server's order, which is how `prism integrations:export` gives them.

use super::scalar::{self, Kind};
use crate::model::Marker;
use crate::yaml::write::{Leaf, Tree, write};
use crate::yaml::{self, Content, Limits, Node, Scalar};

/// A definition in a readable spelling, of the same meaning.
///
/// Labels of our own scheme are left out. `labels` are those that the object really has: where the
/// definition has others, it goes without, because on reading it would count as a change.
///
/// # Errors
///
/// Why the text cannot be read.
pub fn readable(text: &str, labels: &[String]) -> Result<String, String> {
    let documents = yaml::parse(text, Limits::default()).map_err(|error| error.to_string())?;
    let [root] = documents.as_slice() else {
        return Err(format!("{} documents instead of one", documents.len()));
    };
    let Tree::Map(mut members) = tree(root)? else {
        return Err(format!("{} instead of a mapping", root.describe()));
    };
    if let Some(place) = members.iter().position(|(key, _)| is(key, "labels")) {
        match own_labels(&members[place].1, labels) {
            Some(kept) => members[place].1 = kept,
            None => drop(members.remove(place)),
        }
    }
    Ok(write(&Tree::Map(members)))
}

fn is(key: &Leaf, name: &str) -> bool {
    matches!(key, Leaf::Text(text) if text == name)
}

/// The labels without those of our scheme, if they are the ones that the object has.
fn own_labels(written: &Tree, labels: &[String]) -> Option<Tree> {
    let Tree::List(items) = written else {
        return None;
    };
    let texts = items.iter().map(|item| match item {
        Tree::Leaf(Leaf::Text(text) | Leaf::Bare(text) | Leaf::Tagged(_, text)) => Some(text),
        Tree::List(_) | Tree::Map(_) => None,
    });
    let texts: Vec<&String> = texts.collect::<Option<_>>()?;
    let own = |label: &&String| !Marker::is_reserved(label);
    let kept: Vec<&String> = texts.into_iter().filter(own).collect();
    let same = kept.iter().all(|label| labels.contains(label))
        && labels.iter().filter(own).all(|label| kept.contains(&label));
    same.then(|| Tree::List(kept.into_iter().map(Tree::text).collect()))
}

fn tree(node: &Node) -> Result<Tree, String> {
    Ok(match &node.content {
        Content::Scalar(scalar) => Tree::Leaf(leaf(scalar)?),
        Content::Sequence(items) => Tree::List(items.iter().map(tree).collect::<Result<_, _>>()?),
        Content::Mapping(entries) => {
            let entry = |entry: &yaml::Entry| Ok((leaf(&entry.key)?, tree(&entry.value)?));
            Tree::Map(entries.iter().map(entry).collect::<Result<_, String>>()?)
        }
    })
}

/// Bare where YAML 1.1 reads the bare spelling as the same value.
fn leaf(scalar: &Scalar) -> Result<Leaf, String> {
    let resolved = scalar::resolve(scalar).map_err(|error| format!("a scalar {error}"))?;
    let bare = match resolved.kind {
        Kind::Text => return Ok(Leaf::Text(resolved.text)),
        Kind::Null => "null",
        Kind::Bool | Kind::Int | Kind::Float | Kind::Time => resolved.text.as_str(),
    };
    let again = scalar::resolve(&Scalar {
        text: bare.to_owned(),
        plain: true,
        tag: None,
    });
    Ok(match (again, &scalar.tag) {
        (Ok(again), _) if again == resolved => Leaf::Bare(bare.to_owned()),
        (_, Some(tag)) => Leaf::Tagged(tag.clone(), scalar.text.clone()),
        (_, None) => Leaf::Bare(scalar.text.clone()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;
    use crate::definition::{Definition, compare};

    #[test]
    fn tags_and_needless_quotes_go() {
        let text = "\"definitionVersion\": !!int \"7\"\n\"description\": \"a\\nb\\n\"\n\"flag\": !!bool \"false\"\n\
                    \"labels\":\n- \"gitops:p/a\"\n- \"paid\"\n\"name\": \"Acme ERP\"\n\"none\": !!null \"null\"\n\
                    \"ratio\": !!float \"1\"\n\"when\": \"2020-01-01\"\n\"yes\": \"no\"\n";
        insta::assert_snapshot!(readable(text, &["paid".to_owned()]).unwrap(), @r#"
        definitionVersion: 7
        description: |
          a
          b
        flag: false
        labels:
          - paid
        name: Acme ERP
        none: null
        ratio: 1.0
        when: "2020-01-01"
        "yes": "no"
        "#);
        let other = readable(text, &[]).unwrap();
        assert!(!other.contains("labels"), "{other}");
        assert!(readable("- a", &[]).is_err());
    }

    proptest! {
        #[test]
        fn the_meaning_stays(name in "[a-zA-Z]{1,9}", text in any::<String>(), number in any::<i64>(), flag: bool) {
            let json = serde_json::json!({
                "definitionVersion": 7, "name": name, "documentation": text, "description": text,
                "flows": [{"name": text.clone() + "x", "isSynchronous": flag, "steps": [
                    {"name": "T", "isTrigger": true, "inputs": {"a": {"type": "value", "value": number}}}]}],
            });
            let before = Definition::parse_canonical(&json.to_string());
            proptest::prop_assume!(before.is_ok());
            let written = readable(&json.to_string(), &[]).unwrap();
            let after = Definition::parse_canonical(&written);
            let after = after.unwrap_or_else(|error| panic!("{error}\n{written}"));
            let before = before.unwrap();
            prop_assert_eq!(after.digest(), before.digest(), "{}", written);
            prop_assert_eq!(compare(&after, &before), Vec::new());
        }
    }
}
