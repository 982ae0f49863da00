//! What `make bench` measures does what it says.

use crate::bench_model::{
    Model, canonical, compare, definitions, difference, exported, load, plan, rendered,
};

const INSTANCES: usize = 30;
const INTEGRATIONS: usize = 5;

#[tokio::test(start_paused = true)]
async fn a_model_is_declared_as_it_is() {
    let model = Model::new(INSTANCES, INTEGRATIONS).await;
    let loaded = load(model.files());
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.desired.integrations.len(), INTEGRATIONS);
    assert_eq!(loaded.desired.instances.len(), INSTANCES);
    assert_eq!(definitions(&loaded).len(), INTEGRATIONS);
    assert_eq!(exported(model.tenant()).files.len(), model.files().len());
    let live = canonical(model.tenant());
    assert_eq!(compare(model.definitions(), &live), (INTEGRATIONS, 0));
}

#[tokio::test(start_paused = true)]
async fn plans_of_a_model_touch_nothing_or_everything() {
    let model = Model::new(INSTANCES, INTEGRATIONS).await;
    let inputs = model.unchanged();
    let unchanged = plan(&inputs, &difference(&inputs));
    assert_eq!(unchanged.steps.len(), 0);
    assert_eq!(unchanged.resources.len(), INSTANCES + INTEGRATIONS);
    let inputs = model.adopting();
    let adopting = plan(&inputs, &difference(&inputs));
    assert_eq!(adopting.steps.len(), INSTANCES + INTEGRATIONS);
    assert!(rendered(&adopting) > rendered(&unchanged));
}
