//! "Did you mean …?"

/// The candidate nearest to what was written, if one is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    let allowed = (written.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(written.len()) <= allowed + 2)
        .map(|candidate| (distance(&written, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Swapped neighbours count as one error. Long texts are not compared: it is slow, and they are rarely
/// misspelt.
fn distance(written: &str, candidate: &str) -> usize {
    if written.len() > 128 || candidate.len() > 128 {
        return usize::MAX;
    }
    strsim::damerau_levenshtein(written, &candidate.to_lowercase())
}

/// The hint that goes with it.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, candidates).map(|candidate| format!("did you mean {candidate:?}?"))
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [start @ .., last] => format!("{} or {last}", start.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["definition", "description", "publish"];
        assert_eq!(nearest("defnition", keys), Some("definition"));
        assert_eq!(nearest("Publish", keys), Some("publish"));
        assert_eq!(nearest("zebra", keys), None);
        assert_eq!(nearest("", keys), None);
        // One slip in three letters.
        assert_eq!(nearest("deffinittion", keys), Some("definition"));
        assert_eq!(nearest("pubzzzz", keys), None);
        assert_eq!(either(&["a", "b", "c"]), "a, b or c");
    }
}
