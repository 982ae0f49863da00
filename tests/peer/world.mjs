// One tenant in memory, and the root fields over it.

import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Components } from './components.mjs';
import { canonical } from './definition.mjs';
import { Customers } from './customers.mjs';
import { Instances } from './instances.mjs';
import { Integrations } from './integrations.mjs';
import { Refusal, globalId, now } from './records.mjs';
import { Runs } from './runs.mjs';
import { Listing } from './schema.mjs';

const KNOWN_ATTRIBUTES = ['commitHash', 'commitUrl', 'repoUrl', 'pullRequestUrl'];

export class World {
  constructor(organization, options) {
    this.options = options;
    this.tenantId = randomUUID();
    this.organization = { id: globalId('Organization'), name: organization };
    this.user = {
      id: globalId('User'), name: 'Peer Person', email: 'peer@peer.example', tenantId: this.tenantId,
      org: this.organization, customer: null, createdAt: now(), role: { id: globalId('Role'), name: 'Admin', level: 100 },
    };
    this.components = new Components(options.components);
    this.customers = new Customers(this);
    this.instances = new Instances(this);
    this.integrations = new Integrations(this);
    this.runs = new Runs(this);
  }

  get url() { return this.options.url; }

  /** Version attributes come back as JSON printed anew. */
  attributes(text) {
    if (!text) return null;
    const value = parsed(text);
    const keys = Object.keys(value).sort().filter((key) => !this.options.strictAttributes || KNOWN_ATTRIBUTES.includes(key));
    return JSON.stringify(Object.fromEntries(keys.map((key) => [key, value[key]])), null, 1);
  }
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch { /* answered below */ }
  throw new Refusal('attributes', ['Must be a JSON object.']);
}

/** A mutation whose payload holds one record beside its `errors`. */
const mutation = (key, run) => ({ input }, { world }) => {
  const { clientMutationId = null } = input;
  try {
    return { [key]: run(world, input), errors: [], clientMutationId };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { [key]: null, errors: [{ field: refusal.field, messages: refusal.messages }], clientMutationId };
  }
};

const labels = (records) => [...new Set(records.flatMap((it) => it.labels ?? []))].map((name) => ({ id: `Label:${name}`, name }));

const QUERIES = {
  authenticatedUser: (_, { world }) => world.user,
  organization: (_, { world }) => world.organization,
  listUserTenants: (_, { worlds }) => ({
    nodes: worlds.map((it) => ({ tenantId: it.tenantId, orgName: it.organization.name, url: it.url, awsRegion: 'local', isCurrentStack: true })),
  }),
  customer: ({ id }, { world }) => world.customers.get(id),
  customers: (args, { world }) => world.customers.list(args),
  customerLabels: (_, { world }) => labels(world.customers.all),
  integration: ({ id }, { world }) => world.integrations.get(id),
  integrations: (args, { world }) => world.integrations.list(args),
  integrationLabels: (_, { world }) => labels(world.integrations.all),
  instance: ({ id }, { world }) => world.instances.get(id),
  instances: (args, { world }) => world.instances.list(args),
  instanceLabels: (_, { world }) => labels(world.instances.all),
  instanceFlowConfig: ({ id }, { world }) => world.runs.flowConfig(id),
  component: ({ id }, { world }) => world.components.all.find((it) => it.id === id) ?? null,
  components: (args, { world }) => world.components.list(args),
  executionResult: ({ id }, { world }) => world.runs.get(id),
  executionResults: (args, { world }) => world.runs.list(args),
  stepResult: ({ id }, { world }) => world.runs.all.flatMap((it) => it.steps).find((it) => it.id === id) ?? null,
  logs: ({ executionResult }, { world }) => new Listing(executionResult ? world.runs.get(executionResult).logs.records : []),
};

const MUTATIONS = {
  importIntegration: mutation('integration', (world, input) => world.integrations.import(input)),
  updateIntegration: mutation('integration', (world, input) => world.integrations.update(input)),
  publishIntegration: mutation('integration', (world, input) => world.integrations.publish(input)),
  deleteIntegration: mutation('integration', (world, input) => world.integrations.delete(input)),
  updateIntegrationVersionAvailability: mutation('integration', (world, input) => world.integrations.setAvailable(input)),
  updateIntegrationMarketplaceConfiguration: mutation('integration', (world, input) => world.integrations.setMarketplace(input)),
  validateIntegrationSchema: mutation('result', (world, { definition }) => valid(world, definition)),
  createCustomer: mutation('customer', (world, input) => world.customers.create(input)),
  updateCustomer: mutation('customer', (world, input) => world.customers.update(input)),
  deleteCustomer: mutation('customer', (world, input) => world.customers.delete(input)),
  createInstance: mutation('instance', (world, input) => world.instances.create(input)),
  updateInstance: mutation('instance', (world, input) => world.instances.update(input)),
  updateInstanceConfigVariables: mutation('instance', (world, input) => world.instances.configure(input)),
  deployInstance: mutation('instance', (world, input) => world.instances.deploy(input)),
  deleteInstance: mutation('instance', (world, input) => world.instances.delete(input)),
  updateOAuth2Connection: mutation('instanceConfigVariable', (world, input) => world.instances.authorise(input)),
  disconnectConnection: mutation('instanceConfigVariable', (world, input) => world.instances.disconnect(input)),
  testIntegrationFlow: mutation('testIntegrationFlowResult', (world, input) => world.runs.testFlow(input)),
  testInstanceFlowConfig: mutation('testInstanceFlowConfigResult', (world, input) => world.runs.testFlowConfig(input)),
};

function valid(world, definition) {
  canonical(definition, world.components);
  return { isValid: true };
}

/** The root value: what is not written above has nothing to show, and a change of it is an error. */
export function root(schema) {
  const missing = Object.keys(schema.getMutationType().getFields()).filter((name) => !(name in MUTATIONS));
  const refuse = (name) => () => { throw new GraphQLError(`${name} is not part of this server.`); };
  return { ...QUERIES, ...MUTATIONS, ...Object.fromEntries(missing.map((name) => [name, refuse(name)])) };
}
