// The components of the tenant: public ones in a few versions, and one that is private.

import { createHash, randomUUID } from 'node:crypto';
import { Listing } from './schema.mjs';
import { filtered } from './pages.mjs';
import { globalId, now } from './records.mjs';

const OAUTH = { key: 'oauth2', oauth2Type: 'AUTHORIZATION_CODE', inputs: { clientId: 'STRING', clientSecret: 'PASSWORD' } };
const BASIC = { key: 'basic', oauth2Type: null, inputs: { username: 'STRING', password: 'PASSWORD' } };
const API_KEY = { key: 'apiKey', oauth2Type: null, inputs: { apiKey: 'PASSWORD' } };

/** Key, latest version, triggers and actions, connections. */
const PUBLIC = [
  ['webhook-triggers', 3, ['webhook', 'universalWebhook'], []],
  ['schedule-triggers', 6, ['schedule'], []],
  ['management-triggers', 8, ['instanceDeploy', 'instanceRemove'], []],
  ['http', 12, ['httpGet', 'httpPost', 'get', 'post'], [BASIC, API_KEY]],
  ['code', 9, ['runCode'], []],
  ['loop', 4, ['loopOverItems', 'loopNTimes'], []],
  ['branch', 7, ['branchOnExpression', 'branchOnValue'], []],
  ['log', 5, ['writeLog', 'info'], []],
  ['slack', 31, ['postMessage', 'slackPostMessage'], [OAUTH]],
  ['salesforce', 22, ['query', 'createRecord', 'listRecords'], [OAUTH]],
  ['hubspot', 14, ['listObjects'], [OAUTH, API_KEY]],
  ['dropbox', 10, ['listFolder', 'uploadFile'], [OAUTH]],
];

export class Components {
  /** `extra` maps keys to latest versions of further public components. */
  constructor(extra = {}) {
    const more = Object.entries(extra).map(([key, version]) => [key, version, [], [BASIC, OAUTH, API_KEY]]);
    const listed = [...PUBLIC.filter(([key]) => !(key in extra)), ...more];
    this.all = listed.flatMap((row) => versions(true, ...row));
    this.all.push(...versions(false, 'acme', 2, ['sync'], [API_KEY]));
  }

  latest(key, isPublic) {
    return this.all.findLast((it) => it.key === key && it.public === isPublic && it.versionIsAvailable);
  }

  list(args) {
    const { allVersions, includeComponentsForCodeNativeIntegrations: _, filterQuery, ...filters } = args;
    const one = filters.versionNumber !== undefined || filters.versionSequenceId !== undefined;
    const records = allVersions || one ? this.all : this.all.filter((it) => it.versionIsLatest);
    return new Listing(searched(filtered(records, filters), filterQuery));
  }
}

/** prism's search: `["or", ["in", "key", text], ["in", "label", text]]`. */
function searched(records, filterQuery) {
  if (!filterQuery) return records;
  const holds = ([operator, ...rest], record) => (operator === 'or'
    ? rest.some((inner) => holds(inner, record))
    : String(record[rest[0]]).toLowerCase().includes(String(rest[1]).toLowerCase()));
  return records.filter((record) => holds(JSON.parse(filterQuery), record));
}

function versions(isPublic, key, latest, actions, connections) {
  const versionSequenceId = randomUUID();
  const numbers = latest > 1 ? [latest - 1, latest] : [latest];
  const records = numbers.map((versionNumber) => ({
    id: globalId('Component'), key, public: isPublic, versionNumber, versionSequenceId,
    label: key.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join(' '),
    description: `The ${key} component`, category: null, customer: null, labels: null,
    signature: createHash('sha1').update(`${key}${versionNumber}`).digest('hex'),
    versionIsAvailable: true, versionIsLatest: versionNumber === latest, versionCreatedAt: now(),
  }));
  for (const component of records) {
    component.actions = new Listing(actions.map((name) => action(component, name)));
    component.connections = new Listing(connections.map((it) => template(component, it)));
    component.versionSequence = (args) => new Listing(filtered(records, args));
  }
  return records;
}

function action(component, key) {
  return { id: globalId('Action'), component, key, label: key, isTrigger: component.key.endsWith('-triggers') };
}

function template(component, { key, oauth2Type, inputs }) {
  const fields = Object.entries(inputs).map(([name, type]) => ({
    id: globalId('InputField'), key: name, label: name, type, required: true, shown: true,
  }));
  return { id: globalId('Connection'), component, key, label: key, oauth2Type, inputs: new Listing(fields), fields };
}
