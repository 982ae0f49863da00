//! What is followed of a remote: its default branch, a branch, a tag or one commit.

/// What is followed. Names were checked: none can be taken for an option or a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The branch that the remote's HEAD names.
    Default,
    /// A branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A commit, by its full hash.
    Commit(String),
}

impl Reference {
    /// A branch by its short name.
    ///
    /// # Errors
    ///
    /// Why the name is invalid, in words that follow the flag's name.
    pub fn branch(name: &str) -> Result<Self, String> {
        check(name).map(Self::Branch)
    }

    /// A tag by its short name.
    ///
    /// # Errors
    ///
    /// As [`Reference::branch`].
    pub fn tag(name: &str) -> Result<Self, String> {
        check(name).map(Self::Tag)
    }

    /// A commit by its full hash.
    ///
    /// # Errors
    ///
    /// When it is anything else: a short hash can come to mean another commit.
    pub fn commit(hash: &str) -> Result<Self, String> {
        if !is_hash(hash) {
            return Err("give the full hash, 40 or 64 hexadecimal digits in lower case".to_owned());
        }
        Ok(Self::Commit(hash.to_owned()))
    }

    /// The full name at the remote; a commit has none.
    pub(super) fn remote_name(&self) -> Option<String> {
        match self {
            Self::Default => Some("HEAD".to_owned()),
            Self::Branch(name) => Some(format!("refs/heads/{name}")),
            Self::Tag(name) => Some(format!("refs/tags/{name}")),
            Self::Commit(_) => None,
        }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default branch"),
            Self::Branch(name) => write!(f, "branch {name}"),
            Self::Tag(name) => write!(f, "tag {name}"),
            Self::Commit(hash) => write!(f, "commit {hash}"),
        }
    }
}

/// Whether a text is a full hash of either kind.
pub(in crate::source) fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Git's rules for names of branches and tags (`git help check-ref-format`).
fn check(name: &str) -> Result<String, String> {
    let wrong = |why: &str| Err(format!("{name:?} is no name: {why}"));
    if name.starts_with("refs/") {
        return wrong("give the short name, without refs/heads/ or refs/tags/");
    }
    if name.is_empty() || name.len() > 255 || name == "@" {
        return wrong("it must have 1 to 255 characters");
    }
    if name.starts_with('-') {
        return wrong("it must not begin with a dash");
    }
    if name.contains("..") || name.contains("@{") {
        return wrong("it must not contain `..` or `@{`");
    }
    let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    if name.chars().any(bad) {
        return wrong("blanks, control characters and ~^:?*[\\ are not allowed");
    }
    let part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.split('/').any(part) || name.ends_with('.') {
        return wrong("no part may be empty, begin with a dot, or end in .lock or a dot");
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_gits_rules() {
        for good in ["main", "release/1.2", "v1.0.0", "f-x_y", "ümlaut"] {
            assert!(Reference::branch(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-x",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "a@{1}",
            "@",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "refs/heads/main",
            "a\nb",
        ] {
            assert!(Reference::branch(bad).is_err(), "{bad}");
            assert!(Reference::tag(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn commits_are_given_in_full() {
        let sha1 = "0123456789abcdef0123456789abcdef01234567";
        assert!(Reference::commit(sha1).is_ok());
        assert!(Reference::commit(&sha1.repeat(2)[..64]).is_ok());
        for bad in ["", "0123456", &sha1.to_uppercase(), "HEAD", &sha1[1..], "-"] {
            assert!(Reference::commit(bad).is_err(), "{bad}");
        }
    }
}
