//! What a tenant says people and programs did in it.

use jiff::Timestamp;

/// One line of it. How it is worded is not documented, so it is shown as it is and never read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// When, by the server's clock.
    pub at: Timestamp,
    /// The name of the user.
    pub who: String,
    /// What was done.
    pub what: String,
}

impl Activity {
    /// The newest that names an object. That is a hint and no proof: two objects may be called alike, and a line may name one
    /// for another reason.
    #[must_use]
    pub fn naming<'a>(all: &'a [Self], name: &str) -> Option<&'a Self> {
        let named = all.iter();
        let named = named.filter(|it| !name.is_empty() && it.what.contains(name));
        named.max_by_key(|it| it.at)
    }

    /// `ann: Updated instance "Smith ERP"`.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{}: {}", self.who, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_line_that_names_an_object_is_taken() {
        let line = |second, who: &str, what: &str| Activity {
            at: Timestamp::from_second(second).unwrap(),
            who: who.to_owned(),
            what: what.to_owned(),
        };
        let all = [
            line(1, "ann", "Disabled Smith ERP"),
            line(3, "bob", "Disabled Smith ERP"),
            line(2, "eve", "Enabled Smith ERP"),
            line(9, "eve", "Enabled Jones ERP"),
        ];
        let found = Activity::naming(&all, "Smith ERP").map(Activity::describe);
        assert_eq!(found.as_deref(), Some("bob: Disabled Smith ERP"));
        assert_eq!(Activity::naming(&all, "Brown ERP"), None);
        assert_eq!(Activity::naming(&all, ""), None, "which says nothing");
    }
}
