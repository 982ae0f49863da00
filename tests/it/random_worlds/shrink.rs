//! Makes a world that fails smaller, for as long as it fails.

use prism_gitops::sandbox::Behaviour;
use serde_json::Value;

use super::case::{Case, Config, Declared, Flow, Instance};
use super::live;
use super::planted::Bug;

/// At most this many worlds are tried.
const MOST: usize = 500;

/// A world of some kind that can be lived through and made smaller.
pub(super) trait Lived: Clone + PartialEq + serde::Serialize {
    /// Lives through it, and says what does not hold.
    async fn through(&self, bug: &Bug) -> Result<(), String>;

    /// Every world that is a step smaller, the largest steps first.
    fn steps(&self) -> Vec<Self>;
}

impl Lived for Case {
    async fn through(&self, bug: &Bug) -> Result<(), String> {
        live::through(self, bug).await
    }

    fn steps(&self) -> Vec<Self> {
        steps(self)
    }
}

/// A world that fails.
#[derive(Debug)]
pub(super) struct Found<C> {
    pub(super) case: C,
    /// How it fails.
    pub(super) fault: String,
    /// How many worlds were tried.
    pub(super) tried: usize,
}

/// The smallest world that still fails, step by step: no step from it fails any more.
pub(super) async fn smallest<C: Lived>(case: C, fault: String, bug: &Bug) -> Found<C> {
    let mut found = Found {
        case,
        fault,
        tried: 0,
    };
    while let Some((case, fault)) = smaller(&mut found, bug).await {
        (found.case, found.fault) = (case, fault);
    }
    found
}

async fn smaller<C: Lived>(found: &mut Found<C>, bug: &Bug) -> Option<(C, String)> {
    for case in found.case.steps() {
        if found.tried == MOST {
            return None;
        }
        found.tried += 1;
        if let Err(fault) = case.through(bug).await {
            return Some((case, fault));
        }
    }
    None
}

fn steps(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Case)| {
        let mut other = case.clone();
        change(&mut other);
        if other != *case {
            all.push(other);
        }
    };
    offer(&|it| it.second = None);
    offer(&|it| it.first = None);
    offer(&|it| it.meddling = None);
    offer(&|it| it.twin = false);
    offer(&|it| it.killed = None);
    offer(&|it| it.saving = None);
    offer(&|it| it.bystander = false);
    offer(&|it| it.after = it.before.clone());
    offer(&|it| it.server = Behaviour::default());
    for place in (0..case.before.instances.len()).rev() {
        offer(&|it| each(it, &|declared| drop_instance(declared, place)));
    }
    offer(&|it| each(it, &drop_flow));
    for place in 0..case.before.instances.len() {
        offer(&|it| each(it, &|declared| plain_instance(declared, place)));
        offer(&|it| each(it, &|declared| unconfigured(declared, place)));
    }
    offer(&|it| each(it, &plain_flows));
    all.extend(usual_switches(case));
    all
}

fn each(case: &mut Case, change: &dyn Fn(&mut Declared)) {
    change(&mut case.before);
    change(&mut case.after);
}

fn drop_instance(declared: &mut Declared, place: usize) {
    if place < declared.instances.len() {
        declared.instances.remove(place);
    }
}

/// The last integration goes, and what was of it becomes the first's.
fn drop_flow(declared: &mut Declared) {
    if declared.flows.len() > 1 {
        declared.flows.pop();
        let gone = declared.flows.len();
        let homeless = declared.instances.iter_mut().filter(|it| it.flow == gone);
        homeless.for_each(|it| it.flow = 0);
    }
}

fn plain_instance(declared: &mut Declared, place: usize) {
    if let Some(instance) = declared.instances.get_mut(place) {
        *instance = Instance {
            flow: instance.flow,
            ..Instance::default()
        };
    }
}

fn unconfigured(declared: &mut Declared, place: usize) {
    if let Some(instance) = declared.instances.get_mut(place) {
        instance.config = Config::Nothing;
    }
}

fn plain_flows(declared: &mut Declared) {
    declared
        .flows
        .iter_mut()
        .for_each(|flow| *flow = Flow::default());
}

/// Each switch of the server as it usually is.
fn usual_switches(case: &Case) -> Vec<Case> {
    let usual = serde_json::to_value(Behaviour::default()).unwrap();
    let server = serde_json::to_value(&case.server).unwrap();
    let fields = usual.as_object().unwrap().iter();
    let differing = fields.filter(|(key, switch)| server[key.as_str()] != **switch);
    let back = |(key, switch): (&String, &Value)| {
        let mut server = server.clone();
        server[key.as_str()] = switch.clone();
        Case {
            server: serde_json::from_value(server).unwrap(),
            ..case.clone()
        }
    };
    differing.map(back).collect()
}
