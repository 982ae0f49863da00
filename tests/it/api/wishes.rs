//! Pages, parts, and the outcome of a request to the daemon.

use serde_json::json;

use super::Bench;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(start_paused = true)]
async fn resources_come_in_pages_by_address_and_filtered() {
    let bench = Bench::new();
    bench.passed();
    let names = |answer: &super::Answer| {
        let page = answer.json();
        let resources = page["resources"].as_array().unwrap().clone();
        let names: Vec<String> = resources
            .iter()
            .map(|one| one["address"].as_str().unwrap().to_owned())
            .collect();
        (names.join(" "), page["total"].clone(), page["next"].clone())
    };
    let first = bench.get("/api/v1/resources?limit=2").await;
    let expected = "Instance/acme-erp Instance/jones-erp".to_owned();
    assert_eq!(
        names(&first),
        (expected, json!(3), json!("Instance/jones-erp"))
    );
    let second = bench
        .get("/api/v1/resources?limit=2&after=Instance/jones-erp")
        .await;
    assert_eq!(
        names(&second),
        ("Instance/smith-erp".to_owned(), json!(3), json!(null))
    );
    let blocked = bench
        .get("/api/v1/resources?health=blocked&sync=Synced&kind=instance")
        .await;
    assert_eq!(names(&blocked).0, "Instance/jones-erp");
    for wrong in [
        "health=ill",
        "limit=0",
        "limit=1001",
        "limit=x",
        "kind=Fleet",
        "sync=",
    ] {
        let answer = bench.get(&format!("/api/v1/resources?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let status = bench.get("/api/v1/status?resources=false").await.json();
    assert_eq!(status["resources"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn history_comes_in_pages_and_a_resource_with_its_own() {
    let bench = Bench::new();
    bench.passed();
    let page = bench.get("/api/v1/history?limit=2").await.json();
    assert_eq!(page["passes"][0]["id"], 30);
    assert_eq!(page["passes"][0]["writes"][0]["pass"], 30);
    assert_eq!(page["next"], 29);
    let last = bench.get("/api/v1/history?before=2").await.json();
    assert_eq!(
        (&last["passes"][0]["id"], &last["next"]),
        (&json!(1), &json!(null))
    );
    let one = bench
        .get("/api/v1/resources/instance/smith-erp")
        .await
        .json();
    assert_eq!(one["resource"]["address"], "Instance/smith-erp");
    assert_eq!(one["history"][0]["reason"], "needs a deploy");
    assert_eq!(bench.get("/api/v1/history?limit=101").await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_seen_everywhere_and_changes_no_readiness() {
    let bench = Bench::new();
    bench.passed();
    let body = r#"{"reason":"release","until":"2026-01-02T04:00:00Z"}"#;
    let answer = bench.post("/api/v1/pause", &[JSON], body).await.json();
    assert_eq!(answer["kept"], false, "there is no state folder here");
    let status = bench.get("/api/v1/status").await.json();
    insta::assert_snapshot!(status["paused"], @r#"{"reason":"release","since":"2026-01-02T03:04:05Z","until":"2026-01-02T04:00:00Z"}"#);
    assert_eq!(bench.get("/readyz").await.status, 200);
    let metrics = bench.get("/metrics").await.body;
    assert!(
        metrics.contains("prism_gitops_paused{environment=\"prod-us\"} 1\n"),
        "{metrics}"
    );
    let synced = bench.post("/api/v1/sync", &[], "").await.json();
    assert_eq!(synced["paused"]["reason"], "release");
    assert_eq!(synced["generation"], 2);
    bench.post("/api/v1/resume", &[], "").await;
    assert_eq!(
        bench.get("/api/v1/status").await.json()["paused"],
        json!(null)
    );
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_not_there_is_refused_at_the_door() {
    let bench = Bench::new();
    bench.passed();
    let ask = async |body: &str| {
        let answer = bench.post("/api/v1/sync", &[JSON], body).await;
        (answer.status, answer.json())
    };
    let (status, answer) = ask(r#"{"targets":["Instance/smyth-erp"]}"#).await;
    assert_eq!((status, &answer["code"]), (404, &json!("unknown-resource")));
    insta::assert_snapshot!(answer["error"].as_str().unwrap(), @r#"--target: no resource here is called "Instance/smyth-erp"; did you mean Instance/smith-erp? (as of the last pass: what is new in the files is known after the next one)"#);
    for unknown in [
        r#"{"customers":["cust-0043"]}"#,
        r#"{"labels":["cannary"]}"#,
        r#"{"exclude":["Instance/x"]}"#,
    ] {
        assert_eq!(ask(unknown).await.0, 404, "{unknown}");
    }
    for known in [
        r#"{"targets":["Fleet/prod"]}"#,
        r#"{"customers":["Smith Hardware"]}"#,
        r#"{"labels":["canary"],"exclude":["Instance/jones-erp"]}"#,
        // Markers are not kept for this: the pass knows.
        r#"{"labels":["gitops:p/shop"]}"#,
    ] {
        assert_eq!(ask(known).await.0, 202, "{known}");
    }
}

#[tokio::test(start_paused = true)]
async fn before_the_first_pass_nothing_is_known_to_be_missing() {
    let bench = Bench::new();
    let body = r#"{"targets":["Instance/smith-erp"]}"#;
    let answer = bench.post("/api/v1/sync", &[JSON], body).await;
    assert_eq!(answer.status, 202);
    let again = bench.post("/api/v1/sync", &[JSON], body).await.json();
    assert_eq!(again["generation"], 1, "equal wishes are one");
    let other = r#"{"targets":["Instance/jones-erp"]}"#;
    let other = bench.post("/api/v1/sync", &[JSON], other).await.json();
    assert_eq!(other["generation"], 2);
}
