//! Whose token is used: prism's variables and profiles, against a real socket.

use super::environment::Environment;
use super::far_end::post;
use super::streams::served;

/// The variables that `served` has set, as a profile of prism's file instead.
fn without_variables(from: &Environment) -> (Environment, String) {
    let url = from.variable("PRISMATIC_URL").unwrap();
    (Environment::new(), url)
}

fn profile(environment: &Environment, text: &str) {
    let folder = environment.home().join(".config/prism");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.yml"), text).unwrap();
}

#[track_caller]
fn whoami(environment: &Environment, line: &str) -> serde_json::Value {
    let run = environment.run(&format!("whoami -o json {line}")).expect(0);
    assert!(
        !run.stdout.contains("eyJ"),
        "a token is shown: {}",
        run.stdout
    );
    run.json()
}

#[test]
fn credentials_are_found_where_prism_has_them() {
    let (served, _server) = served("customers: []\n", None);
    let (mut environment, url) = without_variables(&served);

    environment.set("PRISMATIC_URL", &url);
    environment.set("PRISMATIC_REFRESH_TOKEN", "sandbox");
    let found = whoami(&environment, "");
    assert_eq!(
        (&found["credentials"], &found["url"]),
        (&"PRISMATIC_REFRESH_TOKEN".into(), &url.clone().into())
    );
    assert!(found["tokenExpiresAt"].is_string(), "{found:#}");
    environment.set("PRISM_REFRESH_TOKEN", "sandbox");
    assert_eq!(
        whoami(&environment, "")["credentials"],
        "PRISM_REFRESH_TOKEN"
    );

    let (environment, _) = without_variables(&served);
    let one = |name: &str, url: &str| {
        format!("  {name}: {{accessToken: x, refreshToken: sandbox, prismaticUrl: '{url}'}}\n")
    };
    let file = format!(
        "version: 1\ndefaultProfile: main\nprofiles:\n{}{}",
        one("main", "https://elsewhere.example"),
        one("local", &url)
    );
    profile(&environment, &file);
    let found = whoami(&environment, "--profile local");
    assert!(
        found["credentials"]
            .as_str()
            .unwrap()
            .starts_with("profile \"local\""),
        "{found:#}"
    );
    let (mut environment, _) = without_variables(&served);
    profile(&environment, &file);
    environment.set("PRISM_PROFILE", "local");
    assert_eq!(whoami(&environment, "")["url"], url);
    environment.set("PRISMATIC_URL", "https://other.example");
    let refused = environment.run("get customers").expect(1).stderr;
    assert!(
        refused.contains("PRISMATIC_URL says https://other.example"),
        "{refused}"
    );

    let (mut environment, _) = without_variables(&served);
    profile(
        &environment,
        "accessToken: x\nrefreshToken: sandbox\nexpiresIn: 1\n",
    );
    environment.set("PRISMATIC_URL", &url);
    assert!(
        whoami(&environment, "")["credentials"]
            .as_str()
            .unwrap()
            .starts_with("profile \"default\"")
    );
}

#[test]
fn an_access_token_is_used_as_it_is() {
    let (served, _server) = served("customers: []\n", None);
    let url = served.variable("PRISMATIC_URL").unwrap();
    let answer = post(&url, "/auth/refresh", r#"{"refresh_token": "sandbox"}"#);
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let (mut environment, url) = without_variables(&served);
    environment.set("PRISMATIC_URL", &url);
    environment.set(
        "PRISM_ACCESS_TOKEN",
        answer["access_token"].as_str().unwrap(),
    );
    let found = whoami(&environment, "");
    assert_eq!(found["credentials"], "PRISM_ACCESS_TOKEN");
    assert!(found["tokenExpiresAt"].is_string(), "{found:#}");
}

#[test]
fn a_ca_file_has_to_hold_certificates() {
    let mut environment = Environment::new();
    environment.set("PRISM_REFRESH_TOKEN", "x");
    environment.write("ca.pem", "nonsense");
    let run = environment.run("get customers --ca-file ca.pem").expect(1);
    assert!(
        run.stderr.contains("ca.pem holds no certificates"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let mut environment = Environment::new();
    environment.set("PRISM_REFRESH_TOKEN", "x");
    environment.set("PRISMATIC_URL", "https://stack.invalid");
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    environment.set(
        "HTTPS_PROXY",
        &format!("http://{}", proxy.local_addr().unwrap()),
    );
    let seen = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut line = [0; 64];
        let read = std::io::Read::read(&mut stream, &mut line).unwrap();
        // One refusal is enough; what the client makes of it is shown elsewhere.
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 407 No\r\n\r\n");
        String::from_utf8_lossy(&line[..read]).into_owned()
    });
    let mut child = environment
        .command()
        .args(["get", "customers"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let line = seen.join().unwrap();
    assert!(line.starts_with("CONNECT stack.invalid:443 "), "{line}");
    let _ = child.kill();
    let _ = child.wait();
}
