//! Labels: a set of which we own our marker and, if declared, the unreserved rest.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::typed;
use crate::model::Marker;

/// The labels an object should have; `None` if it has them.
///
/// Declared labels replace the unreserved ones; undeclared ones stay. Labels
/// of the `gitops:` scheme are never removed, but for this project's markers
/// of other names.
pub(crate) fn target(
    live: &[String],
    declared: Option<&[String]>,
    marker: &Marker,
    protect: bool,
) -> Option<Vec<String>> {
    target_from(live, live, declared, (marker, protect))
}

/// The same, begun with other labels than it has.
pub(crate) fn target_from(
    live: &[String],
    base: &[String],
    declared: Option<&[String]>,
    (marker, protect): (&Marker, bool),
) -> Option<Vec<String>> {
    let wanted = full(base, declared, marker, Some(protect));
    (kept(&wanted) != kept(live)).then_some(wanted)
}

/// The labels of something declared without those that it got when it left its fleet. That it was off then is kept
/// until a person switches it on.
pub(crate) fn returned(live: &[String], enabled: bool) -> Cow<'_, [String]> {
    let stale =
        |label: &str| label.starts_with(Marker::LEFT) || (enabled && label == Marker::LEFT_OFF);
    match live.iter().any(|label| stale(label)) {
        false => Cow::Borrowed(live),
        true => live.iter().filter(|label| !stale(label)).cloned().collect(),
    }
}

/// Labels as a server may keep them. Ours have to be there to the letter: by them we know what is ours.
fn kept(labels: &[String]) -> BTreeSet<String> {
    let kept =
        |label: &String| Some(typed::normalised(label)).filter(|text| !Marker::is_reserved(text));
    labels
        .iter()
        .map(|label| kept(label).unwrap_or_else(|| label.clone()))
        .collect()
}

/// All labels an object should have, sorted. `protect` is what the manifest says of it, `None` leaves it as it is.
pub(crate) fn full(
    live: &[String],
    declared: Option<&[String]>,
    marker: &Marker,
    protect: Option<bool>,
) -> Vec<String> {
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
    match protect {
        Some(true) if !all.contains(Marker::PROTECT) => {
            all.extend([Marker::PROTECT, Marker::PROTECT_DECLARED].map(str::to_owned));
        }
        Some(false) if all.remove(Marker::PROTECT_DECLARED) => {
            all.remove(Marker::PROTECT);
        }
        _ => {}
    }
    all.into_iter().collect()
}

/// Whether a live object bears the label that protects it.
pub(crate) fn protected(live: &[String]) -> bool {
    live.iter().any(|label| label == Marker::PROTECT)
}

/// What protects a live object, worded so that the user knows how to end it; `None` where it is not
/// protected.
///
/// A label that an earlier manifest put on counts no longer once the manifest has changed its mind.
pub(crate) fn guardian(live: &[String], declared: bool) -> Option<&'static str> {
    let ours = live.iter().any(|label| label == Marker::PROTECT_DECLARED);
    if declared {
        Some("remove `protect: true` from its manifest")
    } else if protected(live) && !ours {
        Some("take the label gitops:protect off it in Prismatic")
    } else {
        None
    }
}

/// Labels without the markers of a project.
pub(crate) fn without_markers(live: &[String], ours: &Marker) -> Vec<String> {
    let is_ours =
        |label: &&String| Marker::parse(label).is_none_or(|marker| marker.project != ours.project);
    live.iter().filter(is_ours).cloned().collect()
}

/// Labels as people compare them: sorted, ours left out.
pub(crate) fn shown(labels: &[String], marker: &Marker) -> String {
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
            full(&live, None, &marker, Some(false)),
            strings(&["gitops:p/a", "gitops:protect", "gitops:q/x", "paid"])
        );
        assert_eq!(
            full(&live, Some(&strings(&["production"])), &marker, Some(true)),
            strings(&["gitops:p/a", "gitops:protect", "gitops:q/x", "production"])
        );
        let done = strings(&["b", "gitops:p/a", "a"]);
        assert_eq!(
            target(&done, Some(&strings(&["a", "b"])), &marker, false),
            None
        );
        assert_eq!(target(&done, None, &marker, false), None);
        // Trimmed, and another normal form of one character.
        let kept = strings(&["a", "caf\u{e9}", "gitops:p/a"]);
        let declared = strings(&[" a\n", "cafe\u{301}"]);
        assert_eq!(target(&kept, Some(&declared), &marker, false), None);
        let padded = strings(&[" gitops:p/a"]);
        assert!(target(&padded, None, &marker, false).is_some());
        assert!(target(&done, Some(&[]), &marker, false).is_some());
    }

    #[test]
    fn protection_that_a_manifest_gave_is_the_manifests_to_take() {
        let marker = Marker::parse("gitops:p/a").unwrap();
        let labels = |live: &[&str], protect| full(&strings(live), None, &marker, protect);
        let (hand, ours) = (["gitops:p/a", "gitops:protect"], "gitops:protect-declared");
        let both = ["gitops:p/a", "gitops:protect", ours];
        assert_eq!(labels(&[], Some(true)), both);
        assert_eq!(labels(&both, Some(true)), both);
        assert_eq!(labels(&both, Some(false)), ["gitops:p/a"]);
        assert_eq!(labels(&hand, Some(true)), hand, "it is there already");
        assert_eq!(labels(&hand, Some(false)), hand, "a person's label stays");
        assert_eq!(labels(&both, None), both);
        assert_eq!(labels(&["gitops:p/a", ours], Some(true)), both);
    }
}
