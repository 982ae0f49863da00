//! `--ca-file` over TLS: a server whose certificate only a private authority vouches for, or only
//! the server itself.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::environment::Environment;
use super::far_end::response;

fn openssl_in(folder: &Path, line: &str) -> bool {
    let mut command = Command::new("openssl");
    command.args(line.split(' ')).current_dir(folder);
    command.output().is_ok_and(|output| output.status.success())
}

/// Makes an authority `ca.pem` and a certificate of it, `leaf.pem` with `leaf.key`, for 127.0.0.1.
fn certificates(folder: &Path) -> bool {
    let openssl = |line: &str| openssl_in(folder, line);
    std::fs::write(folder.join("leaf.cnf"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    let new = "req -newkey rsa:2048 -nodes -sha256";
    openssl(&format!(
        "{new} -x509 -days 2 -subj /CN=Test-CA -keyout ca.key -out ca.pem"
    )) && openssl(&format!(
        "{new} -subj /CN=127.0.0.1 -keyout leaf.key -out leaf.csr"
    )) && openssl(
        "x509 -req -sha256 -days 2 -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
             -extfile leaf.cnf -out leaf.pem",
    )
}

/// Answers every request with a user, over TLS.
fn serve(folder: &Path) -> String {
    let leaf = CertificateDer::from_pem_file(folder.join("leaf.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("leaf.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key);
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let mut part = [0; 8192];
            // A client that does not trust the certificate says nothing.
            if stream.read(&mut part).is_ok_and(|count| count > 0) {
                let body = r#"{"data": {"__typename": "RootQuery"}}"#;
                let _ = stream.write_all(&response("200 OK", "application/json", body));
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    url
}

#[test]
fn a_private_authority_is_trusted_where_its_file_is_given() {
    let mut environment = Environment::new();
    let folder = environment.project();
    if !certificates(&folder) {
        println!("skipped: openssl made no certificates");
        return;
    }
    environment.set("PRISMATIC_URL", &serve(&folder));
    environment.set("PRISM_ACCESS_TOKEN", "x");
    let query = ["api", "{ __typename }"];
    let trusted = [&query[..], &["--ca-file", "ca.pem"]].concat();
    let run = environment.run_args(&trusted, "").expect(0);
    assert_eq!(run.json()["data"]["__typename"], "RootQuery");
    environment.set("PRISM_GITOPS_CA_FILE", "ca.pem");
    environment.run_args(&query, "").expect(0);
    environment.set("PRISM_GITOPS_CA_FILE", "");
    let run = environment.run_args(&query, "").expect(1);
    assert!(run.stderr.contains("cannot connect: "), "{}", run.stderr);
    assert!(
        run.stderr.contains("certificate is not trusted"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("--ca-file"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

/// What `openssl req -x509` makes, as every guide has it: an authority and a server in one.
fn own_certificate(folder: &Path, more: &str) -> bool {
    openssl_in(
        folder,
        &format!(
            "req -x509 -newkey rsa:2048 -nodes -sha256 -subj /CN=stack -keyout leaf.key -out leaf.pem {more}"
        ),
    )
}

/// The exit code and stderr of a request that trusts a file.
fn trusting(environment: &Environment, file: &str) -> (i32, String) {
    let run = environment.run_args(&["api", "{ __typename }", "--ca-file", file], "");
    (run.code, run.stderr)
}

#[test]
fn a_server_that_vouches_for_itself_is_trusted_where_its_file_is_given() {
    let name = "-days 2 -addext subjectAltName=IP:127.0.0.1";
    for (more, right) in [
        (name.to_owned(), true),
        (
            format!("{name} -addext basicConstraints=critical,CA:FALSE"),
            true,
        ),
        (
            "-days 2 -addext subjectAltName=IP:127.0.0.2".to_owned(),
            false,
        ),
        (
            "-days 2 -addext subjectAltName=DNS:localhost".to_owned(),
            false,
        ),
        (
            "-days -1 -addext subjectAltName=IP:127.0.0.1".to_owned(),
            false,
        ),
    ] {
        let mut environment = Environment::new();
        let folder = environment.project();
        if !own_certificate(&folder, &more) {
            println!("skipped: openssl made no certificate with {more}");
            continue;
        }
        environment.set("PRISMATIC_URL", &serve(&folder));
        environment.set("PRISM_ACCESS_TOKEN", "x");
        let (code, said) = trusting(&environment, "leaf.pem");
        assert_eq!(code == 0, right, "{more}: {said}");
        // Another's file is no reason.
        let refused = environment
            .run_args(&["api", "{ __typename }"], "")
            .expect(1);
        assert!(refused.stderr.contains("--ca-file"), "{}", refused.stderr);
    }
}

#[test]
fn a_certificate_of_a_server_is_no_authority_and_no_other_server() {
    let mut environment = Environment::new();
    let folder = environment.project();
    if !certificates(&folder) {
        println!("skipped: openssl made no certificates");
        return;
    }
    environment.set("PRISMATIC_URL", &serve(&folder));
    environment.set("PRISM_ACCESS_TOKEN", "x");
    // The server's own one, although an authority signed it.
    assert_eq!(trusting(&environment, "leaf.pem").0, 0);
    let other = folder.join("other");
    std::fs::create_dir(&other).unwrap();
    assert!(own_certificate(
        &other,
        "-days 2 -addext subjectAltName=IP:127.0.0.1"
    ));
    assert_eq!(trusting(&environment, "other/leaf.pem").0, 1);
    // Users of prism say it to Node.
    let query = ["api", "{ __typename }"];
    environment.set("NODE_EXTRA_CA_CERTS", "ca.pem");
    environment.run_args(&query, "").expect(0);
    environment.set("NODE_EXTRA_CA_CERTS", "none.pem");
    let run = environment.run_args(&query, "").expect(1);
    assert!(run.stderr.contains("NODE_EXTRA_CA_CERTS"), "{}", run.stderr);
    assert_eq!(trusting(&environment, "ca.pem").0, 0);
}

#[test]
fn a_daemon_behind_a_private_authority_is_trusted_by_the_same_files() {
    let mut environment = Environment::new();
    let folder = environment.project();
    if !certificates(&folder) {
        println!("skipped: openssl made no certificates");
        return;
    }
    // Not a daemon: what matters is that a connection arrives.
    environment.set("PRISM_GITOPS_DAEMON", &serve(&folder));
    let commands = ["status", "sync", "pause --reason x", "resume"];
    let heard = |run: &super::environment::Run| run.stderr.contains("is no daemon of this program");
    for command in commands {
        let run = environment.run(command).expect(1);
        assert!(!heard(&run), "{command}: {}", run.stderr);
        let run = environment
            .run(&format!("{command} --ca-file ca.pem"))
            .expect(1);
        assert!(heard(&run), "{command}: {}", run.stderr);
    }
    environment.set("NODE_EXTRA_CA_CERTS", "ca.pem");
    for command in commands {
        let run = environment.run(command).expect(1);
        assert!(heard(&run), "{command}: {}", run.stderr);
    }
}
