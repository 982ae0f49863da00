// The GraphQL side: the real schema, strict custom scalars, and a resolver that answers every
// field of it: from the record when the record knows, else with the poorest value allowed.

import {
  GraphQLError, buildSchema, getNamedType, isEnumType, isListType, isNonNullType, isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { connection } from './pages.mjs';

/** Reads the schema's text and makes its custom scalars check what they are given. */
export function load(text) {
  const schema = buildSchema(text);
  const scalar = (name, check) => {
    const type = schema.getType(name);
    type.parseValue = (value) => {
      if (typeof value !== 'string' || !check(value)) {
        throw new GraphQLError(`${JSON.stringify(value)} is not a ${name}`);
      }
      return value;
    };
    type.parseLiteral = (node, variables) => type.parseValue(valueFromASTUntyped(node, variables));
  };
  scalar('UUID', (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text));
  scalar('DateTime', (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)));
  scalar('JSONString', isJson);
  return schema;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Answers a field from its record; what no record holds is null, or as empty as can be. */
export function resolve(source, args, context, info) {
  let value = source?.[info.fieldName];
  if (typeof value === 'function') value = value.call(source, args, context);
  if (value instanceof Listing) return connection(value.records, args, context);
  if (value !== undefined) return value;
  return isNonNullType(info.returnType) ? poorest(info.fieldName, info.returnType.ofType, context) : null;
}

/** Records that a field answers with a page of. */
export class Listing {
  constructor(records) {
    this.records = records;
  }
}

function poorest(field, type, context) {
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0].name;
  const { name } = getNamedType(type);
  if (isObjectType(type)) return name.endsWith('Connection') ? connection([], {}, context) : {};
  switch (name) {
    case 'Boolean': return field.startsWith('allow');
    case 'Int': return 0;
    case 'JSONString': return '{}';
    case 'DateTime': return new Date(0).toISOString();
    default: return '';
  }
}
