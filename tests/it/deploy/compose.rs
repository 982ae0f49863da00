//! The compose file: what it starts is hardened, and its checks of health are right.

use std::process::Stdio;

use prism_gitops::yaml::Node;

use super::files::{at, documents, list, root, scalar, text};
use super::{said, tool};

fn compose() -> Node {
    documents("compose", &text("deploy/compose.yaml")).remove(0)
}

/// A field of a service, with what it merges in.
fn of<'a>(compose: &'a Node, service: &str, key: &str) -> Option<&'a Node> {
    at(compose, &format!("services/{service}/{key}"))
}

#[test]
fn both_services_are_hardened_and_no_port_leaves_the_machine() {
    let compose = compose();
    for service in ["sandbox", "daemon"] {
        let text = |key| Some(of(&compose, service, key)?.as_scalar()?.text.as_str());
        assert_eq!(text("read_only"), Some("true"));
        assert_eq!(text("user"), Some("65532:65532"));
        assert!(of(&compose, service, "healthcheck").is_some(), "{service}");
        for port in list(&compose, &format!("services/{service}/ports")) {
            assert!(port.starts_with("127.0.0.1:"), "{port}");
        }
    }
    assert_eq!(list(&compose, "x-hardened/cap_drop"), ["ALL"]);
    let mounts = list(&compose, "services/daemon/volumes");
    let project = mounts[0].split(':').next().expect("a path");
    assert!(
        root()
            .join("deploy")
            .join(project)
            .join("project.yaml")
            .exists()
    );
    let grace = scalar(&compose, "services/daemon/stop_grace_period");
    assert_eq!(grace, Some("150s"));
}

#[test]
fn docker_understands_the_compose_file() {
    let file = root().join("deploy/compose.yaml");
    let file = file.to_str().expect("the path is UTF-8");
    match tool("docker", &["compose", "version"]) {
        Some(output) if output.status.success() => {}
        Some(_) => return println!("skipped: docker has no compose"),
        None => return,
    }
    let output = tool("docker", &["compose", "--file", file, "config", "--quiet"]);
    let output = output.expect("it was there just now");
    assert!(output.status.success(), "{}", said(&output));
}

/// The daemon's check, run as written, against one server that is well and one that is not.
#[test]
fn the_check_of_health_tells_ready_from_not() {
    let compose = compose();
    let check = list(&compose, "services/daemon/healthcheck/test");
    assert_eq!(check[..3], ["CMD", "bash", "-c"]);
    if tool("bash", &["-c", "true"]).is_none() {
        return;
    }
    for (answer, expected) in [("200 OK", true), ("503 Service Unavailable", false)] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("it has an address").port();
        let script = check[3]
            .replace("$$", "$")
            .replace("/8080", &format!("/{port}"));
        let server = std::thread::spawn(move || {
            use std::io::{BufRead as _, BufReader, Write as _};
            let (stream, _) = listener.accept().expect("somebody comes");
            let mut lines = BufReader::new(&stream).lines();
            let first = lines.next().expect("a request").expect("UTF-8");
            assert_eq!(first, "GET /readyz HTTP/1.1");
            assert!(lines.any(|line| line.expect("UTF-8").is_empty()));
            write!(&stream, "HTTP/1.1 {answer}\r\n\r\n").expect("it can be answered");
        });
        let mut bash = std::process::Command::new("bash");
        let status = bash.args(["-c", &script]).stdout(Stdio::null()).status();
        assert_eq!(status.expect("bash runs").success(), expected, "{answer}");
        server.join().expect("the server ends well");
    }
}
