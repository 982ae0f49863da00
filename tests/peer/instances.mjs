// Instances: what a customer runs, its configuration, and whether that is deployed.

import { Listing } from './schema.mjs';
import { filtered } from './pages.mjs';
import { Refusal, assign, existing, globalId, labelSet, now, partId } from './records.mjs';

export class Instances {
  constructor(world) {
    this.world = world;
    this.all = [];
  }

  get(id) {
    return existing(this.all, id);
  }

  list({ compatibility: _, ...filters }, records = this.all) {
    return new Listing(filtered(records, filters));
  }

  /** The instance that an integration is tested with. */
  addSystem(integration) {
    this.all.push(new Instance(this.world, { integration, customer: this.world.customers.system, isSystem: true }));
  }

  create({ name, customer, integration, description, labels, configVariables, flowConfigs }) {
    if (name.trim() === '') throw new Refusal('name', ['This field may not be blank.']);
    const owner = this.world.customers.get(customer);
    if (this.world.options.uniqueNames && this.all.some((it) => it.customer === owner && it.name === name)) {
      throw new Refusal('name', ['Instance with this Name and Customer already exists.']);
    }
    const version = published(this.world.integrations.get(integration));
    const instance = new Instance(this.world, { integration: version, customer: owner, name, labels });
    instance.description = description ?? '';
    instance.configure(configVariables ?? [], true);
    instance.setFlows(flowConfigs);
    this.all.push(instance);
    return instance;
  }

  update({ id, integration, configVariables, flowConfigs, labels, ...input }) {
    const instance = this.get(id);
    if (input.name === '') throw new Refusal('name', ['This field may not be blank.']);
    const deployed = instance.needsDeploy;
    if (integration) instance.move(published(this.world.integrations.get(integration)));
    if (configVariables) instance.configure(configVariables, true);
    instance.setFlows(flowConfigs);
    if (labels) instance.labels = labelSet(labels);
    assign(instance, input, ['name', 'description', 'enabled', 'globalDebug']);
    if (input.preserveDeployState) instance.needsDeploy = deployed;
    return instance;
  }

  configure({ id, configVariables }) {
    const instance = this.get(id);
    instance.configure(configVariables ?? [], false);
    instance.updatedAt = now();
    return instance;
  }

  deploy({ id, force }) {
    const instance = this.get(id);
    const blockers = instance.blockers();
    if (blockers.length && !force) throw new Refusal('__all__', blockers);
    Object.assign(instance, {
      needsDeploy: false, deployedVersion: instance.integration.versionNumber, lastDeployedAt: now(), updatedAt: now(),
    });
    return instance;
  }

  delete({ id }) {
    const instance = this.get(id);
    this.all = this.all.filter((it) => it !== instance);
    return instance;
  }

  /** Somebody has consented, or the tokens are brought along. */
  authorise({ id, status, accessToken }) {
    const instance = this.all.find((it) => it.variables().some((variable) => variable.id === id));
    const variable = existing(instance?.variables() ?? [], id);
    variable.stored.status = status?.toUpperCase() ?? (accessToken ? 'ACTIVE' : variable.status);
    instance.needsDeploy = true;
    return variable;
  }

  disconnect({ id }) {
    return this.authorise({ id, status: 'pending' });
  }
}

/** A version as given; of a draft, the latest that is available. */
function published(integration) {
  const { draft } = integration.sequence;
  const version = integration === draft ? draft.versionAt({ latestAvailable: true }) : integration;
  if (!version) throw new Refusal('integration', ['The integration has not been published.']);
  return version;
}

class Instance {
  constructor(world, { integration, customer, name = integration.name, labels, isSystem = false }) {
    Object.defineProperty(this, 'world', { value: world });
    Object.defineProperty(this, 'values', { value: new Map() });
    Object.assign(this, {
      id: globalId('Instance'), integration, customer, labels: labelSet(labels), isSystem, description: '',
      enabled: true, needsDeploy: true, deployedVersion: integration.versionNumber ?? 0, lastDeployedAt: null,
      createdAt: now(), updatedAt: now(), designedBy: 'ORG', instanceType: 'INTEGRATION', inFailedState: null,
      globalDebug: false, flowSettings: new Map(),
    });
    this.title = isSystem ? null : name;
  }

  get name() { return this.title ?? this.integration.name ?? ''; }
  set name(name) { this.title = name; }
  get configState() { return this.blockers().length ? 'NEEDS_INSTANCE_CONFIGURATION' : null; }

  /** Points to another version; values whose keys it lacks are gone. */
  move(version) {
    if (version === this.integration) return;
    this.integration = version;
    this.needsDeploy = true;
    const keys = new Set(version.variables.map((it) => it.key));
    for (const key of [...this.values.keys()]) if (!keys.has(key)) this.values.delete(key);
  }

  /** Stores values by key: all there are, or those that are sent. */
  configure(inputs, replace) {
    const known = new Map(this.integration.variables.map((it) => [it.key, it]));
    const unknown = inputs.filter(({ key }) => !known.has(key)).map(({ key }) => `Unknown config variable: ${key}`);
    if (unknown.length) throw new Refusal('configVariables', unknown);
    for (const { key, customerConfigVariableId: id } of inputs.filter((it) => it.customerConfigVariableId)) {
      const value = this.world.connections.value(id);
      if (value.customer !== this.customer) throw new Refusal('configVariables', [`${key}: The value is another customer's.`]);
    }
    const stored = inputs.map((input) => [input.key, storedValue(known.get(input.key), input, this.values.get(input.key) ?? untouched(known.get(input.key), this))]);
    if (replace) this.values.clear();
    for (const [key, value] of stored) this.values.set(key, value);
    this.needsDeploy = true;
  }

  variables() {
    return this.integration.variables.map((required) => {
      if (!this.values.has(required.key)) this.values.set(required.key, untouched(required, this));
      const stored = this.values.get(required.key);
      const inputs = required.dataType === 'CONNECTION' ? new Listing(shownInputs(required, stored, this.world)) : null;
      const isOAuth = Boolean(required.connection?.oauth2Type);
      return {
        id: stored.id, stored, instance: this, requiredConfigVariable: required, inputs,
        value: stored.value ?? required.defaultValue, status: stored.status,
        customerConfigVariable: stored.customerConfigVariableId ? this.world.connections.value(stored.customerConfigVariableId) : null,
        scheduleType: stored.scheduleType ?? null, timeZone: stored.timeZone ?? null,
        authorizeUrl: isOAuth ? `${this.world.url}/authorize/${stored.id}` : null, meta: null,
      };
    });
  }

  configVariables(args) {
    const { status, status_In, ...rest } = args;
    const upper = { ...rest, ...(status && { status: status.toUpperCase() }), ...(status_In && { status_In: status_In.map((it) => it.toUpperCase()) }) };
    return new Listing(filtered(this.variables(), upper));
  }

  /** Why it cannot be deployed. */
  blockers() {
    return this.variables().flatMap((variable) => {
      const { key, dataType, connection } = variable.requiredConfigVariable;
      if (variable.customerConfigVariable) return [];
      if (dataType !== 'CONNECTION') return variable.value === null ? [`${key}: A value is required.`] : [];
      if (connection?.oauth2Type) return variable.status === 'ACTIVE' ? [] : [`${key}: The connection is ${variable.status}.`];
      const missing = variable.inputs.records.filter((input) => !input.hasValue).map((input) => input.name);
      return missing.length ? [`${key}: Inputs without a value: ${missing.join(', ')}.`] : [];
    });
  }

  setFlows(inputs) {
    if (!inputs) return;
    this.flowSettings = new Map(inputs.map(({ flowId, ...settings }) => [existing(this.integration.flowRecords, flowId).name, settings]));
  }

  flows() {
    return this.integration.flowRecords.map((flow) => {
      const id = Buffer.from(`InstanceFlowConfig:${this.id}:${flow.name}`).toString('base64');
      return { id, instance: this, flow, webhookUrl: `${this.world.url}/trigger/${id}`, usesLre: false, apiKeys: [], ...this.flowSettings.get(flow.name) };
    });
  }

  flowConfigs(args) {
    return new Listing(filtered(this.flows(), args));
  }
}

const untouched = (required, { id }) => ({
  id: partId('InstanceConfigVariable', id, required.key), value: null, inputs: {}, status: required.connection?.oauth2Type ? 'PENDING' : null,
});

function storedValue(required, input, before) {
  if (input.value !== undefined && input.value !== null) checkValue(required, input.value);
  const values = input.values ? JSON.parse(input.values) : [];
  if (!Array.isArray(values)) throw new Refusal('configVariables', [`${required.key}: values must be a list.`]);
  return {
    ...before,
    value: input.value ?? before.value,
    inputs: { ...before.inputs, ...Object.fromEntries(values.map((it) => [it.name, it.value])) },
    scheduleType: input.scheduleType?.toUpperCase() ?? before.scheduleType,
    timeZone: input.timeZone ?? before.timeZone,
    customerConfigVariableId: input.customerConfigVariableId ?? null,
  };
}

function checkValue({ key, dataType, collectionType, pickList }, value) {
  const list = collectionType ? JSON.parse(value) : [value];
  const bad = list.find((it) => (dataType === 'NUMBER' && Number.isNaN(Number(it)))
    || (dataType === 'BOOLEAN' && !/^(true|false)$/i.test(it))
    || (dataType === 'PICKLIST' && pickList && !pickList.includes(it)));
  if (bad !== undefined) throw new Refusal('configVariables', [`${key}: ${bad} is not valid.`]);
}

/** A connection's inputs: the definition's, with what was stored; secrets only as "there is one". */
function shownInputs(required, stored, world) {
  const defined = required.value.inputs ?? {};
  const fields = required.connection?.fields ?? [];
  const names = new Set([...fields.map((field) => field.key), ...Object.keys(defined), ...Object.keys(stored.inputs)]);
  return [...names].map((name) => {
    const value = stored.inputs[name] ?? defined[name]?.value ?? '';
    const secret = defined[name]?.meta?.writeOnly || fields.find((field) => field.key === name)?.type === 'PASSWORD';
    const hasValue = value !== '';
    return {
      id: `${stored.id}${name}`, name, type: 'VALUE', hasValue,
      value: secret && hasValue ? world.options.mask : String(value),
      meta: defined[name]?.meta ? JSON.stringify(defined[name].meta) : null,
    };
  });
}
