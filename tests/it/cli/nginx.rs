//! The event stream behind a real nginx with nothing but `proxy_pass`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::daemon::on_sandbox;
use super::fixture::project;
use super::sandbox::{Running, wait_for};

const NGINX: &str = "/usr/sbin/nginx";

fn config(folder: &Path, port: u16, daemon: &str) -> String {
    let at = folder.display();
    format!(
        "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\n\
         http {{ access_log off;\n client_body_temp_path {at}/a;\n proxy_temp_path {at}/b;\n \
         fastcgi_temp_path {at}/c;\n uwsgi_temp_path {at}/d;\n scgi_temp_path {at}/e;\n \
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{daemon}; }} }} }}\n"
    )
}

/// Connects as soon as the port is open.
fn connect(port: u16) -> TcpStream {
    for _ in 0..200 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return stream;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nginx does not listen");
}

#[test]
fn events_pass_through_nginx_as_they_come() {
    if !Path::new(NGINX).exists() {
        println!("skipped: there is no {NGINX}");
        return;
    }
    let environment = project();
    let (_daemon, log) = Running::with_stderr(&mut on_sandbox(&environment));
    let started: serde_json::Value = serde_json::from_str(&wait_for(&log, "listen")).unwrap();
    let address = started["listen"]
        .as_str()
        .or(started["fields"]["listen"].as_str());
    let port = {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let folder = environment.home();
    let file = folder.join("nginx.conf");
    std::fs::write(&file, config(&folder, port, address.unwrap())).unwrap();
    let mut nginx = Command::new(NGINX);
    nginx.arg("-p").arg(&folder).arg("-c").arg(&file);
    let nginx = nginx.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let _nginx = Running(nginx.unwrap());

    let mut stream = connect(port);
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let request = format!("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut seen = String::new();
    let mut piece = [0; 1024];
    // Within the heartbeat's 15 s: the test waits for none.
    while !seen.contains("event: status") {
        let count = stream.read(&mut piece).unwrap();
        assert_ne!(count, 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    assert!(seen.contains(": connected"), "{seen}");
}
