//! Numbers with their nouns.

use std::fmt::Display;

/// `1 pass`, `2 passes`: a number with a noun that agrees with it. The noun is given in the singular.
#[must_use]
pub fn counted(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    match number.as_str() {
        "1" => format!("1 {noun}"),
        _ => format!("{number} {}", plural(noun)),
    }
}

/// `needs` after one, `need` after several: a verb that agrees with a number. It is given in the plural.
#[must_use]
pub fn agreeing(number: impl Display, verb: &str) -> String {
    match number.to_string().as_str() {
        "1" => format!("{verb}s"),
        _ => verb.to_owned(),
    }
}

/// `a, b, c and 4 more`: the first few of many names.
#[must_use]
pub fn few(names: &[impl AsRef<str>]) -> String {
    const FEW: usize = 3;
    let shown: Vec<&str> = names.iter().take(FEW).map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(FEW) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// By the rule; the words of this program have no other.
fn plural(noun: &str) -> String {
    let hisses = ["s", "x", "ch", "sh"];
    if hisses.iter().any(|end| noun.ends_with(end)) {
        return format!("{noun}es");
    }
    let mut letters = noun.chars().rev();
    match (letters.next(), letters.next()) {
        (Some('y'), Some(before)) if !"aeiou".contains(before) => {
            format!("{}ies", noun.trim_end_matches('y'))
        }
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_and_verbs_agree_with_their_number() {
        for (number, noun, shown) in [
            (0_u64, "pass", "0 passes"),
            (1, "pass", "1 pass"),
            (2, "pass", "2 passes"),
            (1, "change", "1 change"),
            (3, "entry", "3 entries"),
            (3, "key", "3 keys"),
            (11, "branch", "11 branches"),
        ] {
            assert_eq!(counted(number, noun), shown);
        }
        assert_eq!(few(&["a", "b", "c"]), "a, b, c");
        assert_eq!(few(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
        assert_eq!(
            [agreeing(1, "need"), agreeing(2, "need")],
            ["needs", "need"]
        );
    }
}
