//! Look-ups over the live integrations, so that comparing many of them stays linear.

use std::collections::{BTreeSet, HashMap};

use crate::diff::Inputs;
use crate::model::{Adopt, DesiredIntegration, Integration, Marker, ResourceName};

/// Live integrations by what can make one the object of a manifest.
pub(crate) struct Index<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    /// All integrations that the project declares.
    pub(crate) declared: BTreeSet<&'a ResourceName>,
    by_label: HashMap<&'a str, Vec<usize>>,
    /// Without outer white space, which servers need not keep.
    by_name: HashMap<&'a str, Vec<usize>>,
    by_id: HashMap<&'a str, usize>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>) -> Self {
        let mut index = Self {
            inputs,
            declared: inputs
                .desired
                .integrations
                .iter()
                .map(|i| &i.name)
                .collect(),
            by_label: HashMap::new(),
            by_name: HashMap::new(),
            by_id: HashMap::new(),
        };
        for (place, live) in inputs.tenant.integrations.items.iter().enumerate() {
            index
                .by_name
                .entry(live.name.trim())
                .or_default()
                .push(place);
            index.by_id.entry(live.id.as_str()).or_insert(place);
            for label in live
                .labels
                .iter()
                .filter(|label| Marker::is_reserved(label))
            {
                index.by_label.entry(label).or_default().push(place);
            }
        }
        index
    }

    /// The few that can be the one a manifest means, in the order of the list.
    pub(crate) fn candidates(
        &self,
        desired: &DesiredIntegration,
        marker: &Marker,
        name: &str,
    ) -> Vec<&'a Integration> {
        let marked = self.by_label.get(marker.to_string().as_str());
        let named = self.by_name.get(name.trim());
        let (adopted, by_id) = match &desired.adopt {
            Some(Adopt::Name(name)) => (self.by_name.get(name.trim()), None),
            Some(Adopt::Id(id)) => (None, self.by_id.get(id.as_str())),
            None => (None, None),
        };
        let lists = [marked, named, adopted].into_iter().flatten().flatten();
        let places: BTreeSet<usize> = lists.chain(by_id).copied().collect();
        let items = &self.inputs.tenant.integrations.items;
        places
            .into_iter()
            .filter_map(|place| items.get(place))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition};

    /// How many live integrations are looked at for all declared ones together.
    fn looked_at(count: usize) -> usize {
        let mut world = World::new();
        for number in 0..count {
            let text = definition(&format!("Number {number}"), "https://x");
            world.declare(&format!("number-{number}"), &text);
            world.live(&format!("i{number}"), &text);
        }
        world.with(|inputs, _| {
            let index = Index::new(inputs);
            let one = |desired: &DesiredIntegration| {
                let marker = crate::kinds::integration::compare::marker(inputs, &desired.name);
                let name = inputs.definitions.get(&desired.name).unwrap().name();
                index.candidates(desired, &marker, name).len()
            };
            inputs.desired.integrations.iter().map(one).sum()
        })
    }

    #[test]
    fn twice_as_many_integrations_are_twice_the_work() {
        assert_eq!((looked_at(50), looked_at(100)), (50, 100));
    }
}
