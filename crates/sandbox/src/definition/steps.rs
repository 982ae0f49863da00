//! The steps of a flow, those nested in loops and branches included, in reading order.

use super::value::Value;

/// Visits every step below a list of steps, with its place in words.
pub(super) fn each(steps: Option<&Value>, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
    for (index, step) in steps.map_or(&[][..], Value::items).iter().enumerate() {
        let here = within(place, "step", index, step);
        visit(&here, step);
        each(step.get("steps"), &here, visit);
        let branches = step.get("branches").map_or(&[][..], Value::items);
        for (index, branch) in branches.iter().enumerate() {
            let inside = within(&here, "branch", index, branch);
            each(branch.get("steps"), &inside, visit);
        }
    }
}

/// Like [`each`], to change the steps. A step is visited before those within it.
pub(super) fn each_mut(
    steps: Option<&mut Value>,
    place: &str,
    visit: &mut dyn FnMut(&str, &mut Value),
) {
    for (index, step) in steps
        .map_or(&mut [][..], Value::items_mut)
        .iter_mut()
        .enumerate()
    {
        let here = within(place, "step", index, step);
        visit(&here, step);
        each_mut(step.get_mut("steps"), &here, visit);
        let branches = step
            .get_mut("branches")
            .map_or(&mut [][..], Value::items_mut);
        for (index, branch) in branches.iter_mut().enumerate() {
            let inside = within(&here, "branch", index, branch);
            each_mut(branch.get_mut("steps"), &inside, visit);
        }
    }
}

/// A place in words: `flow "Sync", step 3`. Things are named by their name or key, or counted
/// from 1 where they have none.
pub(super) fn within(place: &str, kind: &str, index: usize, value: &Value) -> String {
    let comma = if place.is_empty() { "" } else { ", " };
    let name = value.get("name").or_else(|| value.get("key"));
    match name.and_then(Value::as_str) {
        Some(name) => format!("{place}{comma}{kind} \"{name}\""),
        None => format!("{place}{comma}{kind} {}", index + 1),
    }
}
