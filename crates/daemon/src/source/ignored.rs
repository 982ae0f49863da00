//! `.prismgitopsignore`: what is left out, in gitignore's own words.
//!
//! Pure: the text comes in. It can only leave files out, and only below the
//! folder it is in.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The file, in the root of the project.
pub(super) const NAME: &str = ".prismgitopsignore";
/// The largest that is read, in bytes.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Folders of packages that other tools fetched: large, and without manifests.
const FETCHED: [&str; 2] = ["node_modules", "bower_components"];

/// Says what is left out.
#[derive(Debug, Clone)]
pub(super) struct Ignored {
    matcher: Gitignore,
}

impl Ignored {
    /// Nothing but what other tools fetched.
    pub(super) fn none() -> Self {
        Self {
            matcher: Gitignore::empty(),
        }
    }

    /// As the file says.
    ///
    /// # Errors
    ///
    /// Why not, in lower case.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        let mut builder = GitignoreBuilder::new("");
        for (index, line) in text.lines().enumerate() {
            let added = builder.add_line(None, line);
            added.map_err(|error| format!("line {}: {error}", index + 1))?;
        }
        let matcher = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { matcher })
    }

    /// Whether a folder is not looked into.
    pub(super) fn folder(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        FETCHED.contains(&name) || self.matcher.matched(path, true).is_ignore()
    }

    /// Whether a file in a folder that is looked into is left out.
    pub(super) fn file(&self, path: &str) -> bool {
        self.matcher.matched(path, false).is_ignore()
    }

    /// The same for a file of which no folder was looked at before.
    pub(super) fn below(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let mut folders = folders.filter(|folder| !folder.is_empty());
        folders.any(|folder| self.folder(folder)) || self.file(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let text =
            "\u{feff}# comment\n/ci/\n*.tmpl.yaml\nold/**\n!old/kept.yaml\n../outside.yaml\n";
        let ignored = Ignored::read(text.as_bytes()).unwrap();
        for (path, left_out) in [
            ("ci/a.yaml", true),
            ("x/ci/a.yaml", false),
            ("x/a.tmpl.yaml", true),
            ("old/a.yaml", true),
            ("old/kept.yaml", false),
            ("outside.yaml", false),
            ("a/node_modules/b/c.yaml", true),
            ("a.yaml", false),
        ] {
            assert_eq!(ignored.below(path), left_out, "{path}");
        }
        assert!(Ignored::none().below("node_modules/a.yaml"));
        assert!(!Ignored::none().below("a/b.yaml"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_its_line() {
        for (bytes, why) in [(&b"a\n[z-a]\n"[..], "line 2"), (b"\xFFa", "UTF-8")] {
            let error = Ignored::read(bytes).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
