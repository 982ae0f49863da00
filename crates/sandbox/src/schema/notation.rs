//! The schema as written down: GraphQL's own syntax, with directives for what repeats.
//!
//! Prismatic's schema says the same thing many times: a list of integrations takes the same 40
//! arguments wherever it occurs. `notation/*.graphql` says each thing once:
//!
//! - `x: T! @list(filter: ["F"])` is a field of type `TConnection!` that takes the arguments of
//!   the groups `F`, those of paging, and those of ordering where `T` has an order;
//!   `order: false` and `offset: false` leave the latter two out;
//! - `input F @arguments` is such a group, and no type of the schema;
//! - `enum TOrderField` brings the input `TOrder` with it;
//! - `doIt: T @writes(as: "t")` among the mutations takes `input: DoItInput!` and gives a
//!   `DoItPayload` with `t: T`; the input's `clientMutationId` is understood.

use std::collections::{BTreeSet, HashMap};

use async_graphql::Value;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    ConstDirective, FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use super::SchemaFault;

/// The query root.
pub(super) const QUERY: &str = "RootQuery";
/// The mutation root.
pub(super) const MUTATION: &str = "RootMutation";

const SOURCES: [(&str, &str); 8] = [
    ("root", include_str!("notation/root.graphql")),
    ("filters", include_str!("notation/filters.graphql")),
    ("enums", include_str!("notation/enums.graphql")),
    ("integration", include_str!("notation/integration.graphql")),
    ("instance", include_str!("notation/instance.graphql")),
    ("account", include_str!("notation/account.graphql")),
    ("execution", include_str!("notation/execution.graphql")),
    ("inputs", include_str!("notation/inputs.graphql")),
];

/// What is written down.
pub(super) struct Notation {
    /// Every type, in order.
    pub(super) types: Vec<TypeDefinition>,
    /// The groups of arguments, by name.
    groups: HashMap<String, Vec<InputValueDefinition>>,
    /// The types that lists hold.
    pub(super) listed: BTreeSet<String>,
    /// The types that have an order.
    ordered: BTreeSet<String>,
    /// The inputs of mutations.
    pub(super) mutation_inputs: BTreeSet<String>,
}

/// A field that is a list.
pub(super) struct List {
    /// The type of its items.
    pub(super) of: String,
    /// The names of its filters.
    pub(super) filters: Vec<InputValueDefinition>,
    /// Whether it can be ordered.
    pub(super) ordered: bool,
    /// Whether it takes an offset.
    pub(super) offset: bool,
}

impl Notation {
    /// Reads all that is written down.
    pub(super) fn read() -> Result<Self, SchemaFault> {
        let mut notation = Self {
            types: Vec::new(),
            groups: HashMap::new(),
            listed: BTreeSet::new(),
            ordered: BTreeSet::new(),
            mutation_inputs: BTreeSet::new(),
        };
        for (name, source) in SOURCES {
            let document = parse_schema(source)
                .map_err(|error| SchemaFault::new(format!("{name}.graphql: {error}")))?;
            for definition in document.definitions {
                if let TypeSystemDefinition::Type(kind) = definition {
                    notation.add(kind.node);
                }
            }
        }
        Ok(notation)
    }

    fn add(&mut self, kind: TypeDefinition) {
        let name = kind.name.node.to_string();
        match &kind.kind {
            TypeKind::InputObject(input) if directive(&kind.directives, "arguments").is_some() => {
                let fields = input.fields.iter().map(|field| field.node.clone());
                self.groups.insert(name, fields.collect());
                return;
            }
            TypeKind::Enum(_) => {
                let ordered = name.strip_suffix("OrderField").map(str::to_owned);
                self.ordered.extend(ordered);
            }
            TypeKind::Object(object) => {
                let fields = object.fields.iter().map(|field| &field.node);
                for field in fields.clone().filter(|field| is_list(field)) {
                    self.listed.insert(base(field));
                }
                if name == MUTATION {
                    let inputs = fields.map(|field| mutation_type(&field.name.node, "Input"));
                    self.mutation_inputs.extend(inputs);
                }
            }
            _ => {}
        }
        self.types.push(kind);
    }

    /// What a field lists; `None` if it is no list.
    pub(super) fn list(&self, field: &FieldDefinition) -> Result<Option<List>, SchemaFault> {
        let Some(list) = directive(&field.directives, "list") else {
            return Ok(None);
        };
        let of = base(field);
        let mut filters: Vec<_> = field.arguments.iter().map(|it| it.node.clone()).collect();
        for group in list
            .get_argument("filter")
            .map_or(&[][..], |it| strings(&it.node))
        {
            let Value::String(group) = group else {
                continue;
            };
            let known = self.groups.get(group);
            let known = known.ok_or_else(|| SchemaFault::new(format!("no group {group}")))?;
            filters.extend(known.iter().cloned());
        }
        let allowed = |name: &str| {
            let argument = list.get_argument(name).map(|it| &it.node);
            !matches!(argument, Some(Value::Boolean(false)))
        };
        Ok(Some(List {
            ordered: self.ordered.contains(&of) && allowed("order"),
            offset: allowed("offset"),
            filters,
            of,
        }))
    }
}

/// The directive with this name.
pub(super) fn directive<'a>(
    directives: &'a [async_graphql::Positioned<ConstDirective>],
    name: &str,
) -> Option<&'a ConstDirective> {
    let mut directives = directives.iter().map(|directive| &directive.node);
    directives.find(|directive| directive.name.node == name)
}

/// The input or payload type of a mutation.
pub(super) fn mutation_type(mutation: &str, suffix: &str) -> String {
    let mut letters = mutation.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first
        .into_iter()
        .chain(letters)
        .chain(suffix.chars())
        .collect()
}

/// The name of a field's type, without lists and nullability.
pub(super) fn base(field: &FieldDefinition) -> String {
    field.ty.node.to_string().replace(['[', ']', '!'], "")
}

fn is_list(field: &FieldDefinition) -> bool {
    directive(&field.directives, "list").is_some()
}

fn strings(value: &Value) -> &[Value] {
    super::call::items(value)
}
