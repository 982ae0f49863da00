//! An ssh server of our own on loopback, for as long as a test takes.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server. Ends with its test.
pub(super) struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// `None` where there is no sshd.
    pub(super) fn start(folder: &Path) -> Option<Self> {
        let named = std::env::var_os("PRISM_GITOPS_TEST_SSHD").map(PathBuf::from);
        let program = named.unwrap_or_else(|| "/usr/sbin/sshd".into());
        if !program.exists() {
            return None;
        }
        // It insists on its folder when it runs as root.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = folder.join("ssh");
        std::fs::create_dir(&folder).unwrap();
        for key in ["host", "key"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(folder.join(key))
                .status();
            assert!(made.unwrap().success());
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let path = |name: &str| folder.join(name).display().to_string();
        std::fs::write(
            folder.join("config"),
            format!(
                "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\n\
                 UsePAM no\nPasswordAuthentication no\nPidFile none\nPermitRootLogin yes\n",
                path("host"),
                path("key.pub")
            ),
        )
        .unwrap();
        let public = std::fs::read_to_string(folder.join("host.pub")).unwrap();
        let line = format!("[127.0.0.1]:{port} {public}");
        std::fs::write(folder.join("known_hosts"), line).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let mut child = Command::new(program)
            .args(["-D", "-e", "-f", &path("config")])
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = || std::fs::read_to_string(folder.join("log")).unwrap();
            assert!(child.try_wait().unwrap().is_none(), "sshd ended: {}", log());
            std::thread::yield_now();
        }
        Some(Self {
            child,
            folder,
            port,
        })
    }

    pub(super) fn url(&self, repository: &Path) -> String {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap();
        format!(
            "ssh://{}@127.0.0.1:{}{}",
            user.trim(),
            self.port,
            repository.display()
        )
    }

    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    pub(super) fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }
}
