//! `--ca-file` over TLS: a server whose certificate only a private authority vouches for.

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

/// Makes an authority `ca.pem` and a certificate of it, `leaf.pem` with `leaf.key`, for 127.0.0.1.
fn certificates(folder: &Path) -> bool {
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        command.args(line.split(' ')).current_dir(folder);
        command.output().is_ok_and(|output| output.status.success())
    };
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
