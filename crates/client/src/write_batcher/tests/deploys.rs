//! Deploys, which must never be sent twice.

use super::*;

async fn deploys(fake: &Arc<Fake>, count: usize) -> Vec<PlatformResult<InstanceSighting>> {
    let client = client(fake);
    let one = |number: usize| {
        let client = &client;
        async move {
            let id = InstanceId::new(format!("n{number}"));
            client.deploy_instance(&id, false).await
        }
    };
    join_all((0..count).map(one)).await
}

/// An instance as the payload of a deploy shows it.
fn deployed(id: &str) -> serde_json::Value {
    json!({"object": {"id": id, "needsDeploy": false}, "errors": []})
}

fn is_query(ask: &Ask) -> bool {
    ask.body["query"].as_str().unwrap().starts_with("query")
}

/// Deploys of some instances, after as many single ones as it takes for requests of this size.
async fn crowd(answer: impl Fn(&Ask) -> Step + Send + Sync + 'static) -> Crowd {
    let fake = Fake::new(move |ask| {
        let warm = |input: &serde_json::Value| input["id"].as_str().unwrap().starts_with("warm");
        if !is_query(ask) && inputs(ask).values().all(warm) {
            return each(ask, deployed);
        }
        answer(ask)
    });
    let client = client(&fake);
    for number in 0..7 {
        let ids: Vec<_> = (0..1 << number.min(2))
            .map(|it| InstanceId::new(format!("warm{number}-{it}")))
            .collect();
        let all = ids.iter().map(|id| client.deploy_instance(id, false));
        assert!(join_all(all).await.iter().all(Result::is_ok));
    }
    let before = fake.count();
    let ids: Vec<_> = (0..4).map(|it| InstanceId::new(format!("n{it}"))).collect();
    let outcomes = join_all(ids.iter().map(|id| client.deploy_instance(id, false))).await;
    let counts = written(&fake);
    Crowd {
        outcomes,
        sizes: sizes(&fake).split_off(before),
        sent: [0, 1, 2, 3].map(|it| counts[&format!("n{it}")]),
    }
}

struct Crowd {
    outcomes: Vec<PlatformResult<InstanceSighting>>,
    /// How many writes or look-ups each request had.
    sizes: Vec<usize>,
    /// How often each was sent.
    sent: [usize; 4],
}

#[tokio::test(start_paused = true)]
async fn deploys_begin_one_by_one_and_share_requests_where_that_is_quick() {
    let fake = Fake::new(|ask| later(each(ask, deployed)));
    assert_eq!(failures(&deploys(&fake, 100).await), []);
    let sizes = sizes(&fake);
    assert_eq!(sizes[0], 1);
    assert!(sizes.len() <= 25, "{sizes:?}");
    assert!(written(&fake).values().all(|count| *count == 1));
}

#[tokio::test(start_paused = true)]
async fn deploys_that_take_long_stay_requests_of_their_own() {
    let slow = Duration::from_secs(5);
    let fake = Fake::new(move |ask| Step::After(slow, Box::new(each(ask, deployed))));
    assert_eq!(failures(&deploys(&fake, 12).await), []);
    assert_eq!(sizes(&fake), [1; 12]);
}

#[tokio::test(start_paused = true)]
async fn deploys_that_were_turned_away_are_looked_for_before_they_are_sent_again() {
    let throttle = std::sync::atomic::AtomicBool::new(true);
    let crowd = crowd(move |ask| {
        if throttle.swap(false, std::sync::atomic::Ordering::Relaxed) {
            return throttled(Some("1"));
        }
        if is_query(ask) {
            let alias = |name: &str| format!("l{}", &name[1..]);
            let variables = ask.variables().as_object().unwrap();
            // n0 was deployed all the same.
            let all: serde_json::Map<_, _> = (variables.iter())
                .map(|(name, id)| (alias(name), due(id != "n0")))
                .collect();
            return data(&all.into());
        }
        each(ask, deployed)
    })
    .await;
    assert_eq!(failures(&crowd.outcomes), []);
    assert_eq!(crowd.sent, [1, 2, 2, 2]);
    assert_eq!(crowd.sizes, [4, 1, 1, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_leaves_every_deploy_of_the_request_unknown() {
    let crowd = crowd(|_| broken()).await;
    assert_eq!(crowd.sizes, [4], "a deploy is not sent twice");
    let unknown = |outcome: &PlatformResult<InstanceSighting>| {
        let error: &PlatformError = outcome.as_ref().unwrap_err();
        error.effect == Effect::Unknown && error.is_transient()
    };
    assert!(crowd.outcomes.iter().all(unknown));
}

/// The first deploy fails; what the others show on two looks at them.
async fn beside_a_failure(looks: [serde_json::Value; 2]) -> Crowd {
    let count = std::sync::atomic::AtomicUsize::new(0);
    crowd(move |ask| {
        if is_query(ask) {
            let look = &looks[count.fetch_add(1, std::sync::atomic::Ordering::Relaxed)];
            let alias = |name: &str| format!("l{}", &name[1..]);
            let variables = ask.variables().as_object().unwrap();
            let all: serde_json::Map<_, _> = variables
                .iter()
                .map(|(name, id)| (alias(name), look[id.as_str().unwrap()].clone()))
                .collect();
            return data(&all.into());
        }
        each(ask, |id| if id == "n0" { refused() } else { deployed(id) })
    })
    .await
}

fn due(due: bool) -> serde_json::Value {
    json!({ "needsDeploy": due })
}

#[tokio::test(start_paused = true)]
async fn deploys_beside_a_failed_one_are_looked_for_and_never_sent_twice() {
    // n1 shows its deploy at once, n2 late, and n3 not: it was taken back, or what is read lags.
    let first = json!({"n1": due(false), "n2": due(true), "n3": due(true)});
    let second = json!({"n2": due(false), "n3": due(true)});
    let crowd = beside_a_failure([first, second]).await;
    let failed = failures(&crowd.outcomes);
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(failed[0].1, "deployInstance: refused: No.");
    assert_eq!(failed[1].0, 3);
    let error = crowd.outcomes[3].as_ref().unwrap_err();
    assert_eq!(error.effect, Effect::Unknown);
    assert_eq!(crowd.sent, [1, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_deploy_of_which_a_look_says_nothing_is_unknown() {
    let look = json!({"n1": due(false), "n2": due(false), "n3": {}});
    let crowd = beside_a_failure([look, json!({})]).await;
    assert_eq!(crowd.sent, [1, 1, 1, 1]);
    assert!(crowd.outcomes[1].is_ok() && crowd.outcomes[2].is_ok());
    let error = crowd.outcomes[3].as_ref().unwrap_err();
    assert_eq!(error.effect, Effect::Unknown);
}

#[tokio::test(start_paused = true)]
async fn deploys_that_a_server_will_not_take_together_are_sent_one_by_one_unless_done() {
    // It says that it did not begin; n1 was deployed all the same.
    let crowd = crowd(|ask| {
        if is_query(ask) {
            let due = |id: &serde_json::Value| due(id != "n1");
            let all: serde_json::Map<_, _> = (ask.variables().as_object().unwrap().iter())
                .map(|(name, id)| (format!("l{}", &name[1..]), due(id)))
                .collect();
            return data(&all.into());
        }
        match inputs(ask).len() {
            1 => each(ask, deployed),
            _ => reply(
                400,
                &json!({"errors": [{"message": "Query is too complex"}]}),
            ),
        }
    })
    .await;
    assert_eq!(failures(&crowd.outcomes), []);
    assert_eq!(crowd.sent, [2, 1, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_deploy_that_is_forced_goes_by_itself() {
    let fake = Fake::new(|_| payload(&json!({"id": "x"})));
    let client = client(&fake);
    let ids: Vec<_> = (0..3)
        .map(|number| InstanceId::new(format!("n{number}")))
        .collect();
    join_all(ids.iter().map(|id| client.deploy_instance(id, true))).await;
    assert_eq!(sizes(&fake), [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_none_fails_every_part() {
    let crowd = crowd(|_| text(200, "text/html", "<html>")).await;
    assert_eq!(failures(&crowd.outcomes).len(), 4);
    assert_eq!(crowd.sizes, [4]);
}
