//! Resolvers as the executor wants them.

use std::sync::{Arc, LazyLock};

use async_graphql::dynamic::{Field, FieldFuture, FieldValue, ResolverContext, TypeRef};
use async_graphql::{Error, PathSegment, QueryPathSegment, ServerError};

use super::answer::{Answer, NOT_FOUND, Object};
use super::bind::{Getter, Write};
use super::call::{Args, Call, text};
use super::session::Session;
use crate::world::customer::Customer;
use crate::world::instance::Instance;
use crate::world::integration::Integration;
use crate::world::shared::Scoped;
use crate::world::{Problem, Refusal, World};

/// What a mutation answers.
struct Payload {
    client_mutation_id: Option<String>,
    errors: Vec<Problem>,
    object: Option<Object>,
}

/// A field of an object.
pub(super) fn field(name: &str, kind: TypeRef, getter: Getter) -> Field {
    let nullable = !matches!(kind, TypeRef::NonNull(_));
    let list = OBJECT_LISTS.contains(&kind.type_name());
    Field::new(name, kind, move |context| {
        let answer = get(&context, &getter, list);
        answered(&context, answer, nullable)
    })
}

/// A mutation.
pub(super) fn mutation(name: &str, kind: TypeRef, write: Write) -> Field {
    let mutation = name.to_owned();
    Field::new(name, kind, move |context| {
        let answer = change(&context, &mutation, write);
        answered(&context, answer, true)
    })
}

/// A field of a payload.
pub(super) fn payload(name: &str, kind: TypeRef) -> Field {
    let field = name.to_owned();
    Field::new(name, kind, move |context| {
        let object = context.parent_value.downcast_ref::<Object>();
        let payload = object.and_then(|object| object.downcast_ref::<Payload>());
        let answer = payload.map_or(Answer::Null, |payload| match field.as_str() {
            "clientMutationId" => payload.client_mutation_id.clone().into(),
            "errors" => Answer::Objects(payload.errors.iter().map(problem).collect()),
            _ => payload.object.clone().map_or(Answer::Null, Answer::Object),
        });
        answered(&context, answer, true)
    })
}

fn problem(problem: &Problem) -> Object {
    Arc::new(problem.clone())
}

/// The parent of the fields of a root.
static ROOT: LazyLock<Object> = LazyLock::new(|| Arc::new(()));

/// Lists of what has an id of its own, as opposed to parts of an object.
const OBJECT_LISTS: [&str; 6] = [
    "ComponentConnection",
    "CustomerConfigVariableConnection",
    "CustomerConnection",
    "InstanceConnection",
    "IntegrationConnection",
    "ScopedConfigVariableConnection",
];

fn get(context: &ResolverContext<'_>, getter: &Getter, list: bool) -> Answer {
    let Ok(session) = context.data::<Arc<Session>>() else {
        return Answer::Refused("The request has no session.".to_owned());
    };
    let parent = context.parent_value.downcast_ref::<Object>();
    let args = Args(context.args.as_index_map());
    let answer = |world: &World| {
        let call = Call {
            world,
            args,
            session,
        };
        getter(parent.unwrap_or(&ROOT), &call)
    };
    match &session.lagging.lists {
        Some(world) if list => answer(world),
        _ => session.access.read(answer),
    }
}

fn change(context: &ResolverContext<'_>, mutation: &str, write: Write) -> Answer {
    let (Ok(session), Some(input)) = (
        context.data::<Arc<Session>>(),
        Args(context.args.as_index_map()).object("input"),
    ) else {
        return Answer::Refused("The mutation has no input.".to_owned());
    };
    if !session.may_write() {
        return Answer::Refused("The request was given up here.".to_owned());
    }
    let mut named = input.iter().map(|(_, value)| text(value));
    if !named.all(|text| session.may_name(&text)) {
        return Answer::Refused(NOT_FOUND.to_owned());
    }
    let outcome = session.access.write(|world| {
        let done = write(world, session.moment(), input);
        if let Some(name) = done.as_ref().ok().and_then(called) {
            world.note(session.now, mutation, name);
        }
        done
    });
    let (errors, object) = match outcome {
        Some(Ok(object)) => (Vec::new(), Some(object)),
        Some(Err(Refusal::Invalid(problems))) => (problems, None),
        Some(Err(Refusal::NotFound)) => return Answer::Refused(NOT_FOUND.to_owned()),
        None => return Answer::Refused("The request may not write.".to_owned()),
    };
    Answer::object(Payload {
        client_mutation_id: input.text("clientMutationId"),
        errors,
        object,
    })
}

/// What a changed object is called; `None` of what is no object of the tenant.
fn called(object: &Object) -> Option<&str> {
    let integration = object.downcast_ref::<Integration>().map(|it| &it.name);
    let instance = || object.downcast_ref::<Instance>().map(|it| &it.name);
    let customer = || object.downcast_ref::<Customer>().map(|it| &it.name);
    let shared = || object.downcast_ref::<Scoped>().map(|it| &it.key);
    let name = integration.or_else(instance).or_else(customer);
    let name = name.or_else(shared);
    name.map(String::as_str)
}

/// Hands an answer over. A refusal of a nullable field nulls that field alone.
fn answered<'a>(context: &ResolverContext<'a>, answer: Answer, nullable: bool) -> FieldFuture<'a> {
    match answer.into_field() {
        Ok(value) => FieldFuture::Value(value),
        Err(message) if nullable => {
            let mut error = ServerError::new(message, Some(context.item.pos));
            error.path = path(context);
            context.add_error(error);
            FieldFuture::Value(None)
        }
        Err(message) => {
            FieldFuture::new(async move { Err::<Option<FieldValue<'_>>, _>(Error::new(message)) })
        }
    }
}

fn path(context: &ResolverContext<'_>) -> Vec<PathSegment> {
    let mut path = Vec::new();
    let mut next = context.path_node.as_ref();
    while let Some(node) = next {
        path.push(match node.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        });
        next = node.parent;
    }
    path.reverse();
    path
}
