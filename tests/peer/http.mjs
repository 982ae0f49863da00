// The HTTP side: authentication, GraphQL over POST, flow triggers, and the faults of the script.

import { execute, getOperationAST, parse, validate, GraphQLError } from 'graphql';
import { resolve } from './schema.mjs';

const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** Answers a request, or hangs up on it. */
export function handler({ schema, rootValue, auth, faults, echo, options }) {
  return async (request, response) => {
    const body = await read(request);
    const path = new URL(request.url, 'http://peer').pathname.replace(/\/+$/, '');
    if (request.method !== 'POST') return send(response, 404, { detail: 'Not found.' });
    if (path === '/auth/refresh') return send(response, ...auth.refresh(json(body) ?? {}));
    if (path === '/faults') return send(response, 200, faults.script(JSON.parse(body)) ?? {});
    if (path.startsWith('/trigger/')) return trigger(response, auth.worlds, decodeURIComponent(path.slice(9)));
    if (path !== '/api') return send(response, 404, { detail: 'Not found.' });
    const world = auth.world(request.headers.authorization);
    if (!world) return send(response, 401, { errors: [{ message: 'Signature has expired or is invalid.' }] });
    const operation = operationOf(body);
    const fault = faults.next(operation);
    if (fault.before === 'hang up') return response.destroy();
    echo.hear(operation.variables);
    if (fault.before) return send(response, fault.before[0], spoken(echo, fault.before[1]), fault.before[2]);
    if (fault.shift) world.shift();
    const context = { ...options, world, worlds: auth.worlds, refuses: fault.refuses };
    const [status, result] = await answer(schema, rootValue, context, operation);
    return spoilt(response, fault.after, status, JSON.stringify(echo.quoting(result)));
  };
}

const spoken = (echo, body) => (typeof body === 'string' ? body : echo.quoting(body));

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a request asks for: the document, or why there is none, and the root fields it runs. */
function operationOf(body) {
  const { query, variables, operationName } = json(body) ?? {};
  try {
    if (typeof query !== 'string') throw new GraphQLError('Must provide query string.');
    const document = parse(query);
    const operation = getOperationAST(document, operationName);
    const fields = operation?.selectionSet.selections.map((it) => it.name?.value) ?? [];
    return { document, variables: variables ?? {}, operationName, fields, isWrite: operation?.operation === 'mutation' };
  } catch (error) {
    return { error, fields: [], variables: {}, isWrite: false };
  }
}

async function answer(schema, rootValue, contextValue, { document, error, variables, operationName }) {
  const errors = error ? [error] : validate(schema, document);
  if (errors.length) return [400, { errors }];
  const variableValues = variables;
  const result = await execute({
    schema, document, rootValue, contextValue, variableValues, operationName, fieldResolver: resolve,
  });
  // Errors stand before the data here: nothing says in which order a client finds them.
  const { data, ...rest } = result;
  return [data === undefined ? 400 : 200, { ...rest, ...(data !== undefined && { data }), extensions: { server: 'peer' } }];
}

function trigger(response, worlds, id) {
  const run = worlds.map((world) => world.runs.trigger(id)).find(Boolean);
  if (!run) return send(response, 404, { detail: 'Not found.' });
  return send(response, 202, { executionId: run.id }, { 'prismatic-executionid': run.id });
}

function spoilt(response, how, status, text) {
  switch (how) {
    case 'hang up': return response.destroy();
    case 'exit': return process.exit(1);
    case 'throttled': return send(response, 429, { detail: 'Request was throttled. Expected available in 1 second.' });
    case 'page': return send(response, 502, HTML, { 'content-type': 'text/html' });
    case 'half':
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      return response.write(text.slice(0, text.length / 2), () => response.destroy());
    default: return send(response, status, text);
  }
}

function send(response, status, body, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': length, ...headers });
  response.end(text);
}
