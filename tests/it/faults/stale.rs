//! Lists that lag behind what was written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use prism_gitops::sandbox::Behaviour;
use serde_json::Value;

use crate::drift::line::Bend;
use crate::drift::whole;
use crate::drift::world::World;

/// While it is on, a list answers what it answered when it was last seen otherwise.
fn lagging(list: &'static str, on: Arc<AtomicBool>) -> Bend {
    let last: Mutex<Option<Value>> = Mutex::default();
    Arc::new(move |answer| {
        let Some(now) = answer["data"].get_mut(list).filter(|it| it.is_object()) else {
            return;
        };
        let mut last = last.lock().unwrap();
        match &*last {
            Some(then) if on.load(Ordering::Relaxed) => *now = then.clone(),
            _ => *last = Some(now.clone()),
        }
    })
}

/// The pass that creates reads its own writes late; the one after it reads them in time.
#[tokio::test(start_paused = true)]
async fn a_list_that_lags_within_a_pass_makes_nothing_twice() {
    for list in ["integrations", "instances"] {
        let on = Arc::new(AtomicBool::new(false));
        let bend = lagging(list, Arc::clone(&on));
        let mut world = World::with(Behaviour::default(), Some(bend));
        whole::write(&world);
        let planned = world.try_plan(false).await.unwrap();
        on.store(true, Ordering::Relaxed);
        world.carry_out(&planned).await;
        on.store(false, Ordering::Relaxed);
        world.restart();
        whole::converge(&world, 2, list).await;
        assert_eq!(whole::count(&world).await, (2, 2, 3), "{list}");
        whole::demand_markers(&world, 0, list).await;
    }
}
