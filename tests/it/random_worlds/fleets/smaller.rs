//! Steps that make the story of a fleet smaller.

use prism_gitops::sandbox::Behaviour;

use super::case::{Case, Chosen, Event, Pass};
use super::live;
use crate::random_worlds::planted::Bug;
use crate::random_worlds::shrink::Lived;

impl Lived for Case {
    async fn through(&self, bug: &Bug) -> Result<(), String> {
        live::through(self, bug).await
    }

    fn steps(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut offer = |change: &dyn Fn(&mut Self)| {
            let mut other = self.clone();
            change(&mut other);
            if other != *self {
                all.push(other);
            }
        };
        for place in (0..self.story.len()).rev() {
            offer(&|it| {
                it.story.remove(place);
            });
        }
        // The first and the last stay, and whom the story names keeps its place.
        for place in (1..self.customers.len().saturating_sub(1)).rev() {
            offer(&|it| it.without(place));
        }
        offer(&|it| it.server = Behaviour::default());
        offer(&|it| it.chosen = Chosen::Selector);
        offer(&|it| it.disables = false);
        offer(&|it| it.lasting = 0);
        offer(&|it| it.rollout.at_once = None);
        offer(&|it| it.rollout.rollback = false);
        offer(&|it| it.rollout.early = 0);
        for place in 0..self.bad.len() {
            offer(&|it| {
                it.bad.remove(place);
            });
        }
        for place in 0..self.customers.len() {
            offer(&|it| it.customers[place].manifest = false);
            offer(&|it| it.customers[place].failing = false);
        }
        for place in 0..self.story.len() {
            offer(&|it| plain(&mut it.story[place]));
        }
        all
    }
}

impl Case {
    /// Without the customer at a place, where the story does not name it or one after it.
    fn without(&mut self, place: usize) {
        let named = |event: &Event| match event {
            Event::Flip(at) | Event::Relabel(at, _) | Event::Deed(at, _) => *at >= place,
            Event::Publish(_) | Event::Value(_) | Event::Run | Event::Wait(_) | Event::Pass(_) => {
                false
            }
        };
        if !self.story.iter().any(named) {
            self.customers.remove(place);
        }
    }
}

/// A pass in which less goes wrong.
fn plain(event: &mut Event) {
    let Event::Pass(pass) = event else { return };
    if pass.killed.is_some() || pass.fault.is_some() {
        (pass.killed, pass.fault) = (None, None);
    } else if pass.forgets {
        pass.forgets = false;
    } else {
        *pass = Pass::plain();
    }
}
