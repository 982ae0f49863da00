//! The components a definition uses, and which version of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FieldError;
use super::steps;
use super::value::Value;

/// What an author writes for the newest version of a component.
const LATEST: &str = "LATEST";

/// The components a tenant can use.
pub trait Catalogue {
    /// The version number that a reference means at this moment.
    ///
    /// # Errors
    /// A sentence for the author where there is no such component or version.
    fn resolve(&self, key: &str, is_public: bool, version: ComponentVersion)
    -> Result<i64, String>;
}

/// The version a definition asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentVersion {
    /// `LATEST`.
    Latest,
    /// A number.
    Number(i64),
    /// None given: old definitions, and code-native ones that name a signature instead.
    Absent,
}

/// A component a definition uses, pinned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ComponentRef {
    /// The component's key, such as `webhook-triggers`.
    pub key: String,
    /// Whether it is one of Prismatic's, rather than the organization's own.
    pub is_public: bool,
    /// The version number.
    pub version: i64,
}

/// Puts version numbers where the definition has `LATEST` or nothing, and lists the components.
///
/// # Errors
/// What the catalogue says about each component it does not have, once, at its first use.
pub(super) fn pin(
    value: &mut Value,
    catalogue: &dyn Catalogue,
) -> Result<Vec<ComponentRef>, Vec<FieldError>> {
    let mut known = BTreeMap::new();
    let mut problems = Vec::new();
    each_mut(value, &mut |place, component| {
        let (key, is_public) = identity(component);
        // The check has refused any other version.
        let version = version(component).unwrap_or(ComponentVersion::Absent);
        let pinned = known.entry((key.clone(), is_public, version));
        let pinned = pinned.or_insert_with(|| {
            let resolved = catalogue.resolve(&key, is_public, version);
            if let Err(problem) = &resolved {
                problems.push(FieldError::new(format!("{place}: {problem}")));
            }
            resolved.ok()
        });
        if let Some(number) = *pinned {
            set_version(component, number);
        }
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut used: Vec<_> = known
        .into_iter()
        .filter_map(|((key, is_public, _), version)| {
            let version = version?;
            Some(ComponentRef {
                key,
                is_public,
                version,
            })
        })
        .collect();
    used.sort();
    used.dedup();
    Ok(used)
}

/// Writes `LATEST` for every pinned version.
pub(super) fn unpin(value: &mut Value) {
    each_mut(value, &mut |_, component| {
        if let Some(version) = component.get_mut("version") {
            *version = Value::from(LATEST);
        }
    });
}

/// The version a component reference asks for.
///
/// # Errors
/// Says what is there instead.
pub(super) fn version(component: &Value) -> Result<ComponentVersion, String> {
    match component.get("version") {
        None => Ok(ComponentVersion::Absent),
        Some(Value::Str(text)) if text.eq_ignore_ascii_case(LATEST) => Ok(ComponentVersion::Latest),
        Some(other) => other
            .text()
            .and_then(|text| text.parse().ok())
            .filter(|number| *number > 0)
            .map(ComponentVersion::Number)
            .ok_or_else(|| format!("the version must be a number or {LATEST}")),
    }
}

/// The key, and whether the component is public, which it is unless the definition says no.
pub(super) fn identity(component: &Value) -> (String, bool) {
    let key = component
        .get("key")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_private = component.get("isPublic") == Some(&Value::Bool(false));
    (key.to_owned(), !is_private)
}

/// A component named by its signature keeps that alone.
fn set_version(component: &mut Value, number: i64) {
    let by_signature = component.get("signature").is_some() && component.get("version").is_none();
    if let Value::Map(map) = component
        && !by_signature
    {
        map.insert("version".to_owned(), Value::Int(number.into()));
    }
}

/// Visits every component reference: of the steps, and of the connections and data sources
/// among the config variables.
fn each_mut(value: &mut Value, visit: &mut dyn FnMut(&str, &mut Value)) {
    let mut of = |place: &str, holder: &mut Value, keys: &[&str]| {
        for key in keys {
            if let Some(component) = holder.get_mut(key).and_then(|it| it.get_mut("component")) {
                visit(place, component);
            }
        }
    };
    let flows = value.get_mut("flows").map_or(&mut [][..], Value::items_mut);
    for (index, flow) in flows.iter_mut().enumerate() {
        let place = steps::within("", "flow", index, flow);
        steps::each_mut(flow.get_mut("steps"), &place, &mut |place, step| {
            of(place, step, &["action"]);
        });
    }
    let variables = value
        .get_mut("requiredConfigVars")
        .map_or(&mut [][..], Value::items_mut);
    for (index, variable) in variables.iter_mut().enumerate() {
        let place = steps::within("", "config variable", index, variable);
        of(&place, variable, &["connection", "dataSource"]);
    }
}
