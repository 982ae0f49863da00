// Integration definitions: read as YAML 1.1, completed, and written back as the service does:
// sorted, every key and string quoted, other scalars tagged.

import { parseDocument } from 'yaml';
import { Refusal } from './records.mjs';

/** The value of a definition, with defaults added and component versions pinned. */
export function canonical(text, components) {
  const document = parseDocument(text, { version: '1.1', merge: true, uniqueKeys: true });
  if (document.errors.length) throw refused(document.errors.map((error) => error.message));
  const value = document.toJS();
  const problems = check(value);
  if (problems.length) throw refused(problems);
  return complete(pinned(value, components));
}

const refused = (messages) => new Refusal('definition', messages);
const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function check(value) {
  if (!isMap(value)) return ['The definition must be a mapping.'];
  const problems = [];
  if (typeof value.name !== 'string' || value.name === '') problems.push('name: This field is required.');
  if (![6, 7].includes(Number(value.definitionVersion))) problems.push('definitionVersion: Must be 6 or 7.');
  if (!Array.isArray(value.flows) || !value.flows.length) return [...problems, 'flows: At least one flow is required.'];
  const names = value.flows.map((flow) => flow?.name);
  if (new Set(names).size < names.length) problems.push('flows: Names must be unique.');
  for (const flow of value.flows) {
    if (!flow?.steps?.[0]?.isTrigger) problems.push(`flows: The first step of ${flow?.name} must be its trigger.`);
  }
  const keys = (value.requiredConfigVars ?? []).map((variable) => variable.key);
  if (keys.some((key) => typeof key !== 'string')) problems.push('requiredConfigVars: Every variable needs a key.');
  if (new Set(keys).size < keys.length) problems.push('requiredConfigVars: Keys must be unique.');
  return problems;
}

/** LATEST becomes the number it means at this moment. */
function pinned(value, components) {
  return rewrite(value, (component) => {
    const found = components.latest(component.key, component.isPublic ?? true);
    if (!found) throw refused([`Component ${component.key} was not found.`]);
    if (/^latest$/i.test(component.version ?? 'LATEST')) return { ...component, version: found.versionNumber };
    if (Number(component.version) > found.versionNumber) {
      throw refused([`Component ${component.key} has no version ${component.version}.`]);
    }
    return component;
  });
}

/** The value with every component at "LATEST". */
export const unpinned = (value) => rewrite(value, (component) => ({ ...component, version: 'LATEST' }));

function rewrite(value, component) {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, component));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [
    key,
    key === 'component' && isMap(inner) && inner.key ? component(inner) : rewrite(inner, component),
  ]));
}

function complete(value) {
  const { requiredConfigVars, ...rest } = value;
  const steps = (list) => list?.map((step) => ({
    description: '', ...step,
    ...(step.steps && { steps: steps(step.steps) }),
    ...(step.branches && { branches: step.branches.map((branch) => ({ ...branch, steps: steps(branch.steps) })) }),
  })) ?? [];
  return {
    category: '', documentation: '', endpointType: 'flow_specific', description: '',
    configPages: [{ elements: [], name: 'Configuration' }],
    defaultInstanceProfile: 'Default Instance Profile',
    ...rest,
    ...(requiredConfigVars?.length && { requiredConfigVars }),
    flows: value.flows.map((flow) => ({
      endpointSecurityType: 'customer_optional', isAgentFlow: false, ...flow, steps: steps(flow.steps),
    })),
  };
}

/** YAML as the service writes it. */
export const dump = (value) => `${block(value, 0).join('\n')}\n`;

function block(value, depth) {
  const pad = '  '.repeat(depth);
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (isLeaf(item)) return [`${pad}- ${leaf(item)}`];
      const [head, ...tail] = block(item, depth + 1);
      return [`${pad}- ${head.trimStart()}`, ...tail];
    });
  }
  return Object.keys(value).sort().flatMap((key) => {
    const inner = value[key];
    if (isLeaf(inner)) return [`${pad}${quoted(key)}: ${leaf(inner)}`];
    return [`${pad}${quoted(key)}:`, ...block(inner, depth + (Array.isArray(inner) ? 0 : 1))];
  });
}

const isLeaf = (value) => (Array.isArray(value) ? !value.length : !isMap(value) || !Object.keys(value).length);

function leaf(value) {
  if (value === null || value === undefined) return '!!null "null"';
  if (Array.isArray(value)) return '[]';
  if (value instanceof Date) return `!!timestamp "${value.toISOString()}"`;
  switch (typeof value) {
    case 'object': return '{}';
    case 'boolean': return `!!bool "${value}"`;
    case 'number': return Number.isInteger(value) ? `!!int "${value}"` : `!!float "${value}"`;
    default: return quoted(String(value));
  }
}

/** Double quotes and ASCII only. */
function quoted(text) {
  const escape = (character) => {
    const code = character.codePointAt(0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  };
  return JSON.stringify(text).replace(/[^\x20-\x7e]/gu, escape);
}
