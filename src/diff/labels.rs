//! Labels: a set of which we own our marker and, if declared, the unreserved rest.

use std::collections::BTreeSet;

use crate::model::Marker;

/// The labels an object should have; `None` if it has them.
///
/// Declared labels replace the unreserved ones; undeclared ones stay. Labels
/// of the `gitops:` scheme are never removed, but for this project's markers
/// of other names.
pub(super) fn target(
    live: &[String],
    declared: Option<&[String]>,
    marker: &Marker,
) -> Option<Vec<String>> {
    let wanted = full(live, declared, marker);
    let now: BTreeSet<&String> = live.iter().collect();
    (wanted.iter().collect::<BTreeSet<_>>() != now).then_some(wanted)
}

/// All labels an object should have, sorted.
pub(crate) fn full(live: &[String], declared: Option<&[String]>, marker: &Marker) -> Vec<String> {
    let stale = |label: &str| {
        Marker::parse(label).is_some_and(|m| m.project == marker.project && m != *marker)
    };
    let reserved = live
        .iter()
        .filter(|label| Marker::is_reserved(label) && !stale(label));
    let others = match declared {
        Some(declared) => declared.iter().collect::<Vec<_>>(),
        None => live
            .iter()
            .filter(|label| !Marker::is_reserved(label))
            .collect(),
    };
    let mut all: BTreeSet<String> = reserved.chain(others).cloned().collect();
    all.insert(marker.to_string());
    all.into_iter().collect()
}

/// Labels as people compare them: sorted, ours left out.
pub(super) fn shown(labels: &[String], marker: &Marker) -> String {
    let marker = marker.to_string();
    let set: BTreeSet<&str> = labels
        .iter()
        .map(String::as_str)
        .filter(|label| *label != marker)
        .collect();
    set.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn labels_are_a_set_with_reserved_words() {
        let marker = Marker::parse("gitops:p/a").unwrap();
        let live = strings(&["paid", "gitops:protect", "gitops:q/x", "gitops:p/old"]);
        assert_eq!(
            full(&live, None, &marker),
            strings(&["gitops:p/a", "gitops:protect", "gitops:q/x", "paid"])
        );
        assert_eq!(
            full(&live, Some(&strings(&["production"])), &marker),
            strings(&["gitops:p/a", "gitops:protect", "gitops:q/x", "production"])
        );
        let done = strings(&["b", "gitops:p/a", "a"]);
        assert_eq!(target(&done, Some(&strings(&["a", "b"])), &marker), None);
        assert_eq!(target(&done, None, &marker), None);
        assert!(target(&done, Some(&[]), &marker).is_some());
    }
}
