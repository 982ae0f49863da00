//! Which commit a folder is at, and who wrote the lines of its files.
//!
//! A repository's own configuration can name programs: filters, hooks, a file monitor, helpers, and more with
//! each release of git. An author of a pull request must not be able to run them, so that configuration is
//! never passed to git.
//!
//! # Invariants
//!
//! - The content of `.git` is read here, as text (`checkout`); nothing of it names a program.
//! - Git is asked for the listing of one tree (`tree`) and for the author of a line (`blame`),
//!   in a repository of our own making that borrows the objects; the files are compared here.

mod blame;
mod checkout;
mod remote;
mod tree;

use std::path::Path;

pub use blame::{Author, Blame};

use super::Commit;
use crate::model::SourceFile;
use checkout::Checkout;
use tree::Tree;

/// The commit of the work tree that a folder is in, with whether these files of the folder
/// are what it holds; `None` without git or a repository.
///
/// What the files do not use may differ: it is not what was read.
pub(super) async fn commit(folder: &Path, files: &[SourceFile]) -> Option<Commit> {
    let folder = folder.to_owned();
    let look = move || Checkout::find(&folder);
    let checkout = tokio::task::spawn_blocking(look).await.ok()??;
    let tree = Tree::of(&checkout).await?;
    let files = files.to_vec();
    let compare = move || {
        let dirty = !tree.holds(&checkout, &files);
        (checkout, dirty)
    };
    let (checkout, dirty) = tokio::task::spawn_blocking(compare).await.ok()?;
    Some(Commit {
        hash: checkout.hash,
        branch: checkout.branch,
        remote: checkout.remote,
        dirty,
    })
}

#[cfg(test)]
mod tests;
