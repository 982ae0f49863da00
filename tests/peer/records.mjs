// What every record is made of: ids, times, and the refusals that end up in a payload.

import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';

/** A mutation's answer that is not a success: `errors{field,messages}`. */
export class Refusal extends Error {
  constructor(field, messages) {
    super(`${field}: ${messages.join(' ')}`);
    this.field = field;
    this.messages = messages;
  }
}

export const globalId = (type) => Buffer.from(`${type}:${randomUUID()}`).toString('base64');

/** Microseconds and an offset, as Python prints a time. */
let counter = 0;
export function now() {
  counter = (counter + 1) % 1000;
  return new Date().toISOString().replace('Z', `${String(counter).padStart(3, '0')}+00:00`);
}

/** The record with an id, or the error that every lookup answers with. */
export function existing(records, id) {
  const found = records.find((record) => record.id === id);
  if (!found) throw new GraphQLError('Record not found.');
  return found;
}

/** Labels as they are kept: a set, in no order of the sender's; none is null. */
export function labelSet(labels) {
  const kept = [...new Set((labels ?? []).filter((label) => label !== null))].sort().reverse();
  return kept.length ? kept : null;
}

/** Sets the properties an input names; what is absent or null stays as it is. */
export function assign(record, input, names) {
  for (const name of names) {
    if (input[name] !== undefined && input[name] !== null) record[name] = input[name];
  }
  record.updatedAt = now();
}
