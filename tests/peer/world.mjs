// One tenant in memory, and the root fields over it.

import { GraphQLError } from 'graphql';
import { Components } from './components.mjs';
import { Connections } from './connections.mjs';
import { canonical } from './definition.mjs';
import { Customers } from './customers.mjs';
import { Instances } from './instances.mjs';
import { Integrations } from './integrations.mjs';
import { Refusal, globalId, now, taped, uuid } from './records.mjs';
import { Runs } from './runs.mjs';
import { Listing } from './schema.mjs';
import { settled } from './texts.mjs';

const KNOWN_ATTRIBUTES = ['commitHash', 'commitUrl', 'repoUrl', 'pullRequestUrl'];

export class World {
  constructor(organization, options) {
    this.options = options;
    this.tenantId = uuid();
    this.organization = { id: globalId('Organization'), name: organization };
    this.user = {
      id: globalId('User'), name: 'Peer Person', email: 'peer@peer.example', tenantId: this.tenantId,
      org: this.organization, customer: null, createdAt: now(), role: { id: globalId('Role'), name: 'Admin', level: 100 },
    };
    this.components = new Components(options.components);
    this.customers = new Customers(this);
    this.connections = new Connections(this);
    this.instances = new Instances(this);
    this.integrations = new Integrations(this);
    this.runs = new Runs(this);
  }

  get url() { return this.options.url; }

  /** Changes the tenant, and its replica in a while. */
  change(step) {
    const { result, made } = taped(() => step(this));
    this.replica?.push(step, made);
    return result;
  }

  /** Somebody removes the oldest instance that bears no label, and creates another. */
  shift() {
    const gone = this.instances.all.find((it) => !it.isSystem && !it.labels);
    if (!gone) return;
    const { customer, integration } = gone;
    this.change((world) => world.instances.delete({ id: gone.id }));
    this.change((world) => world.instances.create({ name: 'Of somebody else', customer: customer.id, integration: integration.id }));
  }

  has(id) {
    return [this.integrations, this.instances, this.customers, this.connections].some(({ all }) => all.some((it) => it.id === id));
  }

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
const mutation = (key, run) => ({ input: sent }, { world, refuses, ...options }) => {
  const { clientMutationId = null } = sent;
  try {
    if (refuses) throw new Refusal('__all__', ['This is not allowed.']);
    if (options.lagWrites) demandSeen(world, sent);
    const input = settled(sent, options);
    return { [key]: world.change((it) => run(it, input)), errors: [], clientMutationId };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { [key]: null, errors: [{ field: refusal.field, messages: refusal.messages }], clientMutationId };
  }
};

/** A write finds only what its replica has heard of. */
function demandSeen(world, input) {
  const unseen = (id) => typeof id === 'string' && world.has(id) && !world.replica?.seen().has(id);
  if (Object.values(input).some(unseen)) throw new GraphQLError('Record not found.');
}

/** The tenant as lists show it, and as reads by id do. */
const listed = ({ world }) => world.replica?.seen() ?? world;
const read = (context) => (context.lagOf === 'lists' ? context.world : listed(context));

const labels = (records) => [...new Set(records.flatMap((it) => it.labels ?? []))].map((name) => ({ id: `Label:${name}`, name }));

const QUERIES = {
  authenticatedUser: (_, { world }) => world.user,
  organization: (_, { world }) => world.organization,
  listUserTenants: (_, { worlds }) => ({
    nodes: worlds.map((it) => ({ tenantId: it.tenantId, orgName: it.organization.name, url: it.url, awsRegion: 'local', isCurrentStack: true })),
  }),
  customer: ({ id }, context) => read(context).customers.get(id),
  customers: (args, context) => listed(context).customers.list(args),
  scopedConfigVariable: ({ id }, context) => read(context).connections.get(id),
  scopedConfigVariables: (args, context) => listed(context).connections.list(args),
  customerConfigVariable: ({ id }, context) => read(context).connections.value(id),
  customerConfigVariables: (args, context) => listed(context).connections.values(args),
  customerLabels: (_, { world }) => labels(world.customers.all),
  integration: ({ id }, context) => read(context).integrations.get(id),
  integrations: (args, context) => listed(context).integrations.list(args),
  integrationLabels: (_, { world }) => labels(world.integrations.all),
  instance: ({ id }, context) => read(context).instances.get(id),
  instances: (args, context) => listed(context).instances.list(args),
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
  createIntegration: mutation('integration', (world, input) => world.integrations.made(input)),
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
  createScopedConfigVariable: mutation('scopedConfigVariable', (world, input) => world.connections.create(input)),
  updateScopedConfigVariable: mutation('scopedConfigVariable', (world, input) => world.connections.update(input)),
  deleteScopedConfigVariable: mutation('scopedConfigVariable', (world, input) => world.connections.delete(input)),
  createCustomerConfigVariable: mutation('customerConfigVariable', (world, input) => world.connections.createValue(input)),
  updateCustomerConfigVariable: mutation('customerConfigVariable', (world, input) => world.connections.updateValue(input)),
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
