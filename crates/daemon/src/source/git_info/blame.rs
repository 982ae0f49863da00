//! The author of a line, from the history of a checkout.
//!
//! # Invariants
//!
//! - Nothing of the checkout is read but its objects: git works in a repository made for the call, which
//!   borrows them. So no configuration, hook, attribute or filter of the checkout has any effect.
//! - Unknown facts are left out: nothing here is an error.

use std::path::{Component, Path};
use std::time::Duration;

use jiff::Timestamp;
pub use prism_gitops_api::why::Author;

use super::checkout::Checkout;
use super::tree::empty_repository;
use crate::model::{Location, one_line};
use crate::source::git::command::Call;
use crate::source::git::is_hash;

/// A long file with a long history takes a while.
const PATIENCE: Duration = Duration::from_secs(10);

/// The repository that a folder is checked out of, to be asked who wrote what.
#[derive(Debug)]
pub struct Blame {
    /// Made for the calls; goes with this value.
    own: tempfile::TempDir,
    objects: String,
    /// Where a shallow clone ends.
    shallow: Option<String>,
    /// The folder, as commits name it: with a slash at its end, or empty.
    prefix: String,
}

impl Blame {
    /// The checkout that contains a folder; `None` if there is none.
    #[must_use]
    pub fn of(folder: &Path) -> Option<Self> {
        let checkout = Checkout::find(folder)?;
        let shallow = checkout.objects.with_file_name("shallow");
        let own = tempfile::Builder::new()
            .prefix("prism-gitops-blame-")
            .tempdir()
            .ok()?;
        empty_repository(own.path(), checkout.hash.len() == 64).ok()?;
        Some(Self {
            own,
            objects: text(&checkout.objects)?,
            shallow: shallow.is_file().then(|| text(&shallow)).flatten(),
            prefix: checkout.prefix,
        })
    }

    /// The last author of a line of a file as it was at a commit; the last author of the file, where no line
    /// is named.
    pub async fn author(&self, commit: &str, place: &Location) -> Option<Author> {
        if !is_hash(commit) {
            return None;
        }
        let file = self.named(&place.file)?;
        match place.line {
            0 => self.of_file(commit, &file).await,
            line => self.of_line(commit, &file, line).await,
        }
    }

    async fn of_line(&self, commit: &str, file: &str, line: u32) -> Option<Author> {
        let range = format!("{line},{line}");
        let call = self.call().with([
            "blame",
            "--porcelain",
            "--no-textconv",
            "-L",
            &range,
            commit,
            "--",
            file,
        ]);
        let bytes = call.run().await.ok()?;
        of_porcelain(&String::from_utf8_lossy(&bytes))
    }

    async fn of_file(&self, commit: &str, file: &str) -> Option<Author> {
        let call = self.call().with([
            "--literal-pathspecs",
            "log",
            "-1",
            "--no-show-signature",
            "--format=%H%n%an%n%ae%n%at%n%s",
            commit,
            "--",
            file,
        ]);
        let bytes = call.run().await.ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines().map(short);
        Some(Author {
            commit: lines.next().filter(|commit| is_hash(commit))?,
            name: lines.next()?,
            email: lines.next()?,
            at: lines.next().as_deref().and_then(seconds),
            subject: lines.next().unwrap_or_default(),
        })
    }

    fn call(&self) -> Call<'_> {
        let mut call = Call::local("find out who wrote a line", self.own.path(), PATIENCE);
        let borrowed = ("GIT_OBJECT_DIRECTORY".to_owned(), self.objects.clone());
        call.variables.push(borrowed);
        if let Some(shallow) = &self.shallow {
            call = call.with(["--shallow-file", shallow]);
        }
        call
    }

    /// A file of the folder, as commits name it. `None` for a path that leaves the folder.
    fn named(&self, file: &str) -> Option<String> {
        let path = Path::new(file);
        let within = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        within.then(|| format!("{}{file}", self.prefix))
    }
}

fn text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}

/// What commits hold is as long as they like.
fn short(text: &str) -> String {
    one_line(text, 200)
}

fn seconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// The author of the one line that was asked about.
fn of_porcelain(text: &str) -> Option<Author> {
    let field = |name: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    };
    let commit = text.split_whitespace().next()?;
    Some(Author {
        name: short(field("author")?),
        email: short(field("author-mail")?.trim_matches(['<', '>'])),
        at: field("author-time").and_then(seconds),
        commit: is_hash(commit).then(|| commit.to_owned())?,
        subject: short(field("summary").unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn the_porcelain_of_git_is_read() {
        let text = format!(
            "{COMMIT} 7 9 1\nauthor Ada Lovelace\nauthor-mail <ada@acme.example>\n\
             author-time 1700000000\nauthor-tz +0100\nsummary Point to the new host\n\
             filename smith.yaml\n\tauthor of nothing\n"
        );
        let author = of_porcelain(&text).unwrap();
        assert_eq!(
            (author.name.as_str(), author.email.as_str()),
            ("Ada Lovelace", "ada@acme.example")
        );
        assert_eq!(
            (author.commit.as_str(), author.subject.as_str()),
            (COMMIT, "Point to the new host")
        );
        assert_eq!(author.at, Timestamp::from_second(1_700_000_000).ok());
        assert_eq!(of_porcelain("fatal: no such path"), None);
    }

    #[tokio::test]
    async fn a_line_and_a_file_have_an_author_whatever_the_checkout_configures() {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let output = std::process::Command::new("git")
                .arg("-C")
                .arg(folder.path())
                .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"])
                .args(arguments)
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .output();
            output.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned())
        };
        if git(&["init", "--quiet"]).is_err() {
            let _ = writeln!(std::io::stderr(), "skipped: there is no git here");
            return;
        }
        let below = folder.path().join("acme");
        std::fs::create_dir(&below).unwrap();
        std::fs::write(below.join("a.yaml"), "one: 1\ntwo: 2\n").unwrap();
        git(&["add", "."]).unwrap();
        git(&["commit", "--quiet", "-m", "First"]).unwrap();
        std::fs::write(below.join("a.yaml"), "one: 1\ntwo: 3\n").unwrap();
        git(&[
            "commit",
            "--quiet",
            "-am",
            "Second",
            "--author",
            "Grace <grace@acme.example>",
        ])
        .unwrap();
        let ran = folder.path().join("ran");
        let trap = format!("touch {}; cat", ran.display());
        git(&["config", "diff.trap.textconv", &trap]).unwrap();
        git(&["config", "core.fsmonitor", &trap]).unwrap();
        std::fs::write(folder.path().join(".gitattributes"), "* diff=trap\n").unwrap();
        let head = git(&["rev-parse", "HEAD"]).unwrap();
        let checkout = Blame::of(&below).unwrap();
        let at = |line| Location {
            line,
            ..Location::file("a.yaml")
        };
        let mut told = Vec::new();
        for line in [1, 2, 0] {
            let author = checkout.author(&head, &at(line)).await.unwrap();
            told.push(format!("{line}: {} {}", author.name, author.subject));
        }
        assert_eq!(told, ["1: Ada First", "2: Grace Second", "0: Grace Second"]);
        assert_eq!(checkout.author(&head, &at(99)).await, None);
        assert_eq!(checkout.author("HEAD", &at(1)).await, None);
        assert_eq!(checkout.author(&head, &Location::file("../b")).await, None);
        assert!(!ran.exists(), "the checkout named a program, and it ran");
    }
}
