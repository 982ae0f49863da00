//! What a person says to a rollout and what it says to a person: past its waves, on hold, and how runs ended.

use prism_gitops::controller::rollouts::RolloutRequest;
use prism_gitops::plan::render;
use serde_json::json;

use super::*;

/// Rule 33: members move without their waves, and open none by that.
#[tokio::test(start_paused = true)]
async fn a_person_sends_members_past_the_waves_and_opens_none() {
    let world = begun(Behaviour::default(), ROLLOUT).await;
    let integrations = "{ instances(name: \"r4\") { nodes { id labels } } }";
    let r4 = world.ask(integrations, json!({})).await["instances"]["nodes"][0].clone();
    let mut labels = r4["labels"].as_array().unwrap().clone();
    labels.push(json!("gitops:hold=2027-01-01T00:00:00Z"));
    let held = json!({"id": r4["id"], "labels": labels});
    world.change("updateInstance", held).await;
    change(&world, "New prices");
    pass(&world).await;
    world.request(RolloutRequest {
        bypass: Some("hotfix, 4711".to_owned()),
        ..RolloutRequest::default()
    });
    let plan = pass(&world).await;
    let text = shown(&plan);
    assert!(
        text.contains("  past it: 3 members move now all the same: hotfix, 4711"),
        "{text}"
    );
    let moved = ["c1", "c2", "r1", "r2", "r3"].map(|it| (it, 2));
    let mut expected = at(&moved);
    expected.push(("r4".to_owned(), 1));
    assert_eq!(
        versions(&world).await,
        expected,
        "not what is on hold: {text}"
    );
    let document = render::json(&plan, None);
    let rollout = &document["rollouts"][0];
    assert_eq!(
        rollout["bypass"],
        json!({"reason": "hotfix, 4711", "members": 3, "refused": null})
    );
    let (_, _, stamp) = instances(&world).await["r1"].clone();
    let stamp = stamp.unwrap();
    assert!(
        stamp.starts_with("gitops:moved=2<1@2026-03-01T") && stamp.ends_with(",bypass"),
        "{stamp}"
    );
    // The next pass respects the waves: the canaries soak, and the bypass counts as no passed wave.
    world.request(RolloutRequest::default());
    tokio::time::sleep(3 * HOUR).await;
    let text = shown(&pass(&world).await);
    assert!(text.contains("sent past it before: 3 members"), "{text}");
    assert!(text.contains("canary has too few finished runs"), "{text}");
}

/// A hold on an integration is no hold on what its rollout takes back.
#[tokio::test(start_paused = true)]
async fn an_integration_on_hold_takes_its_bad_version_back() {
    let rollout = ROLLOUT.replace("onFailure: pause", "onFailure: rollback");
    let world = begun(failing(), &rollout).await;
    change(&world, "Bad prices");
    pass(&world).await;
    let integrations = "{ integrations(name: \"Beta Feed\") { nodes { id labels } } }";
    let feed = world.ask(integrations, json!({})).await["integrations"]["nodes"][0].clone();
    let mut labels = feed["labels"].as_array().unwrap().clone();
    labels.push(json!("gitops:hold=2027-01-01T00:00:00Z"));
    let held = json!({"id": feed["id"], "labels": labels});
    world.change("updateIntegration", held).await;
    tokio::time::sleep(HOUR).await;
    run_all(&world).await;
    let text = shown(&pass(&world).await);
    assert!(
        text.contains("its version is withdrawn all the same"),
        "{text}"
    );
    let back = ["c1", "c2", "r1", "r2", "r3", "r4"].map(|it| (it, 1));
    for _ in 0..5 {
        assert_eq!(versions(&world).await, at(&back), "{text}");
        tokio::time::sleep(3 * HOUR).await;
        world.forget_calls();
        let plan = pass(&world).await;
        assert_eq!(world.writes(), 0, "{}", shown(&plan));
    }
}

/// How the runs of waves ended costs no more than the evidence may.
#[tokio::test(start_paused = true)]
async fn how_runs_ended_is_told_within_the_budget_of_requests() {
    const MEMBERS: usize = 56;
    const FAILING: usize = 40;
    let behaviour = Behaviour {
        runs: vec![RunRule {
            customer: Some("cust-0002".to_owned()),
            ..failing().runs.remove(0)
        }],
        ..Behaviour::default()
    };
    let world = World::with(behaviour, None);
    world.files.write("feed.yml", DEFINITION);
    world.files.write(
        "feed.yaml",
        ROLLOUT.replace("percent: 100", "percent: 100, optional: true"),
    );
    for n in 0..MEMBERS {
        let customer = 1 + usize::from(n >= MEMBERS - FAILING);
        world.files.write(
            format!("n{n}.yaml"),
            format!(
                "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: n{n}}}\nspec:\n  \
                 integration: feed\n  customer: {{externalId: cust-000{customer}}}\n  labels: [canary]\n"
            ),
        );
    }
    world.apply().await;
    change(&world, "New prices");
    world.apply().await;
    let query = "{ instances(isSystem: false, first: 100) { nodes { id name } } }";
    let nodes = world.ask(query, json!({})).await["instances"]["nodes"].clone();
    tokio::time::sleep(Duration::from_secs(60)).await;
    for node in nodes.as_array().unwrap() {
        if node["name"].as_str().unwrap().starts_with('n') {
            world.run_flow(node["id"].as_str().unwrap()).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    world.request(RolloutRequest {
        count_runs: true,
        ..RolloutRequest::default()
    });
    let world = world.twin();
    world.forget_calls();
    let plan = world.plan().await;
    let text = render::rollouts(&plan);
    let row = text
        .lines()
        .find(|line| line.starts_with("  canary"))
        .unwrap();
    let cells: Vec<&str> = row.split_whitespace().take(6).collect();
    assert_eq!(
        cells,
        ["canary", "stopped", "56/56", "-", "16/40", "40"],
        "{text}"
    );
    let runs = render::json(&plan, None)["rollouts"][0]["waves"][0]["runs"].clone();
    assert_eq!(runs, json!({"good": 16, "failed": 40, "newlyFailed": 40}));
    let calls = world.all_calls();
    let asks = |it: &&prism_gitops::sandbox::CallRecord| {
        it.operations.iter().any(|name| name == "executionResults")
    };
    let requests = calls.iter().filter(asks).count();
    let budget = FAILING.div_ceil(100) + MEMBERS.div_ceil(25) + 2;
    assert!(requests <= budget, "{requests} of {budget}");
    // A plan that is not displayed does not count them.
    world.request(RolloutRequest::default());
    let world = world.twin();
    world.forget_calls();
    let plan = world.plan().await;
    assert!(!render::rollouts(&plan).contains("ok/failed"));
    let calls = world.all_calls();
    assert!(calls.iter().filter(asks).count() < requests);
}
