//! Changes one value that a manifest says for one environment, at the place where it stands: comments, order and line
//! ends stay.
//!
//! As with [`super::pin`], whether the text then says what it should is for the caller to prove by reading it again.

use super::arrange::ENVIRONMENTS;
use super::pin::{Edit, ManifestAddress, NotPinned, Pinning, braces};
use crate::yaml::{self, Content, Entry, Limits, Node};

/// The text of a file in which the manifest of an address says `value` under `keys` of its spec.
///
/// The value is written where the environment has it from: in its own part, else in `spec` where no other environment
/// has it from there too. Otherwise the environment gets a part of its own.
///
/// # Errors
///
/// The manifest is not in this file and environment, or is written in a way that has no place for the value.
pub fn put(
    text: &str,
    address: &ManifestAddress,
    (environment, declared): (Option<&str>, &[String]),
    (keys, value): (&[String], &str),
) -> Result<String, NotPinned> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let refused = |why: &'static str| NotPinned {
        why,
        hint: format!("write it by hand: spec: {}", braces(&keys, value)),
    };
    let documents = yaml::parse(text, Limits::default()).unwrap_or_default();
    let is_in = |document: &&Node| match (document.get(ENVIRONMENTS), environment) {
        (Some(places), Some(name)) => places.get(name).is_some(),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let mut found = documents.iter().filter(|it| address.is_declared_by(it));
    let document = found.find(is_in);
    let document = document.ok_or_else(|| refused("no manifest of it is in this file"))?;
    let putting = Pinning {
        text,
        value: value.to_owned(),
        commit: None,
        keys: keys.clone(),
    };
    let edit = putting.where_it_stands(document, environment, declared);
    let edit = edit.ok_or_else(|| refused("its manifest has no place for the value"))?;
    let mut changed = text.to_owned();
    changed.replace_range(edit.range, &edit.with);
    Ok(changed)
}

impl Pinning<'_> {
    fn where_it_stands(
        &self,
        document: &Node,
        environment: Option<&str>,
        declared: &[String],
    ) -> Option<Edit> {
        let places = document.get(ENVIRONMENTS).and_then(Node::as_mapping);
        let own = places.zip(environment).and_then(|(places, name)| {
            let place = places.iter().find(|one| one.key.text == name)?;
            self.stands_below(place).then_some(place)
        });
        if let Some(place) = own {
            return self.below(place, &self.keys);
        }
        let alone = match places {
            Some(places) => places.len() <= 1,
            None => declared.len() <= 1,
        };
        match (alone, environment, places) {
            (true, _, _) | (false, None, _) => {
                let spec = document
                    .as_mapping()?
                    .iter()
                    .find(|it| it.key.text == "spec")?;
                self.below(spec, &self.keys)
            }
            (false, Some(name), Some(places)) => self.in_environment(places, name),
            (false, Some(name), None) => self.new_environments(document, name, declared),
        }
    }

    /// Whether the value is written below a place.
    fn stands_below(&self, place: &Entry) -> bool {
        let mut here = Some(&place.value);
        for key in &self.keys {
            here = here.and_then(|node| node.get(key));
        }
        here.is_some()
    }

    /// Any value that is there.
    pub(super) fn instead_of_value(&self, place: &Entry) -> Option<Edit> {
        if self.is_block(place) {
            return None;
        }
        let with = self.value.clone();
        match &place.value.content {
            Content::Scalar(scalar) if scalar.is_null() => {
                self.instead_of_nothing(place, !scalar.text.is_empty(), &with)
            }
            Content::Scalar(_) => self.whole(place.value.span, with),
            Content::Sequence(_) | Content::Mapping(_) => {
                let span = place.value.span;
                let start = self.offset(span.line, span.column)?;
                let key = self.range(place.key_span)?;
                let (from, end) = match self.text.get(start..)?.chars().next()? {
                    '[' | '{' => (start, start + closed(self.text.get(start..)?)?),
                    _ => (
                        self.after_colon(key.end, start),
                        self.end_of_node(&place.value)?,
                    ),
                };
                let with = if from < start {
                    format!(" {with}")
                } else {
                    with
                };
                (from < end).then_some(Edit {
                    range: from..end,
                    with,
                })
            }
        }
    }

    /// Right behind the colon, unless a comment stands between that and a value on lines of its own.
    fn after_colon(&self, key_end: usize, start: usize) -> usize {
        let between = self.text.get(key_end..start).unwrap_or_default();
        match between.find(':') {
            Some(colon) if !between.contains('#') => key_end + colon + 1,
            _ => start,
        }
    }

    /// Where the last value in a block of lines ends.
    fn end_of_node(&self, node: &Node) -> Option<usize> {
        match &node.content {
            Content::Scalar(_) => self.range(node.span).map(|range| range.end),
            Content::Sequence(items) => self.end_of_node(items.last()?),
            Content::Mapping(entries) => {
                let last = entries.last()?;
                if self.is_block(last) {
                    return None;
                }
                let start = self.offset(last.value.span.line, last.value.span.column)?;
                match (&last.value.content, self.text.get(start..)?.chars().next()) {
                    (Content::Sequence(_) | Content::Mapping(_), Some('[' | '{')) => {
                        Some(start + closed(self.text.get(start..)?)?)
                    }
                    _ => self.end_of_node(&last.value),
                }
            }
        }
    }
}

/// The length of a value in brackets or braces, quotes and comments in it passed over.
fn closed(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut comment) = (0_usize, None, false);
    let mut before = ' ';
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if comment => comment = c != '\n',
            (Some('"'), _) if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') if " [{,:\n\t".contains(before) => quote = Some(c),
            (None, '#') if before.is_whitespace() => comment = true,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (Some(_) | None, _) => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, ResourceName};

    const HEAD: &str = "# The ERP of Smith\nkind: Instance\napiVersion: prism-gitops/v1\nmetadata: {name: smith}\n";

    fn put_into(
        rest: &str,
        declared: &[&str],
        keys: &[&str],
        value: &str,
    ) -> Result<String, NotPinned> {
        let address = Address::instance(ResourceName::parse("smith").unwrap());
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let declared: Vec<String> = declared.iter().map(|one| (*one).to_owned()).collect();
        let environment = declared.first().map(String::as_str);
        let address = ManifestAddress::Resource(address);
        let text = format!("{HEAD}{rest}");
        let put = put(&text, &address, (environment, &declared), (&keys, value))?;
        Ok(put.strip_prefix(HEAD).unwrap().to_owned())
    }

    #[test]
    fn a_value_changes_where_it_stands() {
        let config: &[&str] = &["config", "Endpoint"];
        for (declared, before, keys, value, after) in [
            (
                &[][..],
                "spec:\n  config:\n    Endpoint: https://a   # the old one\n    B: c\n",
                config,
                "https://b",
                "spec:\n  config:\n    Endpoint: https://b   # the old one\n    B: c\n",
            ),
            (
                &["dev"],
                "spec: {config: {Endpoint: 'it''s', B: c}}\n",
                config,
                "x",
                "spec: {config: {Endpoint: x, B: c}}\n",
            ),
            (
                &["dev"],
                "spec:\n  labels:\n    - a\n    - b # two\n  state: enabled\n",
                &["labels"],
                "[c]",
                "spec:\n  labels: [c] # two\n  state: enabled\n",
            ),
            (
                &["dev"],
                "spec:\n  labels: [a, \"]\", # why\n    b]\n  state: enabled\n",
                &["labels"],
                "[c]",
                "spec:\n  labels: [c]\n  state: enabled\n",
            ),
            (
                &["dev"],
                "spec:\n  state: enabled\n",
                &["displayName"],
                "New",
                "spec:\n  displayName: New\n  state: enabled\n",
            ),
            // What the environment says itself.
            (
                &["dev", "prod"],
                "spec: {config: {Endpoint: a}}\nenvironments:\n  dev: {config: {Endpoint: b}}\n  prod:\n",
                config,
                "c",
                "spec: {config: {Endpoint: a}}\nenvironments:\n  dev: {config: {Endpoint: c}}\n  prod:\n",
            ),
            // What others have from `spec` too stays theirs.
            (
                &["dev", "prod"],
                "spec: {config: {Endpoint: a}}\nenvironments:\n  dev:\n  prod:\n",
                config,
                "c",
                "spec: {config: {Endpoint: a}}\nenvironments:\n  dev: {config: {Endpoint: c}}\n  prod:\n",
            ),
            (
                &["dev", "prod"],
                "spec:\n  config: {Endpoint: a}\n",
                config,
                "c",
                "spec:\n  config: {Endpoint: a}\nenvironments:\n  dev: {config: {Endpoint: c}}\n  prod: {}\n",
            ),
            (
                &["dev", "prod"],
                "spec: {config: {Endpoint: a}}\nenvironments: {dev: {}}\n",
                config,
                "c",
                "spec: {config: {Endpoint: c}}\nenvironments: {dev: {}}\n",
            ),
        ] {
            assert_eq!(
                put_into(before, declared, keys, value).unwrap(),
                after,
                "{before}"
            );
        }
    }

    #[test]
    fn what_has_no_end_that_its_place_tells_is_refused() {
        let block = "spec:\n  description: |\n    one\n    two\n";
        let refused = put_into(block, &[], &["description"], "three").unwrap_err();
        assert!(
            refused.hint.contains("spec: {description: three}"),
            "{}",
            refused.hint
        );
        let other = put_into(
            "spec: {a: b}\nenvironments: {prod: {}}\n",
            &["dev"],
            &["a"],
            "c",
        );
        assert_eq!(other.unwrap_err().why, "no manifest of it is in this file");
    }
}
