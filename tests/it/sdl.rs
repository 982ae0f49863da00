//! The sandbox's schema is a subset of Prismatic's: everything in it equals the original, including arguments
//! and nullability. The real schema lies beside the repository where there is one.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::io::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use prism_gitops::sandbox::Sandbox;

const REAL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/prismatic-api/schema.graphql"
);

/// What `prism` 10.4.0 selects and the schema, which is older, does not have.
const NEWER: [&str; 7] = [
    "ExecutionSection",
    "ExecutionSectionConnection",
    "ExecutionSectionEdge",
    "ExecutionSectionOrder",
    "ExecutionSectionOrderField",
    "Log.sectionId",
    "RootQuery.executionSections",
];

#[test]
fn the_schema_is_valid() {
    Schema::parse_and_validate(Sandbox::sdl(), "sandbox.graphql").unwrap();
}

#[test]
fn the_schema_is_a_subset_of_the_real_one() {
    let Ok(text) = fs::read_to_string(REAL) else {
        writeln!(
            std::io::stderr(),
            "skipped: the real schema is not at {REAL}"
        )
        .unwrap();
        return;
    };
    let real = Schema::parse(text, "schema.graphql").unwrap();
    let ours = Schema::parse(Sandbox::sdl(), "sandbox.graphql").unwrap();
    let mut differences = Differences::default();
    for (name, kind) in ours.types.iter().filter(|(_, kind)| !kind.is_built_in()) {
        match real.types.get(name) {
            Some(other) => differences.compare(name, kind, other),
            None => differences.missing(name),
        }
    }
    assert!(differences.0.is_empty(), "{}", differences.0.join("\n"));
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn add(&mut self, difference: String) {
        self.0.push(difference);
    }

    fn missing(&mut self, name: &str) {
        if !NEWER.contains(&name) {
            self.add(format!("{name} does not exist"));
        }
    }

    fn compare(&mut self, name: &str, ours: &ExtendedType, real: &ExtendedType) {
        match (ours, real) {
            (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            (ExtendedType::Enum(ours), ExtendedType::Enum(real)) => {
                let (ours, real) = (names(ours.values.keys()), names(real.values.keys()));
                self.same(name, "values", &ours, &real);
            }
            (ExtendedType::InputObject(ours), ExtendedType::InputObject(real)) => {
                let ours = names(
                    ours.fields
                        .values()
                        .map(|it| format!("{}: {}", it.name, it.ty)),
                );
                let real = names(
                    real.fields
                        .values()
                        .map(|it| format!("{}: {}", it.name, it.ty)),
                );
                self.same(name, "fields", &ours, &real);
            }
            (ExtendedType::Interface(ours), ExtendedType::Interface(real)) => {
                let (ours, real) = (names(ours.fields.keys()), names(real.fields.keys()));
                self.same(name, "fields", &ours, &real);
            }
            (ExtendedType::Object(ours), ExtendedType::Object(real)) => {
                let interfaces = names(ours.implements_interfaces.iter());
                let others = names(real.implements_interfaces.iter());
                self.same(name, "interfaces", &interfaces, &others);
                for field in ours.fields.values() {
                    match real.fields.get(&field.name) {
                        Some(other) => self.field(name, field, other),
                        None => self.missing(&format!("{name}.{}", field.name)),
                    }
                }
            }
            _ => self.add(format!("{name} is of another kind")),
        }
    }

    fn field(
        &mut self,
        kind: &str,
        ours: &apollo_compiler::schema::FieldDefinition,
        real: &apollo_compiler::schema::FieldDefinition,
    ) {
        let name = format!("{kind}.{}", ours.name);
        if ours.ty != real.ty {
            self.add(format!("{name} is {}, really {}", ours.ty, real.ty));
        }
        let ours = names(
            ours.arguments
                .iter()
                .map(|it| format!("{}: {}", it.name, it.ty)),
        );
        let real = names(
            real.arguments
                .iter()
                .map(|it| format!("{}: {}", it.name, it.ty)),
        );
        self.same(&name, "arguments", &ours, &real);
    }

    /// Both ways: an argument or an input field that is missing here would be refused.
    fn same(&mut self, name: &str, what: &str, ours: &BTreeSet<String>, real: &BTreeSet<String>) {
        for extra in ours.difference(real) {
            self.add(format!("{name}: {what} have {extra}, really not"));
        }
        for missing in real.difference(ours) {
            self.add(format!("{name}: {what} lack {missing}"));
        }
    }
}

fn names<T: Display>(items: impl Iterator<Item = T>) -> BTreeSet<String> {
    items.map(|item| item.to_string()).collect()
}
