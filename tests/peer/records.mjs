// What every record is made of: ids, times, and the refusals that end up in a payload.

import { createHash, randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';

/** A mutation's answer that is not a success: `errors{field,messages}`. */
export class Refusal extends Error {
  constructor(field, messages) {
    super(`${field}: ${messages.join(' ')}`);
    this.field = field;
    this.messages = messages;
  }
}

/** The ids and times that a change made, so that a replica makes the same ones. */
let tape = null;

/** Does something; gives what came of it, and the ids and times it made. */
export function taped(run) {
  return rolling({ made: [], plays: false }, run);
}

/** Does it again with the ids and times of the first time. */
export function replayed(made, run) {
  return rolling({ made: [...made], plays: true }, run).result;
}

function rolling(own, run) {
  const outer = tape;
  tape = own;
  try {
    return { result: run(), made: own.made };
  } finally {
    tape = outer;
  }
}

function fresh(make) {
  if (!tape) return make();
  if (tape.plays) return tape.made.shift() ?? make();
  tape.made.push(make());
  return tape.made.at(-1);
}

export const uuid = () => fresh(randomUUID);
export const globalId = (type) => Buffer.from(`${type}:${uuid()}`).toString('base64');

/** The id of a part, which its owner and its name give: nobody has to have made it first. */
export function partId(type, owner, name) {
  const hex = createHash('sha256').update(`${owner} ${name}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
  return Buffer.from(`${type}:${id}`).toString('base64');
}

/** Microseconds and an offset, as Python prints a time. */
let counter = 0;
export function now() {
  return fresh(() => {
    counter = (counter + 1) % 1000;
    return new Date().toISOString().replace('Z', `${String(counter).padStart(3, '0')}+00:00`);
  });
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
