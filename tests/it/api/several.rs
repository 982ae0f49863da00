//! One server for several environments.

use serde_json::json;

use super::Bench;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(start_paused = true)]
async fn what_is_read_is_told_of_all_or_of_the_one_that_is_named() {
    let bench = Bench::of_two();
    bench.passed_in(&bench.senders[1]);
    let all = bench.get("/api/v1/status?resources=false").await.json();
    let of = |place: usize| &all["environments"][place];
    assert_eq!(of(0)["environment"], "prod-us");
    assert_eq!(of(0)["generation"], 0);
    assert_eq!(of(1)["environment"], "prod-eu");
    assert_eq!(of(1)["generation"], 1);
    let one = bench.get("/api/v1/status?environment=prod-eu").await.json();
    assert_eq!(one["environment"], "prod-eu");
    let plan = bench.get("/api/v1/plans/latest?environment=prod-us").await;
    assert_eq!(plan.status, 404, "no plan was made there");
    let unnamed = bench.get("/api/v1/plans/latest").await;
    insta::assert_snapshot!(unnamed.json()["error"], @r#""several environments are kept in step here (prod-us, prod-eu): say which, as in ?environment=NAME""#);
    assert_eq!(unnamed.json()["code"], "environment-required");
    let unknown = bench.get("/api/v1/status?environment=prod-uk").await;
    assert_eq!(unknown.json()["code"], "unknown-environment");
    insta::assert_snapshot!(unknown.json()["error"], @r#""no environment \"prod-uk\" is kept in step here, but prod-us, prod-eu""#);
}

#[tokio::test(start_paused = true)]
async fn resources_of_all_come_in_pages_by_environment_and_address() {
    let bench = Bench::of_two();
    bench.passed();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/v1/resources?limit=2{after}");
        let page = bench.get(&path).await.json();
        assert_eq!(page["total"], 6);
        assert_eq!(page["generations"], json!({"prod-us": 1, "prod-eu": 1}));
        for resource in page["resources"].as_array().unwrap() {
            let word = |name: &str| resource[name].as_str().unwrap().to_owned();
            seen.push(format!("{} {}", word("environment"), word("address")));
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    insta::assert_snapshot!(seen.join("\n"), @"
    prod-eu Instance/acme-erp
    prod-eu Instance/jones-erp
    prod-eu Instance/smith-erp
    prod-us Instance/acme-erp
    prod-us Instance/jones-erp
    prod-us Instance/smith-erp
    ");
    let one = bench.get("/api/v1/resources?environment=prod-eu&limit=1");
    let one = one.await.json();
    assert_eq!(one["next"], "Instance/acme-erp");
    assert_eq!(one["generation"], 1);
}

#[tokio::test(start_paused = true)]
async fn history_is_of_all_or_of_one_even_if_it_is_served_no_more() {
    let bench = Bench::of_two();
    let count = async |query: &str| {
        let page = bench.get(&format!("/api/v1/history{query}")).await.json();
        page["passes"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 20);
    assert_eq!(count("?environment=prod-us").await, 20);
    assert_eq!(count("?environment=prod-uk").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_wish_reaches_the_environment_it_names_and_a_sync_without_a_name_all() {
    let bench = Bench::of_two();
    bench.passed_in(&bench.senders[0]);
    let woken = bench.post("/api/v1/sync", &[], "").await.json();
    assert_eq!(
        woken,
        json!({"status": "accepted", "environments": [
            {"environment": "prod-us", "generation": 2, "paused": null},
            {"environment": "prod-eu", "generation": 1, "paused": null},
        ]})
    );
    let body = r#"{"reason":"release"}"#;
    let path = "/api/v1/pause?environment=prod-eu";
    let paused = bench.post(path, &[JSON], body).await.json();
    assert_eq!(paused["environment"], "prod-eu");
    let held = |place: usize| bench.senders[place].borrow().paused.is_some();
    assert!(!held(0) && held(1));
    let resumed = bench.post("/api/v1/resume?environment=prod-us", &[], "");
    assert_eq!(resumed.await.status, 200);
    assert!(held(1), "it was the other one's");
    bench
        .post("/api/v1/resume?environment=prod-eu", &[], "")
        .await;
    assert!(!held(1));
}

#[tokio::test(start_paused = true)]
async fn one_environment_that_is_ready_makes_the_process_ready_until_it_drains() {
    let bench = Bench::of_two();
    let starting = bench.get("/readyz").await;
    assert_eq!(starting.status, 503);
    insta::assert_snapshot!(starting.json()["reason"], @r#""prod-us: the first pass has not ended yet; prod-eu: the first pass has not ended yet""#);
    bench.passed_in(&bench.senders[1]);
    let ready = bench.get("/readyz").await;
    assert_eq!(ready.status, 200);
    insta::assert_snapshot!(ready.body, @r#"{"status":"ok","environments":{"prod-us":{"status":"failing","reason":"the first pass has not ended yet"},"prod-eu":{"status":"ok"}}}"#);
    assert_eq!(bench.get("/readyz?environment=prod-us").await.status, 503);
    bench.senders[0].send_modify(|status| status.draining = true);
    assert_eq!(bench.get("/readyz").await.status, 503, "a drain is of all");
}

#[tokio::test(start_paused = true)]
async fn one_loop_that_stands_still_is_a_reason_to_restart() {
    let bench = Bench::of_two();
    tokio::time::sleep(std::time::Duration::from_secs(301)).await;
    let now = tokio::time::Instant::now();
    bench.senders[0].send_modify(|status| status.alive_at = now);
    let answer = bench.get("/healthz").await;
    assert_eq!(answer.status, 503);
    insta::assert_snapshot!(answer.json()["reason"], @r#""prod-eu: the loop gave no sign of life for 301 s""#);
}

#[tokio::test(start_paused = true)]
async fn every_number_of_an_environment_names_it() {
    let bench = Bench::of_two();
    bench.passed();
    let text = bench.get("/metrics").await.body;
    let values = text.lines().filter(|line| !line.starts_with('#'));
    for line in values {
        let named = ["us", "eu"].map(|name| format!(r#"environment="prod-{name}""#));
        assert!(named.iter().any(|label| line.contains(label)), "{line}");
    }
    for name in ["prod-us", "prod-eu"] {
        let line = format!(r#"prism_gitops_paused{{environment="{name}"}} 0"#);
        assert!(text.contains(&line), "{text}");
    }
}
