//! From the notation and the bindings to the schema that is executed.
//!
//! A field without a resolver, a filter that would be ignored, an order that would do nothing:
//! each is a fault here, so none can reach a client.

use async_graphql::dynamic::{
    Enum, Field, InputObject, InputValue, Interface, InterfaceField, Object, Scalar, Schema,
    SchemaBuilder, TypeRef,
};
use async_graphql::parser::types::{
    BaseType, EnumType, FieldDefinition, InputObjectType, InputValueDefinition, ObjectType, Type,
    TypeDefinition, TypeKind,
};

use super::SchemaFault;
use super::bind::Bindings;
use super::notation::{List, MUTATION, Notation, QUERY, base, directive, mutation_type};
use super::resolve;

/// Builds the schema.
pub(super) fn expand(notation: &Notation, bindings: &Bindings) -> Result<Schema, SchemaFault> {
    let mut builder = Schema::build(QUERY, Some(MUTATION), None);
    for kind in &notation.types {
        builder = define(builder, notation, bindings, kind)?;
    }
    for listed in &notation.listed {
        builder = connection(builder, bindings, listed)?;
    }
    let schema = builder.finish();
    schema.map_err(|error| SchemaFault::new(error.to_string()))
}

fn define(
    builder: SchemaBuilder,
    notation: &Notation,
    bindings: &Bindings,
    kind: &TypeDefinition,
) -> Result<SchemaBuilder, SchemaFault> {
    let name = kind.name.node.as_str();
    Ok(match &kind.kind {
        TypeKind::Scalar => builder.register(scalar(name)),
        TypeKind::Enum(values) => enumeration(builder, notation, bindings, kind, values)?,
        TypeKind::InputObject(input) => builder.register(input_type(notation, name, input)),
        TypeKind::Interface(interface) => {
            let fields = interface.fields.iter().map(|field| {
                InterfaceField::new(field.node.name.node.as_str(), type_ref(&field.node.ty.node))
            });
            builder.register(fields.fold(Interface::new(name), Interface::field))
        }
        TypeKind::Object(object) if name == MUTATION => mutations(builder, bindings, object)?,
        TypeKind::Object(object) => {
            builder.register(object_type(notation, bindings, name, object)?)
        }
        TypeKind::Union(_) => {
            return Err(SchemaFault::new(format!("{name}: unions are not known")));
        }
    })
}

/// A scalar. Of their forms only the UUID's is known (FACTS §5), and checked as GraphQL checks
/// an argument: before anything is resolved.
fn scalar(name: &str) -> Scalar {
    let scalar = Scalar::new(name);
    if name != "UUID" {
        return scalar;
    }
    scalar.validator(|value| match value {
        async_graphql::Value::String(text) => uuid::Uuid::parse_str(text).is_ok(),
        _ => false,
    })
}

fn enumeration(
    mut builder: SchemaBuilder,
    notation: &Notation,
    bindings: &Bindings,
    kind: &TypeDefinition,
    values: &EnumType,
) -> Result<SchemaBuilder, SchemaFault> {
    let name = kind.name.node.as_str();
    if let Some(of) = name.strip_suffix("OrderField") {
        check_orders(notation, bindings, of, values)?;
        let own = directive(&kind.directives, "direction").is_some();
        let prefix = if own { of } else { "" };
        builder = builder.register(order_input(of, &format!("{prefix}OrderDirection")));
    }
    let values = values
        .values
        .iter()
        .map(|value| value.node.value.node.to_string());
    Ok(builder.register(values.fold(Enum::new(name), Enum::item)))
}

fn input_type(notation: &Notation, name: &str, input: &InputObjectType) -> InputObject {
    let fields = input.fields.iter().map(|field| argument(&field.node));
    let object = fields.fold(InputObject::new(name), InputObject::field);
    if !notation.mutation_inputs.contains(name) {
        return object;
    }
    object.field(InputValue::new(
        "clientMutationId",
        TypeRef::named(TypeRef::STRING),
    ))
}

fn object_type(
    notation: &Notation,
    bindings: &Bindings,
    name: &str,
    kind: &ObjectType,
) -> Result<Object, SchemaFault> {
    let mut object = Object::new(name);
    for interface in &kind.implements {
        object = object.implement(interface.node.as_str());
    }
    for field in &kind.fields {
        object = object.field(object_field(notation, bindings, name, &field.node)?);
    }
    Ok(object)
}

fn object_field(
    notation: &Notation,
    bindings: &Bindings,
    kind: &str,
    definition: &FieldDefinition,
) -> Result<Field, SchemaFault> {
    let name = definition.name.node.as_str();
    let getter = bindings.getter(kind, name);
    let getter =
        getter.ok_or_else(|| SchemaFault::new(format!("no resolver for {kind}.{name}")))?;
    let Some(list) = notation.list(definition)? else {
        let field = resolve::field(name, type_ref(&definition.ty.node), getter);
        let arguments = definition.arguments.iter().map(|it| argument(&it.node));
        return Ok(arguments.fold(field, Field::argument));
    };
    let mut filters = list.filters.iter().map(|filter| filter.name.node.as_str());
    if let Some(filter) = filters.find(|name| !bindings.filters(&list.of, name)) {
        return Err(SchemaFault::new(format!(
            "no filter {filter} for {}",
            list.of
        )));
    }
    let mut connection = TypeRef::named(format!("{}Connection", list.of));
    if !definition.ty.node.nullable {
        connection = TypeRef::NonNull(Box::new(connection));
    }
    let field = resolve::field(name, connection, getter);
    let filters = list.filters.iter().map(argument);
    Ok(filters.chain(paging(&list)).fold(field, Field::argument))
}

/// The arguments that choose and order a page.
fn paging(list: &List) -> Vec<InputValue> {
    let named = |name: &str, kind: &str| InputValue::new(name, TypeRef::named(kind));
    let mut arguments = vec![
        named("after", TypeRef::STRING),
        named("before", TypeRef::STRING),
        named("first", TypeRef::INT),
        named("last", TypeRef::INT),
    ];
    if list.offset {
        arguments.push(named("offset", TypeRef::INT));
    }
    let order = format!("{}Order", list.of);
    if list.ordered {
        arguments.push(named("orderBy", &order));
    }
    if list.ordered && list.offset {
        arguments.push(InputValue::new("sortBy", TypeRef::named_list(&order)));
    }
    arguments
}

fn connection(
    builder: SchemaBuilder,
    bindings: &Bindings,
    of: &str,
) -> Result<SchemaBuilder, SchemaFault> {
    let (page, edge) = (format!("{of}Connection"), format!("{of}Edge"));
    let getter = |kind: &str, name: &str| {
        let getter = bindings.getter(kind, name);
        getter.ok_or_else(|| SchemaFault::new(format!("no resolver for {kind}.{name}")))
    };
    let fields = [
        (
            "edges",
            TypeRef::NonNull(Box::new(TypeRef::named_list(&edge))),
        ),
        ("nodes", TypeRef::NonNull(Box::new(TypeRef::named_list(of)))),
        ("pageInfo", TypeRef::named_nn("PageInfo")),
        ("totalCount", TypeRef::named_nn(TypeRef::INT)),
    ];
    let mut connection = Object::new(&page);
    for (name, kind) in fields {
        connection = connection.field(resolve::field(name, kind, getter("Connection*", name)?));
    }
    let cursor = resolve::field(
        "cursor",
        TypeRef::named_nn(TypeRef::STRING),
        getter("Edge*", "cursor")?,
    );
    let node = resolve::field("node", TypeRef::named(of), getter("Edge*", "node")?);
    let edge = Object::new(&edge).field(cursor).field(node);
    Ok(builder.register(connection).register(edge))
}

fn mutations(
    mut builder: SchemaBuilder,
    bindings: &Bindings,
    kind: &ObjectType,
) -> Result<SchemaBuilder, SchemaFault> {
    let mut root = Object::new(MUTATION);
    for definition in kind.fields.iter().map(|field| &field.node) {
        let name = definition.name.node.as_str();
        let write = bindings.write(name);
        let write = write.ok_or_else(|| SchemaFault::new(format!("no mutation {name}")))?;
        let writes = directive(&definition.directives, "writes");
        let target = writes
            .and_then(|it| it.get_argument("as"))
            .map(|it| super::call::text(&it.node));
        let target = target
            .ok_or_else(|| SchemaFault::new(format!("{name} does not say what it writes")))?;
        let (payload, input) = (mutation_type(name, "Payload"), mutation_type(name, "Input"));
        let field = resolve::mutation(name, TypeRef::named(&payload), write);
        root = root.field(field.argument(InputValue::new("input", TypeRef::named_nn(input))));
        let payload = Object::new(&payload)
            .field(resolve::payload(
                "clientMutationId",
                TypeRef::named(TypeRef::STRING),
            ))
            .field(resolve::payload(
                "errors",
                TypeRef::named_nn_list_nn("ErrorType"),
            ))
            .field(resolve::payload(&target, TypeRef::named(base(definition))));
        builder = builder.register(payload);
    }
    Ok(builder.register(root))
}

fn check_orders(
    notation: &Notation,
    bindings: &Bindings,
    of: &str,
    values: &EnumType,
) -> Result<(), SchemaFault> {
    let mut values = values
        .values
        .iter()
        .map(|value| value.node.value.node.as_str());
    match values.find(|value| notation.listed.contains(of) && !bindings.sorts(of, value)) {
        Some(value) => Err(SchemaFault::new(format!("no order {value} for {of}"))),
        None => Ok(()),
    }
}

fn order_input(of: &str, direction: &str) -> InputObject {
    InputObject::new(format!("{of}Order"))
        .field(InputValue::new("direction", TypeRef::named_nn(direction)))
        .field(InputValue::new(
            "field",
            TypeRef::named_nn(format!("{of}OrderField")),
        ))
}

fn argument(definition: &InputValueDefinition) -> InputValue {
    InputValue::new(definition.name.node.as_str(), type_ref(&definition.ty.node))
}

fn type_ref(kind: &Type) -> TypeRef {
    let base = match &kind.base {
        BaseType::Named(name) => TypeRef::named(name.to_string()),
        BaseType::List(items) => TypeRef::List(Box::new(type_ref(items))),
    };
    if kind.nullable {
        base
    } else {
        TypeRef::NonNull(Box::new(base))
    }
}
