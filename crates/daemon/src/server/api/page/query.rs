//! Queries: the parameters of the page's address, a comma for or, a repeated key for and.

use url::form_urlencoded;

/// The longest value of a parameter, in bytes; the path as a whole is limited besides.
const LONGEST: usize = 1024;

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Which parameter.
    pub(super) field: String,
    /// What is wrong with it.
    pub(super) message: String,
    /// What may have been meant.
    pub(super) suggestion: Option<String>,
}

/// The parameters in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(raw: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(raw.unwrap_or_default().as_bytes());
        Self(
            pairs
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// Refuses parameters that are not among these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Wrong> {
        for (key, value) in &self.0 {
            if !known.contains(&key.as_str()) {
                return Err(Wrong {
                    field: key.clone(),
                    message: format!("there is no parameter {key:?}"),
                    suggestion: nearest(key, known),
                });
            }
            if value.len() > LONGEST {
                return Err(Wrong {
                    field: key.clone(),
                    message: format!("{key} is longer than {LONGEST} bytes"),
                    suggestion: None,
                });
            }
        }
        Ok(())
    }

    /// The value of a parameter that may be there once.
    pub(super) fn one<'a>(&'a self, key: &str) -> Result<Option<&'a str>, Wrong> {
        let mut all = self.all(key);
        let first = all.next();
        match all.next() {
            None => Ok(first),
            Some(_) => Err(Wrong {
                field: key.to_owned(),
                message: format!("{key} is there twice"),
                suggestion: None,
            }),
        }
    }

    /// All values of a parameter.
    pub(super) fn all<'a, 'k>(
        &'a self,
        key: &'k str,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'k> {
        let own = self.0.iter().filter(move |(name, _)| name == key);
        own.map(|(_, value)| value.as_str())
    }
}

/// The known word with the most letters in common at its beginning.
pub(super) fn nearest(given: &str, known: &[&str]) -> Option<String> {
    let alike = |word: &&&str| {
        let pairs = word.chars().zip(given.chars());
        pairs
            .take_while(|(one, other)| one.eq_ignore_ascii_case(other))
            .count()
    };
    let best = known.iter().max_by_key(alike)?;
    (alike(&best) > 0).then(|| (*best).to_owned())
}

/// The pieces of a value: a comma separates, a backslash takes the next letter as it is.
pub(super) fn pieces(value: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        let last = all.last_mut();
        match (letter, last) {
            (',', _) => all.push(String::new()),
            ('\\', Some(last)) => last.extend(letters.next()),
            (other, Some(last)) => last.push(other),
            (_, None) => {}
        }
    }
    all.retain(|piece| !piece.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_at_commas_that_are_not_escaped() {
        assert_eq!(pieces("a,b\\,c,,d\\\\"), ["a", "b,c", "d\\"]);
        assert!(pieces("").is_empty());
    }

    #[test]
    fn a_wrong_parameter_is_named_with_the_nearest_right_one() {
        let query = Query::of(Some("stat=failing"));
        let wrong = query.only(&["state", "since"]).unwrap_err();
        assert_eq!(wrong.suggestion.as_deref(), Some("state"));
        let query = Query::of(Some("state=a&state=b"));
        assert_eq!(query.only(&["state"]), Ok(()));
        assert_eq!(query.one("state").unwrap_err().field, "state");
    }
}
