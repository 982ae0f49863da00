//! What makes a tree a definition. Reports everything that is wrong, each with its place.

use std::collections::HashSet;

use super::FieldError;
use super::components;
use super::steps;
use super::value::Value;

/// The format a definition is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// No version: one flow, its `trigger` and `steps` at the top level.
    Unversioned,
    /// Version 4: flows with a `trigger` of their own, component versions in one map.
    Four,
    /// Version 7, the current one.
    Seven,
}

/// What `dataType` may say, in any case.
const DATA_TYPES: [&str; 13] = [
    "string",
    "number",
    "boolean",
    "date",
    "timestamp",
    "picklist",
    "schedule",
    "code",
    "credential",
    "connection",
    "objectselection",
    "objectfieldmap",
    "jsonform",
];

/// What `endpointType` may say.
const ENDPOINT_TYPES: [&str; 3] = ["flow_specific", "instance_specific", "shared_instance"];

/// Checks the tree and says which form it has. Unknown keys are tolerated.
///
/// # Errors
/// Every problem found.
pub(super) fn check(value: &Value) -> Result<Form, Vec<FieldError>> {
    let mut checker = Checker::default();
    let form = checker.form(value);
    if let Some(form) = form {
        checker.top(value);
        checker.flows(value, form);
        checker.config_vars(value, form);
        checker.config_pages(value);
    }
    match form {
        Some(form) if checker.problems.is_empty() => Ok(form),
        _ => Err(checker.problems),
    }
}

/// Which shape a value must have, and its name in messages.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Flag,
    List,
    Map,
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => matches!(value, Value::Str(_)),
            Self::Flag => matches!(value, Value::Bool(_)),
            Self::List => matches!(value, Value::List(_)),
            Self::Map => matches!(value, Value::Map(_)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Flag => "true or false",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }
}

#[derive(Default)]
struct Checker {
    problems: Vec<FieldError>,
}

impl Checker {
    fn report(&mut self, place: &str, problem: &str) {
        let comma = if place.is_empty() { "" } else { ": " };
        self.problems
            .push(FieldError::new(format!("{place}{comma}{problem}")));
    }

    fn form(&mut self, value: &Value) -> Option<Form> {
        if !Shape::Map.fits(value) {
            let found = value.kind();
            self.report("", &format!("a definition is a mapping, this is {found}"));
            return None;
        }
        let version = value.get("definitionVersion").map(Value::text);
        match version.as_ref().map(|text| text.as_deref()) {
            Some(Some("7")) => Some(Form::Seven),
            Some(Some("4")) => Some(Form::Four),
            None if value.get("flows").is_none() && value.get("steps").is_some() => {
                Some(Form::Unversioned)
            }
            None => {
                self.report("", "definitionVersion is missing; the current version is 7");
                None
            }
            Some(other) => {
                let other = other.unwrap_or("null");
                self.report(
                    "",
                    &format!("definitionVersion {other} is not known; use 7"),
                );
                None
            }
        }
    }

    /// Reports a value of another shape; null and absent fit. Gives the value if it fits.
    fn optional<'a>(
        &mut self,
        place: &str,
        of: &'a Value,
        key: &str,
        shape: Shape,
    ) -> Option<&'a Value> {
        let value = of.get(key)?;
        if shape.fits(value) {
            return Some(value);
        }
        let (wanted, found) = (shape.name(), value.kind());
        self.report(place, &format!("{key} must be {wanted}, this is {found}"));
        None
    }

    fn required<'a>(
        &mut self,
        place: &str,
        of: &'a Value,
        key: &str,
        shape: Shape,
    ) -> Option<&'a Value> {
        if of.get(key).is_none() {
            self.report(place, &format!("{key} is missing"));
        }
        self.optional(place, of, key, shape)
    }

    /// A string that must be there and not blank, such as a name.
    fn name<'a>(&mut self, place: &str, of: &'a Value, key: &str) -> Option<&'a str> {
        let name = self.required(place, of, key, Shape::Text)?.as_str()?;
        if name.trim().is_empty() {
            self.report(place, &format!("{key} is blank"));
            return None;
        }
        Some(name)
    }

    /// A name that none of the things seen before may have.
    fn unique_name<'a>(
        &mut self,
        place: &str,
        of: &'a Value,
        key: &str,
        seen: &mut HashSet<&'a str>,
    ) {
        if let Some(name) = self.name(place, of, key)
            && !seen.insert(name)
        {
            self.report(place, &format!("the {key} is used twice"));
        }
    }

    /// Goes through a list of mappings; reports and leaves out what is no mapping.
    fn mappings<'a>(
        &mut self,
        list: Option<&'a Value>,
        place: &str,
        kind: &str,
    ) -> Vec<(String, &'a Value)> {
        let mut found = Vec::new();
        for (index, item) in list.map_or(&[][..], Value::items).iter().enumerate() {
            let here = steps::within(place, kind, index, item);
            if Shape::Map.fits(item) {
                found.push((here, item));
            } else {
                self.report(
                    &here,
                    &format!("must be a mapping, this is {}", item.kind()),
                );
            }
        }
        found
    }

    fn top(&mut self, value: &Value) {
        self.name("", value, "name");
        for key in [
            "description",
            "category",
            "documentation",
            "defaultInstanceProfile",
        ] {
            self.optional("", value, key, Shape::Text);
        }
        if let Some(kind) = self.optional("", value, "endpointType", Shape::Text)
            && !kind
                .as_str()
                .is_some_and(|kind| ENDPOINT_TYPES.contains(&kind))
        {
            self.report(
                "",
                &format!("endpointType must be one of {}", ENDPOINT_TYPES.join(", ")),
            );
        }
        let labels = self.optional("", value, "labels", Shape::List);
        if labels.is_some_and(|labels| labels.items().iter().any(|label| !Shape::Text.fits(label)))
        {
            self.report("", "labels must be strings");
        }
        self.optional("", value, "isCodeNative", Shape::Flag);
    }

    fn flows(&mut self, value: &Value, form: Form) {
        if form == Form::Unversioned {
            self.required("", value, "steps", Shape::List);
            self.steps(value, "", form);
            return;
        }
        let flows = self.required("", value, "flows", Shape::List);
        let mut names = HashSet::new();
        for (place, flow) in self.mappings(flows, "", "flow") {
            self.unique_name(&place, flow, "name", &mut names);
            for key in ["isSynchronous", "isAgentFlow"] {
                self.optional(&place, flow, key, Shape::Flag);
            }
            for key in ["description", "endpointSecurityType", "stableKey"] {
                self.optional(&place, flow, key, Shape::Text);
            }
            self.required(&place, flow, "steps", Shape::List);
            if form == Form::Seven {
                self.triggers(flow, &place);
            }
            self.steps(flow, &place, form);
        }
    }

    /// A flow begins with its trigger and has no other.
    fn triggers(&mut self, flow: &Value, place: &str) {
        let is_trigger = |step: &Value| step.get("isTrigger") == Some(&Value::Bool(true));
        let steps = flow.get("steps");
        if !steps
            .and_then(|steps| steps.items().first())
            .is_some_and(is_trigger)
        {
            self.report(
                place,
                "the first step must be the trigger (isTrigger: true)",
            );
        }
        let mut position = 0;
        steps::each(steps, place, &mut |here, step| {
            if is_trigger(step) && position > 0 {
                self.report(here, "only the first step of a flow can be a trigger");
            }
            position += 1;
        });
    }

    fn steps(&mut self, flow: &Value, place: &str, form: Form) {
        let mut names = HashSet::new();
        steps::each(flow.get("steps"), place, &mut |here, step| {
            if !Shape::Map.fits(step) {
                self.report(here, &format!("must be a mapping, this is {}", step.kind()));
                return;
            }
            if let Some(name) = self.name(here, step, "name")
                && !names.insert(name.to_owned())
            {
                self.report(here, "the name is used twice in this flow");
            }
            self.step(step, here, form);
        });
    }

    fn step(&mut self, step: &Value, place: &str, form: Form) {
        self.optional(place, step, "description", Shape::Text);
        self.optional(place, step, "isTrigger", Shape::Flag);
        self.optional(place, step, "steps", Shape::List);
        if let Some(action) = self.required(place, step, "action", Shape::Map) {
            self.name(place, action, "key");
            if form == Form::Seven {
                self.component(action, place);
            } else {
                self.name(place, action, "componentKey");
            }
        }
        let inputs = self.optional(place, step, "inputs", Shape::Map);
        if form == Form::Seven {
            self.inputs(inputs, place);
        }
        let branches = self.optional(place, step, "branches", Shape::List);
        let mut names = HashSet::new();
        for (here, branch) in self.mappings(branches, place, "branch") {
            self.unique_name(&here, branch, "name", &mut names);
            self.optional(&here, branch, "steps", Shape::List);
        }
    }

    fn inputs(&mut self, inputs: Option<&Value>, place: &str) {
        for (name, input) in inputs.into_iter().flat_map(Value::entries) {
            if Shape::Map.fits(input) {
                self.name(&format!("{place}, input \"{name}\""), input, "type");
            } else {
                let found = input.kind();
                self.report(
                    place,
                    &format!("input \"{name}\" must be a mapping, this is {found}"),
                );
            }
        }
    }

    /// The component of an action, connection or data source.
    fn component(&mut self, holder: &Value, place: &str) {
        let Some(component) = self.required(place, holder, "component", Shape::Map) else {
            return;
        };
        let place = format!("{place}, component");
        self.name(&place, component, "key");
        self.optional(&place, component, "isPublic", Shape::Flag);
        if let Err(problem) = components::version(component) {
            self.report(&place, &problem);
        }
    }

    fn config_vars(&mut self, value: &Value, form: Form) {
        if form == Form::Unversioned
            && value
                .get("requiredConfigVars")
                .is_some_and(|it| Shape::Map.fits(it))
        {
            return;
        }
        let variables = self.optional("", value, "requiredConfigVars", Shape::List);
        let mut keys = HashSet::new();
        for (place, variable) in self.mappings(variables, "", "config variable") {
            self.unique_name(&place, variable, "key", &mut keys);
            self.config_var(variable, &place);
        }
    }

    fn config_var(&mut self, variable: &Value, place: &str) {
        if let Some(kind) = self
            .optional(place, variable, "dataType", Shape::Text)
            .and_then(Value::as_str)
            && !DATA_TYPES.contains(&kind.to_lowercase().as_str())
        {
            self.report(place, &format!("the dataType {kind} is not known"));
        }
        for key in ["connection", "dataSource"] {
            if let Some(holder) = self.optional(place, variable, key, Shape::Map) {
                let here = format!("{place}, {key}");
                self.name(&here, holder, "key");
                self.component(holder, &here);
            }
        }
        for key in [
            "description",
            "stableKey",
            "useScopedConfigVar",
            "scheduleType",
            "timeZone",
            "collectionType",
        ] {
            self.optional(place, variable, key, Shape::Text);
        }
        self.optional(place, variable, "orgOnly", Shape::Flag);
        self.optional(place, variable, "meta", Shape::Map);
        self.optional(place, variable, "pickList", Shape::List);
        let inputs = self.optional(place, variable, "inputs", Shape::Map);
        self.inputs(inputs, place);
    }

    fn config_pages(&mut self, value: &Value) {
        let pages = self.optional("", value, "configPages", Shape::List);
        for (place, page) in self.mappings(pages, "", "config page") {
            self.name(&place, page, "name");
            self.optional(&place, page, "elements", Shape::List);
        }
    }
}
