//! "Did you mean …?"

/// The candidate nearest to a misspelt word, if one is near enough to suggest.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.8;
    let word = word.to_lowercase();
    candidates
        .map(|candidate| {
            (
                strsim::jaro_winkler(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(score, _)| *score > NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let keys = ["Endpoint", "Batch Size", "API Key"];
        assert_eq!(nearest("endpiont", keys.into_iter()), Some("Endpoint"));
        assert_eq!(nearest("api key", keys.into_iter()), Some("API Key"));
        assert_eq!(nearest("Colour", keys.into_iter()), None);
    }
}
