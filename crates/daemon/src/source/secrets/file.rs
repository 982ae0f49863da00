//! Secrets from files, and which files may be read for that.
//!
//! # Invariants
//!
//! - What a manifest names is below the project's root or a folder of the operator's, once
//!   every link was followed.
//! - Nothing of `/proc`, `/dev` and `/sys`, of a repository's `.git` or of this tool's own state,
//!   and nothing but regular files.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use super::{MAX_BYTES, text_of};
use crate::model::Secret;

/// Where the system shows processes and devices as files: other programs' secrets among them.
const NEVER: [&str; 3] = ["/proc", "/dev", "/sys"];
/// Folders of a project that hold credentials and keys of tools, and no secrets of manifests.
const TOOLS: [&str; 2] = [".git", ".prism-gitops"];

/// Where files may be.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// The project's root, unless that is the whole file system.
    root: Option<PathBuf>,
    /// The operator's folders: as they were written, and without links.
    others: Vec<(PathBuf, PathBuf)>,
}

impl Bounds {
    pub(super) fn new(root: &Path, others: &[PathBuf]) -> Self {
        let root = root.canonicalize().ok();
        let others = others.iter().filter_map(|written| {
            let written = std::path::absolute(written).ok()?;
            let real = written.canonicalize().unwrap_or_else(|_| written.clone());
            Some((written, real))
        });
        Self {
            root: root.filter(|root| root.parent().is_some()),
            others: others.collect(),
        }
    }

    /// Why a file may not be read, for a path without links.
    fn refuse(&self, real: &Path) -> Option<String> {
        if NEVER.iter().any(|never| real.starts_with(never)) {
            return Some("nothing of /proc, /dev and /sys is read as a secret".to_owned());
        }
        let inner = self
            .root
            .as_deref()
            .and_then(|root| real.strip_prefix(root).ok());
        let tools = |part: Component<'_>| {
            TOOLS
                .iter()
                .any(|tool| part.as_os_str() == OsStr::new(tool))
        };
        if inner.is_some_and(|inner| inner.components().any(tools)) {
            return Some("nothing of .git and .prism-gitops is read as a secret".to_owned());
        }
        let below = |(written, known): &(PathBuf, PathBuf)| {
            real.starts_with(known) || real.starts_with(written)
        };
        let inside = inner.is_some() || self.others.iter().any(below);
        (!inside).then(|| self.outside())
    }

    fn outside(&self) -> String {
        let others: Vec<_> = self
            .others
            .iter()
            .map(|(written, _)| written.display().to_string())
            .collect();
        let allowed = match others.as_slice() {
            [] => String::new(),
            some => format!(" or below {}", some.join(", ")),
        };
        format!(
            "the file is not below the project's root{allowed}: move it there, or allow its folder \
             with --secret-root (PRISM_GITOPS_SECRET_ROOT)"
        )
    }
}

/// Reads a secret, which without bounds may be anywhere.
pub(super) fn read(path: &Path, bounds: Option<&Bounds>) -> Result<Secret, String> {
    let path = match bounds {
        Some(bounds) => &resolved(path, bounds)?,
        None => path,
    };
    let file = open(path)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let read = file.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| unread(&error))?;
    if bytes.len() > MAX_BYTES {
        let limit = MAX_BYTES / 1024;
        return Err(format!("the file cannot be read: larger than {limit} KiB"));
    }
    text_of(bytes).map_err(|what| format!("the file is {what}"))
}

/// The file itself, where it may be read. Whether files are there that may not be is not said.
fn resolved(path: &Path, bounds: &Bounds) -> Result<PathBuf, String> {
    let (real, missing) = match path.canonicalize() {
        Ok(real) => (real, None),
        Err(error) => (written(path), Some(error)),
    };
    match (bounds.refuse(&real), missing) {
        (Some(why), _) => Err(why),
        (None, Some(error)) => Err(unread(&error)),
        (None, None) => Ok(real),
    }
}

/// A path as far as its folders are there, with the rest as it is written.
fn written(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = path.ancestors().find_map(|part| {
        let rest = path.strip_prefix(part).ok()?;
        Some((part.canonicalize().ok()?, rest))
    });
    let (mut clean, rest) = real.unwrap_or_else(|| (PathBuf::from("/"), path.as_path()));
    for part in rest.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::Normal(name) => clean.push(name),
            _ => {}
        }
    }
    clean
}

/// Opens a regular file. What is opened is what is looked at, and a pipe is not waited for.
fn open(path: &Path) -> Result<File, String> {
    let metadata = path.metadata().map_err(|error| unread(&error))?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut options = File::options();
    options.read(true);
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let wait = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(i32::from_ne_bytes(wait.to_ne_bytes()));
    }
    let file = options.open(path).map_err(|error| unread(&error))?;
    let metadata = file.metadata().map_err(|error| unread(&error))?;
    if metadata.is_file() {
        Ok(file)
    } else {
        Err("it is not a regular file".to_owned())
    }
}

fn unread(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "the file cannot be read: permission denied".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Project {
        folder: tempfile::TempDir,
    }

    impl Project {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            for path in ["project/a", "project/.git/config", "outside/a", "allowed/a"] {
                let path = folder.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "pw\n").unwrap();
            }
            Self { folder }
        }

        fn read(&self, path: &str) -> Result<String, String> {
            let (root, allowed) = (
                self.folder.path().join("project"),
                self.folder.path().join("allowed"),
            );
            let bounds = Bounds::new(&root, &[allowed]);
            let secret = read(&root.join(path), Some(&bounds))?;
            Ok(secret.expose().to_owned())
        }
    }

    #[test]
    fn files_are_below_the_project_or_a_folder_of_the_operators() {
        let project = Project::new();
        for right in [
            "a",
            "./a",
            "../project/a",
            "../allowed/a",
            "../outside/../allowed/a",
        ] {
            assert_eq!(project.read(right).as_deref(), Ok("pw"), "{right}");
        }
        for outside in [
            "../outside/a",
            "../outside/none",
            "../allowed/../outside/a",
            "/etc/passwd",
            "/etc/none",
            "../none/../outside/x",
        ] {
            let why = project.read(outside).unwrap_err();
            assert!(why.contains("--secret-root"), "{outside}: {why}");
        }
        assert_eq!(project.read("none").unwrap_err(), "there is no such file");
        for tool in [".git/config", ".prism-gitops/secrets.json"] {
            let why = project.read(tool).unwrap_err();
            assert!(why.contains("nothing of .git"), "{tool}: {why}");
        }
    }

    #[test]
    fn links_are_followed_before_it_is_judged() {
        use std::os::unix::fs::symlink;
        let project = Project::new();
        let root = project.folder.path().join("project");
        symlink("../outside/a", root.join("out")).unwrap();
        symlink("../outside", root.join("folder")).unwrap();
        symlink("/proc/self/environ", root.join("environ")).unwrap();
        symlink("../allowed/a", root.join("fine")).unwrap();
        symlink("a", root.join("same")).unwrap();
        symlink("../outside/none", root.join("nothing")).unwrap();
        assert_eq!(project.read("fine").as_deref(), Ok("pw"));
        assert_eq!(project.read("same").as_deref(), Ok("pw"));
        for wrong in ["out", "folder/a", "environ", "folder/none"] {
            assert!(project.read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            project.read("nothing").unwrap_err(),
            "there is no such file"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn processes_and_devices_are_never_read() {
        let all = Bounds::new(Path::new("/"), &[PathBuf::from("/")]);
        for path in [
            "/proc/self/environ",
            concat!("/proc/self/root", "/proc/self/environ"),
            "/dev/null",
            "/sys/kernel/x",
        ] {
            let why = read(Path::new(path), Some(&all)).err().unwrap();
            assert!(why.contains("nothing of /proc"), "{path}: {why}");
        }
        // The whole file system is no project.
        let root = Bounds::new(Path::new("/"), &[]);
        assert!(read(Path::new("/etc/passwd"), Some(&root)).is_err());
    }

    #[test]
    fn sockets_and_pipes_are_no_files() {
        let project = Project::new();
        let socket = project.folder.path().join("project/socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(
            project.read("socket").unwrap_err(),
            "it is not a regular file"
        );
        let pipe = project.folder.path().join("project/pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|status| status.success()) {
            assert_eq!(
                project.read("pipe").unwrap_err(),
                "it is not a regular file"
            );
        }
    }
}
